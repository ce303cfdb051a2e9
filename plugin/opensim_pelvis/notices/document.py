"""Writes ``docs/notices.md``: every code with what it means and what to do."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import Final

from opensim_pelvis.notices.catalogue import Entry, catalogue

PARTS: Final = frozenset(
    {"word", "source", "world", "origin", "method", "forward", "facing", "drift", "model"}
    | {"accuracy", "travel", "exclusion", "motion", "segment", "aligned", "manuscript"}
    | {"contents", "stage"}
)
"""Stages whose entries stand inside other sentences only."""

_HEAD: Final = """# Notices

What a run finds doubtful or worth knowing is data before it is a sentence: a code, how grave it is,
what it is about, and the numbers. `NAME_summary.json` and the `agreement.json` of a comparison have
them as `notices`, a list of `code`, `severity` (`note`, `warning` or `error`), `subject` (sensors,
bodies, angles, measures, markers or files), `values` and `text`. A code keeps its meaning; its
English may be reworded. Codes whose meaning begins with *Part of* stand inside other sentences.

This page is made of `plugin/opensim_pelvis/notices/notices.toml` by
`python -m opensim_pelvis.notices.document > docs/notices.md`, and a test holds it to that file.
"""


def document() -> str:
    """Return the page."""
    entries = (entry for entry in catalogue().values() if _stage(entry) not in PARTS)
    parts = [_HEAD]
    for stage, rows in groupby(entries, _stage):
        parts.append(f"## {stage}\n")
        parts += [_paragraph(entry) for entry in rows]
    return "\n".join(parts)


def _stage(entry: Entry) -> str:
    return entry.code.partition(".")[0]


def _paragraph(entry: Entry) -> str:
    lines = [f"**`{entry.code}`** ({entry.severity})  ", f"> {entry.text}\n", entry.meaning]
    if entry.remedy:
        lines[-1] += f" *What to do:* {entry.remedy}"
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(document())
