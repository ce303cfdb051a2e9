"""What stands out in the movement of a leg near initial contact and toe-off.

Each function looks at one stride, from a mid-swing ``p`` to the next ``q`` (samples), and returns
a place between samples, NaN where the feature is not there. Features are not events: `methods`
holds by how much each comes late. ``omega`` is the sagittal angular velocity, + forward swing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.signals import minima_in, passes, refine

_NONE: Final = float("nan")

_LATEST_CONTACT: Final = 0.5
"""Contact lies within this part of the stride after mid-swing."""

_PUSH_AFTER: Final = 0.15
"""The foot pushes off at least this part of the stride after swing; before, it may slap down."""

_STANCE_FROM: Final = 0.35
"""After this part of the stride the shank may already fall into the trough before toe-off."""

_SAME_TROUGH: Final = 0.6
"""The first trough of the foot's rate that is at least this part of the deepest one."""

_PUSH_S: Final = 0.1
"""The foot leaves the ground within this time after that trough."""

_TROUGH_LEVEL: Final = 0.8
"""Part of the minimum at which a trough of the shank is cut: its bottom is flat and uneven."""

_SMALLEST: Final = 0.08
"""Minima shallower than this part of the swing's peak are none."""

_SETTLED: Final = 0.15
"""In walking the leg stands for at least this part of the stride before toe-off is looked for."""


class Stride(NamedTuple):
    """One stride of a leg, in samples of its low-passed signals.

    ``q`` is a usual stride after ``p`` where no swing follows.
    """

    omega: FloatArray
    force_x: FloatArray | None
    p: float
    q: float
    rate_hz: float

    @property
    def middle(self) -> float:
        """The place before which contact lies."""
        return self.p + _LATEST_CONTACT * (self.q - self.p)


def zero_fall(stride: Stride) -> float:
    """Return where forward swing ends: the first fall of the rate through zero after mid-swing."""
    found = _first(passes(stride.omega, stride.p, stride.middle, 0.0, "fall"))
    return found if _whole(stride.omega, stride.p, found) else _NONE


def half_fall(stride: Stride) -> float:
    """Return the last fall through half of the minimum, between the end of swing and the minimum.

    The minimum is that of the rate between the end of forward swing and half a stride after
    mid-swing.
    """
    zero = zero_fall(stride)
    low = _lowest(stride.omega, zero, stride.middle)
    if np.isnan(low):
        return _NONE
    return _last(passes(stride.omega, zero - 1.0, low, stride.omega[int(low)] / 2.0, "fall"))


def first_minimum(stride: Stride) -> float:
    """Return the first minimum of the rate after mid-swing (Aminian et al. 2002)."""
    least = -_SMALLEST * float(stride.omega[int(stride.p)])
    for low in minima_in(stride.omega, stride.p, stride.middle):
        if stride.omega[low] < least:
            found = float(refine(stride.omega, np.array([low]))[0])
            return found if _whole(stride.omega, stride.p, found) else _NONE
    return _NONE


def push_off(stride: Stride) -> float:
    """Return the middle between the foot's first trough of rate and its braking after it.

    The trough is the first local minimum after the foot has landed that is nearly as deep as the
    deepest; the braking is the centre of the negative specific force along the
    foot within a tenth of a second after it (or of its lower half, where none is negative).
    """
    omega, force = stride.omega, stride.force_x
    start = zero_fall(stride) + _PUSH_AFTER * (stride.q - stride.p)
    if force is None or np.isnan(start) or not _whole(omega, start, stride.q):
        return _NONE
    lows = minima_in(omega, start, stride.q)
    if not lows.size or not omega[lows].min() < 0.0:
        return _NONE
    first = lows[omega[lows] <= _SAME_TROUGH * omega[lows].min()][0]
    trough = float(refine(omega, np.array([first]))[0])
    stop = min(first + int(_PUSH_S * stride.rate_hz) + 1, force.size)
    felt = force[first:stop]
    level = 0.0 if felt.min() < 0.0 else (felt.min() + felt.max()) / 2.0
    braking = np.clip(level - felt, 0.0, None)
    if not braking.sum() > 0.0:
        return _NONE
    centre = float(np.average(np.arange(first, stop), weights=braking))
    return (trough + centre) / 2.0


def middle_of_trough(stride: Stride) -> float:
    """Return the middle of the shank's trough of rate in the second half of the stride.

    Between the last fall below and the first rise above 0.8 of its minimum.
    """
    low = _lowest(stride.omega, stride.middle, stride.q)
    if np.isnan(low):
        return _NONE
    level = _TROUGH_LEVEL * float(stride.omega[int(low)])
    down = passes(stride.omega, stride.p + _STANCE_FROM * (stride.q - stride.p), low, level, "fall")
    up = passes(stride.omega, low, stride.q, level, "rise")
    return (_last(down) + _first(up)) / 2.0


def rise_to_swing(stride: Stride) -> float:
    """Return where the rate rises through half of its minimum before the next swing (walking)."""
    start = stride.p + (_LATEST_CONTACT + _SETTLED) * (stride.q - stride.p)
    low = _lowest(stride.omega, start, stride.q)
    if np.isnan(low):
        return _NONE
    return _last(passes(stride.omega, low, stride.q, stride.omega[int(low)] / 2.0, "rise"))


FEATURES: Final[Mapping[str, Callable[[Stride], float]]] = {
    function.__name__: function
    for function in (
        zero_fall,
        half_fall,
        first_minimum,
        push_off,
        middle_of_trough,
        rise_to_swing,
    )
}
"""Name in ``methods.toml`` to function."""


def _lowest(omega: FloatArray, start: float, stop: float) -> float:
    """Return the sample of the lowest value between two places, if it is negative."""
    if np.isnan(start) or np.isnan(stop):
        return _NONE
    first, last = int(np.ceil(start)), min(int(stop), omega.size - 1)
    if last <= first or not _whole(omega, first, last):
        return _NONE
    low = first + int(np.argmin(omega[first : last + 1]))
    return float(low) if omega[low] < 0.0 else _NONE


def _first(places: FloatArray) -> float:
    return float(places[0]) if places.size else _NONE


def _last(places: FloatArray) -> float:
    return float(places[-1]) if places.size else _NONE


def _whole(values: FloatArray, start: float, stop: float) -> bool:
    """Return whether no sample between two places is absent."""
    if np.isnan(stop):
        return False
    return bool(np.isfinite(values[max(int(start), 0) : int(np.ceil(stop)) + 1]).all())
