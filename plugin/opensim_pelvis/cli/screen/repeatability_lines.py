"""What `opensim-pelvis repeatability` shows: which recordings count as what, and what comes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from opensim_pelvis.cli.screen.words import spoken, word
from opensim_pelvis.cohort.own_repeatability import Repeats
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.sessions.definitions import rules
from opensim_pelvis.sessions.repeatability_file import Row


def repeatability_lines(made: Repeats, path: Path) -> Iterator[str]:
    """Yield the file that was written, the sessions of each person, and a line for each row."""
    rows = made.repeatability.rows
    people = len({cell[0][0].subject for cell in made.cells})
    yield word("command.repeatability", file=str(path), rows=len(rows), people=people)
    for cell in made.cells:
        first = cell[0][0]
        named = "; ".join(", ".join(one.name for one in session) for session in cell)
        yield word(
            "command.repeated",
            subject=str(first.subject),
            speed=first.speed_mps,
            sessions=len(cell),
            names=named,
        )
    for row in rows:
        yield _line(row)


def _line(row: Row) -> str:
    definition = definition_of(row.measure)
    low, high = row.interval
    digits = definition.digits + 1
    label = spoken().text(f"measure.{row.measure}.label", definition.label)
    change, low_text, high_text = (
        f"{number:.{digits}f}" for number in (row.smallest_detectable_change, low, high)
    )
    key = "left_on" if row.sensors == "left on" else "anew"
    counts = "enough" if row.freedom >= rules().least_freedom else "too_few"
    return word(
        f"command.repeats_{key}",
        label=label,
        change=change,
        low=low_text,
        high=high_text,
        unit=definition.unit,
        freedom=row.freedom,
        counts=word(f"command.repeats_{counts}", least=rules().least_freedom),
    )
