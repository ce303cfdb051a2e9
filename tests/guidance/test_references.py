"""References count at the speeds of their source, for their sex and their part of the pelvis."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opensim_pelvis.config.settings import (
    ActivitySettings,
    GuidanceSettings,
    Sex,
    SubjectSettings,
)
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.gait.measures.definitions import definitions
from opensim_pelvis.guidance.references import (
    NEAR_MPS,
    hold,
    hold_measures,
    make_references,
    read_reference_file,
    read_references,
    reference_for,
)
from opensim_pelvis.io.documents import FaultError
from opensim_pelvis.report.view import view_of
from opensim_pelvis.simulate import RunnerSettings, Session
from opensim_pelvis.types import Reference, Result
from tests.benchmarks import own_reference
from tests.running_cases import run_case

ROTATION = "pelvic_rotation_range_deg"
OPTICAL = "pelvic_rotation_range_optical_deg"
T_29 = 2.045230  # 97.5 % of Student's t with 29 degrees of freedom, of a printed table


def row(**changes: Any) -> dict[str, Any]:
    points = [
        {"speed_mps": 2.0, "value": 6.0, "spread": 1.0, "n": 40},
        {"speed_mps": 4.0, "value": 12.0, "spread": 3.0, "n": 30},
    ]
    words = dict.fromkeys(("what", "source", "sample", "read_from", "caveat"), "w")
    made = {
        "key": "made", "measure": ROTATION, "measurand": "site", "site": "sacrum", "order": "Baker",
        "statistic": "mean of ranges", "origin": "population", "points": points, **words, **changes,
    }  # fmt: skip
    return {key: value for key, value in made.items() if value is not None}


def made(**changes: Any) -> Reference:
    (found,) = make_references({"reference": [row(**changes)]})
    return found


def test_between_two_speeds_mean_and_spread_are_interpolated() -> None:
    held = hold(made(), 2.5, None)
    assert (held.standing, held.value, held.spread, held.n) == ("compared", 7.5, 1.5, 30)
    half = T_29 * 1.5 * math.sqrt(1.0 + 1.0 / 30.0)
    assert held.low == pytest.approx(7.5 - half, abs=1e-5)
    assert held.high == pytest.approx(7.5 + half, abs=1e-5)
    assert hold(made(), 4.0, None).value == 12.0
    assert hold(made(), 2.0, None).n == 40


@pytest.mark.parametrize(
    ("speed", "standing", "value"),
    [
        (2.0 - 0.99 * NEAR_MPS, "compared", 6.0), (2.0 - 1.01 * NEAR_MPS, "outside_speeds", None),
        (4.0 + 0.99 * NEAR_MPS, "compared", 12.0), (4.0 + 1.01 * NEAR_MPS, "outside_speeds", None),
        (None, "speed_not_stated", None),
    ],
)  # fmt: skip
def test_no_value_outside_the_speeds_of_the_source(
    speed: float | None, standing: str, value: float | None
) -> None:
    held = hold(made(), speed, "male")
    assert (held.standing, held.value) == (standing, value)
    assert (held.low is None) == (standing != "compared")


def test_a_range_of_a_mean_curve_is_met_with_its_correction() -> None:
    plain, ranged = hold(made(), 3.0, None), hold(made(statistic="range of mean curve"), 3.0, None)
    assert plain.value is not None
    assert ranged.value == pytest.approx(plain.value + 0.5)
    assert (plain.value_u, ranged.value_u) == (0.0, 0.35)
    spread = 2.0 * math.sqrt(1.0 + 1.0 / 30.0)
    assert ranged.high == pytest.approx(
        plain.value + 0.5 + T_29 * math.hypot(spread, 0.35), abs=1e-5
    )


def points(**changes: Any) -> list[dict[str, Any]]:
    one = {"speed_mps": 3.0, "value": 9.0, "spread": 2.0, "n": 20, **changes}
    return [{key: value for key, value in one.items() if value is not None}]


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"points": points()}, "compared"),
        ({"points": points(n=19)}, "few_people"),
        ({"points": points(n=None)}, "few_people"),
        ({"points": points(spread=None)}, "no_spread"),
        ({"points": None, "between": [8.0, 9.0]}, "speeds_not_available"),
        ({"points": None}, "value_not_available"),
    ],
)
def test_what_stands_in_the_way_of_a_comparison(changes: dict[str, Any], standing: str) -> None:
    assert hold(made(**changes), 3.0, "female").standing == standing


def test_a_reference_of_one_sex_needs_the_runners() -> None:
    women = (made(sex="female"),)
    assert reference_for(ROTATION, 3.0, "male", references=women) == ()
    (held,) = reference_for(ROTATION, 3.0, "female", references=women)
    assert held.standing == "compared"
    (held,) = reference_for(ROTATION, 3.0, None, references=women)
    assert (held.standing, held.low) == ("sex_not_stated", None)


def test_markers_are_no_reference_for_the_site_of_a_sensor() -> None:
    markers = (made(measurand="asis-psis"),)
    assert reference_for(ROTATION, 3.0, None, references=markers) == ()
    (held,) = reference_for(ROTATION, 3.0, None, "asis-psis", references=markers)
    assert held.reference is markers[0]
    listed = (made(compared=False),)
    assert reference_for(ROTATION, 3.0, None, references=listed) == ()


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({}, "none"),
        ({"reference": [row(measure="rotation_deg")]}, "no measure is called 'rotation_deg'"),
        ({"reference": [row(), row()]}, "'made' is there twice"),
        ({"reference": [row(points=list(reversed(row()["points"])))]}, "rising speeds"),
        ({"reference": [row(between=[1.0, 2.0])]}, "without points"),
        ({"reference": [row(points=None, between=[2.0, 1.0])]}, "lowest and the highest"),
        ({"reference": [row(statistic="median")]}, "statistic: wanted one of"),
        ({"reference": [row(source=None)]}, "source: wanted a text, found nothing"),
        ({"reference": [row(points=points(spread=-1.0))]}, "spread: wanted a number from 0"),
    ],
)
def test_a_reference_that_is_not_whole_is_refused(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(FaultError, match=words):
        make_references(tables)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text("[subject]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="opensim-pelvis reference"):
        read_reference_file(path)


# --- those of the package ------------------------------------------------------------------


def test_every_reference_of_the_package_has_its_source_and_its_limits() -> None:
    found = read_references()
    assert {"site", "asis-psis", "asis-sacrum"} <= {one.measurand for one in found}
    for one in found:
        assert all((one.what, one.source, one.sample, one.read_from, one.caveat)), one.key
        if not one.points and one.compared:
            assert "not available" in one.what + one.caveat + one.sample, one.key


@pytest.mark.parametrize("sex", ["female", "male", None])
@pytest.mark.parametrize("speed", [2.0, 2.5, 3.0, 4.0, None])
def test_nobody_is_judged_by_means_whose_speeds_are_not_known(
    sex: Sex | None, speed: float | None
) -> None:
    for definition in definitions():
        name = definition.norm or definition.name
        for held in reference_for(name, speed, sex, definition.measurand):
            assert held.standing != "compared", held.reference.key


def test_the_numbers_of_the_own_reference_are_those_of_the_recordings(shared_data: Path) -> None:
    assert own_reference.main(shared_data) == 0


# --- in a run ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slow() -> Result:
    runner = RunnerSettings(speed_mps=2.5, pelvic_rotation_range_deg=6.0, sex="male", height_m=1.8)
    _, result, _ = run_case(runner, session=Session(duration_s=13.0, rate_hz=100.0))
    return result


def test_a_slow_runner_is_told_no_band_of_faster_running(slow: Result) -> None:
    assert slow.running is not None
    held = {one.reference.key: one for one in slow.running.references[ROTATION]}
    assert held["rbds_psis_pelvic_rotation"].value == pytest.approx(6.2, abs=0.2)
    assert held["rbds_psis_pelvic_rotation"].standing == "few_people"
    assert held["perpina_2023_rotation_men"].standing == "speeds_not_available"
    optical = [one.reference.key for one in slow.running.references[OPTICAL]]
    assert optical == ["rbds_asis_psis_pelvic_rotation"]
    assert not [f for f in slow.running.findings if f.kind == "published norm" and f.drills]
    measure = next(m for m in view_of(slow)["measures"] if m["name"] == ROTATION)
    assert {band["standing"] for band in measure["published"]} == {
        "speeds_not_available", "few_people"
    }  # fmt: skip


def test_walking_has_no_references_and_an_unknown_speed_no_values(slow: Result) -> None:
    assert slow.running is not None
    walking = replace(slow.settings, activity=ActivitySettings(kind="walking"))
    assert hold_measures(slow.running, walking) == {}
    others = tuple(s for s in slow.running.summaries if s.name != "speed_mps")
    held = hold_measures(replace(slow.running, summaries=others), slow.settings)
    assert all(one.value is None for found in held.values() for one in found)
    assert "speed_not_stated" in {one.standing for one in held[ROTATION]}


def test_a_laboratorys_own_reference_stands_first_and_is_compared(
    slow: Result, tmp_path: Path
) -> None:
    assert slow.running is not None
    path = tmp_path / "own.toml"
    path.write_text(
        "[[reference]]\n"
        + "".join(f'{k} = "{v}"\n' for k, v in row().items() if isinstance(v, str))
        + "points = [{ speed_mps = 2, value = 7, spread = 1.5, n = 30 },"
        " { speed_mps = 3, value = 8, spread = 1.5, n = 30 }]\n",
        encoding="utf-8",
    )
    settings = replace(
        slow.settings,
        subject=SubjectSettings(sex=None),
        guidance=GuidanceSettings(reference=path),
    )
    held = hold_measures(slow.running, settings)[ROTATION][0]
    assert held.reference.key == "made"
    assert held.standing == "compared"
    assert held.value == pytest.approx(7.5, abs=0.05)
