"""The direction of travel: which way the path goes, whatever the pelvis does within a stride."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import BoolArray, FloatArray, heading_of
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import rotate, unwrap_present

TRAVEL_SMOOTHING_S: Final = 0.75
"""Standard deviation of the Gaussian that turns pelvis heading into direction of travel.

It passes 0.01 % of a rotation at 0.9 Hz, the slowest stride of walking, and follows a bend.
"""


BRIDGED_S: Final = 0.5
"""Longest gap within which a mean over strides is still one: less than a stride of running."""


def travel_heading(
    pelvis_R_GB: FloatArray, *, rate_hz: float, surface: Surface | None
) -> tuple[FloatArray, Notice]:
    """Return the heading of the direction of travel T in G, and how it was taken.

    Parameters
    ----------
    pelvis_R_GB : (t, 4) array
    rate_hz : float
    surface : str or None
        ``"overground"``: the pelvis's heading, smoothed over strides, which follows bends and
        turns and takes a constant turn of the pelvis away. Otherwise: forward in the
        calibration pose throughout, as on a treadmill.

    Returns
    -------
    (t,) array
        Radians, continuous; NaN where the pelvis is absent for longer than `BRIDGED_S`: which way
        it turned there is not known.
    Notice
        How it was found.
    """
    if surface != "overground":
        return np.zeros(pelvis_R_GB.shape[0]), notice("travel.fixed")
    heading = unwrap_present(heading_of(rotate(pelvis_R_GB, np.array([1.0, 0.0, 0.0]))))
    source = notice("travel.smoothed", smoothing_s=TRAVEL_SMOOTHING_S)
    travel = smooth_over_strides(heading, rate_hz)
    travel[~present_or_bridged(np.isfinite(heading), BRIDGED_S * rate_hz)] = np.nan
    return travel, source


def present_or_bridged(present: BoolArray, longest: float) -> BoolArray:
    """Return where samples are present, or in a gap between samples of some length at most.

    Parameters
    ----------
    present : (t,) bool array
    longest : float
        Longest gap, samples.
    """
    out = present.copy()
    known = np.flatnonzero(present)
    steps = np.diff(known)
    for k in np.flatnonzero((steps > 1) & (steps <= longest + 1.0)):
        out[known[k] : known[k + 1]] = True
    return out


def smooth_over_strides(values: FloatArray, rate_hz: float) -> FloatArray:
    """Return the local straight line through the samples present, weighted by a Gaussian.

    In the middle of a recording this is the Gaussian mean; at its ends and beside a gap the
    line keeps a turn from being flattened. NaN where no sample lies within four deviations.
    """
    return smooth_samples(values, TRAVEL_SMOOTHING_S * rate_hz)


def smooth_samples(values: FloatArray, sigma_samples: float) -> FloatArray:
    """Return what `smooth_over_strides` does, with any standard deviation, in samples."""
    reach = int(np.ceil(4.0 * sigma_samples))
    offset = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (offset / sigma_samples) ** 2)
    present = np.isfinite(values)
    kept = np.where(present, values, 0.0)

    def moment(samples: FloatArray, power: int) -> FloatArray:
        # A convolution turns the kernel round, hence the minus.
        return np.convolve(samples, kernel * (-offset) ** power)[reach : reach + values.size]

    s0, s1, s2 = (moment(present.astype(np.float64), power) for power in (0, 1, 2))
    t0, t1 = (moment(kept, power) for power in (0, 1))
    spread = s0 * s2 - s1**2
    with np.errstate(invalid="ignore", divide="ignore"):
        line = (s2 * t0 - s1 * t1) / spread
        flat = t0 / s0
    out = np.where(spread > 1e-6 * s0**2 * sigma_samples**2, line, flat)
    return np.where(s0 > 1e-3, out, np.nan)
