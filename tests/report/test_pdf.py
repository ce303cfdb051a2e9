"""The PDF: two to four A4 pages that can be read out, and text that stays text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typst

from opensim_pelvis.report.flow import HEIGHT, WIDTH, Flow, quoted
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.pdf import MAX_PAGES, set_pages, write_pdf
from opensim_pelvis.report.several_pdf import write_several_pdf
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.typeset import save
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import Result

POINT = 0.5  # rounding of a page's edges
HOSTILE = [
    '#read("/etc/passwd")',
    '"quoted" \\n \\u{41} $x^2$ *b* _i_ @cite <label> // /* `raw`',
    "é王",
]
TEXTS = read_texts()


def pages_of(path: Path) -> list[tuple[float, float]]:
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    boxes = re.findall(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+) ?\]", content)
    return [(float(width), float(height)) for width, height in boxes]


@pytest.mark.parametrize("which", ["result", "pelvis_result", "poor_result", "no_strides_result"])
def test_a_pdf_has_a_few_pages_of_a4_that_can_be_read_out(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    view = view_of(request.getfixturevalue(which))
    path = write_pdf(view, tmp_path / "a.pdf")
    found = pages_of(path)
    fewest = 1 if which == "no_strides_result" else 2
    assert fewest <= len(found) <= MAX_PAGES
    for width, height in found:
        assert width == pytest.approx(WIDTH, abs=POINT)
        assert height == pytest.approx(HEIGHT, abs=POINT)
    content = path.read_bytes()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content  # Typst checked it against PDF/UA-1
    assert b"/StructTreeRoot" in content
    assert re.search(rb"/Lang ?\(en\)", content)
    charts = sum(block.count("chart(") for block in set_pages(view, Lab(), TEXTS).blocks)
    assert len(re.findall(rb"/Alt ?[(<]", content)) >= charts >= 3 * (fewest - 1)


def test_the_same_view_gives_the_same_pdf(view: View, tmp_path: Path) -> None:
    first = write_pdf(view, tmp_path / "a.pdf").read_bytes()
    assert write_pdf(view, tmp_path / "a.pdf").read_bytes() == first


def test_a_lab_with_much_to_say_still_gets_four_pages(
    view: View, tmp_path: Path, logo: Path
) -> None:
    talkative = {**view, "notes": ["a word " * 400] * 60}
    lab = Lab(name="$x^2$ & Co", logo=logo, footer="end " * 2000)
    assert len(pages_of(write_pdf(talkative, tmp_path / "a.pdf", lab))) == MAX_PAGES


def test_what_is_beyond_the_last_page_is_left_out_from_the_end(tmp_path: Path) -> None:
    def make() -> Flow:
        flow = Flow("", 2)
        for number in range(200):
            flow.text(f"paragraph {number}")
        return flow

    assert len(pages_of(save(make, tmp_path / "a.pdf", "", TEXTS))) == 2


def test_several_people_or_two_sessions_fit_on_one_page(
    view: View, pelvis_result: Result, tmp_path: Path
) -> None:
    pelvis = view_of(pelvis_result)
    people = [{**v, "subject": {**v["subject"], "id": v["name"]}} for v in (view, pelvis)]
    people.append({**people[0], "name": "other", "subject": {**view["subject"], "id": "other"}})
    sessions = [view, {**view, "name": "again"}]
    for place, views in enumerate((people, sessions)):
        assert len(pages_of(write_several_pdf(views, tmp_path / f"{place}.pdf"))) == 1
    three = [*sessions, {**view, "name": "last"}]
    assert len(pages_of(write_several_pdf(three, tmp_path / "three.pdf"))) == 2


@pytest.mark.parametrize("words", HOSTILE)
def test_a_name_is_never_markup(words: str) -> None:
    """What Typst has in the end is the text to the letter."""
    source = f"#metadata({quoted(words)})<said>".encode()
    found = json.loads(typst.query(source, "<said>", field="value", one=True))
    assert found == words


@pytest.mark.parametrize(
    ("words", "kept"), [("a\nb\t c", "a b c"), ("a\x00b\x1b[31m", "ab[31m"), ("a\ud800b", "ab")]
)
def test_what_is_no_text_is_left_out(words: str, kept: str) -> None:
    assert quoted(words) == f'"{kept}"'


def test_each_kind_of_block_carries_its_words(tmp_path: Path) -> None:
    made: dict[str, Any] = {}

    def make() -> Flow:
        flow = made["flow"] = Flow("foot", 1)
        flow.title("title")
        flow.heading("heading")
        flow.subheading("below")
        flow.text("text", mark="•", bold=True)
        flow.table(["head", "number"], [["cell", "1"]], (0.5, 0.5), right=(1,))
        flow.rule()
        for level in ("good", "doubtful", "rejected"):
            flow.lamp(level)
        return flow

    content = save(make, tmp_path / "a.pdf", "name of the document", TEXTS).read_bytes()
    assert made["flow"].words == [
        "foot", "title", "heading", "below", "text", "head", "number", "cell", "1"
    ]  # fmt: skip
    assert b"name of the document" in content
    for tag in (b"/H1", b"/H2", b"/H3", b"/P", b"/Table", b"/TH", b"/TD"):
        assert re.search(tag + rb"\b", content), tag
