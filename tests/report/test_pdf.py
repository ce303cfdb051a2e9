"""The PDF: two to four A4 pages, and text that fits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib.text import Text

from opensim_pelvis.report.flow import HEIGHT, WIDTH, Flow, text_width, wrap
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.pdf import MAX_PAGES, write_pdf
from opensim_pelvis.report.pdf_figures import TITLE_OVER_AXES, dress
from opensim_pelvis.report.several_pdf import write_several_pdf
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import Result

POINT = 0.5  # rounding of a page's edges


def pages_of(path: Path) -> list[tuple[float, float]]:
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    boxes = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", content)
    return [(float(width), float(height)) for width, height in boxes]


@pytest.mark.parametrize("which", ["result", "pelvis_result", "poor_result", "no_strides_result"])
def test_a_pdf_has_a_few_pages_of_a4(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    found = pages_of(write_pdf(view_of(request.getfixturevalue(which)), tmp_path / "a.pdf"))
    fewest = 1 if which == "no_strides_result" else 2
    assert fewest <= len(found) <= MAX_PAGES
    for width, height in found:
        assert width == pytest.approx(WIDTH, abs=POINT)
        assert height == pytest.approx(HEIGHT, abs=POINT)


def test_the_same_view_gives_the_same_pdf(view: View, tmp_path: Path) -> None:
    first = write_pdf(view, tmp_path / "a.pdf").read_bytes()
    assert write_pdf(view, tmp_path / "a.pdf").read_bytes() == first


def test_a_lab_with_much_to_say_still_gets_four_pages(
    view: View, tmp_path: Path, logo: Path
) -> None:
    talkative = {**view, "notes": ["a word " * 400] * 60}
    lab = Lab(name="$x^2$ & Co", logo=logo, footer="end " * 2000)
    assert len(pages_of(write_pdf(talkative, tmp_path / "a.pdf", lab))) == MAX_PAGES


def test_several_recordings_fit_on_one_pdf(
    view: View, pelvis_result: Result, tmp_path: Path
) -> None:
    views = [view, view_of(pelvis_result), {**view, "name": "again"}]
    assert len(pages_of(write_several_pdf(views, tmp_path / "a.pdf"))) == 1


def test_lines_are_no_wider_than_they_may_be() -> None:
    text = "The range of pelvic rotation was 15.9° per stride. " + "x" * 300
    lines = wrap(text, 200.0, 9.0)
    assert len(lines) > 5
    assert all(text_width(line, 9.0) <= 200.0 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_the_width_of_a_text_is_that_which_is_drawn() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    flow = Flow("", 1)
    words = "The quick brown fox <script> jumps, 0.1234567"
    text = flow.pages[0].text(0.1, 0.5, words, fontsize=20, parse_math=False)
    canvas = FigureCanvasAgg(flow.pages[0])
    canvas.draw()
    drawn_pt = text.get_window_extent(canvas.get_renderer()).width * 72.0 / flow.pages[0].dpi
    assert text_width(words, 20.0) == pytest.approx(drawn_pt, rel=0.03)  # after drawing, too


@pytest.mark.parametrize("title", ["Cadence", "Thigh extension from the vertical, peak " * 3])
def test_a_title_stays_over_its_own_figure(title: str) -> None:
    axes = Flow("", 1).axes(100, 3)[0]
    dress(axes, title, "note")
    drawn = axes.get_title(loc="left")
    assert drawn == title
    (said,) = [text for text in axes.findobj(Text) if text.get_text() == title]
    assert said.get_window_extent().width <= 1.01 * TITLE_OVER_AXES * axes.bbox.width
