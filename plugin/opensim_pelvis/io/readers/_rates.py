"""Which sampling rate holds: the user's, the one that files state, or none without being asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from opensim_pelvis.config.sampling import find_rate_fault
from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import MissingRateError, ReadError
from opensim_pelvis.io.tables.cells import to_number
from opensim_pelvis.notices import Notice, notice

RATE_TOLERANCE: Final = 1e-3
"""Rates that differ by less, relatively, are one rate; whole microseconds cost up to 6e-5."""

_RATE: Final = re.compile(r"\s*(\d+(?:[.,]\d+)?)", re.ASCII)

Rate = tuple[float, Notice, tuple[Notice, ...]]
"""A rate in Hz, where it is known from, and what is doubtful about it."""


def differ(rate_hz: float, other_hz: float) -> bool:
    """Return whether two rates are two."""
    return abs(rate_hz - other_hz) > RATE_TOLERANCE * other_hz


def parse_rate(text: str) -> float | None:
    """Return the rate that a header field begins with (``60Hz``, ``100,0``), None without one."""
    found = _RATE.match(text)
    return usable(to_number(found[1].replace(",", "."))) if found else None


def usable(rate_hz: float | None) -> float | None:
    """Return a rate that a recording can have, None for any other number."""
    return rate_hz if find_rate_fault(rate_hz) is None else None


def ask_rate(
    path: Path, why: str, likely_hz: float | None = None, *, also: str = ""
) -> MissingRateError:
    """Return the error that asks for the rate: every reader asks in this way.

    Parameters
    ----------
    path : Path
    why : str
        What does not tell it.
    likely_hz : float, optional
        What a time column comes close to.
    also : str, optional
        Another place where it can be stated.
    """
    where = f"{also}, or --rate HZ" if also else "it with --rate HZ ([recording] rate_hz)"
    return MissingRateError(
        f"{path}: wanted the sampling rate, but {why}. Give {where}.", likely_hz
    )


def rate_of_user(rate_hz: float, others_hz: Collection[float], source: Notice) -> Rate:
    """Return the rate that the user stated, and a note where the files' own are others.

    Parameters
    ----------
    rate_hz : float
    others_hz : collection of float
        What the files say, if anything.
    source : Notice
        Where they say it.
    """
    other = sorted({rate for rate in others_hz if differ(rate, rate_hz)})
    told = notice("reader.user_rate", rate_hz=rate_hz, source=source, others_hz=other)
    return rate_hz, notice("source.user"), (told,) if other else ()


def rate_of_files(
    settings: RecordingSettings,
    rates_hz: Mapping[str, float],
    source: Notice,
    why: str = "the files do not state it",
) -> Rate:
    """Return the rate of files of which each is one sensor, unless the user states one.

    Parameters
    ----------
    settings : RecordingSettings
    rates_hz : mapping of str to float
        Rate by the file or sensor; those without one are left out.
    source : Notice
        Where the rates stand.
    why : str
        What does not tell the rate, where there is none.

    Raises
    ------
    ReadError
        Where there is no rate, or more than one.
    """
    if settings.rate_hz is not None:
        return rate_of_user(settings.rate_hz, rates_hz.values(), source)
    if not rates_hz:
        raise ask_rate(settings.path, why)
    rate_hz = next(iter(rates_hz.values()))
    if any(differ(other, rate_hz) for other in rates_hz.values()):
        listed = ", ".join(f"{name} {other:g} Hz" for name, other in rates_hz.items())
        raise ReadError(
            f"{settings.path}: wanted one sampling rate, but the files differ: {listed}"
        )
    return rate_hz, source, ()
