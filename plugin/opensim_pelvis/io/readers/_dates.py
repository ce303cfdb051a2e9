"""Dates in the headers of recordings: read as they stand, or left out with a note.

Month names are matched here, since those of the standard library change with the language of the
computer.
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Iterable
from typing import Final

from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import RecordingDate

EARLIEST_YEAR: Final = 2000
"""A device that shows an earlier year never had its clock set: inertial suits are younger."""

SAME_START_S: Final = 60.0
"""Sensors of one recording whose stated starts lie farther apart contradict each other."""

SECONDS_A_DAY: Final = 86_400.0

Dated = tuple[RecordingDate | None, tuple[Notice, ...]]
"""A date, or None, and notes."""

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_TIME: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?:[._,](?P<fraction>\d{1,6}))?"
_ZONE: Final = (
    r"(?:\s*(?:GMT|UTC|(?=[+-]))(?P<zone>[+-]\d{1,2}(?::?\d\d)?)?|\s*(?P<z>Z))?"
    r"(?:\s*[\[(]?(?P<place>[A-Za-z][A-Za-z0-9_+/-]{1,40})[\])]?)?"
)
_AT_UTC: Final = re.compile(r"(?<![A-Za-z])(?:Z|GMT|UTC)$")
_OFFSETS_H: Final = {
    **{"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3},
    **{"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13},
}
"""Hours ahead of UTC of abbreviations that mean one zone; CST, IST and BST mean several."""

_FORMS: Final = (
    re.compile(
        rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?:[T_ ]{_TIME}{_ZONE})?", re.ASCII
    ),
    re.compile(
        rf"(?:[A-Za-z]{{3}},? +)?(?P<month>[A-Za-z]{{3}}) +(?P<day>\d{{1,2}}) +{_TIME} +"
        rf"(?P<year>\d{{4}})",
        re.ASCII,
    ),
)
"""``2021-08-20_20:21:13_829 GMT+8`` and its like; ``Tue Nov 13 05:17:11.827 2018``."""


def date_of_text(text: str | None, source: Notice) -> Dated:
    """Return the date that a header field states.

    Parameters
    ----------
    text : str or None
        As the file has it; None, nothing and "Unknown" state none.
    source : Notice
        Which field.
    """
    stated = (text or "").strip()
    if not stated or stated.casefold() == "unknown":
        return None, ()
    for form in _FORMS:
        match = form.fullmatch(stated)
        if match is not None:
            return _checked(match, stated, source)
    return None, (_not_understood(stated, source),)


def date_of_epoch(seconds: float, source: Notice) -> Dated:
    """Return the date of a clock that counts seconds from 1970 in UTC."""
    try:
        start = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        since = notice("word.since_1970", seconds=seconds)
        return None, (_not_understood(since, source),)
    return _since(start, source)


def date_after(zero: datetime.date, seconds: float, source: Notice) -> Dated:
    """Return the date of a time on a clock that read zero at a stated moment.

    A date without a time of day stays that date: how late on it the clock started is not known.
    """
    if not isinstance(zero, datetime.datetime):
        if seconds >= SECONDS_A_DAY:
            return None, (notice("reader.date_without_time", source=source, seconds=seconds),)
        return _since(zero, source)
    try:
        return _since(zero + datetime.timedelta(seconds=seconds), source)
    except OverflowError:
        after = notice("word.after", zero=str(zero), seconds=seconds)
        return None, (_not_understood(after, source),)


def earliest(dates: Iterable[Dated], source: Notice) -> Dated:
    """Return the first start of several sensors, and what is doubtful about it."""
    pairs = list(dates)
    notes = tuple(dict.fromkeys(note for _, found in pairs for note in found))
    known = [date for date, _ in pairs if date is not None]
    if not known:
        return None, notes
    try:
        known.sort(key=_instant)
        spread_s = (_instant(known[-1]) - _instant(known[0])).total_seconds()
    except TypeError:  # some with a zone and some without
        spread_s = float("inf")
    if spread_s > SAME_START_S:
        stated = tuple(dict.fromkeys((known[0].text, known[-1].text)))
        return None, (*notes, notice("reader.dates_differ", source=source, dates=stated))
    return known[0], notes


def _instant(date: RecordingDate) -> datetime.datetime:
    start = date.start
    if not isinstance(start, datetime.datetime):
        return datetime.datetime.combine(start, datetime.time())
    return start if start.tzinfo is None else start.astimezone(datetime.UTC)


def _checked(match: re.Match[str], stated: str, source: Notice) -> Dated:
    parts = match.groupdict()
    try:
        month = parts["month"]
        number = int(month) if month.isdigit() else 1 + _MONTHS.index(month.lower())
        day = datetime.date(int(parts["year"]), number, int(parts["day"]))
        if parts["hour"] is None:
            return _since(day, source)
        time = datetime.time(
            int(parts["hour"]),
            int(parts["minute"]),
            int(parts["second"]),
            int((parts["fraction"] or "0").ljust(6, "0")),
        )
        start = datetime.datetime.combine(day, time, tzinfo=_zone(stated, parts.get("zone")))
    except ValueError:
        return None, (_not_understood(stated, source),)
    place = parts.get("place")
    if place is None or start.tzinfo is not None:
        return _since(start, source)
    zone = _find_zone(place)
    if zone is None:
        date, notes = _since(start, source)
        doubt = notice("reader.zone_unknown", source=source, stated=stated[:60], zone=place)
        return date, (*notes, doubt)
    fixed = start.replace(tzinfo=zone).utcoffset()
    return _since(start.replace(tzinfo=datetime.timezone(fixed or datetime.timedelta())), source)


def _find_zone(place: str) -> datetime.tzinfo | None:
    """Return the zone that a name means (``Europe/Berlin``, ``CET``), None where it means none."""
    if place.upper() in _OFFSETS_H:
        return datetime.timezone(datetime.timedelta(hours=_OFFSETS_H[place.upper()]))
    if "/" not in place:
        return None
    try:
        return zoneinfo.ZoneInfo(place)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _zone(stated: str, zone: str | None) -> datetime.tzinfo | None:
    """Return the zone of a text; ``GMT+8`` is eight hours ahead of UTC."""
    if zone is None:
        return datetime.UTC if _AT_UTC.search(stated) else None
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    return datetime.timezone(sign * datetime.timedelta(hours=int(hours), minutes=int(minutes)))


def _since(start: datetime.date, source: Notice) -> Dated:
    if start.year < EARLIEST_YEAR:
        return None, (notice("reader.clock_not_set", source=source, start=str(start)),)
    return RecordingDate(start=start, source=source), ()


def _not_understood(stated: str | Notice, source: Notice) -> Notice:
    shown = stated[:60] if isinstance(stated, str) else stated
    return notice("reader.date_not_understood", source=source, stated=shown)
