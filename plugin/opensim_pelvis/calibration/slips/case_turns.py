"""How far a sensor's case turned on its body, as the orientations show it.

Strides alike, the mean orientation over one changes by the turn of the case alone, less what all
sensors share: a path that bends. Waveforms tell the same turn without orientations
(`opensim_pelvis.calibration.slips.turns`), but trunks move so little that what differs between
strides turns their waveforms by 10 degrees and more about the vertical. A slip shows in both.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.calibration.slips.turns import median_strides, turn_parts
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import (
    inverse,
    is_present,
    make_continuous,
    multiply,
    normalise,
    to_rotation_vector,
)

PHASES: Final = 8
"""Samples of a stride whose mean stands for it: higher harmonics of a stride turn no segment by
more than a degree."""

OUTWEIGHS: Final = 2.0
"""How many times what one of them shows a turn may be, and still be shown by both (choice; limits
were judged with it). Of a single sensor 1: its heading turns with the path as well."""

LEAST_SPREAD_RAD: Final = 1e-3
"""Strides of simulated people may be all the same."""

Parts = tuple[FloatArray, FloatArray]
"""Turns about the vertical, (k,), and rotation vectors about the horizontal, (k, 3), in S before,
radians."""


def mean_orientations(
    R_ES: FloatArray, start_s: FloatArray, end_s: FloatArray, rate_hz: float
) -> FloatArray:
    """Return the mean orientation of each sensor over each stride, (t, s, 4) to (n, s, 4).

    A mean of quaternions, so that a turn of the case turns it by the same. NaN where a sample is
    absent.
    """
    phase = (np.arange(PHASES) + 0.5) / PHASES
    at = (start_s[:, None] + (end_s - start_s)[:, None] * phase) * rate_hz
    q = R_ES[np.rint(at).astype(np.int64).clip(0, len(R_ES) - 1)]
    agree = np.einsum("npsk,nsk->nps", q, q[:, 0])
    return normalise((q * np.where(agree < 0.0, -1.0, 1.0)[..., None]).sum(axis=1))


def median_orientations(R_ES: FloatArray) -> FloatArray:
    """Return medians of mean orientations over strides in a row, (n, s, 4) to (n - 5, s, 4)."""
    return normalise(median_strides(_of_one_sign(R_ES)))


def median_orientation(R_ES: FloatArray) -> FloatArray:
    """Return the median of all mean orientations that are present, (n, s, 4) to (1, s, 4)."""
    known = is_present(R_ES).any(axis=0)
    out = np.full((1, *R_ES.shape[1:]), np.nan)
    out[0, known] = np.nanmedian(_of_one_sign(R_ES)[:, known], axis=0)
    return normalise(out)


def case_turns(before: FloatArray, after: FloatArray, up: FloatArray) -> Parts:
    """Return how the case of each sensor turned on its body, between mean orientations.

    Parameters
    ----------
    before, after : (k, s, 4) arrays
        Mean orientations R_ES.
    up : (k, s, 3) array
        Upward in S before, of any length: the mean force, as for waveforms. That of the mean
        orientation of a foot, which swings far, can be 50 degrees from it.

    Returns
    -------
    vertical : (k, s) array
        Turn about the vertical, positive to the left, against the middle sensor, of two against the
        other one, of one in the earth frame; NaN where an orientation is absent.
    level : (k, s, 3) array
        Rotation vector about the horizontal, in S before.
    """
    R_SE = inverse(before)
    middle = _middle(_headings(before, after))
    back = np.zeros((*middle.shape, 4))
    back[..., 0], back[..., 3] = np.cos(0.5 * middle), -np.sin(0.5 * middle)
    turn = to_rotation_vector(multiply(R_SE, multiply(back, after)))
    return turn_parts(turn, up)


def weighted(waves: Parts, cases: Parts, spreads: tuple[FloatArray, FloatArray]) -> Parts:
    """Return the mean of turns by waveforms and by orientations; NaN where either is absent.

    Parameters
    ----------
    waves, cases : Parts
    spreads : (by waves, by cases), each (2,)
        Of single strides, about the vertical and about the horizontal; weights are their inverse
        squares.
    """
    a, b = (1.0 / np.square(np.maximum(spread, LEAST_SPREAD_RAD)) for spread in spreads)
    vertical, level = ((a[k] * waves[k] + b[k] * cases[k]) / (a[k] + b[k]) for k in range(2))
    return vertical, level


def shown_by_both(
    both: Parts, waves: Parts, cases: Parts, *, outweighs: float = OUTWEIGHS
) -> FloatArray:
    """Return what of a turn waveforms and orientations agree on, (k, 2); NaN where one is absent.

    Parameters
    ----------
    both : Parts
        Their mean.
    waves, cases : Parts
    outweighs : float

    Returns
    -------
    (k, 2) array
        The mean about the vertical, and the size of that about the horizontal, at most so many
        times what either shows along it; 0 where they are opposite.
    """
    sizes = np.stack([np.abs(both[0]), np.linalg.norm(both[1], axis=1)], axis=1)
    unit = both[1] / np.where(sizes[:, 1] > 0.0, sizes[:, 1], 1.0)[:, None]
    for vertical, level in (waves, cases):
        along = [np.sign(both[0]) * vertical, np.einsum("ki,ki->k", level, unit)]
        sizes = np.minimum(sizes, outweighs * np.maximum(np.stack(along, axis=1), 0.0))
    sizes[:, 0] *= np.sign(both[0])
    return sizes


def _headings(before: FloatArray, after: FloatArray) -> FloatArray:
    """Return turns about the vertical in E, (k, s): of the product of after and before inverse."""
    (a, b, c, d), (w, x, y, z) = np.moveaxis(before, -1, 0), np.moveaxis(after, -1, 0)
    return np.asarray(
        2.0 * np.arctan2(z * a - w * d - x * c + y * b, w * a + x * b + y * c + z * d)
    )


def _middle(headings: FloatArray) -> FloatArray:
    """Return the turn that each is compared with, (k, s).

    That of the middle sensor, of two the other one, of a single one none.
    """
    if headings.shape[1] == 1:
        return np.zeros_like(headings)
    known = np.isfinite(headings)
    first = headings[np.arange(len(headings)), np.argmax(known, axis=1)][:, None]
    against = np.angle(np.exp(1j * (headings - first)))
    out = np.full_like(headings, np.nan)
    count = known.sum(axis=1)
    many, pair = count > 2, count == 2
    whole = known.all()
    out[many] = (np.median if whole else np.nanmedian)(against[many], axis=1, keepdims=True)
    others = np.nansum(against[pair], axis=1, keepdims=True) - against[pair]
    out[pair] = others
    return np.asarray(out + first)


def _of_one_sign(R_ES: FloatArray) -> FloatArray:
    """Return orientations whose neighbours in time have like signs, (n, s, 4)."""
    return np.stack([make_continuous(R_ES[:, j]) for j in range(R_ES.shape[1])], axis=1)
