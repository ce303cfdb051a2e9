"""The numbers of a text: written in digits of ASCII, and finite."""

from __future__ import annotations

import math
import re
from typing import Final

LONGEST_NUMBER: Final = 400
"""No instrument writes a number of more characters."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def finite(text: str) -> float | None:
    """Return a text as a number, None where it is none or is not finite.

    Other digits than those of ASCII, thousands marks, words and blanks are no numbers.

    >>> finite("-1.5e3"), finite("1_000"), finite("nan"), finite("1e400")
    (-1500.0, None, None, None)
    """
    if len(text) > LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        return None
    number = float(text)
    return number if math.isfinite(number) else None
