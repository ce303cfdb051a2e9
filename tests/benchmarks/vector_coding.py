"""Which harmonics vector coding may see: ``python -m tests.benchmarks.vector_coding``.

Draws runners with sensors of pelvis and trunk on soft tissue, and compares the share of each
pattern from the first 2, 3 and 5 harmonics of the stride and from all of it, with ringing and
without. Prints the root mean square over people, in per cent of the stride: by how much ringing
changes the same definition, and how far the share is from that of all harmonics without ringing.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.coordination import BINS, vector_coding
from opensim_pelvis.gait.strides.curves import normalise, slow_part
from opensim_pelvis.kinematics.angles import name_angles
from opensim_pelvis.simulate import (
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
)
from opensim_pelvis.simulate.soft_tissue import on_skin

ALL = 50
HARMONICS = (2, 3, 5, ALL)


def shares(angles: dict[str, FloatArray], time_s: FloatArray, starts: FloatArray) -> FloatArray:
    """Return the mean shares (h, 4) of strides from one start to the next, for each cutoff."""
    names = ("pelvic_axial_rotation", "trunk_axial_rotation")
    whole = [normalise(angles[name], time_s, starts[:-1], starts[1:]) for name in names]
    coded = [vector_coding(*(slow_part(c, h)[:, :-1] for c in whole)) for h in HARMONICS]
    return np.array([each.mean(axis=0) for each in coded])


def errors(number: int, ringing: float) -> FloatArray:
    """Return the errors (2, h, 4) of one person: of the same cutoff, and of all harmonics."""
    rng = np.random.default_rng([41, number])
    runner = draw_runner(rng, "running")
    truth = simulate_runner(runner, draw_session(rng))
    skin = draw_sensors(rng, runner).soft_tissue
    starts = np.array(
        [e.time_s for e in truth.events if (e.label, e.context) == ("initial contact", "Right")]
    )[2:]
    found = []
    for size in (ringing, 0.0):
        worn = {}
        for body in ("pelvis", "torso"):
            ring = skin[body].ringing
            assert ring is not None
            x, y, z = (size * each for each in ring.size)
            tissue = replace(skin[body], ringing=replace(ring, size=(x, y, z)))
            worn[body] = on_skin(truth.motions[body], tissue, truth.course, body, 7).R_GB
        found.append(shares(name_angles(worn, truth.travel_rad), truth.time_s, starts))
    return np.array([found[0] - found[1], found[0] - found[1][-1]])


def main() -> None:
    """Print the errors of each cutoff."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--ringing", type=float, default=1.0, help="size, 1 as drawn")
    given = parser.parse_args()
    people = range(given.first, given.first + given.people)
    found = np.array([errors(number, given.ringing) for number in people])
    size = np.sqrt((found**2).mean(axis=0))
    for title, rows in zip(("by ringing", "from all, without ringing"), size, strict=True):
        sys.stdout.write(f"{title}\n{'harmonics':>10s}" + "".join(f"{n:>12s}" for n in BINS) + "\n")
        for count, row in zip(HARMONICS, rows, strict=True):
            told = "".join(f"{value:12.1f}" for value in row)
            sys.stdout.write(f"{'all' if count == ALL else count!s:>10s}{told}\n")


if __name__ == "__main__":
    main()
