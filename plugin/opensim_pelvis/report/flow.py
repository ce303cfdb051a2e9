"""Text, tables and charts down A4 pages: what the PDF is set with, by Typst.

Places are in points. What a section says becomes a call of a function of ``templates/report.typ``;
a text is always a string there, so that no name can change how it is set.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from opensim_pelvis.language import ENGLISH, Language
from opensim_pelvis.language.fonts import joins_previous, text_width
from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import Chart
from opensim_pelvis.report.charts.chart_layout import Laid, Placed, above, lay_out

WIDTH: Final = 595.3
HEIGHT: Final = 841.9
MARGIN: Final = 42.0
INNER: Final = WIDTH - 2.0 * MARGIN
_GUTTER: Final = 12.0
_CELL_PT: Final = 5.0
"""Space beside the words of a cell."""
_TITLE_SIZE, _HEADING_SIZE, _SUBHEADING_SIZE = 17.0, 12.5, 9.5
_VIRAMA: Final = 9
_NO_TEXT: Final = frozenset({"Cc", "Cs", "Cn"})


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo as the bytes of a PNG or JPEG."""

    content: bytes
    alt: str


class Flow:
    """What stands on some pages, in order.

    Parameters
    ----------
    footer : str
        Stands at the foot of each page, before the page's number.
    most : int
        Pages at most; what comes after them is left out.
    language : Language, optional
        How numbers along axes are written.

    Attributes
    ----------
    blocks : list of str
        A call of Typst each.
    words : list of str
        Every text that is set, in order; those of charts too.
    """

    def __init__(self, footer: str, most: int, language: Language = ENGLISH) -> None:
        self.blocks: list[str] = []
        self.words: list[str] = [footer]
        self.logo: Picture | None = None
        self.most = most
        self.footer, self.language = footer, language

    def title(self, words: str) -> None:
        """Set the title of the document."""
        self._call(f"report-title({self._said(words, INNER / _TITLE_SIZE, bold=True)})")

    def heading(self, words: str) -> None:
        """Set a heading; it stays with what follows it."""
        self._call(f"section({self._said(words, INNER / _HEADING_SIZE, bold=True)})")

    def subheading(self, words: str) -> None:
        """Set a heading within a section."""
        self._call(f"subsection({self._said(words, INNER / _SUBHEADING_SIZE, bold=True)})")

    def text(
        self,
        words: str,
        *,
        size: float = 9.0,
        bold: bool = False,
        colour: str = style.INK,
        indent: float = 0.0,
        mark: str = "",
        after: float = 3.0,
        keep: bool = False,
    ) -> None:
        """Set a paragraph; ``mark`` hangs before its first line; ``keep`` binds it to the next."""
        said = self._said(words, (INNER - indent) / size, bold=bold)
        self._call(
            f"paragraph({said}, size: {size:g}pt, bold: {str(bold).lower()}, "
            f'colour: rgb("{colour}"), indent: {indent:g}pt, mark: {quoted(mark)}, '
            f"after: {after + 2.0:g}pt, keep: {str(keep).lower()})"
        )

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        right: Sequence[int] = (),
        size: float = 7.8,
    ) -> None:
        """Set a table; widths are parts of the line, ``right`` the columns flush right."""
        rooms = [(width / sum(widths) * INNER - _CELL_PT) / size for width in widths]
        top = self._list(head, rooms, bold=True)
        lines = [self._list(row, rooms) for row in rows]
        self._call(
            f"rows-of({top}, ({', '.join(lines)},), "
            f"({', '.join(f'{width:g}fr' for width in widths)},), "
            f"({', '.join(map(str, right))},), {size:g}pt)"
        )

    def rule(self) -> None:
        """Draw a line across the page."""
        self._call("rule()")

    def charts(self, height: float, columns: int, charts: Sequence[Chart]) -> None:
        """Set charts side by side, in columns of equal width, not broken between pages."""
        if not charts:
            return
        width = (INNER - _GUTTER * (columns - 1)) / columns
        top = max(above(chart, width) for chart in charts)
        calls = [self._chart(lay_out(c, width, height, self.language, top), c) for c in charts]
        self._call(f"side-by-side({columns}, ({', '.join(calls)},))")

    def lamp(self, level: str) -> None:
        """Draw the light at the left margin: a disc, a diamond or a square."""
        self._call(f"lamp({quoted(level)})")

    def picture(self, picture: Picture) -> None:
        """Set a logo at the top right of the page."""
        self.logo = picture
        self._call(f'logo("/logo", {quoted(picture.alt)})')

    def _chart(self, laid: Laid, chart: Chart) -> str:
        words = "".join(f"{self._place(word)}, " for word in laid.words)
        entries = "".join(f"({quoted(svg)}, {self._said(words)}), " for svg, words in laid.legend)
        x, y = laid.legend_at
        return (
            f"chart({quoted(chart.alt)}, {laid.width:.2f}pt, {laid.height:.2f}pt, "
            f"{quoted(laid.svg)}, "
            f"({words}), ({entries}), ({x:.2f}pt, {y:.2f}pt), {laid.legend_width:.2f}pt)"
        )

    def _place(self, word: Placed) -> str:
        return (
            f"(x: {word.x:.2f}pt, y: {word.y:.2f}pt, text: {self._said(word.text)}, "
            f'size: {word.size:g}pt, colour: "{word.colour}", across: {word.across:g}, '
            f"up: {word.up:g}, room: {word.room:.2f}pt, bold: {str(word.bold).lower()}, "
            f"upright: {str(word.upright).lower()})"
        )

    def _list(self, words: Sequence[str], rooms: Sequence[float], *, bold: bool = False) -> str:
        cells = (self._said(*cell, bold=bold) for cell in zip(words, rooms, strict=True))
        return f"({''.join(f'{cell}, ' for cell in cells)})"

    def _said(self, words: str, room: float = INNER, *, bold: bool = False) -> str:
        """Keep a text and return it as Typst has it; the room is that of a line, in sizes."""
        self.words.append(words)
        return quoted(breakable(words, room, bold=bold))

    def _call(self, call: str) -> None:
        self.blocks.append(f"#{call}\n")


def breakable(words: str, room: float, *, bold: bool = False) -> str:
    r"""Return a text whose words may be broken between letters where one is wider than a line.

    Marks stay with their letters, and what a virama joins stays together.

    Examples
    --------
    >>> breakable("a pelvis_imu_1", 6.0).split("\u200b")
    ['a p', 'e', 'l', 'v', 'i', 's', '_', 'i', 'm', 'u', '_', '1']
    """

    def spread(found: re.Match[str]) -> str:
        if text_width(found[0], bold) <= room:
            return found[0]
        out = ""
        for before, letter in pairwise(f" {found[0]}"):
            joined = joins_previous(letter) or unicodedata.combining(before) == _VIRAMA
            out += letter if not out or joined else f"\u200b{letter}"
        return out

    return re.sub(r"\S+", spread, words)


def quoted(words: str) -> str:
    r"""Return a text as a string of Typst; what is no text, as control characters, is left out.

    Examples
    --------
    >>> print(quoted('a "b" \\ c\n#d'))
    "a \"b\" \\ c #d"
    """
    spaced = re.sub(r"\s+", _space, words)
    kept = "".join(c for c in spaced if unicodedata.category(c) not in _NO_TEXT)
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _space(found: re.Match[str]) -> str:
    return found[0] if found[0] == "\N{NO-BREAK SPACE}" else " "
