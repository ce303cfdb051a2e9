"""Headings carried across long holes, against the simulator's truth and in real recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.fusion.heading_ties import (
    MAX_REST_HOLE_S,
    MAX_REST_TILT_RAD,
    REST_ERROR_RAD,
    _foretell,
    _judge_likes,
    _Places,
)
from opensim_pelvis.fusion.rest import find_rest
from opensim_pelvis.io import reading
from opensim_pelvis.rotations import from_rotation_vector, inverse, is_present, multiply
from opensim_pelvis.simulate import (
    Gap,
    RunnerSettings,
    SensorSettings,
    Session,
    Truth,
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import OrientationOrigin, Recording, SensorSignals
from tests.fusion.test_fusion_real import read_full_body, show
from tests.notices import codes

BODIES = ("pelvis", "torso", "femur_r", "tibia_r")
RATE_HZ = 100.0
UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])
FUSED = FusionSettings(orientations="fused", gyroscope="instant")
DRIFT_DEG = 0.5  # in nine seconds, by what is left of the bias
NOISE = {"gyroscope_noise_radps": 0.005, "accelerometer_noise_mps2": 0.05}

HOLES = {"gaittoolbox_walk": 4, "qmt_fullbody": 2}
"""Cut into each sensor of a real recording, one at a time; thirty or so of each length."""

LENGTHS_S = (0.1, 0.4, 1.0)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return simulate_runner(RunnerSettings(), Session(duration_s=40.0, rate_hz=RATE_HZ, still_s=5.0))


def fuse(recording: Recording, settings: FusionSettings = FUSED) -> Recording:
    return fuse_recording(recording, settings, max_gap_s=0.05)


def with_gaps(truth: Truth, holes: Sequence[tuple[float, float]]) -> tuple[Recording, Recording]:
    """Return fused recordings of the same noise, with holes in every sensor and without."""
    gaps = tuple(Gap(body=b, start_s=at, length_s=length) for b in BODIES for at, length in holes)
    recordings = []
    for sensors in (SensorSettings(gaps=gaps, **NOISE), SensorSettings(**NOISE)):
        made = simulate_sensors(truth, sensors, BODIES)
        recordings.append(fuse(made))
    return recordings[0], recordings[1]


def heading_apart_deg(sensor: SensorSignals, whole: SensorSignals) -> FloatArray:
    """Return how far the headings of equal samples are apart."""
    same = np.isin(whole.counter, sensor.counter)
    turn = multiply(np.asarray(sensor.R_ES), inverse(np.asarray(whole.R_ES)[same]))
    return np.rad2deg(2.0 * np.arctan(turn[:, 3] / turn[:, 0]))


def test_a_hole_in_the_run_is_tied_by_like_strides(truth: Truth) -> None:
    fused, whole = with_gaps(truth, [(20.0, 0.4), (28.3, 0.9)])
    exact = simulate_sensors(truth, None, BODIES)
    for k, (sensor, origin) in enumerate(zip(fused.sensors, fused.origins, strict=True)):
        assert is_present(sensor.R_ES).all()
        assert origin.heading_breaks_s == ()
        assert origin.heading_ties_s == pytest.approx((20.4, 29.2))
        stated_deg = np.rad2deg(np.linalg.norm(origin.heading_tie_errors_rad))
        # the shank turns fastest, and strides are some thousandths of a second out of step
        assert 0.0 < stated_deg < (5.0 if k == BODIES.index("tibia_r") else 2.0)
        for true in (whole.sensors[k], exact.sensors[k]):
            apart = heading_apart_deg(sensor, true)
            seconds = sensor.counter / RATE_HZ
            change = apart[seconds > 29.2][:100].mean() - apart[seconds < 20.0][-100:].mean()
            assert abs(change) < DRIFT_DEG, origin.identifier
    assert codes(fused.notes).count("fusion.tied") == len(BODIES)


def test_a_hole_in_the_pose_does_not_cost_the_pose(truth: Truth) -> None:
    fused, whole = with_gaps(truth, [(2.0, 1.5)])
    for k, sensor in enumerate(fused.sensors):
        assert is_present(sensor.R_ES).all()
        assert fused.origins[k].heading_tie_errors_rad == pytest.approx((np.deg2rad(1.0),))
        apart = heading_apart_deg(sensor, whole.sensors[k])[: round(4.0 * RATE_HZ)]
        assert np.abs(apart - apart[0]).max() < 0.5


def test_a_start_hidden_in_a_hole_is_not_guessed(truth: Truth) -> None:
    fused, _ = with_gaps(truth, [(4.7, 0.9)])
    thigh = fused.origins[2]
    assert thigh.heading_breaks_s == pytest.approx((5.6,))
    assert thigh.heading_ties_s == ()
    assert not is_present(fused.sensors[2].R_ES[:400]).any()


def test_rest_in_another_posture_is_no_tie(truth: Truth) -> None:
    """Gravity is felt along another axis after the hole: the sensor moved meanwhile."""
    recording = simulate_sensors(truth, SensorSettings(**NOISE), ("pelvis",))
    still = recording.sensors[0]
    rows = np.r_[0:150, 300:450]
    force = np.asarray(still.acceleration_mps2)[rows].copy()
    force[150:] += np.array([0.5, 0.5, 0.5])
    cut = replace(
        still,
        R_ES=None,
        counter=still.counter[rows],
        acceleration_mps2=force,
        angular_velocity_radps=np.asarray(still.angular_velocity_radps)[rows],
    )
    origin = fuse(replace(recording, sensors=(cut,))).origins[0]
    assert origin.heading_ties_s == ()
    assert origin.heading_breaks_s == pytest.approx((3.0,))


def read_real(shared_data: Path, name: str) -> Recording:
    if name == "qmt_fullbody":
        return read_full_body(shared_data)
    return reading.read(shared_data / name / "imu")


def rest_apart(sensor: SensorSignals, length_s: float, rate_hz: float) -> list[float]:
    """Return turns (degrees) across all spans with rest on both sides and gravity alike."""
    force = np.asarray(sensor.acceleration_mps2)
    turning = np.asarray(sensor.angular_velocity_radps)
    rest = find_rest(force, turning - np.median(turning, axis=0), 1.0 / rate_hz)
    n, span = round(0.5 * rate_hz), round(length_s * rate_hz)
    turns = []
    for start in range(n, rest.size - span - n, n // 2):
        before, after = slice(start - n, start), slice(start + span, start + span + n)
        if not (rest[before].all() and rest[after].all()):
            continue
        felt = np.stack([force[before].mean(axis=0), force[after].mean(axis=0)])
        felt /= np.linalg.norm(felt, axis=1)[:, None]
        if np.arccos(np.clip(felt[0] @ felt[1], -1.0, 1.0)) <= MAX_REST_TILT_RAD:
            ends = np.asarray(sensor.R_ES)[[start, start + span]]
            turn = multiply(ends[1], inverse(ends[0]))
            turns.append(float(np.rad2deg(2.0 * np.arctan(turn[3] / turn[0]))))
    return turns


@pytest.mark.parametrize("name", ["gaittoolbox_walk", "qmt_fullbody"])
def test_people_at_rest_before_and_after_have_not_turned(shared_data: Path, name: str) -> None:
    recording = read_real(shared_data, name)
    whole = fuse(recording, FusionSettings(orientations="fused"))
    for length_s in (1.0, MAX_REST_HOLE_S, 10.0):
        turns = [t for s in whole.sensors for t in rest_apart(s, length_s, recording.rate_hz)]
        off = np.abs(turns)
        rms = float(np.sqrt(np.mean(off**2)))
        show(
            f"{name}, rest {length_s:g} s apart, {off.size} times: {rms:.2f} degrees rms, "
            f"{np.quantile(off, 0.95):.2f} for 95%, {off.max():.1f} at most"
        )
        if length_s <= MAX_REST_HOLE_S:
            assert rms < np.rad2deg(REST_ERROR_RAD) / 2.0
            assert np.quantile(off, 0.95) < np.rad2deg(REST_ERROR_RAD)


def cut_holes(
    recording: Recording, whole: Recording, length_s: float, holes: int, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Cut single holes into the sensors; return heading errors and stated errors, degrees."""
    found = []
    n = round(length_s * recording.rate_hz)
    for sensor, before in zip(recording.sensors, whole.sensors, strict=True):
        for start in rng.integers(500, sensor.counter.size - 500 - n, holes):
            force = np.asarray(sensor.acceleration_mps2).copy()
            force[start : start + n] = np.nan
            holed = replace(recording, sensors=(replace(sensor, acceleration_mps2=force),))
            fused = fuse(holed, FusionSettings(orientations="fused"))
            origin: OrientationOrigin = fused.origins[0]
            if origin.heading_ties_s:
                apart = heading_apart_deg(fused.sensors[0], before)
                change = np.nanmean(apart[start + n :][:100]) - np.nanmean(apart[:start][-100:])
                found.append((float(change), float(np.rad2deg(origin.heading_tie_errors_rad[0]))))
    return found


def test_holes_of_people_who_run_are_tied_as_surely_as_stated() -> None:
    """Strides that vary and skin that moves; sensors that turn little, fast and in contact."""
    rng = np.random.default_rng(5)
    runner = draw_runner(rng, "running")
    sensors = replace(draw_sensors(rng, runner), gaps=())
    true = simulate_runner(runner, draw_session(rng))
    recording = simulate_sensors(true, sensors, ("pelvis", "femur_r", "calcn_r"))
    whole = fuse(recording, FusionSettings(orientations="fused"))
    holes = 10
    found = np.array(
        [row for s in (0.1, 0.25) for row in cut_holes(recording, whole, s, holes, rng)]
    )
    assert len(found) >= 0.9 * 2 * holes * len(recording.sensors)
    surely = found[:, 0] / found[:, 1]
    assert np.mean(np.abs(surely) < 2.0) >= 0.9
    assert 0.5 < np.sqrt(np.mean(surely**2)) < 1.2
    assert np.sqrt(np.mean(found[:, 0] ** 2)) < 2.5


def place(start: FloatArray, turned: FloatArray, gyroscope_radps: float = 0.0) -> _Places:
    """Places at which the case turns so, seen from itself, and the gyroscope shows so much."""
    n = turned.shape[0]
    start = np.broadcast_to(start, (n, 4))
    beside = np.full((n, 3, 6), gyroscope_radps)
    return _Places(np.arange(n), start, multiply(start, turned), beside)


def test_a_turn_is_carried_over_in_the_axes_of_the_case() -> None:
    """The case leans by 1 rad and turns about its own x axis by 0.5 rad, wherever it faces."""
    lean = from_rotation_vector(np.array([0.0, 1.0, 0.0]))
    turned = np.tile(from_rotation_vector(np.array([0.5, 0.0, 0.0])), (12, 1))
    headings = from_rotation_vector(np.linspace(0.0, 3.0, 12)[:, None] * [0.0, 0.0, 1.0])
    likes = place(multiply(headings, lean), turned, gyroscope_radps=0.3)
    hole = place(lean, turned[:1])
    ahead, unlike2 = _foretell(hole, likes)
    assert ahead == pytest.approx(0.0, abs=1e-12)
    assert unlike2 == pytest.approx(0.09)
    off = from_rotation_vector(np.array([0.0, 0.0, 0.7]))
    ahead, _ = _foretell(hole._replace(end=multiply(off, hole.end)), likes)
    assert ahead == pytest.approx(-0.7)


def test_the_error_of_a_tie_is_that_of_places_foretold_from_the_others() -> None:
    """Turns of 2 degrees to both sides miss the mean of the eleven others by 24 / 11."""
    away_rad = np.deg2rad(2.0) * np.array([1.0, -1.0] * 6)
    likes = place(UPRIGHT, from_rotation_vector(away_rad[:, None] * [0.0, 0.0, 1.0]))
    hole = place(UPRIGHT, UPRIGHT[None])
    tie = _judge_likes(hole, likes, 0.2)
    assert tie is not None
    assert tie.turn_rad == pytest.approx(0.0, abs=1e-12)
    assert np.rad2deg(tie.error_rad) == pytest.approx(1.12 * 24.0 / 11.0, rel=1e-4)
    # A gyroscope that differs by 0.2 rad/s where the others do not differ, for 0.2 s
    other = place(UPRIGHT, UPRIGHT[None], gyroscope_radps=0.2)
    unsure = _judge_likes(other, likes, 0.2)
    assert unsure is not None
    more_rad = 0.2 * 0.2 * np.hypot(1.0, 0.3)
    assert unsure.error_rad == pytest.approx(np.hypot(tie.error_rad, more_rad))
    assert _judge_likes(place(UPRIGHT, UPRIGHT[None], 0.5), likes, 0.2) is None


@pytest.mark.parametrize("name", ["gaittoolbox_walk", "qmt_fullbody"])
def test_stated_errors_hold_in_real_recordings(shared_data: Path, name: str) -> None:
    """Anywhere in walking with turns, and in mixed daily movement, steady or not."""
    recording = read_real(shared_data, name)
    whole = fuse(recording, FusionSettings(orientations="fused"))
    rng = np.random.default_rng(7)
    for length_s in LENGTHS_S:
        found = np.array(cut_holes(recording, whole, length_s, HOLES[name], rng))
        holes = HOLES[name] * len(recording.sensors)
        off = np.abs((found[:, 0] + 180.0) % 360.0 - 180.0)
        within = float(np.mean(off < 2.0 * found[:, 1]))
        rms = float(np.sqrt(np.mean(off**2)))
        show(
            f"{name}, holes of {length_s:g} s: {len(found)} of {holes} tied, error {rms:.2f} "
            f"degrees rms, {off.max():.1f} at most, {within:.0%} within twice the stated one"
        )
        assert len(found) > 0.1 * holes
        # no more beyond it than chance allows where five in a hundred are
        assert np.sum(off >= 2.0 * found[:, 1]) <= binom.ppf(0.99, len(found), 0.05)
        assert rms < 2.5
