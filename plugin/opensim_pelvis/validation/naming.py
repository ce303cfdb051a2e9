"""Words and notices that several readers of references share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from opensim_pelvis.notices import Notice, notice, say

LETTERS: Final = 32
"""Of one name; a longer one is cut."""


def some_of(names: Sequence[str], most: int = 6) -> str:
    """Return the first names of a list as text, and how many more there are.

    >>> some_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    return say(list_some(names, most))


def note_file(code: str, file: str, **values: object) -> Notice:
    """Return a notice on a file, which its sentence names."""
    return notice(code, file, file=file, **values)


def list_some(names: Sequence[str], most: int = 6) -> Notice:
    """Return the same for another notice; all names are its subject."""
    shown = [n if len(n) <= LETTERS else f"{n[: LETTERS - 3]}..." for n in names[:most]]
    if len(names) > most:
        return notice("word.names_and_more", *names, names=shown, more=len(names) - most)
    return notice("word.names", *names, names=shown)
