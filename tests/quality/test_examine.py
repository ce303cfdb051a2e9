"""A check is said of in one definition, and looked for in one place: a dummy arrives everywhere."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from opensim_pelvis.cli.screen.tables import render_result
from opensim_pelvis.guidance.engine import FEWEST_STRIDES
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.language import ENGLISH
from opensim_pelvis.notices import notice
from opensim_pelvis.pipeline import run
from opensim_pelvis.quality import EXAMINERS, Examined, examine, notes_of
from opensim_pelvis.quality import definitions as places
from opensim_pelvis.quality import examiners as examining
from opensim_pelvis.quality.definitions import (
    CheckDefinition,
    definition_of,
    definitions,
    label_in,
    word_in,
)
from opensim_pelvis.quality.document import document
from opensim_pelvis.report import view_record
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.view import view_of
from opensim_pelvis.types import NOT_CHECKED, VERDICTS, Check, Evidence, Quality, Result
from tests.examined import examined_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"

DUMMY = CheckDefinition(
    name="dummy",
    label="Number of dummies",
    word="dummies",
    unit="ratio",
    limits=(1.0, 2.0),
    looks_at="Dummies.",
    reason="Choice.",
)
FOUND = 2.5


def find_dummies(examined: Examined) -> Iterator[Evidence]:
    note = notice("plugin.text", examined.aligned.bodies[0], text="a dummy was found")
    yield Evidence(check=DUMMY.found(FOUND, (examined.aligned.bodies[0],)), notes=(note,))


@pytest.fixture
def with_dummy(monkeypatch: pytest.MonkeyPatch, result: Result) -> Result:
    """The whole run with one check more."""
    known = {**definitions(), DUMMY.name: DUMMY}
    monkeypatch.setattr(places, "definitions", lambda: known)
    monkeypatch.setattr(view_record, "CHECKS", tuple(known))
    monkeypatch.setattr(examining, "EXAMINERS", {**EXAMINERS, "dummy": find_dummies})
    again = run(
        result.recording,
        sensors=result.settings.sensors,
        subject=result.settings.subject,
        activity=result.settings.activity,
        calibration=result.settings.calibration,
    )
    return replace(again, name="dummy")


def test_a_dummy_check_arrives_everywhere(with_dummy: Result, tmp_path: Path) -> None:
    check = with_dummy.quality.checks[-1]
    assert (check.name, check.value, check.verdict) == ("dummy", FOUND, "rejected")
    assert with_dummy.quality.verdict == "rejected"
    assert [note.code for note in with_dummy.notes].count("plugin.text") == 1
    page = render_page(view_of(with_dummy))
    assert DUMMY.label in page
    assert "a dummy was found" in page
    console = Console(file=io.StringIO(), width=100)
    console.print(render_result(with_dummy, ()))
    assert isinstance(console.file, io.StringIO)
    assert DUMMY.word in console.file.getvalue()
    (path,) = SummaryExporter().write(with_dummy, tmp_path)
    summary = json.loads(path.read_text(encoding="utf-8"))
    assert summary["quality"]["checks"][-1]["name"] == "dummy"
    assert DUMMY.looks_at in document()


def test_what_is_found_of_causes_is_told_first_and_errors_before_all() -> None:
    def found(code: str, name: str = "x") -> Evidence:
        return Evidence(check=Check(name=name, verdict="good"), notes=(notice(code),))

    told = notes_of((found("reader.open_end"), found("recording.no_rate")))
    assert [note.code for note in told] == ["reader.open_end", "recording.no_rate"]
    mixed = (found("anatomy.unusual", "anatomy"), found("reader.open_end"))
    assert [note.code for note in notes_of(mixed)] == ["reader.open_end"]
    assert [note.code for note in notes_of(mixed, consequences=True)] == ["anatomy.unusual"]


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("pose", 1.0, "good"),
        ("pose", 1.001, "doubtful"),
        ("pose", 2.0, "doubtful"),
        ("pose", 2.001, "rejected"),
        ("strides", 20.0, "good"),
        ("strides", 19.0, "doubtful"),
        ("strides", 1.0, "doubtful"),
        ("strides", 0.0, "rejected"),
    ],
)
def test_limits_that_fall_mean_below(name: str, value: float, verdict: str) -> None:
    assert definition_of(name).verdict_on(value) == verdict


def test_every_definition_is_whole_and_the_page_is_that_of_the_file() -> None:
    for name, row in definitions().items():
        assert row.name == name
        assert row.label
        assert row.word
        assert row.looks_at
        assert row.reason
    assert PAGE.read_text(encoding="utf-8") == document()
    assert definition_of("strides").limits == (2 * FEWEST_STRIDES, 1)
    assert label_in("pose", ENGLISH) != word_in("pose", ENGLISH)


def test_a_check_without_limits_gives_no_verdict_on_a_number() -> None:
    with pytest.raises(ValueError, match="heading has no limits"):
        definition_of("heading").verdict_on(1.0)


def test_what_was_not_checked_spoils_no_verdict_and_is_shown(result: Result) -> None:
    check = definition_of("pose").state("good", NOT_CHECKED)
    quality = Quality(checks=(check,))
    assert quality.verdict == VERDICTS[0]
    page = render_page(view_of(replace(result, quality=quality)))
    assert "not checked" in page


def test_nothing_is_examined_without_examiners(
    monkeypatch: pytest.MonkeyPatch, result: Result
) -> None:
    monkeypatch.setattr(examining, "EXAMINERS", {})
    assert examine(examined_of(result)) == ()
