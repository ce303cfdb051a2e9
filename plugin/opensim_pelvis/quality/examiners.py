"""Runs the checks that look for mistakes of a recording, causes before what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from opensim_pelvis.notices import Notice
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.quality.slips import find_heading_jumps, find_slips
from opensim_pelvis.types import Evidence

Examiner = Callable[[Examined], Iterator[Evidence]]

EXAMINERS: Final[Mapping[str, Examiner]] = {
    "slips": find_slips,
    "heading_jumps": find_heading_jumps,
}
"""Each examiner by its name. Those of causes stand before those of consequences: what the first
ones find is told first."""


def examine(examined: Examined) -> tuple[Evidence, ...]:
    """Return what the checks found, in the order of `EXAMINERS`."""
    return tuple(found for look in EXAMINERS.values() for found in look(examined))


def notes_of(evidence: tuple[Evidence, ...]) -> tuple[Notice, ...]:
    """Return what is told of them: errors first, then in their own order."""
    notes = [note for found in evidence for note in found.notes]
    return tuple(sorted(notes, key=lambda note: note.severity != "error"))
