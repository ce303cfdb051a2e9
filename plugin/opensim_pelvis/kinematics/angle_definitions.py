"""Every clinical angle: all that is said of it, and how it is read from a body.

The angles of pelvis and trunk use Baker's order, rotation-obliquity-tilt, body-fixed y-x-z in the
letters of G, against the direction of travel T (Baker 2001, doi:10.1016/S0966-6362(00)00083-7).
With 20 degrees of anterior tilt they differ from OpenSim's z-x-y coordinates by degrees, so both
are written, each labelled.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.language import Text
from opensim_pelvis.rotations import rotate, to_euler, unwrap_present
from opensim_pelvis.types import AngleCurve, AngleDefinition

BAKER: Final = "rotation-obliquity-tilt (body-fixed y-x-z) in T"
BAKER_SOURCE: Final = "Baker 2001, doi:10.1016/S0966-6362(00)00083-7"


def baker_angles(R_TB: FloatArray) -> FloatArray:
    """Return rotation, obliquity and tilt as turns about y, x and z, shape (t, 4) to (t, 3).

    The first is continuous over turns; the signs are those of right-handed rotations, before
    clinical signs are given.
    """
    angles = to_euler("YXZ", R_TB)
    angles[:, 0] = unwrap_present(angles[:, 0])
    return angles


def baker_turn(turn: int, sign: int) -> Callable[[FloatArray], FloatArray]:
    """Return the function that reads one turn of Baker's order, with its clinical sign."""
    return lambda R_TB: np.asarray(sign * baker_angles(R_TB)[:, turn])


def thigh_extension(R_TB: FloatArray) -> FloatArray:
    """Return the angle of the line from knee to hip against the vertical, in the x-y plane of T."""
    knee_to_hip = rotate(R_TB, np.array([0.0, 1.0, 0.0]))
    return unwrap_present(np.arctan2(knee_to_hip[:, 0], knee_to_hip[:, 1]))


_THIGH_CURVE: Final = AngleCurve(
    name="thigh_extension",
    label="Thigh relative to the vertical",
    rising="up: knee behind the hip",
    mirrored=False,
    rank=50,
)

DEFINITIONS: tuple[AngleDefinition, ...] = (
    AngleDefinition(
        name="pelvic_axial_rotation",
        label="Pelvic rotation",
        group="pelvis",
        body="pelvis",
        side="body",
        unit="deg",
        description="pelvic rotation about the vertical, relative to the direction of travel",
        positive="right side forward",
        brief="right side forward",
        rising="up: right side forward",
        order=BAKER,
        source=BAKER_SOURCE,
        about_vertical=True,
        point="PelvisAngles",
        axis="Z",
        curve=AngleCurve(
            name="pelvic_axial_rotation",
            label="Pelvic rotation",
            rising="up: side of the starting leg forward",
            mirrored=True,
            rank=10,
        ),
        told=True,
        of=baker_turn(0, 1),
    ),
    AngleDefinition(
        name="pelvic_obliquity",
        label="Pelvic obliquity",
        group="pelvis",
        body="pelvis",
        side="body",
        unit="deg",
        description="elevation of one side of the pelvis, about its forward axis after rotation",
        positive="right side up",
        brief="right side up",
        rising="up: right side high",
        order=BAKER,
        source=BAKER_SOURCE,
        about_vertical=False,
        point="PelvisAngles",
        axis="Y",
        curve=AngleCurve(
            name="pelvic_obliquity",
            label="Pelvic obliquity",
            rising="up: side of the starting leg high",
            mirrored=True,
            rank=20,
        ),
        told=True,
        of=baker_turn(1, -1),
    ),
    AngleDefinition(
        name="pelvic_anterior_tilt",
        label="Pelvic tilt",
        group="pelvis",
        body="pelvis",
        side="body",
        unit="deg",
        description="tilt of the pelvis about its own mediolateral axis",
        positive="anterior (front side down)",
        brief="anterior",
        rising="up: tipped forward (anterior)",
        order=BAKER,
        source=BAKER_SOURCE,
        about_vertical=False,
        point="PelvisAngles",
        axis="X",
        curve=AngleCurve(
            name="pelvic_anterior_tilt",
            label="Pelvic tilt",
            rising="up: tipped forward (anterior)",
            mirrored=False,
            rank=30,
        ),
        told=True,
        of=baker_turn(2, -1),
    ),
    AngleDefinition(
        name="trunk_axial_rotation",
        label="Trunk rotation",
        group="trunk",
        body="torso",
        side="body",
        unit="deg",
        description="rotation of the trunk about the vertical, relative to the direction of travel",
        positive="right shoulder forward",
        brief="right shoulder forward",
        rising="up: right shoulder forward",
        order=BAKER,
        source=BAKER_SOURCE,
        about_vertical=True,
        point="ThoraxAngles",
        axis="Z",
        curve=AngleCurve(
            name="trunk_axial_rotation",
            label="Trunk rotation",
            rising="up: shoulder of the starting leg's side forward",
            mirrored=True,
            rank=60,
        ),
        told=True,
        of=baker_turn(0, 1),
    ),
    AngleDefinition(
        name="trunk_lateral_lean",
        label="Trunk side lean",
        group="trunk",
        body="torso",
        side="body",
        unit="deg",
        description="lateral lean of the trunk, about its forward axis after rotation",
        positive="to the right",
        brief="to the right",
        rising="up: to the right",
        order=BAKER,
        source=BAKER_SOURCE,
        about_vertical=False,
        point="ThoraxAngles",
        axis="Y",
        curve=None,
        told=False,
        of=baker_turn(1, 1),
    ),
    AngleDefinition(
        name="trunk_forward_lean",
        label="Trunk forward lean",
        group="trunk",
        body="torso",
        side="body",
        unit="deg",
        description="lean of the trunk about its own mediolateral axis",
        positive="forward",
        brief="forward",
        rising="up: forward",
        order=BAKER,
        source=BAKER_SOURCE,
        about_vertical=False,
        point="ThoraxAngles",
        axis="X",
        curve=None,
        told=False,
        of=baker_turn(2, -1),
    ),
    AngleDefinition(
        name="thigh_extension_r",
        label="Right thigh relative to the vertical",
        group="thigh",
        body="femur_r",
        side="right",
        unit="deg",
        description="right thigh relative to the vertical, in the vertical plane of travel",
        positive="thigh behind the vertical (knee behind hip)",
        brief="thigh behind the vertical",
        rising="up: knee behind the hip",
        order="projection on the x-y plane of T",
        source="opensim-pelvis definition",
        about_vertical=False,
        point="RThighExtension",
        axis="X",
        curve=_THIGH_CURVE,
        told=False,
        of=thigh_extension,
    ),
    AngleDefinition(
        name="thigh_extension_l",
        label="Left thigh relative to the vertical",
        group="thigh",
        body="femur_l",
        side="left",
        unit="deg",
        description="left thigh relative to the vertical, in the vertical plane of travel",
        positive="thigh behind the vertical (knee behind hip)",
        brief="thigh behind the vertical",
        rising="up: knee behind the hip",
        order="projection on the x-y plane of T",
        source="opensim-pelvis definition",
        about_vertical=False,
        point="LThighExtension",
        axis="X",
        curve=_THIGH_CURVE,
        told=False,
        of=thigh_extension,
    ),
)
"""In the order of the columns of every table of angles; read it by `definitions`."""


WORDS: Final = ("label", "rising", "description", "positive", "brief", "order", "source")
"""What is said of an angle, and translated."""


def table() -> str:
    """Return the table of ``docs/angles.md``, Markdown; a test holds the two together."""
    head = ("angle (degrees)", "what it is", "positive", "point in C3D", "source")
    rows = [
        (f"`{d.name}`", d.description, d.positive, f"{d.point}, {d.axis}", d.source)
        for d in definitions()
    ]
    ruled = "|---" * len(head) + "|\n"
    first, *rest = (f"| {' | '.join(row)} |\n" for row in (head, *rows))
    return "".join((first, ruled, *rest))


def texts() -> Iterator[Text]:
    """Return every text of the definitions of angles."""
    for row in definitions():
        yield from (Text(f"angle.{row.name}.{word}", getattr(row, word)) for word in WORDS)


def definitions() -> tuple[AngleDefinition, ...]:
    """Return every clinical angle, in the order of the columns of every table of angles."""
    return DEFINITIONS


if __name__ == "__main__":
    sys.stdout.write(table())
