"""One right and one left stride, made by hand; what lies outside them must not be read.

Right: 1.0 to 1.8 s, toe-off at 25 %. Left: 2.0 to 3.0 s, toe-off at 40 %.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.compute import MEASURES
from opensim_pelvis.gait.measures.stride_data import StrideData
from opensim_pelvis.types import Kinematics, Strides

RATE_HZ: Final = 1000.0
TIME_S: Final = np.arange(3500) / RATE_HZ
OUTSIDE: Final = 77.0
TRAVEL_DEG: Final = 40.0

Curve = Callable[[FloatArray], FloatArray]
"""Value at parts of the stride, 0 to 1."""

START_S: Final = np.array([1.0, 2.0])
END_S: Final = np.array([1.8, 3.0])
STRIDES: Final = Strides(
    kind="contact",
    side=np.array([0, 1]),
    start_s=START_S,
    end_s=END_S,
    toe_off_s=np.array([1.2, 2.4]),
    opposite_contact_s=np.array([1.3, 2.7]),
    opposite_toe_off_s=np.array([1.05, 2.15]),
    bout=np.zeros(2, dtype=np.int64),
    reason=("", ""),
    travel_rad=np.full(2, np.deg2rad(TRAVEL_DEG)),
    turn_rate_radps=np.zeros(2),
)


class Value(NamedTuple):
    """What a measure must give on the right and on the left stride."""

    right: float
    left: float
    unit: Literal["deg", "s", "mm", "m", "mps", "spm", "percent", "ratio"]
    scope: Literal["body", "side"]


def curve(right: Curve, left: Curve) -> FloatArray:
    """Return a curve over `TIME_S` that is known within the strides, their ends included."""
    out = np.full(TIME_S.size, OUTSIDE)
    for start, end, shape in zip(START_S, END_S, (right, left), strict=True):
        inside = np.abs(2.0 * TIME_S - start - end) < end - start + 1e-9
        out[inside] = shape((TIME_S[inside] - start) / (end - start))
    return out


def wave(amplitude: float, later_deg: float = 0.0, level: float = 0.0) -> Curve:
    """Return a sine of the stride, ``later_deg`` of 360 degrees later."""
    return lambda part: level + amplitude * np.sin(2.0 * np.pi * part - np.deg2rad(later_deg))


def ramp(start: float, end: float) -> Curve:
    """Return a straight line from the start of the stride to its end."""
    return lambda part: start + (end - start) * part


def through(*points: tuple[float, float]) -> Curve:
    """Return straight lines through (part, value)."""
    parts, values = zip(*points, strict=True)
    return lambda part: np.interp(part, parts, values)


def turned(order: str, *degrees: FloatArray) -> FloatArray:
    """Return quaternions (w, x, y, z) of turns about axes of T one after the other, seen in G."""
    fixed = Rotation.from_euler("Y", TRAVEL_DEG, degrees=True)
    body = Rotation.from_euler(order, np.stack(degrees, axis=1), degrees=True)
    return (fixed * body).as_quat()[:, [3, 0, 1, 2]]


def stride_data(
    angles_deg: Mapping[str, FloatArray] | None = None,
    *,
    R_GB: Mapping[str, FloatArray] | None = None,
    p_GB_m: Mapping[str, FloatArray] | None = None,
    speed_mps: FloatArray | None = None,
) -> StrideData:
    """Return what measures are computed from; a body without a place lies at the origin."""
    turns, places = dict(R_GB or {}), dict(p_GB_m or {})
    bodies = tuple(dict.fromkeys([*turns, *places]))
    n = TIME_S.size
    still = np.tile([1.0, 0.0, 0.0, 0.0], (n, 1))
    pose = [turns.get(body, still) for body in bodies]
    place = [places.get(body, np.zeros((n, 3))) for body in bodies]
    return StrideData(
        strides=STRIDES,
        time_s=TIME_S,
        angles={name: np.deg2rad(values) for name, values in (angles_deg or {}).items()},
        kinematics=Kinematics(
            time_s=TIME_S,
            rate_hz=RATE_HZ,
            coordinates=(),
            values_rad=np.empty((n, 0)),
            sensors=(),
            errors_rad=np.empty((n, 0)),
            bodies=bodies,
            R_GB=np.stack(pose, axis=1) if bodies else np.empty((n, 0, 4)),
            p_GB_m=np.stack(place, axis=1) if bodies else np.empty((n, 0, 3)),
            engine="none",
            accuracy="none",
        ),
        travel_rad=np.full(n, np.deg2rad(TRAVEL_DEG)),
        speed_mps=speed_mps,
        gait="running",
    )


def assert_value(name: str, wanted: Value, data: StrideData, within: float = 1e-6) -> None:
    """Hold a measure to its value, unit and side."""
    definition, compute = MEASURES[name]
    found = compute(data)
    np.testing.assert_allclose(found, [wanted.right, wanted.left], rtol=0.0, atol=within)
    assert (definition.unit, definition.scope) == (wanted.unit, wanted.scope), name
