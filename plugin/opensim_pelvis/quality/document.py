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
## How often they are wrong

Found on simulated people with measured curves, strides that vary, soft tissue, gaps and drift
([simulator](simulator.md#people)); few real recordings are at hand, so real rates may be
higher.

`python tests/benchmarks/lab_mistakes.py`: the demonstration, broken in 148 ways. None of the
results is *good*; 138 (93 %) are refused or have the true cause as their first warning. The
other ten: a wrong heading axis of two sensors is called a lean (3), a heading that jumps is
called a wrong gyroscope scale (2), a late sensor or clock is taken for exchanged sensors (2),
quaternions in another order or conjugated without raw signals (2), a rate 20 % too high without
raw signals (1).

`python tests/benchmarks/sound_recordings.py --people 200 --first 1000`: sound recordings,
people not seen before; only the limits of `slips_unsure` were changed after a look at them.

| orientations | recordings | good | doubtful | rejected |
|---|---|---|---|---|
| of the sensor system | 147 | 137 | 9 | 1 |
| computed from raw signals, no magnetometer | 53 | 18 | 29 | 6 |

Without a magnetometer most doubts are of headings, which nothing in such recordings gives
within 7 degrees; the six that are rejected lost a third or more of a sensor's samples after a
gap that no movement could tie. With orientations of the sensor system, checks that failed or
need attention were of slips (4, one rejected), facing (4), headings (1), lean (1), wearers (1)
and excluded strides (1).

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
