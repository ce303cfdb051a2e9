"""Writes ``docs/quality.md``: every check with what it looks at, its limits and their reason."""

from __future__ import annotations

import sys
from typing import Final

from opensim_pelvis.quality import definitions as checks
from opensim_pelvis.quality.definitions import CheckDefinition

_HEAD: Final = """# Quality checks

A result has a list of checks and one verdict, the worst of them: *good*, *doubtful* or *rejected*
(on the page *Good*, *Check* and *Not reliable*). They are in `NAME_summary.json` under `quality`,
on the page, in the PDF, on the screen and in the table of a cohort. A check for which the recording
holds too little has the state `not_checked`.

"""
_TAIL: Final = """
`python -m opensim_pelvis.quality.document > docs/quality.md` writes this page from
`plugin/opensim_pelvis/quality/checks.toml`. A test checks that the two agree.
"""


def document() -> str:
    """Return the page."""
    rows = [_row(row) for row in checks.definitions().values()]
    head = ["| check | looks at | needs attention | fails | reason |", "|---|---|---|---|---|"]
    return _HEAD + "\n".join([*head, *rows]) + "\n" + _TAIL


def _row(row: CheckDefinition) -> str:
    attention, fails = ("", "") if row.limits is None else _limits(row, row.limits)
    return f"| `{row.name}` | {row.looks_at} | {attention} | {fails} | {row.reason} |"


def _limits(row: CheckDefinition, limits: tuple[float, float]) -> tuple[str, str]:
    sense = "above" if limits[1] >= limits[0] else "below"
    scale, unit = (100.0, "%") if row.unit == "share" else (1.0, row.unit)
    attention, fails = (f"{sense} {scale * limit:g} {unit}" for limit in limits)
    return attention, fails


if __name__ == "__main__":
    sys.stdout.write(document())
