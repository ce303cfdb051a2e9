"""What the correction of heading drift takes of true turns, and what it leaves of drift.

python -m tests.benchmarks.drift [--people 50] [--data FOLDER]

Simulated people with strides that vary, soft tissue and noise. Turns of the trunk are put into its
motion, turns of the whole body into orientations and gyroscopes, drift into orientations alone.
With --data also how the mean headings of recorded people wander.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from tests.real_recordings import marker_runs, read_qmt
from tests.real_sensors import QMT
from tests.simulated import align

from opensim_pelvis.calibration.heading.cycles import find_cyclic
from opensim_pelvis.calibration.heading.drift import Drift, find_drift, mean_turn, vertical_turns
from opensim_pelvis.calibration.placement import average_pose
from opensim_pelvis.config.settings import Surface
from opensim_pelvis.frames import FloatArray, up_in_earth
from opensim_pelvis.kinematics.anthropometry.sizes import joint_geometry
from opensim_pelvis.rotations import inverse, multiply, rotate
from opensim_pelvis.simulate import SensorSettings, Truth, simulate_runner
from opensim_pelvis.simulate.harmonics import smooth_step
from opensim_pelvis.simulate.population import draw_runner, draw_session
from opensim_pelvis.simulate.worn_sensors import draw_sensors
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types import AlignedRecording, CalibrationPose
from opensim_pelvis.types.segments import BODIES

SEED: Final = 8000
"""Of the first person. Limits were chosen on people with seeds 100 to 159 and 7000 to 7007."""

LENGTHS_S: Final = (60.0, 180.0)
RATE_HZ: Final = 50.0
TURNED_S: Final = 180.0
"""Length of the recordings into which true turns are put."""

Turn = Callable[[FloatArray, float], FloatArray]
"""Time and length of the recording in seconds to the jet (3, t) of a turn, degrees to the left."""


def there_and_back(size_deg: float, rise_s: float, hold_s: float) -> Turn:
    """Return a turn that begins after a third of the recording, holds and goes back."""

    def turn(time_s: FloatArray, length_s: float) -> FloatArray:
        start_s = length_s / 3.0
        back_s = start_s + rise_s + hold_s
        return size_deg * (
            smooth_step(time_s, start_s, rise_s) - smooth_step(time_s, back_s, rise_s)
        )

    return turn


def steady(rate_deg_per_min: float) -> Turn:
    """Return a turn that goes on at one rate."""

    def turn(time_s: FloatArray, _: float) -> FloatArray:
        return rate_deg_per_min / 60.0 * np.stack([time_s, 1.0 + 0 * time_s, 0 * time_s])

    return turn


def bend(time_s: FloatArray, length_s: float) -> FloatArray:
    """Return half a turn within twenty seconds."""
    return 180.0 * smooth_step(time_s, length_s / 3.0, 20.0)


WHOLE_BODY: Final[Mapping[str, Turn]] = {
    "lane change, 10 degrees": there_and_back(10.0, 3.0, 4.0),
    "whole body, 2 degrees/min": steady(2.0),
    "bend, 180 degrees": bend,
}
TRUNK: Final[Mapping[str, Turn]] = {
    "looking aside, trunk 20 degrees, 8 s": there_and_back(20.0, 1.5, 5.0),
    "trunk 10 degrees and back within 30 s": there_and_back(10.0, 15.0, 0.0),
    "trunk 10 degrees and back within 60 s": there_and_back(10.0, 30.0, 0.0),
    "trunk alone, 2 degrees/min": steady(2.0),
}


@dataclass(frozen=True, eq=False, slots=True)
class Person:
    """What sensors of someone recorded, without drift, and the truth behind."""

    truth: Truth
    worn: SensorSettings
    aligned: AlignedRecording
    pose: CalibrationPose


def people(count: int, duration_s: float) -> Iterator[Person]:
    """Yield people drawn at random."""
    for k in range(count):
        rng = np.random.default_rng(SEED + k)
        runner = draw_runner(rng)
        session = draw_session(rng, duration_s=duration_s, rate_hz=RATE_HZ)
        worn = draw_sensors(rng, runner, duration_s=duration_s)
        worn = replace(worn, orientation_drift_rad=0.0, gaps=())
        truth = simulate_runner(runner, session)
        aligned = align(truth, worn)
        pose = average_pose(aligned, window_s=(0.0, 1.5), source="given", max_spread_rad=0.1)
        yield Person(truth, worn, aligned, pose)


def drifted(aligned: AlignedRecording, turns_deg: FloatArray) -> AlignedRecording:
    """Return a recording whose headings drift, (t, s)."""
    return replace(aligned, R_ES=multiply(_about(turns_deg), aligned.R_ES))


def turned(aligned: AlignedRecording, jet_deg: FloatArray) -> AlignedRecording:
    """Return a recording in which the whole body turns by a jet (3, t): gyroscopes feel it."""
    R_ES = multiply(_about(jet_deg[0][:, None]), aligned.R_ES)
    rate = np.deg2rad(jet_deg[1])[:, None, None] * rotate(inverse(R_ES), up_in_earth())
    assert aligned.angular_velocity_radps is not None
    turning = aligned.angular_velocity_radps + rate
    return replace(aligned, R_ES=R_ES, angular_velocity_radps=turning)


def trunk_turned(
    truth: Truth, worn: SensorSettings, aligned: AlignedRecording, jet_deg: FloatArray
) -> AlignedRecording:
    """Return a recording in which the trunk turns about its long axis by a jet (3, t)."""
    runner = truth.runner
    joints = joint_geometry(height_m=runner.height_m, sex=runner.sex)
    at = next(np.array(j.position_child_m) for j in joints if j.child == "torso")
    torso = truth.motions["torso"].moved(at).turned("y", np.deg2rad(jet_deg)).moved(-at)
    moved = replace(truth, motions={**truth.motions, "torso": torso})
    alone = align(moved, worn, ("torso",))
    column = aligned.bodies.index("torso")
    values = {}
    for name in ("R_ES", "acceleration_mps2", "angular_velocity_radps"):
        values[name] = getattr(aligned, name).copy()
        values[name][:, column] = getattr(alone, name)[:, 0]
    return replace(aligned, **values)


def _about(turns_deg: FloatArray) -> FloatArray:
    half = np.deg2rad(turns_deg)[..., None] / 2.0
    return np.concatenate([np.cos(half), np.sin(half) * up_in_earth()], axis=-1)


def taken_deg(drift: Drift, aligned: AlignedRecording) -> FloatArray:
    """Return what was taken from each sensor, (t, s), degrees."""
    if drift.drift_rad is None:
        return np.zeros(aligned.R_ES.shape[:2])
    return np.rad2deg(drift.drift_rad)


def correct(aligned: AlignedRecording, pose: CalibrationPose, surface: Surface) -> FloatArray:
    """Return what the correction takes, (t, s), degrees."""
    return taken_deg(find_drift(aligned, pose, base=0, surface=surface), aligned)


def cut(aligned: AlignedRecording, duration_s: float) -> AlignedRecording:
    """Return the beginning of a recording."""
    rows = slice(0, round(duration_s * aligned.rate_hz))
    parts = ("time_s", "R_ES", "acceleration_mps2", "angular_velocity_radps", "magnetic_field")
    values = {name: getattr(aligned, name) for name in parts}
    return replace(aligned, **{k: v if v is None else v[rows] for k, v in values.items()})


def take_of_true_turns(person: Person) -> dict[str, float]:
    """Return the largest part of each true turn that is taken, of any sensor."""
    whole, time_s = person.aligned, person.aligned.time_s
    out = {}
    for name, turn in {**WHOLE_BODY, **TRUNK}.items():
        jet = turn(time_s, TURNED_S)
        if name in TRUNK:
            turning = trunk_turned(person.truth, person.worn, whole, jet)
        else:
            turning = turned(whole, jet)
        part = cut(turning, TURNED_S)
        taken = correct(part, person.pose, "overground")
        out[name] = float(np.abs(taken).max() / np.ptp(jet[0][: part.time_s.size]))
    return out


def drifts(rng: np.random.Generator) -> Iterator[tuple[str, FloatArray, Surface]]:
    """Yield drifts of sensors, (s,) degrees/min, with what they are and where the runner runs."""

    def of(*bodies: str) -> FloatArray:
        return np.isin(BODIES, bodies).astype(np.float64)

    yield "pelvis, 2 degrees/min, overground", 2.0 * of("pelvis"), "overground"
    for body, rate in (
        ("torso", 2.0),
        ("torso", 5.0),
        ("femur_r", 2.0),
        ("tibia_r", 2.0),
    ):
        yield f"{body}, {rate:g} degrees/min, treadmill", rate * of(body), "treadmill"
    three = 2.0 * of("torso", "femur_r", "tibia_l") * rng.choice([-1.0, 1.0], len(BODIES))
    yield "three sensors, 2 degrees/min, overground", three, "overground"
    yield "all sensors, SD 2 degrees/min, treadmill", rng.normal(0.0, 2.0, len(BODIES)), "treadmill"


def left_of_drift(
    aligned: AlignedRecording, pose: CalibrationPose, rng: np.random.Generator
) -> dict[str, float]:
    """Return how far what is taken lies from the drift put in, at the end, degrees.

    The largest of all sensors; of "all sensors" also the trunk against the pelvis.
    """
    since_min = (aligned.time_s - pose.middle_s)[:, None] / 60.0
    out = {}
    for name, rates, surface in drifts(rng):
        put_in = since_min * rates
        taken = correct(drifted(aligned, put_in), pose, surface)
        left = (taken - put_in)[-1]
        out[name] = float(np.abs(left).max())
        if name.startswith("all"):
            out["  of these, trunk against pelvis"] = float(abs(left[1] - left[0]))
    return out


def show(title: str, rows: Mapping[str, list[float]], limit: float) -> None:
    """Print median, 95th percentile and worst of each row, and how many are within a limit."""
    within = f"within {limit:g}"
    sys.stdout.write(f"\n{title}\n{'':<44}{'median':>8}{'95 %':>8}{'worst':>8}{within:>12}\n")
    for name, values in rows.items():
        middle, high, worst = np.quantile(values, [0.5, 0.95, 1.0])
        share = float(np.mean(np.array(values) <= limit))
        sys.stdout.write(f"{name:<44}{middle:>8.2f}{high:>8.2f}{worst:>8.2f}{share:>12.0%}\n")


def wander(aligned: AlignedRecording) -> dict[str, FloatArray]:
    """Return mean headings over strides less their line, (n,), degrees, once a stride or so."""
    turn = vertical_turns(aligned.R_ES, aligned.R_ES[aligned.time_s.size // 2])
    cyclic = find_cyclic(aligned, aligned.time_s)
    out = {}
    for i, body in enumerate(aligned.bodies):
        mean = mean_turn(turn[:, i] - turn[:, 0] * (i > 0), cyclic, aligned.rate_hz)
        known = np.flatnonzero(np.isfinite(mean))[:: round(0.7 * aligned.rate_hz)]
        if known.size > 8:
            line = np.polyval(np.polyfit(known, mean[known], 1), known)
            out[body] = np.rad2deg(mean[known] - line)
    return out


def recorded(data: Path) -> None:
    """Print how mean headings of recorded people wander."""
    sys.stdout.write(
        "\nmean heading about its line, SD in degrees (pelvis: alone, others: against it)\n"
    )
    walk = align_recording(read_qmt(data), QMT, max_gap_s=0.05)
    for name, aligned in [*(("treadmill", run) for run in marker_runs(data)), ("qmt walk", walk)]:
        sizes = {body: float(values.std()) for body, values in wander(aligned).items()}
        told = ", ".join(f"{body} {size:.2f}" for body, size in sizes.items())
        sys.stdout.write(f"{name}: {told}\n")


def main() -> None:
    """Try and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    clean: dict[str, list[float]] = defaultdict(list)
    true: dict[str, list[float]] = defaultdict(list)
    left: dict[float, dict[str, list[float]]] = {x: defaultdict(list) for x in LENGTHS_S}
    surfaces: tuple[Surface, ...] = ("treadmill", "overground")
    for k, person in enumerate(people(given.people, max(LENGTHS_S))):
        pose = person.pose
        sys.stderr.write(f"{k + 1} of {given.people}\n")
        for name, share in take_of_true_turns(person).items():
            true[name].append(share)
        for length in LENGTHS_S:
            part = cut(person.aligned, length)
            for surface in surfaces:
                taken = float(np.abs(correct(part, pose, surface)).max())
                clean[f"{length:g} s, {surface}"].append(taken)
            for name, degrees in left_of_drift(part, pose, np.random.default_rng(k)).items():
                left[length][name].append(degrees)
    show("without drift: largest amount taken from any sensor, degrees", clean, 0.1)
    show(f"true turns within {TURNED_S:g} s: largest part taken from any sensor", true, 0.1)
    for length, rows in left.items():
        show(f"drift over {length:g} s: degrees left at the end, worst sensor", rows, 0.5)
    if given.data:
        recorded(given.data)


if __name__ == "__main__":
    main()
