"""What `inspect` shows of a sound file without inertial sensors."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from opensim_pelvis.cli.screen.words import advised, told, word
from opensim_pelvis.notices import notice
from opensim_pelvis.types import FileContents


def render_contents(contents: FileContents) -> RenderableType:
    """Return what a file holds and what it can serve for."""
    grid = Table.grid(padding=(0, 2))
    for name, fact in contents.facts.items():
        grid.add_row(Text(told(notice(f"contents.{name}"))), Text(told(fact)))
    uses = Table.grid(padding=(0, 2))
    for use in contents.uses:
        uses.add_row(Text("-"), Text(told(use)))
    parts: list[RenderableType] = [Text(told(contents.title), style="bold"), Text(), grid]
    if contents.uses:
        parts += [Text(), Text(word("title.serve"), style="bold"), uses]
    if contents.notes:
        notes = Table.grid(padding=(0, 2))
        for note in contents.notes:
            notes.add_row(Text("-"), Text(advised(note)))
        parts += [Text(), Text(word("title.contents_notes"), style="bold"), notes]
    return Group(*parts)
