"""What tests ask of notices: their codes, the one of a code, or their sentences."""

from __future__ import annotations

from collections.abc import Iterable

from opensim_pelvis.notices import Notice, say


def codes(notes: Iterable[Notice]) -> list[str]:
    """Return the codes in their order."""
    return [note.code for note in notes]


def sentences(notes: Iterable[Notice]) -> tuple[str, ...]:
    """Return what a person reads."""
    return tuple(say(note) for note in notes)


def coded(notes: Iterable[Notice], code: str) -> list[Notice]:
    """Return the notices of a code."""
    return [note for note in notes if note.code == code]
