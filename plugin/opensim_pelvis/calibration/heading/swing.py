"""The plane in which each leg sensor swings, seen from its own earth frame.

In walking and running thighs, shanks and feet turn mostly about one horizontal axis, which is
the mediolateral axis of the body. A sensor sees that axis in its own earth frame, so it tells
which way is forward there without any other sensor's north. Thighs and shanks, and their skin more
so, also turn about their long axes, and since these are inclined, the axis of turning tilts. The
way that the long axis itself goes is free of that, but counts slow movement more: the two err
differently, and their mean is nearer than either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray, up_in_earth
from opensim_pelvis.rotations import (
    inverse,
    multiply,
    rotate,
    to_rotation_vector,
    unwrap_present,
)
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from opensim_pelvis.types.segments import Segment, segment_of

SWING_RATIO: Final = 4.0
"""Least ratio of the two horizontal eigenvalues of angular velocity for a plane of swing."""

SYSTEM_RAD: Final[Mapping[Segment, float]] = {
    "thigh": np.deg2rad(6.3),
    "shank": np.deg2rad(4.5),
    "foot": np.deg2rad(4.8),
}
"""How far one leg's own plane of swing lies from the body's forward, standard deviation.

Clusters of markers move with the skin, as sensors do. Those of five people, three who run and two
who walk, are off by 6.1, 4.5 and 4.7 degrees (root mean square over people, both legs), those of
simulated people by 6.2, 3.6 and 3.1 (``tests/benchmarks/natural_swing.py``).
"""

_FAST_RADPS = 1.0  # slower samples are not swing
_BLOCK_S = 2.0  # two strides or so: blocks are nearly independent
_WEIGHTS: Final = (3.0, 1.0)  # of the axis of angular velocity, and of that of the long axis' leans
_SIGNS: Final[Mapping[Segment, float]] = {"thigh": 1.0, "shank": -1.0, "foot": -1.0}


@dataclass(frozen=True, slots=True)
class Swing:
    """The mediolateral axis of one or more leg sensors.

    Parameters
    ----------
    forward_rad : float
        Heading of forward, square to the axis, in E turned back to the pose.
    ratio : float
        Ratio of the two horizontal eigenvalues of angular velocity.
    asymmetry_rad : float
        How much further the sensors swing to the side that is taken as theirs.
    sigma_rad : float
        Standard deviation of ``forward_rad`` as the heading of the body: natural deviation of a
        leg, soft tissue, and the standard error over blocks of time.
    side_contrast : float
        How many times worse forward and backward exchanged fit the joint with the pelvis; 1 where
        nobody asked.
    """

    forward_rad: float
    ratio: float
    asymmetry_rad: float
    sigma_rad: float
    side_contrast: float = 1.0


def leg_sensors(bodies: Sequence[str]) -> list[int]:
    """Return the columns of the sensors on thighs, shanks and feet."""
    return [i for i, body in enumerate(bodies) if segment_of(body) in _SIGNS]


def find_swing(
    aligned: AlignedRecording, pose: CalibrationPose, *, base: int, legs: Sequence[int]
) -> Swing | None:
    """Fit one mediolateral axis to the swing of some leg sensors; None without any swing.

    Parameters
    ----------
    aligned : AlignedRecording
    pose : CalibrationPose
    base : int
        Column of the sensor whose turns about the vertical are the body's.
    legs : sequence of int
        Columns of leg sensors.

    Notes
    -----
    The turn of the base sensor is taken sample by sample: smoothed over strides it lags in
    bends. Thighs swing further forward than backward from standing, shanks and feet further
    backward: that tells the side of the axis. Horizontal components alone count, since a turn of
    the whole body is vertical. The axis of a foot is that of its angular velocity; that of thighs
    and shanks is a quarter of the way to the axis about which the long axis, vertical in the pose,
    leans. Compare Seel et al. 2014 (doi:10.3390/s140406891).
    """
    turn = vertical_turn(aligned.R_ES[:, base], pose.R_ES[base])
    fast, level = zip(*(_fast_rows(aligned, turn, i) for i in legs), strict=True)
    if not any(rates.size for rates in level):
        return None
    measures: list[Sequence[FloatArray]] = [level]
    if not any(segment_of(aligned.bodies[i]) == "foot" for i in legs):
        poses = [
            (aligned.R_ES[rows, i], pose.R_ES[i], turn[rows])
            for i, rows in zip(legs, fast, strict=True)
        ]
        measures.append([_leans(*told, aligned.rate_hz) for told in poses])
    axes = [_main_axis(rows) for rows in measures]
    right = _mean_axis(axes)
    values = np.linalg.eigvalsh(_covariance(level))
    segments = [segment_of(aligned.bodies[i]) for i in legs]
    side = sum(
        _SIGNS[segment] * _asymmetry(aligned, pose, turn, i, right)
        for segment, i in zip(segments, legs, strict=True)
    )
    if side < 0.0:
        right, side = -right, -side
    ratio = float(values[1] / max(values[0], np.finfo(float).eps * values[1]))  # rounding
    system = max(SYSTEM_RAD[segment] for segment in segments)
    by_leg = zip(*measures, strict=True)
    spread = float(np.sqrt(sum(_block_variance(told, axes, aligned.rate_hz) for told in by_leg)))
    return Swing(
        forward_rad=float(np.arctan2(right[1], right[0])) + np.pi / 2.0,
        ratio=ratio,
        asymmetry_rad=float(side) / len(legs),
        sigma_rad=float(np.hypot(system, spread / len(legs))),
    )


def vertical_turn(R_ES: FloatArray, R_ES_pose: FloatArray) -> FloatArray:
    """Return the turn about the vertical since the pose, (t, 4) and (4,) to (t,), continuous.

    It is the twist of the turn since the pose. A heading that drifts by an angle changes it by
    exactly that angle, whatever the tilt.
    """
    since_pose = multiply(R_ES, inverse(R_ES_pose))
    return unwrap_present(2.0 * np.arctan2(since_pose[:, 3], since_pose[:, 0]))


def _fast_rows(
    aligned: AlignedRecording, turn: FloatArray, sensor: int
) -> tuple[IntArray, FloatArray]:
    """Return the rows of swing, and their horizontal angular velocity turned back with the body."""
    q = aligned.R_ES[:, sensor]
    step = multiply(q[2:], inverse(q[:-2]))
    # 2 sin(angle / 2) for the angle: at 100 Hz and 20 rad/s it is 0.7 % short, and no axis moves.
    # A step may come out as its opposite: all that is read of it are products with itself.
    level = _turned_back(step[:, 1:3] * aligned.rate_hz, turn[1:-1])
    with np.errstate(invalid="ignore"):
        fast = np.flatnonzero(np.hypot(level[:, 0], level[:, 1]) > _FAST_RADPS)
    if fast.size <= aligned.rate_hz:
        return np.empty(0, dtype=np.int64), np.empty((0, 2))
    return fast + 1, level[fast]


def _turned_back(level: FloatArray, turn: FloatArray) -> FloatArray:
    """Return horizontal vectors turned back about the vertical, (n, 2)."""
    cos, sin = np.cos(turn), np.sin(turn)
    return np.stack(
        [cos * level[:, 0] + sin * level[:, 1], cos * level[:, 1] - sin * level[:, 0]], axis=1
    )


def _leans(R_ES: FloatArray, R_ES_pose: FloatArray, turn: FloatArray, rate_hz: float) -> FloatArray:
    """Return the axes about which a long axis, vertical in the pose, leans in each row, (n, 2).

    Less the mean of each block: people do not run about the posture in which they stood.
    """
    top = rotate(multiply(R_ES, inverse(R_ES_pose)), up_in_earth())
    level = _turned_back(np.stack([-top[:, 1], top[:, 0]], axis=1), turn)
    size = round(_BLOCK_S * rate_hz)
    for block in np.split(level, range(size, level.shape[0], size)):
        block -= block.mean(axis=0) if block.size else 0.0
    return level


def _covariance(rows: Sequence[FloatArray]) -> FloatArray:
    return np.asarray(sum((level.T @ level for level in rows), np.zeros((2, 2))))


def _main_axis(rows: Sequence[FloatArray]) -> FloatArray:
    return np.asarray(np.linalg.eigh(_covariance(rows))[1][:, 1])


def _mean_axis(axes: Sequence[FloatArray]) -> FloatArray:
    """Return the weighed mean of axes, any of which may be given as its opposite, as unit."""
    turned = [axis * np.copysign(1.0, axis @ axes[0]) for axis in axes]
    mean = np.average(turned, axis=0, weights=_WEIGHTS[: len(axes)])
    return np.asarray(mean / np.linalg.norm(mean))


def _block_variance(
    measures: Sequence[FloatArray], axes: Sequence[FloatArray], rate_hz: float
) -> float:
    """Return the variance over blocks of time of the mean of axes of one leg, radians squared."""
    size, rows = round(_BLOCK_S * rate_hz), measures[0].shape[0]
    blocks = rows // size
    if blocks < 2:
        return float(np.deg2rad(3.0) ** 2) if rows else 0.0
    angles = [
        _block_angles(level[: blocks * size].reshape(blocks, size, 2), right)
        for level, right in zip(measures, axes, strict=True)
    ]
    mean = np.average(angles, axis=0, weights=_WEIGHTS[: len(angles)])
    return float(np.var(mean, ddof=1) / blocks)


def _block_angles(cut: FloatArray, right: FloatArray) -> FloatArray:
    """Return how far the axis of each block lies from one axis, (blocks, n, 2) to (blocks,)."""
    along, across = cut @ right, cut @ np.array([-right[1], right[0]])
    return np.asarray(np.sum(along * across, axis=1) / np.sum(along**2, axis=1))


def _asymmetry(
    aligned: AlignedRecording,
    pose: CalibrationPose,
    turn: FloatArray,
    sensor: int,
    right: FloatArray,
) -> float:
    """Return how much further a sensor swings to one side than to the other, radians."""
    since_pose = multiply(aligned.R_ES[:, sensor], inverse(pose.R_ES[sensor]))
    half = -turn[:, None] / 2.0
    back = np.hstack([np.cos(half), np.sin(half) * up_in_earth()])
    angle = to_rotation_vector(multiply(back, since_pose))[:, :2] @ right
    angle = angle[np.isfinite(angle)]
    low, high = np.percentile(angle, [2.0, 98.0])
    return float(low + high)
