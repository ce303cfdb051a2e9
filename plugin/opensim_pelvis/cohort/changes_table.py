"""What changed between the sessions of each person, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.sessions.change import Comparison
from opensim_pelvis.sessions.firsts import person_of

if TYPE_CHECKING:
    import pandas as pd


def changes_table(compared: Iterable[Comparison]) -> pd.DataFrame:
    """Return a row a measure and side of every session that is compared with a person's first.

    Where a measure is not compared, ``reason`` says why, and change and ``u95`` are missing.
    """
    import pandas as pd

    return pd.DataFrame([row for one in compared for row in _rows(one)])


def _rows(one: Comparison) -> Iterator[dict[str, Any]]:
    speeds = one.first.speed_mps, one.later.speed_mps
    faster = None if speeds[0] is None or speeds[1] is None else speeds[1] - speeds[0]
    for change in one.changes:
        told = change.refusal is None
        yield {
            "subject": person_of(one.later),
            "from": one.first.name,
            "to": one.later.name,
            "measure": change.measure,
            "side": change.side,
            "unit": definition_of(change.measure).unit,
            "first": change.first,
            "later": change.later,
            "change": change.difference if told else None,
            "u95": change.u95 if told else None,
            "verdict": change.verdict,
            "reason": change.refusal or "",
            "uncertainty_from": change.basis if told else "",
            "sensors": one.worn,
            "speed_change_mps": faster,
        }
