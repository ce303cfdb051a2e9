"""What solved kinematics give reason to doubt, in words for the notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from opensim_pelvis.types import BodyModel, Kinematics

BACKWARD_KNEE_RAD: Final = -0.5
"""Below this, far beyond any knee, two sensors are confused or face apart."""

PULLED_RAD: Final = np.deg2rad(4.0)
"""Root mean square between a thigh's sensor and the model from which a note tells of it. Skin moves
by as much; what is more is the model's."""


def doubt_ranges(model: BodyModel, kinematics: Kinematics) -> list[str]:
    """Doubt angles that leave the model's range: a bad pose or heading shows up there first."""
    notes = []
    for name, values in zip(kinematics.coordinates, kinematics.values_rad.T, strict=True):
        limits = model.limits_rad(name)
        if limits is None:
            continue
        low, high = limits
        outside = (values < low - 1e-9) | (values > high + 1e-9)
        if outside.any():
            share = outside.sum() / max(np.isfinite(values).sum(), 1)
            notes.append(
                f"{name} leaves the range of the model ({np.rad2deg(low):.0f} to "
                f"{np.rad2deg(high):.0f} degrees) in {share:.1%} of the frames: "
                f"{np.rad2deg(np.nanmin(values)):.0f} to {np.rad2deg(np.nanmax(values)):.0f}"
            )
            if name.startswith("knee") and np.nanmin(values) < BACKWARD_KNEE_RAD:
                notes[-1] += (
                    ". A knee does not bend backward: the sensors of thigh and shank may be "
                    "swapped, or their headings far apart"
                )
    return notes


def doubt_thighs(kinematics: Kinematics, weights: Mapping[str, float]) -> list[str]:
    """Doubt hips whose thigh does not follow its sensor, because shank and foot pull it along.

    The model's knee is a hinge without play. Real knees leave it, and so do headings that are off;
    at equal weights half of that goes into the thigh.
    """
    known = np.isfinite(kinematics.errors_rad)
    squares = np.where(known, kinematics.errors_rad, 0.0) ** 2
    rms = np.sqrt(squares.sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    missed = dict(zip(kinematics.sensors, rms, strict=True))
    pulled = {}
    for side in ("r", "l"):
        below = [f"{body}_{side}" for body in ("tibia", "calcn")]
        pulling = any(f"{b}_imu" in missed and weights.get(b, 1.0) > 0.5 for b in below)
        if pulling and missed.get(f"femur_{side}_imu", 0.0) > PULLED_RAD:
            pulled[f"femur_{side}"] = missed[f"femur_{side}_imu"]
    if not pulled:
        return []
    listed = ", ".join(f"{body} {np.rad2deg(error):.0f}" for body, error in pulled.items())
    return [
        f"thighs follow their sensors only to (degrees, root mean square): {listed}. Shanks and "
        "feet pull them through the model's hinge knee, which shows in hip adduction and rotation. "
        "With less weight they leave the hips alone: --weight tibia=0.02 --weight calcn=0.02"
    ]
