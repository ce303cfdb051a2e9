"""How often each rule fires, is undecided and silent: ``python -m tests.benchmarks.rule_rates``.

Draws people who run as `tests.benchmarks.sound_recordings` does, and changes three of every four:
less pelvic rotation, a trunk that leans back, a trunk that turns with the pelvis. Where a rule
fires, each of its conditions is held against what the site of the sensor does in truth
(`tests.benchmarks.interval_coverage`): a rule may be wrong in five of a hundred.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.interval_coverage import true_means
from tests.mistakes import analyse
from tests.mistakes.case import sound

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.guidance.rulebook import Condition, read_rules
from opensim_pelvis.simulate import RunnerSettings, draw_runner, draw_sensors, draw_session

LEAST_ROTATION, MOST_ROTATION = 0.3, 0.7
LEAN_BACK_DEG = (4.0, 10.0)
BLOCK_DEG = (0.0, 40.0)

Row = tuple[str, str, bool]
"""Rule, what it said, and whether that was so."""


def person(number: int, rng: np.random.Generator) -> RunnerSettings:
    """Return a runner, changed by the number's remainder of four."""
    runner = draw_runner(rng, "running")
    less = float(rng.uniform(LEAST_ROTATION, MOST_ROTATION))
    lean, lag = float(rng.uniform(*LEAN_BACK_DEG)), float(rng.uniform(*BLOCK_DEG))
    small = replace(runner, pelvic_rotation_range_deg=less * runner.pelvic_rotation_range_deg)
    return (
        runner,
        small,
        replace(small, trunk_forward_lean_deg=-lean),
        replace(runner, trunk_rotation_lag_deg=lag),
    )[number % 4]


def judged(number: int) -> list[Row]:
    """Return what each rule says of a runner; nothing of a recording that is refused."""
    rng = np.random.default_rng([61, number])
    runner = person(number, rng)
    session, sensors = draw_session(rng, surface="treadmill"), draw_sensors(rng, runner)
    case = sound(runner, session, sensors)
    case = replace(case, activity=replace(case.activity, kind="running"))
    try:
        result = analyse(case)
    except OpenSimPelvisError:
        return []
    assert result.running is not None
    said = {finding.rule: finding.status for finding in result.running.findings}
    true = true_means(runner, session, sensors) if "fires" in said.values() else {}
    true |= {("speed_mps", "body"): runner.speed_mps, ("cadence_spm", "body"): runner.cadence_spm}
    height = result.settings.subject.height_m
    rows = []
    for rule in read_rules():
        status = said.get(rule.name, "silent")
        so = status != "fires" or all(
            any(_holds(condition, value) for value in _true(condition.measure, true, height))
            for condition in rule.conditions
        )
        rows.append((rule.name, status, so))
    return rows


def _true(
    measure: str, true: dict[tuple[str, str], float], height_m: float | None
) -> Iterator[float]:
    """Yield what is true of a measure, on each side."""
    if measure == "phase_from_counter_rotation_deg":
        yield abs(true["pelvis_trunk_phase_deg", "body"] % 360.0 - 180.0)
    elif measure == "stride_length_height_ratio":
        length = 120.0 * true["speed_mps", "body"] / true["cadence_spm", "body"]
        yield length / (height_m or float("nan"))
    else:
        yield from (value for (name, _), value in list(true.items()) if name == measure)


def _holds(condition: Condition, value: float) -> bool:
    above = condition.op.startswith(">")
    return value >= condition.limit if above else value <= condition.limit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=80)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    numbers = range(asked.first, asked.first + asked.people)
    counts: Counter[tuple[str, str]] = Counter()
    wrong: Counter[str] = Counter()
    with ProcessPoolExecutor(asked.jobs) as pool:
        for rows in pool.map(judged, numbers):
            for rule, status, so in rows:
                counts[rule, status] += 1
                wrong[rule] += not so
    lines = ["| rule | fires | undecided | silent | fires and is not so |", "|---|---|---|---|---|"]
    for rule in read_rules():
        cells = [counts[rule.name, status] for status in ("fires", "cannot tell", "silent")]
        lines.append(f"| `{rule.name}` | {' | '.join(map(str, cells))} | {wrong[rule.name]} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
