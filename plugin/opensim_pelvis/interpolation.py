"""Values between samples: rotations by slerp, vectors by straight lines or a cubic spline.

Nothing is made up: what lies outside the samples, or between two samples with a hole between
them, is said to be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray

HOLE_STEPS: Final = 1.6
"""Steps between two samples from which on at least one sample is missing between them."""

ON_SAMPLE: Final = 1e-6
"""Parts of a step: what is closer to a sample than that is the sample."""

_FADES = 6.0  # periods of a cut-off after which a Butterworth filter of fourth order has faded
_BLOCK = 64  # rows of a product that stay in the cache of a processor
_SMALL_RAD: Final = 1e-6  # below this, sines are their angles to the last digit


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """Where moments lie among samples: the rows around them, and the part of the step between.

    At the very moment of a sample the part is 0 or 1. Moments that are not known have no hole-free
    step around them.
    """

    before: IntArray
    after: IntArray
    part: FloatArray
    known: BoolArray


def typical_step(time_s: FloatArray) -> float:
    """Return the median step between sample times, seconds; NaN below two samples."""
    return float(np.median(np.diff(time_s))) if time_s.size > 1 else float("nan")


def locate(time_s: FloatArray, at_s: FloatArray) -> Places:
    """Find moments among samples.

    Parameters
    ----------
    time_s : (n,) array
        Strictly increasing.
    at_s : (m,) array
    """
    step_s = typical_step(time_s) if time_s.size > 1 else 0.0
    slack_s = ON_SAMPLE * step_s
    last = time_s.size - 1
    before = np.searchsorted(time_s, at_s + slack_s, side="right") - 1
    np.clip(before, 0, max(last - 1, 0), out=before)
    after = np.minimum(before + 1, last)
    start_s = time_s[before]
    width_s, gone_s = time_s[after] - start_s, at_s - start_s
    at_before, at_after = np.abs(gone_s) <= slack_s, np.abs(gone_s - width_s) <= slack_s
    between = (gone_s > 0.0) & (gone_s < width_s) & (width_s <= HOLE_STEPS * step_s)
    part = np.clip(gone_s / np.where(width_s > 0.0, width_s, 1.0), 0.0, 1.0)
    part = np.where(at_before, 0.0, np.where(at_after, 1.0, part))
    return Places(before, after, part, at_before | at_after | between)


def slerp(before: FloatArray, after: FloatArray, part: FloatArray) -> FloatArray:
    """Return orientations between others, turning evenly the shorter way round.

    Shoemake 1985, doi:10.1145/325165.325242. Turns between samples h apart err by at most
    ``h² / 8`` times the largest angular acceleration.

    Parameters
    ----------
    before, after : (n, 4) array
        Quaternions (w, x, y, z) of unit length.
    part : (n, 1) array
        Of the way, 0 to 1.
    """
    cosine = np.einsum("ij,ij->i", before, after)[:, None]
    after = np.where(cosine < 0.0, -after, after)
    chord = np.linalg.norm(after - before, axis=1, keepdims=True)
    angle = 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))  # exact where the turn is small
    sine = np.where(angle < _SMALL_RAD, 1.0, np.sin(angle))
    from_before = np.where(angle < _SMALL_RAD, 1.0 - part, np.sin((1.0 - part) * angle) / sine)
    from_after = np.where(angle < _SMALL_RAD, part, np.sin(part * angle) / sine)
    return np.asarray(from_before * before + from_after * after)


def straight(before: FloatArray, after: FloatArray, part: FloatArray) -> FloatArray:
    """Return values on the straight lines between others; ``part`` is of a shape to multiply."""
    return np.asarray(before + part * (after - before))


def rotations_at(time_s: FloatArray, q: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return orientations at other moments, by `slerp`.

    Parameters
    ----------
    time_s : (n,) array
        Strictly increasing.
    q : (n, 4) array
        Quaternions (w, x, y, z), of about unit length.
    at_s : (m,) array

    Returns
    -------
    (m, 4) array
        Of unit length; a sample met exactly comes out as it is. NaN before the first and after
        the last sample, and where a sample was lost.
    """
    if np.array_equal(time_s, at_s):
        return q
    places = locate(time_s, at_s)
    length = np.linalg.norm(q, axis=1, keepdims=True)
    unit = q / np.where(length > 0.0, length, np.nan)
    part = places.part[:, None]
    between = slerp(unit[places.before], unit[places.after], part)
    return _exact_on_samples(q, between, places)


def vectors_at(time_s: FloatArray, values: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return (n, k) vectors at other moments, by straight lines; NaN as in `rotations_at`."""
    if np.array_equal(time_s, at_s):
        return values
    places = locate(time_s, at_s)
    between = np.empty((at_s.size, values.shape[1]))
    for i, column in enumerate(values.T):  # several times quicker than by rows
        between[:, i] = straight(column[places.before], column[places.after], places.part)
    return _exact_on_samples(values, between, places)


def _exact_on_samples(values: FloatArray, between: FloatArray, places: Places) -> FloatArray:
    """Replace what was interpolated by the sample where there is one; NaN where not known."""
    on_before, on_after = np.flatnonzero(places.part == 0.0), np.flatnonzero(places.part == 1.0)
    between[on_before] = values[places.before[on_before]]
    between[on_after] = values[places.after[on_after]]
    between[np.flatnonzero(~places.known)] = np.nan
    return between


def smooth_at(time_s: FloatArray, values: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return (n, k) values at other times by a cubic spline.

    The spline of a sine of frequency f sampled h apart errs by about ``(2 π f h)⁴ / 384`` of its
    amplitude. Times outside the samples get the spline's own continuation: mask them.
    """
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(time_s, values)(at_s))


def low_pass(values: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    """Return (n, k) evenly sampled values without what is faster than a cut-off; no delay.

    A Butterworth filter of fourth order runs forward and backward (SciPy's ``sosfiltfilt``).
    """
    from scipy.signal import sosfiltfilt

    sections = butterworth(4, min(cutoff_hz / (rate_hz / 2.0), 0.99))
    padding = min(values.shape[0] - 1, round(3.0 * rate_hz / cutoff_hz))
    return np.asarray(sosfiltfilt(sections, values, axis=0, padlen=padding))


def low_pass_every(
    values: FloatArray, cutoff_hz: float, rate_hz: float, every: int = 1
) -> FloatArray:
    """Return each ``every``-th row of `low_pass` in single precision, many times quicker.

    Its impulse response is cut off where it has faded to 1e-6, and long signals meet it in one
    product a block. They are continued at both ends by turning them about their end points.
    """
    reach = int(np.ceil(_FADES * rate_hz / cutoff_hz))
    n, columns = values.shape
    if n <= 4 * reach:
        return low_pass(values, cutoff_hz, rate_hz)[::every].astype(np.float32)
    impulse = np.zeros((4 * reach + 1, 1))
    impulse[2 * reach] = 1.0
    kernel = low_pass(impulse, cutoff_hz, rate_hz)[reach : 3 * reach + 1, 0]
    weights = np.zeros((_BLOCK, (_BLOCK - 1) * every + kernel.size), dtype=np.float32)
    for k in range(_BLOCK):
        weights[k, k * every : k * every + kernel.size] = kernel / kernel.sum()
    rows = -(-n // every)
    blocks = -(-rows // _BLOCK)
    size = max((blocks - 1) * _BLOCK * every + weights.shape[1], n + 2 * reach)
    longer = np.zeros((size, columns), dtype=np.float32)
    longer[reach : reach + n] = values
    longer[:reach] = 2.0 * values[0] - values[reach:0:-1]
    longer[reach + n : n + 2 * reach] = 2.0 * values[-1] - values[-2 : -reach - 2 : -1]
    spans = np.moveaxis(
        sliding_window_view(longer, weights.shape[1], axis=0)[:: _BLOCK * every][:blocks], -1, -2
    )
    return np.asarray((weights @ spans).reshape(-1, columns)[:rows])


def butterworth(order: int, cutoff: float) -> FloatArray:
    """Return a low-pass Butterworth filter in second-order sections, as ``sosfiltfilt`` wants it.

    Parameters
    ----------
    order : int
    cutoff : float
        Part of half the sampling rate.
    """
    return _designed(order, cutoff).copy()  # SciPy's filters take no array that is read-only


@lru_cache(maxsize=64)
def _designed(order: int, cutoff: float) -> FloatArray:
    """Design a filter once: it takes longer than to filter a short signal with it."""
    from scipy.signal import butter

    sections = np.asarray(butter(order, cutoff, output="sos"))
    sections.flags.writeable = False
    return sections
