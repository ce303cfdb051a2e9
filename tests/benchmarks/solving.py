"""Exact inverse kinematics against OpenSim's own tool, in one run on the same frames.

Run ``python tests/benchmarks/solving.py``. Simulated running with noise on the pelvis-trunk model
and, where ``../shared/data`` stands beside the checkout, the walking example on Rajagopal 2015 are
solved in turn by ``IMUInverseKinematicsTool`` and by the exact engine, which repeats the tool's
frames to 30 minutes. Compilation, growth with the number of frames and memory are measured apart.
It ends with 1 unless every bound holds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

MIN_RATIO = 1000.0
MAX_COST_EXCESS = 1e-12
MAX_GROWTH = 1.5  # time a frame at the most frames against the least; a shared machine varies
MAX_EXTRA_MB = 64.0  # beyond input and output, a hundred times the frames
LONG_FRAMES = 180_000  # 30 minutes at 100 Hz
GROWTH_FRAMES = (1_000, 10_000, 100_000, 1_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=600, help="frames given to OpenSim's tool")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each side")
    parser.add_argument("--first-call", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--extra-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.first_call:
        sys.stdout.write(json.dumps(measure_first_call()))
        return 0
    if options.extra_of is not None:
        sys.stdout.write(json.dumps(measure_extra(options.extra_of)))
        return 0
    fine = [report_compilation()]
    for name, make in cases().items():
        fine.append(report_ratio(name, make(options.frames), options.repeats))
    fine += [report_growth(), report_memory()]
    sys.stdout.write("OK\n" if all(fine) else "FAIL\n")
    return 0 if all(fine) else 1


def cases() -> dict[str, Callable[[int], tuple]]:
    """Return what makes a case of some frames: model, placement, orientations, observability."""
    from tests.kinematics.test_solve import walking_example

    found: dict[str, Callable[[int], tuple]] = {"pelvis-trunk model, running": running}
    walk = ROOT.parent / "shared" / "data" / "opensense_walk"
    if walk.is_dir():
        start = 900  # of the walk itself, after standing and turning
        found["Rajagopal 2015, walking"] = lambda n: walking_example(walk, slice(start, start + n))
    return found


def running(n_frames: int) -> tuple:
    """Return a simulated run at 100 Hz with 4 degrees of noise on each of eight sensors."""
    from tests.kinematics.test_solve import case_of
    from tests.simulated import short_run

    from opensim_pelvis.config.settings import SubjectSettings
    from opensim_pelvis.kinematics.osim.build import build_model
    from opensim_pelvis.types.segments import BODIES

    truth = short_run(duration_s=n_frames / 100.0 + 2.0, rate_hz=100.0)
    moving = slice(200, 200 + n_frames)  # after standing
    R_GB = {body: truth.motions[body].R_GB[moving] for body in BODIES}
    return case_of(build_model(SubjectSettings()), R_GB)


def repeat(case: tuple, n_frames: int) -> tuple:
    """Return the frames there and back again, to the length asked for."""
    model, placement, orientations, observability = case
    there_and_back = np.concatenate([orientations.R_GS, orientations.R_GS[::-1]])
    times = -(-n_frames // there_and_back.shape[0])
    R_GS = np.tile(there_and_back, (times, 1, 1))[:n_frames]
    long = replace(orientations, time_s=np.arange(n_frames) / 100.0, R_GS=R_GS)
    return model, placement, long, observability


def report_ratio(name: str, case: tuple, repeats: int) -> bool:
    from tests.kinematics.test_solve import costs, solve

    from opensim_pelvis.kinematics.osim.engines import solve_tool
    from opensim_pelvis.kinematics.osim.tools import run_tool

    model, _, orientations, _ = case
    n_tool = orientations.time_s.size
    long = repeat(case, LONG_FRAMES)
    excess = float((costs(solve(case), case) - costs(solve(case, solve_tool), case)).max())
    speeds: dict[str, list[float]] = {"tool": [], "exact": []}
    for _ in range(repeats):
        start = time.perf_counter()
        run_tool(model, orientations, np.arange(n_tool), {})
        speeds["tool"].append(n_tool / (time.perf_counter() - start))
        start = time.perf_counter()
        solve(long)
        speeds["exact"].append(LONG_FRAMES / (time.perf_counter() - start))
    ratio = median(b / a for a, b in zip(speeds["tool"], speeds["exact"], strict=True))
    sys.stdout.write(
        f"{name}: tool {median(speeds['tool']):.0f} frames/s, exact {median(speeds['exact']):.0f} "
        f"frames/s, ratio {ratio:.0f} (bound {MIN_RATIO:.0f}); cost above the tool's at most "
        f"{excess:.1e} rad^2 (bound {MAX_COST_EXCESS:.0e})\n"
    )
    return ratio >= MIN_RATIO and excess <= MAX_COST_EXCESS


def report_growth() -> bool:
    """Time all that grows with the frames; the model is read once, beforehand."""
    from opensim_pelvis.kinematics.osim.tree import read_tree
    from opensim_pelvis.kinematics.solve.batch import solve_all
    from opensim_pelvis.kinematics.solve.problem import Problem

    case = running(1000)
    model, placement, orientations, observability = case
    problem = Problem(
        read_tree(model),
        model,
        observability,
        sensors=orientations.sensors,
        bodies=placement.bodies,
        weights={},
        worn=np.ones(len(placement.bodies), dtype=np.bool_),
    )
    each_us = []
    for n_frames in GROWTH_FRAMES:
        R_GS = repeat(case, n_frames)[2].R_GS
        repeats = max(2, min(30, 300_000 // n_frames))
        taken = min(timed(lambda R_GS=R_GS: solve_all(problem, R_GS)) for _ in range(repeats))
        each_us.append(taken / n_frames * 1e6)
        sys.stdout.write(f"{n_frames:8d} frames: {each_us[-1]:6.2f} us a frame\n")
    growth = each_us[-1] / min(each_us)
    sys.stdout.write(f"growth of the time a frame: {growth:.2f} x (bound {MAX_GROWTH:g})\n")
    return growth <= MAX_GROWTH


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def report_memory() -> bool:
    """Hold peak memory beyond input and output at many frames against few."""
    few, many = (in_child("--extra-of", str(n)) for n in (10_000, 1_000_000))
    extra_mb = (many - few) / 1e6
    sys.stdout.write(
        f"memory beyond input and output: {few / 1e6:.0f} MB at 10 000 frames, "
        f"{many / 1e6:.0f} MB at 1 000 000 (bound on the difference {MAX_EXTRA_MB:g} MB)\n"
    )
    return extra_mb <= MAX_EXTRA_MB


def measure_extra(n_frames: int) -> int:
    """Return the peak memory of a solution above its input and output, bytes."""
    from tests.benchmarks.reading import peak_bytes
    from tests.kinematics.test_solve import solve

    case = running(1000)
    solve(case)
    long = repeat(case, n_frames)
    before = peak_bytes()
    found = solve(long)
    arrays = (found.values_rad, found.R_GB, found.p_GB_m, found.errors_rad)
    return peak_bytes() - before - sum(array.nbytes for array in arrays)


def report_compilation() -> bool:
    """Time the first call of a process, with nothing on disk and with what that left there."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        cold, warm = (in_child("--first-call", environment=environment) for _ in range(2))
    sys.stdout.write(
        f"first call of a process: {cold:.1f} s with compilation, {warm:.2f} s from the disk\n"
    )
    return True


def measure_first_call() -> float:
    from tests.kinematics.test_solve import case_of, runner, solve

    from opensim_pelvis.config.settings import SubjectSettings
    from opensim_pelvis.kinematics.osim.build import build_model

    case = case_of(build_model(SubjectSettings()), runner())
    return timed(lambda: solve(case))


def in_child(*arguments: str, environment: dict[str, str] | None = None) -> float:
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(json.loads(done.stdout))


if __name__ == "__main__":
    raise SystemExit(main())
