"""Initial contacts from the vertical specific force of the pelvis, without their side.

In running the force rises through half of the body's weight after flight. In walking it is
largest as the leading leg is loaded, a constant part of the step after contact; as in the method
of Paraschiv-Ionescu et al. 2020 (doi:10.1109/EMBC44109.2020.9176281), slow motion is kept only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.gait.events.methods import method_of
from opensim_pelvis.gait.events.signals import find_extremes, low_pass, passes, refine
from opensim_pelvis.types.event import CONTACT

_LOADED_HZ: Final = 15.0
_LOADED_G: Final = 0.5
_WEIGHED_S: Final = 0.09
"""Standard deviation of the Gaussian mean over which load is weighed in walking."""

_MOST_STEP_S: Final = 0.9
_PEAK_NEAR: Final = 0.3
"""The peak of the load lies within this part of a step of the peak that counts the step."""


def find_contacts(
    vertical_mps2: FloatArray, steps: FloatArray, rate_hz: float, activity: ActivityKind
) -> FloatArray:
    """Return the initial contact of each step in samples, NaN where it is not seen.

    Parameters
    ----------
    vertical_mps2 : (t,) array
        Upward acceleration of the pelvis without gravity.
    steps : (n,) array
        Instants of the largest upward acceleration (`pelvis_cycles.find_steps`), in samples.
    rate_hz : float
    activity : str
    """
    method = method_of("pelvis", activity, CONTACT)
    if method is None or steps.size < 2:
        return np.full(steps.size, np.nan)
    lengths = np.diff(steps)
    usual = float(np.median(lengths))
    before = np.append(usual, lengths)
    before = np.where(before <= _MOST_STEP_S * rate_hz, before, usual)
    places = FEATURES[method.feature](vertical_mps2, steps, before, rate_hz)
    late_s = np.array([method.lateness_s(step_s=b / rate_hz) for b in before])
    return np.asarray(places - late_s * rate_hz)


def rise_to_half_weight(
    vertical_mps2: FloatArray, steps: FloatArray, before: FloatArray, rate_hz: float
) -> FloatArray:
    """Return where the load rises through half of the weight before each step's peak.

    Where it does so more than once, the rise counts that is as long before the peak as is usual.
    """
    load = low_pass(vertical_mps2, rate_hz, _LOADED_HZ) / GRAVITY_MPS2 + 1.0
    rises = [
        passes(load, step - length, step, _LOADED_G, "rise")
        for step, length in zip(steps, before, strict=True)
    ]
    leads = [step - found[-1] for step, found in zip(steps, rises, strict=True) if found.size]
    usual = float(np.median(leads)) if leads else np.nan
    return np.array(
        [
            found[np.argmin(np.abs(step - usual - found))] if found.size else np.nan
            for step, found in zip(steps, rises, strict=True)
        ]
    )


def peak_of_load(
    vertical_mps2: FloatArray, steps: FloatArray, before: FloatArray, rate_hz: float
) -> FloatArray:
    """Return the largest load near each step's peak, in a mean over about a fifth of a second."""
    from scipy.ndimage import gaussian_filter1d

    present = np.isfinite(vertical_mps2)
    at = np.arange(vertical_mps2.size)
    whole = np.interp(at, at[present], vertical_mps2[present])
    load = np.where(present, gaussian_filter1d(whole, _WEIGHED_S * rate_hz), np.nan)
    peaks = find_extremes(load, 1, height=-np.inf)
    if not peaks.size:
        return np.full(steps.size, np.nan)
    after = np.clip(np.searchsorted(peaks, steps), 1, max(peaks.size - 1, 1))
    earlier, later = peaks[after - 1], peaks[np.minimum(after, peaks.size - 1)]
    nearest = np.where(steps - earlier <= later - steps, earlier, later)
    found = refine(load, nearest)
    return np.where(np.abs(found - steps) <= _PEAK_NEAR * before, found, np.nan)


FEATURES: Final[Mapping[str, Callable[[FloatArray, FloatArray, FloatArray, float], FloatArray]]] = {
    function.__name__: function for function in (rise_to_half_weight, peak_of_load)
}
"""Name in ``methods.toml`` to function."""
