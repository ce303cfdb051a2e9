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
people not seen before, except that the limits of `slips_unsure` and the largest error of a link
across a gap were looked at on them.

| orientations | recordings | good | doubtful | rejected |
|---|---|---|---|---|
| of the sensor system | 147 | 138 | 8 | 1 |
| computed from raw signals, no magnetometer | 53 | 46 | 6 | 1 |

Of the 16 that lost the good verdict, nine did so for a false reason, two of them rejected: slips
(3), stated speed (2), facing (1), wearers (1), excluded strides (1), and a foot sensor whose
heading no stride carried across a gap with certainty (1). In the other seven the static trial
faced 12 degrees or more off (4), or a heading was uncertain (2) or unknown (1), with errors as
stated. The benchmark states what counts as false. Without a magnetometer errors of headings are 0.9
to 1.2 times the stated ones (root mean square); with the north of the sensor system they are 1.1 to
1.5 times, since the stated heading axis is itself off by the spread of mountings, 6 degrees.

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
