"""Colours and lines of all figures and pages: told apart in grey and by colour-blind readers.

Blue is the pelvis and orange the trunk everywhere; right and left have colours of their own. A
dash, a shape or a word always says the same as the colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Dash: TypeAlias = Literal["solid", "dash", "dot", "dashdot"]
Pattern: TypeAlias = Literal["", "/", "."]
Side: TypeAlias = Literal["right", "center", "left"]

PALETTE: Final[Mapping[str, tuple[str, str]]] = {
    "paper": ("#ffffff", "#10171e"),
    "ground": ("#f4f6f8", "#1a232c"),
    "ink": ("#15212b", "#e8edf2"),
    "soft": ("#4c5a66", "#aab6c1"),
    "line": ("#cfd6dc", "#35424e"),
    "grid": ("#e4e8ec", "#27323c"),
    "link": ("#0b4f94", "#8ac4f5"),
    "pelvis": ("#0067a8", "#63b6f2"),
    "pelvis-fill": ("#d8e9f6", "#17405c"),
    "trunk": ("#b34a00", "#f3a068"),
    "trunk-fill": ("#fbe6d6", "#4a2d1b"),
    "right": ("#22303c", "#dfe7ee"),
    "left": ("#a8327d", "#ee8cc6"),
    "body": ("#8a949d", "#7f8b96"),
    "body-fill": ("#e9ecef", "#222d37"),
    "coach": ("#7d5600", "#e0b354"),
    "coach-fill": ("#f8ecd2", "#3a2f18"),
    "published": ("#3f6f5a", "#8fd0b4"),
    "published-fill": ("#e2efe9", "#1d352b"),
    "ours": ("#00695c", "#54c7b6"),
    "against": ("#6d8f80", "#5f8574"),
    "together": ("#e6b84c", "#a57c1c"),
    "good": ("#00734f", "#43c99b"),
    "look": ("#e69f00", "#f0bd35"),
    "bad": ("#b3123c", "#ff7d8d"),
    "warn-fill": ("#fff3d6", "#3a2f18"),
}
"""Name to colour on white and on black ground; figures hold the first, a page shows either."""


def colour(name: str) -> str:
    """Return a colour of figures by its name: that on white ground.

    >>> colour("pelvis") == PELVIS
    True
    """
    return PALETTE[name][0]


PAPER: Final = colour("paper")
INK: Final = colour("ink")
SOFT: Final = colour("soft")
GRID: Final = colour("grid")
PELVIS: Final = colour("pelvis")
TRUNK: Final = colour("trunk")
COACH: Final = colour("coach-fill")
COACH_INK: Final = colour("coach")
PUBLISHED: Final = colour("published")
OURS: Final = colour("ours")
"""This recording, beside another system's."""
START: Final = colour("look")
SHARES: Final = tuple(map(colour, ("against", "together", "pelvis-fill", "trunk-fill")))
"""Parts of the stride: against, together, mainly pelvis, mainly trunk."""

SHAPES: Final[tuple[Pattern, ...]] = ("", "/", ".", "")
"""Patterns of these parts, for grey paper."""

SIDE_COLOURS: Final = {"right": colour("right"), "left": colour("left"), "body": PELVIS}
SIDE_DASHES: Final[Mapping[str, Dash]] = {"right": "solid", "left": "dash", "body": "solid"}

_NAMES: Final = {light: name for name, (light, _) in PALETTE.items()}


def variable(shown: str) -> str:
    """Return the colour of a figure as a page names it, for either ground.

    >>> variable(PELVIS)
    'var(--pelvis)'
    """
    return f"var(--{_NAMES[shown]})"


def variables() -> str:
    """Return the style sheet that gives every colour its value; paper is always white."""
    light, dark = (
        "".join(f"--{name}:{pair[place]};" for name, pair in PALETTE.items()) for place in (0, 1)
    )
    return (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )
