"""Faults of what a user asks for, each called by what the user wrote: a key or a flag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from opensim_pelvis.errors import SettingsError, raise_faults

COMMAND_LINE: Final = "command line"


def raise_named(subject: str, faults: Sequence[str], flags: Mapping[str, str]) -> None:
    """Raise faults; one of a flag is called by the flag, since the file may be sound."""
    named = [_called(fault, flags) for fault in faults]
    of_flags = [fault for fault in named if fault.startswith("--")]
    if of_flags:
        subject = COMMAND_LINE if len(of_flags) == len(named) else f"{COMMAND_LINE}, {subject}"
    raise_faults(SettingsError, subject, named)


def _called(fault: str, flags: Mapping[str, str]) -> str:
    key, colon, words = fault.partition(": ")
    return f"{flags[key]}{colon}{words}" if key in flags else fault
