"""How well measures repeat: analysis of variance by hand, and the file that a laboratory keeps."""

from __future__ import annotations

import tomllib
from itertools import count
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.sessions.anova import cells_of, rows_of, single
from opensim_pelvis.sessions.repeatability_file import (
    FIRST_LINE,
    Repeatability,
    Row,
    as_toml,
    read_repeatability,
)
from opensim_pelvis.sessions.session import Session
from opensim_pelvis.sessions.slopes import read_slopes
from tests.sessions.made import PHASE, ROTATION, measured, session

DROP = "pelvic_drop_deg"


def rows(sessions: list[Session]) -> dict[tuple[str, str], Row]:
    return {(row.measure, row.sensors): row for row in rows_of(cells_of(sessions))}


def test_one_recording_a_session_is_the_pooled_variance_within_people() -> None:
    values = {"A": [10.0, 11.0, 12.0], "B": [20.0, 22.0], "C": [15.0]}
    name = map(str, count())
    made = [session(next(name), x, subject=s) for s, some in values.items() for x in some]
    row = rows(made)[ROTATION, "attached anew"]
    # sums of squares 2 and 2 with 2 and 1 degrees of freedom
    assert row.freedom == pytest.approx(3.0)
    assert row.sem == row.sd_within == pytest.approx(sqrt(4.0 / 3.0))
    assert row.smallest_detectable_change == pytest.approx(1.96 * sqrt(2.0) * row.sem)
    ends = [sqrt(3.0 / chi2.ppf(share, 3.0)) for share in (0.975, 0.025)]
    wanted = [row.smallest_detectable_change * end for end in ends]
    assert row.interval == (pytest.approx(wanted[0]), pytest.approx(wanted[1]))
    assert (row.people, row.sessions, row.recordings) == (2, 5, 5)
    assert (ROTATION, "left on") not in rows(made)
    assert [one.subject for one in single(cells_of(made))] == ["C"]


def test_recordings_of_one_attachment_are_one_session() -> None:
    values = {"x": [10.0, 12.0], "y": [14.0, 16.0], "z": [12.0, 14.0]}
    name = map(str, count())
    made = [session(next(name), v, attachment=a) for a, some in values.items() for v in some]
    found = rows(made)
    left, anew = found[ROTATION, "left on"], found[ROTATION, "attached anew"]
    # within: 2 + 2 + 2 with 3; means 11, 15, 13: 8 with 2, so 4; half of 2 for a single recording
    assert left.sem == pytest.approx(sqrt(2.0))
    assert left.freedom == pytest.approx(3.0)
    assert anew.sd_within == pytest.approx(2.0)
    assert anew.sem == pytest.approx(sqrt(4.0 + 0.5 * 2.0))
    assert anew.freedom == pytest.approx(25.0 / (16.0 / 2.0 + 1.0 / 3.0))
    assert (anew.people, anew.sessions, anew.recordings) == (1, 3, 6)


def test_speeds_activities_and_people_are_not_mixed() -> None:
    told: list[tuple[float, dict[str, Any]]] = [
        (10.0, {}), (20.0, {"speed_mps": 3.81}), (30.0, {"kind": "walking"}),
        (40.0, {"subject": "S02"}),
    ]  # fmt: skip
    made = [session(str(i), x, **facts) for i, (x, facts) in enumerate(told)]
    assert rows(made) == {}
    assert len(single(cells_of(made))) == 4
    near = session("near", 11.0, speed_mps=3.79)
    assert rows([*made, near])[ROTATION, "attached anew"].people == 1
    # from the slowest of a group, so that a row of small steps is no one speed
    steps = [session(str(i), 10.0, speed_mps=v) for i, v in enumerate((3.0, 3.15, 3.3))]
    assert [len(cell) for cell in cells_of(steps)] == [2, 1]


def test_sides_are_pooled_but_give_the_degrees_of_freedom_of_one() -> None:
    pairs = [(5.0, 7.0), (7.0, 11.0), (6.0, 9.0)]
    made = [
        session(str(i), {(DROP, "right"): measured(r), (DROP, "left"): measured(left)})
        for i, (r, left) in enumerate(pairs)
    ]
    row = rows(made)[DROP, "attached anew"]
    assert row.sem == pytest.approx(sqrt((2.0 + 8.0) / 4.0))
    assert row.freedom == pytest.approx(2.0)


def test_a_circle_has_its_mean_where_it_closes() -> None:
    made = [session(str(i), {(PHASE, "body"): measured(x)}) for i, x in enumerate((359.0, 1.0))]
    assert rows(made)[PHASE, "attached anew"].sem == pytest.approx(sqrt(2.0))


def test_identical_values_are_no_repeatability() -> None:
    assert rows([session("a", 12.0), session("b", 12.0)]) == {}


def test_the_interval_holds_the_true_change_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    true, inside = 1.96 * sqrt(2.0) * sqrt(1.0 + 0.25), 0
    for _ in range(400):
        made = [
            session(f"{p}{s}{r}", float(10.0 + p + offset + rng.normal(0.0, 0.5)),
                    subject=str(p), attachment=f"{p}{s}")
            for p in range(3) for s in range(3)
            for offset in [rng.normal(0.0, 1.0)] for r in range(2)
        ]  # fmt: skip
        low, high = rows(made)[ROTATION, "attached anew"].interval
        inside += low <= true <= high
    assert 0.92 <= inside / 400 <= 0.98


# --- the file -----------------------------------------------------------------------------------


@pytest.fixture
def made() -> Repeatability:
    values = {"A": [10.0, 11.0, 12.0], "B": [20.0, 22.0]}
    name = map(str, count())
    some = [session(next(name), x, subject=s) for s, row in values.items() for x in row]
    return Repeatability(rows=rows_of(cells_of(some)))


def test_the_file_gives_back_what_was_written(made: Repeatability, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(as_toml(made, path.name), encoding="utf-8")
    assert path.read_text(encoding="utf-8").startswith(FIRST_LINE)
    assert "--repeatability own.toml" in path.read_text(encoding="utf-8")
    found = read_repeatability(path)
    assert found.file == "own.toml"
    (row,), (wanted,) = found.rows, made.rows
    assert row.sem == pytest.approx(wanted.sem, rel=1e-5)
    assert row.interval == pytest.approx(wanted.interval, rel=1e-5)
    assert (row.measure, row.activity, row.sensors, row.people) == (
        ROTATION, "running", "attached anew", 2
    )  # fmt: skip
    assert found.find(ROTATION, "running", "attached anew") == row
    assert found.find(ROTATION, "running", "same calibration") is None
    assert found.find(ROTATION, None, "attached anew") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format_version = 1", "format_version = 2", "format_version: wanted 1"),
        ("[[repeatability]]", "[[rows]]", "repeatability: wanted a file that"),
        (f'"{ROTATION}"', '"pelvic_spin"', "repeatability[0].measure: no measure"),
        ('unit = "deg"', 'unit = "rad"', "repeatability[0].unit: wanted deg, found 'rad'"),
        ('"running"', '"skating"', "repeatability[0].activity: wanted"),
        ('"attached anew"', '"glued"', "repeatability[0].sensors: wanted"),
        ("sem = 1.1", "sem = 2.1", "repeatability[0].smallest_detectable_change: wanted 1.96"),
        ("sem = 1.1", "sem = -1.1", "repeatability[0].sem: wanted"),
        ("interval = [", "interval = [99.0, ", "repeatability[0].interval: wanted"),
        ("people = 2", "people = 2\nnames = 3", "repeatability[0].names: unknown key"),
        ("people = 2\n", "", "repeatability[0].people: wanted"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(
    made: Repeatability, tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "own.toml"
    text = as_toml(made, path.name)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as found:
        read_repeatability(path)
    assert str(path) in str(found.value)
    assert said in str(found.value)


def test_a_row_that_is_there_twice_is_refused(made: Repeatability, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = as_toml(made, path.name)
    path.write_text(text + "\n" + text[text.index("[[") :], encoding="utf-8")
    with pytest.raises(SettingsError, match=r"repeatability\[1\]\.measure: .* is there twice"):
        read_repeatability(path)


# --- slopes over speed --------------------------------------------------------------------------

SLOPES = f"""
[{ROTATION}]
value = 4.0
u95 = 1.5
unit = "deg per m/s"
source = "own runs"
"""


def test_slopes_are_read_by_measure(tmp_path: Path) -> None:
    path = tmp_path / "slopes.toml"
    path.write_text(SLOPES, encoding="utf-8")
    (found,) = read_slopes(path).items()
    assert found[0] == ROTATION
    assert (found[1].value, found[1].u95, found[1].source) == (4.0, 1.5, "own runs")
    assert tomllib.loads(SLOPES)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("deg per m/s", "deg per km/h", f"{ROTATION}.unit: wanted 'deg per m/s'"),
        ("deg per m/s", "deg", f"{ROTATION}.unit: wanted 'deg per m/s', found 'deg'"),
        (ROTATION, "pelvic_spin", "'pelvic_spin': no measure with a change"),
        ("u95 = 1.5", "", f"{ROTATION}.u95: wanted"),
        ("u95 = 1.5", "u95 = -1", f"{ROTATION}.u95: wanted"),
        ("value = 4.0", 'value = "4"', f"{ROTATION}.value: wanted"),
        ("source", "sauce", f"{ROTATION}.sauce: unknown key"),
        (SLOPES, "", "wanted slopes over speed"),
    ],
)
def test_wrong_slopes_are_refused_with_their_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "slopes.toml"
    path.write_text(SLOPES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as found:
        read_slopes(path)
    assert str(path) in str(found.value)
    assert said in str(found.value)
