"""The plane in which each leg sensor swings, seen from its own earth frame.

In walking and running thighs, shanks and feet turn mostly about one horizontal axis, which is
the mediolateral axis of the body. A sensor sees that axis in its own earth frame, so it tells
which way is forward there without any other sensor's north.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, up_in_earth
from opensim_pelvis.rotations import inverse, multiply, to_rotation_vector, unwrap_present
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from opensim_pelvis.types.segments import Segment, segment_of

SWING_RATIO: Final = 4.0
"""Least ratio of the two horizontal eigenvalues of angular velocity for a plane of swing."""

NATURAL_RAD: Final[Mapping[Segment, float]] = {
    "thigh": np.deg2rad(4.7),
    "shank": np.deg2rad(2.2),
    "foot": np.deg2rad(2.6),
}
"""How far one leg's own plane of swing lies from the plane of travel, root mean square.

From 60 simulated runners whose ranges are drawn over what is published
(``tests/benchmarks/natural_swing.py``).
"""

TISSUE_RAD: Final[Mapping[Segment, float]] = {
    "thigh": np.deg2rad(5.8),
    "shank": np.deg2rad(2.3),
    "foot": np.deg2rad(2.3),
}
"""How far soft tissue that moves in step with the swing turns its plane, standard deviation.

Skin turns against bone by about 10 degrees at the thigh and 7 at the shank (fluoroscopy,
PMC8631460). Half of it about an axis and with a phase that may be any (1/sqrt(3), 1/sqrt(2)) is 2.0
and 1.4 degrees, across swings of 20 and 35 degrees to either side.
"""

_FAST_RADPS = 1.0  # slower samples are not swing
_BLOCK_S = 2.0  # two strides or so: blocks are nearly independent
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
    """

    forward_rad: float
    ratio: float
    asymmetry_rad: float
    sigma_rad: float


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
    the whole body is vertical. Compare Seel et al. 2014 (doi:10.3390/s140406891).
    """
    turn = vertical_turn(aligned.R_ES[:, base], pose.R_ES[base])
    rows = [_fast_rows(aligned, turn, i) for i in legs]
    covariance = sum((level.T @ level for level in rows), np.zeros((2, 2)))
    if not covariance.any():
        return None
    values, vectors = np.linalg.eigh(covariance)
    right = vectors[:, 1]
    segments = [segment_of(aligned.bodies[i]) for i in legs]
    side = sum(
        _SIGNS[segment] * _asymmetry(aligned, pose, turn, i, right)
        for segment, i in zip(segments, legs, strict=True)
    )
    if side < 0.0:
        right, side = -right, -side
    ratio = float(values[1] / max(values[0], np.finfo(float).eps * values[1]))  # rounding
    system = max(float(np.hypot(NATURAL_RAD[s], TISSUE_RAD[s])) for s in segments)
    spread = float(np.sqrt(sum(_block_variance(level, right, aligned.rate_hz) for level in rows)))
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


def _fast_rows(aligned: AlignedRecording, turn: FloatArray, sensor: int) -> FloatArray:
    """Return the horizontal angular velocity of swing, turned back with the body, (n, 2)."""
    q = aligned.R_ES[:, sensor]
    step = multiply(q[2:], inverse(q[:-2]))
    # 2 sin(angle / 2) for the angle: at 100 Hz and 20 rad/s it is 0.7 % short, and no axis moves.
    # A step may come out as its opposite: all that is read of it are products with itself.
    level = step[:, 1:3] * aligned.rate_hz
    cos, sin = np.cos(turn[1:-1]), np.sin(turn[1:-1])
    level = np.stack(
        [cos * level[:, 0] + sin * level[:, 1], cos * level[:, 1] - sin * level[:, 0]], axis=1
    )
    with np.errstate(invalid="ignore"):
        level = level[np.hypot(level[:, 0], level[:, 1]) > _FAST_RADPS]
    return level if level.shape[0] > aligned.rate_hz else np.empty((0, 2))


def _block_variance(level: FloatArray, right: FloatArray, rate_hz: float) -> float:
    """Return the variance of the mean axis over blocks of time, radians squared."""
    size = round(_BLOCK_S * rate_hz)
    blocks = level.shape[0] // size
    if blocks < 2:
        return float(np.deg2rad(3.0) ** 2) if level.shape[0] else 0.0
    cut = level[: blocks * size].reshape(blocks, size, 2)
    along = cut @ right
    across = cut @ np.array([-right[1], right[0]])
    angle = np.sum(along * across, axis=1) / np.sum(along**2, axis=1)
    return float(np.var(angle, ddof=1) / blocks)


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
