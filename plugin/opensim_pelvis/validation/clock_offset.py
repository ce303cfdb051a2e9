"""Offset and drift between two clocks, to a fraction of a sample, from whole rotations.

Angular speed finds which instant belongs to which (`sync`); here the rotations themselves are
laid over each other. Where one clock is late by ``d``, orientations differ by ``omega d``; what
differs besides are the two worlds (a constant turn on the left) and the two definitions of the
segment (a constant turn on the right). All are fitted together by least squares, over all
segments that both have, each weighed by the variance that its own fit leaves. Errors come from
leaving out one block of time after another, since neighbouring residuals are alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.rotations import (
    angular_velocity,
    inverse,
    make_continuous,
    mean_rotation,
    multiply,
    rotate,
    to_matrix,
    to_rotation_vector,
)

BLOCKS: Final = 10
"""Blocks of time that are left out in turn."""

MIN_SAMPLES: Final = 100
"""Fewer samples of a segment do not fix its two constant turns."""

SLOW_S: Final = 0.1
"""Standard deviation of the Gaussian below which changes count as slow."""

SMOOTH_S: Final = 0.02
"""Standard deviation of the Gaussian that takes marker noise out of angular velocity."""

_ROUNDS: Final = 12
_SMALL_S: Final = 1e-6
_FLOOR: Final = 1e-12  # rad^2; without noise all segments count alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Clocks by rotations: ``t_ref = offset + t (1 + drift)``.

    Parameters
    ----------
    offset_s, offset_error_s : float
        At the middle of the overlap, where drift does not matter; and its standard error.
    drift_ppm, drift_error_ppm : float
        Best estimate with its standard error, whether or not it is applied.
    middle_s : float
        On the estimate's clock.
    """

    offset_s: float
    offset_error_s: float
    drift_ppm: float
    drift_error_ppm: float
    middle_s: float


def interpolate(q: FloatArray, time_s: FloatArray, at_s: FloatArray) -> FloatArray:
    """Return orientations between samples, shape (n, 4); NaN outside and beside missing ones.

    Along the straight line of quaternions, normalised: for steps of 10 degrees its angle is
    within 0.01 degrees of the great circle's.
    """
    smooth = make_continuous(q)
    columns = [np.interp(at_s, time_s, smooth[:, k], left=np.nan, right=np.nan) for k in range(4)]
    out = np.stack(columns, axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(out / np.linalg.norm(out, axis=1, keepdims=True))


def fit_timing(
    estimate: Mapping[str, FloatArray],
    estimate_time_s: FloatArray,
    reference: Mapping[str, FloatArray],
    reference_time_s: FloatArray,
    *,
    offset_s: float,
) -> Timing | None:
    """Return offset and drift near a first offset, or None where nothing fixes them.

    Parameters
    ----------
    estimate, reference : mapping of body to (t, 4) array
    estimate_time_s, reference_time_s : (t,) array
    offset_s : float
        Within some 0.1 s of the truth.
    """
    shared = [body for body in estimate if body in reference]
    rate_hz = (reference_time_s.size - 1) / float(reference_time_s[-1] - reference_time_s[0])
    low = max(reference_time_s[0], estimate_time_s[0] + offset_s)
    high = min(reference_time_s[-1], estimate_time_s[-1] + offset_s)
    from_middle = reference_time_s - 0.5 * (low + high)
    delay, drift = offset_s, 0.0
    errors = np.full(2, np.nan)
    for _ in range(_ROUNDS):
        source = reference_time_s - delay - drift * from_middle
        rows = [
            _equations(
                interpolate(estimate[body], estimate_time_s, source),
                reference[body],
                from_middle,
                rate_hz,
            )
            for body in shared
        ]
        found = _solve([row for row in rows if row is not None], from_middle, low - high)
        if found is None:
            return None
        step, errors = found
        delay, drift = delay - step[0], drift - step[1]
        if abs(step[0]) + 0.5 * abs(step[1] * (high - low)) < _SMALL_S:
            break
    return Timing(
        offset_s=delay,
        offset_error_s=float(errors[0]),
        drift_ppm=1e6 * drift,
        drift_error_ppm=1e6 * float(errors[1]),
        middle_s=0.5 * (low + high) - delay,
    )


def explained_turning(
    estimate: Mapping[str, FloatArray],
    estimate_time_s: FloatArray,
    reference: Mapping[str, FloatArray],
    reference_time_s: FloatArray,
    *,
    offset_s: float,
) -> float:
    """Return which part of the reference's angular velocity the estimate's accounts for.

    Vectors, once each segment's world is turned to the reference's about the vertical, y: 1 is
    all of it, 0 no more than a body at rest would. How fast two people turn may look alike, or
    one step and the next; about which axis does not.
    """
    rate_hz = (reference_time_s.size - 1) / float(reference_time_s[-1] - reference_time_s[0])
    left, whole = 0.0, 0.0
    for body in (body for body in estimate if body in reference):
        moved = interpolate(estimate[body], estimate_time_s, reference_time_s - offset_s)
        x, y = angular_velocity(moved, rate_hz), angular_velocity(reference[body], rate_hz)
        both = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
        if both.sum() < MIN_SAMPLES:
            continue
        x, y = (gaussian_filter1d(v[both], SMOOTH_S * rate_hz, axis=0) for v in (x, y))
        left += float(np.square(y - rotate(turn_upright(y, x), x)).sum())
        whole += float(np.square(y).sum())
    return 1.0 - left / whole if whole > 0.0 else float("nan")


def turn_upright(wanted: FloatArray, given: FloatArray) -> FloatArray:
    """Return the turn about the vertical, y, that best brings vectors to others: a quaternion.

    Parameters
    ----------
    wanted, given : (n, 3) array
        Finite.
    """
    (x, _, z), (u, _, w) = given.T, wanted.T
    return turn_about_vertical(np.arctan2(float(z @ u - x @ w), float(x @ u + z @ w)))


def _equations(
    moved: FloatArray, reference: FloatArray, from_middle: FloatArray, rate_hz: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return one segment's regressors (t, 3, 8) and residuals (t, 3), NaN where absent.

    Columns: time, time times distance from the middle, turn on the left, turn on the right.
    """
    speeds = angular_velocity(moved, rate_hz), angular_velocity(reference, rate_hz)
    both = np.isfinite(speeds[0]).all(axis=1) & np.isfinite(speeds[1]).all(axis=1)
    if both.sum() < MIN_SAMPLES:
        return None
    worlds = _align(speeds[1][both], speeds[0][both])
    turned = multiply(worlds, moved)
    bodies = mean_rotation(multiply(inverse(turned), reference)[both])
    predicted = multiply(turned, bodies)
    residual = to_rotation_vector(multiply(inverse(predicted), reference))
    speed = rotate(inverse(predicted), angular_velocity(predicted, rate_hz))
    columns = np.concatenate(
        [
            speed[:, :, None],
            (speed * from_middle[:, None])[:, :, None],
            to_matrix(inverse(predicted)),
            np.broadcast_to(np.eye(3), (moved.shape[0], 3, 3)),
        ],
        axis=2,
    )
    columns[~both], residual[~both] = np.nan, np.nan
    return _high_pass(columns, rate_hz), _high_pass(residual, rate_hz)


def _high_pass(values: FloatArray, rate_hz: float) -> FloatArray:
    """Take away what changes slowly: drift of heading would look like delay in a turn."""
    present = np.isfinite(values)
    smooth, weight = (
        gaussian_filter1d(part, SLOW_S * rate_hz, axis=0, mode="nearest")
        for part in (np.where(present, values, 0.0), present.astype(np.float64))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(values - smooth / weight)


def _align(wanted: FloatArray, given: FloatArray) -> FloatArray:
    """Return the rotation that brings one set of vectors to another, as a quaternion."""
    rotation, _ = Rotation.align_vectors(wanted, given)
    return np.asarray(rotation.as_quat(scalar_first=True))


def _solve(
    rows: list[tuple[FloatArray, FloatArray]], from_middle: FloatArray, span: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return delay and drift of all segments together, and errors by leaving out blocks."""
    if not rows:
        return None
    size = 2 + 6 * len(rows)
    block = np.clip(((from_middle / abs(span) + 0.5) * BLOCKS).astype(int), 0, BLOCKS - 1)
    left, right = np.zeros((BLOCKS, size, size)), np.zeros((BLOCKS, size))
    for number, (columns, residual) in enumerate(rows):
        place = np.r_[0, 1, 2 + 6 * number : 8 + 6 * number]
        present = np.isfinite(residual).all(axis=1) & np.isfinite(columns).all(axis=(1, 2))
        weight = 1.0 / _variance(columns[present], residual[present])
        for b in range(BLOCKS):
            a, r = columns[present & (block == b)], residual[present & (block == b)]
            left[b][np.ix_(place, place)] += weight * np.einsum("tij,tik->jk", a, a)
            right[b][place] += weight * np.einsum("tij,ti->j", a, r)
    whole = _least_squares(left.sum(axis=0), right.sum(axis=0))
    without = np.array(
        [
            _least_squares(left.sum(axis=0) - left[b], right.sum(axis=0) - right[b])
            for b in range(BLOCKS)
        ]
    )
    spread = without - without.mean(axis=0)
    errors = np.sqrt((BLOCKS - 1) / BLOCKS * (spread**2).sum(axis=0))
    return whole, errors


def _variance(columns: FloatArray, residual: FloatArray) -> float:
    """Return what one segment's own fit leaves: noise and soft tissue, by which it counts less."""
    a, r = columns.reshape(-1, columns.shape[2]), residual.ravel()
    left = r - a @ np.linalg.lstsq(a, r, rcond=1e-12)[0]
    return max(float(np.square(left).mean()), _FLOOR)


def _least_squares(left: FloatArray, right: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.lstsq(left, right, rcond=1e-12)[0][:2])
