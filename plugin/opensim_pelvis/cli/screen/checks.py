"""How a check of this installation ended, as a line."""

from __future__ import annotations

from collections.abc import Iterator

from opensim_pelvis.cli.screen.words import spoken, word
from opensim_pelvis.cli.selftest.run import CHECKS, Outcome
from opensim_pelvis.language import Text


def outcome_line(outcome: Outcome) -> str:
    """Return what the screen shows of one check."""
    name = spoken().text(_key(outcome.name), outcome.name)
    if not outcome.why:
        return word("command.check_passed", name=name)
    return word("command.check_failed", name=name, why=outcome.why, todo=outcome.todo)


def texts() -> Iterator[Text]:
    """Return the name of every check."""
    yield from (Text(_key(check.name), check.name) for check in CHECKS)


def _key(name: str) -> str:
    return f"selftest.{name.partition(':')[0].replace(' ', '_')}"
