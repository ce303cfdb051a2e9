"""Writes ``docs/uncertainty.md``: formulas, and every term with its numbers and their source."""

from __future__ import annotations

import sys
from typing import Final

from opensim_pelvis.gait.uncertainty.priors import Prior, priors

_HEAD: Final = """# Uncertainty

Every mean over strides, and every right minus left, has an *estimate*: a value and its expanded
uncertainty U, such that 95 % of the intervals value - U to value + U hold what the **site of the
sensor** does. A sensor on the sacrum follows the back of the pelvis; neither it nor optical markers
show the bone. What markers on ASIS and PSIS would show differs more, between runners, than U
states.

Estimates are in `NAME_measures.csv` (`estimate`, `u95`) and in `NAME_summary.json`, there with
all terms. The spread between strides (`sd`) and the interval of the mean over strides (`ci95`) are
given beside them; they describe how people vary, not how accurate the recording is.

## How it is computed

After the Guide to the expression of uncertainty in measurement (GUM, JCGM 100:2008), first order:

- Each inexact input is changed by 1 degree (instants by 10 ms) to either side,
  and all measures of up to 16 strides, those closest together of which most measures are known, are
  read again (of others besides, where a sensor has no samples in these). Half the difference
  is the sensitivity c of each mean of each side; a term is |c| times the standard uncertainty of
  the input.
- Terms are independent: u² is the sum of their squares. Effective degrees of freedom are those of
  Welch and Satterthwaite (G.4.1), U is Student's quantile for them times u.
- **Ranges and peaks** of angles are estimated from the slow part of each stride (straight line
  and five harmonics) plus what slow parts lack: 0.15 degrees of a range, half of it of a peak.
- **Right minus left**: an input moves both sides, so its sensitivity is the difference of the
  signed ones. A lean of the pelvis in the static trial lowers one side's drop and raises the
  other's: it counts twice in the difference, and not at all in that of pelvic tilt. Standard
  errors over strides of the two sides count as independent.
- A segment that leant: its orientations are rotated about its own axes. A person who faced
  elsewhere: all orientations are rotated about the vertical. A heading that is wrong by a: R
  becomes Ry(a) R Ry(-a), since sensor-to-segment calibration takes it over. The hip changes by as
  much as thigh relative to pelvis; the solver is not run again.
- **Mean curves** have the same terms at each of their 101 points (`u95` in `NAME_curves.csv`); of
  fast motion the amplitude of all that the mean has beyond five harmonics, and of initial contact
  the slope of the curve. The zero of an angle, which is the same error all over the stride, is
  often the largest part: `u95_shape` is of the curve without its mean over the stride. What markers
  would show has the error of a new person's curve besides.

## Terms

"""
_TAIL: Final = """
Not counted, since they are small: noise of gyroscopes (0.01 degrees/s per root hertz gives 0.006
degrees over half a stride of 0.7 s) and heading drift within a stride (2 degrees a minute give
0.01).

The numbers stand in `plugin/opensim_pelvis/gait/uncertainty/terms.toml`; this page is written by
`python -m opensim_pelvis.gait.uncertainty.document PEOPLE < COVERAGE`, of what the benchmark below
printed.

## Coverage

`python -m tests.benchmarks.interval_coverage --people PEOPLE --first 4000` draws people with
measured curves, strides that vary, soft tissue, gaps, drift and crooked static trials
([simulator](simulator.md#people)), and counts how many intervals hold what the site does in truth.
*Ratio*: errors over stated standard uncertainties, root mean square; 1 is right. The sizes of
`pose`, `facing` and of fast motion were chosen after a look at other people (`--first 3000`). How
people stand in the simulator is itself a choice, so coverage of measures that rest on the static
trial shows only that the sums are right. PEOPLE was {people}.

```text
{coverage}
```

**Not within 93 to 97.5 %** in that run (200 people; a share of 116 recordings is known to within
5 %): the ranges of pelvic tilt (91), trunk rotation (92), trunk lateral lean (91) and of the pelvis
against the trunk (91), drop from contact (91), peak hip extension (98), and shank angle and contact
time (78 and 91: the simulator's feet do not roll as people's do, for whom the [events](events.md)
were made). Differences between the sides, and
the mean rotation, are held more often than stated: their U is too wide for these people. No real
recording with a second system has enough people to count coverage.

`python -m tests.benchmarks.curve_coverage --people 40 --first 5600` does the same for mean curves:
the part of the points of all curves that lies within their bands, with and without the mean over
the stride. With contacts as found, 84 to 89 % of the courses of pelvis and trunk are within, 78
to 79 % of thighs and hips, and 81 to 96 % of the curves with their level: contacts of the
simulator differ from those of people by up to 30 ms in running, more than the methods' stated
errors against force plates. With the true contacts (`--true-contacts`) it is 94 to 100 % of the
courses of pelvis and trunk, 88 to 92 % of thighs and hips, and 90 to 100 % with their level.
"""


def document(coverage: str, people: str) -> str:
    """Return the page.

    Parameters
    ----------
    coverage : str
        What the benchmark printed.
    people : str
        How many people it drew.
    """
    rows = "\n".join(map(_row, priors().values()))
    head = "| term | how it is computed | numbers | why |\n|---|---|---|---|\n"
    return f"{_HEAD}{head}{rows}\n{_TAIL.format(coverage=coverage, people=people)}"


def _row(prior: Prior) -> str:
    numbers = ", ".join(f"`{key}` {value:g}" for key, value in prior.numbers.items())
    return f"| {prior.label} | {prior.what} | {numbers} | {prior.source} |"


if __name__ == "__main__":
    sys.stdout.write(document(sys.stdin.read().strip(), sys.argv[1]))
