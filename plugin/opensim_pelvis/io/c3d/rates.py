"""At which rate the points of a C3D file were sampled: four places may say it.

POINT:RATE is what programs keep right; the header holds a copy. The rate of the analog channels
over the samples in a frame, and that of the rotations over their ratio, give the same number.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from opensim_pelvis.config.sampling import find_rate_fault
from opensim_pelvis.io.c3d.opened import C3dFile
from opensim_pelvis.notices import Notice, notice

SAME_RATE: Final = 1e-3
"""Rates that differ by less, relatively, are one."""


def with_rate(file: C3dFile) -> C3dFile:
    """Return the file with its point rate, where that is known from, and what is doubtful.

    Parameters
    ----------
    file : C3dFile
        ``rate_hz`` is that of the header.
    """
    stated, header = file.number("POINT:RATE"), file.rate_hz
    file = replace(file, rate_hz=math.nan)
    if _usable(stated):
        file = replace(file, rate_hz=stated, rate_source=_named("source.field", "POINT:RATE"))
        if _usable(header):
            file = _compared(file, stated, header)
    elif _usable(header):
        there = file.numbers("POINT:RATE").size > 0
        file = replace(file, rate_hz=header, rate_source=notice("word.c3d_header"))
        code = "c3d.rate_is_none" if there else "c3d.rate_missing"
        file = file.noting(code, stated_hz=stated, header_hz=header)
    elif derived := _derived(file):
        field, rate_hz = next(iter(derived.items()))
        file = replace(file, rate_hz=rate_hz, rate_source=_named("source.rate_of", field))
        file = file.noting("c3d.rate_derived", field=field, rate_hz=rate_hz)
    return replace(file, notes=(*file.notes, *_doubt_channels(file)))


def channels_contradict(file: C3dFile) -> bool:
    """Return whether ANALOG:RATE is a rate, but not that of the samples in each frame."""
    stated, known = file.number("ANALOG:RATE"), file.channel_hz
    if not (file.channels and _usable(stated) and math.isfinite(known)):
        return False
    return _differ(stated, known)


def rates_contradict(file: C3dFile) -> bool:
    """Return whether POINT:RATE is doubted by the header and by the analog channels."""
    differ = any(note.code == "c3d.rates_differ" for note in file.notes)
    return differ and channels_contradict(file)


def _compared(file: C3dFile, stated: float, header: float) -> C3dFile:
    """Return the file with what the header says of POINT:RATE."""
    if _differ(header, stated):
        return file.noting("c3d.rates_differ", stated_hz=stated, header_hz=header)
    return replace(file, rate_source=_named("source.field_and_header", "POINT:RATE"))


def _derived(file: C3dFile) -> dict[str, float]:
    """Return the point rate by the field that it follows from."""
    ratio = file.count("ROTATION:RATIO") or 0
    found = {}
    for field, per_frame in (
        ("ANALOG:RATE", file.channel_samples if file.channels else 0),
        ("ROTATION:RATE", ratio if file.count("ROTATION:USED") else 0),
    ):
        rate_hz = file.number(field) / per_frame if per_frame > 0 else math.nan
        if _usable(file.number(field)) and _usable(rate_hz):
            found[field] = rate_hz
    return found


def _doubt_channels(file: C3dFile) -> tuple[Notice, ...]:
    """Return a note where ANALOG:RATE is no rate, or not that of the samples in each frame."""
    stated, known = file.number("ANALOG:RATE"), file.channel_hz
    if not (file.channels and math.isfinite(known) and file.numbers("ANALOG:RATE").size):
        return ()
    if not _usable(stated):
        return (file.note("c3d.channel_rate_is_none", stated_hz=stated),)
    if not channels_contradict(file):
        return ()
    values = {"stated_hz": stated, "samples": file.channel_samples, "frame_hz": file.rate_hz}
    return (file.note("c3d.channel_rate_differs", **values, known_hz=known),)


def _named(code: str, field: str) -> Notice:
    return notice(code, field=field)


def _usable(rate_hz: float) -> bool:
    return find_rate_fault(rate_hz) is None


def _differ(rate_hz: float, other_hz: float) -> bool:
    return not abs(rate_hz - other_hz) <= SAME_RATE * other_hz
