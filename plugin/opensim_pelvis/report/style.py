"""Colours and lines of all figures: told apart in grey and by colour-blind readers.

Colours are of Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), darkened where thin
lines need it; a dash, a shape or a word always says the same as the colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Dash: TypeAlias = Literal["solid", "dash", "dot", "dashdot"]
Pattern: TypeAlias = Literal["", "/", "."]
Side: TypeAlias = Literal["right", "center", "left"]

RIGHT: Final = "#0b5cad"
LEFT: Final = "#c4500a"
PELVIS: Final = "#0b5cad"
TRUNK: Final = "#c4500a"
INK: Final = "#1f2933"
SOFT: Final = "#64748b"
GRID: Final = "#e2e8f0"
COACH: Final = "#f6dfae"
COACH_INK: Final = "#7a4d05"
PUBLISHED: Final = "#3f6f5a"
SHARES: Final = ("#0b5cad", "#e69f00", "#8fc1e3", "#d9dee5")
"""Parts of the stride: against, together, mainly pelvis, mainly trunk."""

SHAPES: Final[tuple[Pattern, ...]] = ("", "/", ".", "")
"""Patterns of these parts, for grey paper."""

SIDE_COLOURS: Final = {"right": RIGHT, "left": LEFT, "body": RIGHT}
SIDE_DASHES: Final[Mapping[str, Dash]] = {"right": "solid", "left": "dash", "body": "solid"}


def faded(colour: str, alpha: float) -> str:
    """Return a colour that lets the ground through.

    >>> faded("#0b5cad", 0.2)
    'rgba(11,92,173,0.2)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
