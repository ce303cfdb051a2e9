"""The numbers of a report and the summary beside them: each fact stands in one of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opensim_pelvis.errors import ExportError
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.notices import notice
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.view import View, read_view, view_of, write_view
from opensim_pelvis.types import RecordingDate, Result
from tests.report.whole import write_whole

Tree = dict[str, Any]


@pytest.fixture
def pair(result: Result, view: View, tmp_path: Path) -> tuple[Path, Path]:
    """The numbers of a report and the summary of one run."""
    (summary,) = SummaryExporter().write(result, tmp_path)
    return write_view(view, tmp_path / "whole_report.json"), summary


def change(path: Path, turn: Callable[[Tree], None]) -> None:
    tree = json.loads(path.read_text("utf-8"))
    turn(tree)
    path.write_text(json.dumps(tree), encoding="utf-8")


def test_the_two_share_their_name_alone(pair: tuple[Path, Path]) -> None:
    report, summary = (set(json.loads(path.read_text("utf-8"))) for path in pair)
    assert report & summary == {"format", "format_version", "name"}


def test_a_date_and_its_source_come_from_both(result: Result, tmp_path: Path) -> None:
    stated = RecordingDate(start=date(2026, 11, 24), source=notice("source.user"))
    made = replace(result, recording=replace(result.recording, date=stated))
    SummaryExporter().write(made, tmp_path)
    path = write_view(view_of(made), tmp_path / "whole_report.json")
    assert read_view(path) == json.loads(json.dumps(view_of(made)))
    change(path, lambda tree: tree.update(date_source=None))
    with pytest.raises(ExportError, match=r"whole_report\.json: date_source"):
        read_view(path)


def test_numbers_without_their_summary_name_it(pair: tuple[Path, Path]) -> None:
    report, summary = pair
    summary.unlink()
    with pytest.raises(ExportError, match=r"whole_report\.json: .* no whole_summary\.json\. Copy"):
        read_view(report)


def other_settings(tree: Tree) -> None:
    tree["settings"]["timeline"]["max_gap_s"] = 0.2


def other_recording(tree: Tree) -> None:
    tree["recording"]["files"] = [{"path": "a.csv", "size_bytes": 1, "sha256": "0" * 64}]


def other_verdict(tree: Tree) -> None:
    tree["quality"]["verdict"] = "rejected"


def fewer_notes(tree: Tree) -> None:
    tree["notices"].append({**tree["notices"][0], "code": "pose.few_samples"})


@pytest.mark.parametrize("turn", [other_settings, other_recording, other_verdict, fewer_notes])
def test_the_summary_of_another_run_is_refused(
    pair: tuple[Path, Path], turn: Callable[[Tree], None]
) -> None:
    report, summary = pair
    change(summary, turn)
    with pytest.raises(ExportError, match=r"whole_summary\.json: .*wrote whole_report\.json"):
        read_view(report)


def test_numbers_of_another_name_are_refused(pair: tuple[Path, Path]) -> None:
    report, _ = pair
    change(report, lambda tree: tree.update(name="later"))
    with pytest.raises(ExportError, match=r"whole_report\.json: name: wanted 'whole' .*'later'"):
        read_view(report)


def test_a_part_of_the_summary_that_cannot_be_is_told_by_its_file(pair: tuple[Path, Path]) -> None:
    report, summary = pair
    change(summary, lambda tree: tree["settings"]["subject"].update(height_m="tall"))
    with pytest.raises(ExportError, match=r"whole_summary\.json: subject\.height_m"):
        read_view(report)


def test_sentences_of_a_summary_may_be_in_any_language(pair: tuple[Path, Path], view: View) -> None:
    report, summary = pair

    def translate(tree: Tree) -> None:
        for told in tree["notices"]:
            told["text"] = "anders gesagt"

    change(summary, translate)
    assert render_page(read_view(report)) == render_page(view)


def test_renamed_files_find_each_other(pair: tuple[Path, Path], view: View) -> None:
    report, summary = pair
    summary.rename(summary.with_name("copy_summary.json"))
    moved = report.rename(report.with_name("copy_report.json"))
    assert read_view(moved)["name"] == view["name"]


def test_numbers_of_version_4_need_no_summary(view: View, tmp_path: Path) -> None:
    path = write_whole(view, tmp_path / "whole_report.json")
    assert read_view(path) == json.loads(json.dumps(view))
    lacking = write_whole({k: v for k, v in view.items() if k != "quality"}, path)
    with pytest.raises(ExportError, match=r"whole_report\.json: told\.quality"):
        read_view(lacking)
