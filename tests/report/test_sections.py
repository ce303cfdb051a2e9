"""A section of the report is said of in one definition: a dummy arrives on page and PDF."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path

import jinja2
import pytest

from opensim_pelvis.report import page, pdf, sections
from opensim_pelvis.report import texts as texts_of_report
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.lab import Lab, read_lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.pdf import PARTS, set_pages
from opensim_pelvis.report.sections import SECTIONS, SectionDefinition, sections_of
from opensim_pelvis.report.texts import Texts, read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_record import OfSummary, ReportNumbers

DUMMY = SectionDefinition(
    name="dummy",
    template="section_dummy.html",
    needs=("disclaimer",),
    when_asked=False,
    moves=False,
    text_first=False,
)
TITLED = {"dummy": "Title of a dummy"}


def set_dummy(flow: Flow, view: View, texts: Texts) -> None:
    flow.heading(texts["section"]["dummy"])
    flow.text(f"A dummy says: {view['disclaimer'][:10]}")


@pytest.fixture
def with_dummy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "SECTIONS", (*SECTIONS, DUMMY))
    monkeypatch.setattr(pdf, "PARTS", {**PARTS, "dummy": set_dummy})
    template = {DUMMY.template: "<p>A dummy says: {{ view.disclaimer }}</p>"}
    environment = page._environment()
    both = jinja2.ChoiceLoader([environment.loader, jinja2.DictLoader(template)])
    monkeypatch.setattr(environment, "loader", both)
    own = texts_of_report._own()
    with_title = {**own, "section": {**own["section"], **TITLED}}
    monkeypatch.setattr(texts_of_report, "_own", lambda: with_title)


def words_of(flow: Flow) -> list[str]:
    return flow.words


@pytest.mark.usefixtures("with_dummy")
def test_a_dummy_section_arrives_on_page_and_pdf(view: View, tmp_path: Path) -> None:
    html = render_page(view)
    assert '<section id="dummy"' in html
    assert html.count("Title of a dummy") == 2  # in the list of contents, and over it
    assert "A dummy says: " in html
    assert "Title of a dummy" in words_of(set_pages(view, Lab(), read_texts()))
    path = tmp_path / "lab.toml"
    path.write_text('sections = ["dummy"]\n', encoding="utf-8")
    lab = read_lab(path)
    html = render_page(view, lab)
    assert '<section id="dummy"' in html
    assert '<section id="headline"' not in html


@pytest.mark.usefixtures("with_dummy")
def test_a_section_that_the_pdf_cannot_set_fails(
    view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "PARTS", PARTS)
    with pytest.raises(KeyError, match="dummy"):
        set_pages(view, Lab(), read_texts())


def test_every_section_has_its_parts() -> None:
    names = [section.name for section in SECTIONS]
    assert list(PARTS) == names
    assert set(read_texts()["section"]) == set(names)
    environment = page._environment()
    parts = {item.name for record in (ReportNumbers, OfSummary) for item in fields(record)} | {
        "agreement"
    }
    for section in SECTIONS:
        environment.get_template(section.template)
        assert set(section.needs) <= parts, section.name
    assert all(
        item.default is MISSING and item.default_factory is MISSING
        for item in fields(SectionDefinition)
    )


@pytest.mark.parametrize(
    ("chosen", "asked", "shown"),
    [
        (("methods", "headline"), False, ["methods", "headline"]),
        (("agreement", "methods"), False, ["methods"]),
        (("agreement", "methods"), True, ["agreement", "methods"]),
        (("methods",), True, ["methods", "agreement"]),
    ],
)
def test_a_section_that_is_asked_for_is_shown_then_and_only_then(
    chosen: tuple[str, ...], asked: bool, shown: list[str]
) -> None:
    view = {"agreement": {}} if asked else {}
    assert [section.name for section in sections_of(chosen, view)] == shown


def test_the_pdf_shows_the_skeleton_where_the_page_moves_it(view: View) -> None:
    texts = read_texts()
    said = words_of(set_pages(view, Lab(sections=("motion",)), texts))
    for word in (texts["section"]["motion"], *(texts["motion"][n] for n in ("above", "behind"))):
        assert word in said
    none = words_of(set_pages({**view, "skeleton": None}, Lab(sections=("motion",)), texts))
    assert texts["motion"]["absent"] in none
