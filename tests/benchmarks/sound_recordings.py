"""How often sound recordings are accused: ``python tests/benchmarks/sound_recordings.py``.

Draws people who run and walk with sensors as laboratories wear them, nothing wrong, and prints how
many come out good, doubtful and rejected, and which checks and warnings took the good verdict.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.mistakes import Case, analyse
from tests.mistakes.case import sound

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.simulate import draw_runner, draw_sensors, draw_session
from opensim_pelvis.types.segments import BODIES

SETS = (
    ("pelvis",),
    ("pelvis", "torso"),
    ("pelvis", "femur_r", "femur_l"),
    ("pelvis", "torso", "femur_r", "femur_l"),
    BODIES,
)
"""Bodies that wear a sensor."""
WALKERS = 0.3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one sound recording."""

    number: int
    gait: str
    worn: int
    source: str
    verdict: str
    checks: tuple[str, ...]
    codes: tuple[str, ...]


def draw(number: int) -> Case:
    """Return a sound recording: a person, a session, sensors and where they are worn."""
    rng = np.random.default_rng([20, number])
    gait = "walking" if rng.random() < WALKERS else "running"
    runner = draw_runner(rng, gait)
    overground = gait == "walking" and rng.random() < 0.5
    session = draw_session(rng, surface="overground" if overground else "treadmill")
    case = sound(runner, session, draw_sensors(rng, runner))
    fused = rng.random() < 0.3
    worn = SETS[rng.integers(len(SETS))]
    case = case.only(*worn)
    case = replace(case, activity=replace(case.activity, kind=gait))
    return case.fused() if fused else case


def outcome_of(number: int) -> Outcome:
    """Return what comes out of a recording."""
    case = draw(number)
    gait, source = str(case.activity.kind), case.fusion.orientations
    try:
        result = analyse(case)
    except OpenSimPelvisError as fault:
        told = (str(fault)[:100],)
        return Outcome(number, gait, len(case.sensors), source, "refused", (), told)
    return Outcome(
        number,
        gait,
        len(case.sensors),
        source,
        result.quality.verdict,
        tuple(f"{c.name} {c.verdict}" for c in result.quality.checks if c.verdict != "good"),
        tuple(dict.fromkeys(n.code for n in result.notes if n.severity != "note")),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first person")
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    numbers = range(wanted.first, wanted.first + wanted.people)
    found = []
    with ProcessPoolExecutor(wanted.jobs) as pool:
        for row in pool.map(outcome_of, numbers):
            found.append(row)
            if row.verdict != "good":
                told = "; ".join((*row.checks, *row.codes))
                sys.stdout.write(
                    f"{row.number:4} {row.gait} {row.worn} {row.source} {row.verdict}: {told}\n"
                )
                sys.stdout.flush()
    for gait, source in product(("running", "walking"), ("vendor", "fused")):
        rows = [row for row in found if (row.gait, row.source) == (gait, source)]
        verdicts = dict(Counter(row.verdict for row in rows))
        sys.stdout.write(f"{gait}, orientations {source}: {len(rows)} recordings, {verdicts}\n")
    checks = Counter(check for row in found for check in row.checks)
    sys.stdout.write(f"checks: {dict(checks.most_common())}\n")
    codes = Counter(code for row in found for code in row.codes)
    sys.stdout.write(f"warnings: {dict(codes.most_common())}\n")


if __name__ == "__main__":
    main()
