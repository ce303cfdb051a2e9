from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import heading_from_axis
from opensim_pelvis.calibration.placement import (
    average_pose,
    find_still_window,
    orient_sensors,
    place_static,
)
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.rotations import angle_between, mean_rotation, multiply
from opensim_pelvis.simulate import SensorSettings, random_mountings, typical_mountings
from opensim_pelvis.types import AlignedRecording, Placement
from opensim_pelvis.types.segments import BODIES
from tests.notices import sentences
from tests.simulated import align, only_orientations, short_run

STILL_RAD = np.deg2rad(2.0)
EXACT_RAD = 1e-9  # clean orientations in double precision, averaged
DEFAULT_R_GB = {body: np.array([1.0, 0.0, 0.0, 0.0]) for body in BODIES}


@pytest.fixture(scope="module")
def clean() -> AlignedRecording:
    return align(short_run(), SensorSettings(heading_rad=0.7))


def place(
    aligned: AlignedRecording, window_s: tuple[float, float] = (0.0, 1.0), axis: str = "-z"
) -> Placement:
    pose = average_pose(aligned, window_s=window_s, source="given", max_spread_rad=STILL_RAD)
    heading = heading_from_axis(aligned, pose, base=0, axis=axis)  # type: ignore[arg-type]
    return place_static(aligned, pose, heading, default_R_GB=DEFAULT_R_GB)


def test_the_still_window_lies_in_the_standing_part(clean: AlignedRecording) -> None:
    start, end = find_still_window(clean, max_spread_rad=STILL_RAD)
    assert 0.0 <= start < end <= 1.5
    assert end - start == pytest.approx(1.0, abs=0.03)


def test_never_standing_still_is_an_error_that_says_how_still(clean: AlignedRecording) -> None:
    moving = only_orientations(clean, clean.R_ES[100:])  # the standing part is cut off
    with pytest.raises(PlacementError, match=r"stillest second.*degrees RMS.*--static") as caught:
        find_still_window(moving, max_spread_rad=STILL_RAD)
    assert "2.0 degrees" in str(caught.value)


def test_a_recording_shorter_than_the_window_is_an_error(clean: AlignedRecording) -> None:
    brief = only_orientations(clean, clean.R_ES[:20])
    with pytest.raises(PlacementError, match=r"lasts 0\.38 s"):
        find_still_window(brief, max_spread_rad=STILL_RAD)


@pytest.mark.parametrize("window_s", [(-1.0, 1.0), (3.0, 9.0), (2.0, 1.0), (50.0, 51.0)])
def test_a_window_outside_the_recording_is_an_error(
    clean: AlignedRecording, window_s: tuple[float, float]
) -> None:
    with pytest.raises(PlacementError, match=r"is not within.*0 to 3\.98 s"):
        average_pose(clean, window_s=window_s, source="given", max_spread_rad=STILL_RAD)


def test_a_window_that_is_not_still_names_each_sensor_that_moves(clean: AlignedRecording) -> None:
    with pytest.raises(PlacementError, match=r"wanted at most 2\.0") as caught:
        average_pose(clean, window_s=(2.5, 3.5), source="given", max_spread_rad=STILL_RAD)
    assert all(f"{body}_imu moves" in str(caught.value) for body in BODIES)


def test_a_sensor_without_samples_in_the_window_is_an_error(clean: AlignedRecording) -> None:
    R_ES = clean.R_ES.copy()
    R_ES[:60, 1] = np.nan
    with pytest.raises(PlacementError, match="torso_imu has no sample"):
        average_pose(
            replace(clean, R_ES=R_ES),
            window_s=(0.0, 1.0),
            source="given",
            max_spread_rad=STILL_RAD,
        )


@pytest.mark.parametrize("heading_rad", [0.0, 1.0, -2.5])
def test_mountings_come_back_whatever_the_heading(heading_rad: float) -> None:
    mountings = random_mountings(3) | {"pelvis": typical_mountings()["pelvis"]}
    aligned = align(short_run(), SensorSettings(mountings=mountings, heading_rad=heading_rad))
    placement = place(aligned)
    expected = np.array([mountings[body] for body in aligned.bodies])
    np.testing.assert_allclose(angle_between(placement.R_BS, expected), 0.0, atol=EXACT_RAD)


def test_the_heading_correction_reaches_the_orientations(clean: AlignedRecording) -> None:
    placement = place(clean)
    R_GS = orient_sensors(clean, placement).R_GS
    pelvis_R_GB = multiply(R_GS[10, 0], placement.R_BS[0] * [1, -1, -1, -1])
    assert angle_between(pelvis_R_GB, DEFAULT_R_GB["pelvis"]) < EXACT_RAD


def test_quality_counts_samples_spread_and_tilt(clean: AlignedRecording) -> None:
    noisy = align(short_run(), SensorSettings(orientation_noise_rad=np.deg2rad(0.3), seed=4))
    quality = place(noisy).quality
    assert quality["samples"] == 51
    assert quality["worst_spread_deg"] == pytest.approx(0.3 * np.sqrt(3), rel=0.25)
    assert place(clean).quality["heading_axis_tilt_deg"] == pytest.approx(-15.0, abs=1e-6)


def test_a_single_row_works_and_is_doubted(clean: AlignedRecording) -> None:
    placement = place(clean, window_s=(0.0, 0.0))
    assert placement.pose.samples.tolist() == [1] * len(BODIES)
    assert any("1 sample" in note for note in sentences(placement.notes))


def test_a_sensor_that_slipped_is_noticed_when_standing_again(clean: AlignedRecording) -> None:
    still = clean.R_ES[:75]
    honest = only_orientations(clean, np.concatenate([clean.R_ES, still]))
    assert place(honest).quality["standing_again_torso_imu_deg"] == pytest.approx(0.0, abs=1e-6)
    slip = multiply(still[:, 1], np.array([np.cos(0.125), np.sin(0.125), 0.0, 0.0]))
    moved = still.copy()
    moved[:, 1] = slip
    placement = place(only_orientations(clean, np.concatenate([clean.R_ES, moved])))
    assert placement.quality["standing_again_torso_imu_deg"] == pytest.approx(
        np.rad2deg(0.25), abs=1e-6
    )
    assert any("torso_imu 14 degrees" in note for note in sentences(placement.notes))


@pytest.fixture(scope="module")
def standing_then_running() -> AlignedRecording:
    noise = SensorSettings(orientation_noise_rad=np.deg2rad(0.2))
    truth = short_run(duration_s=6.0, rate_hz=60.0)
    return align(truth, noise, ("pelvis", "femur_r", "femur_l"))


def lose(aligned: AlignedRecording, share: float, seed: int) -> AlignedRecording:
    """Return a recording in which all sensors but the first lost this share, at random."""
    gone = np.random.default_rng(seed).random(aligned.R_ES.shape[:2]) < share
    gone[:, 0] = False
    return replace(aligned, R_ES=np.where(gone[..., None], np.nan, aligned.R_ES))


STOOD_S = 1.5


@pytest.mark.parametrize(
    ("share", "seed"),
    [(share, seed) for share in (0.55, 0.7, 0.8) for seed in range(5)],
)
def test_the_pose_of_a_half_lost_recording_lies_where_the_person_stood(
    standing_then_running: AlignedRecording, share: float, seed: int
) -> None:
    lossy = lose(standing_then_running, share, seed)
    window_s = find_still_window(lossy, max_spread_rad=STILL_RAD)
    assert 0.0 <= window_s[0] < window_s[1] <= STOOD_S + 1.0 / 60.0
    pose = average_pose(lossy, window_s=window_s, source="found", max_spread_rad=STILL_RAD)
    whole = average_pose(
        standing_then_running, window_s=(0.0, 1.4), source="given", max_spread_rad=STILL_RAD
    )
    assert np.rad2deg(angle_between(pose.R_ES, whole.R_ES)).max() < 0.5


@pytest.mark.parametrize("share", [0.0, 0.55, 0.8])
def test_the_stillest_second_of_a_half_lost_run_is_told_truly(
    standing_then_running: AlignedRecording, share: float
) -> None:
    """Nobody stands: what is quoted as the stillest second is as still as the samples there."""
    run = only_orientations(standing_then_running, standing_then_running.R_ES[150:])
    lossy = lose(run, share, 4)
    with pytest.raises(PlacementError) as raised:
        find_still_window(lossy, max_spread_rad=STILL_RAD)
    found = re.search(r"from ([\d.]+) s, has ([\d.]+) degrees", str(raised.value))
    assert found is not None
    rows = slice(round(float(found[1]) * 60.0), round(float(found[1]) * 60.0) + 60)
    spreads = []
    for i in range(3):
        q = lossy.R_ES[rows, i]
        q = q[np.isfinite(q[:, 0])]
        spreads.append(np.sqrt(np.mean(angle_between(mean_rotation(q), q) ** 2)))
    assert np.rad2deg(max(spreads)) == pytest.approx(float(found[2]), rel=0.05)
