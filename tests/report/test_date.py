"""When: the page and the PDF say it as the source states it, or that nobody did."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from opensim_pelvis.notices import as_plain, notice
from opensim_pelvis.report.again import write_reports
from opensim_pelvis.report.headline import when
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.pdf import set_pages
from opensim_pelvis.report.several import comparison
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import RecordingDate, Result
from tests.exporting import without_pdf
from tests.report.whole import write_whole

STATED = notice("plugin.text", text="the header field StartTime")
AHEAD = timezone(timedelta(hours=1))


def dated(view: View, start: str | None, **more: str) -> View:
    stated = {"start": start, "source": as_plain(STATED)} if start else None
    return {**view, **more, "recording": {**view["recording"], "date": stated}}


def shown(page: str) -> str:
    found = re.search(r'<dd id="date">(.*?)</dd>', page, re.DOTALL)
    assert found is not None
    return html.unescape(re.sub(r"<[^>]+>", "", found[1]))


def words_of(view: View) -> str:
    flow = set_pages(view, Lab(), read_texts())
    return " ".join(flow.words)


@pytest.mark.parametrize(
    ("start", "text"),
    [
        ("2026-11-24T10:30:00+01:00", "2026-11-24 10:30:00 UTC+01:00"),
        ("2026-11-24T10:30:00.250000+00:00", "2026-11-24 10:30:00 UTC"),
        ("2026-11-24T10:30:00", "2026-11-24 10:30:00 (time zone not stated)"),
        ("2026-11-24", "2026-11-24"),
    ],
)
def test_page_and_pdf_show_the_date_as_it_is_stated(view: View, start: str, text: str) -> None:
    known = dated(view, start)
    assert shown(render_page(known)) == f"{text} the header field StartTime"
    assert when(known, read_texts()) == text
    assert text in words_of(known)


def test_without_a_date_page_and_pdf_say_so_and_how_to_give_it(view: View) -> None:
    assert view["recording"]["date"] is None
    said = shown(render_page(view))
    assert said.startswith("not stated in the recording")
    assert "in the trial file" in said
    assert "date: not stated in the recording" in words_of(view)


@pytest.mark.parametrize(
    ("start", "iso"),
    [
        (datetime(2026, 11, 24, 10, 30, tzinfo=AHEAD), "2026-11-24T10:30:00+01:00"),
        (date(2026, 11, 24), "2026-11-24"),
    ],
)
def test_a_view_carries_the_date_of_the_recording(result: Result, start: date, iso: str) -> None:
    stated = RecordingDate(start=start, source=STATED)
    view = view_of(replace(result, recording=replace(result.recording, date=stated)))
    assert view["recording"]["date"] == {"start": iso, "source": as_plain(STATED)}


def test_sessions_of_a_runner_stand_by_date_and_the_first_is_the_earliest(
    view: View, tmp_path: Path
) -> None:
    starts = {"a": "2026-05-02T10:00:00", "b": None, "c": "2025-12-31"}
    views = [dated(view, start, name=name) for name, start in starts.items()]
    rows = comparison(views)
    assert [row["name"] for row in rows] == ["c", "a", "b"]
    assert [row["compared"] is None for row in rows] == [True, False, False]
    for one in views:
        write_whole(one, tmp_path / f"{one['name']}_report.json")
    with without_pdf():
        write_reports([tmp_path], tmp_path / "out", Lab())
    page = (tmp_path / "out" / "comparison_report.html").read_text(encoding="utf-8")
    assert re.findall(r'data-recording="(\w+)"', page) == ["c", "a", "b"]
    assert "<td>2026-05-02 10:00:00</td>" in page
    assert "<td>not stated</td>" in page


def test_a_source_that_means_harm_is_text(view: View) -> None:
    hostile = dated(view, "2026-11-24")
    harm = notice("plugin.text", text="<script>alert(1)</script>")
    hostile["recording"]["date"]["source"] = as_plain(harm)
    assert "<script>alert(1)" not in render_page(hostile)
