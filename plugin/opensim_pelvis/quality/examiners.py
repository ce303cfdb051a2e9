"""Runs the checks that look for mistakes of a recording, causes before what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from opensim_pelvis.notices import Notice
from opensim_pelvis.quality.anatomy import examine_anatomy
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.quality.forward_axis import examine_forward
from opensim_pelvis.quality.measured import examine_absent, examine_duplicates, examine_repeats
from opensim_pelvis.quality.order import examine_order
from opensim_pelvis.quality.pace import examine_cadence
from opensim_pelvis.quality.posture import examine_posture
from opensim_pelvis.quality.readings import examine_rate, examine_raw
from opensim_pelvis.quality.sides import examine_sides
from opensim_pelvis.quality.slips import find_heading_jumps, find_slips
from opensim_pelvis.quality.stated import examine_activity, examine_speed
from opensim_pelvis.quality.synchrony import examine_delays
from opensim_pelvis.quality.who_wears import find_swaps
from opensim_pelvis.types import Evidence

Examiner = Callable[[Examined], Iterator[Evidence]]

EXAMINERS: Final[Mapping[str, Examiner]] = {
    "duplicates": examine_duplicates,
    "frozen": examine_repeats,
    "rate": examine_rate,
    "raw": examine_raw,
    "heading_jumps": find_heading_jumps,
    "slips": find_slips,
    "order": examine_order,
    "forward": examine_forward,
    "wearers": find_swaps,
    "delay": examine_delays,
    "absent": examine_absent,
    "activity": examine_activity,
    "sides": examine_sides,
    "cadence": examine_cadence,
    "speed": examine_speed,
    "posture": examine_posture,
    "anatomy": examine_anatomy,
}
"""Each examiner by its name. Those of causes stand before those of consequences: what the first
ones find is told first."""

CONSEQUENCES: Final = frozenset({"anatomy"})
"""Checks whose findings have a cause that another stage may know; it is told before them."""


def examine(examined: Examined) -> tuple[Evidence, ...]:
    """Return what the checks found, in the order of `EXAMINERS`."""
    return tuple(found for look in EXAMINERS.values() for found in look(examined))


def notes_of(evidence: tuple[Evidence, ...], *, consequences: bool = False) -> tuple[Notice, ...]:
    """Return what is told of causes, or of consequences: errors first, then in their own order."""
    notes = [
        note
        for found in evidence
        if (found.check.name in CONSEQUENCES) is consequences
        for note in found.notes
    ]
    return tuple(sorted(notes, key=lambda note: note.severity != "error"))
