"""The coordinates that code knows: which joint they move, and of which side.

The only place where the name of a coordinate is taken to mean something. A coordinate of another
model that this table does not list belongs to no known joint and to neither side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

JointName = Literal["pelvis", "lumbar", "hip", "knee", "ankle", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinateDefinition:
    """One coordinate.

    Parameters
    ----------
    name : str
        OpenSim's.
    joint : str
        What moves; ``"other"`` for joints that our own model does not have.
    side : str
        ``"body"`` for those in the middle.
    pair : str
        Name of the two that are one of either side; else its own.
    """

    name: str
    joint: JointName
    side: Literal["body", "right", "left"]
    pair: str


def _middle(joint: JointName, *names: str) -> tuple[CoordinateDefinition, ...]:
    return tuple(CoordinateDefinition(name=n, joint=joint, side="body", pair=n) for n in names)


def _both(joint: JointName, *pairs: str, end: str = "") -> tuple[CoordinateDefinition, ...]:
    """Return coordinates of the right and the left side; ``end`` stands behind the side."""
    return tuple(
        CoordinateDefinition(name=f"{pair}_{letter}{end}", joint=joint, side=side, pair=pair + end)
        for pair in pairs
        for letter, side in _LETTERS
    )


_LETTERS: Final[tuple[tuple[str, Literal["right", "left"]], ...]] = (("r", "right"), ("l", "left"))

DEFINITIONS: Final[Mapping[str, CoordinateDefinition]] = {
    coordinate.name: coordinate
    for coordinate in (
        *_middle("pelvis", "pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_obliquity"),
        *_middle("pelvis", "pelvis_tx", "pelvis_ty", "pelvis_tz"),
        *_middle("lumbar", "lumbar_extension", "lumbar_bending", "lumbar_rotation"),
        *_both("hip", "hip_flexion", "hip_adduction", "hip_rotation"),
        *_both("knee", "knee_angle", "knee_adduction", "knee_rotation"),
        *_both("knee", "knee_angle", end="_beta"),
        *_both("ankle", "ankle_angle", "ankle_inversion", "ankle_rotation"),
        *_both("other", "subtalar_angle", "mtp_angle", "arm_flex", "arm_add", "arm_rot"),
        *_both("other", "elbow_flex", "pro_sup", "wrist_flex", "wrist_dev"),
    )
}
"""Every coordinate by its name: ours and those of OpenSim's own models (gait2392; Rajagopal 2016,
10.1109/TBME.2016.2586891)."""


def joint_of(coordinate: str) -> JointName:
    """Return the joint that a coordinate moves.

    >>> joint_of("knee_angle_l"), joint_of("neck_turn")
    ('knee', 'other')
    """
    found = DEFINITIONS.get(coordinate)
    return "other" if found is None else found.joint


def side_of(coordinate: str) -> Literal["body", "right", "left"]:
    """Return the side of a coordinate; ``"body"`` for one in the middle or unknown.

    >>> side_of("hip_flexion_l"), side_of("pelvis_tilt")
    ('left', 'body')
    """
    found = DEFINITIONS.get(coordinate)
    return "body" if found is None else found.side


def coordinate_on(side: Literal["body", "right", "left"], pair: str) -> str:
    """Return the name of one coordinate of a pair.

    >>> coordinate_on("left", "knee_angle")
    'knee_angle_l'
    """
    return next(c.name for c in DEFINITIONS.values() if (c.side, c.pair) == (side, pair))
