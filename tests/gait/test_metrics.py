"""Statistics of strides, the table of measures, coordination; each against a known answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.gait.coordination import phase_lag, relative_phase, vector_coding
from opensim_pelvis.gait.measures.compute import definitions
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.measures.intervals import mean_interval
from opensim_pelvis.gait.measures.statistics import (
    compare_sides,
    summarise,
)
from opensim_pelvis.gait.measures.timing import CONTACT_TIMES
from opensim_pelvis.gait.measures.trend import find_trend
from opensim_pelvis.gait.strides.select import exclude_strides, extreme_between
from opensim_pelvis.notices import notice
from opensim_pelvis.types import Angles

ROTATION = next(d for d in definitions() if d.name == "pelvic_rotation_range_deg")
PHASE = next(d for d in definitions() if d.name == "pelvis_trunk_phase_deg")
UNITS = ("_deg", "_s", "_mm", "_m", "_mps", "_spm", "_percent", "_ratio")
PART = np.arange(100) / 100.0


def test_every_measure_is_defined_and_named_by_its_unit() -> None:
    rows = definitions()
    assert len({d.name for d in rows}) == len(rows) > 40
    for d in rows:
        assert d.name.endswith(UNITS), d.name
        assert d.definition
        assert d.source
        assert d.error_source
        of_recording = d.name in CONTACT_TIMES
        assert np.isnan(d.error) == (of_recording or d.error_source == "unknown")


@pytest.mark.parametrize("lag", [0.0, 0.4, 0.7])
def test_the_interval_of_the_mean_covers_it_although_strides_resemble_their_neighbours(
    lag: float,
) -> None:
    rng = np.random.default_rng(11)
    trials, n, hits, plain = 400, 60, 0, 0
    for _ in range(trials):
        noise = rng.normal(size=n + 50)
        x = np.zeros(n + 50)
        for i in range(1, x.size):
            x[i] = lag * x[i - 1] + noise[i]
        found = summarise(ROTATION, "body", x[50:] + 10.0, np.arange(n) * 0.7)
        assert found is not None
        hits += found.low <= 10.0 <= found.high
        plain += abs(found.mean - 10.0) < 2.0 * found.sd / np.sqrt(n)
    assert hits / trials >= 0.93  # 95 % is wanted, 400 trials scatter by 1 %
    if lag > 0.5:
        assert plain / trials < 0.75, "as if strides were independent"


def test_slow_drift_widens_the_interval() -> None:
    rng = np.random.default_rng(3)
    white = rng.normal(size=2000)
    drifting = white + 3.0 * np.sin(np.arange(2000) / 2000.0 * np.pi)
    assert mean_interval(drifting)[0] > 3.0 * mean_interval(white)[0]


def test_strides_without_a_value_have_no_summary() -> None:
    assert summarise(ROTATION, "body", np.full(4, np.nan), np.arange(4.0)) is None


def test_angles_on_a_circle_are_averaged_on_it() -> None:
    found = summarise(PHASE, "body", np.array([350.0, 10.0, 355.0, 5.0, 0.0]), np.arange(5.0))
    assert found is not None
    assert found.mean % 360.0 == pytest.approx(0.0, abs=1e-9)
    assert found.sd < 10.0


def test_a_trend_is_found_with_its_interval_and_short_runs_have_none() -> None:
    rng = np.random.default_rng(4)
    time_s = np.arange(0.0, 1200.0, 0.7)
    x = 15.0 - 2.0 * time_s / 600.0 + rng.normal(size=time_s.size)
    trend = find_trend(x, time_s)
    assert trend is not None
    assert trend.blocks == 20
    assert trend.low <= -2.0 <= trend.high < 0.0
    assert trend.high - trend.low < 1.0
    assert find_trend(x[:400], time_s[:400]) is None


def test_right_minus_left_has_the_interval_of_both() -> None:
    rng = np.random.default_rng(5)
    time_s = np.arange(50.0)
    sides = [
        summarise(ROTATION, "right", rng.normal(size=50) + level, time_s) for level in (12.0, 10.0)
    ]
    assert sides[0] is not None
    assert sides[1] is not None
    found = compare_sides(definition_of("step_time_s"), sides[0], sides[1])
    assert found.low < 2.0 < found.high
    assert found.percent == pytest.approx(100.0 * found.difference / 11.0, abs=1.0)
    opposite = replace(sides[1], mean=-10.0)
    assert np.isnan(compare_sides(definition_of("step_time_s"), sides[0], opposite).percent)


@pytest.mark.parametrize("lag", [0.0, 30.0, 90.0, 170.0, 180.0, 200.0, 359.0])
def test_phase_and_relative_phase_of_waves(lag: float) -> None:
    pelvis = np.deg2rad(8.0 * np.cos(2 * np.pi * PART))[None]
    trunk = np.deg2rad(10.0 * np.cos(2 * np.pi * PART - np.deg2rad(lag)) + 3.0)[None]
    found = float(phase_lag(pelvis, trunk)[0])
    assert abs((found - lag + 180.0) % 360.0 - 180.0) < 1e-6
    folded = abs((lag + 180.0) % 360.0 - 180.0)
    assert float(relative_phase(pelvis, trunk)[0]) == pytest.approx(folded, abs=1.0)
    assert np.isnan(phase_lag(pelvis * 1e-3, trunk)).all(), "hardly any rotation has no phase"


@pytest.mark.parametrize("drift_deg", [6.0, -15.0])
def test_a_drift_over_the_stride_does_not_change_the_relative_phase(drift_deg: float) -> None:
    pelvis = np.deg2rad(8.0 * np.cos(2 * np.pi * PART))[None]
    trunk = np.deg2rad(10.0 * np.cos(2 * np.pi * PART - np.deg2rad(120.0)))[None]
    line = np.deg2rad(drift_deg * PART)[None]
    wanted = float(relative_phase(pelvis, trunk)[0])
    assert wanted == pytest.approx(120.0, abs=1.0)
    for drifting in ((pelvis + line, trunk), (pelvis, trunk + line), (pelvis + line, trunk - line)):
        assert float(relative_phase(*drifting)[0]) == pytest.approx(wanted, abs=1e-9)


def test_vector_coding_of_known_couplings() -> None:
    turn = np.sin(2 * np.pi * PART)[None]
    still = np.zeros_like(turn)
    for pelvis, trunk, column in (
        (turn, 0.01 * turn, 0),
        (turn, turn, 1),
        (0.01 * turn, turn, 2),
        (turn, -turn, 3),
    ):
        shares = vector_coding(pelvis, trunk)[0]
        assert shares.sum() == pytest.approx(100.0)
        assert shares[column] == pytest.approx(100.0)
    assert np.isnan(vector_coding(turn, still * np.nan)).all()


def test_extremes_between_events_against_the_plain_loop() -> None:
    rng = np.random.default_rng(6)
    time_s = np.arange(500) / 100.0
    values = rng.normal(size=500)
    values[200] = np.nan
    start = np.sort(rng.uniform(-0.2, 4.9, size=40))
    end = start + rng.uniform(0.01, 0.9, size=40)
    found = extreme_between(values, time_s, start, end, np.maximum)
    for low, high, got in zip(start, end, found, strict=True):
        inside = values[(time_s >= low) & (time_s < high)]
        if low < 0.0 and inside.size:
            continue  # begins before the recording
        wanted = inside.max() if inside.size else np.nan
        np.testing.assert_equal(got, wanted)


def test_start_slowing_and_outliers_are_told_apart() -> None:
    n = 40
    length = np.full(n, 0.70)
    length[:3] = (0.95, 0.85, 0.78)
    length[-2:] = (0.80, 0.92)
    length[20] = 0.84
    length += np.random.default_rng(7).normal(scale=0.003, size=n)
    end = np.cumsum(length)
    time_s = np.arange(0.0, end[-1] + 1.0, 0.01)
    angles = Angles(
        time_s=time_s,
        definitions=(),
        values_rad=np.empty((time_s.size, 0)),
        travel_rad=np.zeros(time_s.size),
        travel_source=notice("travel.fixed"),
    )
    reasons = exclude_strides(
        side=np.zeros(n, dtype=np.int64),
        start=end - length,
        end=end,
        turning=np.arange(n) == 30,
        rotation=np.full(n, np.nan),
        bout=np.zeros(n, dtype=np.int64),
        angles=angles,
    )
    assert reasons[:3] == ("start_up",) * 3
    assert reasons[-2:] == ("slowing",) * 2
    assert reasons[20] == "outlier"
    assert reasons[30] == "turning"
    assert sum(reason == "" for reason in reasons) == n - 7
