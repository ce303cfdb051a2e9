"""A chart as SVG within a page: its letters are text, its colours those of the reader's ground."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from opensim_pelvis.language.fonts import text_width
from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import Bundle, Chart, Line, Size
from opensim_pelvis.report.charts.chart_layout import Laid, Placed, lay_out
from opensim_pelvis.report.charts.chart_marks import PATTERNS, bundle_of, swatch_of
from opensim_pelvis.report.texts import Texts

NARROW_PT: Final = 184.0
"""As wide as on paper, where three stand side by side: on a phone a point is 1.7 pixels."""
_WIDE_PT: Final[Mapping[Size, float]] = {"large": 400.0, "strip": 400.0, "scale": 300.0}
_HEIGHTS: Final[dict[Size, float]] = {
    "small": 116.0, "square": 184.0, "strip": 44.0, "large": 215.0, "scale": 88.0,
}  # fmt: skip
_TOP_PT: Final = 5.0
_CAP: Final = 0.73
"""Height of a capital letter, a part of its size."""
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_ANCHORS: Final = {0.0: "start", 0.5: "middle", 1.0: "end"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A chart as a page shows it: parts of HTML, all text escaped.

    Parameters
    ----------
    svgs : tuple of (str, str)
        Class and SVG: one for every width of a window, or one for phones and one for others.
    legend : tuple of (str, str)
        SVG and label of what the chart names.
    alt : str
        What it is of, and from where to where its lines go; not escaped.
    """

    svgs: tuple[tuple[str, str], ...]
    legend: tuple[tuple[str, str], ...]
    alt: str


def show(chart: Chart, texts: Texts) -> Shown:
    """Return a chart as a page shows it; those across it have a layout for wide windows, too."""
    x, y = chart.limits(bundles=True)
    bare = replace(chart, title="", note="", legend=False, x_limits=x, y_limits=y)
    height, wide = _HEIGHTS[chart.size], _WIDE_PT.get(chart.size)
    sizes = [("narrow" if wide else "", NARROW_PT, height)]
    if wide:
        sizes.append(("wide", wide, height))
    return Shown(
        svgs=tuple(
            (name, _svg(bare, lay_out(bare, width, high, texts.language, _TOP_PT)))
            for name, width, high in sizes
        ),
        legend=tuple((_coloured(swatch_of(mark, "")), mark.label) for mark in chart.labelled()),
        alt=". ".join((chart.alt, *_ranges(chart, texts))),
    )


def patterns() -> str:
    """Return the patterns that charts fill with, to stand once in a page."""
    hidden = 'width="0" height="0" aria-hidden="true" style="position:absolute"'
    return f"<svg {hidden}><defs>{_coloured(PATTERNS)}</defs></svg>"


def _ranges(chart: Chart, texts: Texts) -> list[str]:
    """Return from where to where each line that has a name goes."""
    found = []
    for mark in chart.marks:
        if isinstance(mark, Line) and mark.label:
            known = [value for value in mark.y if value is not None]
            low, high = (texts.written(end(known), ".1f") for end in (min, max))
            band = texts["measures"]["band"].format(low=low, high=high)
            found.append(f"{mark.label}: {band}")
    return found


def _svg(chart: Chart, laid: Laid) -> str:
    frame = laid.frame
    box = f"{frame.left:.2f} {frame.top:.2f} {frame.width:.2f} {frame.height:.2f}"
    single = "".join(bundle_of(mark, frame) for mark in chart.marks if isinstance(mark, Bundle))
    every = f'<g class="every">{single}</g>' if single else ""
    ends = " ".join(f"{end:g}" for end in (*frame.x, *frame.y))
    return _coloured(
        f'<svg viewBox="0 0 {laid.width:g} {laid.height:g}" data-box="{box}" data-ends="{ends}" '
        f'aria-hidden="true">{laid.axes}<svg {frame.box} viewBox="{box}" fill="none">'
        f"{every}{laid.marks}</svg>{''.join(map(_text, laid.words))}</svg>"
    )


def _text(word: Placed) -> str:
    """Return a text at its place, smaller where it is wider than its room."""
    size = word.size * min(1.0, word.room / (word.size * max(text_width(word.text), 0.1)))
    anchor = _ANCHORS[0.5 if word.upright else word.across]
    kept = ' translate="no"' if word.is_name else ""
    look = f'font-size="{size:.3g}" fill="{word.colour}" text-anchor="{anchor}"{kept}'
    if word.upright:
        place = f'transform="translate({word.x + _CAP * size:.2f} {word.y:.2f}) rotate(-90)"'
    else:
        place = f'x="{word.x:.2f}" y="{word.y + (1.0 - word.up) * _CAP * size:.2f}"'
    return f"<text {place} {look}>{escape(word.text)}</text>"


def _coloured(svg: str) -> str:
    """Return shapes whose colours are those that the page gives them."""
    return _COLOUR.sub(lambda found: style.variable(found[0]), svg)
