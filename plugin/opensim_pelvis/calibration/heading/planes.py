"""The planes in which single leg sensors swing, in all of a recording or in a movement for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.combine import ARBITRARY_RAD
from opensim_pelvis.calibration.heading.forward import SURE_SIDE_RAD, wrap
from opensim_pelvis.calibration.heading.swing import SWING_RATIO, Swing, find_swing, leg_sensors
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from opensim_pelvis.types.segments import segment_of

FLEXION_RATIO: Final = 10.0
"""Least ratio of eigenvalues of a calibration movement: off its plane by a third at most."""


def find_planes(aligned: AlignedRecording, pose: CalibrationPose, base: int) -> dict[int, Swing]:
    """Return the plane of swing of each leg sensor that shows one."""
    found = {
        i: find_swing(aligned, pose, base=base, legs=[i])
        for i in leg_sensors(aligned.bodies)
        if i != base
    }
    return {i: s for i, s in found.items() if s is not None and s.ratio >= SWING_RATIO}


def find_flexion(
    aligned: AlignedRecording, pose: CalibrationPose, base: int, window_s: tuple[float, float]
) -> dict[int, Swing]:
    """Return the planes in which the thighs swing within a calibration movement.

    Raises
    ------
    PlacementError
        When no thigh swings in one plane there.
    """
    first, last = (round(edge * aligned.rate_hz) for edge in window_s)
    movement = replace(
        aligned,
        time_s=aligned.time_s[first : last + 1] - window_s[0],
        R_ES=aligned.R_ES[first : last + 1],
        acceleration_mps2=None,
        angular_velocity_radps=None,
        magnetic_field=None,
    )
    thighs = [i for i, body in enumerate(aligned.bodies) if segment_of(body) == "thigh"]
    if not thighs or movement.time_s.size < aligned.rate_hz:
        lacking = (
            "no sensor is on a thigh"
            if not thighs
            else "the recording does not contain this second"
        )
        raise PlacementError(
            f"calibration: leg swing from {window_s[0]:g} to {window_s[1]:g} s: {lacking} (it "
            f"lasts {aligned.time_s[-1]:.1f} s). Correct [calibration] flexion_window_s, or omit "
            "it."
        )
    found = {i: find_swing(movement, pose, base=base, legs=[i]) for i in thighs}
    planes = {i: s for i, s in found.items() if s is not None and s.ratio >= FLEXION_RATIO}
    if not planes:
        seen = [f"{aligned.sensors[i]} {s.ratio:.0f}" for i, s in found.items() if s is not None]
        raise PlacementError(
            f"calibration: rejected, from {window_s[0]:g} to {window_s[1]:g} s no thigh swings "
            f"in one plane. Wanted a ratio of {FLEXION_RATIO:.0f} between movement in the plane "
            "and out of the plane, found "
            f"{', '.join(seen) or 'no thigh that swings for a second'}. Give the period of leg "
            "swing with [calibration] flexion_window_s, or omit it."
        )
    return planes


def face_anywhere(swings: Mapping[int, Swing]) -> bool:
    """Tell whether planes of swing lie so far apart that sensors cannot share a north.

    Only sensors whose side is sure count, so that forward is not mistaken for backward.
    """
    sure = [s.forward_rad for s in swings.values() if s.asymmetry_rad >= SURE_SIDE_RAD]
    if len(sure) < 2:
        return False
    mean = np.angle(np.mean(np.exp(1j * np.array(sure))))
    away = [abs(wrap(angle - mean)) for angle in sure]
    scatter = float(np.sqrt(np.mean(np.square(away))))
    return bool(max(away) > 2.0 * ARBITRARY_RAD or scatter > ARBITRARY_RAD)
