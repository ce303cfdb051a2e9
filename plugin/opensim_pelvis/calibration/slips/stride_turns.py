"""Turns of a sensor between strides: by its waveforms, and by its orientations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.calibration.slips.case_turns import (
    Parts,
    case_turns,
    median_orientation,
    median_orientations,
)
from opensim_pelvis.calibration.slips.stride_cut import CutStrides
from opensim_pelvis.calibration.slips.turns import (
    STRIDES,
    mean_strides,
    median_strides,
    turn_parts,
    turn_vectors,
    turns_between,
)
from opensim_pelvis.frames import BoolArray, FloatArray, IntArray

PAUSE: Final = 2.5
"""Stride times without strides beyond which headings before and after are not compared."""


class StrideTurns(NamedTuple):
    """Turns between the strides before and after each one.

    Parameters
    ----------
    rows : (n,) int array
        Strides that were compared.
    waves : Parts
        Of the n - 11 places, by waveforms.
    cases : Parts
        The same by orientations; NaN where they do not tell.
    rest : (n - 11,) array
        Part of the waveforms that the turn leaves unexplained.
    singles : (Parts, Parts)
        Of m single strides against the median of their six, by waveforms and by orientations.
    """

    rows: IntArray
    waves: Parts
    cases: Parts
    rest: FloatArray
    singles: tuple[Parts, Parts]


def measure_turns(
    strides: CutStrides, rows: IntArray, i: int, oriented: tuple[Parts, Parts] | None = None
) -> StrideTurns:
    """Return the turns of a sensor between six strides and the next six, wherever they are.

    Parameters
    ----------
    strides : CutStrides
    rows : (n,) int array
        Strides of one movement.
    i : int
        Column of the sensor.
    oriented : (Parts, Parts), optional
        What `measure_orientations` returns for these strides.
    """
    turning, force = (signal[rows, i] for signal in (strides.turning_radps, strides.force_mps2))
    w, f = median_strides(turning), median_strides(force)
    waves, rest = _by_waves((w[:-STRIDES], f[:-STRIDES]), (w[STRIDES:], f[STRIDES:]))
    whole = rows.size // STRIDES * STRIDES
    w, f = (np.repeat(medians[::STRIDES], STRIDES, axis=0)[:whole] for medians in (w, f))
    single, _ = _by_waves((w, f), (turning[:whole], force[:whole]))
    if oriented is None:
        oriented = measure_orientations(strides, rows)
    cases, singles = ((vertical[:, i], level[:, i]) for vertical, level in oriented)
    return StrideTurns(rows, waves, cases, rest, (single, singles))


def measure_orientations(strides: CutStrides, rows: IntArray) -> tuple[Parts, Parts]:
    """Return turns of all cases by orientations, as `StrideTurns.cases` and of single strides.

    They are of shapes (k, s) and (k, s, 3).
    """
    R_ES = strides.R_ES[rows]
    medians = median_orientations(R_ES)
    up = median_strides(_up(strides, rows))
    cases = case_turns(medians[:-STRIDES], medians[STRIDES:], up[:-STRIDES])
    cases[0][_interrupted(strides, rows)] = np.nan
    whole = rows.size // STRIDES * STRIDES
    medians, up = (np.repeat(x[::STRIDES], STRIDES, axis=0)[:whole] for x in (medians, up))
    return cases, case_turns(medians, R_ES[:whole], up)


def turns_over(strides: CutStrides, before: IntArray, after: IntArray, i: int) -> list[Parts]:
    """Return a sensor's turn between many strides and others, by waveforms and by orientations."""
    w, f = (
        [np.median(signal[part, i], axis=0)[None] for part in (before, after)]
        for signal in (strides.turning_radps, strides.force_mps2)
    )
    q = [median_orientation(strides.R_ES[part]) for part in (before, after)]
    vertical, level = case_turns(q[0], q[1], np.median(_up(strides, before), axis=0)[None])
    return [_by_waves((w[0], f[0]), (w[1], f[1]))[0], (vertical[:, i], level[:, i])]


def spread_of(singles: Sequence[Parts]) -> FloatArray:
    """Return how far single strides turn from the median of their six, (2,), radians.

    Root mean squares of six about the vertical and, an axis, about the horizontal; the median over
    all sixes, NaN where none is known.
    """
    squares = np.concatenate(
        [
            np.stack([np.square(vertical), 0.5 * np.einsum("ki,ki->k", level, level)], axis=1)
            for vertical, level in singles
        ]
    )
    sizes = np.sqrt(squares.reshape(-1, STRIDES, 2).mean(axis=1))
    out = np.full(2, np.nan)
    known = np.isfinite(sizes).any(axis=0)
    out[known] = np.nanmedian(sizes[:, known], axis=0)
    return out


def _up(strides: CutStrides, rows: IntArray) -> FloatArray:
    """Return the mean force of all sensors over strides, in S, (n, s, 3)."""
    force = strides.force_mps2[rows]
    return mean_strides(force.reshape(-1, *force.shape[2:])).reshape(*force.shape[:2], 3)


def _by_waves(before: Parts, after: Parts) -> tuple[Parts, FloatArray]:
    """Return turns between waveforms of angular velocity and force, and what they leave."""
    R_SS, rest = turns_between((before[0], after[0]), (before[1], after[1]))
    return turn_parts(turn_vectors(R_SS), mean_strides(before[1])), rest


def _interrupted(strides: CutStrides, rows: IntArray) -> BoolArray:
    """Return which places have a pause, or a hole of this sensor, among their twelve strides."""
    start_s, end_s = strides.start_s[rows], strides.end_s[rows]
    pause = start_s[1:] - end_s[:-1] > PAUSE * np.median(end_s - start_s)
    broken = np.concatenate([[0], np.cumsum(pause | (np.diff(rows) > 1))])
    return np.asarray(broken[2 * STRIDES - 1 :] > broken[: broken.size - 2 * STRIDES + 1])
