"""Faults of what a user asks for, each called by what the user wrote: a key or a flag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opensim_pelvis.errors import SettingsError, raise_faults


def raise_named(subject: str, faults: Sequence[str], flags: Mapping[str, str]) -> None:
    """Raise faults; one of a flag is called by the flag, since the file may be sound."""
    named = [_called(fault, flags) for fault in faults]
    if named and all(fault.startswith("--") for fault in named):
        subject = "command line"
    raise_faults(SettingsError, subject, named)


def _called(fault: str, flags: Mapping[str, str]) -> str:
    key, colon, words = fault.partition(": ")
    return f"{flags[key]}{colon}{words}" if key in flags else fault
