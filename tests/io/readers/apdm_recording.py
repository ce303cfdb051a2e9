"""A simulated recording with APDM sensors, and how tests read its files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.readers.apdm import ApdmReader
from opensim_pelvis.simulate import (
    Gap,
    SensorSettings,
    Session,
    random_mountings,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import Recording

WRITTEN_RAD = 3e-6


@cache
def swinging() -> Recording:
    truth = simulate_runner(session=Session(duration_s=1.5, rate_hz=128.0, still_s=0.5))
    settings = SensorSettings(
        mountings=random_mountings(5),
        heading_rad=0.7,
        magnetometer=True,
        gaps=(Gap(body="torso", start_s=0.8, length_s=0.05),),
    )
    return simulate_sensors(truth, settings, ("pelvis", "torso"))


def read(path: Path, **options: object) -> Recording:
    return ApdmReader().read(RecordingSettings(path=path, **options))  # type: ignore[arg-type]


def fault_of(path: Path, **options: object) -> str:
    with pytest.raises(ReadError) as caught:
        read(path, **options)
    assert path.name in str(caught.value)
    return str(caught.value)


def edit(path: Path, old: str, new: str, count: int = 1) -> Path:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))
    return path
