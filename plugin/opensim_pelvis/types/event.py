"""An instant of the gait cycle, all of a recording, and the names that events go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.notices import Notice, as_notice, notice
from opensim_pelvis.types.segments import Segment

CONTACT: Final = "initial contact"
TOE_OFF: Final = "toe-off"

CYCLE_EVENTS: Final[Mapping[Segment, str]] = {
    "thigh": "thigh swing",
    "shank": "shank swing",
    "foot": "foot swing",
}
"""What an instant in the swing of a segment is called."""

LOADING: Final = "loading"
MID_STANCE: Final = "mid-stance"
RIGHT_FORWARD: Final = "right side forward"

UNSTATED: Final = "source.unstated"
"""Code of the source of an event that states none."""

PLATE: Final = "source.force_plate"
"""Code of the source of an event that a force plate shows."""

_LABELS: Final[Mapping[str, str]] = {
    "initial contact": CONTACT,
    "foot strike": CONTACT,
    "heel strike": CONTACT,
    "toe off": TOE_OFF,
    "foot off": TOE_OFF,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An instant of the gait cycle with its source and uncertainty.

    A reader of somebody else may give the source as a text.
    """

    time_s: float
    label: str
    context: Literal["Left", "Right", "General"]
    source: Notice = field(default_factory=lambda: notice(UNSTATED))
    uncertainty_s: float = float("nan")

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", as_notice(self.source or notice(UNSTATED)))


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class GaitEvents:
    """All events of a recording, in order of time, and where they come from.

    Parameters
    ----------
    events : tuple of Event
    kind : str
        ``"contact"``: initial contacts and perhaps toe-offs. ``"cycle"``: an instant that
        recurs once a stride and is no contact; contact times then do not exist.
        ``"none"``: nothing could be found.
    start_label : str
        Label of the event at which a stride starts.
    methods : mapping of Notice to Notice
        Source of events to method, reference and error.
    contact_time_error_s : float
        Error of one person's mean contact time and flight time by these methods; NaN where none
        is known.
    gait : str or None
        Running or walking, as it was stated or as the load of the pelvis tells; None where neither
        does, and methods of running were used.
    sides_wrong : float
        Probability that right and left are exchanged; NaN where each event has its side from
        the leg itself or from a file. Events of a plate whose side the sensors gave have theirs.
    """

    events: tuple[Event, ...]
    kind: Literal["contact", "cycle", "none"]
    start_label: str = ""
    methods: Mapping[Notice, Notice] = field(default_factory=dict)
    notes: tuple[Notice, ...] = ()
    contact_time_error_s: float = float("nan")
    gait: ActivityKind | None = None
    sides_wrong: float = float("nan")


def known_label(label: str) -> str | None:
    """Return our name of a contact or a toe-off; None for another event.

    >>> known_label("Foot Strike"), known_label("jump")
    ('initial contact', None)
    """
    return _LABELS.get(label.strip().lower().replace("-", " ").replace("_", " "))


def shown_by_plate(source: Notice) -> bool:
    """Return whether a force plate shows an event, whoever tells its side."""
    inner = source.values.get("event")
    return source.code == PLATE or (isinstance(inner, Notice) and shown_by_plate(inner))
