"""How often two sessions of a person are said to differ.

    python -m tests.benchmarks.change_rates
    python -m tests.benchmarks.change_rates --less 0 --people 50

Draws people, each with two sessions: other strides, another static trial, sensors strapped on anew
(another soft tissue and placement). The curve of pelvic rotation is smaller in the second session
by each part of ``--less``; by 0, nothing changes. Prints how many pairs are said to
have changed, to have no change, or not compared, and the median uncertainty. The simulator's
differences between placements are a choice of its own, so this shows the sums, not people.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from tests.mistakes import analyse
from tests.mistakes.case import sound

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.report.change import Change, change_between
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.simulate import draw_runner, draw_sensors, draw_session
from opensim_pelvis.simulate.runner import RunnerSettings

LESS: Final = (0.0, 0.4)
_ROTATION: Final = "pelvic_axial_rotation"


def session_of(runner: RunnerSettings, rng: np.random.Generator, name: str) -> View | None:
    """Return what a report shows of a new session; None where it is refused."""
    assert runner.variation is not None
    variation = replace(runner.variation, seed=int(rng.integers(2**31)))
    again = replace(runner, variation=variation)
    try:
        result = analyse(sound(again, draw_session(rng), draw_sensors(rng, runner)))
    except OpenSimPelvisError:
        return None
    return {**view_of(result), "name": name}


def with_less(runner: RunnerSettings, part: float) -> RunnerSettings:
    """Return the runner with a curve of pelvic rotation that is smaller by a part."""
    style = runner.style
    assert style is not None
    curve = style.trunk[_ROTATION]
    smaller = replace(curve, coefficients=np.asarray(curve.coefficients) * (1.0 - part))
    return replace(
        runner,
        style=replace(style, trunk={**style.trunk, _ROTATION: smaller}),
        pelvic_rotation_range_deg=runner.pelvic_rotation_range_deg * (1.0 - part),
    )


def pair(number: int, less: float) -> Change | None:
    """Return the change between two sessions of a person; None where one has no rotation."""
    rng = np.random.default_rng([31, number])
    runner = draw_runner(rng, "running")
    first = session_of(runner, rng, "first")
    later = session_of(with_less(runner, less) if less else runner, rng, "later")
    return None if first is None or later is None else change_between(first, later)


def verdict(change: Change | None) -> str:
    """Return what is said of a pair, in a word."""
    if change is None or change.refusal is not None:
        return "not compared"
    return "changed" if change.seen else "no change"


def tell(less: float, changes: Iterable[Change | None]) -> str:
    """Return a row: how many pairs get which verdict, and how wide they are."""
    found = list(changes)
    count = Counter(map(verdict, found))
    compared = [c for c in found if c is not None and c.refusal is None]
    wide = np.median([c.u95 for c in compared]) if compared else np.nan
    size = np.std([c.degrees for c in compared]) if compared else np.nan
    row = [f"{100.0 * less:.0f} %", *(count[k] for k in ("changed", "no change", "not compared"))]
    return "| " + " | ".join(map(str, [*row, f"{wide:.1f}", f"{size:.1f}"])) + " |\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--first", type=int, default=5000)
    parser.add_argument("--less", type=float, nargs="+", default=LESS)
    given = parser.parse_args()
    sys.stdout.write("| smaller by | changed | no change | not compared | U | SD of changes |\n")
    sys.stdout.write("|---|---|---|---|---|---|\n")
    numbers = range(given.first, given.first + given.people)
    for less in given.less:
        sys.stdout.write(tell(less, (pair(number, less) for number in numbers)))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
