"""Masses, centres of mass and moments of inertia of the bodies, in proportion to the mass.

The numbers are de Leva's and stand in `opensim_pelvis.kinematics.anthropometry.published`. Head,
neck and arms are part of the torso.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opensim_pelvis.config.settings import Sex
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.anthropometry.published import INERTIA
from opensim_pelvis.kinematics.anthropometry.sizes import (
    SIDES,
    BodySize,
    Vector,
    as_vector,
    body_origins,
)
from opensim_pelvis.notices.plain_words import value_words


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentInertia:
    """Mass properties of one body.

    ``com_b_m`` is the centre of mass in the body's frame; ``inertia_b_kgm2`` holds the moments
    about x, y, z through it. Products of inertia are zero, as in the source.
    """

    body: str
    mass_kg: float
    com_b_m: Vector
    inertia_b_kgm2: Vector


@dataclass(frozen=True, slots=True)
class _Part:
    """One segment of the source: mass fraction, centre in G, moments over mass (m2)."""

    mass: float
    centre_g: FloatArray
    moments: FloatArray


def segment_inertia(
    *, height_m: float, mass_kg: float, sex: Sex | None
) -> tuple[SegmentInertia, ...]:
    """Return the mass properties of every body; the masses add up to ``mass_kg``.

    The torso takes the upper and middle trunk, head and neck, and both arms hanging straight
    down, joined by the parallel-axis theorem; the pelvis takes the lower trunk. The centres of
    mass of trunk and head are taken to lie straight above the hips, a choice: the source gives
    heights only.

    Parameters
    ----------
    height_m, mass_kg : float
    sex : {"female", "male"} or None
        None takes the mean of the two.
    """
    if not mass_kg > 0.0:
        raise SettingsError(
            f"subject: mass must be a positive number of kg, found {value_words(mass_kg)}"
        )
    size = BodySize(height_m, sex)
    origins = body_origins(height_m=height_m, sex=sex)
    parts: dict[str, list[_Part]] = {"pelvis": [], "torso": []}
    parts |= _leg_parts(size, origins)
    for body, part in _trunk_parts(size, origins["femur_r"]):
        parts[body].append(part)
    whole = sum(part.mass for segments in parts.values() for part in segments)
    return tuple(
        _join(body, segments, origins[body], mass_kg / whole) for body, segments in parts.items()
    )


def _trunk_parts(size: BodySize, hip_g: FloatArray) -> list[tuple[str, _Part]]:
    x, hip_height, _ = as_vector(hip_g)
    top, xiphoid, omphalion, shoulders = (
        size.trunk_height(name, hip_height)
        for name in ("suprasternale", "xiphoid", "omphalion", "shoulders")
    )
    head = _hanging(size, "head", size["head"], (x, size.height_m, 0.0))
    parts = [
        ("torso", head),
        ("torso", _hanging(size, "upper_trunk", top - xiphoid, (x, top, 0.0))),
        ("torso", _hanging(size, "middle_trunk", xiphoid - omphalion, (x, xiphoid, 0.0))),
        ("pelvis", _hanging(size, "lower_trunk", omphalion - hip_height, (x, omphalion, 0.0))),
    ]
    for _, sign in SIDES:
        y, z = shoulders, sign * 0.5 * size["acromion_breadth"]
        for name in ("upper_arm", "forearm", "hand"):
            parts.append(("torso", _hanging(size, name, size[name], (x, y, z))))
            y -= size[name]
    return parts


def _leg_parts(size: BodySize, origins: dict[str, FloatArray]) -> dict[str, list[_Part]]:
    parts: dict[str, list[_Part]] = {}
    for side, _ in SIDES:
        femur, tibia, calcn = f"femur_{side}", f"tibia_{side}", f"calcn_{side}"
        parts[femur] = [_hanging(size, "thigh", size["thigh"], as_vector(origins[femur]))]
        parts[tibia] = [_hanging(size, "shank", size["shank"], as_vector(origins[tibia]))]
        x, y, z = as_vector(origins[calcn])
        # the source has no height for the foot's centre: half the ankle's, a choice
        centre = (
            x + size.pair(INERTIA["foot"].centre) * size["foot"],
            y + 0.5 * size["ankle_height"],
            z,
        )
        parts[calcn] = [_part(size, "foot", size["foot"], centre)]
    return parts


def _join(body: str, parts: list[_Part], origin_g: FloatArray, kg: float) -> SegmentInertia:
    """Join segments into one body about the common centre of mass."""
    mass = sum(part.mass for part in parts)
    centre = np.sum([part.mass * part.centre_g for part in parts], axis=0) / mass
    moments = np.zeros(3)
    for part in parts:
        off = part.centre_g - centre
        moments += part.mass * (part.moments + off @ off - off**2)
    return SegmentInertia(
        body=body,
        mass_kg=mass * kg,
        com_b_m=as_vector(centre - origin_g),
        inertia_b_kgm2=as_vector(moments * kg),
    )


def _part(size: BodySize, name: str, length: float, centre_g: Vector) -> _Part:
    row = INERTIA[name]
    radii = np.array([size.pair(radius) for radius in row.radii])
    return _Part(size.pair(row.mass), np.array(centre_g), (radii * length) ** 2)


def _hanging(size: BodySize, name: str, length: float, top_g: Vector) -> _Part:
    x, y, z = top_g
    return _part(size, name, length, (x, y - size.pair(INERTIA[name].centre) * length, z))
