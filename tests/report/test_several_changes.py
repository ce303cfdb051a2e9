"""Changes between sessions on page and PDF and in their file: which are compared, and the words."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.io.results.summary_file import read_summary
from opensim_pelvis.report.again import write_reports
from opensim_pelvis.report.changes_file import write_changes
from opensim_pelvis.report.charts.chart import Words
from opensim_pelvis.report.figures_runs import labels_of, several_chart
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.sessions_of import Known, compare_views, session_in, speed_of
from opensim_pelvis.report.several import render_several, rotation_words
from opensim_pelvis.report.several_changes import change_tables, change_words, intro, unbroken
from opensim_pelvis.report.several_pdf import set_comparison
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_measures import ROTATION
from opensim_pelvis.sessions.change import Change, compare_sessions
from opensim_pelvis.sessions.repeatability_file import Repeatability, Row, detectable
from opensim_pelvis.sessions.session import session_of
from opensim_pelvis.sessions.slopes import Slope
from tests.exporting import without
from tests.report.whole import write_whole

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
TOLD: dict[str, Any] = {"side": "body", "first": 1.0, "later": 2.0}


def shown_as(
    view: View,
    name: str,
    rotation: float | None,
    *,
    verdict: str = "good",
    speed: float | None = 3.6,
    kind: str = "running",
) -> View:
    """Return a session with a range of rotation; ``speed`` both stated and measured.

    It is of a calibration of its own, which no other session has.
    """
    made: Any = deepcopy({**view, "name": name})
    made["quality"]["verdict"] = verdict
    made["activity"] |= {"speed_mps": speed, "kind": kind}
    made["placed"] = {"pelvis": [1.0, 0.0, 0.0, 1e-3 * len(name) + 1e-4 * ord(name[0])]}
    for measure in made["measures"]:
        for row in measure["rows"]:
            if measure["name"] == ROTATION:
                row |= {"low": None, "high": None, "mean": rotation}
            if measure["name"] == "speed_mps":
                row["mean"] = speed
    return made  # type: ignore[no-any-return]


def own(sem: float, freedom: float) -> Repeatability:
    change = detectable(sem)
    row = Row(
        measure=ROTATION, activity="running", sensors="attached anew", unit="deg", sd_within=sem,
        sem=sem, freedom=freedom, smallest_detectable_change=change,
        interval=(change / 2.0, change * 2.0), people=3, sessions=8, recordings=8,
    )  # fmt: skip
    return Repeatability(rows=(row,), file="own.toml")


# --- which sessions are compared ----------------------------------------------------------------


def test_a_session_is_compared_with_the_terms_of_its_own_run(view: View) -> None:
    first, later = session_in(view), session_in(shown_as(view, "b", 20.0))
    assert first.sensors["pelvis"] == view["recording"]["sensors"][0]["identifier"]
    assert first.placed.keys() == {row["body"] for row in view["recording"]["sensors"]}
    assert (first.speed_mps, first.kind, first.sex, first.height_m) == (
        pytest.approx(3.6), "running", "female", 1.68
    )  # fmt: skip
    measured = first.values[ROTATION, "body"]
    assert {part.name for part in measured.parts} >= {"strides", "fusion", "heading"}
    told = view["budgets"][ROTATION]["body"]
    assert {part.name: part.standard for part in measured.parts} == told["terms"]
    assert measured.freedom("strides") == told["term_freedom"]["strides"]
    assert measured.freedom("fusion") == float("inf")
    assert compare_sessions(first, later).worn == "attached anew"
    assert compare_sessions(first, replace(later, placed=first.placed)).worn == "same calibration"


def test_summary_and_report_tell_the_same_session(view: View, compared: Path) -> None:
    folder = compared / "out" / "whole"
    from opensim_pelvis.report.view import read_view

    shown = session_in(read_view(folder / "whole_report.json"))
    told = session_of(read_summary(folder / "whole_summary.json", SettingsError))
    for name in ("name", "subject", "kind", "sex", "height_m", "sensors", "attachment", "verdict"):
        assert getattr(shown, name) == getattr(told, name), name
    assert shown.placed == told.placed
    assert shown.speed_mps == pytest.approx(told.speed_mps)
    assert shown.values.keys() == told.values.keys()
    for key, measured in shown.values.items():
        assert measured.value == pytest.approx(told.values[key].value), key
        assert set(measured.parts) == set(told.values[key].parts), key
        assert set(measured.parts) == set(session_in(view).values[key].parts), "as it was computed"


def test_a_rejected_recording_is_not_the_one_that_others_are_compared_with(view: View) -> None:
    sessions = (("a", 5.0, "rejected"), ("b", 12.0, "good"), ("c", 20.0, "good"))
    views = [shown_as(view, name, x, verdict=verdict) for name, x, verdict in sessions]
    found = compare_views(views)
    assert found.keys() == {"c"}
    assert found["c"].first.name == "b"
    change = found["c"].change(ROTATION)
    assert change is not None
    assert change.difference == pytest.approx(8.0)
    last = compare_views([shown_as(view, "a", 12.0), shown_as(view, "b", 20.0, verdict="rejected")])
    assert last["b"].refusal == "rejected"


def test_people_are_not_compared_with_each_other(view: View) -> None:
    other: Any = shown_as(view, "b", 20.0)
    other["subject"]["id"] = "S02"
    assert compare_views([shown_as(view, "a", 12.0), other]) == {}


def test_a_session_without_pelvic_rotation_has_no_change(view: View) -> None:
    one, none = shown_as(view, "a", 12.0), shown_as(view, "b", None)
    assert compare_views([one, none]) == {}
    assert rotation_words(None, read_texts()) == ""


def test_the_measured_speed_counts_and_the_stated_one_without_it(view: View) -> None:
    made: Any = shown_as(view, "a", 12.0)
    made["activity"]["speed_mps"] = 3.0
    assert speed_of(made) == 3.6
    made["measures"] = [m for m in made["measures"] if m["name"] != "speed_mps"]
    assert speed_of(made) == 3.0
    made["activity"]["speed_mps"] = None
    assert speed_of(made) is None


def test_reports_of_earlier_versions_have_no_uncertainty_to_compare(view: View) -> None:
    old = {**shown_as(view, "a", 12.0), "budgets": {}}
    found = compare_views([old, shown_as(view, "b", 20.0)])["b"].change(ROTATION)
    assert found is not None
    assert found.refusal == "no_uncertainty"


# --- words --------------------------------------------------------------------------------------


def test_a_change_in_words() -> None:
    texts = read_texts()
    for change, said in (
        (Change(measure=ROTATION, **TOLD, difference=-10.0, u95=4.0),
         f"changed by {MINUS}10.0{SPACE}±{SPACE}4.0°"),
        (Change(measure=ROTATION, **TOLD, difference=10.0, u95=4.0),
         f"changed by +10.0{SPACE}±{SPACE}4.0°"),
        (Change(measure=ROTATION, **TOLD, difference=-1.0, u95=4.0), "no change larger than 5.0°"),
        (Change(measure="contact_time_s", **TOLD, difference=0.03, u95=0.01),
         f"changed by +0.030{SPACE}±{SPACE}0.010{SPACE}s"),
        (Change(measure="cadence_spm", **TOLD, difference=1.0, u95=2.0),
         f"no change larger than 3.0{SPACE}{unbroken('steps/min')}"),
    ):  # fmt: skip
        assert change_words(change, texts) == said


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ({"verdict": "rejected"}, "not compared: a recording is rejected"),
        ({"kind": "walking"}, "not compared: the activities differ"),
        ({"speed": None}, "not compared: a speed is not stated"),
        ({"speed": 3.81}, "not compared: the speeds differ"),
    ],
)
def test_what_cannot_be_compared_says_why(view: View, later: dict[str, Any], words: str) -> None:
    found = compare_views([shown_as(view, "a", 12.0), shown_as(view, "b", 19.0, **later)])["b"]
    assert rotation_words(found, read_texts()) == words
    (table,) = change_tables([found], None, read_texts())
    assert words in (table.told if found.refusal else [row.verdict for row in table.rows])


def test_a_doubtful_recording_is_named_so(view: View) -> None:
    pair = [shown_as(view, "a", 12.0), shown_as(view, "b", 19.0, verdict="doubtful")]
    found = compare_views(pair)["b"]
    assert rotation_words(found, read_texts()).endswith("° (a recording is doubtful)")
    (table,) = change_tables([found], None, read_texts())
    assert "A recording is doubtful." in table.told


def test_page_and_pdf_say_every_measure_its_verdict_and_the_source(view: View) -> None:
    texts, known = read_texts(), Known(repeatability=own(1.0, 7.0))
    views = [shown_as(view, "a", 12.0), shown_as(view, "b", 20.0)]
    found = compare_views(views, known)
    (table,) = change_tables(found.values(), known, texts)
    assert (table.title, table.first, table.later) == ("b compared with a", "a", "b")
    rows = {row.measure: row for row in table.rows}
    rotation = rows["Pelvic rotation, range"]
    assert rotation.source == f"own repeats (df{SPACE}={SPACE}7.0)"
    assert rotation.verdict == f"changed by +8.0{SPACE}±{SPACE}3.3°"
    assert (rotation.detectable, rotation.first, rotation.later) == ("3.3°", "12.0", "20.0")
    assert rotation.seen
    cadence = rows["Cadence"]
    assert cadence.source == "both recordings"
    drop = rows["Contralateral pelvic drop in stance, right"]
    assert drop.source == "both recordings, sensors attached anew"
    assert drop.verdict.startswith("no change larger than ")
    page = render_several(views, known=known)
    assert str(escape(intro(texts))) in page
    assert f'<td class="verdict">{rotation.verdict}</td>' in page
    assert page.count('<tr class="seen">') == sum(row.seen for row in table.rows) == 1
    assert "Own repeats are those of own.toml." in page
    words = " ".join(set_comparison(views, Lab(), texts, known).words)
    for text in (rotation.verdict, rotation.source, drop.measure, "Own repeats are those of"):
        assert text in words


def test_few_own_repeats_are_named_and_not_used(view: View) -> None:
    known = Known(repeatability=own(0.5, 3.0))
    views = [shown_as(view, "a", 12.0), shown_as(view, "b", 20.0)]
    (table,) = change_tables(compare_views(views, known).values(), known, read_texts())
    assert table.rows[0].source == (
        f"both recordings, sensors attached anew (own repeats: only df{SPACE}={SPACE}3.0)"
    )


def test_slopes_are_named_where_speeds_differ(view: View) -> None:
    known = Known(slopes={ROTATION: Slope(value=4.0, u95=1.0, unit="deg per m/s")})
    views = [shown_as(view, "a", 12.0), shown_as(view, "b", 20.0, speed=4.6)]
    (table,) = change_tables(compare_views(views, known).values(), known, read_texts())
    assert any(text.endswith("is counted: Pelvic rotation, range.") for text in table.told)
    verdicts = [row.verdict for row in table.rows]
    assert "not compared" not in verdicts[0]
    assert set(verdicts[1:]) == {"not compared: the speeds differ"}


def test_a_comparison_of_many_sessions_is_not_cut_short(view: View) -> None:
    views = [shown_as(view, f"s{i}", 12.0) for i in range(12)]
    words = set_comparison(views, Lab(), read_texts()).words
    assert "s11 compared with s0" in words
    page = render_several(views)
    assert page.count("<details><summary>") >= 11


# --- the file -----------------------------------------------------------------------------------


def test_the_file_names_source_and_terms_of_every_change(view: View, tmp_path: Path) -> None:
    known = Known(
        repeatability=own(0.5, 7.0),
        slopes={"cadence_spm": Slope(value=5.0, u95=1.0, unit="spm per m/s")},
    )
    views = [shown_as(view, "a", 12.0), shown_as(view, "b", 20.0), shown_as(view, "c", None)]
    found = compare_views([*views, shown_as(view, "d", 12.5, speed=5.0)], known)
    path = write_changes(found.values(), known, tmp_path / "comparison_changes.json")
    tree = json.loads(path.read_text(encoding="utf-8"))
    assert (tree["format"], tree["format_version"]) == ("opensim-pelvis changes", 1)
    assert tree["repeatability"] == "own.toml"
    assert tree["slopes"]["cadence_spm"]["unit"] == "spm per m/s"
    one, faster = tree["comparisons"]
    assert (one["first"], one["later"], one["sensors"]) == ("a", "b", "attached anew")
    rows = {(row["measure"], row["side"]): row for row in one["changes"]}
    rotation = rows[ROTATION, "body"]
    assert (rotation["verdict"], rotation["unit"]) == ("changed", "deg")
    assert rotation["change"] == pytest.approx(8.0)
    assert rotation["uncertainty_from"] == "own repeats"
    assert rotation["own_repeats_freedom"] == 7.0
    assert rotation["terms"]["own repeats"] == pytest.approx(0.5 * 2.0**0.5)
    drop = rows["pelvic_drop_deg", "left"]
    assert (drop["verdict"], drop["uncertainty_from"]) == ("no change", "budget")
    assert drop["no_change_larger_than"] == pytest.approx(abs(drop["change"]) + drop["u95"])
    assert {"placement", "pose"} <= set(drop["terms"])
    assert drop["labels"]["placement"] == "sensors attached anew"
    verdicts = {row["measure"]: row for row in faster["changes"]}
    assert verdicts[ROTATION]["reason"] == "speed_differs"
    assert verdicts["cadence_spm"]["verdict"] != "not compared"
    assert verdicts["cadence_spm"]["taken_off_by_slope"] == pytest.approx(5.0 * 1.4)


def test_reports_made_again_hold_the_file_where_sessions_are_compared(
    view: View, tmp_path: Path
) -> None:
    for name, value in (("a", 12.0), ("b", 20.0)):
        write_whole(shown_as(view, name, value), tmp_path / f"{name}_report.json")
    with without("pdf"):
        written = write_reports([tmp_path], tmp_path / "out", Lab())
        alone = write_reports([tmp_path / "a_report.json"], tmp_path / "alone", Lab())
    assert tmp_path / "out" / "comparison_changes.json" in written
    assert not any(path.name.endswith("_changes.json") for path in alone)


# --- the figure ---------------------------------------------------------------------------------


def test_names_of_near_points_stand_apart(view: View) -> None:
    def known(*points: tuple[str, float, float]) -> Any:
        return [({"name": name}, cadence, {"mean": mean}) for name, cadence, mean in points]

    assert labels_of(known(("a", 170, 10), ("b", 180, 10))) == [(["a"], "right"), (["b"], "right")]
    assert labels_of(known(("a", 170, 10), ("b", 172, 10))) == [(["a"], "left"), (["b"], "right")]
    three = known(("a", 170, 10.0), ("b", 172, 9.5), ("c", 171, 10.9), ("d", 170, 20))
    assert labels_of(three) == [
        ([], "right"), (["c", "a", "b"], "right"), ([], "right"), (["d"], "right")
    ]  # fmt: skip
    marks = several_chart([shown_as(view, name, 12.0) for name in "abc"], read_texts()).marks
    names = [mark for mark in marks if isinstance(mark, Words) and mark.is_name]
    assert [mark.text for mark in names] == ["a", "b", "c"]
    assert [mark.y for mark in names] == pytest.approx([12.0 + 1.08, 12.0, 12.0 - 1.08])


def test_units_do_not_break_after_their_stroke(view: View) -> None:
    views = [shown_as(view, name, 12.0) for name in ("a", "b")]
    words = set_comparison(views, Lab(), read_texts()).words
    assert any(unbroken("m/s") in text for text in words)
    assert '<span class="note unit">m/s</span>' in render_several(views)
