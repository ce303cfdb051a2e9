"""How the screen is laid out: headings, facts behind labels, tables and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from opensim_pelvis.cli.screen.words import word

_NAME_WIDTH: Final = 13  # RightShoulder


def heading_line(words: str) -> Text:
    """Return a heading with an empty line above."""
    return Text(f"\n{words}", style="bold")


def facts_grid(facts: Mapping[str, str], **labels: str) -> Table:
    """Return facts behind their labels; those whose label depends on something are given it."""
    grid = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        key, _, of = name.partition(" ")
        label = labels.get(name) or (
            word("fact.source_of", number=of) if of else word(f"fact.{key}")
        )
        grid.add_row(Text(f"  {labels.get(name, label)}", style="dim"), value)
    return grid


def make_table(*columns: str) -> Table:
    """Return an empty table of columns by key: > means flush right, | names to copy."""
    table = Table(box=SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
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
