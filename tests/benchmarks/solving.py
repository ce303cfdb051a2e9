"""Exact engine against OpenSim's IMUInverseKinematicsTool: frames per second and cost, in one run.

Run ``python tests/benchmarks/solving.py``. It takes turns: the tool on some hundred frames, the
exact engine on the same frames repeated many times over, for our model and, where the real
recordings are beside the checkout, for Rajagopal 2015 on OpenSense's walk. It ends with 1 unless
the ratio is at least 1000 on each, no frame costs more than the tool's, and time per frame stays
the same from short to long recordings.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from opensim_pelvis import pipeline
from opensim_pelvis.heading import heading_from_axis
from opensim_pelvis.osim.build import build_model
from opensim_pelvis.osim.engines import solve_tool
from opensim_pelvis.osim.model import describe_model, load_model
from opensim_pelvis.osim.skeleton import Observability
from opensim_pelvis.osim.tools import place_sensors, run_tool
from opensim_pelvis.placement import average_pose, orient_sensors, place_static
from opensim_pelvis.settings import BODIES, SubjectSettings
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    RunnerSettings,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.solve import solve_batch
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.trial.sensor_map import read_sensor_map
from opensim_pelvis.types import (
    AlignedRecording,
    BodyModel,
    Kinematics,
    Placement,
    SensorOrientations,
)

MIN_RATIO = 1000.0
MAX_GROWTH = 1.5  # of the time per frame, from the shortest to the longest recording
COST = 1e-12  # rad^2
WALK = Path(__file__).resolve().parents[3] / "shared" / "data" / "opensense_walk"


class Case:
    """One model with its sensors and frames."""

    def __init__(self, name: str, model: BodyModel, aligned: AlignedRecording, axis: str) -> None:
        pose = average_pose(aligned, window_s=(0.0, 0.0), source="given", max_spread_rad=1.0)
        base = aligned.bodies.index("pelvis")
        heading = heading_from_axis(aligned, pose, base=base, axis=axis)  # type: ignore[arg-type]
        self.name = name
        self.placement: Placement = place_static(
            aligned, pose, heading, default_R_GB=model.default_R_GB
        )
        self.observability = Observability(model)
        known = self.observability.find_determined(aligned.bodies).coordinates
        locked = [n for n, k in zip(model.coordinates, known, strict=True) if not k]
        self.model = place_sensors(model, self.placement, locked)
        self.orientations = orient_sensors(aligned, self.placement)

    def solve(
        self, engine: Callable[..., Kinematics], orientations: SensorOrientations
    ) -> tuple[float, Kinematics]:
        """Return frames per second and the result."""
        started = time.perf_counter()
        found = engine(
            self.model, orientations, self.observability, placement=self.placement, weights={}
        )
        return orientations.time_s.size / (time.perf_counter() - started), found

    def time_tool(self, orientations: SensorOrientations) -> float:
        """Return the frames per second of the tool alone, its files included."""
        frames = np.arange(orientations.time_s.size)
        started = time.perf_counter()
        run_tool(self.model, orientations, frames, {})
        return orientations.time_s.size / (time.perf_counter() - started)


def simulated_run() -> Case:
    truth = simulate_runner(
        RunnerSettings(), Session(duration_s=7.0, rate_hz=100.0, still_s=1.5, ramp_s=0.5)
    )
    sensors = SensorSettings(orientation_noise_rad=np.deg2rad(1.0), seed=3)
    aligned = align_recording(
        simulate_sensors(truth, sensors, BODIES), dict(SENSOR_MAP), max_gap_s=0.05
    )
    return Case("our model", describe_model(build_model(SubjectSettings()), "built"), aligned, "-z")


def real_walk() -> Case:
    aligned = align_recording(
        pipeline.read(WALK), read_sensor_map(WALK / "myIMUMappings.xml"), max_gap_s=0.05
    )
    model = load_model(WALK / "Rajagopal_2015.osim")
    return Case("Rajagopal 2015", describe_model(model, "walk"), aligned, "z")


def cut(orientations: SensorOrientations, first: int, frames: int) -> SensorOrientations:
    rows = slice(first, first + frames)
    return replace(orientations, time_s=orientations.time_s[rows], R_GS=orientations.R_GS[rows])


def repeat(orientations: SensorOrientations, frames: int) -> SensorOrientations:
    """Run the frames forward and backward, over and over, so that none jumps."""
    there_and_back = np.concatenate([orientations.R_GS, orientations.R_GS[::-1]])
    times = -(-frames // there_and_back.shape[0])
    R_GS = np.tile(there_and_back, (times, 1, 1))[:frames]
    return replace(orientations, time_s=np.arange(frames) / orientations.rate_hz, R_GS=R_GS)


def compare(case: Case, first: int, frames: int, repeats: int) -> bool:
    """Print one row of the table; true where ratio and cost hold."""
    few = cut(case.orientations, first, frames)
    many = repeat(few, 200 * frames)
    case.solve(solve_batch, few)
    tool_fps, exact_fps, ratios = [], [], []
    for _ in range(repeats):
        tool_speed = case.time_tool(few)
        tool_fps.append(tool_speed)
        exact_speed, _ = case.solve(solve_batch, many)
        exact_fps.append(exact_speed)
        ratios.append(exact_speed / tool_speed)
    _, exact = case.solve(solve_batch, few)
    _, tool = case.solve(solve_tool, few)
    excess = max(cost(exact) - cost(tool))
    say(
        f"| {case.name} | {median(tool_fps):.0f} | {median(exact_fps):.0f} "
        f"| {median(ratios):.0f} | {excess:.1g} |"
    )
    return median(ratios) >= MIN_RATIO and excess <= COST


def cost(kinematics: Kinematics) -> np.ndarray:
    return np.nansum(kinematics.errors_rad**2, axis=1)


def grow(case: Case, sizes: tuple[int, ...]) -> bool:
    """Print the time per frame for growing recordings; true where it stays the same."""
    few = cut(case.orientations, 0, 600)
    per_frame = []
    for size in sizes:
        many = repeat(few, size)
        best = max(case.solve(solve_batch, many)[0] for _ in range(3))
        per_frame.append(1e6 / best)
        say(f"| {size} | {per_frame[-1]:.2f} |")
    return per_frame[-1] <= MAX_GROWTH * min(per_frame)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=400, help="frames given to the tool")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each side")
    parser.add_argument("--longest", type=int, default=1_000_000, help="frames of the longest")
    options = parser.parse_args()
    ours = simulated_run()
    started = time.perf_counter()
    ours.solve(solve_batch, cut(ours.orientations, 0, 2))
    say(f"first call, compiling or loading compiled code: {time.perf_counter() - started:.1f} s\n")
    say("| model, 8 sensors | tool, frames/s | exact, frames/s | ratio | cost above, rad² |")
    say("|---|---|---|---|---|")
    held = compare(ours, 200, options.frames, options.repeats)
    if WALK.is_dir():
        held &= compare(real_walk(), 725, options.frames, options.repeats)
    else:
        say("| Rajagopal 2015: ../shared/data is not here | | | | |")
    sizes = tuple(n for n in (1_000, 10_000, 100_000, 1_000_000) if n <= options.longest)
    say("\n| frames | microseconds a frame |\n|---|---|")
    held &= grow(ours, sizes)
    say("OK" if held else "FAIL")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
