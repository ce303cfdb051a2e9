"""Reads ``check_rates.toml``: how often each check is wrong, as the benchmarks counted it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Counts = tuple[int, int]
"""How often, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often checks are wrong.

    Parameters
    ----------
    false_alarms, misses : mapping of str to (int, int)
        By check: of sound recordings in which it was made, those in which it was not good; of
        recordings broken in a way that it is there for, those in which it said nothing.
    untried : mapping of str to str
        Checks for which no recording is broken, and why.
    sound_command, broken_command : str
        What counted them.
    """

    false_alarms: Mapping[str, Counts]
    misses: Mapping[str, Counts]
    untried: Mapping[str, str]
    sound_command: str
    broken_command: str


@cache
def rates() -> Rates:
    """Return the rates of all checks."""
    path = files("opensim_pelvis.quality").joinpath("check_rates.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))

    def counts(section: str) -> dict[str, Counts]:
        return {name: (int(k), int(n)) for name, (k, n) in table[section]["checks"].items()}

    return Rates(
        false_alarms=counts("sound"),
        misses=counts("broken"),
        untried=table["untried"],
        sound_command=table["sound"]["command"],
        broken_command=table["broken"]["command"],
    )
