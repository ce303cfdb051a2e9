"""How often steps of the pelvis have the right side: ``python -m tests.benchmarks.sides``.

Draws sound recordings as `tests.benchmarks.sound_recordings` does, keeps those in which no shank or
foot has a sensor, and compares the side of each contact with that of the nearest true one. Prints
for running and walking, with and without thighs: recordings, those in which more than half of the
contacts have the wrong side, the stated probability of that, added up, those in which less than
nine tenths have one and the same, and those that are called unsure.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.sound_recordings import draw_with_truth
from tests.mistakes import analyse

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.simulate import simulate_runner
from opensim_pelvis.types.event import CONTACT
from opensim_pelvis.types.segments import segment_of


class Told(NamedTuple):
    """Of one recording: its kind, the share of contacts with the right side, the doubt stated."""

    kind: str
    right: float
    wrong: float


def tell(number: int) -> Told | None:
    """Return what became of one recording; None where legs tell the sides, or nothing was found."""
    case, session, _, runner = draw_with_truth(number)
    worn = {segment_of(body) for body in case.sensors.values()}
    if worn & {"shank", "foot"}:
        return None
    try:
        running = analyse(case).running
    except OpenSimPelvisError:
        return None
    found = [e for e in running.events.events if e.label == CONTACT] if running else []
    if running is None or not found:
        return None
    true = [e for e in simulate_runner(runner, session).events if e.label == CONTACT]
    times = np.array([e.time_s for e in true])
    same = [e.context == true[int(np.argmin(np.abs(times - e.time_s)))].context for e in found]
    thighs = "with thighs" if "thigh" in worn else "pelvis, trunk"
    return Told(f"{case.activity.kind}, {thighs}", float(np.mean(same)), running.events.sides_wrong)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--first", type=int, default=6000)
    given = parser.parse_args()
    rows: dict[str, list[Told]] = defaultdict(list)
    with ProcessPoolExecutor() as pool:
        numbers = range(given.first, given.first + given.people)
        for told in pool.map(tell, numbers, chunksize=4):
            if told is not None:
                rows[told.kind].append(told)
    limit = definition_of("sides").attention
    heads = ("recordings", "exchanged", "stated", "mixed", "unsure")
    sys.stdout.write(f"{'':24s}" + "".join(f"{head:>12s}" for head in heads) + "\n")
    for kind, some in sorted(rows.items()):
        right, wrong = (np.array([getattr(t, name) for t in some]) for name in ("right", "wrong"))
        mixed = np.maximum(right, 1.0 - right) < 0.9
        counts = (len(some), (right < 0.5).sum(), wrong.sum(), mixed.sum(), (wrong > limit).sum())
        told = "".join(f"{n:12.1f}" if n is counts[2] else f"{int(n):12d}" for n in counts)
        sys.stdout.write(f"{kind:24s}{told}\n")


if __name__ == "__main__":
    main()
