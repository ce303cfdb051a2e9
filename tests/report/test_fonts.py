"""Letters of every script, in figures and in the PDF."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
import typst
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from opensim_pelvis.language import fonts
from opensim_pelvis.report.flow import Flow, quoted
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.typeset import _fonts, save

NAMES = {
    "Chinese": "骨盆 王小明",
    "Japanese": "骨盤 ひらがな カタカナ",
    "Korean": "골반 김철수",
    "Hindi": "हिन्दी क्षत्रिय",
    "Bengali": "বাংলা",
    "Tamil": "தமிழ் கொழும்பு",
    "Telugu": "తెలుగు",
    "Thai": "ภาษาไทย น้ำใจ",
    "Lao": "ລາວ",
    "Khmer": "ខ្មែរ",
    "Burmese": "မြန်မာ",
    "Sinhala": "සිංහල",
    "Amharic": "አማርኛ",
    "Georgian": "ქართული",
    "Armenian": "Հայերեն",
    "Arabic": "محمد عبد الله",
    "Arabic, further letters": "محمد ݱ",
    "Hebrew": "שלום",
    "Greek": "Ελληνικά",
    "Cyrillic": "Кириллица",
    "emoji": "🏃😀",
    "accents": "e\N{COMBINING ACUTE ACCENT} s\N{COMBINING DOT BELOW}\N{COMBINING DOT ABOVE} ő",
    "dollars": "$x^{$ \\frac",
}
NO_FONT = "\ue000"
TEXTS = read_texts()


def pages(words: str) -> Flow:
    flow = Flow(words, 1)
    flow.text(words, size=12, bold=True)
    flow.table(["sensor", words], [[words, "1"]], (0.5, 0.5), right=(1,))
    return flow


@pytest.mark.parametrize("words", NAMES.values(), ids=NAMES)
def test_every_script_has_a_font(words: str) -> None:
    assert fonts.missing_letters(words) == ""
    assert fonts.families(words)


@pytest.mark.parametrize("words", [*NAMES.values(), NO_FONT], ids=[*NAMES, "no font"])
def test_a_pdf_of_any_script_is_written_small_and_without_a_word(
    words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = save(lambda: pages(words), tmp_path / "a.pdf", words, TEXTS)
    assert path.stat().st_size < 200_000  # a font is several megabytes
    assert capfd.readouterr().err == ""


def test_a_letter_without_a_font_is_told() -> None:
    figure = Figure()
    figure.text(0.1, 0.5, f"a{NO_FONT}b{NO_FONT}")
    shown = fonts.show_letters([figure])
    assert shown == NO_FONT
    assert fonts.show_letters([Figure()]) == ""


def test_boxes_are_told_at_the_foot_of_a_page(tmp_path: Path) -> None:
    kept: list[Flow] = []

    def make() -> Flow:
        kept.append(pages(NO_FONT))
        return kept[0]

    save(make, tmp_path / "a.pdf", "", TEXTS)
    assert "U+E000" in kept[0].words[-1]


def test_without_the_font_packages_letters_are_boxes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "font_files", lambda: ())
    assert fonts.missing_letters("王b") == "王"
    assert save(lambda: pages("王b"), tmp_path / "a.pdf", "", TEXTS).exists()


@pytest.mark.parametrize("name", ["Chinese", "Hindi", "Tamil", "Thai", "Khmer", "Burmese"])
def test_what_is_drawn_is_ink_and_no_boxes(name: str) -> None:
    """A text in its own fonts differs from the same with the base font alone: boxes."""
    drawn = []
    for own in (True, False):
        figure = Figure(figsize=(4, 1))
        figure.text(0.1, 0.5, NAMES[name])
        canvas = FigureCanvasAgg(figure)
        if own:
            fonts.show_letters([figure])
        with fonts.boxes_for_missing():
            canvas.draw()
        drawn.append(bytes(canvas.buffer_rgba()))
    assert drawn[0] != drawn[1]


def test_characters_look_as_in_the_country_of_the_text() -> None:
    assert [fonts.east_asian_face(NAMES[n]) for n in ("Japanese", "Korean", "Chinese")] == [0, 1, 2]


@pytest.mark.parametrize("words", ["字" * 200, "e\u0301" * 200, "한국 " * 80, "हिन्दी" * 60])
def test_long_names_stay_on_their_page(words: str, tmp_path: Path) -> None:
    """More lines are higher: a word that is too long is broken somewhere."""
    flow = Flow("", 1)
    flow.table(["head"], [[words]], (1.0,))
    cell = re.findall(r'"([^"]*)"', flow.blocks[0])[1]
    once, often = (
        typst.query(measured(text), "<height>", field="value", one=True, font_paths=_fonts())
        for text in (cell[:20], cell)
    )
    assert float(often) > 2.0 * float(once)
    assert not any(fonts.joins_previous(piece[0]) for piece in cell.split("\u200b"))
    assert cell.replace("\u200b", "").split() == words.split()


def measured(words: str) -> bytes:
    """Return a document that tells how high a narrow column of a text is."""
    column = f"block(width: 100pt, text(size: 9pt, {quoted(words)}))"
    height = f"measure({column}).height.pt()"
    return f"#context [#metadata({height})<height>]".encode()


def test_a_lab_of_any_script_is_read(tmp_path: Path) -> None:
    """The words of the report that tell of boxes can be translated, as all others."""
    assert "{letters}" in TEXTS["page"]["boxes"]
    assert TEXTS["page"]["boxes"].format(letters="U+E000").endswith("U+E000")
