"""A sampling rate, a unit, a sign or a scale that is not what the file says is told first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.errors import TimelineError
from opensim_pelvis.fusion.gyroscope_gain import find_gain
from opensim_pelvis.quality.readings import find_faults
from opensim_pelvis.rotations import inverse, rotate
from opensim_pelvis.timeline.raw_fit import common_factor, fit_raw
from opensim_pelvis.types import NOT_CHECKED, Recording, Result, SensorSignals
from tests.faulty_signals import (
    ALL,
    BODIES,
    RAW,
    REAL,
    Change,
    change,
    real,
    run,
    sound,
    verdict_of,
    with_rows,
    without,
)

UP = np.array([0.0, 0.0, 9.80665])


def gyroscope(factor: float) -> Change:
    return with_rows(RAW[1:], lambda values: values * factor)


def turned(sensor: SensorSignals) -> SensorSignals:
    assert sensor.angular_velocity_radps is not None
    turning = sensor.angular_velocity_radps[:, [1, 0, 2]] * [1.0, -1.0, 1.0]
    return replace(sensor, angular_velocity_radps=turning)


def without_gravity(sensor: SensorSignals) -> SensorSignals:
    assert sensor.acceleration_mps2 is not None
    assert sensor.R_ES is not None
    felt = sensor.acceleration_mps2 - rotate(inverse(sensor.R_ES), UP)
    return replace(sensor, acceleration_mps2=felt)


def first(result: Result) -> str:
    return result.notes[0].code


@pytest.mark.parametrize("factor", [0.5, 1.2, 0.8])
def test_a_rate_that_does_not_fit_is_told_with_the_one_that_does(factor: float) -> None:
    result = run(replace(sound(), rate_hz=60.0 * factor))
    assert first(result) == "signals.rate"
    assert result.notes[0].values["fits_hz"] == pytest.approx(60.0, rel=0.01)
    assert verdict_of(result, "rate") == "rejected"
    assert verdict_of(result, "scale") == "good"


def test_a_rate_that_does_not_fit_is_told_of_raw_signals_alone() -> None:
    result = run(replace(change(sound(), BODIES, without(("R_ES",))), rate_hz=60.0 * 1.2))
    assert first(result) == "signals.rate"
    assert result.notes[0].values["fits_hz"] == pytest.approx(60.0, rel=0.02)


def test_with_a_wrong_rate_nothing_is_fused() -> None:
    with pytest.raises(TimelineError, match=r"not 90 Hz.*fit \d+\.?\d* Hz"):
        run(replace(sound(), rate_hz=90.0), fused=True)


def test_a_rate_that_changes_is_told() -> None:
    """Every second packet of the second half is gone, and the count does not say so."""

    def thin(sensor: SensorSignals) -> SensorSignals:
        kept = np.concatenate([np.arange(600), np.arange(600, 1200, 2)])
        made: dict[str, Any] = {field: getattr(sensor, field)[kept] for field in ALL}
        return replace(sensor, counter=np.arange(900), **made)

    result = run(change(sound(), BODIES, thin))
    assert first(result) == "signals.rate_varies"
    assert verdict_of(result, "rate") == "rejected"


def test_orientations_that_stop_in_all_but_their_last_digits_are_told() -> None:
    def stop(q: np.ndarray) -> np.ndarray:
        noise = np.random.default_rng(1).normal(scale=1e-5, size=(600, 4))
        q[600:] = q[599] + noise
        return q / np.linalg.norm(q, axis=1)[:, None]

    result = run(change(sound(), ["torso"], with_rows(("R_ES",), stop)))
    assert (first(result), result.notes[0].subject) == ("signals.gyroscope_apart", ("torso",))
    assert verdict_of(result, "scale") == "rejected"


def test_a_rate_that_only_cadence_tells_is_told() -> None:
    result = run(replace(change(sound(), BODIES, without(RAW)), rate_hz=30.0))
    assert first(result) == "signals.cadence"
    assert verdict_of(result, "cadence") == "rejected"
    states = {check.name: check.state for check in result.quality.checks}
    assert states["rate"] == states["scale"] == states["raw"] == NOT_CHECKED


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.05, "doubtful"), (0.95, "doubtful"), (1.3, "rejected")]
)
@pytest.mark.parametrize("fused", [False, True])
def test_the_scale_of_one_gyroscope_is_no_rate(factor: float, verdict: str, fused: bool) -> None:
    result = run(change(sound(), ["torso"], gyroscope(factor)), fused=fused)
    assert first(result) == "signals.gyroscope_scale"
    assert result.notes[0].subject == ("torso",)
    assert result.notes[0].values["percent"] == pytest.approx(100.0 * (factor - 1.0), abs=1.0)
    assert verdict_of(result, "scale") == verdict
    assert verdict_of(result, "rate") == "good"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (gyroscope(float(np.rad2deg(1.0))), "signals.gyroscope_in_degrees"),
        (gyroscope(float(np.deg2rad(1.0))), "signals.gyroscope_too_small"),
        (turned, "signals.gyroscope_axes"),
        (gyroscope(-1.0), "signals.gyroscope_axes"),
        (with_rows(RAW[:1], lambda values: values / 9.80665), "signals.acceleration_in_g"),
        (with_rows(RAW[:1], lambda values: values * 1.3), "signals.acceleration_scale"),
        (without_gravity, "signals.acceleration_without_gravity"),
    ],
)
@pytest.mark.parametrize("bodies", [BODIES, ("pelvis",)])
def test_raw_signals_are_checked_where_the_makers_orientations_are_used(
    fault: Change, code: str, bodies: tuple[str, ...]
) -> None:
    result = run(change(sound(), bodies, fault))
    assert first(result) == code
    assert result.notes[0].subject == bodies
    assert verdict_of(result, "raw") == "doubtful"
    assert verdict_of(result, "rate") == "good"


def test_the_sign_of_phones_is_told_where_the_raw_signals_are_fused() -> None:
    opposite = with_rows(RAW[:1], lambda values: -values)
    result = run(change(sound(), BODIES, opposite), fused=True)
    assert first(result) == "signals.acceleration_sign"
    assert verdict_of(result, "raw") == "rejected"


def test_a_sound_recording_is_not_accused() -> None:
    result = run(sound())
    for check in ("rate", "scale", "raw", "cadence", "stated_speed"):
        assert verdict_of(result, check) == "good"
    assert not [note for note in result.notes if note.code.startswith("signals.")]


def test_a_speed_in_kilometres_an_hour_is_told() -> None:
    result = run(sound())
    assert result.running is not None
    assert verdict_of(result, "stated_speed") == "good"
    fast = run(sound(), speed_mps=3.5 * 3.6)
    assert first(fast) == "stated.speed"
    assert verdict_of(fast, "stated_speed") == "rejected"


@pytest.mark.parametrize("name", REAL)
def test_no_real_recording_is_accused(shared_data: Path, name: str) -> None:
    recording = real(shared_data, name)
    gains: dict[str, float] = {}
    for sensor in recording.sensors:
        time_s = sensor.counter / recording.rate_hz if sensor.time_s is None else sensor.time_s
        fit = fit_raw(sensor, time_s)
        if fit is not None:
            assert list(find_faults(fit)) == []
            gains |= {sensor.identifier: fit.gain} if np.isfinite(fit.gain) else {}
    if gains:
        assert common_factor(gains) == pytest.approx(1.0, abs=0.01)
        assert max(abs(gain - 1.0) for gain in gains.values()) < 0.015


def raw_alone(recording: Recording) -> list[float]:
    found = [find_gain(sensor, recording.rate_hz, 0.05) for sensor in recording.sensors]
    return [gain for gain in found if np.isfinite(gain)]


@pytest.mark.parametrize(
    "name", [name for name in REAL if "ximu3" in name or "xsens_mt" in name or "gait" in name]
)
def test_gravity_accuses_no_real_gyroscope(shared_data: Path, name: str) -> None:
    assert set(raw_alone(real(shared_data, name))) <= {1.0}


def test_gravity_tells_the_rate_of_a_real_gyroscope(shared_data: Path) -> None:
    recording = real(shared_data, next(name for name in REAL if "xsens_mt" in name))
    told = raw_alone(replace(recording, rate_hz=recording.rate_hz * 1.5))
    assert told == [pytest.approx(1 / 1.5, abs=0.08)]
