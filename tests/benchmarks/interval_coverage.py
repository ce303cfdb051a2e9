"""How often intervals hold the truth: ``python -m tests.benchmarks.interval_coverage``.

Draws sound recordings as `tests.benchmarks.sound_recordings` does, and holds every estimate of each
against what the site of the sensor does in truth: the same person in four runs of 90 s, other
strides, with soft tissue that follows the segment but without ringing, noise or a static trial,
read by the same definitions. Prints for each measure how many intervals hold it, the mean error,
and the ratio of errors to stated standard uncertainties (root mean square).

``--demonstration`` prints the estimates of the demonstration instead, beside what its bones and the
sites of its sensors do in its own strides.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.sound_recordings import draw_with_truth
from tests.mistakes import analyse
from tests.mistakes.case import sound

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.gait.measures.compute import analyse_strides
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.strides.segment import segment_strides
from opensim_pelvis.kinematics.angles import compute_angles
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import inverse, multiply, to_euler
from opensim_pelvis.simulate import (
    SensorSettings,
    Session,
    Truth,
    demo_sensors,
    demo_truth,
    simulate_runner,
)
from opensim_pelvis.simulate.runner import RunnerSettings
from opensim_pelvis.simulate.soft_tissue import on_skin
from opensim_pelvis.types import GaitEvents, Kinematics, RunningAnalysis
from opensim_pelvis.types.segments import body_on

TRUTH_S = 90.0
OTHER_STRIDES = (7919, 15838, 23757, 31676)
"""Added to the seed of the strides' variation, which has a long memory: four runs tell its middle
better than one of the same length."""

ABOUT = (
    "pelvic_rotation_range_deg",
    "pelvic_obliquity_range_deg",
    "pelvic_tilt_range_deg",
    "trunk_rotation_range_deg",
    "trunk_lateral_lean_range_deg",
    "pelvis_trunk_range_deg",
    "pelvic_rotation_range_optical_deg",
    "pelvic_drop_deg",
    "pelvic_drop_from_contact_deg",
    "pelvic_step_mm",
    "thigh_extension_peak_deg",
    "hip_extension_peak_deg",
    "pelvic_tilt_mean_deg",
    "pelvic_rotation_mean_deg",
    "pelvic_rotation_at_contact_deg",
    "pelvic_obliquity_at_contact_deg",
    "trunk_forward_lean_mean_deg",
    "trunk_lean_at_contact_deg",
    "shank_angle_at_contact_deg",
    "pelvis_trunk_phase_deg",
    "contact_time_s",
    "cadence_spm",
)
"""Measures whose coverage is counted."""


@dataclass(frozen=True, slots=True)
class Held:
    """One estimate against the truth, in the unit of the measure."""

    name: str
    side: str
    error: float
    u95: float
    standard: float


def true_analysis(truth: Truth, sensors: SensorSettings | None) -> RunningAnalysis:
    """Return the measures of what sites of sensors do; without sensors, of the bones.

    There is neither ringing nor noise. What the simulator calls bone moves as markers show it.
    """
    R_GB = []
    for body, motion in truth.motions.items():
        tissue = None if sensors is None else sensors.soft_tissue.get(body)
        if tissue is not None:
            follows = replace(tissue, ringing=None, impact=None)
            motion = on_skin(motion, follows, truth.course, body, 0)
        R_GB.append(motion.R_GB)
    bodies = truth.bodies
    place = dict(zip(bodies, R_GB, strict=True))
    hips = {
        f"hip_flexion_{letter}": np.unwrap(
            to_euler("ZXY", multiply(inverse(place["pelvis"]), place[body_on(side, "thigh")]))[:, 0]
        )
        for letter, side in (("r", "right"), ("l", "left"))
    }
    kinematics = Kinematics(
        time_s=truth.time_s,
        rate_hz=truth.session.rate_hz,
        coordinates=tuple(hips),
        values_rad=np.stack(list(hips.values()), axis=1),
        sensors=(),
        errors_rad=np.zeros((truth.time_s.size, 0)),
        bodies=bodies,
        R_GB=np.stack(R_GB, axis=1),
        p_GB_m=truth.p_GB_m,
        engine="truth",
        accuracy=notice("source.unstated"),
    )
    surface = truth.session.surface
    angles = compute_angles(kinematics, surface=surface)
    events = GaitEvents(events=truth.events, kind="contact", start_label="initial contact")
    strides = segment_strides(events, angles, surface=surface)
    return analyse_strides(events, strides, angles, kinematics)


def true_means(
    runner: RunnerSettings, session: Session, sensors: SensorSettings
) -> dict[tuple[str, str], float]:
    """Return the mean of each measure and side over several runs of a person."""
    long = Session(
        duration_s=TRUTH_S, rate_hz=session.rate_hz, surface=session.surface, still_s=0.5
    )
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for further in OTHER_STRIDES:
        assert runner.variation is not None
        variation = replace(runner.variation, seed=runner.variation.seed + further)
        truth = simulate_runner(replace(runner, variation=variation), long)
        for summary in true_analysis(truth, sensors).summaries:
            found[summary.name, summary.side].append(summary.mean)
        shown = true_analysis(truth, None).summary("pelvic_rotation_range_deg")
        if shown is not None:
            found["pelvic_rotation_range_optical_deg", "body"].append(shown.mean)
    means = {key: float(np.mean(values)) for key, values in found.items()}
    for (name, side), values in found.items():
        if definition_of(name).circular:
            turn = np.exp(1j * np.deg2rad(values)).mean()
            means[name, side] = float(np.rad2deg(np.angle(turn)))
    return defaultdict(lambda: float("nan"), means)


def held(number: int) -> tuple[Held, ...]:
    """Return every estimate of one recording against the truth; none where it is refused."""
    case, session, sensors, runner = draw_with_truth(number)
    try:
        result = analyse(case)
    except OpenSimPelvisError:
        return ()
    if result.quality.verdict == "rejected" or result.running is None:
        return ()
    true = true_means(runner, session, sensors)
    out = []
    for estimate in result.running.estimates:
        if estimate.name not in ABOUT:
            continue
        if estimate.side == "right minus left":
            known = true[estimate.name, "right"] - true[estimate.name, "left"]
        else:
            known = true[estimate.name, estimate.side]
        error = estimate.value - known
        if definition_of(estimate.name).circular:
            error = (error + 180.0) % 360.0 - 180.0
        if np.isfinite(error):
            out.append(Held(estimate.name, estimate.side, error, estimate.u95, estimate.standard))
    return tuple(out)


def main() -> None:
    """Print the coverage of every measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--first", type=int, default=3000)
    parser.add_argument("--demonstration", action="store_true")
    given = parser.parse_args()
    if given.demonstration:
        _tell_demonstration()
        return
    with ProcessPoolExecutor() as pool:
        numbers = range(given.first, given.first + given.people)
        rows = [row for rows in pool.map(held, numbers, chunksize=4) for row in rows]
    groups: dict[tuple[str, str], list[Held]] = defaultdict(list)
    for row in rows:
        kind = "difference" if row.side == "right minus left" else "mean"
        groups[row.name, kind].append(row)
    head = f"{'held %':>8s}{'bias':>8s}{'U95':>8s}{'ratio':>8s}"
    sys.stdout.write(f"{'measure':36s}{'of':12s}{'n':>5s}{head}\n")
    for (name, kind), some in sorted(groups.items(), key=_order):
        error = np.array([row.error for row in some])
        inside = np.mean([abs(row.error) <= row.u95 for row in some]) * 100.0
        ratio = np.sqrt(np.mean([(r.error / r.standard) ** 2 for r in some if r.standard > 0]))
        wide = np.median([row.u95 for row in some])
        told = f"{len(some):5d}{inside:8.1f}{error.mean():8.2f}{wide:8.2f}{ratio:8.2f}"
        sys.stdout.write(f"{name:36s}{kind:12s}{told}\n")


def _tell_demonstration() -> None:
    """Print what bones and sites of the demonstration do, and what is read of them."""
    read = analyse(sound()).running
    assert read is not None
    bones, sites = (true_analysis(demo_truth(), worn) for worn in (None, demo_sensors()))
    sys.stdout.write(
        f"{'measure':36s}{'side':8s}{'bones':>9s}{'sites':>9s}{'read':>9s}{'U95':>9s}\n"
    )
    for name in ABOUT:
        for side in ("body", "right", "left"):
            found, bone = read.estimate(name, side), bones.summary(name, side)
            site = sites.summary(name, side)
            if found is None or bone is None or site is None:
                continue
            numbers = (bone.mean, site.mean, found.value, found.u95)
            told = "".join(f"{number:9.3f}" for number in numbers)
            sys.stdout.write(f"{name:36s}{side:8s}{told}\n")


def _order(group: tuple[tuple[str, str], list[Held]]) -> tuple[str, int]:
    name, kind = group[0]
    return kind, ABOUT.index(name)


if __name__ == "__main__":
    main()
