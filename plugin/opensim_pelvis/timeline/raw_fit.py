"""How the raw signals of a sensor fit the orientations that its file gives.

A gyroscope measures what orientations turn by: their ratio is 1, in each part of the recording,
unless its unit, its scale or the sampling rate is not what the file says. The specific force, seen
from the earth frame, is 1 g straight up on average. Neither needs to know how the sensor was worn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, BoolArray, FloatArray, up_in_earth
from opensim_pelvis.rotations import inverse, multiply, normalise, rotate, to_rotation_vector
from opensim_pelvis.timeline.integrity import UNIT_TOLERANCE
from opensim_pelvis.types import RawFit, SensorSignals

LEAST_TURNING_RADPS: Final = 0.3
"""Root mean square of turning from which on a ratio is told."""

SQUARE_COSINE: Final = 0.9
"""How far the axes of gyroscope and orientations may be apart to be the same ones: 25 degrees."""

SUSPECT_MISFIT: Final = 0.3
"""From here on other axes are tried; real recordings show up to 0.13."""

ALIKE: Final = 0.03
"""How far factors of sensors may be apart to be one factor: real ones are within 0.02."""

MOST_OF: Final = 0.75
"""Part of the sensors that must show one factor for it to be that of the sampling rate."""

JUMP_RAD: Final = float(np.deg2rad(5.0))
JUMP_TIMES: Final = 5.0
"""A turn of orientations over two steps that the gyroscope does not show, by this angle at least
and by so many times as much as in the steps around it, is a jump: a heading that was reset, not
the scale of a gyroscope. Jumps are told by `calibration.slips`."""

_JUMP_LONG, _JUMP_BESIDE = 2, 8  # steps that one may take to each side, and that are compared
_PIECE_S, _PIECES = 5.0, 8
_REACH_S: Final = 0.06  # to each side: noise of single orientations must not look like turning
_PARTS: Final = 3
_LEAST_S: Final = 2.0
_LEAST_NORM: Final = 1e-3


class _Turns(NamedTuple):
    """Turning in S by orientations and by the gyroscope, (m, 3) each, rad/s, and its piece."""

    told: FloatArray
    felt: FloatArray
    piece: FloatArray


def fit_raw(sensor: SensorSignals, time_s: FloatArray) -> RawFit | None:
    """Return how raw signals fit the orientations; None without both.

    Parameters
    ----------
    sensor : SensorSignals
    time_s : (n,) array
        Of its samples.
    """
    if sensor.R_ES is None or time_s.size < 4:
        return None
    if sensor.angular_velocity_radps is None and sensor.acceleration_mps2 is None:
        return None
    step_s = float(np.median(np.diff(time_s)))
    pieces = _choose_pieces(time_s.size, step_s)
    gain, error, misfit, axes = _fit_turning(sensor, time_s, step_s, pieces)
    gravity, tilt_rad = _fit_gravity(sensor, step_s, pieces)
    return RawFit(
        identifier=sensor.identifier,
        gain=gain,
        gain_error=error,
        misfit=misfit,
        axes=axes,
        gravity=gravity,
        gravity_tilt_rad=tilt_rad,
    )


def common_factor(gains: Mapping[str, float]) -> float:
    """Return the factor that nearly all gyroscopes share; 1 where they share none.

    Examples
    --------
    >>> common_factor({"pelvis": 1.5, "torso": 1.51, "femur_r": 1.49})
    1.5
    >>> common_factor({"pelvis": 1.0, "torso": 1.3, "femur_r": 1.0})
    1.0
    >>> common_factor({"pelvis": 1.3, "torso": 1.0})
    1.0
    """
    values = np.array(list(gains.values()))
    middle = float(np.median(values))
    alike = np.abs(values / middle - 1.0) <= ALIKE
    return middle if alike.mean() >= MOST_OF else 1.0


def _choose_pieces(rows: int, step_s: float) -> list[slice]:
    """Return pieces evenly over the recording; a short one whole."""
    length = max(round(_PIECE_S / step_s), 4)
    if rows <= length:
        return [slice(0, rows)]
    count = min(rows // length, _PIECES)
    starts = np.linspace(0, rows - length, count).astype(np.int64)
    return [slice(int(k), int(k) + length) for k in starts]


def _fit_turning(
    sensor: SensorSignals, time_s: FloatArray, step_s: float, pieces: list[slice]
) -> tuple[float, float, float, str]:
    """Return gain, its error over parts, misfit, and the axes where they are others."""
    unknown = (float("nan"), float("nan"), float("nan"), "")
    if sensor.angular_velocity_radps is None:
        return unknown
    turns = _turns(sensor, time_s, step_s, pieces)
    if turns is None or _rms(turns.told) < LEAST_TURNING_RADPS:
        return unknown
    if not turns.felt.any():
        return unknown
    fitted, axes = _fit_axes(turns)
    gain = _rms(turns.felt) / _rms(turns.told)
    gains = []
    for part in np.array_split(np.unique(turns.piece), _PARTS):
        rows = np.isin(turns.piece, part)
        if rows.any() and _rms(turns.told[rows]) > LEAST_TURNING_RADPS:
            gains.append(_rms(turns.felt[rows]) / _rms(turns.told[rows]))
    error = max((abs(one / gain - 1.0) for one in gains), default=float("nan"))
    return gain, error, _mismatch(turns, fitted), axes


def _fit_axes(turns: _Turns) -> tuple[FloatArray, str]:
    """Return the axes that the gyroscope's are in, and their names where they are others."""
    left, _, right = np.linalg.svd(turns.felt.T @ turns.told)
    fitted = left @ right  # may be a reflection: one axis with the wrong sign
    as_read, otherwise = _mismatch(turns, np.eye(3)), _mismatch(turns, fitted)
    if np.diag(fitted).min() < SQUARE_COSINE and as_read > max(2.0 * otherwise, SUSPECT_MISFIT):
        return fitted, _name_axes(fitted)
    return np.eye(3), ""


def _mismatch(turns: _Turns, matrix: FloatArray) -> float:
    """Return the part of the gyroscope's signal that turning in other axes does not explain."""
    told = turns.told @ matrix.T
    product = max(float(np.sum(told * turns.felt)), 0.0)  # of opposite sign, nothing is explained
    share = product**2 / float(np.sum(told**2) * np.sum(turns.felt**2))
    return float(np.sqrt(max(1.0 - share, 0.0)))


def _turns(
    sensor: SensorSignals, time_s: FloatArray, step_s: float, pieces: list[slice]
) -> _Turns | None:
    width = max(1, 2 * round(_REACH_S / step_s) - 1)
    told, felt, piece = [], [], []
    for k, rows in enumerate(pieces):
        q, gyroscope = (
            np.asarray(sensor.R_ES)[rows],
            np.asarray(sensor.angular_velocity_radps)[rows],
        )
        if q.shape[0] < width + 2:
            continue
        unit = _is_unit(q)
        q = np.where(unit[:, None], q, np.nan)  # zeros stand for missing ones
        span_s = time_s[rows][2:] - time_s[rows][:-2]
        turning = to_rotation_vector(multiply(inverse(q[:-2]), q[2:])) / span_s[:, None]
        # Simpson's rule over the same two steps
        mean = (gyroscope[:-2] + 4.0 * gyroscope[1:-1] + gyroscope[2:]) / 6.0
        bad = ~(unit & np.isfinite(gyroscope).all(axis=1))
        bad = bad[:-2] | bad[1:-1] | bad[2:] | (span_s > 2.5 * step_s)
        bad |= _jumps((turning - mean) * span_s[:, None])
        both = np.where(bad[:, None], 0.0, np.column_stack([turning, mean]))
        smooth, lost = _mean_of_runs(both, width), _mean_of_runs(bad[:, None] * 1.0, width)
        good = lost[:, 0] * width < 0.5
        told.append(smooth[good, :3])
        felt.append(smooth[good, 3:])
        piece.append(np.full(int(good.sum()), k, dtype=np.float64))
    if not told or not sum(rows.shape[0] for rows in told):
        return None
    return _Turns(np.concatenate(told), np.concatenate(felt), np.concatenate(piece))


def _jumps(unfelt_rad: FloatArray) -> BoolArray:
    """Return which rows hold a turn that comes at once and that no gyroscope felt, (m,)."""
    size = np.nan_to_num(np.sqrt(np.einsum("ij,ij->i", unfelt_rad, unfelt_rad)))
    reach = _JUMP_LONG + _JUMP_BESIDE
    padded = np.pad(size, reach)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    beside = np.maximum(around[:, :_JUMP_BESIDE].max(axis=1), around[:, -_JUMP_BESIDE:].max(axis=1))
    return np.asarray((size > JUMP_RAD) & (size > JUMP_TIMES * beside))


def _mean_of_runs(values: FloatArray, width: int) -> FloatArray:
    """Return means over all runs of rows of one length, (n, k) to (n - width + 1, k)."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return np.asarray((total[width:] - total[:-width]) / width)


def _fit_gravity(sensor: SensorSignals, step_s: float, pieces: list[slice]) -> tuple[float, float]:
    """Return the mean specific force as a part of gravity, and its angle to the vertical."""
    if sensor.acceleration_mps2 is None or sensor.R_ES is None:
        return float("nan"), float("nan")
    means = []
    for rows in pieces:
        q, force = sensor.R_ES[rows], sensor.acceleration_mps2[rows]
        good = _is_unit(q) & np.isfinite(force).all(axis=1)
        if good.sum() * step_s >= _LEAST_S:
            means.append(rotate(normalise(q[good]), force[good]).mean(axis=0))
    if not means:
        return float("nan"), float("nan")
    mean = np.mean(means, axis=0)
    length = float(np.linalg.norm(mean))
    if length < _LEAST_NORM * GRAVITY_MPS2:
        return 0.0, float("nan")
    cosine = np.clip(mean @ up_in_earth() / length, -1.0, 1.0)
    return length / GRAVITY_MPS2, float(np.arccos(cosine))


def _name_axes(matrix: FloatArray) -> str:
    """Return each axis of the gyroscope as the axis of the orientations that it follows."""
    named = []
    for row in matrix:
        axis = int(np.argmax(np.abs(row)))
        named.append(f"{'-' if row[axis] < 0 else ''}{'xyz'[axis]}")
    return " ".join(named)


def _is_unit(q: FloatArray) -> BoolArray:
    norm = np.sqrt(np.einsum("ij,ij->i", q, q))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(norm - 1.0) <= UNIT_TOLERANCE)


def _rms(vectors: FloatArray) -> float:
    return float(np.sqrt(np.einsum("ij,ij->", vectors, vectors) / max(vectors.shape[0], 1)))
