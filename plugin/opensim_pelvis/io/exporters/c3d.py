"""C3D for laboratory programs: landmarks, angles, sensor signals and events in one file.

Points are in mm in L (z up); where the pelvis stands in the room is not measured, so it stays
where the model has it. Angles are points of the label group ANGLES in degrees, three
components each, as Plug-in Gait made customary; the definition of a clinical angle says which
component of which point it is, `COORDINATE_POINTS` says it of OpenSim's coordinates. Beside them
stand Plug-in Gait's own points (`c3d_plug_in_gait`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ExportError
from opensim_pelvis.frames import R_LG, FloatArray
from opensim_pelvis.io.exporters.c3d_file import C3dContent, write_c3d
from opensim_pelvis.io.exporters.c3d_metadata import (
    date_parameters,
    event_parameters,
    group_descriptions,
    point_parameters,
    subject_name,
    subject_parameters,
)
from opensim_pelvis.io.exporters.c3d_plug_in_gait import analysis_parameters, plug_in_gait_points
from opensim_pelvis.rotations import rotate
from opensim_pelvis.types import Result

COORDINATE_POINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "OS_pelvis": ("pelvis_tilt", "pelvis_list", "pelvis_rotation"),
    "OS_lumbar": ("lumbar_extension", "lumbar_bending", "lumbar_rotation"),
    "OS_hip_r": ("hip_flexion_r", "hip_adduction_r", "hip_rotation_r"),
    "OS_hip_l": ("hip_flexion_l", "hip_adduction_l", "hip_rotation_l"),
    "OS_knee_r": ("knee_angle_r", "knee_adduction_r", "knee_rotation_r"),
    "OS_knee_l": ("knee_angle_l", "knee_adduction_l", "knee_rotation_l"),
    "OS_ankle_r": ("ankle_angle_r", "ankle_inversion_r", "ankle_rotation_r"),
    "OS_ankle_l": ("ankle_angle_l", "ankle_inversion_l", "ankle_rotation_l"),
}
"""Coordinates in the X, Y and Z of ANGLES points; others get a point of their own."""

COORDINATE_SENSES: Final[Mapping[str, str]] = {
    "pelvis_tilt": "posterior",
    "pelvis_list": "right side down",
    "pelvis_rotation": "right side forward",
    "lumbar_extension": "backward",
    "lumbar_bending": "to the right",
    "lumbar_rotation": "right shoulder forward",
    "hip_flexion_r": "flexion",
    "hip_flexion_l": "flexion",
    "hip_adduction_r": "adduction",
    "hip_adduction_l": "adduction",
    "hip_rotation_r": "internal",
    "hip_rotation_l": "internal",
    "knee_angle_r": "flexion",
    "knee_angle_l": "flexion",
    "knee_adduction_r": "adduction",
    "knee_adduction_l": "adduction",
    "knee_rotation_r": "internal",
    "knee_rotation_l": "internal",
    "ankle_angle_r": "dorsiflexion",
    "ankle_angle_l": "dorsiflexion",
    "ankle_inversion_r": "inversion",
    "ankle_inversion_l": "inversion",
    "ankle_rotation_r": "internal",
    "ankle_rotation_l": "internal",
}
"""Positive sense of OpenSim's standard coordinates."""

OF_MODEL: Final = "MODEL_"
"""Begins the labels of landmarks: they are the model's, and no marker was measured."""

_AXES: Final = "XYZ"


class C3dExporter:
    """Writes ``NAME.c3d``."""

    description = "C3D: landmarks, angles, events and sensor signals (Mokka, Nexus, Visual3D)"
    optional: tuple[str, ...] = ()

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write the C3D file of a result into an existing directory."""
        _check_lengths(result)
        templates = (
            _Series(label, words, "deg", values)
            for label, words, values in plug_in_gait_points(result)
        )
        points = (*_landmark_points(result), *templates, *_angle_points(result))
        channels = tuple(_sensor_channels(result))
        frames = result.aligned.time_s.shape[0]
        content = C3dContent(
            rate_hz=result.aligned.rate_hz,
            points=_stack([point.values for point in points], (frames, 0, 3)),
            point_labels=[point.label for point in points],
            point_descriptions=[point.description for point in points],
            analogs=_stack([channel.values for channel in channels], (frames, 0)),
            analog_labels=[channel.label for channel in channels],
            analog_descriptions=[channel.description for channel in channels],
            analog_units=[channel.unit for channel in channels],
            parameters={
                "POINT": point_parameters([p.label for p in points if p.unit == "deg"]),
                **subject_parameters(result),
                **date_parameters(result),
                **event_parameters(result),
                **analysis_parameters(result, subject_name(result)),
                "MANUFACTURER": {
                    "COMPANY": "opensim-pelvis",
                    "SOFTWARE": "opensim-pelvis",
                    "VERSION_LABEL": result.versions.get("opensim-pelvis", ""),
                },
            },
            descriptions=group_descriptions(result),
        )
        return (write_c3d(directory / f"{result.name}.c3d", content),)


@dataclass(frozen=True, eq=False, slots=True)
class _Series:
    """A point (t, 3) or an analog channel (t,) with its name."""

    label: str
    description: str
    unit: str
    values: FloatArray


def _check_lengths(result: Result) -> None:
    """Raise ExportError unless every table has one row a frame of the aligned clock."""
    frames = result.aligned.time_s.shape[0]
    for name in ("orientations", "kinematics", "clinical"):
        found = getattr(result, name).time_s.shape[0]
        if found != frames:
            raise ExportError(
                f"{result.name}.c3d: {name} has {found} samples, the recording has {frames}; all "
                "signals need the same timeline"
            )


def _stack(values: Sequence[FloatArray], empty_shape: tuple[int, ...]) -> FloatArray:
    """Return series side by side on axis 1, also where there are none."""
    return np.stack(values, axis=1) if values else np.zeros(empty_shape)


def _landmark_points(result: Result) -> Iterable[_Series]:
    """Return every landmark whose body the sensors determine, in mm in L."""
    kinematics = result.kinematics
    for landmark in result.model.landmarks:
        if landmark.body not in kinematics.bodies:
            continue
        body = kinematics.bodies.index(landmark.body)
        offset_g = rotate(kinematics.R_GB[:, body], np.array(landmark.position_b_m))
        p_g_m = kinematics.p_GB_m[:, body] + offset_g
        kind = "joint centre" if landmark.kind == "joint_centre" else "landmark"
        text = landmark.description or f"{kind} on {landmark.body}"
        label = f"{OF_MODEL}{landmark.name}"
        yield _Series(label, text, "mm", rotate(R_LG, p_g_m) * 1000.0)


def _angle_points(result: Result) -> Iterable[_Series]:
    """Return all angles as points in degrees; components that a point lacks are 0."""
    degrees = {**_columns_deg(result.clinical.names, result.clinical.values_rad)}
    degrees |= _columns_deg(result.kinematics.coordinates, result.kinematics.values_rad)
    # In brief: a description holds 127 characters for three angles.
    senses = {**COORDINATE_SENSES, **{d.name: d.brief for d in result.clinical.definitions}}
    for label, names in _components(result).items():
        values = np.zeros((result.aligned.time_s.shape[0], 3))
        texts = []
        for axis, letter in enumerate(_AXES):
            name = names.get(letter)
            if name in degrees:
                values[:, axis] = degrees[name]
                sense = f" + {senses[name]}" if name in senses else ""
                texts.append(f"{letter} {name}{sense}")
        yield _Series(label, "; ".join(texts), "deg", values)


def _components(result: Result) -> dict[str, dict[str, str]]:
    """Return which angle is the X, Y and Z of each point that the result has an angle of."""
    points: dict[str, dict[str, str]] = {}
    for definition in result.clinical.definitions:
        points.setdefault(definition.point, {})[definition.axis] = definition.name
    there = result.kinematics.coordinates
    for label, names in COORDINATE_POINTS.items():
        known = {axis: name for axis, name in zip(_AXES, names, strict=False) if name in there}
        points |= {label: known} if known else {}
    grouped = {name for names in points.values() for name in names.values()}
    return points | {name: {"X": name} for name in there if name not in grouped}


def _columns_deg(names: Sequence[str], values_rad: FloatArray) -> dict[str, FloatArray]:
    """Return the columns of an angle table in degrees by name."""
    return dict(zip(names, np.rad2deg(values_rad).T, strict=True))


def _sensor_channels(result: Result) -> Iterable[_Series]:
    """Return the signals of every sensor; a missing sample is 0 and VALID is 0 there."""
    frames = result.aligned.time_s.shape[0]
    for sensor in result.aligned.sensors:
        found = list(_measured(result, sensor))
        present = np.isfinite(_stack([s.values for s in found], (frames, 0)))
        valid = np.asarray(present.all(axis=1), dtype=np.float64)
        for series in found:
            filled = np.where(np.isfinite(series.values), series.values, 0.0)
            yield _Series(series.label, series.description, series.unit, filled)
        text = "1 if all channels of this sensor were measured, else 0"
        yield _Series(f"{sensor}_VALID", text, "", valid)


def _measured(result: Result, sensor: str) -> Iterable[_Series]:
    """Return the signals that one sensor has, missing samples as NaN."""
    aligned, orientations = result.aligned, result.orientations
    signals = (
        ("ACC", "m/s2", "specific force", aligned.acceleration_mps2, 1.0),
        ("GYR", "deg/s", "angular velocity", aligned.angular_velocity_radps, 180.0 / np.pi),
        ("MAG", aligned.magnetic_unit, "magnetic field", aligned.magnetic_field, 1.0),
    )
    row = aligned.sensors.index(sensor)
    for short, unit, text, values, factor in signals:
        if values is None or not np.isfinite(values[:, row]).any():
            continue
        for k, axis in enumerate("XYZ"):
            label = f"{sensor}_{short}_{axis}"
            column: FloatArray = values[:, row, k] * factor
            yield _Series(label, f"{text} in the sensor frame", unit, column)
    if sensor in orientations.sensors:
        q = orientations.R_GS[:, orientations.sensors.index(sensor)]
        for k, axis in enumerate("WXYZ"):
            yield _Series(
                f"{sensor}_QUAT_{axis}",
                "R_GS, orientation of the sensor in the ground frame",
                "",
                q[:, k],
            )
