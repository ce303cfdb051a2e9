"""When a recording began, no more exactly than its source states it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from opensim_pelvis.notices import Notice, as_notice


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingDate:
    """Start of a recording.

    Parameters
    ----------
    start : date or datetime
        A date alone where no time of day is known; with a time zone only where the source
        states one.
    source : Notice
        Where it is known from: a header field, the user. A reader of somebody else may give a
        text.

    Examples
    --------
    >>> from opensim_pelvis.notices import notice
    >>> RecordingDate(start=datetime.date(2026, 11, 24), source=notice("source.user")).text
    '2026-11-24'
    """

    start: datetime.date
    source: Notice

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", as_notice(self.source))

    @property
    def iso(self) -> str:
        """Start as ISO 8601, with a zone only where it is known."""
        return self.start.isoformat()

    @property
    def text(self) -> str:
        """Start in words for people, to the second."""
        return show_moment(self.iso)


def show_moment(iso: str) -> str:
    """Return an ISO 8601 date for people: to the second, with its zone where it has one.

    >>> show_moment("2021-08-20T20:21:13.829000+08:00")
    '2021-08-20 20:21:13 UTC+08:00'
    >>> show_moment("2018-11-13T05:17:11")
    '2018-11-13 05:17:11'
    """
    moment = parse_moment(iso)
    if not isinstance(moment, datetime.datetime):
        return moment.isoformat()
    zone = "" if moment.tzinfo is None else f" {moment.tzname()}"
    return f"{moment:%Y-%m-%d %H:%M:%S}{zone}"


def has_zone(iso: str) -> bool:
    """Return whether an ISO 8601 date has a time zone."""
    moment = parse_moment(iso)
    return isinstance(moment, datetime.datetime) and moment.tzinfo is not None


def parse_moment(text: str) -> datetime.date:
    """Return a date, or a date with a time of day, of ISO 8601 text; ValueError otherwise."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return datetime.datetime.fromisoformat(text)


def order_moments(moments: Iterable[str | None]) -> list[tuple[bool, str]]:
    """Return a key for each ISO 8601 text that puts early before late and unknown ones last.

    Where every one has a time zone, instants are compared; else what a clock on the wall of each
    recording's place showed, since a zone that is not stated cannot be known.

    >>> order_moments(["2026-01-02", None, "2026-01-01T10:00:00+01:00"])
    [(False, '2026-01-02'), (True, ''), (False, '2026-01-01T10:00:00')]
    """
    found = [None if text is None else parse_moment(text) for text in moments]
    known = [moment for moment in found if moment is not None]
    zoned = all(isinstance(m, datetime.datetime) and m.tzinfo is not None for m in known)
    return [(moment is None, _sortable(moment, zoned)) for moment in found]


def _sortable(moment: datetime.date | None, zoned: bool) -> str:
    if moment is None:
        return ""
    if not isinstance(moment, datetime.datetime):
        return moment.isoformat()
    if zoned:
        moment = moment.astimezone(datetime.UTC)
    return moment.replace(tzinfo=None).isoformat()
