"""Text, tables and figures down A4 pages, with matplotlib alone: what the PDF is set with.

Places are in points from the top left of the page. Text is never read as mathematics, so that
no name can change how it is set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opensim_pelvis.language import fonts
from opensim_pelvis.report import style
from opensim_pelvis.report.logo import logo_pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 595.3
HEIGHT: Final = 841.9
MARGIN: Final = 42.0
BOTTOM: Final = 46.0
INNER: Final = WIDTH - 2.0 * MARGIN
LEADING: Final = 1.32


class Flow:
    """Pages that fill from the top; what does not fit goes to the next page.

    Parameters
    ----------
    footer : str
        Stands at the foot of each page, before the page's number.
    most : int
        Pages at most; what comes after them is left out, and `full` is True.
    """

    def __init__(self, footer: str, most: int) -> None:
        self.pages: list[Figure] = []
        self.full = False
        self._footer, self._most = footer, most
        self.y = 0.0
        self.new_page()

    def new_page(self) -> None:
        """Begin a page, unless there are as many as there may be."""
        from matplotlib.figure import Figure

        if len(self.pages) >= self._most:
            self.full = True
            return
        self.pages.append(Figure(figsize=(WIDTH / 72.0, HEIGHT / 72.0)))
        self.y = MARGIN
        words = f"{self._footer}   ·   {len(self.pages)}"
        self._put(words, MARGIN, HEIGHT - 26.0, 7.0, colour=style.SOFT)

    def room(self, height: float) -> bool:
        """Make sure of so much height, on a new page if need be; False when there is no more."""
        if not self.full and self.y + height > HEIGHT - BOTTOM:
            self.new_page()
        return not self.full

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
    ) -> None:
        """Set a paragraph; ``mark`` hangs before its first line."""
        for number, line in enumerate(wrap(words, INNER - indent, size, bold)):
            if not self.room(size * LEADING):
                return
            if mark and not number:
                self._put(mark, MARGIN + indent - 10.0, self.y, size, colour=colour)
            self._put(line, MARGIN + indent, self.y, size, bold=bold, colour=colour)
            self.y += size * LEADING
        self.y += after

    def heading(self, words: str) -> None:
        """Set a heading that keeps some lines below it on its page."""
        if self.room(70.0):
            self.y += 5.0
            self.text(words, size=12.5, bold=True, after=4.0)

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
        edges = [MARGIN]
        for width in widths:
            edges.append(edges[-1] + width * INNER)
        for number, row in enumerate((head, *rows)):
            bold = number == 0
            cells = [
                wrap(cell, edges[i + 1] - edges[i] - 5.0, size, bold) for i, cell in enumerate(row)
            ]
            height = max(len(lines) for lines in cells) * size * LEADING + 2.5
            if not self.room(height):
                return
            for i, lines in enumerate(cells):
                for k, line in enumerate(lines):
                    place = edges[i + 1] - 5.0 if i in right else edges[i]
                    side = "right" if i in right else "left"
                    y = self.y + k * size * LEADING
                    self._put(line, place, y, size, bold=bold, align=side)
            self.y += height
            self.rule(strong=bold)
        self.y += 4.0

    def rule(self, *, strong: bool = False) -> None:
        """Draw a line across the page."""
        from matplotlib.lines import Line2D

        y = 1.0 - (self.y - 1.0) / HEIGHT
        ends = [MARGIN / WIDTH, 1.0 - MARGIN / WIDTH]
        colour, width = (style.SOFT, 0.8) if strong else (style.GRID, 0.5)
        self.pages[-1].add_artist(Line2D(ends, [y, y], color=colour, lw=width))
        self.y += 1.5

    def axes(self, height: float, columns: int, used: int | None = None) -> list[Axes]:
        """Return axes side by side in a row of so much height, with room for their words."""
        if not self.room(height):
            return []
        gap = 44.0
        width = (INNER - gap * (columns - 1) - 30.0) / columns
        found = []
        for i in range(used or columns):
            left = MARGIN + 30.0 + i * (width + gap)
            box = (
                left / WIDTH,
                1.0 - (self.y + height - 30.0) / HEIGHT,
                width / WIDTH,
                (height - 52.0) / HEIGHT,
            )
            found.append(self.pages[-1].add_axes(box))
        self.y += height
        return found

    def lamp(self, level: str) -> None:
        """Draw the light at the left margin: a disc, a diamond or a square."""
        from matplotlib.lines import Line2D

        marker, colour = {
            "good": ("o", "#1b8a5a"), "doubtful": ("D", "#f2b134"), "rejected": ("s", "#a61b3c"),
        }[level]  # fmt: skip
        self.room(14.0)
        place = ([(MARGIN + 7.0) / WIDTH], [1.0 - (self.y + 5.5) / HEIGHT])
        self.pages[-1].add_artist(
            Line2D(*place, marker=marker, ms=10, mfc=colour, mec=style.INK, ls="none")
        )

    def picture(self, path: Path, *, height: float = 34.0) -> None:
        """Set a logo at the top right of the page."""
        pixels = logo_pixels(path)
        width = min(height * pixels.shape[1] / pixels.shape[0], 160.0)
        box = ((WIDTH - MARGIN - width) / WIDTH, 1.0 - (MARGIN + height) / HEIGHT,
               width / WIDTH, height / HEIGHT)  # fmt: skip
        axes = self.pages[-1].add_axes(box)
        axes.imshow(pixels)
        axes.axis("off")

    def remark(self, words: str) -> None:
        """Set a line over the foot of the last page."""
        self._put(words, MARGIN, HEIGHT - 35.0, 6.5, colour=style.SOFT)

    def _put(
        self, words: str, x: float, y: float, size: float, *, bold: bool = False,
        colour: str = style.INK, align: str = "left",
    ) -> None:  # fmt: skip
        settings: dict[str, Any] = {"ha": align, "va": "top", "color": colour, "fontsize": size}
        settings["fontweight"] = "bold" if bold else "normal"
        self.pages[-1].text(x / WIDTH, 1.0 - y / HEIGHT, words, parse_math=False, **settings)


def wrap(words: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Break a text at its spaces into lines of so many points; a word too long is cut."""
    lines: list[str] = []
    line, used = "", 0.0
    space = text_width(" ", size, bold)
    for word in re.split(r"[ \n\t]+", words.strip()):
        pieces = _cut(word, width, size, bold)
        if len(pieces) > 1:
            lines += [line] if line else []
            lines += pieces[:-1]
            line, used = "", 0.0
        long = text_width(pieces[-1], size, bold)
        if line and used + space + long <= width:
            line, used = f"{line} {pieces[-1]}", used + space + long
        else:
            lines += [line] if line else []
            line, used = pieces[-1], long
    return [*lines, line] if line or not lines else lines


def _cut(word: str, width: float, size: float, bold: bool) -> list[str]:
    """Cut a word into pieces that fit, never before a mark that belongs to its letter."""
    pieces, used = [""], 0.0
    for letter in word:
        long = fonts.advance(letter, bold) * size
        if pieces[-1] and used + long > width and not fonts.joins_previous(letter):
            pieces.append("")
            used = 0.0
        pieces[-1] += letter
        used += long
    return pieces


def text_width(words: str, size: float, bold: bool = False) -> float:
    """Return the width of a text in points, at most: letters that join may take less."""
    return sum(fonts.advance(letter, bold) for letter in words) * size
