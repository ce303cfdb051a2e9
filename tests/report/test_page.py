"""The page holds the summary's numbers, its own scripts, and nothing that a file can make run."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from opensim_pelvis.io.exporters.summary import summarise
from opensim_pelvis.report.figures import figures_of
from opensim_pelvis.report.headline import headline
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import linked, render_page
from opensim_pelvis.report.several import render_several
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import Result

from .conftest import HOSTILE

MAX_BYTES = 500_000

number = read_texts().number


class Cells(HTMLParser):
    """Collects the measures' rows as a reader of the page sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[tuple[str, str], dict[str, str]] = {}
        self.tags: list[str] = []
        self._row: dict[str, str] | None = None
        self._cell = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag == "tr":
            self._row = None
            if "data-measure" in found:
                self._row = {}
                self.rows[str(found["data-measure"]), str(found["data-side"])] = self._row
        if tag in {"td", "th"}:
            self._cell = (found.get("class") or "").removeprefix("n ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._cell = ""

    def handle_data(self, data: str) -> None:
        if self._row is not None and self._cell:
            self._row[self._cell] = self._row.get(self._cell, "") + data.strip()


def parse(page: str) -> Cells:
    cells = Cells()
    cells.feed(page)
    return cells


def test_the_numbers_of_the_page_are_those_of_the_summary(view: View, result: Result) -> None:
    rows = parse(render_page(view)).rows
    summary = summarise(result)["running"]["measures"]
    shown = 0
    for name, sides in summary.items():
        unit = name.rpartition("_")[2]
        for side in ("body", "right", "left"):
            told = sides.get(side)
            if told is None or told["mean"] is None:
                continue
            row = rows[name, side]
            best = told["estimate"]
            assert row["mean"] == number(best["value"], unit)
            assert row["sd"] == number(told["sd"], unit)
            assert row["strides"] == str(told["n"])
            low, high = best["value"] - best["u95"], best["value"] + best["u95"]
            assert row["interval"] == f"{number(low, unit)} to {number(high, unit)}"
            shown += 1
    assert shown == len(rows) > 40


SOURCES = ("doi.org/", "pubmed.ncbi.nlm.nih.gov/", "pmc.ncbi.nlm.nih.gov/articles/")
"""Where a click on a source leads; nothing is loaded from there."""


@pytest.mark.parametrize("which", ["result", "pelvis_result", "poor_result", "no_strides_result"])
def test_a_page_is_one_small_file_that_names_no_other(
    which: str, request: pytest.FixtureRequest
) -> None:
    page = render_page(view_of(request.getfixturevalue(which)))
    assert len(page.encode("utf-8")) < MAX_BYTES
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"""src=["'](?!data:)""", markup)
    links = re.sub(rf'<a href="https://(?:{"|".join(map(re.escape, SOURCES))})', "", markup)
    assert not re.search(r"""href=["'](?!data:|#)""", links)
    assert "default-src &#39;none&#39;" in markup


def test_the_policy_names_the_scripts_that_are_there_and_no_other(view: View) -> None:
    page = render_page(view)
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert len(scripts) == 1
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
        assert f"sha256-{digest.replace('+', '+')}" in page
    assert "script-src 'unsafe-inline'" not in page


def test_a_hostile_name_stays_text(poor_result: Result) -> None:
    view = view_of(poor_result)
    view["name"] = HOSTILE
    view["notes"] = [HOSTILE]
    pages = [render_page(view, Lab(name=HOSTILE, header=HOSTILE)), render_several([view, view])]
    for page in pages:
        assert HOSTILE not in page
        markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
        found = parse(markup).tags
        assert "img" not in found
        assert found.count("script") == 1  # the numbers, which no browser runs


def test_every_figure_is_on_the_page_and_only_those_that_there_are(
    view: View, pelvis_result: Result
) -> None:
    whole = figures_of(view, read_texts())
    assert {"cadence", "counter-time", "counter-angle", "counter-share"} <= set(whole)
    assert sum(name.startswith("curve-") for name in whole) == 6
    page = render_page(view)
    assert re.findall(r'data-figure="([^"]+)"', page) == list(whole)
    assert "counter-time" not in figures_of(view_of(pelvis_result), read_texts())


def test_coach_bands_and_references_stand_apart(view: View) -> None:
    page = render_page(view)
    assert 'class="band coach" href="#norm-coach.' in page
    assert 'class="band published" href="#reference-perpina_2023_rotation_women"' in page
    assert read_texts()["references"]["speeds_not_available"].format(who="women") in page
    for target in re.findall(r'href="#((?:norm|def|reference)-[^"]+)"', page):
        assert f'id="{target}"' in page


def test_checks_that_found_something_stand_open_and_the_others_folded(
    poor_result: Result, view: View
) -> None:
    poor = view_of(poor_result)
    for shown in (poor, view):
        page = render_page(shown)
        section = re.search(r'<section id="quality".*?</section>', page, flags=re.DOTALL)
        assert section is not None
        folded = re.findall(r"<details>.*?</details>", section[0], flags=re.DOTALL)[0]
        rows = re.findall(r'<tr class="(\w+)">', section[0])
        assert sorted(rows) == sorted(check["verdict"] for check in shown["quality"]["checks"])
        assert set(re.findall(r'<tr class="(\w+)">', folded)) == {"good"}
        before = section[0].split(folded)[0]
        found = re.findall(r'<tr class="(\w+)">', before)
        assert found == sorted((row for row in rows if row != "good"), reverse=True)


def test_walking_is_not_held_against_running(result: Result) -> None:
    activity = replace(result.settings.activity, kind="walking")
    walk = view_of(replace(result, settings=replace(result.settings, activity=activity)))
    page = render_page(walk)
    assert "<h1>Walking report" in page
    assert 'class="band' not in page
    assert "cadence" not in figures_of(walk, read_texts())
    assert "reference" not in " ".join(headline(walk, read_texts()))


def test_a_doi_becomes_a_link_and_all_else_is_escaped() -> None:
    told = linked("A <b>, doi:10.3390/ijerph20043631; B")
    assert told == (
        'A &lt;b&gt;, <a href="https://doi.org/10.3390/ijerph20043631" rel="noreferrer">'
        "doi:10.3390/ijerph20043631</a>; B"
    )


def test_a_lab_chooses_its_sections_and_adds_its_name(view: View, logo: Path) -> None:
    lab = Lab(name="Lab & Co", header="Street 1", footer="By hand", logo=logo,
              sections=("measures", "headline"))  # fmt: skip
    page = render_page(view, lab)
    assert re.findall(r'<section id="(\w+)"', page) == ["measures", "headline"]
    assert "Lab &amp; Co" in page
    assert "By hand" in page
    assert 'src="data:image/png;base64,' in page


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "Baker 2001, doi:10.1016/S0966-6362(00)00083-7",
            ["doi.org/10.1016/S0966-6362(00)00083-7"],
        ),
        ("(a, doi:10.3389/fphys.2018.00610: 2 ms)", ["doi.org/10.3389/fphys.2018.00610"]),
        ("x (doi:10.3390/sports11100204), and", ["doi.org/10.3390/sports11100204"]),
        ("limits, PMC10255839.", ["pmc.ncbi.nlm.nih.gov/articles/PMC10255839"]),
        ("34:312-319, PMID 29543108)", ["pubmed.ncbi.nlm.nih.gov/29543108"]),
        ("no source <script>", []),
    ],
)
def test_a_source_is_one_click_away(text: str, links: list[str]) -> None:
    page = str(linked(text))
    assert re.findall(r'href="https://([^"]+)"', page) == links
    assert "<script>" not in page
    assert html.unescape(re.sub(r"</?a\b[^>]*>", "", page)) == text


def test_every_published_number_has_a_link_to_its_source(view: View) -> None:
    published = {k: n for k, n in view["norms"].items() if k.startswith("published.")}
    references = {one["key"]: one for m in view["measures"] for one in m["published"]}
    assert len(published) == 2
    assert len(references) == 3  # of a woman: rotation, obliquity, tilt
    for key, norm in (published | references).items():
        assert "<a href=" in str(linked(norm["source"])), key
