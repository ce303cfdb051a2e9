"""Writes ``docs/quality.md``: every check with what it looks at, its limits and their reason."""

from __future__ import annotations

import sys
from typing import Final

from opensim_pelvis.quality import definitions as checks
from opensim_pelvis.quality.check_rates import Counts, rates
from opensim_pelvis.quality.definitions import CheckDefinition

_HEAD: Final = """# Quality checks

A result has a list of checks and one verdict, the worst of them: *good*, *doubtful* or *rejected*
(on the page *Good*, *Check* and *Not reliable*). They are in `NAME_summary.json` under `quality`,
on the page, in the PDF, on the screen and in the table of a cohort. A check for which the recording
holds too little has the state `not_checked`.

"""
_COUNTED: Final = """
*False alarms*: of sound recordings in which the check was made, those in which it was not good
(`{sound}`). *Misses*: of recordings broken in a way that the check is there for, those in which
it said nothing; refused recordings are found (`{broken}`). Both commands write
their counts into `plugin/opensim_pelvis/quality/check_rates.toml` with `--write`. No recording is
broken for these checks:

{untried}
"""
_TAIL: Final = """
## How often they are wrong

Found on simulated people with measured curves, strides that vary, soft tissue, gaps and drift
([simulator](simulator.md#people)); few real recordings are at hand, so real rates may be
higher.

`python tests/benchmarks/lab_mistakes.py`: the demonstration, broken in 153 ways. None of the
results is *good*; 151 (99 %) are refused or have the true cause as their first warning. The other
two: knees bent by 60 degrees in the static trial show as headings that contradict each other, and
a rate 20 % too high without raw signals as a static trial that is not still. The checks `forward`
and `order` were made with these recordings in view.

`python tests/benchmarks/sound_recordings.py --people 200 --first 1000`: sound recordings,
people not seen before, except that the limits of `slips_unsure` and the largest error of a link
across a gap were looked at on them. One in seven with orientations of the sensor system has no raw
signals.

| orientations | recordings | good | doubtful | rejected |
|---|---|---|---|---|
| of the sensor system | 147 | 136 | 11 | 0 |
| computed from raw signals, no magnetometer | 53 | 45 | 7 | 1 |

Of the 19 that lost the good verdict, nine did so for a false reason, one of them rejected. The
benchmark lists them, and states what counts as false. Without a magnetometer errors of headings
are 0.9 to 1.2 times the stated ones (root mean square); with the north of the sensor system they
are 1.1 to 1.2 times, since the stated heading axis is itself off by the spread of mountings, 6
degrees.

## What they cost

`python -m tests.benchmarks.half_hour --person N`: of a run of half an hour with eight sensors all
checks take 9.6 to 10.5 % of the processor time of reading, analysing and writing (persons 0 to 4:
9.8, 9.6, 10.1, 10.5, 10.3), 1.4 of 14.7 s for person 0; for the demonstration, without `--person`,
10.4 %. Libraries are loaded before. Sensors that move are looked for in every stride, which takes
half of that.

`python -m opensim_pelvis.quality.document > docs/quality.md` writes this page from
`plugin/opensim_pelvis/quality/checks.toml`. A test checks that the two agree.
"""


def document() -> str:
    """Return the page."""
    rows = [_row(row) for row in checks.definitions().values()]
    head = [
        "| check | looks at | needs attention | fails | false alarms | misses | reason |",
        "|---|---|---|---|---|---|---|",
    ]
    known = rates()
    why = [f"- `{name}`: {reason}" for name, reason in known.untried.items()]
    counted = _COUNTED.format(
        sound=known.sound_command, broken=known.broken_command, untried="\n".join(why)
    )
    return _HEAD + "\n".join([*head, *rows]) + "\n" + counted + _TAIL


def _row(row: CheckDefinition) -> str:
    attention, fails = ("", "") if row.limits is None else _limits(row, row.limits)
    known = rates()
    false, missed = (_share(kind.get(row.name)) for kind in (known.false_alarms, known.misses))
    return (
        f"| `{row.name}` | {row.looks_at} | {attention} | {fails} | {false} | {missed} "
        f"| {row.reason} |"
    )


def _share(counts: Counts | None) -> str:
    """Return how often, of how many."""
    if counts is None:
        return "-"
    often, of = counts
    return f"{often} of {of} ({often / of:.0%})" if of else "never made"


def _limits(row: CheckDefinition, limits: tuple[float, float]) -> tuple[str, str]:
    sense = "above" if limits[1] >= limits[0] else "below"
    scale, unit = (100.0, "%") if row.unit == "share" else (1.0, row.unit)
    attention, fails = (f"{sense} {scale * limit:g} {unit}" for limit in limits)
    return attention, fails


if __name__ == "__main__":
    sys.stdout.write(document())
