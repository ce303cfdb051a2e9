"""A translation reaches every word that people see.

All texts are written in Greek letters, word by word; any Latin word that a page or a PDF still
shows is either data (a name, a unit, a DOI) or stands in one of the places listed here, each with
its reason.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from opensim_pelvis.cli.translation import all_texts, as_text
from opensim_pelvis.config.settings import ActivitySettings
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from opensim_pelvis.notices import as_plain, notice
from opensim_pelvis.report.charts.chart import Chart, Named, Words
from opensim_pelvis.report.figures import figures_of
from opensim_pelvis.report.figures_runs import several_chart
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.pdf import set_pages
from opensim_pelvis.report.several import render_several
from opensim_pelvis.report.several_pdf import set_comparison
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import Result

LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "αβψδεφγηιξκλμνοπϑρστθωςχυζΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠϒΡΣΤΘΩϞΧΥΖ",
)
JOINT = re.compile(r"[|;][^}]*")
KEPT = re.compile(r"(\{[^}]*\}|doi:\S+)")
"""Filled in by the program, or a link; a translator leaves them, too."""

DATA = re.compile(r"doi:\S+|\w+\.\w+ = (\S+(?= \())?|\w+\.(mot|osim)\b|\w+_\w+|(?<= )-?[xyz](?= )")
"""Links, settings with their values, files, names of sensors and angles, and axes of sensors."""

UNITS = {"m", "s", "kg", "Hz", "ms", "min", "km"}
"""Symbols of SI, and the pace: the same in every language."""

ENGLISH: dict[str, str] = {
    "date": "a reader of another package may say in its own words where a date was read",
    "agreement": "a comparison of an earlier version has sentences alone",
}
"""Places of plain texts that no notice made, marked as English for screen readers."""

SILENT = {"script", "style"}
SPOKEN = ("title", "aria-label", "alt", "placeholder")


def greek(text: str) -> str:
    parts = KEPT.split(text)
    return "".join(
        JOINT.sub(_joint, p) if KEPT.fullmatch(p) else p.translate(LETTERS) for p in parts
    )


def _joint(found: re.Match[str]) -> str:
    return found.group().translate(LETTERS)


def write_greek(path: Path) -> Path:
    """Write a translation of every text into Greek letters."""
    catalogue = Catalog(locale="el", fuzzy=False)
    for text in all_texts():
        if text.one:
            forms = (greek(text.one), greek(text.english))
            catalogue.add((text.one, text.english), forms, context=text.key)
        else:
            catalogue.add(text.english, greek(text.english), context=text.key)
    path.write_text(as_text(catalogue), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A laboratory that shows everything in Greek letters."""
    path = write_greek(tmp_path_factory.mktemp("texts") / "el.po")
    return Lab(texts=path, name="Laboratory 7", header="Header", footer="Footer")


@pytest.fixture(scope="module")
def views(
    result: Result,
    pelvis_result: Result,
    poor_result: Result,
    no_strides_result: Result,
    compared_view: View,
    odd_view: View,
) -> dict[str, View]:
    """Runs of every kind: whole, one sensor, poor, without strides, walking, dated, compared."""
    walk = replace(result.settings, activity=ActivitySettings(kind="walking"))
    found = {
        "whole": view_of(result),
        "pelvis": view_of(pelvis_result),
        "poor": view_of(poor_result),
        "still": view_of(no_strides_result),
        "walking": view_of(replace(result, settings=walk, name="walking")),
        "compared": compared_view,
        "odd": odd_view,
        "stated": {**odd_view, "agreement": stated(odd_view["agreement"])},
    }
    dated = found["whole"]["recording"] | {
        "date": {"start": "2026-11-24T10:30:00", "source": told("the header field StartTime")}
    }
    found["dated"] = {**found["whole"], "recording": dated, "name": "dated"}
    return found


def told(text: str) -> dict[str, Any]:
    return as_plain(notice("plugin.text", text=text))


def stated(agreement: dict[str, Any]) -> dict[str, Any]:
    """Return a comparison whose clocks were stated, and of no body whose heading can be found."""
    heading = {"heading_deg": None, "heading_source": "no body is shared"}
    return {
        **agreement,
        "synchronisation": {**agreement["synchronisation"], "segments": []},
        "alignment": {**agreement["alignment"], **heading, "body_offsets_deg": {}},
        "curves": {
            **agreement["curves"],
            "synchronisation": {"offset_s": [], "correlation": []},
            "events": [],
        },
        "events": [],
    }


COMPARED = ("compared", "odd", "stated")


class Reader(HTMLParser):
    """Takes what people see or hear of a page, and where English of the analysis stands."""

    EMPTY = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.seen: list[str] = []
        self.english: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        for name in SPOKEN:
            if found.get(name) and not self._is_data(found):
                self.seen.append(str(found[name]))
        if tag not in self.EMPTY:
            self.stack.append((tag, found))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.EMPTY:
            return
        assert self.stack[-1][0] == tag, f"</{tag}> after <{self.stack[-1][0]}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if any(tag in SILENT for tag, _ in self.stack) or not data.strip():
            return
        if any(a.get("lang") == "en" for tag, a in self.stack if tag != "html"):
            places = [a["id"] for tag, a in self.stack if tag in {"section", "dd"} and "id" in a]
            self.english.add(str(places[-1]) if places else "nowhere")
        elif not any(self._is_data(attributes) for _, attributes in self.stack):
            self.seen.append(data)

    @staticmethod
    def _is_data(attributes: dict[str, str | None]) -> bool:
        return attributes.get("translate") == "no"


def latin(texts: list[str], names: set[str]) -> list[str]:
    """Return the texts in which a Latin word is left, without data."""
    left = []
    for text in texts:
        bare = DATA.sub("", text)
        for name in sorted(names, key=len, reverse=True):
            bare = bare.replace(name, "")
        if [w for w in re.findall(r"[A-Za-z]+", bare) if w not in UNITS]:
            left.append(text)
    return left


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.stack == []
    return reader


@pytest.mark.parametrize(
    "which", ["whole", "pelvis", "poor", "still", "walking", "dated", *COMPARED]
)
def test_no_english_is_left_on_a_page(which: str, views: dict[str, View], lab: Lab) -> None:
    reader = read(render_page(views[which], lab))
    assert len(reader.seen) > 50
    names = {view_name(views[which]), lab.name, *names_of(views[which])}
    left = latin(reader.seen, names)
    assert not left, "\n".join(left)
    assert reader.english <= set(ENGLISH)


def view_name(view: View) -> str:
    return str(view["name"])


def test_every_place_of_english_is_one_that_there_is(views: dict[str, View], lab: Lab) -> None:
    found = set()
    for view in views.values():
        found |= read(render_page(view, lab)).english
    assert found == set(ENGLISH)


def test_no_english_is_left_on_a_comparison(views: dict[str, View], lab: Lab) -> None:
    runs = [views["whole"], {**views["whole"], "name": "later"}, views["pelvis"]]
    reader = read(render_several(runs, lab))
    assert latin(reader.seen, {lab.name}) == []
    assert reader.english == set()
    names = {view_name(run) for run in runs}
    assert latin(words_of(several_chart(runs, read_texts(lab.language))), names) == []


@pytest.mark.parametrize("which", ["whole", "pelvis", "poor", "walking", *COMPARED])
def test_no_english_is_left_in_figures(which: str, views: dict[str, View], lab: Lab) -> None:
    for name, figure in figures_of(views[which], read_texts(lab.language)).items():
        assert latin(words_of(figure), set()) == [], name


def words_of(chart: Chart) -> list[str]:
    """Return the texts of a chart: what stands above, along and in it, and its legend."""
    inside = [mark.text for mark in chart.marks if isinstance(mark, Words)]
    labels = [mark.label for mark in chart.marks if isinstance(mark, Named)]
    return [chart.title, chart.note, chart.x, chart.y, *inside, *labels]


def names_of(view: View) -> set[str]:
    """Return every word of a view that is a name."""
    said: list[str] = [
        view["name"],
        "exact pelvis torso",  # engine and bodies, as in the settings
        str(view["subject"]["id"]),
        *(f"{s['body']} {s['identifier']}" for s in view["recording"]["sensors"]),
        *(f"{name} {version}" for name, version in view["versions"].items()),
    ]
    if "agreement" in view:
        named = ("subtalar_angle_r", "mtp_angle_r")
        said += [view["agreement"][system]["name"] for system in ("estimate", "reference")]
        said += named
    return {word for text in said for word in re.findall(r"[A-Za-z]+", text)}


@pytest.mark.parametrize("which", ["whole", "pelvis", "poor", "still", "walking", *COMPARED])
def test_no_english_is_left_in_a_pdf(which: str, views: dict[str, View], lab: Lab) -> None:
    whole = views[which]
    view = {
        **whole,
        "name": "name",
        "subject": {**whole["subject"], "id": "S01"},
        # sentences of the analysis, and hashes that are cut between lines
        "methods": dict.fromkeys(whole["methods"], told("1")),
        "recording": {**whole["recording"], "files": []},
    }
    if "agreement" in whole:
        view["agreement"] = without_sentences(whole["agreement"])
    flow = set_pages(view, lab, read_texts(lab.language))
    assert len(flow.blocks) > 20 or which == "still"
    names = names_of(view) | names_of(whole) | UNITS | {"Laboratory", "Header", "Footer"}
    said = " ".join(DATA.sub("", text) for text in flow.words)
    left = set(re.findall(r"[A-Za-z]+", said)) - names
    assert not left, left


def without_sentences(agreement: dict[str, Any]) -> dict[str, Any]:
    """Return a comparison that says nothing in the words of the analysis."""
    sources = dict.fromkeys(("heading_source", "body_offset_source"), "1")
    return {
        **agreement,
        "estimate": {**agreement["estimate"], "source": "1"},
        "reference": {**agreement["reference"], "source": "1"},
        "alignment": {**agreement["alignment"], **sources},
        **dict.fromkeys(("travel_source", "grouping"), "1"),
        "absent": {
            name: why if isinstance(why, dict) else "1" for name, why in agreement["absent"].items()
        },
        "notes": [note if isinstance(note, dict) else "1" for note in agreement["notes"]],
    }


def test_every_angle_that_our_models_share_has_a_name(compared_view: View) -> None:
    texts = read_texts()
    assert {row["angle"] for row in compared_view["agreement"]["angles"]} <= set(texts["angle"])
    assert set(texts["positive"]) <= set(texts["angle"])
    assert {a.name for a in DEFINITIONS} <= set(texts["positive"])


def test_no_english_is_left_in_the_pdf_of_a_comparison(views: dict[str, View], lab: Lab) -> None:
    runs = [views["whole"], views["pelvis"]]
    flow = set_comparison(runs, lab, read_texts(lab.language))
    names = {*(view_name(run) for run in runs), "S01", "Laboratory 7", "Header", "Footer"}
    assert latin(flow.words, names) == []
