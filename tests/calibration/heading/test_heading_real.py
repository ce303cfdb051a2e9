"""Headings of real recordings without markers; every test skips where they are absent."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import find_heading
from opensim_pelvis.calibration.heading.joint import heading_from_joint
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.config.settings import CalibrationSettings
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.frames import UpAxis
from opensim_pelvis.io import reading
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import Recording
from tests.calibration.heading.test_heading_optical import fused, walk
from tests.notices import sentences
from tests.real_sensors import GAITTOOLBOX

__all__ = ["walk"]

NORTH_DEG = 10.0  # what compasses of one recording disagree by


@pytest.mark.parametrize("north", [True, False])
@pytest.mark.parametrize(("axis", "off_deg"), [("-z", 0.0), ("z", 180.0), ("y", 90.0)])
def test_a_wrong_axis_is_doubted_with_and_without_north(
    walk: Recording,
    axis: UpAxis,
    off_deg: float,
    north: bool,
) -> None:
    recording = walk if north else fused(walk, compass=False)
    aligned = align_recording(recording, GAITTOOLBOX, max_gap_s=0.05)
    pose = average_pose(aligned, window_s=(2.0, 4.0), source="given", max_spread_rad=0.03)
    nowhere = frozenset[str]() if north else frozenset(aligned.sensors)
    found = find_heading(aligned, pose, CalibrationSettings(heading_axis=axis), no_north=nowhere)
    said = [note for note in sentences(found.notes) if "leg swing indicates" in note]
    assert bool(said) == bool(off_deg)
    assert (found.confidence == "doubtful") == bool(off_deg)
    for note in said:
        told_deg = float(note.split("forward direction ")[1].split()[0])
        assert told_deg == pytest.approx(off_deg, abs=NORTH_DEG)


def test_the_trunks_heading_agrees_with_the_makers_north(shared_data: Path) -> None:
    folder = shared_data / "opensense_walk"
    worn = read_sensor_map(folder / "myIMUMappings.xml")
    aligned = align_recording(reading.read(folder), worn, max_gap_s=0.05)
    base, trunk = (aligned.bodies.index(body) for body in ("pelvis", "torso"))
    found = heading_from_joint(aligned, None, base=base, sensor=trunk)
    assert found is not None
    angle_deg, sigma_deg = np.rad2deg(found)
    sys.stdout.write(
        f"trunk against the maker's north: {angle_deg:.1f} +- {sigma_deg:.1f} degrees\n"
    )
    assert abs(angle_deg) < NORTH_DEG
    assert 6.0 <= sigma_deg < 8.0
