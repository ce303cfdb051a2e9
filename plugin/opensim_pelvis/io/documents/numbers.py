"""The numbers of a text: written in digits of ASCII, and of a size that quantities have."""

from __future__ import annotations

import re
from typing import Final

LONGEST_NUMBER: Final = 400
"""No instrument writes a number of more characters."""

LARGEST_NUMBER: Final = 1e100
"""No quantity is larger; what is made of such a number would leave the range of numbers."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def finite(text: str) -> float | None:
    """Return a text as a number, None where it is none, not finite or beyond `LARGEST_NUMBER`.

    Other digits than those of ASCII, thousands marks, words and blanks are no numbers.

    >>> finite("-1.5e3"), finite("1_000"), finite("nan"), finite("1e400")
    (-1500.0, None, None, None)
    """
    if len(text) > LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        return None
    number = float(text)
    return number if abs(number) <= LARGEST_NUMBER else None
