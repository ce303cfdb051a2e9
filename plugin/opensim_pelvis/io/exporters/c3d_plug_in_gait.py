"""What templates for Plug-in Gait look for in a C3D file: its angles and the group ANALYSIS.

The angles have Plug-in Gait's names, order and signs; their zero is ours, the static trial, and the
progression is the direction of travel. Numbers of ANALYSIS are estimates of measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.io.exporters.c3d_header import ParameterValue
from opensim_pelvis.kinematics.plugin_gait import (
    PIG_ANGLES,
    PIG_KNEES,
    PigAngle,
    to_plug_in_gait,
)
from opensim_pelvis.rotations import multiply
from opensim_pelvis.types import Result, RunningAnalysis
from opensim_pelvis.types.running import SIDES

WRITTEN: Final[Mapping[str, PigAngle]] = {**PIG_ANGLES, **PIG_KNEES}
"""Every point of Plug-in Gait that a file may have."""

NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Pelvis": ("pelvic_axial_rotation", "pelvic_obliquity", "pelvic_anterior_tilt"),
    "Thorax": ("trunk_axial_rotation", "trunk_lateral_lean", "trunk_forward_lean"),
    "Spine": ("lumbar_extension", "lumbar_bending", "lumbar_rotation"),
    "LHip": ("hip_flexion_l", "hip_adduction_l", "hip_rotation_l"),
    "RHip": ("hip_flexion_r", "hip_adduction_r", "hip_rotation_r"),
    "LKnee": ("knee_angle_l", "knee_adduction_l", "knee_rotation_l"),
    "RKnee": ("knee_angle_r", "knee_adduction_r", "knee_rotation_r"),
}
"""Angles of ours that a result must have, so that all three components are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisValue:
    """One number of the group ANALYSIS: what Vicon calls it, and the measure that it is."""

    name: str
    unit: str
    measure: str
    factor: float = 1.0


ANALYSIS: Final = (
    AnalysisValue(name="Cadence", unit="steps/min", measure="cadence_spm"),
    AnalysisValue(name="Walking Speed", unit="m/s", measure="speed_mps"),
    AnalysisValue(name="Stride Time", unit="s", measure="stride_time_s"),
    AnalysisValue(name="Step Time", unit="s", measure="step_time_s"),
    AnalysisValue(name="Foot Off", unit="%", measure="duty_factor_ratio", factor=100.0),
    AnalysisValue(name="Stride Length", unit="m", measure="stride_length_m"),
)
"""In Vicon's order; of both contexts, as Vicon writes them, also where a measure has no side."""


def plug_in_gait_points(result: Result) -> Iterator[tuple[str, str, FloatArray]]:
    """Yield label, description and degrees (t, 3) of the points that the result determines."""
    kinematics = result.kinematics
    R_TG = turn_about_vertical(-result.clinical.travel_rad)
    R_TB = {
        body: multiply(R_TG, kinematics.R_GB[:, row]) for row, body in enumerate(kinematics.bodies)
    }
    there = {*result.clinical.names, *kinematics.coordinates}
    wanted = {name: angle for name, angle in WRITTEN.items() if there.issuperset(_needs(name))}
    for name, values in to_plug_in_gait(R_TB, wanted).items():
        senses = zip("XYZ", WRITTEN[name].senses, strict=True)
        words = "; ".join(f"{axis} + {sense}" for axis, sense in senses)
        yield name, f"Plug-in Gait signs, zero in the static trial: {words}", values


def analysis_parameters(result: Result, subject: str) -> dict[str, dict[str, ParameterValue]]:
    """Return the group ANALYSIS; nothing without a mean."""
    running = result.running
    rows = [] if running is None else list(_analysis_rows(running))
    if not rows:
        return {}
    names, contexts, units, values, words = zip(*rows, strict=True)
    return {
        "ANALYSIS": {
            "USED": np.array([len(rows)]),
            "NAMES": list(names),
            "DESCRIPTIONS": list(words),
            "SUBJECTS": [subject] * len(rows),
            "CONTEXTS": list(contexts),
            "UNITS": list(units),
            "VALUES": np.array(values),
        }
    }


def _needs(name: str) -> tuple[str, ...]:
    stem = name.removesuffix("Angles")
    return NEEDS[stem] if stem in NEEDS else NEEDS[stem[1:]]


def _analysis_rows(running: RunningAnalysis) -> Iterator[tuple[str, str, str, float, str]]:
    for side in reversed(SIDES):  # left before right, as Vicon has it
        for one in ANALYSIS:
            found = running.summary(one.measure, side) or running.summary(one.measure)
            if found is None:
                continue
            estimate = running.estimate(one.measure, found.side)
            value = found.mean if estimate is None else estimate.value
            words = f"{found.n} strides"
            if estimate is not None:
                words = f"expanded uncertainty (95 %) {one.factor * estimate.u95:.3g}; {words}"
            yield one.name, side.capitalize(), one.unit, one.factor * value, words
