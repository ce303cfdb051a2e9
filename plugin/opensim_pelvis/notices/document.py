"""Writes ``docs/notices.md``: every code with what it means and what to do."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import Final

from opensim_pelvis.notices.catalogue import Entry, catalogue

PARTS: Final = frozenset({"word"})
"""Stages whose entries stand inside other sentences only."""

_HEAD: Final = """# Notices

A run reports its warnings and notes as data: a code, a severity, a subject and values.
`NAME_summary.json` and the `agreement.json` of a comparison list them as `notices`, each with
`code`, `severity`, `subject` (sensors, bodies, angles, measures, markers or files), `values` and
`text`.

| severity | meaning |
|---|---|
| `note` | information; results are not affected, or the effect is stated |
| `warning` | some results are unreliable or missing |
| `error` | most results are unreliable or missing |

The meaning of a code is stable; its English wording may change. Codes whose meaning begins with
*Part of* are parts of other sentences.

`python -m opensim_pelvis.notices.document > docs/notices.md` writes this page from
`plugin/opensim_pelvis/notices/notices.toml`. A test checks that the two agree.
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
