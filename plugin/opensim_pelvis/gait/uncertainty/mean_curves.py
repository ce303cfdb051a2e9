"""Mean curves of angles over the stride, and how sure they are.

A curve has the terms of a value at each of its points. Fast motion of soft tissue is all that is
faster than the slow part, as of values at contact, by its amplitude over the stride.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.intervals import blocks_of, mean_interval
from opensim_pelvis.gait.measures.statistics import FEWEST_FOR_MEAN
from opensim_pelvis.gait.measures.stride_data import SLOW_HARMONICS
from opensim_pelvis.gait.optical.coefficients import corrections
from opensim_pelvis.gait.optical.equivalent import NAMES
from opensim_pelvis.gait.strides.curves import normalise, slow_part
from opensim_pelvis.gait.uncertainty.inputs import HIPS, Motion
from opensim_pelvis.gait.uncertainty.priors import number
from opensim_pelvis.types import RunningAnalysis
from opensim_pelvis.types.running import SIDES

if TYPE_CHECKING:
    from opensim_pelvis.gait.uncertainty.changes import Change

MeanCurves = Mapping[tuple[str, str], FloatArray]
"""Angle and side to a curve over the stride, degrees, or to a change of it."""

_ASKED: Final = (0, 33, 67)
"""Points of the stride at which the memory of strides is looked for; their mean serves all."""


def assessed(names: Collection[str], motion: Motion) -> list[str]:
    """Return those of some angles that follow the bodies when inputs change."""
    return [n for n in names if n in motion.angles.names or n in dict(HIPS)]


def mean_curves(motion: Motion, names: Collection[str], copies: int = 1) -> list[MeanCurves]:
    """Return the mean curves of a motion, of each copy in it (`Motion.repeated`).

    Parameters
    ----------
    motion : Motion
    names : collection of str
        Angles; those that the motion has not are left out.
    copies : int
    """
    strides, time_s = motion.strides, motion.angles.time_s
    out: list[dict[tuple[str, str], FloatArray]] = [{} for _ in range(copies)]
    for code, side in enumerate(SIDES):
        rows = strides.side == code
        if not rows.any():
            continue
        start, end = strides.start_s[rows], strides.end_s[rows]
        for name in names:
            if name not in motion.table:
                continue
            curves = normalise(motion.table[name], time_s, start, end)
            each = curves.reshape(copies, -1, curves.shape[1])
            whole = np.isfinite(each).all(axis=(0, 2))
            if whole.any():
                for found, mean in zip(out, each[:, whole].mean(axis=1), strict=True):
                    found[name, side] = np.rad2deg(mean)
    return list(out)


def curve_u95(
    analysis: RunningAnalysis, motion: Motion, changes: Sequence[Change]
) -> tuple[FloatArray, FloatArray]:
    """Return the expanded uncertainty (95 %) of the mean curves of an analysis, degrees.

    Parameters
    ----------
    analysis : RunningAnalysis
    motion : Motion
        Of all strides.
    changes : sequence of Change

    Returns
    -------
    whole, shape : (2, POINTS, a) array
        As `Curves.mean_deg`: of the curve, and of the curve without its mean over the stride. NaN
        for what is no angle of a body or hip, and where strides are too few.
    """
    curves = analysis.curves
    whole, shape = (np.full_like(curves.mean_deg, np.nan) for _ in range(2))
    tried = {key for change in changes for key in change.curves}
    known = corrections(analysis.events.gait)
    of_markers = {shown: (angle, known.get(angle)) for angle, shown in NAMES.items()}
    for code, side in enumerate(SIDES):
        for column, name in enumerate(curves.angles):
            angle, correction = of_markers.get(name, (name, None))
            if (angle, side) not in tried or curves.n[code, column] < FEWEST_FOR_MEAN:
                continue
            if name in of_markers and (correction is None or correction.people < 2):
                continue
            strides = _of_each_stride(motion, angle, code)
            longer, freedom = _longer_memory(strides)
            moved = [(c.curves.get((angle, side)), c.size, c.freedom) for c in changes]
            for out, level in ((whole, 0.0), (shape, 1.0)):
                own = strides - level * strides.mean(axis=1, keepdims=True)
                error = longer * own.std(axis=0, ddof=1) / np.sqrt(len(own))
                terms = [(error, freedom), *_of_mean(own.mean(axis=0))]
                terms += [
                    (np.abs(by - level * by.mean()) * size, known_by)
                    for by, size, known_by in moved
                    if by is not None
                ]
                if correction is not None:
                    apart = np.full(error.size, correction.curve_rmse_deg)
                    terms.append((apart, correction.people - 1.0))
                out[code, :, column] = _expanded(terms)
    return whole, shape


def _of_each_stride(motion: Motion, name: str, code: int) -> FloatArray:
    """Return the curve of each kept stride of a side, degrees, (n, POINTS)."""
    strides = motion.strides
    rows = strides.kept & (strides.side == code)
    curves = normalise(
        motion.table[name], motion.angles.time_s, strides.start_s[rows], strides.end_s[rows]
    )
    return np.rad2deg(curves[np.isfinite(curves).all(axis=1)])


def _longer_memory(strides: FloatArray) -> tuple[float, float]:
    """Return by how much strides that resemble those before widen the error of their mean.

    And the degrees of freedom of that error.
    """
    from scipy.special import stdtrit

    n = strides.shape[0]
    freedom = blocks_of(n)[1] - 1.0
    factor = float(stdtrit(freedom, 0.975))
    plain = strides.std(axis=0, ddof=1) / np.sqrt(n)
    longer = [mean_interval(strides[:, k])[0] / factor / plain[k] for k in _ASKED if plain[k] > 0.0]
    return float(np.mean(longer)) if longer else 1.0, freedom


def _of_mean(mean: FloatArray) -> list[tuple[FloatArray, float]]:
    """Return the standard uncertainties that a mean curve tells, and their degrees of freedom."""
    never = float("inf")
    fast = mean - slow_part(mean[None], SLOW_HARMONICS)[0]
    amplitude = np.sqrt(2.0 * np.mean(fast[:-1] ** 2))  # its zeros are no surer than its peaks
    return [
        (np.full(mean.size, amplitude / np.sqrt(3.0)), never),
        (number("gyroscope scale", "part") * np.abs(mean - mean.mean()), never),
        (np.full(mean.size, number("fusion", "within_stride_deg")), never),
    ]


def _expanded(terms: Sequence[tuple[FloatArray, float]]) -> FloatArray:
    """Return 95 % of terms combined, at each point (as `combine`)."""
    from scipy.special import stdtrit

    square = np.add.reduce([size**2 for size, _ in terms])
    doubt = np.add.reduce([size**4 / freedom for size, freedom in terms])
    freedom = np.clip(square**2 / np.maximum(doubt, 1e-12 * square**2), 1.0, None)
    return np.asarray(stdtrit(freedom, 0.975) * np.sqrt(square))
