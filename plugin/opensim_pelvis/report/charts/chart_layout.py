"""A chart as an SVG of its shapes, and where its words stand: for what sets letters itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from opensim_pelvis.language import Language
from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import Chart, Words
from opensim_pelvis.report.charts.chart_frame import Frame
from opensim_pelvis.report.charts.chart_marks import PATTERNS, shape_of, stroke, swatch_of
from opensim_pelvis.report.charts.chart_ticks import tick_words, ticks

_LEFT, _NAME, _RIGHT, _BOTTOM = 24.0, 10.0, 6.0, 26.0
_TITLE, _NOTE, _LEGEND, _PLAIN = 15.0, 9.0, 10.0, 4.0
_TICK_PT, _TICK_SIZE, _LABEL_SIZE, _TITLE_SIZE, _NOTE_SIZE = 2.5, 6.5, 6.5, 8.5, 6.2
_ROOM_OF_TICK: Final = (29.0, 20.0)
_LETTER: Final = 0.58
"""Width of a usual letter, a part of its size: how many lines a legend takes."""
_SWATCH_PT: Final = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A text on a chart: points from its top left, and which part of the text stands there.

    Parameters
    ----------
    across, up : float
        0 its left or top, 1 its right or bottom.
    room : float
        It is set smaller where it is wider.
    upright : bool
        Read from below.
    is_name : bool
        Nobody is to translate it.
    """

    x: float
    y: float
    text: str
    size: float
    colour: str = style.INK
    across: float = 0.0
    up: float = 0.0
    room: float = 1000.0
    bold: bool = False
    upright: bool = False
    is_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A chart with its places: shapes, words, and the legend's entries with a shape each.

    Parameters
    ----------
    width, height : float
        Points.
    frame : Frame
    axes, marks : str
        Shapes as SVG: grid, axes and ticks; and what they show.
    words : sequence of Placed
    legend : sequence of (str, str)
        SVG and label.
    legend_at : (float, float)
    legend_width : float
    """

    width: float
    height: float
    frame: Frame
    axes: str
    marks: str
    words: Sequence[Placed]
    legend: Sequence[tuple[str, str]]
    legend_at: tuple[float, float]
    legend_width: float

    @property
    def svg(self) -> str:
        """Return all shapes as a separate image."""
        size = f'width="{self.width:g}" height="{self.height:g}"'
        clip = f'<clipPath id="c"><rect {self.frame.box}/></clipPath>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} '
            f'{self.height:g}" {size}><defs>{clip}{PATTERNS}</defs>{self.axes}'
            f'<g clip-path="url(#c)" fill="none">{self.marks}</g></svg>'
        )


def above(chart: Chart, width: float) -> float:
    """Return how much of a chart its title, note and legend take, points."""
    long = sum(_SWATCH_PT + _LETTER * _TICK_SIZE * len(mark.label) for mark in chart.labelled())
    lines = ceil(long / (width - _left(chart) - _RIGHT))
    return _TITLE + _NOTE * bool(chart.note) + (_LEGEND * lines or _PLAIN)


def lay_out(
    chart: Chart, width: float, height: float, language: Language, top: float | None = None
) -> Laid:
    """Return a chart of so many points with every shape and word at its place.

    Parameters
    ----------
    chart : Chart
    width, height : float
        Points.
    language : Language
        How numbers are written.
    top : float, optional
        Where its axes begin, so that those of neighbours are level; as `above` says unless given.
    """
    left, entries = _left(chart), chart.labelled()
    top = above(chart, width) if top is None else top
    wide = width - left - _RIGHT
    high = height - top - (_BOTTOM if chart.framed else _PLAIN)
    frame = Frame.around(chart, left, top, wide, high)
    shapes = [shape_of(mark, frame) for mark in chart.marks]
    words = [
        Placed(x=left, y=2.0, text=chart.title, size=_TITLE_SIZE, bold=True, room=wide),
        Placed(
            x=left, y=_TITLE - 1.0, text=chart.note, size=_NOTE_SIZE, colour=style.SOFT, room=wide
        ),
        *(_placed(mark, frame) for mark in chart.marks if isinstance(mark, Words)),
    ]
    axes = ""
    if chart.framed:
        axes, more = _axes(chart, frame, language)
        words += more
    return Laid(
        width=width,
        height=height,
        frame=frame,
        axes=axes,
        marks="".join(shapes),
        words=[word for word in words if word.text],
        legend=[(swatch_of(mark), mark.label) for mark in entries],
        legend_at=(left, _TITLE + _NOTE * bool(chart.note)),
        legend_width=wide,
    )


def _left(chart: Chart) -> float:
    if not chart.framed:
        return _RIGHT
    return (_LEFT if chart.y_ticks else _RIGHT) + _NAME * bool(chart.y)


def _placed(mark: Words, frame: Frame) -> Placed:
    across = {"right": 0.0, "center": 0.5, "left": 1.0}[mark.side]
    up = {"above": 1.0, "middle": 0.5, "below": 0.0}[mark.up]
    return Placed(
        x=frame.across(mark.x) + (1.0 - 2.0 * across) * mark.away_pt,
        y=frame.up(mark.y) + (1.0 - 2.0 * up) * mark.away_pt,
        text=mark.text,
        size=mark.size,
        colour=mark.colour,
        across=across,
        up=up,
        room=frame.width,
        is_name=mark.is_name,
    )


def _axes(chart: Chart, frame: Frame, language: Language) -> tuple[str, list[Placed]]:
    """Return grid, axes and ticks, and the words along them."""
    words, grid, marks = [], [], []
    right, bottom = frame.left + frame.width, frame.top + frame.height
    x_ticks = ticks(*frame.x, max(int(frame.width / _ROOM_OF_TICK[0]), 2))
    y_ticks = ticks(*frame.y, max(int(frame.height / _ROOM_OF_TICK[1]), 2)) if chart.y_ticks else []
    for value, word in zip(x_ticks, tick_words(x_ticks), strict=True):
        x = frame.across(value)
        grid.append(f"M{x:.2f} {frame.top:.2f}V{bottom:.2f}")
        marks.append(f"M{x:.2f} {bottom:.2f}v{_TICK_PT}")
        words.append(_tick(x, bottom + 3.5, language.digits(word), across=0.5))
    for value, word in zip(y_ticks, tick_words(y_ticks), strict=True):
        y = frame.up(value)
        grid.append(f"M{frame.left:.2f} {y:.2f}H{right:.2f}")
        marks.append(f"M{frame.left:.2f} {y:.2f}h-{_TICK_PT}")
        words.append(_tick(frame.left - 4.0, y, language.digits(word), across=1.0, up=0.5))
    marks.append(f"M{frame.left:.2f} {frame.top:.2f}V{bottom:.2f}H{right:.2f}")
    middle = frame.left + frame.width / 2.0
    words.append(
        Placed(x=middle, y=bottom + 13.0, text=chart.x, size=_LABEL_SIZE, across=0.5,
               room=frame.width + 0.8 * frame.left)
    )  # fmt: skip
    words.append(
        Placed(x=frame.left - _left(chart) + 1.0, y=frame.top + frame.height / 2.0, text=chart.y,
               size=_LABEL_SIZE, up=0.5, room=frame.height + 20.0, upright=True)
    )  # fmt: skip
    drawn = (
        f'<path d="{"".join(grid)}" {stroke(style.GRID, 0.5, "solid")}/>'
        f'<path d="{"".join(marks)}" fill="none" {stroke(style.INK, 0.6, "solid")}/>'
    )
    return drawn, words


def _tick(x: float, y: float, text: str, *, across: float, up: float = 0.0) -> Placed:
    return Placed(x=x, y=y, text=text, size=_TICK_SIZE, across=across, up=up)
