"""Writes ``docs/notices.md``: every code with what it means and what to do."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import Final

from opensim_pelvis.language import ENGLISH, Language, read_language
from opensim_pelvis.notices.catalogue import Entry, catalogue

PARTS: Final = frozenset(
    {"word", "source", "world", "origin", "method", "forward", "facing", "drift", "model"}
    | {"accuracy", "travel", "exclusion", "motion", "segment", "aligned", "manuscript"}
    | {"contents", "stage"}
)
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


def document(language: Language = ENGLISH) -> str:
    """Return the page, in English unless told otherwise."""
    entries = (entry for entry in catalogue().values() if _stage(entry) not in PARTS)
    parts = [_HEAD]
    for stage, rows in groupby(entries, _stage):
        parts.append(f"## {stage}\n")
        parts += [_paragraph(entry, language) for entry in rows]
    return "\n".join(parts)


def _stage(entry: Entry) -> str:
    return entry.code.partition(".")[0]


def _paragraph(entry: Entry, language: Language) -> str:
    def said(part: str) -> str:
        return language.text(f"notice.{entry.code}.{part}", getattr(entry, part))

    lines = [f"**`{entry.code}`** ({entry.severity})  ", f"> {said('text')}\n", said("meaning")]
    if entry.remedy:
        lines[-1] += f" *What to do:* {said('remedy')}"
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(document(read_language(next(iter(sys.argv[1:]), None))))
