"""A simulated run as an MVNX file of Xsens MVN, character by character as a real one has it.

The real file is version 4 of MVN 2019; version 3 follows the maker's manual (MV0319P, 14.4),
whose sensors have acceleration and angular velocity instead of free acceleration.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, TextIO

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, R_GE_NOMINAL, FloatArray, IntArray
from opensim_pelvis.rotations import inverse, multiply, rotate
from opensim_pelvis.simulate.truth import Truth
from opensim_pelvis.types import Recording, SensorSignals

SEGMENTS: Final = (
    *("Pelvis", "L5", "L3", "T12", "T8", "Neck", "Head"),
    *("RightShoulder", "RightUpperArm", "RightForeArm", "RightHand"),
    *("LeftShoulder", "LeftUpperArm", "LeftForeArm", "LeftHand"),
    *("RightUpperLeg", "RightLowerLeg", "RightFoot", "RightToe"),
    *("LeftUpperLeg", "LeftLowerLeg", "LeftFoot", "LeftToe"),
)
"""Segments of MVN in the order of its files."""

SEGMENT_OF: Final[Mapping[str, str]] = {
    "pelvis": "Pelvis",
    "torso": "T8",
    "femur_r": "RightUpperLeg",
    "femur_l": "LeftUpperLeg",
    "tibia_r": "RightLowerLeg",
    "tibia_l": "LeftLowerLeg",
    "calcn_r": "RightFoot",
    "calcn_l": "LeftFoot",
}
"""Body of our model and the segment of MVN that is the same."""

_FOLLOWS: Final = {"L5": "pelvis", "RightToe": "calcn_r", "LeftToe": "calcn_l"}
_BODY_OF: Final = {segment: body for body, segment in SEGMENT_OF.items()}
_R_BS: Final = np.array([np.sqrt(0.5), -np.sqrt(0.5), 0.0, 0.0])
_HEIGHT_M: Final = {"Head": 1.45, "Neck": 1.36, "T8": 1.24, "Pelvis": 0.87}
_START_MS: Final = 1542082631842


def write_mvnx(
    truth: Truth,
    recording: Recording,
    path: Path,
    *,
    worn: Mapping[str, str],
    version: Literal[3, 4] = 4,
) -> Path:
    """Write segments of a run and the sensors of a recording of it.

    Parameters
    ----------
    truth : Truth
        Segments without a body of ours follow pelvis, trunk or foot.
    recording : Recording
        Sensors with orientation, acceleration and magnetic field, in a world whose heading is
        zero. Frames in which a sensor lost its packet are missing, since MVN fills such holes.
    path : Path
    worn : mapping of str to str
        Identifier of each sensor to its body.
    version : {3, 4}
    """
    kept: IntArray = np.arange(truth.time_s.size, dtype=np.int64)
    first = min(int(s.counter[0]) for s in recording.sensors)
    for sensor in recording.sensors:
        kept = np.intersect1d(kept, sensor.counter - first)
    labels = [SEGMENT_OF[worn[sensor.identifier]] for sensor in recording.sensors]
    blocks = {"orientation": _segments(truth)[kept]}
    columns = [_sensor(sensor, kept + first, version) for sensor in recording.sensors]
    for name in columns[0]:
        blocks[name] = np.concatenate([column[name] for column in columns], axis=1)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        _write_head(file, recording.rate_hz, labels, version)
        _write_pose(file, "identity", np.tile([1.0, 0.0, 0.0, 0.0], len(SEGMENTS)))
        pose = _segments(truth)[0]
        _write_pose(file, "tpose" if version == 4 else "npose", pose)
        step_ms = 1000.0 / recording.rate_hz
        for row, frame in enumerate(kept):
            ms = round(frame * step_ms)
            file.write(
                f'\t\t\t<frame time="{ms}" index="{frame}" tc="04:17:11:{frame % 100:02d}" '
                f'ms="{_START_MS + ms}" type="normal">\n'
            )
            for name, block in blocks.items():
                file.write(f"\t\t\t\t<{name}>{_numbers(block[row])}</{name}>\n")
            file.write("\t\t\t</frame>\n")
        file.write('\t\t</frames>\n\t</subject>\n\t<securityCode code="87b44419"/>\n</mvnx>\n')
    return path


def _segments(truth: Truth) -> FloatArray:
    """Return orientations of all segments in the world of MVN, shape (t, 4 s)."""
    out = []
    for segment in SEGMENTS:
        body = _BODY_OF.get(segment) or _FOLLOWS.get(segment, "torso")
        R_GB = truth.motions[body].R_GB
        out.append(multiply(multiply(inverse(R_GE_NOMINAL), R_GB), _R_BS))
    return np.concatenate(out, axis=1)


def _sensor(sensor: SensorSignals, rows: IntArray, version: int) -> dict[str, FloatArray]:
    """Return the elements of one sensor in the frames that are kept."""
    at = np.searchsorted(sensor.counter, rows)
    n = at.size
    none = np.full((n, 3), np.nan)
    R_ES = np.full((n, 4), np.nan) if sensor.R_ES is None else sensor.R_ES[at]
    force = none if sensor.acceleration_mps2 is None else sensor.acceleration_mps2[at]
    turning = none if sensor.angular_velocity_radps is None else sensor.angular_velocity_radps[at]
    field = none if sensor.magnetic_field is None else sensor.magnetic_field[at]
    moved: dict[str, FloatArray] = (
        {"sensorFreeAcceleration": rotate(R_ES, force) - np.array([0.0, 0.0, GRAVITY_MPS2])}
        if version == 4
        else {"sensorAcceleration": force, "sensorAngularVelocity": turning}
    )
    return {**moved, "sensorMagneticField": field, "sensorOrientation": R_ES}


def _write_head(file: TextIO, rate_hz: float, labels: list[str], version: int) -> None:
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    if version == 4:
        file.write(
            "<!-- Uncomment this part to use the DTD. This is disabled by default because some "
            "applications (ie Microsoft Excel) refuse to load XML files with a DTD definion.\n"
            '<!DOCTYPE mvnx SYSTEM "http://www.xsens.com/mvn/mvnx/schema.dtd">\n-->\n'
            '<mvnx xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xmlns="http://www.xsens.com/mvn/mvnx" xsi:schemaLocation='
            '"http://www.xsens.com/mvn/mvnx http://www.xsens.com/mvn/mvnx/schema.xsd" '
            'version="4">\n'
            '\t<mvn version="2019.0.0" build="simulated"/>\n'
        )
    else:
        file.write('<mvnx version="3">\n\t<mvn version="4.2.0" build="simulated"/>\n')
    file.write(
        "\t<comment></comment>\n"
        f'\t<subject label="simulated runner" torsoColor="#e96417" frameRate="{rate_hz:g}" '
        f'segmentCount="{len(SEGMENTS)}" recDate="Tue Nov 13 05:17:11.827 2018" '
        'originalFilename="C:\\simulated.mvn" configuration="FullBody" '
        'userScenario="singleLevel">\n\t\t<comment></comment>\n\t\t<segments>\n'
    )
    for number, label in enumerate(SEGMENTS, start=1):
        file.write(
            f'\t\t\t<segment label="{label}" id="{number}">\n\t\t\t\t<points>\n'
            '\t\t\t\t\t<point label="origin">\n'
            "\t\t\t\t\t\t<pos_b>0.000000 0.000000 0.000000</pos_b>\n"
            "\t\t\t\t\t</point>\n\t\t\t\t</points>\n\t\t\t</segment>\n"
        )
    sensors = "".join(f'\t\t\t<sensor label="{label}"/>\n' for label in labels)
    file.write(
        f"\t\t</segments>\n\t\t<sensors>\n{sensors}\t\t</sensors>\n\t\t<joints>\n\t\t</joints>\n"
        f'\t\t<frames segmentCount="{len(SEGMENTS)}" sensorCount="{len(labels)}" jointCount="22">\n'
    )


def _write_pose(file: TextIO, kind: str, orientation: FloatArray) -> None:
    """Write a calibration frame: every segment upright, one above the other."""
    position = np.zeros((len(SEGMENTS), 3))
    for label, height in _HEIGHT_M.items():
        position[SEGMENTS.index(label), 2] = height
    file.write(
        f'\t\t\t<frame time="0" tc="00:00:00:00" ms="0" type="{kind}">\n'
        f"\t\t\t\t<orientation>{_numbers(orientation)}</orientation>\n"
        f"\t\t\t\t<position>{_numbers(position.ravel())}</position>\n\t\t\t</frame>\n"
    )


def _numbers(row: FloatArray) -> str:
    return " ".join([f"{value:.6f}" for value in row])
