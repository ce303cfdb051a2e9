"""How often two sessions of a person are said to differ, measure by measure.

    python -m tests.benchmarks.change_rates
    python -m tests.benchmarks.change_rates --less 0 --people 150 --first 7000
    python -m tests.benchmarks.change_rates --less 0 --left-on

Draws people, each with two sessions: other strides, another static trial, and sensors attached
anew (other mountings, on skin that is drawn anew) or left on. The curve of pelvic rotation is
smaller in the second session by each part of ``--less``; by 0, nothing changes. Prints of each
measure how many pairs are said to have changed, to have no change, or not compared, how many of
those compared are said to have changed with its 95 % interval, the median uncertainty and the
spread of changes. Sides count singly. Skin is drawn with the spread between people, from which
`tests.benchmarks.placements` took the numbers that are tried here, on other people; so this shows
the sums, not people.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.stats import binomtest
from tests.mistakes import analyse
from tests.mistakes.case import sound

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.report.sessions_of import session_in
from opensim_pelvis.report.view import view_of
from opensim_pelvis.sessions.change import Change, Comparison, compare_sessions
from opensim_pelvis.sessions.definitions import rules
from opensim_pelvis.sessions.session import Session
from opensim_pelvis.simulate import SensorSettings, draw_runner, draw_sensors, draw_session
from opensim_pelvis.simulate.runner import RunnerSettings

LESS: Final = (0.0, 0.4)
ATTACHMENT: Final = "the same"
_ROTATION: Final = "pelvic_axial_rotation"


def session_with(
    runner: RunnerSettings,
    rng: np.random.Generator,
    worn: SensorSettings | None = None,
) -> tuple[Session | None, SensorSettings]:
    """Return a new session and the sensors worn in it; None where it is refused.

    Parameters
    ----------
    runner : RunnerSettings
    rng : Generator
    worn : SensorSettings, optional
        Sensors that stayed on; attached anew unless given.
    """
    assert runner.variation is not None
    variation = replace(runner.variation, seed=int(rng.integers(2**31)))
    again = replace(runner, variation=variation)
    stood, sensors = draw_session(rng), draw_sensors(rng, runner)
    if worn is not None:
        sensors = replace(
            sensors,
            mountings=worn.mountings,
            positions_m=worn.positions_m,
            soft_tissue=worn.soft_tissue,
        )
    try:
        result = analyse(sound(again, stood, sensors))
    except OpenSimPelvisError:
        return None, sensors
    return session_in(view_of(result)), sensors


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


def pair(number: int, less: float, *, left_on: bool = False) -> Comparison | None:
    """Return what changed between two sessions of a person; None where one is refused."""
    rng = np.random.default_rng([31, number])
    runner = draw_runner(rng, "running")
    first, worn = session_with(runner, rng)
    after = with_less(runner, less) if less else runner
    later, _ = session_with(after, rng, worn if left_on else None)
    if first is None or later is None:
        return None
    named = ATTACHMENT if left_on else None
    return compare_sessions(replace(first, attachment=named), replace(later, attachment=named))


def tell(less: float, name: str, changes: Sequence[Change]) -> str:
    """Return a row: how many pairs get which verdict, and how wide they are."""
    count = Counter(change.verdict for change in changes)
    compared = [c for c in changes if c.refusal is None]
    share = binomtest(count["changed"], len(compared)) if compared else None
    interval = ("-", "-", "-")
    if share is not None:
        ends = share.proportion_ci(method="wilson")
        found = (share.statistic, ends.low, ends.high)
        interval = tuple(f"{100.0 * x:.1f}" for x in found)  # type: ignore[assignment]
    wide = np.median([c.u95 for c in compared]) if compared else np.nan
    size = np.std([c.difference for c in compared]) if compared else np.nan
    counts = (count[k] for k in ("changed", "no change", "not compared"))
    told = (interval[0], f"{interval[1]} to {interval[2]}", f"{wide:.3g}", f"{size:.3g}")
    row = [name, f"{100.0 * less:.0f} %", *counts, *told]
    return "| " + " | ".join(map(str, row)) + " |\n"


def by_measure(pairs: Iterable[Comparison | None]) -> dict[str, list[Change]]:
    """Return the changes of all pairs by measure, in the order of ``changes.toml``."""
    found: dict[str, list[Change]] = {name: [] for name in rules().measures}
    for one in pairs:
        for change in () if one is None else one.changes:
            found[change.measure].append(change)
    return {name: some for name, some in found.items() if some}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--first", type=int, default=7000)
    parser.add_argument("--less", type=float, nargs="+", default=LESS)
    parser.add_argument("--left-on", action="store_true")
    given = parser.parse_args()
    sys.stdout.write(
        "| measure | rotation smaller by | changed | no change | not compared | changed, % "
        "| 95 % interval | U | SD of changes |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    numbers = range(given.first, given.first + given.people)
    for less in given.less:
        pairs = [pair(number, less, left_on=given.left_on) for number in numbers]
        for name, changes in by_measure(pairs).items():
            sys.stdout.write(tell(less, name, changes))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
