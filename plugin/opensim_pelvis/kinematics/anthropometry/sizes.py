"""Sizes, joints and landmarks of the body from published anthropometry.

All lengths are in proportion to the height of the subject. The posture is standing upright with
every coordinate zero: all body frames are parallel to ground (x forward, y up, z to the right),
legs are vertical below the hip joints.

=======  ================================================================================
body     origin
=======  ================================================================================
pelvis   midpoint of the anterior superior iliac spines
torso    lumbosacral joint (L5/S1); head, neck and arms are part of the torso
femur    hip joint centre
tibia    knee joint centre
calcn    back of the heel on the ground
=======  ================================================================================

The numbers and their sources stand in `opensim_pelvis.kinematics.anthropometry.published`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import Sex
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.anthropometry.published import (
    ASIS_PSIS_TILT_RAD,
    PELVIS,
    PROPORTIONS,
    Pair,
)
from opensim_pelvis.notices.plain_words import value_words
from opensim_pelvis.types import Landmark

Vector = tuple[float, float, float]

DEFAULT_HEIGHT_M: Final = 1.71
"""Height of a subject who gave none, a choice."""
DEFAULT_MASS_KG: Final = 70.0
"""Mass of a subject who gave none: body mass index 24 at that height, a choice."""

HEIGHT_LIMITS_M: Final = (0.5, 2.8)
"""Heights that are taken: a choice, wide enough for everyone and narrow enough for metres."""

SIDES: Final = (("r", 1.0), ("l", -1.0))
"""Suffix of a side and the sign of its z."""
_SIDE_WORDS: Final = {"r": "right", "l": "left"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JointGeometry:
    """Where a joint sits in its two bodies, metres in their own frames."""

    name: str
    parent: str
    child: str
    position_parent_m: Vector
    position_child_m: Vector


class BodySize:
    """Table look-up for one subject: ``size["thigh"]`` is a length in metres.

    Parameters
    ----------
    height_m : float
    sex : {"female", "male"} or None
        None takes the mean of the two.
    """

    def __init__(self, height_m: float, sex: Sex | None) -> None:
        low, high = HEIGHT_LIMITS_M
        if not low <= height_m <= high:
            raise SettingsError(
                f"subject: height must be from {low} to {high} metres, found "
                f"{value_words(height_m)}; give the height in metres"
            )
        self.height_m = height_m
        self._male = {"female": 0.0, "male": 1.0, None: 0.5}[sex]

    def pair(self, values: Pair) -> float:
        """Return the value for the subject's sex out of (female, male)."""
        return (1.0 - self._male) * values[0] + self._male * values[1]

    def __getitem__(self, name: str) -> float:
        return self.pair(PROPORTIONS[name]) * self.height_m

    def trunk_height(self, name: str, hip_height: float) -> float:
        """Return the height over ground of a place that the source gives above the hips.

        The source measured recumbent trunks; they are stretched so that the vertex is at the
        height of the subject.
        """
        cervicale = self.height_m - self["vertex_to_cervicale"]
        return hip_height + self[name] * (cervicale - hip_height) / self["cervicale"]


def joint_geometry(*, height_m: float, sex: Sex | None) -> tuple[JointGeometry, ...]:
    """Return where the joints sit, from the ground up to the torso and down to the feet.

    Parameters
    ----------
    height_m : float
        Standing height.
    sex : {"female", "male"} or None
        None takes the mean of the two.

    Returns
    -------
    tuple of JointGeometry
        ``ground_pelvis``, ``back``, then ``hip``, ``knee``, ``ankle`` of both sides
        (``_r``, ``_l``). The ground holds the pelvis so that the feet stand on y = 0.
    """
    size = BodySize(height_m, sex)
    width = size["pelvic_width"]
    hip_x, hip_y, hip_z = (size.pair(PELVIS[f"hip_{axis}"]) * width for axis in "xyz")
    lumbar = (size.pair(PELVIS["lumbar_x"]) * width, size.pair(PELVIS["lumbar_y"]) * width, 0.0)
    hip_height = size["ankle_height"] + size["shank"] + size["thigh"]
    ankle = (size["heel_to_ankle"], size["ankle_height"], 0.0)
    joints = [
        _joint("ground_pelvis", "ground", "pelvis", (0.0, hip_height - hip_y, 0.0)),
        _joint("back", "pelvis", "torso", lumbar),
    ]
    for side, sign in SIDES:
        femur, tibia, calcn = f"femur_{side}", f"tibia_{side}", f"calcn_{side}"
        joints += [
            _joint(f"hip_{side}", "pelvis", femur, (hip_x, hip_y, sign * hip_z)),
            _joint(f"knee_{side}", femur, tibia, (0.0, -size["thigh"], 0.0)),
            _joint(f"ankle_{side}", tibia, calcn, (0.0, -size["shank"], 0.0), ankle),
        ]
    return tuple(joints)


def body_origins(*, height_m: float, sex: Sex | None) -> dict[str, FloatArray]:
    """Return the origin of every body in G when standing, metres, shape (3,) each."""
    origins: dict[str, FloatArray] = {"ground": np.zeros(3)}
    for joint in joint_geometry(height_m=height_m, sex=sex):
        parent_to_child = np.subtract(joint.position_parent_m, joint.position_child_m)
        origins[joint.child] = origins[joint.parent] + parent_to_child
    return origins


def landmarks(*, height_m: float, sex: Sex | None) -> tuple[Landmark, ...]:
    """Return anatomical landmarks on the bone, under Plug-in Gait names where it has one.

    Parameters
    ----------
    height_m : float
    sex : {"female", "male"} or None
        None takes the mean of the two.
    """
    size = BodySize(height_m, sex)
    origins = body_origins(height_m=height_m, sex=sex)
    points = _pelvis_points(size, origins["pelvis"]) + _torso_points(size, origins["femur_r"])
    for side, sign in SIDES:
        points += _leg_points(size, origins, side, sign)
    return tuple(
        Landmark(
            name=name,
            body=body,
            position_b_m=as_vector(np.subtract(position_g, origins[body])),
            kind="landmark",
            description=description,
        )
        for name, body, position_g, description in points
    )


def as_vector(values: FloatArray) -> Vector:
    """Return three numbers rounded to nanometres."""
    # hides rounding noise, so that the same subject gives the same file everywhere
    x, y, z = (round(float(value), 9) + 0.0 for value in values)
    return x, y, z


_Point = tuple[str, str, Vector, str]


def _joint(
    name: str, parent: str, child: str, in_parent: Vector, in_child: Vector = (0.0, 0.0, 0.0)
) -> JointGeometry:
    return JointGeometry(
        name=name,
        parent=parent,
        child=child,
        position_parent_m=as_vector(np.array(in_parent)),
        position_child_m=as_vector(np.array(in_child)),
    )


def _pelvis_points(size: BodySize, origin_g: FloatArray) -> list[_Point]:
    width = size["pelvic_width"]
    x, y, _ = as_vector(origin_g)
    depth = size.pair(PELVIS["depth"]) * width
    behind, above = np.cos(ASIS_PSIS_TILT_RAD) * depth, np.sin(ASIS_PSIS_TILT_RAD) * depth
    breadth = size.pair(PELVIS["psis_breadth"]) * width
    points: list[_Point] = []
    for side, sign in SIDES:
        word, letter = _SIDE_WORDS[side], side.upper()
        front = (x, y, 0.5 * sign * width)
        back = (x - behind, y + above, 0.5 * sign * breadth)
        points += [
            (f"{letter}ASI", "pelvis", front, f"{word} anterior superior iliac spine"),
            (f"{letter}PSI", "pelvis", back, f"{word} posterior superior iliac spine"),
        ]
    return points


def _torso_points(size: BodySize, hip_g: FloatArray) -> list[_Point]:
    x, hip_height, _ = as_vector(hip_g)
    neck, top, xiphoid = (
        size.trunk_height(name, hip_height) for name in ("cervicale", "suprasternale", "xiphoid")
    )
    front, low = x + size["suprasternale_before_hips"], x + size["xiphoid_before_hips"]
    back, behind = x - size["cervicale_behind_hips"], x - size["tenth_thoracic_behind_hips"]
    points: list[_Point] = [
        ("C7", "torso", (back, neck, 0.0), "spinous process of C7"),
        ("T10", "torso", (behind, xiphoid, 0.0), "spinous process of T10, level with STRN"),
        ("CLAV", "torso", (front, top, 0.0), "jugular notch of the sternum"),
        ("STRN", "torso", (low, xiphoid, 0.0), "xiphoid process of the sternum"),
    ]
    for side, sign in SIDES:
        shoulder = (x, size["acromion_height"], 0.5 * sign * size["acromion_breadth"])
        points.append((f"{side.upper()}SHO", "torso", shoulder, f"{_SIDE_WORDS[side]} acromion"))
    return points


def _leg_points(
    size: BodySize, origins: dict[str, FloatArray], side: str, sign: float
) -> list[_Point]:
    femur, tibia, calcn = f"femur_{side}", f"tibia_{side}", f"calcn_{side}"
    word, letter = _SIDE_WORDS[side], side.upper()
    hip_x = float(origins[femur][0])
    knee_x, knee_y, knee_z = as_vector(origins[tibia])
    heel_x, _, heel_z = as_vector(origins[calcn])
    ankle = np.add(origins[calcn], (size["heel_to_ankle"], size["ankle_height"], 0.0))
    ankle_x, ankle_y, ankle_z = as_vector(ankle)
    trochanter = (hip_x, size["trochanter_height"], sign * 0.5 * size["hip_breadth"])
    knee, malleolus = (
        sign * 0.5 * size["epicondylar_breadth"],
        sign * 0.5 * size["malleolar_breadth"],
    )
    low, toe_x = size["foot_marker_height"], heel_x + size["heel_to_metatarsal"]
    return [
        (f"{letter}GT", femur, trochanter, f"{word} greater trochanter"),
        (f"{letter}KNE", femur, (knee_x, knee_y, knee_z + knee), f"{word} lateral epicondyle"),
        (f"{letter}KNM", femur, (knee_x, knee_y, knee_z - knee), f"{word} medial epicondyle"),
        (
            f"{letter}ANK",
            tibia,
            (ankle_x, ankle_y, ankle_z + malleolus),
            f"{word} lateral malleolus",
        ),
        (
            f"{letter}ANM",
            tibia,
            (ankle_x, ankle_y, ankle_z - malleolus),
            f"{word} medial malleolus",
        ),
        (f"{letter}HEE", calcn, (heel_x, low, heel_z), f"{word} calcaneus, back of the heel"),
        (f"{letter}TOE", calcn, (toe_x, low, heel_z), f"{word} second metatarsal head"),
    ]
