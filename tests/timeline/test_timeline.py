"""Clock, gaps, ledger and plausibility, each against samples made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from opensim_pelvis.errors import FusionError, SettingsError, TimelineError
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.rotations import angle_between, inverse, rotate
from opensim_pelvis.timeline.align import align_recording, audit_recording
from opensim_pelvis.timeline.integrity import describe_ledger
from opensim_pelvis.timeline.matching import match_sensors
from opensim_pelvis.types import Recording, SensorIntegrity, SensorSignals
from tests.notices import sentences

RATE_HZ = 100.0
SAMPLES = 400
GAP_S = 0.05  # five samples
TURN_TOLERANCE_RAD = 1e-9  # the same slerp written twice; only rounding differs


def _turning(samples: int = SAMPLES) -> FloatArray:
    """Still for two seconds in an oblique attitude, then turning about an oblique axis."""
    time_s = np.arange(samples) / RATE_HZ
    angle = 1.5 * np.sin(np.maximum(time_s - 2.0, 0.0) * 3.0)
    axis = np.array([0.6, -0.48, 0.64])
    start = Rotation.from_euler("ZYX", [0.7, 0.4, -1.1])
    return (start * Rotation.from_rotvec(angle[:, None] * axis)).as_quat(scalar_first=True)


def _sensor(name: str, q: FloatArray | None = None, start: int = 0) -> SensorSignals:
    """Return a sensor that feels gravity only."""
    q = _turning() if q is None else q
    felt = rotate(inverse(_turning(q.shape[0])), np.array([0.0, 0.0, GRAVITY_MPS2]))
    counter = np.arange(start, start + q.shape[0])
    return SensorSignals(identifier=name, counter=counter, R_ES=q, acceleration_mps2=felt)


def _recording(*sensors: SensorSignals) -> Recording:
    return Recording(
        name="trial",
        reader="test",
        rate_hz=RATE_HZ,
        rate_source="test",
        counter_source="PacketCounter",
        world_frame="z up",
        sensors=sensors,
        files=(),
    )


def _keep(sensor: SensorSignals, rows: np.ndarray) -> SensorSignals:
    return replace(
        sensor,
        counter=sensor.counter[rows],
        R_ES=None if sensor.R_ES is None else sensor.R_ES[rows],
        acceleration_mps2=None
        if sensor.acceleration_mps2 is None
        else sensor.acceleration_mps2[rows],
    )


def _without(sensor: SensorSignals, *holes: slice) -> SensorSignals:
    keep = np.ones(sensor.counter.size, bool)
    for hole in holes:
        keep[hole] = False
    return _keep(sensor, keep)


def _only_row(recording: Recording) -> SensorIntegrity:
    return align_recording(recording, {}, max_gap_s=GAP_S).ledger.sensors[0]


# --- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["00B42279", "_00B42279", "00b42279", "MT_01-000_00B42279", "2279"]
)
def test_a_sensor_is_found_by_the_ways_people_write_it(name: str) -> None:
    recording = _recording(_sensor("00B42279"), _sensor("00B421E6"))
    ((sensor, body),) = match_sensors(recording, {name: "pelvis"})
    assert (sensor.identifier, body) == ("00B42279", "pelvis")


def test_sensors_come_in_the_order_of_bodies_with_other_bodies_last() -> None:
    recording = _recording(*(_sensor(name) for name in "abcd"))
    bodies = {"a": "humerus_r", "b": "tibia_l", "c": "pelvis", "d": "torso"}
    pairs = match_sensors(recording, bodies)
    assert [body for _, body in pairs] == ["pelvis", "torso", "tibia_l", "humerus_r"]


def test_labels_of_opensense_need_no_map() -> None:
    recording = _recording(_sensor("torso_imu"), _sensor("pelvis_imu"), _sensor("spare"))
    aligned = align_recording(recording, {}, max_gap_s=GAP_S)
    assert aligned.sensors == ("pelvis_imu", "torso_imu")
    assert aligned.ledger.unmatched == ("spare",)
    assert "recorded but not used: spare" in sentences(aligned.notes)


def test_all_faults_of_a_map_are_told_at_once() -> None:
    recording = _recording(_sensor("00B42279"), _sensor("00B421E6"))
    asked = {"00B42278x": "torso", "00B42279": "pelvis", "_00b421e6": "pelvis"}
    with pytest.raises(SettingsError) as caught:
        match_sensors(recording, asked)
    message = str(caught.value)
    assert "no sensor is named '00B42278x'. Did you mean '00B42279'?" in message
    assert "The recording contains 00B42279, 00B421E6." in message
    assert "2 sensors on one body, pelvis: 00B42279, _00b421e6" in message


def test_a_suffix_that_fits_two_sensors_is_refused() -> None:
    recording = _recording(_sensor("left_2279"), _sensor("right_2279"))
    with pytest.raises(SettingsError, match="matches left_2279, right_2279"):
        match_sensors(recording, {"2279": "pelvis"})


def test_one_sensor_on_two_bodies_is_refused() -> None:
    with pytest.raises(SettingsError, match="sensor 00B42279 is assigned 2 times"):
        match_sensors(_recording(_sensor("00B42279")), {"00B42279": "pelvis", "_00B42279": "torso"})


def test_an_empty_map_says_what_to_write() -> None:
    with pytest.raises(SettingsError, match=r"--sensor 00B42279=pelvis"):
        match_sensors(_recording(_sensor("00B42279")), {})


def test_a_recording_without_sensors_is_refused() -> None:
    with pytest.raises(TimelineError, match="at least one sensor"):
        match_sensors(_recording(), {"a": "pelvis"})


# --- clock and gaps ------------------------------------------------------------------------


def test_the_clock_spans_all_sensors_and_every_row_is_accounted_for() -> None:
    early = _without(_sensor("pelvis_imu", start=472), slice(300, 320))
    late = _sensor("torso_imu", start=482)
    aligned = align_recording(_recording(late, early), {}, max_gap_s=GAP_S)
    assert aligned.time_s[0] == 0.0
    assert aligned.time_s[-1] == pytest.approx((SAMPLES + 10 - 1) / RATE_HZ)
    pelvis, torso = aligned.ledger.sensors
    assert (torso.late_start_samples, pelvis.early_end_samples) == (10, 10)
    assert pelvis.dropped_packets == pelvis.missing_samples == 20
    for row in (pelvis, torso):
        parts = (
            row.rows,
            row.missing_samples,
            row.late_start_samples,
            row.early_end_samples,
        )
        assert sum(parts) == row.expected_samples == SAMPLES + 10
    assert np.isnan(aligned.R_ES[:10, 1]).all()
    np.testing.assert_allclose(aligned.R_ES[10:, 1], _turning(), atol=TURN_TOLERANCE_RAD)


def test_short_gaps_are_bridged_by_slerp_and_long_ones_left() -> None:
    whole = _sensor("pelvis_imu")
    cut = _without(whole, slice(250, 255), slice(300, 306))
    aligned = align_recording(_recording(cut), {}, max_gap_s=GAP_S)
    slerp = Slerp([249, 255], Rotation.from_quat(_turning()[[249, 255]], scalar_first=True))
    twin = slerp(np.arange(250, 255)).as_quat(scalar_first=True)
    away = angle_between(aligned.R_ES[250:255, 0], twin)
    assert away.max() < TURN_TOLERANCE_RAD
    assert np.isnan(aligned.R_ES[300:306, 0]).all()
    row = aligned.ledger.sensors[0]
    assert (row.gaps, row.filled_gaps, row.filled_samples) == (2, 1, 5)
    assert (row.longest_gap_samples, row.absent_samples) == (6, 6)
    assert aligned.acceleration_mps2 is not None
    edge = np.asarray(whole.acceleration_mps2)[[249, 255]]
    middle = aligned.acceleration_mps2[252, 0]
    np.testing.assert_allclose(middle, edge.mean(axis=0), atol=1e-12)
    assert np.isnan(aligned.acceleration_mps2[300:306, 0]).all()


def test_no_gap_is_bridged_when_none_may_be() -> None:
    cut = _without(_sensor("pelvis_imu"), slice(250, 251))
    aligned = align_recording(_recording(cut), {}, max_gap_s=0.0)
    assert aligned.ledger.sensors[0].filled_gaps == 0
    assert np.isnan(aligned.R_ES[250, 0]).all()


def test_bad_quaternions_are_counted_and_never_used() -> None:
    q = _turning()
    q[300] = np.nan
    q[310] = 0.0
    q[320] *= 1.02
    q[330] *= 1.005  # within rounding of a file: kept, and brought to unit length
    row = _only_row(_recording(_sensor("pelvis_imu", q)))
    assert (row.nan_quaternions, row.zero_quaternions, row.nonunit_quaternions) == (1, 1, 1)
    assert (row.filled_gaps, row.absent_samples) == (3, 0)
    aligned = align_recording(_recording(_sensor("pelvis_imu", q)), {}, max_gap_s=0.0)
    assert np.flatnonzero(np.isnan(aligned.R_ES[:, 0, 0])).tolist() == [300, 310, 320]
    assert np.linalg.norm(aligned.R_ES[330, 0]) == pytest.approx(1.0, abs=1e-12)


def test_sign_flips_are_counted_and_taken_out() -> None:
    q = _turning()
    q[100:200] *= -1.0
    aligned = align_recording(_recording(_sensor("pelvis_imu", q)), {}, max_gap_s=GAP_S)
    assert aligned.ledger.sensors[0].sign_flips == 2
    np.testing.assert_allclose(aligned.R_ES[:, 0], _turning(), atol=TURN_TOLERANCE_RAD)


def test_signals_that_no_sensor_has_are_none_and_others_are_nan() -> None:
    with_field = replace(
        _sensor("pelvis_imu"), magnetic_field=np.ones((SAMPLES, 3)), magnetic_unit="T"
    )
    aligned = align_recording(_recording(with_field, _sensor("torso_imu")), {}, max_gap_s=GAP_S)
    assert aligned.angular_velocity_radps is None
    assert aligned.magnetic_unit == "T"
    assert aligned.magnetic_field is not None
    assert np.isnan(aligned.magnetic_field[:, 1]).all()


def test_magnetic_fields_of_different_units_are_not_mixed() -> None:
    pair = [
        replace(_sensor(name), magnetic_field=np.ones((SAMPLES, 3)), magnetic_unit=unit)
        for name, unit in (("pelvis_imu", "T"), ("torso_imu", "a.u."))
    ]
    aligned = align_recording(_recording(*pair), {}, max_gap_s=GAP_S)
    assert aligned.magnetic_field is None
    assert any("several units (T, a.u.)" in note for note in sentences(aligned.notes))


# --- refusals ------------------------------------------------------------------------------


def test_many_nonunit_quaternions_name_the_norm_found() -> None:
    q = _turning() * 32767.0
    with pytest.raises(TimelineError, match=r"pelvis_imu: 400 of 400 .*typically found 3.277e\+04"):
        align_recording(_recording(_sensor("pelvis_imu", q)), {}, max_gap_s=GAP_S)


def test_sensors_without_a_usable_sample_are_named_together() -> None:
    missing = _sensor("pelvis_imu", np.full((SAMPLES, 4), np.nan))
    zero = _sensor("torso_imu", np.zeros((SAMPLES, 4)))
    with pytest.raises(TimelineError) as caught:
        align_recording(_recording(missing, zero), {}, max_gap_s=GAP_S)
    assert "pelvis_imu: wanted orientations, found no valid one in 400 rows (400 missing" in str(
        caught.value
    )
    assert (
        "torso_imu: wanted orientations, found no valid one in 400 rows (0 missing, 400 zero"
        in str(caught.value)
    )


def test_raw_recordings_say_what_to_export() -> None:
    raw = replace(_sensor("pelvis_imu"), R_ES=None)
    with pytest.raises(FusionError, match="Apply sensor fusion"):
        align_recording(_recording(raw), {}, max_gap_s=GAP_S)


def test_sensors_of_different_times_are_refused_with_their_spans() -> None:
    pair = _recording(_sensor("pelvis_imu"), _sensor("torso_imu", start=5000))
    with pytest.raises(TimelineError, match=r"pelvis_imu 0-399, torso_imu 5000-5399"):
        align_recording(pair, {}, max_gap_s=GAP_S)


def test_a_broken_counter_does_not_fill_the_memory() -> None:
    sensor = _sensor("pelvis_imu")
    broken = replace(sensor, counter=np.append(sensor.counter[:-1], 2**40))
    with pytest.raises(TimelineError, match="counters are wrong"):
        align_recording(_recording(broken), {}, max_gap_s=GAP_S)


def test_a_sensor_without_rows_is_refused() -> None:
    empty = _keep(_sensor("pelvis_imu"), np.zeros(SAMPLES, bool))
    with pytest.raises(TimelineError, match="pelvis_imu: wanted samples, found none"):
        align_recording(_recording(empty), {}, max_gap_s=GAP_S)


# --- order and direction -------------------------------------------------------------------

WRONG = {
    "order x-y-z-w": lambda q: q[:, [1, 2, 3, 0]],
    "inverted orientations (earth": inverse,
    "order x-y-z-w, and inverted": lambda q: inverse(q)[:, [1, 2, 3, 0]],
}


def _bent(name: str, attitude: tuple[float, float, float]) -> tuple[SensorSignals, FloatArray]:
    """Return a sensor in another attitude, with the turning that its gyroscope feels."""
    turned = Rotation.from_euler("ZYX", attitude) * Rotation.from_quat(
        _turning(), scalar_first=True
    )
    q = turned.as_quat(scalar_first=True)
    up_s = rotate(inverse(q), np.array([0.0, 0.0, GRAVITY_MPS2]))
    sensor = replace(_sensor(name), R_ES=q, acceleration_mps2=up_s)
    step = np.zeros((SAMPLES, 3))
    step[1:-1] = (turned[:-2].inv() * turned[2:]).as_rotvec() * RATE_HZ / 2.0
    return sensor, step


@pytest.mark.parametrize("alternative", WRONG)
@pytest.mark.parametrize("signal", ["acceleration", "angular velocity"])
def test_a_wrong_order_is_recognised(alternative: str, signal: str) -> None:
    sensors = []
    for name, attitude in (("pelvis_imu", (0.0, 0.0, 0.0)), ("torso_imu", (1.0, -0.8, 0.5))):
        sensor, felt = _bent(name, attitude)
        sensor = replace(sensor, R_ES=WRONG[alternative](sensor.R_ES))
        if signal == "angular velocity":
            sensor = replace(sensor, acceleration_mps2=None, angular_velocity_radps=felt)
        sensors.append(sensor)
    with pytest.raises(TimelineError) as caught:
        align_recording(_recording(*sensors), {}, max_gap_s=GAP_S)
    message = str(caught.value)
    assert alternative in message
    assert ("degrees from the vertical" if signal == "acceleration" else "gyroscope") in message
    assert "pelvis_imu" in message


def test_an_acceleration_of_opposite_sign_is_recognised() -> None:
    sensor = _sensor("pelvis_imu")
    upside_down = replace(sensor, acceleration_mps2=-np.asarray(sensor.acceleration_mps2))
    with pytest.raises(TimelineError, match=r"by 180 degrees from the vertical[^@]*z down"):
        align_recording(_recording(upside_down), {}, max_gap_s=GAP_S)


def test_one_odd_sensor_among_good_ones_is_named_without_blaming_the_order() -> None:
    odd, _ = _bent("torso_imu", (0.0, 0.0, 0.0))
    odd = replace(odd, acceleration_mps2=np.asarray(odd.acceleration_mps2)[:, [1, 2, 0]])
    with pytest.raises(TimelineError) as caught:
        align_recording(_recording(_sensor("pelvis_imu"), odd), {}, max_gap_s=GAP_S)
    assert "1 of 2 sensors" in str(caught.value)
    assert "pelvis_imu" not in str(caught.value)
    assert "No common mistake explains it" in str(caught.value)


def test_the_right_gyroscope_passes_and_nothing_to_check_against_is_said() -> None:
    sensor, felt = _bent("pelvis_imu", (0.3, 0.2, 0.1))
    bare = replace(sensor, acceleration_mps2=None)
    checked = replace(bare, angular_velocity_radps=felt)
    assert align_recording(_recording(checked), {}, max_gap_s=GAP_S).notes == ()
    (note,) = sentences(align_recording(_recording(bare), {}, max_gap_s=GAP_S).notes)
    assert note.startswith(
        "pelvis_imu: the order of the quaternion components could not be checked"
    )


# --- words ---------------------------------------------------------------------------------


def test_the_ledger_speaks_plainly_and_is_silent_about_good_sensors() -> None:
    cut = _without(_sensor("torso_imu"), slice(250, 253), slice(260, 264), slice(300, 380))
    aligned = align_recording(_recording(_sensor("pelvis_imu"), cut), {}, max_gap_s=GAP_S)
    assert sentences(describe_ledger(aligned.ledger, RATE_HZ)) == (
        "torso_imu: 87 lost packets, 2 gaps interpolated (7 samples), "
        "1 gap not interpolated (longest 0.80 s)",
    )


def test_the_same_word_of_several_sensors_is_said_once() -> None:
    holes = (slice(250, 253), slice(300, 380))
    alike = [_without(_sensor(name), *holes) for name in ("torso_imu", "femur_r_imu")]
    short = _without(_sensor("tibia_r_imu"), slice(0, 5), slice(SAMPLES - 10, SAMPLES))
    late = _without(_sensor("tibia_l_imu"), slice(0, 3))
    whole = _sensor("pelvis_imu")
    recording = _recording(whole, *alike, short, late)
    aligned = align_recording(recording, {}, max_gap_s=GAP_S)
    gaps, edges = sentences(describe_ledger(aligned.ledger, RATE_HZ))
    assert gaps.startswith(
        "torso_imu, femur_r_imu: 83 lost packets, 1 gap interpolated (3 samples)"
    )
    assert edges == (
        "the sensors do not start and end at the same time: tibia_r_imu starts 0.05 s late and "
        "ends 0.10 s early, tibia_l_imu starts 0.03 s late"
    )


def test_an_audit_needs_no_bodies_and_refuses_no_sensor() -> None:
    raw = replace(_sensor("b"), R_ES=None)
    bad = _sensor("c", np.zeros((SAMPLES, 4)))
    ledger = audit_recording(_recording(_sensor("a"), raw, bad), max_gap_s=GAP_S)
    good, without, zero = ledger.sensors
    assert good.absent_samples == 0
    assert (without.nan_quaternions, without.absent_samples) == (0, SAMPLES)
    assert zero.zero_quaternions == SAMPLES


def test_the_real_walk_aligns_and_its_wrong_order_is_caught(shared_data: Path) -> None:
    from opensim_pelvis.config.trial.sensor_map import read_sensor_map
    from opensim_pelvis.io.reading import read

    folder = shared_data / "opensense_walk"
    recording = read(folder)
    worn = read_sensor_map(folder / "myIMUMappings.xml")
    aligned = align_recording(recording, worn, max_gap_s=GAP_S)
    assert aligned.sensors[:2] == ("pelvis_imu", "torso_imu")
    assert aligned.time_s.size == 2505
    swapped = replace(
        recording,
        sensors=tuple(
            replace(sensor, R_ES=np.asarray(sensor.R_ES)[:, [1, 2, 3, 0]])
            for sensor in recording.sensors
        ),
    )
    with pytest.raises(TimelineError, match="order x-y-z-w"):
        align_recording(swapped, worn, max_gap_s=GAP_S)
