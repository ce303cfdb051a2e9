"""Ranges of pelvic motion of the runners in ``rbds_running``, as entries of ``references.toml``.

    python -m tests.benchmarks.own_reference --data ../shared/data

Two men on a treadmill at 2.5 to 4.5 m/s, optical markers: the line of the PSIS is what a belt on
the sacrum follows, ASIS and PSIS as one rigid body is what optical systems call the pelvis. Of each
trial the mean of the ranges of its strides; of each speed the mean and the standard deviation
between the men, each once. Ends with code 1 where ``references.toml`` holds other numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.optical_equivalent import OBLIQUITY, ROTATION, Trial, runner
from tests.event_references import RUNS

from opensim_pelvis.guidance.references import read_references
from opensim_pelvis.types import ReferencePoint

MEASURES = {
    ROTATION: "pelvic_rotation_range_deg",
    OBLIQUITY: "pelvic_obliquity_range_deg",
}
KEYS = {"site": "psis", "asis-psis": "asis_psis"}
DIGITS = 1  # of a degree: the spread between strides is above one


@dataclass(frozen=True, slots=True)
class Range:
    """The mean range of one trial, and by how much it exceeds the range of the mean curve."""

    person: str
    speed_mps: float
    mean_deg: float
    over_mean_curve_deg: float
    strides: int


def main(data: Path) -> int:
    folder = data / "rbds_running"
    if not folder.is_dir():
        sys.stdout.write(f"no recordings in {folder}\n")
        return 0
    trials = [(row[3], runner(folder, row)) for row in RUNS]
    stored = {reference.key: reference for reference in read_references()}
    same = True
    for key, ranges in found_ranges(trials):
        points = points_of(ranges)
        sys.stdout.write(f"{key}\n")
        for one in ranges:
            sys.stdout.write(
                f"  {one.person}, {one.speed_mps:g} m/s, {one.strides} strides: {one.mean_deg:.2f}"
                f", over the range of the mean curve {one.over_mean_curve_deg:.2f}\n"
            )
        sys.stdout.write("points = [\n" + "".join(map(as_toml, points)) + "]\n")
        same &= key in stored and stored[key].points == points
    sys.stdout.write(f"references.toml holds {'these' if same else 'OTHER'} numbers\n")
    return 0 if same else 1


def found_ranges(trials: Sequence[tuple[float, Trial]]) -> Iterator[tuple[str, list[Range]]]:
    """Yield the key of each reference, and the ranges of all trials."""
    for angle, measure in MEASURES.items():
        for measurand, name in KEYS.items():
            ranges = []
            for speed, trial in trials:
                curves = (trial.site if measurand == "site" else trial.shown)[angle]
                mean = float(np.ptp(curves, axis=1).mean())
                over = mean - float(np.ptp(curves.mean(axis=0)))
                ranges.append(Range(trial.person, speed, mean, over, len(curves)))
            yield f"rbds_{name}_{measure.removesuffix('_range_deg')}", ranges


def points_of(ranges: Sequence[Range]) -> tuple[ReferencePoint, ...]:
    """Return mean and standard deviation between people at each speed; none of one person."""
    found = []
    for speed in sorted({one.speed_mps for one in ranges}):
        values = [one.mean_deg for one in ranges if one.speed_mps == speed]
        spread = round(float(np.std(values, ddof=1)), DIGITS) if len(values) > 1 else None
        value = round(float(np.mean(values)), DIGITS)
        found.append(ReferencePoint(speed_mps=speed, value=value, spread=spread, n=len(values)))
    return tuple(found)


def as_toml(point: ReferencePoint) -> str:
    spread = "" if point.spread is None else f" spread = {point.spread:g},"
    start = f"speed_mps = {point.speed_mps:g}, value = {point.value:g},"
    return f"  {{ {start}{spread} n = {point.n} }},\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default)
    sys.exit(main(parser.parse_args().data))
