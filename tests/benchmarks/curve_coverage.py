"""How often the bands of mean curves hold the truth: ``python -m tests.benchmarks.curve_coverage``.

People, and what is true of them, as in `tests.benchmarks.interval_coverage`: the mean curve of what
the site of the sensor does over four other runs. Prints for each angle which part of the points of
a stride lies within its band, for the curve and for the curve without its mean over the stride,
and the median half-width; curves as markers would show them are held against the bones, which the
simulator moves as markers show them. ``--true-contacts`` tells what is left without the error of
initial contacts: the simulator's feet do not roll as those of people do, for whom methods are made.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.interval_coverage import OTHER_STRIDES, TRUTH_S, true_analysis
from tests.benchmarks.sound_recordings import draw_with_truth
from tests.mistakes import analyse

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.optical.equivalent import NAMES
from opensim_pelvis.simulate import SensorSettings, Session, simulate_runner
from opensim_pelvis.simulate.runner import RunnerSettings
from opensim_pelvis.types import RunningAnalysis
from opensim_pelvis.types.running import SIDES

Curve = tuple[str, str]


def curves_of(analysis: RunningAnalysis) -> dict[Curve, FloatArray]:
    """Return each mean curve by angle and side, degrees."""
    curves = analysis.curves
    return {
        (name, side): curves.mean_deg[code, :, column]
        for code, side in enumerate(SIDES)
        for column, name in enumerate(curves.angles)
    }


def true_curves(
    runner: RunnerSettings, session: Session, sensors: SensorSettings
) -> Mapping[Curve, FloatArray]:
    """Return the curves of what sites do in several runs, and of bones as markers show."""
    long = Session(
        duration_s=TRUTH_S, rate_hz=session.rate_hz, surface=session.surface, still_s=0.5
    )
    found: dict[Curve, list[FloatArray]] = defaultdict(list)
    for further in OTHER_STRIDES:
        assert runner.variation is not None
        variation = replace(runner.variation, seed=runner.variation.seed + further)
        truth = simulate_runner(replace(runner, variation=variation), long)
        for key, curve in curves_of(true_analysis(truth, sensors)).items():
            found[key].append(curve)
        bones = curves_of(true_analysis(truth, None))
        for angle, shown in NAMES.items():
            for side in SIDES:
                found[shown, side] = [*found.get((shown, side), []), bones[angle, side]]
    return {key: np.mean(curves, axis=0) for key, curves in found.items()}


def held(number: int, true_contacts: bool = False) -> list[tuple[str, float, float, float, float]]:
    """Return angle, shares held and half-widths (curve, then shape) of each curve of a person."""
    case, session, sensors, runner = draw_with_truth(number)
    if true_contacts:
        events = simulate_runner(runner, session).events
        case = replace(case, recording=replace(case.recording, events=events))
    try:
        result = analyse(case)
    except OpenSimPelvisError:
        return []
    if result.quality.verdict == "rejected" or result.running is None:
        return []
    curves, true = result.running.curves, true_curves(runner, session, sensors)
    if curves.u95_deg is None or curves.u95_shape_deg is None:
        return []
    out = []
    for code, side in enumerate(SIDES):
        for column, name in enumerate(curves.angles):
            whole, shape = (u[code, :, column] for u in (curves.u95_deg, curves.u95_shape_deg))
            if (name, side) not in true or not np.isfinite(whole).all():
                continue
            error = curves.mean_deg[code, :, column] - true[name, side]
            about = error - error.mean()
            inside = float(np.mean(np.abs(error) <= whole)), float(np.mean(np.abs(about) <= shape))
            out.append((name, *inside, float(np.median(whole)), float(np.median(shape))))
    return out


def main() -> None:
    """Print the coverage of every angle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--first", type=int, default=4000)
    parser.add_argument("--true-contacts", action="store_true", help="import those of the truth")
    given = parser.parse_args()
    rows = defaultdict(list)
    with ProcessPoolExecutor() as pool:
        numbers = range(given.first, given.first + given.people)
        asked = partial(held, true_contacts=given.true_contacts)
        for found in pool.map(asked, numbers, chunksize=4):
            for name, *values in found:
                rows[name].append(values)
    head = f"{'held %':>8s}{'U95':>7s}{'shape %':>9s}{'U95':>7s}"
    sys.stdout.write(f"{'angle':34s}{'curves':>7s}{head}\n")
    for name, some in rows.items():
        whole, shape = (100.0 * float(np.mean([row[k] for row in some])) for k in (0, 1))
        wide = [float(np.median([row[k] for row in some])) for k in (2, 3)]
        told = f"{len(some):7d}{whole:8.1f}{wide[0]:7.2f}{shape:9.1f}{wide[1]:7.2f}"
        sys.stdout.write(f"{name:34s}{told}\n")


if __name__ == "__main__":
    main()
