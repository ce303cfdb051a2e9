"""Real recordings in which no sensor moved, for benchmarks and tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.io import loadmat

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.io.reading import read
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import AlignedRecording, Recording, SensorSignals
from tests.real_sensors import GAITTOOLBOX, QMT
from tests.virtual_sensors import RUNS, read_run

_GAP_S = 0.05


def marker_runs(data: Path) -> Iterator[AlignedRecording]:
    """Yield virtual sensors of two runners on a treadmill."""
    for name in RUNS:
        yield read_run(data / "rbds_running", name)


def real_recordings(data: Path) -> Iterator[AlignedRecording]:
    """Yield all real recordings with several sensors that move."""
    walk = data / "opensense_walk"
    worn = read_sensor_map(walk / "myIMUMappings.xml")
    yield align_recording(read(walk), worn, max_gap_s=_GAP_S)
    walk = data / "gaittoolbox_walk" / "imu"
    yield align_recording(read(walk), GAITTOOLBOX, max_gap_s=_GAP_S)
    yield align_recording(read_qmt(data), QMT, max_gap_s=_GAP_S)


def read_qmt(data: Path) -> Recording:
    """Return the full-body recording, fused from its raw signals."""
    return fuse_recording(read_full_body(data), FusionSettings(), max_gap_s=_GAP_S)


def read_full_body(data: Path) -> Recording:
    """Return the raw signals of the full-body recording, eight of its sensors."""
    path = data / "qmt_fullbody" / "full_body_example_data.mat"
    content = loadmat(path, squeeze_me=True, struct_as_record=False)
    sensors = tuple(
        SensorSignals(
            identifier=name,
            counter=np.arange(content[name].acc.shape[0]),
            acceleration_mps2=np.asarray(content[name].acc, dtype=np.float64),
            angular_velocity_radps=np.asarray(content[name].gyr, dtype=np.float64),
        )
        for name in QMT
    )
    return Recording(
        name="qmt_fullbody",
        reader="test",
        rate_hz=100.0,
        rate_source="stated",
        counter_source="row number",
        world_frame="z up",
        sensors=sensors,
        files=(),
    )
