"""Raw signals that are called implausible: ``python tests/benchmarks/plausibility.py``.

Sound sensors first: how many are refused (a false refusal) or doubted, over people, speeds and
activities. Then each fault of a unit, a sign, an axis or a scale in the same sensors: how many are
refused, told by a doubt or by the scale of the gyroscope, and missed, by segment.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.plausible_signals import (
    FAULTS,
    Worn,
    broken,
    cycles,
    judged,
    jumping,
    real_people,
    simulated,
)

from opensim_pelvis.fusion.gyroscope_gain import find_gain

WORN = ("pelvis", "torso", "femur_r", "calcn_r")
KINDS = {
    "simulated": partial(simulated, bodies=WORN),
    "cycles": partial(cycles, bodies=WORN),
    "jumping": jumping,
}
REFUSED, TOLD, MISSED = "refused", "told", "missed"


def people(first: int, count: int) -> Iterator[tuple[str, int]]:
    """Yield who is tried: to each two who run or walk, a mean cycle and a jumper."""
    for number in range(first, first + count):
        yield "simulated", number
    for number in range(first, first + count // 2):
        yield "cycles", number
        yield "jumping", number


def outcome(worn: Worn, *, scaled: bool) -> tuple[str, str]:
    """Return what is made of a sensor's raw signals alone, and what is said of them.

    ``scaled``: the check of the gyroscope's scale, which takes long, is asked as well.
    """
    found = judged(worn)
    if found.fault:
        return REFUSED, found.fault
    if np.isfinite(found.error_mps2):
        return TOLD, f"gravity {found.gravity_mps2:.1f}, off by {found.error_mps2:.1f} m/s^2"
    if not scaled:
        return MISSED, ""
    gain = find_gain(worn.sensor, worn.rate_hz, 0.05)
    told = np.isfinite(gain) and abs(gain - 1.0) > 0.1
    return (TOLD, f"gyroscope scale {gain:.2f}") if told else (MISSED, "")


def segment_of(worn: Worn) -> str:
    """Return what is told apart: pelvis, trunk, or one of the legs."""
    return {"pelvis": "pelvis", "torso": "trunk"}.get(worn.body, "legs")


Row = tuple[str, str, str, str, str, str]
"""Fault or "", outcome, activity, segment, person, words."""


def rows_of(who: tuple[str, int], *, faults: bool) -> list[Row]:
    """Return the outcomes of one person."""
    kind, number = who
    return rows(KINDS[kind](number), faults=faults)


def rows(sensors: Iterable[Worn], *, faults: bool) -> list[Row]:
    """Return the outcomes of sensors, sound ones, or with each fault."""
    found = []
    for worn in sensors:
        where = (worn.activity, segment_of(worn), f"{worn.person} {worn.body}")
        for fault in FAULTS if faults else ("",):
            case = broken(worn, fault) if fault else worn
            said, words = outcome(case, scaled="gyroscope scale" in fault or not fault)
            found.append((fault, said, *where, words))
    return found


def say_sound(found: list[Row]) -> None:
    """Print false refusals and doubts by activity."""
    total, wrong = Counter(row[2] for row in found), defaultdict(Counter)
    for _, said, activity, _, person, words in found:
        if said != MISSED:
            wrong[activity][said] += 1
            sys.stdout.write(f"  {activity}, {person}: {said} {words}\n")
    for activity, sensors in sorted(total.items()):
        counts = wrong[activity]
        sys.stdout.write(
            f"{activity:36} {sensors:4} sensors, {counts[REFUSED]} refused, {counts[TOLD]} told\n"
        )
    refused, told = (sum(c[k] for c in wrong.values()) for k in (REFUSED, TOLD))
    sys.stdout.write(f"sound: {len(found)} sensors, {refused} refused, {told} told\n")


def say_faults(found: list[Row]) -> None:
    """Print refused + told of all, by fault and segment."""
    columns = sorted({(row[2].split()[0].rstrip(","), row[3]) for row in found})
    counts: dict[tuple[str, tuple[str, str]], Counter[str]] = defaultdict(Counter)
    for fault, said, activity, segment, _, _ in found:
        counts[fault, (activity.split()[0].rstrip(","), segment)][said] += 1
    sys.stdout.write(f"{'':34}" + "".join(f"{a[:7]} {s:7}" for a, s in columns) + "\n")
    for fault in FAULTS:
        cells = []
        for column in columns:
            n = counts[fault, column]
            cells.append(f"{n[REFUSED]}+{n[TOLD]}/{n.total()}")
        sys.stdout.write(f"{fault:34}" + "".join(f"{cell:15}" for cell in cells) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20, help="sound ones; a fifth with faults")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--data", type=Path, help="folder of real recordings")
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    sound: list[Row] = []
    wrong: list[Row] = []
    if wanted.data:
        sound += rows(real_people(wanted.data), faults=False)
    with ProcessPoolExecutor(wanted.jobs) as pool:
        for found in pool.map(partial(rows_of, faults=False), people(wanted.first, wanted.people)):
            sound += found
        say_sound(sound)
        sys.stdout.flush()
        some = people(wanted.first, max(wanted.people // 5, 2))
        for found in pool.map(partial(rows_of, faults=True), some):
            wrong += found
    say_faults(wrong)


if __name__ == "__main__":
    main()
