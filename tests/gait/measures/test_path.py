"""The path of strides: lines, bends and turns keep their shape, odd strides do not bend it."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.leg_contacts import MIN_STRIDE_S
from opensim_pelvis.gait.strides.path import (
    BENT_RAD,
    TURNING_RADPS,
    Path,
    fit_path,
    follow_path,
    knots,
)

STRIDE_S = 0.7
START_S = 0.35 * np.arange(40)
END_S = START_S + STRIDE_S
MIDDLE_S = START_S + STRIDE_S / 2.0
DEG = np.pi / 180.0


def followed(
    rate_degps: FloatArray, time_s: FloatArray, noise: FloatArray | None = None
) -> tuple[Path, FloatArray]:
    """Return the path that strides show, and the true heading at mid-stride."""
    heading = DEG * np.concatenate([[0.0], np.cumsum(rate_degps[:-1] * np.diff(time_s))])
    total = np.concatenate([[0.0], np.cumsum(heading)])
    first, last = (np.searchsorted(time_s, at - 1e-9) for at in (START_S, END_S))
    mean = (total[last] - total[first]) / (last - first)
    turn = heading[last] - heading[first]
    noise = np.zeros((2, START_S.size)) if noise is None else noise
    found = follow_path(
        mean + noise[0], turn + noise[1], START_S, END_S, np.zeros(START_S.size, dtype=np.int64)
    )
    return found, np.interp(MIDDLE_S, time_s, heading)


TIME_S = np.arange(0.0, 16.0, 0.001)


def wander(seed: int) -> FloatArray:
    """Return what strides differ by from the path: mean heading and turn, as people's do."""
    return np.random.default_rng(seed).normal(size=(2, 40)) * (DEG * np.array([[0.9], [2.0]]))


@pytest.mark.parametrize("rate", [0.0, 9.0, -15.0])
def test_the_direction_of_a_bend_is_known_better_than_that_of_its_strides(rate: float) -> None:
    for seed in range(3):
        found, true = followed(np.full(TIME_S.size, rate), TIME_S, wander(seed))
        assert np.abs(found.travel_rad - true).max() < 1.0 * DEG
        assert np.abs(found.rate_radps - abs(rate) * DEG).max() < 1.0 * DEG
        assert not (found.bent_rad > BENT_RAD).any()


def test_a_turn_begins_and_ends_with_its_own_strides() -> None:
    """120 degrees/s between 7 and 8.4 s: strides before and after know nothing of it."""
    turn = np.where((TIME_S > 7.0) & (TIME_S < 8.4), 120.0, 0.0)
    found, true = followed(turn, TIME_S, wander(5))
    beside = (END_S <= 7.0) | (START_S >= 8.4)
    np.testing.assert_array_equal(found.turning[beside], False)
    assert np.abs(found.travel_rad - true)[beside].max() < 1.5 * DEG
    inside = (START_S >= 7.0) & (END_S <= 8.4)
    assert inside.sum() > 1
    assert found.turning[inside].all()
    touched = ~beside & ((np.minimum(END_S, 8.4) - np.maximum(START_S, 7.0)) > 0.2)
    assert found.turning[touched].all(), "a stride that turns by 24 degrees"


def test_a_stride_that_enters_a_bend_leaves_a_line_by_an_eighth_of_rate_and_time() -> None:
    """12 degrees/s from a mid-stride on: 1.05 degrees in that stride, nothing in its neighbours."""
    found, _ = followed(np.where(MIDDLE_S[20] <= TIME_S, 12.0, 0.0), TIME_S)
    assert found.bent_rad[20] == pytest.approx(12.0 * STRIDE_S / 8.0 * DEG, abs=0.1 * DEG)
    assert (found.bent_rad[[17, 18, 22, 23]] < 0.2 * DEG).all()
    assert found.turning[20]
    assert not found.fast[20]


def test_one_stride_that_turns_within_itself_is_excluded_by_the_turn_inside_it() -> None:
    turn = np.zeros(40)
    turn[20] = 73.0 * DEG
    found = follow_path(np.zeros(40), turn, START_S, END_S, np.zeros(40, dtype=np.int64))
    assert np.flatnonzero(found.turning).tolist() == [20]
    assert found.inside_radps[20] == pytest.approx(73.0 * DEG / STRIDE_S)
    alone = follow_path(np.zeros(1), turn[20:21], START_S[:1], END_S[:1], np.zeros(1, dtype=int))
    assert alone.turning.tolist() == [True]


def test_one_odd_stride_does_not_bend_the_path() -> None:
    noise = np.zeros((2, 40))
    noise[0, 20] = 8.0 * DEG
    found, _ = followed(np.zeros(TIME_S.size), TIME_S, noise)
    assert np.abs(found.travel_rad).max() < 0.5 * DEG


def test_bouts_have_paths_of_their_own_and_lone_strides_their_mean() -> None:
    bout = np.repeat([0, 1, 2], [20, 19, 1])
    heading = np.where(bout == 1, np.pi, 0.3)
    found = follow_path(heading, np.zeros(40), START_S, END_S, bout)
    np.testing.assert_allclose(found.travel_rad, heading, atol=1e-9)
    np.testing.assert_array_equal(np.isnan(found.rate_radps), bout == 2)
    assert not found.turning.any()


def test_strides_without_a_heading_have_no_direction_and_spoil_no_other() -> None:
    heading = np.full(40, 0.2)
    heading[10] = np.nan
    found = follow_path(heading, np.zeros(40), START_S, END_S, np.zeros(40, dtype=np.int64))
    assert np.flatnonzero(np.isnan(found.travel_rad)).tolist() == [10]
    np.testing.assert_allclose(np.delete(found.travel_rad, 10), 0.2, atol=1e-9)


@pytest.mark.parametrize(("quarters", "count"), [(0.98, 1), (1.02, 2)])
def test_mid_strides_that_nearly_coincide_are_one(quarters: float, count: int) -> None:
    apart_s = quarters * MIN_STRIDE_S / 4.0
    found = knots(np.array([3.0 + apart_s, 3.0]))
    assert found.size == count
    assert found[0] == pytest.approx(3.0 + (apart_s / 2.0 if count == 1 else 0.0))


@pytest.mark.parametrize(
    ("name", "limit"),
    [("rate_radps", TURNING_RADPS), ("inside_radps", TURNING_RADPS), ("bent_rad", BENT_RAD)],
)
def test_a_stride_turns_from_exactly_the_stated_rate_on(name: str, limit: float) -> None:
    fields = ("travel_rad", "heading_rad", "rate_radps", "bent_rad", "inside_radps")
    table = {field: np.zeros(3) for field in fields}
    table[name] = limit * np.array([0.999, 1.001, np.nan])
    assert Path(**table).turning.tolist() == [False, True, False]
    assert Path(**table).fast.tolist() == [False, name != "bent_rad", False]


def drawn(at: FloatArray, values: FloatArray, time_s: float) -> float:
    """Return a value between knots by straight lines, which go on at both ends."""
    i = 0
    while i < at.size - 2 and time_s > at[i + 1]:
        i += 1
    part = (time_s - at[i]) / (at[i + 1] - at[i])
    return float(values[i] + part * (values[i + 1] - values[i]))


def plain_path(
    at: FloatArray, heading: FloatArray, turn: FloatArray, start: FloatArray, end: FloatArray
) -> FloatArray:
    """Twin of `fit_path`: dense rows, one at a time, and least squares by orthogonal factors."""
    rows, wanted, spread = [], [], []
    for h, t, s, e in zip(heading, turn, start, end, strict=True):
        inside = [s + (e - s) * (j + 0.5) / 16.0 for j in range(16)]
        rows.append([np.mean([drawn(at, one, x) for x in inside]) for one in np.eye(at.size)])
        rows.append([drawn(at, one, e) - drawn(at, one, s) for one in np.eye(at.size)])
        wanted += [h - heading.mean(), t]
        spread += [1.85 * DEG * np.sqrt(e - s), 3.8 * DEG * np.sqrt(e - s)]
    bend = [
        (one[2:] - one[1:-1]) / (at[2:] - at[1:-1]) - (one[1:-1] - one[:-2]) / (at[1:-1] - at[:-2])
        for one in np.eye(at.size)
    ]
    data, smooth, spread = np.array(rows), np.array(bend).T, np.array(spread)
    off, stiff = np.zeros(len(wanted)), np.full(at.size - 2, 1.0 / (3.0 * DEG) ** 2)
    for _ in range(30):
        sure = np.sqrt(5.0 / (4.0 + (off / spread) ** 2)) / spread
        every = np.concatenate([data * sure[:, None], smooth * np.sqrt(stiff)[:, None]])
        right = np.concatenate([sure * wanted, np.zeros(at.size - 2)])
        path = np.linalg.lstsq(every, right, rcond=None)[0]
        off = data @ path - wanted
        stiff = 2.0 / ((0.3 * DEG) ** 2 + (smooth @ path) ** 2)
    return path + heading.mean()


def test_the_path_is_that_of_a_plain_second_implementation() -> None:
    """Uneven strides of a bend that begins at once, with one odd mean and one odd turn."""
    rng = np.random.default_rng(4)
    start = np.cumsum(rng.uniform(0.25, 0.45, 14))
    end = start + rng.uniform(0.6, 0.9, 14)
    at = knots((start + end) / 2.0)
    assert at.size == 14
    rate = np.where(start < 3.0, 0.0, 15.0)
    heading = DEG * (np.cumsum(0.35 * rate) + rng.normal(0.0, 0.9, 14))
    turn = DEG * (rate * (end - start) + rng.normal(0.0, 2.0, 14))
    heading[4] += 6.0 * DEG
    turn[9] -= 14.0 * DEG
    wanted = plain_path(at, heading, turn, start, end)
    np.testing.assert_allclose(fit_path(at, heading, turn, start, end), wanted, atol=1e-8)
