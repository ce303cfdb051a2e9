"""Where simulated sensors sit on the body, and how they are called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from opensim_pelvis.frames import FloatArray, UpAxis
from opensim_pelvis.rotations import from_matrix, from_rotation_vector, multiply
from opensim_pelvis.types.segments import BODIES

SENSOR_MAP: Final[Mapping[str, str]] = MappingProxyType(
    {f"00B4F0{number:02d}": body for number, body in enumerate(BODIES, start=1)}
)
"""Identifier of each simulated sensor and the body that wears it."""

HEADING_AXIS: Final[UpAxis] = "-z"
"""Axis of the pelvis sensor that points forward with `typical_mountings`."""

SACRAL_TILT_DEG: Final = 15.0
"""How far the pelvis sensor leans forward; 16.3 in OpenSim's walking example."""

# Directions of the case's x and z axis in the body's x, y, z: straps run along x, z points away
# from the body. Places in metres; both are choices.
_UP, _FRONT, _BACK, _RIGHT = (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
_LEFT = (0.0, 0.0, -1.0)
_AXES: Final = {
    "pelvis": (_UP, _BACK),
    "torso": (_UP, _FRONT),
    "femur_r": (_UP, _RIGHT),
    "femur_l": (_UP, _LEFT),
    "tibia_r": (_UP, _FRONT),
    "tibia_l": (_UP, _FRONT),
    "calcn_r": (_FRONT, _UP),
    "calcn_l": (_FRONT, _UP),
}
_LEAN_DEG: Final = {"pelvis": -SACRAL_TILT_DEG, "torso": 20.0, "calcn_r": -20.0, "calcn_l": -20.0}
TYPICAL_POSITIONS_M: Final[Mapping[str, tuple[float, float, float]]] = MappingProxyType(
    {
        "pelvis": (-0.15, -0.02, 0.0),
        "torso": (0.10, 0.30, 0.0),
        "femur_r": (0.0, -0.20, 0.09),
        "femur_l": (0.0, -0.20, -0.09),
        "tibia_r": (0.04, -0.12, 0.0),
        "tibia_l": (0.04, -0.12, 0.0),
        "calcn_r": (0.12, 0.06, 0.0),
        "calcn_l": (0.12, 0.06, 0.0),
    }
)
"""Where a sensor sits in its body's frame."""


def typical_mountings(spread_rad: float = 0.0, seed: int = 0) -> dict[str, FloatArray]:
    """Return ``R_BS`` by body as straps usually hold the sensors.

    Pelvis: on the sacrum, x up, z backward and 15 degrees up. Torso: on the breastbone, x up,
    z forward. Thigh: outside, x up, z outward. Shank: in front, x up, z forward. Foot: on the
    instep, x forward, z up.

    Parameters
    ----------
    spread_rad : float
        Standard deviation of a random turn about each axis on top of it.
    seed : int
    """
    rng = np.random.default_rng(seed)
    mountings = {}
    for body, (x, z) in _AXES.items():
        R_BS = from_matrix(np.stack([x, np.cross(z, x), z], axis=-1))
        lean = from_rotation_vector(np.deg2rad([0.0, 0.0, _LEAN_DEG.get(body, 0.0)]))
        loose = from_rotation_vector(rng.normal(scale=spread_rad, size=3))
        mountings[body] = multiply(multiply(lean, R_BS), loose)
    return mountings


def random_mountings(seed: int) -> dict[str, FloatArray]:
    """Return ``R_BS`` by body, uniformly distributed over all orientations."""
    turns = Rotation.random(len(BODIES), rng=np.random.default_rng(seed))
    return dict(zip(BODIES, turns.as_quat(scalar_first=True), strict=True))
