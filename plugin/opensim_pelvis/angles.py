"""Coordinates and body orientations become named pelvis, trunk and thigh angles.

The clinical angles use Baker's order, rotation-obliquity-tilt, body-fixed y-x-z in the letters
of G, against the direction of travel T (Baker 2001, doi:10.1016/S0966-6362(00)00083-7). With
20 degrees of anterior tilt they differ from OpenSim's z-x-y coordinates by degrees, so both are
written, each labelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import multiply, rotate, to_euler, unwrap_present
from opensim_pelvis.settings import Surface
from opensim_pelvis.travel import travel_heading
from opensim_pelvis.types import AngleDefinition, Angles, Kinematics

BAKER: Final = "rotation-obliquity-tilt (body-fixed y-x-z) in T"
BAKER_SOURCE: Final = "Baker 2001, doi:10.1016/S0966-6362(00)00083-7"

TURNING_RADPS: Final = np.deg2rad(20.0)
"""Beyond this the smoothed heading of the pelvis is degrees from the path; a choice."""

DEFINITIONS: Final[tuple[AngleDefinition, ...]] = (
    AngleDefinition(
        name="pelvic_axial_rotation",
        group="pelvis",
        description="pelvic rotation about the vertical, relative to the direction of travel",
        positive="right side forward",
        order=BAKER,
        source=BAKER_SOURCE,
    ),
    AngleDefinition(
        name="pelvic_obliquity",
        group="pelvis",
        description="elevation of one side of the pelvis, about its forward axis after rotation",
        positive="right side up",
        order=BAKER,
        source=BAKER_SOURCE,
    ),
    AngleDefinition(
        name="pelvic_anterior_tilt",
        group="pelvis",
        description="tilt of the pelvis about its own mediolateral axis",
        positive="anterior (front side down)",
        order=BAKER,
        source=BAKER_SOURCE,
    ),
    AngleDefinition(
        name="trunk_axial_rotation",
        group="trunk",
        description="rotation of the trunk about the vertical, relative to the direction of travel",
        positive="right shoulder forward",
        order=BAKER,
        source=BAKER_SOURCE,
    ),
    AngleDefinition(
        name="trunk_lateral_lean",
        group="trunk",
        description="lateral lean of the trunk, about its forward axis after rotation",
        positive="to the right",
        order=BAKER,
        source=BAKER_SOURCE,
    ),
    AngleDefinition(
        name="trunk_forward_lean",
        group="trunk",
        description="lean of the trunk about its own mediolateral axis",
        positive="forward",
        order=BAKER,
        source=BAKER_SOURCE,
    ),
    AngleDefinition(
        name="thigh_extension_r",
        group="thigh",
        description="right thigh relative to the vertical, in the vertical plane of travel",
        positive="thigh behind the vertical (knee behind hip)",
        order="projection on the x-y plane of T",
        source="opensim-pelvis definition",
    ),
    AngleDefinition(
        name="thigh_extension_l",
        group="thigh",
        description="left thigh relative to the vertical, in the vertical plane of travel",
        positive="thigh behind the vertical (knee behind hip)",
        order="projection on the x-y plane of T",
        source="opensim-pelvis definition",
    ),
)
"""Every clinical angle: name, sense, order and source; the columns of every table of angles."""

_SEGMENTS: Final = {
    "pelvis": (("pelvic_axial_rotation", "pelvic_obliquity", "pelvic_anterior_tilt"), (1, -1, -1)),
    "torso": (("trunk_axial_rotation", "trunk_lateral_lean", "trunk_forward_lean"), (1, 1, -1)),
}
_THIGHS: Final = {"femur_r": "thigh_extension_r", "femur_l": "thigh_extension_l"}


def compute_angles(
    kinematics: Kinematics,
    *,
    surface: Surface | None,
    headless: Mapping[str, FloatArray] | None = None,
) -> Angles:
    """Return the clinical angles of all bodies that the sensors determine.

    Parameters
    ----------
    kinematics : Kinematics
    surface : str or None
        Decides the direction of travel, see `opensim_pelvis.travel.travel_heading`.
    headless : mapping of str to (t, 4) array, optional
        Orientation of bodies whose sensor's heading is unknown. A pose calibration makes their
        axial rotation right all the same, to about a degree while they lean by less than 10;
        which way they lean is not known, so those angles are absent.

    Returns
    -------
    Angles
        Radians, without jumps of a full turn.
    """
    reference = "pelvis" if "pelvis" in kinematics.bodies else "torso"
    notes: list[Notice] = []
    if reference in kinematics.bodies:
        travel, source = travel_heading(
            _orientation(kinematics, reference), rate_hz=kinematics.rate_hz, surface=surface
        )
    else:
        travel, source = np.zeros(kinematics.time_s.size), "forward in the calibration pose, fixed"
    found = name_angles(
        {body: _orientation(kinematics, body) for body in kinematics.bodies}, travel
    )
    headless = headless or {}
    found |= _turns_alone(headless, travel)
    definitions = tuple(d for d in DEFINITIONS if d.name in found)
    absent = {
        d.name: notice(
            "absent.heading_unknown" if _body_of(d.name) in headless else "absent.body",
            d.name,
            body=_body_of(d.name),
        )
        for d in DEFINITIONS
        if d.name not in found
    }
    if surface is None:
        notes += _turned_away(found)
    if surface == "overground":
        notes += _in_turns(travel, kinematics.rate_hz)
    values = [found[d.name] for d in definitions]
    return Angles(
        time_s=kinematics.time_s,
        definitions=definitions,
        values_rad=np.stack(values, axis=1) if values else np.empty((travel.size, 0)),
        travel_rad=travel,
        travel_source=source,
        absent=absent,
        notes=tuple(notes),
    )


def name_angles(R_GB: Mapping[str, FloatArray], travel: FloatArray) -> dict[str, FloatArray]:
    """Return the angles in `DEFINITIONS` that these bodies have.

    Parameters
    ----------
    R_GB : mapping of body to (t, 4) array
    travel : (t,) array
        Heading of the direction of travel in G, radians.

    Returns
    -------
    dict of str to (t,) array
        Radians, without jumps of a full turn.
    """
    R_TG = turn_about_vertical(-travel)
    found: dict[str, FloatArray] = {}
    for body, (names, signs) in _SEGMENTS.items():
        if body in R_GB:
            columns = baker_angles(multiply(R_TG, R_GB[body])).T
            found |= {n: s * c for n, s, c in zip(names, signs, columns, strict=True)}
    for body, name in _THIGHS.items():
        if body in R_GB:
            knee_to_hip = rotate(multiply(R_TG, R_GB[body]), np.array([0.0, 1.0, 0.0]))
            found[name] = unwrap_present(np.arctan2(knee_to_hip[:, 0], knee_to_hip[:, 1]))
    return found


def baker_angles(R_TB: FloatArray) -> FloatArray:
    """Return rotation, obliquity and tilt as turns about y, x and z, shape (t, 4) to (t, 3).

    The first is continuous over turns; the signs are those of right-handed rotations, before
    clinical signs are given.
    """
    angles = to_euler("YXZ", R_TB)
    angles[:, 0] = unwrap_present(angles[:, 0])
    return angles


def _turns_alone(headless: Mapping[str, FloatArray], travel: FloatArray) -> dict[str, FloatArray]:
    """Return the axial rotation of bodies of which nothing else is known."""
    found = {}
    for body, R_GB in headless.items():
        if body in _SEGMENTS:
            names, signs = _SEGMENTS[body]
            turned = baker_angles(multiply(turn_about_vertical(-travel), R_GB))
            found[names[0]] = signs[0] * turned[:, 0]
    return found


def _orientation(kinematics: Kinematics, body: str) -> FloatArray:
    return kinematics.R_GB[:, kinematics.bodies.index(body)]


def _body_of(angle: str) -> str:
    bodies = {name: body for body, (names, _) in _SEGMENTS.items() for name in names}
    return (bodies | {name: body for body, name in _THIGHS.items()})[angle]


def _turned_away(found: dict[str, FloatArray]) -> list[Notice]:
    """Warn when a fixed direction of travel does not fit a runner who turns."""
    rotation = found.get("pelvic_axial_rotation", np.empty(0))
    rotation = rotation[np.isfinite(rotation)]
    if rotation.size == 0 or np.ptp(rotation) < np.deg2rad(60.0):
        return []
    return [notice("angle.turned", turned_deg=np.rad2deg(np.ptp(rotation)))]


def _in_turns(travel: FloatArray, rate_hz: float) -> list[Notice]:
    """Warn of frames in which the path bends too fast for its direction to be known."""
    turning = np.abs(np.gradient(travel) * rate_hz) > TURNING_RADPS
    if not turning.any():
        return []
    limit_degps = np.rad2deg(TURNING_RADPS)
    return [notice("angle.in_turns", share=turning.mean(), limit_degps=limit_degps)]
