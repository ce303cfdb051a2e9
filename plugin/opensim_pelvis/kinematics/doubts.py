"""What solved kinematics give reason to doubt."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import BodyModel, Kinematics
from opensim_pelvis.types.coordinates import coordinate_on
from opensim_pelvis.types.segments import LEGS, body_on, sensor_of

BACKWARD_KNEE_RAD: Final = -0.5
"""Below this, far beyond any knee, two sensors are confused or face apart."""

KNEES: Final = tuple(coordinate_on(side, "knee_angle") for side in LEGS)
"""Flexion of the knees, the coordinates that bend backward."""

PULLED_RAD: Final = np.deg2rad(4.0)
"""Root mean square between a thigh's sensor and the model from which a note tells of it. Skin moves
by as much; what is more is the model's."""


ROUNDING_RAD: Final = 1e-9
"""What a solver may leave a range by, and be at its end."""


def shares_out_of_range(model: BodyModel, kinematics: Kinematics) -> dict[str, float]:
    """Return the part of its samples in which each coordinate with a range leaves it."""
    shares: dict[str, float] = {}
    if not kinematics.time_s.size:
        return shares
    ends = (np.fmin.reduce(kinematics.values_rad), np.fmax.reduce(kinematics.values_rad))
    rows = zip(kinematics.coordinates, kinematics.values_rad.T, *ends, strict=True)
    for name, values, least, most in rows:
        limits = model.limits_rad(name)
        if limits is None or np.isnan(least):
            continue
        low, high = limits
        if least >= low - ROUNDING_RAD and most <= high + ROUNDING_RAD:
            shares[name] = 0.0
        else:
            present = np.isfinite(values)
            outside = (values < low - ROUNDING_RAD) | (values > high + ROUNDING_RAD)
            shares[name] = float(outside.sum() / present.sum())
    return shares


def doubt_ranges(model: BodyModel, kinematics: Kinematics) -> list[Notice]:
    """Doubt angles that leave the model's range: a bad pose or heading shows up there first."""
    notes = []
    shares = shares_out_of_range(model, kinematics)
    for name, values in zip(kinematics.coordinates, kinematics.values_rad.T, strict=True):
        limits, share = model.limits_rad(name), shares.get(name, 0.0)
        if limits is not None and share > 0.0:
            low, high = limits
            least, most = float(np.nanmin(values)), float(np.nanmax(values))
            backward = name in KNEES and least < BACKWARD_KNEE_RAD
            notes.append(
                notice(
                    "kinematics.knee_backward" if backward else "kinematics.out_of_range",
                    name,
                    coordinate=name,
                    low_deg=np.rad2deg(low),
                    high_deg=np.rad2deg(high),
                    share=share,
                    least_deg=np.rad2deg(least),
                    most_deg=np.rad2deg(most),
                )
            )
    return notes


def doubt_thighs(kinematics: Kinematics) -> list[Notice]:
    """Doubt hips whose thigh does not follow its sensor, because shank and foot pull it along.

    The knee of many models is a hinge without play. Real knees leave it, and so do headings that
    are off; where a weight was stated that is not small, up to half of that goes into the thigh.
    """
    known = np.isfinite(kinematics.errors_rad)
    squares = np.where(known, kinematics.errors_rad, 0.0) ** 2
    rms = np.sqrt(squares.sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    missed = dict(zip(kinematics.sensors, rms, strict=True))
    pulled = {}
    for side in LEGS:
        thigh, below = body_on(side, "thigh"), (body_on(side, "shank"), body_on(side, "foot"))
        pulling = any(
            sensor_of(b) in missed and kinematics.weights.get(b, 1.0) > 0.5 for b in below
        )
        if pulling and missed.get(sensor_of(thigh), 0.0) > PULLED_RAD:
            pulled[thigh] = np.rad2deg(missed[sensor_of(thigh)])
    return [notice("kinematics.thighs_pulled", *pulled, error_deg=pulled)] if pulled else []
