"""An instant of the gait cycle, and the names that events go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

CONTACT: Final = "initial contact"
TOE_OFF: Final = "toe-off"

_LABELS: Final[Mapping[str, str]] = {
    "initial contact": CONTACT,
    "foot strike": CONTACT,
    "heel strike": CONTACT,
    "toe off": TOE_OFF,
    "foot off": TOE_OFF,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An instant of the gait cycle with its source and uncertainty."""

    time_s: float
    label: str
    context: Literal["Left", "Right", "General"]
    source: str = ""
    uncertainty_s: float = float("nan")


def known_label(label: str) -> str | None:
    """Return our name of a contact or a toe-off; None for another event.

    >>> known_label("Foot Strike"), known_label("jump")
    ('initial contact', None)
    """
    return _LABELS.get(label.strip().lower().replace("-", " ").replace("_", " "))
