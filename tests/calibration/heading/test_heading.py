from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration import heading as hd
from opensim_pelvis.calibration.heading.joint import heading_from_joint
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.calibration.verdict import KnownMountings, require_fitting
from opensim_pelvis.config.settings import CalibrationSettings, Surface
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import UpAxis
from opensim_pelvis.rotations import multiply
from opensim_pelvis.simulate import (
    RunnerSettings,
    SensorSettings,
    Session,
    Turn,
    simulate_runner,
    typical_mountings,
)
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from opensim_pelvis.types.segments import BODIES
from tests.notices import codes, sentences
from tests.simulated import align, short_run

EXACT_RAD = 1e-9
LEG_RAD = np.deg2rad(8.0)  # a leg leaves the plane of travel, and is weighed: docs/heading.md
SWING_RAD = np.deg2rad(3.0)  # a swing plane is not exactly the plane of travel
UPPER = ("pelvis", "torso")


def pose_of(aligned: AlignedRecording) -> CalibrationPose:
    return average_pose(aligned, window_s=(0.0, 1.0), source="given", max_spread_rad=0.03)


def lying_on_its_face() -> dict[str, np.ndarray]:
    upright = typical_mountings()["pelvis"]
    return {"pelvis": multiply(upright, np.array([np.sqrt(0.5), 0.0, np.sqrt(0.5), 0.0]))}


@pytest.mark.parametrize("true_rad", [0.0, 0.6, -2.0, 3.0])
def test_the_stated_axis_gives_the_horizontal_heading(true_rad: float) -> None:
    aligned = align(short_run(), SensorSettings(heading_rad=true_rad), UPPER)
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis="-z"))
    np.testing.assert_allclose(found.heading_rad, [true_rad] * 2, atol=EXACT_RAD)
    assert found.confidence == "given"
    assert np.rad2deg(found.tilt_rad) == pytest.approx(-15.0, abs=1e-6)


def test_a_nearly_vertical_axis_is_refused_and_level_ones_are_named() -> None:
    aligned = align(short_run(), bodies=UPPER)
    with pytest.raises(PlacementError, match=r"axis x of pelvis_imu.*\+75 degrees.*±y.*±z"):
        hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis="x"))


def test_a_base_without_a_sensor_is_an_error() -> None:
    aligned = align(short_run(), bodies=("torso", "femur_r"))
    with pytest.raises(PlacementError, match=r"base body 'pelvis' has no sensor.*torso"):
        hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis="x"))


@pytest.mark.parametrize("true_rad", [0.0, 2.2, -1.0])
@pytest.mark.parametrize("legs", [("femur_r", "femur_l"), ("tibia_r", "tibia_l"), BODIES[2:]])
def test_without_an_axis_the_legs_swing_tells_forward(
    true_rad: float, legs: tuple[str, ...]
) -> None:
    truth = short_run(duration_s=8.0, turns=[Turn(start_s=3.0, duration_s=3.0, angle_rad=1.5)])
    aligned = align(truth, SensorSettings(heading_rad=true_rad), ("pelvis", *legs))
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings())
    assert found.method == "swing"
    off = (found.heading_rad - true_rad + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(off).max() < SWING_RAD
    assert found.notes[0].code == "heading.from_swing"


def test_without_legs_the_sacral_slope_is_taken_and_doubted() -> None:
    aligned = align(short_run(), SensorSettings(heading_rad=0.4), UPPER)
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings())
    assert (found.method, found.confidence) == ("sacral slope", "doubtful")
    np.testing.assert_allclose(found.heading_rad, 0.4, atol=EXACT_RAD)


def test_nothing_that_tells_forward_is_an_error() -> None:
    aligned = align(short_run(), SensorSettings(mountings=lying_on_its_face()), UPPER)
    with pytest.raises(PlacementError, match=r"forward direction is unknown.*--heading-axis"):
        hd.find_heading(aligned, pose_of(aligned), CalibrationSettings())


@pytest.mark.parametrize("off_deg", [20.0, -35.0])
def test_a_sensor_that_disagrees_about_north_is_found_and_turned_back(off_deg: float) -> None:
    off_rad = np.deg2rad(off_deg)
    truth = short_run(duration_s=12.0)
    aligned = align(truth, SensorSettings(heading_rad={"femur_r": off_rad, "calcn_l": -off_rad}))
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis="-z"))
    rows = {row.sensor: row for row in found.sensors}
    true = np.array([{"femur_r": off_rad, "calcn_l": -off_rad}.get(b, 0.0) for b in aligned.bodies])
    legs = [i for i, body in enumerate(aligned.bodies) if body not in UPPER]
    assert np.abs(found.heading_rad - true)[legs].max() < LEG_RAD
    assert rows["pelvis_imu"].offset_rad == 0.0
    assert any(note.code.startswith("heading.planes_apart") for note in found.notes)
    assert rows["femur_r_imu"].verdict == "good"


def test_sensors_that_agree_keep_exactly_the_common_heading() -> None:
    aligned = align(short_run(duration_s=12.0), SensorSettings(heading_rad=0.8))
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis="-z"))
    np.testing.assert_allclose(found.heading_rad, 0.8, atol=EXACT_RAD)
    assert found.drift_rad is None
    assert {row.verdict for row in found.sensors} == {"good"}


def test_earth_frames_that_face_anywhere_are_each_found_from_swing() -> None:
    rng = np.random.default_rng(3)
    headings = dict(zip(BODIES, rng.uniform(-np.pi, np.pi, len(BODIES)), strict=True))
    truth = short_run(duration_s=12.0)
    aligned = align(truth, SensorSettings(heading_rad=headings))
    for no_north in (frozenset[str](), frozenset(aligned.sensors)):
        found = hd.find_heading(
            aligned, pose_of(aligned), CalibrationSettings(heading_axis="-z"), no_north=no_north
        )
        off = found.heading_rad - np.array([headings[body] for body in aligned.bodies])
        off = (off + np.pi) % (2 * np.pi) - np.pi
        for i, body in enumerate(aligned.bodies):
            if body != "torso":
                assert abs(off[i]) < LEG_RAD, body
        assert found.unknown == ("torso_imu",)
        assert "heading.no_north" in codes(found.notes)


def test_one_heading_for_all_when_asked_for() -> None:
    aligned = align(short_run(duration_s=12.0), SensorSettings(heading_rad={"femur_r": 0.5}))
    common = CalibrationSettings(heading_axis="-z", sensor_headings="common", drift="none")
    found = hd.find_heading(aligned, pose_of(aligned), common)
    np.testing.assert_allclose(found.heading_rad, 0.0, atol=EXACT_RAD)
    assert found.sensors == ()


@pytest.mark.parametrize("heading_rad", [0.0, 1.9])
def test_a_known_mounting_tells_the_heading_of_any_sensor(heading_rad: float) -> None:
    headings = {"pelvis": heading_rad, "torso": -2.0}
    aligned = align(short_run(), SensorSettings(heading_rad=headings), UPPER)
    pose = pose_of(aligned)
    mountings = {f"{body}_imu": typical_mountings()[body] for body in UPPER}
    upright = dict.fromkeys(UPPER, np.array([1.0, 0.0, 0.0, 0.0]))
    faces, left = hd.headings_from_mountings(aligned, pose, R_BS=mountings, default_R_GB=upright)
    found = hd.find_heading(
        aligned, pose, CalibrationSettings(), no_north=frozenset(aligned.sensors), mounted=faces
    )
    np.testing.assert_allclose(found.heading_rad, [heading_rad, -2.0], atol=1e-6)
    assert max(left.values()) < EXACT_RAD
    assert found.unknown == ()


def test_a_mounting_that_cannot_be_is_rejected() -> None:
    aligned = align(short_run(), None, UPPER)
    wrong = {"torso_imu": typical_mountings()["calcn_r"]}
    upright = dict.fromkeys(UPPER, np.array([1.0, 0.0, 0.0, 0.0]))
    _, left = hd.headings_from_mountings(
        aligned, pose_of(aligned), R_BS=wrong, default_R_GB=upright
    )
    known = KnownMountings(R_BS=wrong, source={"torso_imu": "stated"})
    with pytest.raises(PlacementError, match=r"rejected.*torso_imu is tilted.*\[mountings\]"):
        require_fitting(known, left)


def bare(aligned: AlignedRecording) -> AlignedRecording:
    """Return a recording of orientations alone."""
    return replace(aligned, acceleration_mps2=None)


TRUNK_RAD = np.deg2rad(1.0)  # a trunk on one joint, without soft tissue


@pytest.mark.parametrize("true_rad", [-2.0, 0.1, 1.9])
def test_the_joint_with_the_pelvis_tells_the_heading_of_the_trunk(true_rad: float) -> None:
    session = Session(duration_s=30.0, rate_hz=50.0, still_s=1.5, surface="overground")
    truth = simulate_runner(session=session)
    aligned = align(truth, SensorSettings(heading_rad={"pelvis": 0.7, "torso": true_rad}), UPPER)
    stated = CalibrationSettings(heading_axis="-z")
    nowhere = frozenset(aligned.sensors)
    found = hd.find_heading(aligned, pose_of(aligned), stated, no_north=nowhere)
    np.testing.assert_allclose(found.heading_rad, [0.7, true_rad], atol=TRUNK_RAD)
    assert found.unknown == ()
    row = found.sensors[1]
    assert (row.source.code, row.verdict) == ("facing.own_motion", "good")
    assert np.deg2rad(6.0) <= row.sigma_rad < np.deg2rad(7.0)
    # Without accelerometers nothing tells.
    mute = hd.find_heading(bare(aligned), pose_of(aligned), stated, no_north=nowhere)
    assert mute.unknown == ("torso_imu",)


def test_standing_does_not_tell_the_heading_of_the_trunk() -> None:
    truth = simulate_runner(session=Session(duration_s=40.0, rate_hz=50.0, still_s=39.0))
    noisy = SensorSettings(heading_rad={"torso": 2.0}, accelerometer_noise_mps2=0.05, seed=2)
    aligned = align(truth, noisy, UPPER)
    assert heading_from_joint(aligned, None, base=0, sensor=1) is None


def test_soft_tissue_on_a_treadmill_never_turns_the_trunk_round() -> None:
    """Where little but the bounce is shared, forward and backward look alike: then unknown."""
    told = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        runner = RunnerSettings(
            pelvic_rotation_range_deg=rng.uniform(4.0, 22.0),
            trunk_rotation_range_deg=rng.uniform(8.0, 25.0),
        )
        surface: Surface = "treadmill" if seed % 2 else "overground"
        truth = simulate_runner(
            runner, Session(duration_s=30.0, rate_hz=50.0, still_s=2.0, surface=surface)
        )
        worn = SensorSettings(
            heading_rad={"torso": rng.uniform(-3.0, 3.0)},
            wobble_rad=np.deg2rad(rng.uniform(0.0, 3.0)),
            accelerometer_noise_mps2=0.1,
            seed=seed,
        )
        aligned = align(truth, worn, UPPER)
        found = heading_from_joint(aligned, None, base=0, sensor=1)
        if found is not None:
            told += 1
            assert isinstance(worn.heading_rad, dict)
            off = np.angle(np.exp(1j * (found[0] - worn.heading_rad["torso"])))
            assert abs(off) < 2.0 * found[1]
    assert told >= 2


def test_ties_across_holes_add_to_the_error_of_a_heading() -> None:
    aligned = align(short_run(duration_s=12.0))
    stated = CalibrationSettings(heading_axis="-z")
    plain = hd.find_heading(aligned, pose_of(aligned), stated)
    ties = {"tibia_l_imu": np.deg2rad(9.0), "pelvis_imu": np.deg2rad(2.0)}
    tied = hd.find_heading(aligned, pose_of(aligned), stated, ties_rad=ties)
    for before, after in zip(plain.sensors, tied.sensors, strict=True):
        added = ties.get(after.sensor, 0.0)
        assert after.sigma_rad == pytest.approx(np.hypot(before.sigma_rad, added))
        assert after.ties_rad == added
    verdicts = {row.sensor: row.verdict for row in tied.sensors}
    assert (verdicts["tibia_l_imu"], verdicts["pelvis_imu"]) == ("doubtful", "good")
    assert any("continued across gaps" in note and "9.0" in note for note in sentences(tied.notes))
    common = replace(stated, sensor_headings="common")
    alone = hd.find_heading(aligned, pose_of(aligned), common, ties_rad=ties)
    assert "heading.tied" in codes(alone.notes)


def test_a_movement_for_calibration_gives_the_thighs_their_plane() -> None:
    aligned = align(short_run(duration_s=12.0), SensorSettings(heading_rad={"femur_r": 0.4}))
    stated = CalibrationSettings(heading_axis="-z", flexion_window_s=(4.0, 12.0))
    found = hd.find_heading(aligned, pose_of(aligned), stated)
    assert abs(found.heading_rad[2] - 0.4) < LEG_RAD
    still = CalibrationSettings(heading_axis="-z", flexion_window_s=(0.0, 1.2))
    with pytest.raises(PlacementError, match=r"rejected.*no thigh swings in one plane"):
        hd.find_heading(aligned, pose_of(aligned), still)


@pytest.mark.parametrize(("axis", "off_deg"), [("z", 180), ("y", 90), ("-y", 90)])
def test_an_axis_that_the_legs_contradict_is_doubted(axis: UpAxis, off_deg: int) -> None:
    aligned = align(short_run(duration_s=12.0), SensorSettings(heading_rad=0.4))
    found = hd.find_heading(aligned, pose_of(aligned), CalibrationSettings(heading_axis=axis))
    assert found.confidence == "doubtful"
    assert any(
        f"forward direction {off_deg} degrees away" in note for note in sentences(found.notes)
    )


def test_one_heading_is_refused_where_sensors_share_no_north() -> None:
    aligned = align(short_run(), None, UPPER)
    common = CalibrationSettings(heading_axis="-z", sensor_headings="common")
    with pytest.raises(PlacementError, match=r"pelvis_imu, torso_imu have no magnetometer"):
        hd.find_heading(aligned, pose_of(aligned), common, no_north=frozenset(aligned.sensors))


@pytest.mark.parametrize(
    ("window_s", "bodies", "wanted"),
    [
        ((40.0, 50.0), BODIES, r"the recording does not contain this second \(it lasts 12.0 s\)"),
        ((4.0, 8.0), UPPER, "no sensor is on a thigh"),
    ],
)
def test_a_flexion_window_that_cannot_be(
    window_s: tuple[float, float], bodies: tuple[str, ...], wanted: str
) -> None:
    aligned = align(short_run(duration_s=12.0), None, bodies)
    swung = CalibrationSettings(heading_axis="-z", flexion_window_s=window_s)
    with pytest.raises(PlacementError, match=wanted):
        hd.find_heading(aligned, pose_of(aligned), swung)
