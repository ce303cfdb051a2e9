"""How the screen is laid out: headings, facts behind labels, tables and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from opensim_pelvis.cli.screen.words import word

_NAME_WIDTH: Final = 13  # RightShoulder
_UNBOUNDED: Final = 10_000


class ScreenTable(Table):
    """A table that is set as a block a row where its words would not fit side by side."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or the blocks: the first cell, then a line a further cell."""
        free = options.update(width=_UNBOUNDED)
        if Measurement.get(console, free, self).minimum <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        yield Text(str(self.title or ""), style="italic")
        heads = [str(column.header) for column in self.columns]
        of = ""
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            first, *rest = map(str, cells)
            of = first or of  # a row below another of the same name leaves it out
            shown = {head: cell for head, cell in zip(heads, (of, *rest), strict=True) if cell}
            yield labelled(shown)
            yield Text()


def heading_line(words: str) -> Text:
    """Return a heading with an empty line above."""
    return Text(f"\n{words}", style="bold")


def facts_grid(facts: Mapping[str, str], **labels: str) -> Table:
    """Return facts behind their labels; those whose label depends on something are given it."""
    shown = {}
    for name, value in facts.items():
        key, _, of = name.partition(" ")
        label = labels.get(name) or (
            word("fact.source_of", number=of) if of else word(f"fact.{key}")
        )
        shown[label] = value
    return labelled(shown)


def labelled(lines: Mapping[str, str]) -> Table:
    """Return lines behind their labels, which are as they are shown."""
    grid = Table.grid(padding=(0, 2))
    for label, value in lines.items():
        grid.add_row(Padding(Text(label, style="dim"), (0, 0, 0, 2)), Text(value))
    return grid


def make_table(*columns: str) -> Table:
    """Return an empty table of columns by key: > means flush right, | names to copy."""
    table = ScreenTable(box=SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
    for name in columns:
        right, copied = name.startswith(">"), name.startswith("|")
        table.add_column(
            word(f"column.{name.lstrip('>|')}") if name else "",
            justify="right" if right else "left",
            overflow="fold" if copied else "ellipsis",
            min_width=_NAME_WIDTH if copied else None,
        )
    return table


def listed(title: str, lines: Iterable[str]) -> list[RenderableType]:
    """Return a headed list, or nothing when there is nothing to say."""
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("  -", line)
    return [heading_line(title), grid] if grid.row_count else []
