"""Words that several messages share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LETTERS: Final = 32
"""Of one name; a longer one is cut."""


def some_of(names: Sequence[str], most: int = 6) -> str:
    """Return the first names of a list as text, and how many more there are.

    >>> some_of(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    shown = ", ".join(n if len(n) <= LETTERS else f"{n[: LETTERS - 3]}..." for n in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
