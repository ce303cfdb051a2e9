"""References of an own population: made people whose distribution is known, and results refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from opensim_pelvis.cohort.over_speed import FEWEST_TO_FIT, fit_over_speed
from opensim_pelvis.cohort.own_population import (
    SHARES,
    as_toml,
    make_population,
    one_value_a_speed,
    write_population,
)
from opensim_pelvis.cohort.runs import ROTATION, read_cohort
from opensim_pelvis.errors import ComparisonError, ExportError
from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.guidance.references import read_reference_file, reference_for
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.simulate import RunnerSettings, Session
from opensim_pelvis.types import FEWEST_PEOPLE
from tests.notices import codes
from tests.running_cases import run_case

Z = dict(zip(SHARES, (-1.644854, -0.674490, 0.0, 0.674490, 1.644854), strict=True))
"""Quantiles of the standard normal distribution, of a printed table."""


def people(n: int, start: int = 0) -> list[str]:
    return [f"p{place:04d}" for place in range(start, start + n)]


# --- the fit -------------------------------------------------------------------------------


def test_at_one_speed_they_are_mean_and_standard_deviation() -> None:
    values = np.array([8.0, 9.5, 10.0, 11.0, 14.0, 9.0])
    fit = fit_over_speed(np.full(6, 3.2), values, people(6))
    assert fit is not None
    assert fit.mean_at(3.2) == pytest.approx(values.mean(), abs=1e-9)
    assert fit.spread_at(3.2) == pytest.approx(values.std(ddof=1), abs=1e-9)
    assert fit.spread_at(9.9) == fit.spread_at(3.2)


def test_people_on_both_sides_of_a_line_give_the_line_and_their_distance() -> None:
    """Two people at each speed, equally far above and below: each deviation is the spread."""
    speeds = np.repeat(np.linspace(2.0, 5.0, 13), 2)
    spread = 0.8 * np.exp(0.4 * (speeds - 3.0))
    values = 4.0 + 3.0 * speeds + spread * np.tile([1.0, -1.0], 13)
    fit = fit_over_speed(speeds, values, people(26))
    assert fit is not None
    for speed in (2.0, 3.0, 4.6):
        assert fit.mean_at(speed) == pytest.approx(4.0 + 3.0 * speed, abs=1e-7)
        wanted = 0.8 * np.exp(0.4 * (speed - 3.0)) * np.sqrt(26.0 / 24.0)  # a line takes two
        assert fit.spread_at(speed) == pytest.approx(wanted, rel=1e-7)


@pytest.mark.parametrize("speed", [2.5, 3.5, 4.5])
def test_quantiles_of_many_made_people_are_the_true_ones(speed: float) -> None:
    rng = np.random.default_rng(3)
    speeds = rng.uniform(2.0, 5.0, 4000)
    values = rng.normal(2.0 + 3.0 * speeds, np.exp(0.1 + 0.3 * (speeds - 3.0)))
    fit = fit_over_speed(speeds, values, people(4000))
    assert fit is not None
    true_spread = np.exp(0.1 + 0.3 * (speed - 3.0))
    for share, z in Z.items():
        assert fit.quantile(speed, share) == pytest.approx(
            2.0 + 3.0 * speed + z * true_spread,
            abs=0.12,  # three standard errors
        )


def test_the_mean_is_weighed_by_the_spread_at_its_speed() -> None:
    """At the maximum of the likelihood, residuals over the variance have no line left in them."""
    rng = np.random.default_rng(5)
    speeds = rng.uniform(2.0, 5.0, 60)
    values = rng.normal(3.0 * speeds, np.exp(speeds - 3.0))
    fit = fit_over_speed(speeds, values, people(60))
    assert fit is not None
    left = [
        (y - fit.mean_at(v)) / fit.spread_at(v) ** 2 for v, y in zip(speeds, values, strict=True)
    ]
    assert np.sum(left) == pytest.approx(0.0, abs=1e-6)
    assert np.dot(left, speeds) == pytest.approx(0.0, abs=1e-6)


def test_a_person_at_many_speeds_counts_once() -> None:
    """One person, twenty times: with equal weights of values the mean would be 19.1."""
    speeds = np.full(30, 3.0)
    values = np.array([*np.linspace(9.0, 11.0, 10), *np.full(20, 20.0)])
    names = [*people(10), *["often"] * 20]
    fit = fit_over_speed(speeds, values, names)
    assert fit is not None
    assert fit.people == 11
    assert fit.mean_at(3.0) == pytest.approx((10 * 10.0 + 20.0) / 11.0)


def test_few_people_have_one_spread_and_fewer_none() -> None:
    speeds = np.linspace(2.0, 5.0, FEWEST_PEOPLE - 1)
    values = 3.0 * speeds + np.exp(speeds) * np.tile([0.1, -0.1], 10)[: speeds.size]
    few = fit_over_speed(speeds, values, people(speeds.size))
    assert few is not None
    assert few.spread_at(2.0) == few.spread_at(5.0)
    more = np.append(speeds, 5.0)
    enough = fit_over_speed(more, np.append(values, 20.0), people(more.size))
    assert enough is not None
    assert enough.spread_at(5.0) > enough.spread_at(2.0)
    least = FEWEST_TO_FIT
    assert fit_over_speed(speeds[:least], values[:least], people(least)) is not None
    assert fit_over_speed(speeds[: least - 1], values[: least - 1], people(least - 1)) is None
    again = [*people(least - 1), people(1)[0]]
    assert fit_over_speed(speeds[:least], values[:least], again) is None


@pytest.mark.parametrize("slope", [0.0, 2.0])
def test_between_values_on_one_line_there_is_no_spread(slope: float) -> None:
    """Copies of one result under several ids, and nothing that people are."""
    speeds = np.linspace(2.0, 5.0, 24)
    same = 12.17 + slope * (speeds - 2.0)
    assert fit_over_speed(speeds, same, people(24)) is None
    same[3] += 1e-3
    assert fit_over_speed(speeds, same, people(24)) is not None


# --- a table of sessions -------------------------------------------------------------------


def sessions(n: int, **columns: Any) -> pd.DataFrame:
    """Return one session each of n people, women and men in turn, from 2 to 5 m/s."""
    rng = np.random.default_rng(1)
    speed = np.linspace(2.0, 5.0, n)
    measures = {d.name: rng.normal(10.0, 2.0, n) for d in shown_in("cohort")}
    measures[ROTATION] = rng.normal(2.0 + 3.0 * speed, 1.5)
    table = {
        "subject": people(n), "name": people(n), "sex": np.resize(["female", "male"], n),
        "activity": "running", "strides": 30, "quality": "good", **measures, "speed_mps": speed,
        **columns,
    }  # fmt: skip
    return pd.DataFrame(table)


def test_a_reference_by_speed_and_sex_is_written_and_read_back(tmp_path: Path) -> None:
    made = make_population(sessions(120))
    keys = [one.key for one in made.references]
    assert [f"own_{ROTATION}{end}" for end in ("", "_female", "_male")] == keys[:3]
    assert (made.people, made.values, made.left_out) == (120, 120, ())
    path = tmp_path / "own.toml"
    path.write_text("\n".join(map(as_toml, made.references)), encoding="utf-8")
    again = read_reference_file(path)
    assert [one.key for one in again] == keys
    held = reference_for(ROTATION, 3.4, "female", references=again)
    assert [one.reference.sex for one in held] == [None, "female"]
    assert held[0].standing == "compared"
    assert held[0].value == pytest.approx(2.0 + 3.0 * 3.4, abs=0.5)
    assert held[0].spread == pytest.approx(1.5, abs=0.3)
    assert held[0].n == 40  # of 120 people over 3 m/s, those within 0.5 m/s
    fit = made.fits[0]
    assert held[0].value == pytest.approx(fit.mean_at(3.4), abs=1e-4)
    assert reference_for(ROTATION, 5.2, None, references=again)[0].standing == "outside_speeds"
    table = sessions(120)
    ends = [[fit.quantile(v, q) for v in table["speed_mps"]] for q in (0.05, 0.95)]
    far = (table[ROTATION] < ends[0]) | (table[ROTATION] > ends[1])
    assert made.outside[0] == pytest.approx(far.mean())
    assert (table[ROTATION] > ends[1]).any()
    assert [one.n for one in made.references[:3]] == [120, 60, 60]


def test_of_few_people_there_are_mean_and_spread_and_no_comparison() -> None:
    made = make_population(sessions(12))
    (held, *_) = reference_for(ROTATION, 3.4, "male", references=made.references)
    assert held.standing == "few_people"
    assert held.value is not None
    assert held.spread is not None
    assert held.low is None


def test_trials_of_a_person_at_one_speed_are_one_value() -> None:
    table = sessions(10)
    more = table.iloc[[4] * 6].assign(**{ROTATION: table[ROTATION].iloc[4] + 6.0})
    more["speed_mps"] += np.linspace(-0.02, 0.02, 6)  # a treadmill, and the same step
    both = pd.concat([table, more.assign(name="again")], ignore_index=True)
    merged = one_value_a_speed(both)
    assert len(merged) == 10
    mine = merged.loc[merged["subject"] == table["subject"].iloc[4], ROTATION].item()
    assert mine == pytest.approx(table[ROTATION].iloc[4] + 6.0 * 6.0 / 7.0)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("quality", "rejected", "reference.rejected"), ("strides", 0, "reference.no_strides"),
        ("activity", "walking", "reference.not_running"),
        ("activity", "not stated", "reference.not_running"),
        ("speed_mps", float("nan"), "reference.no_speed"),
    ],
)  # fmt: skip
def test_what_cannot_be_part_of_it_is_left_out_and_told(column: str, value: Any, code: str) -> None:
    table = sessions(30)
    table["name"] = "run"  # a name that all of them have
    table.loc[7, column] = value
    made = make_population(table)
    assert codes(made.left_out) == [code]
    assert made.people == 29
    assert {one.n for one in made.references if one.sex is None} == {29}


def test_too_few_people_are_refused() -> None:
    with pytest.raises(ComparisonError, match=f"at least {FEWEST_TO_FIT} people, found 4"):
        make_population(sessions(4))
    measures = {d.name: 10.0 for d in shown_in("cohort")}
    with pytest.raises(ComparisonError, match="8 with the same values"):
        make_population(sessions(8, **measures))
    table = sessions(8).assign(subject="the same")
    with pytest.raises(ComparisonError, match="found 1"):
        make_population(table)


# --- files ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the summaries of six runners, a degree of rotation apart, the last of them rejected."""
    folder = tmp_path_factory.mktemp("results")
    runner = RunnerSettings(speed_mps=3.0, sex="male", height_m=1.8)
    _, result, _ = run_case(runner, session=Session(duration_s=13.0, rate_hz=100.0))
    for place in range(6):
        subject = replace(result.settings.subject, id=f"S{place}")
        settings = replace(result.settings, subject=subject)
        SummaryExporter().write(replace(result, name=f"run{place}", settings=settings), folder)
        path = folder / f"run{place}_summary.json"
        summary = json.loads(path.read_text(encoding="utf-8"))
        summary["running"]["measures"][ROTATION]["body"]["estimate"]["value"] += place
        summary["quality"]["verdict"] = "rejected" if place == 5 else "good"
        path.write_text(json.dumps(summary), encoding="utf-8")
    return folder


def test_results_become_a_file_that_a_run_reads(results: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    made = write_population([results], path)
    assert (made.people, codes(made.left_out)) == (5, ["reference.rejected"])
    assert [one.key for one in read_reference_file(path)] == [one.key for one in made.references]
    text = path.read_text(encoding="utf-8")
    assert "--reference own.toml" in text
    assert not any(f"S{place}" in text for place in range(6))
    summary = json.loads((results / "run2_summary.json").read_text(encoding="utf-8"))
    rotation = summary["running"]["measures"][ROTATION]["body"]["estimate"]["value"]
    assert rotation != read_cohort([results])[ROTATION].iloc[0]  # the mean, which no report prints
    (held, *_) = reference_for(ROTATION, 3.0, "male", references=read_reference_file(path))
    assert held.value == pytest.approx(rotation, abs=1e-4)


def test_a_file_of_another_origin_or_with_entries_is_not_replaced(
    results: Path, tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    write_population([results], path)
    with pytest.raises(ExportError, match="--overwrite"):
        write_population([results], path)
    write_population([results], path, overwrite=True)
    other = tmp_path / "other.toml"
    other.write_text("mine = true\n", encoding="utf-8")
    with pytest.raises(ExportError, match="not written by this command"):
        write_population([results], other, overwrite=True)


def test_folders_without_results_are_refused(results: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for place in (empty, tmp_path / "nowhere"):
        with pytest.raises(ComparisonError, match=place.name):
            write_population([results, place], tmp_path / "own.toml")
    assert not (tmp_path / "own.toml").exists()
    few = tmp_path / "few"
    few.mkdir()
    for place in range(3):
        shutil.copy(results / f"run{place}_summary.json", few)
    with pytest.raises(ComparisonError, match="found 3"):
        write_population([few], tmp_path / "own.toml")
