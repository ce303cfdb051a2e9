"""Rules on some recordings of the grid of ``tests.benchmarks.rule_rates``: none always or never."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from opensim_pelvis.guidance.rulebook import Condition, Rule, read_rules
from opensim_pelvis.simulate import RunnerSettings, draw_runner
from opensim_pelvis.simulate.draw_style import curve_range
from opensim_pelvis.simulate.harmonics import Harmonics
from tests.benchmarks.rule_rates import (
    SAID,
    Row,
    all_hold,
    grid,
    holds,
    judged,
    runner_at,
    table,
    true_values,
    wrong_share,
)
from tests.mistakes import analyse
from tests.mistakes.case import sound

from .by_hand import rule

SOME = (45, 85, 288, 315)
"""Places at which each rule fires or is silent: 2.5, 3.5 and 5.5 m/s."""
DOUBTFUL = 5
"""A place whose recording is doubtful."""
MOST_WRONG = 0.05
SHORT_S = 20.0
"""Of each run that tells the truth, which the whole grid takes of longer ones."""


@pytest.fixture(scope="module")
def rows() -> tuple[Row, ...]:
    """Return what the rules say at `SOME`."""
    places = grid()
    with mock.patch("tests.benchmarks.interval_coverage.TRUTH_S", SHORT_S):
        found = [judged(places[number]) for number in SOME]
    assert all(each is not None for each in found), "not good"
    return tuple(row for each in found if each is not None for row in each)


@pytest.mark.parametrize("name", [rule.name for rule in read_rules()])
def test_a_rule_neither_fires_always_nor_never(name: str, rows: tuple[Row, ...]) -> None:
    said = [row.said for row in rows if row.rule == name]
    assert len(said) == len(SOME)
    assert "fires" in said
    assert "silent" in said


def test_what_fires_is_true(rows: tuple[Row, ...]) -> None:
    assert sum(row.said == "fires" for row in rows) >= len(read_rules())
    assert wrong_share(rows) <= MOST_WRONG


def test_a_slow_runner_gets_a_finding(rows: tuple[Row, ...]) -> None:
    assert grid()[SOME[0]].speed_mps == 2.5
    assert any(row.said == "fires" for row in rows[: len(read_rules())])


def test_the_demonstration_gets_a_finding_and_a_doubtful_recording_none() -> None:
    running = analyse(sound()).running
    assert running is not None
    assert any(finding.status == "fires" for finding in running.findings)
    assert judged(grid()[DOUBTFUL]) is None  # it asserts that no rule fires


def test_the_grid_moves_what_the_rules_are_about() -> None:
    """A style stands before the settings of a runner: these alone would change nothing."""
    places = grid()
    assert len({place.number for place in places}) == len(places)
    ends = ((2.0, -3.0, 0.6, 1.2), (22.0, 8.0, 1.0, 1.0))
    assert {(p.rotation_deg, p.lean_deg, p.hips, p.quicker) for p in places} >= set(ends)
    for place in places:
        if (place.rotation_deg, place.lean_deg, place.hips, place.quicker) not in ends:
            continue
        runner, (turn, lean, hip) = runner_at(place)[0], curves_of(runner_at(place)[0])
        assert curve_range(turn) == pytest.approx(place.rotation_deg, rel=1e-3)
        assert lean.coefficients[0].real == pytest.approx(place.lean_deg)
        rng = np.random.default_rng([47, place.number])
        drawn = draw_runner(rng, sex=place.sex, speed_mps=place.speed_mps)
        assert runner.cadence_spm == pytest.approx(place.quicker * drawn.cadence_spm)
        usual = curve_range(curves_of(drawn)[2])
        assert curve_range(hip) == pytest.approx(place.hips * usual)


def curves_of(runner: RunnerSettings) -> tuple[Harmonics, Harmonics, Harmonics]:
    """Return pelvic rotation, forward lean and right hip flexion."""
    style = runner.style
    assert style is not None
    trunk = style.trunk
    return (
        trunk["pelvic_axial_rotation"],
        trunk["trunk_forward_lean"],
        style.legs["r"]["hip_flexion"],
    )


@pytest.mark.parametrize(
    ("op", "values", "so"),
    [(">", (3.0, 5.0), True), (">", (3.0, 3.9), False), ("<=", (3.0, 5.0), True),
     ("<", (4.1, 5.0), False), (">=", (4.0,), True)],
)  # fmt: skip
def test_a_condition_holds_of_the_side_that_comes_nearest(
    op: str, values: tuple[float, ...], so: bool
) -> None:
    condition = Condition(measure="speed_mps", op=op, limit=4.0, norm=None)  # type: ignore[arg-type]
    assert holds(condition, values) is so


def test_without_a_truth_nothing_is_counted() -> None:
    made: Rule = rule(("speed_mps", ">", 3.0))
    with pytest.raises(ValueError, match="no truth"):
        all_hold(made, {"speed_mps": ()})


def test_what_is_true_of_a_runner_is_read_of_the_settings_and_the_sites() -> None:
    runner, _ = runner_at(grid()[0])
    sides = {("pelvis_trunk_phase_deg", "body"): -10.0}
    means = {(c.measure, side): float("nan") for r in read_rules() for c in r.conditions
             for side in ("body", "right", "left")}  # fmt: skip
    means |= {("thigh_extension_peak_deg", "left"): 7.0}
    true = true_values(runner, means | sides)
    assert true["speed_mps"] == (2.5,)
    assert true["phase_from_counter_rotation_deg"] == (170.0,)
    assert true["thigh_extension_peak_deg"] == (7.0,)
    length = 2.5 * 120.0 / runner.cadence_spm
    assert true["stride_length_height_ratio"] == (length / runner.height_m,)


def test_counts_of_each_rule_are_told() -> None:
    name = read_rules()[0].name
    made = [Row(name, said, true) for said in SAID for true in (True, False)]
    lines = table([*made, Row(name, "fires", True)])
    assert len(lines) == 2 + len(read_rules())
    assert lines[2] == f"| `{name}` | 3 | 2 | 2 | 1 | 1 |"
    assert wrong_share([*made, Row(name, "fires", True)]) == pytest.approx(1.0 / 3.0)
