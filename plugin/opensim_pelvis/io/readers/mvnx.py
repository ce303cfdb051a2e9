"""Xsens MVN exports (MVNX, versions 3 and 4): body segments and the sensors on them.

Orientations are quaternions w, x, y, z from the segment or the sensor to a world with z up.
Segment axes of MVN point forward, to the left and up in the N- and T-pose, where every
orientation of an upright body is the identity (MVN user manual MV0319P, 14.4 and 19.6), so that
the way from a segment to the body of a model is known and nothing is left to calibrate.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import FloatArray, earth_from_world
from opensim_pelvis.io.readers.mvnx_frames import MvnxFrames, read_frames
from opensim_pelvis.io.readers.mvnx_header import MvnxHeader, looks_like_mvnx, read_mvnx_header
from opensim_pelvis.io.readers.mvnx_poses import check_poses, find_unmeasured
from opensim_pelvis.io.readers.mvnx_sensors import WIDTHS, read_sensors, split, turn
from opensim_pelvis.io.readers.mvnx_time import count_frames, find_date, find_rate
from opensim_pelvis.io.registry import Match
from opensim_pelvis.io.tables.text_files import describe_input, list_files, read_head
from opensim_pelvis.notices import notice
from opensim_pelvis.types import InputFile, Recording, SensorSignals

R_BS_SEGMENT: Final[FloatArray] = np.array([np.sqrt(0.5), -np.sqrt(0.5), 0.0, 0.0])
"""Segment of MVN (x forward, y left, z up) seen from a body (x forward, y up, z right)."""

UPRIGHT: Final = frozenset(
    {
        *("Pelvis", "L5", "L3", "T12", "T8", "Neck", "Head"),
        *(
            f"{side}{part}"
            for side in ("Right", "Left")
            for part in ("UpperLeg", "LowerLeg", "Foot", "Toe")
        ),
    }
)
"""Segments that stand alike in the poses of MVN and of a model; arms are raised in the T-pose."""

_POSE_WIDTHS: Final = {"orientation": 4, "position": 3}


class MvnxReader:
    """Reads one MVNX file."""

    description = "Xsens MVN export (MVNX, versions 3 and 4): segments and sensors of a suit"
    gives = (
        "orientation of segments and sensors, free acceleration, magnetic field; version 3 also "
        "acceleration and angular velocity"
    )
    tried_on = "version 4 of MVN 2019, upper body, 11 sensors, 60 Hz; version 3: no real file"

    def sniff(self, path: Path) -> Match:
        """Say from the first bytes whether MVNX is there."""
        try:
            found = [file for file in list_files(path) if looks_like_mvnx(read_head(file))]
        except ReadError as fault:
            return Match(False, str(fault))
        if not found:
            return Match(False, "no file with an <mvnx> element")
        return Match(True, f"{len(found)} MVNX file(s)")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read segments and sensors of one file; see ``registry.Reader``."""
        path = _find_file(settings.path)
        header = read_mvnx_header(path)
        widths = {"orientation": 4 * len(header.segments)}
        widths |= {n: k * len(header.sensors) for n, k in WIDTHS.items() if header.sensors}
        poses = {name: k * len(header.segments) for name, k in _POSE_WIDTHS.items()}
        with ThreadPoolExecutor(1) as beside:
            described = beside.submit(describe_input, path)
            frames = read_frames(path, header.size_bytes, widths, poses)
        return _assemble(settings, header, frames, described.result())


def _find_file(path: Path) -> Path:
    """Return the one MVNX file that a path means."""
    files = list_files(path)
    found = [file for file in files if looks_like_mvnx(read_head(file))]
    if not found and len(files) == 1:
        return files[0]  # whose own faults are told
    if len(found) != 1:
        listed = ", ".join(file.name for file in found) or "none"
        raise ReadError(f"{path}: wanted one MVNX file, found {listed}. Give the file itself.")
    return found[0]


def _assemble(
    settings: RecordingSettings, header: MvnxHeader, frames: MvnxFrames, described: InputFile
) -> Recording:
    path = header.path
    if "orientation" not in frames.signals:
        raise ReadError(
            f"{path}: wanted <orientation> in the frames, found none. Export the recording "
            "with orientations."
        )
    rate_hz, rate_source, rate_notes = find_rate(header, frames, settings.rate_hz)
    counter, start_s, time_notes = count_frames(path, frames, header.rate_hz or rate_hz)
    date, date_notes = find_date(header)
    pose = check_poses(header, frames, settings.up_axis)
    unmeasured, segment_notes = find_unmeasured(header, frames.signals["orientation"])
    sensors, sensor_notes = read_sensors(header, frames, counter, pose.up)
    counted = "source.frame_index" if np.isfinite(frames.index).all() else "source.frame_time"
    R_EW = earth_from_world(pose.up)
    orientation = split(frames.signals["orientation"], 4)
    segments = tuple(
        SensorSignals(
            identifier=label,
            counter=counter,
            R_ES=turn(R_EW, orientation[column]),
            R_BS=R_BS_SEGMENT if pose.axes_known and label in UPRIGHT else None,
            file=path.name,
        )
        for column, label in enumerate(header.segments)
        if label not in unmeasured
    )
    return Recording(
        name=settings.name or path.stem,
        reader="mvnx",
        rate_hz=rate_hz,
        rate_source=rate_source,
        counter_source=notice(counted),
        world_frame=pose.world,
        sensors=(*segments, *sensors),
        files=(described,),
        header=header.fields,
        start_s=start_s,
        date=date,
        notes=(
            *rate_notes,
            *time_notes,
            *date_notes,
            *pose.notes,
            *segment_notes,
            *sensor_notes,
        ),
    )
