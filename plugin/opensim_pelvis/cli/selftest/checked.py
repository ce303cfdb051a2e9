"""What a check is, and how it says that a value is not what it must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Failed(Exception):  # noqa: N818 - a finding, not an error of the program
    """A value is not what it must be."""


@dataclass(frozen=True)
class Check:
    """One thing that is tried: its name, the function, and the package that it stands on."""

    name: str
    function: Callable[[Path, dict[str, Any]], None]
    package: str


def within(what: str, found: float, limit: float) -> None:
    """Raise `Failed` unless a number is finite and at most the limit."""
    if not found <= limit:
        raise Failed(f"{what} is {found:.3g}, wanted {limit:g} at most")


def need(wanted: bool, what: str) -> None:
    """Raise `Failed` with some words unless a condition holds."""
    if not wanted:
        raise Failed(what)
