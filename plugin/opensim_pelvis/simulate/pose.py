"""How a person stands or sits before the run: seldom exactly as the model does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.gait_style import SIDES

_SWAY_HZ: Final = (0.11, 0.23, 0.37, 0.61)
"""Quiet standing sways below 1 Hz; the four frequencies are a choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """A still pose against the model's own; it goes over into the run with the ramp.

    Parameters
    ----------
    forward_lean_deg, side_lean_deg : float
        Of the whole body about the ankles, forward and to the right.
    trunk_lean_deg : float
        Further forward lean of the trunk alone.
    pelvic_tilt_deg : float
        Further anterior tilt of the pelvis alone; trunk and thighs stay.
    facing_deg : float
        The whole body is turned about the vertical, right side forward; feet included.
    trunk_facing_deg : float
        The trunk is turned further.
    hip_flexion_deg, knee_flexion_deg : float
        Both legs; feet stay flat. Sitting is 90 and 90.
    sway_deg : float
        Standard deviation of slow sway, forward and to the side.
    seed : int
        Of the sway.
    """

    forward_lean_deg: float = 0.0
    side_lean_deg: float = 0.0
    trunk_lean_deg: float = 0.0
    pelvic_tilt_deg: float = 0.0
    facing_deg: float = 0.0
    trunk_facing_deg: float = 0.0
    hip_flexion_deg: float = 0.0
    knee_flexion_deg: float = 0.0
    sway_deg: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for a sway that is negative."""
        faults = [] if self.sway_deg >= 0.0 else [f"sway_deg must not be negative: {self.sway_deg}"]
        raise_faults(SettingsError, "simulated pose", faults)


SITTING: Final = Pose(hip_flexion_deg=90.0, knee_flexion_deg=90.0, pelvic_tilt_deg=-20.0)
"""On a chair; the pelvis tips backward (choice)."""


def pose_angles(pose: Pose, time_s: FloatArray) -> Mapping[str, FloatArray]:
    """Return the jets (3, t) of what the pose adds to each angle, degrees, before the ramp.

    Names are those of the clinical angles of pelvis and trunk and of OpenSim's coordinates of
    the legs, with side.
    """
    steady = np.zeros((3, time_s.size))
    steady[0] = 1.0
    rng = np.random.default_rng([pose.seed, 0])
    ahead = pose.forward_lean_deg * steady + _sway(rng, pose.sway_deg, time_s)
    aside = pose.side_lean_deg * steady + _sway(rng, pose.sway_deg, time_s)
    hip = pose.hip_flexion_deg * steady
    knee = pose.knee_flexion_deg * steady
    angles = {
        "pelvic_axial_rotation": pose.facing_deg * steady,
        "trunk_axial_rotation": (pose.facing_deg + pose.trunk_facing_deg) * steady,
        "pelvic_anterior_tilt": ahead + pose.pelvic_tilt_deg * steady,
        "trunk_forward_lean": ahead + pose.trunk_lean_deg * steady,
        "pelvic_obliquity": -aside,
        "trunk_lateral_lean": aside,
    }
    for side in SIDES:
        # the thigh does not follow the pelvis' own tilt; the foot stays flat
        angles[f"hip_flexion_{side}"] = hip + pose.pelvic_tilt_deg * steady
        angles[f"knee_angle_{side}"] = knee
        angles[f"ankle_angle_{side}"] = ahead + knee - hip
    return angles


def pose_drop(pose: Pose, thigh_m: float, shank_m: float) -> float:
    """Return by how much the hips are lower than in straight standing, metres."""
    hip, knee = np.deg2rad([pose.hip_flexion_deg, pose.knee_flexion_deg])
    return float(thigh_m * (1.0 - np.cos(hip)) + shank_m * (1.0 - np.cos(knee - hip)))


def _sway(rng: np.random.Generator, size_deg: float, time_s: FloatArray) -> FloatArray:
    """Return the jet of a sum of slow waves with the given standard deviation, degrees."""
    out = np.zeros((3, time_s.size))
    phases = rng.uniform(0.0, 2.0 * np.pi, len(_SWAY_HZ))
    amplitude = size_deg * np.sqrt(2.0 / len(_SWAY_HZ))
    for hz, phase in zip(_SWAY_HZ, phases, strict=True):
        rate = 2.0 * np.pi * hz
        turn = rate * time_s + phase
        waves = (np.sin(turn), rate * np.cos(turn), -(rate**2) * np.sin(turn))
        out += amplitude * np.stack(waves)
    return out
