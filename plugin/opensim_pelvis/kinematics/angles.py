"""Coordinates and body orientations become the named angles of `angle_definitions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.kinematics.angle_definitions import definitions
from opensim_pelvis.kinematics.travel import travel_heading
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import Angles, Kinematics

TURNING_RADPS: Final = np.deg2rad(20.0)
"""Beyond this the smoothed heading of the pelvis is degrees from the path; a choice."""


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
        Decides the direction of travel, see `opensim_pelvis.kinematics.travel.travel_heading`.
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
        travel, source = np.zeros(kinematics.time_s.size), notice("travel.fixed")
    found = name_angles(
        {body: _orientation(kinematics, body) for body in kinematics.bodies}, travel
    )
    headless = headless or {}
    found |= _turns_alone(headless, travel)
    known = tuple(d for d in definitions() if d.name in found)
    absent = {
        d.name: notice(
            "absent.heading_unknown" if d.body in headless else "absent.body", d.name, body=d.body
        )
        for d in definitions()
        if d.name not in found
    }
    if surface is None:
        notes += _turned_away(found)
    if surface == "overground":
        notes += _in_turns(travel, kinematics.rate_hz)
    values = [found[d.name] for d in known]
    return Angles(
        time_s=kinematics.time_s,
        definitions=known,
        values_rad=np.stack(values, axis=1) if values else np.empty((travel.size, 0)),
        travel_rad=travel,
        travel_source=source,
        absent=absent,
        notes=tuple(notes),
    )


def name_angles(R_GB: Mapping[str, FloatArray], travel: FloatArray) -> dict[str, FloatArray]:
    """Return the angles of `kinematics.angle_definitions` that these bodies have.

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
    R_TB = _in_travel(R_GB, travel)
    return {d.name: d.of(R_TB[d.body]) for d in definitions() if d.body in R_TB}


def _turns_alone(headless: Mapping[str, FloatArray], travel: FloatArray) -> dict[str, FloatArray]:
    """Return the axial rotation of bodies of which nothing else is known."""
    R_TB = _in_travel(headless, travel)
    turns = (d for d in definitions() if d.about_vertical and d.body in R_TB)
    return {d.name: d.of(R_TB[d.body]) for d in turns}


def _in_travel(R_GB: Mapping[str, FloatArray], travel: FloatArray) -> dict[str, FloatArray]:
    R_TG = turn_about_vertical(-travel)
    needed = {d.body for d in definitions()}
    return {body: multiply(R_TG, q) for body, q in R_GB.items() if body in needed}


def _orientation(kinematics: Kinematics, body: str) -> FloatArray:
    return kinematics.R_GB[:, kinematics.bodies.index(body)]


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
