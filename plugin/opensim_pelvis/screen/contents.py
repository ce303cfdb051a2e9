"""What `inspect` shows of a sound file without inertial sensors."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from opensim_pelvis.notices import advise
from opensim_pelvis.types import FileContents


def render_contents(contents: FileContents) -> RenderableType:
    """Return what a file holds and what it can serve for."""
    grid = Table.grid(padding=(0, 2))
    for name, words in contents.facts:
        grid.add_row(Text(name), Text(words))
    uses = Table.grid(padding=(0, 2))
    for use in contents.uses:
        uses.add_row(Text("-"), Text(use))
    parts: list[RenderableType] = [Text(contents.title, style="bold"), Text(), grid]
    if contents.uses:
        parts += [Text(), Text("It can serve as", style="bold"), uses]
    if contents.notes:
        notes = Table.grid(padding=(0, 2))
        for note in contents.notes:
            notes.add_row(Text("-"), Text(advise(note)))
        parts += [Text(), Text("Notes", style="bold"), notes]
    return Group(*parts)
