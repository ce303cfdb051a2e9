"""A thigh's heading from its knee alone, looked for all round."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.calibration.heading.knee import heading_from_knee
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.config.settings import ActivitySettings, FusionSettings
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.io import reading
from opensim_pelvis.simulate import SensorSettings
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import AlignedRecording, CalibrationPose, Recording
from tests.fusion.test_fusion_real import read_full_body
from tests.real_sensors import GAITTOOLBOX
from tests.simulated import align, short_run

LEG = ("pelvis", "femur_r", "tibia_r")


def pose_of(aligned: AlignedRecording, window_s: tuple[float, float]) -> CalibrationPose:
    return average_pose(aligned, window_s=window_s, source="given", max_spread_rad=0.03)


def off_deg(angle_rad: float) -> float:
    return float(abs(np.rad2deg(np.angle(np.exp(1j * angle_rad)))))


@pytest.mark.parametrize("true_rad", [0.0, 1.4, 3.1, -2.0])
@pytest.mark.parametrize("wobble_deg", [0.0, 1.0])
def test_all_round_finds_the_simulated_heading(true_rad: float, wobble_deg: float) -> None:
    settings = SensorSettings(heading_rad=true_rad, wobble_rad=np.deg2rad(wobble_deg))
    aligned = align(short_run(duration_s=8.0), settings, LEG)
    found = heading_from_knee(
        aligned, pose_of(aligned, (0.0, 1.0)), thigh=1, shank=2, thigh_rad=None, shank_rad=true_rad
    )
    assert found is not None
    assert off_deg(found - true_rad) < 8.0


def test_a_shank_taken_the_wrong_way_round_tells_nothing() -> None:
    """The knee would then bend forward: better no heading than one turned round."""
    aligned = align(short_run(duration_s=8.0), bodies=LEG)
    pose = pose_of(aligned, (0.0, 1.0))
    assert (
        heading_from_knee(aligned, pose, thigh=1, shank=2, thigh_rad=None, shank_rad=np.pi) is None
    )


def test_a_stiff_knee_tells_nothing() -> None:
    aligned = align(short_run(duration_s=8.0), bodies=("pelvis", "femur_r", "femur_l"))
    pose = pose_of(aligned, (0.0, 1.0))
    stiff = pose_of(aligned, (0.0, 1.0))
    aligned.R_ES[:, 2] = aligned.R_ES[:, 1]  # one rigid leg
    stiff.R_ES[2] = pose.R_ES[1]
    assert (
        heading_from_knee(aligned, stiff, thigh=1, shank=2, thigh_rad=None, shank_rad=0.0) is None
    )


@pytest.fixture(scope="module")
def walk(shared_data: Path) -> Recording:
    return reading.read(shared_data / "gaittoolbox_walk" / "imu")


@pytest.mark.parametrize("origin", ["vendor", "fused"])
def test_all_round_is_where_the_plane_of_swing_leads_on_a_recorded_walk(
    walk: Recording, origin: str
) -> None:
    if origin == "fused":
        walk = fuse_recording(walk, FusionSettings(orientations="fused"), max_gap_s=0.05)
    aligned = align_recording(walk, GAITTOOLBOX, max_gap_s=0.05)
    result = pipeline.run(
        walk, sensors=GAITTOOLBOX, activity=ActivitySettings(kind="walking", surface="overground")
    )
    headings = np.asarray(result.placement.heading.heading_rad)
    for side in ("r", "l"):
        thigh, shank = (aligned.bodies.index(f"{b}_{side}") for b in ("femur", "tibia"))
        found = heading_from_knee(
            aligned,
            pose_of(aligned, (2.0, 4.0)),
            thigh=thigh,
            shank=shank,
            thigh_rad=None,
            shank_rad=float(headings[shank]),
        )
        assert found is not None
        off = off_deg(found - headings[thigh])
        sys.stdout.write(f"{origin} {side}: {off:.1f} degrees from the weighed heading\n")
        assert off < 8.0


def test_thighs_without_a_plane_of_swing_have_hips_by_their_knees(shared_data: Path) -> None:
    worn = {"hip": "pelvis", "upper_back": "torso"}
    for side in ("left", "right"):
        worn |= {f"upper_leg_{side}": f"femur_{side[0]}", f"lower_leg_{side}": f"tibia_{side[0]}"}
    result = pipeline.run(
        read_full_body(shared_data),
        sensors=worn,
        activity=ActivitySettings(kind="walking", surface="overground"),
    )
    rows = {row.sensor: row for row in result.placement.heading.sensors}
    assert result.placement.heading.unknown == ()
    for sensor in ("femur_r_imu", "femur_l_imu"):
        assert np.isnan(rows[sensor].swing_ratio)
        assert (rows[sensor].source.code, rows[sensor].verdict) == ("facing.own_motion", "doubtful")
        assert 6.7 < np.rad2deg(rows[sensor].sigma_rad) < 9.0
    for name in ("thigh_extension_r", "thigh_extension_l"):
        assert np.isfinite(result.angles[name]).all()
    assert np.isfinite(result.coordinates["hip_flexion_r"]).all()
