"""How much the sites of sensors move otherwise when sensors are attached anew.

    python -m tests.benchmarks.placements

Draws people, each with two sets of sensors on skin that is drawn anew, and prints by activity the
standard deviation of each measure between the two, both read from what the sites do in the same
strides, without noise, ringing or a static trial: ``running`` and ``walking`` of
``sessions/changes.toml``. Beside it the mean and the deviation of the third of people with the
smallest and the largest values: were the deviation a part of the value, these would differ as the
values do.

Skin over the pelvis follows the thighs with the spread between seven runners (docs/measures.md);
over trunk, thigh and shank the spread is a choice of the simulator. A person keeps much of their
skin when sensors are attached anew, so that differences are likely smaller than these.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from typing import Final, NamedTuple

import numpy as np
from tests.benchmarks.interval_coverage import true_analysis

from opensim_pelvis.sessions.definitions import rules
from opensim_pelvis.sessions.session import turned_back
from opensim_pelvis.simulate import Session, draw_runner, draw_sensors, simulate_runner
from opensim_pelvis.simulate.gait_style import Gait

DURATION_S: Final = 20.0
_GAITS: Final[tuple[Gait, ...]] = ("running", "walking")


class Twice(NamedTuple):
    """A measure of one person with two sets of sensors."""

    first: float
    difference: float


def placed_twice(number: int, gait: Gait) -> dict[str, list[Twice]]:
    """Return the measures of a person with two sets of sensors in the same strides."""
    rng = np.random.default_rng([37, number])
    runner = draw_runner(rng, gait)
    session = Session(duration_s=DURATION_S, rate_hz=100.0, surface="treadmill", still_s=0.5)
    truth = simulate_runner(runner, session)
    first, again = (
        {
            (s.name, s.side): s.mean
            for s in true_analysis(truth, draw_sensors(rng, runner)).summaries
        }
        for _ in range(2)
    )
    out: dict[str, list[Twice]] = defaultdict(list)
    for name, side in first.keys() & again.keys():
        difference = turned_back(name, again[name, side] - first[name, side])
        out[name].append(Twice(first[name, side], difference))
    return out


def deviation(some: list[Twice]) -> float:
    """Return the standard deviation of one placement.

    >>> deviation([Twice(10.0, 3.0), Twice(20.0, -3.0)])
    2.1213203435596424
    """
    return float(np.sqrt(np.mean([twice.difference**2 for twice in some]) / 2.0))


def middle(some: list[Twice]) -> float:
    """Return the mean of the first values."""
    return float(np.mean([twice.first for twice in some]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--first", type=int, default=6000)
    given = parser.parse_args()
    sys.stdout.write("| measure | activity | SD | of the smallest: mean, SD | of the largest |\n")
    sys.stdout.write("|---|---|---|---|---|\n")
    for gait in _GAITS:
        found: dict[str, list[Twice]] = defaultdict(list)
        for number in range(given.first, given.first + given.people):
            for name, some in placed_twice(number, gait).items():
                found[name] += some
        for name in rules().measures:
            ordered = sorted(found.get(name, []))
            if not ordered:
                continue
            third = len(ordered) // 3
            ends = [ordered[:third], ordered[-third:]] if third else []
            told = [f"{middle(part):.3g}, {deviation(part):.3g}" for part in ends]
            row = [name, gait, f"{deviation(ordered):.3g}", *told]
            sys.stdout.write("| " + " | ".join(row) + " |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
