"""Simulated people beside measured ones: phases, sizes, variation, impacts, event features.

    python tests/benchmarks/simulated_people.py
    python tests/benchmarks/simulated_people.py --people 40

Prints the table of docs/simulator.md: median and range (5th to 95th percentile) over simulated
people, and the same figures of the recordings in ``../shared/data`` where that folder is there
(virtual sensors of markers; real sensors of a walk for the part above 12 Hz).
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfiltfilt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import gait_figures as figures
from tests.benchmarks.measured_gait import DATA, Gait
from tests.benchmarks.measured_walks import all_gaits
from tests.real_sensors import GAITTOOLBOX

from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.io import reading
from opensim_pelvis.rotations import inverse, multiply, rotate
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Truth,
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
    simulate_sensors,
)

Found = dict[str, list[float]]
RIGHT = ("pelvis", "torso", "femur_r", "tibia_r", "calcn_r")
WALKING_S = (11.19, 20.73)


def describe(gait: Gait, rates: dict[str, np.ndarray], out: Found) -> None:
    """Add phases and scalars of one person; rates are in the bodies' axes."""
    cut = {b: figures.by_stride(w, gait.time_s, gait.strides_s) for b, w in rates.items()}
    cut = {b: s for b, s in cut.items() if len(s)}
    if "tibia_r" not in cut:
        return
    c = {b: figures.harmonics(s) for b, s in cut.items()}
    shank = c["tibia_r"][1, 2]
    named = {
        "pelvis yaw": ("pelvis", 1),
        "trunk yaw": ("torso", 1),
        "trunk roll": ("torso", 0),
        "thigh": ("femur_r", 2),
        "foot": ("calcn_r", 2),
        "left shank": ("tibia_l", 2),
    }
    for name, (body, axis) in named.items():
        if body in c:
            out[f"phase {name}"].append(figures.phase_deg(c[body][1, axis], shank))
    for body in RIGHT:
        if body in cut:
            for name, value in figures.scalars(cut[body], gait.stride_s).items():
                out[f"ln {name}, {body}"].append(value)
    place = figures.by_stride(gait.pelvis_m, gait.time_s, gait.strides_s)
    steady = place - np.linspace(0, 1, figures.SAMPLES)[:, None] * (place[:, -1:] - place[:, :1])
    p = figures.harmonics(steady)
    if "pelvis" in gait.R_TB:
        force = felt(gait)
        f = figures.harmonics(figures.by_stride(force, gait.time_s, gait.strides_s))
        name = "phase fore-aft / vertical felt, harmonic 2"
        out[name].append(figures.phase_deg(f[2, 0], f[2, 1]))
    out["phase lateral acceleration"].append(figures.phase_deg(-p[1, 2], shank))
    out["phase fore-aft / vertical, harmonic 2"].append(figures.phase_deg(p[2, 0], p[2, 1]))
    out["vertical range, mm"].append(1000 * float(np.median(np.ptp(place[:, :, 1], axis=1))))
    if len(gait.strides_s) > 8:
        lengths = np.diff(gait.strides_s)[:, 0]
        out["stride time SD, %"].append(100 * float(lengths.std() / lengths.mean()))
        for body in RIGHT:
            if body in gait.R_TB:
                out[f"stride differences, {body}"].append(
                    figures.stride_differences_deg(gait.R_TB[body], gait.time_s, gait.strides_s)
                )
        rotation = np.rad2deg(np.unwrap(2 * np.arctan2(*_yaw(gait.R_TB["pelvis"]))))
        ranges = np.ptp(figures.by_stride(rotation[:, None], gait.time_s, gait.strides_s), axis=1)
        out["rotation range"].append(float(ranges.mean()))
        out["rotation range SD"].append(float(ranges.std()))


def felt(gait: Gait) -> np.ndarray:
    """Return the specific force at the pelvis in its own axes, by differences below 15 Hz."""
    step = float(np.median(np.diff(gait.time_s)))
    a = np.gradient(np.gradient(gait.pelvis_m, step, axis=0), step, axis=0)
    low = butter(2, 15.0, fs=1.0 / step, output="sos")
    a = sosfiltfilt(low, a, axis=0) + np.array([0.0, GRAVITY_MPS2, 0.0])
    return np.asarray(rotate(inverse(gait.R_TB["pelvis"]), a))


def _yaw(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return q[:, 2], q[:, 0]


def gait_of(truth: Truth, kind: str, name: str) -> Gait:
    """Return a simulated person as the measured ones are."""
    strikes = [
        e.time_s for e in truth.events if (e.label, e.context) == ("initial contact", "Right")
    ]
    return Gait(
        name=name,
        kind=kind,
        source="simulated",
        speed_mps=truth.runner.speed_mps,
        time_s=truth.time_s,
        R_TB={b: m.R_GB for b, m in truth.motions.items()},
        pelvis_m=truth.motions["pelvis"].p_GB_m,
        strides_s=list(pairwise(strikes)),
        duty_factor=truth.runner.duty_factor,
    )


def simulated(kind: str, people: int) -> Found:
    out: Found = defaultdict(list)
    for seed in range(people):
        rng = np.random.default_rng([seed, kind == "walking"])
        runner = draw_runner(rng, kind)  # type: ignore[arg-type]
        session = draw_session(rng, duration_s=25.0)
        truth = simulate_runner(runner, session)
        sensors = draw_sensors(rng, runner)
        gait = gait_of(truth, kind, f"{kind} {seed}")
        recording = simulate_sensors(truth, sensors)
        rates = {}
        for sensor in recording.sensors:
            body = SENSOR_MAP[sensor.identifier]
            R_BS = sensors.mountings[body]
            index = sensor.counter - sensors.counter_start
            w = np.full((truth.time_s.size, 3), np.nan)
            w[index] = rotate(R_BS, sensor.angular_velocity_radps)
            for k in range(3):  # gaps are bridged: they are not what is compared
                w[:, k] = np.interp(truth.time_s, truth.time_s[index], w[index, k])
            rates[body] = w
            if body == "pelvis":
                R_GS = multiply(truth.motions[body].R_GB[index], R_BS)
                g = rotate(R_GS, sensor.acceleration_mps2)[:, 1] / GRAVITY_MPS2
                vertical = np.interp(truth.time_s, truth.time_s[index], g)
            late = index > truth.steady.start
            out[f"ln above 12 Hz, {body.split('_')[0]}"].append(
                figures.above_12_hz(sensor.acceleration_mps2[late], 100.0)
            )
        describe(gait, rates, out)
        if kind == "running":
            flight(truth, out)
            offs = [e.time_s for e in truth.events if (e.label, e.context) == ("toe-off", "Right")]
            event_features(gait, rates, vertical, offs, out)
    return out


def flight(truth: Truth, out: Found) -> None:
    """Add the vertical acceleration in the middle half of flight, g."""
    f = truth.runner.duty_factor
    phase = np.mod(truth.course.phase()[0], 0.5)
    middle = f + (0.5 - f) * np.array([0.25, 0.75])
    inside = (phase > middle[0]) & (phase < middle[1])
    inside[: truth.steady.start] = False
    a = truth.motions["pelvis"].acceleration_g_mps2[inside, 1]
    if a.size:
        out["vertical acceleration in flight, g"].append(float(a.mean() / GRAVITY_MPS2))


def event_features(
    gait: Gait, rates: dict[str, np.ndarray], vertical_g: np.ndarray, offs: list[float], out: Found
) -> None:
    """Add the features of contact and toe-off minus the true events, milliseconds."""
    rate = 1.0 / float(np.median(np.diff(gait.time_s)))
    ons = [a for a, _ in gait.strides_s]
    start = int(np.searchsorted(gait.time_s, ons[0]))
    found = figures.features({b: w[start:] for b, w in rates.items()}, rate, vertical_g[start:])
    for name, times in found.items():
        true = np.array(ons if name.endswith("contact") else offs)
        if true.size == 0:
            continue
        off = figures.offsets_ms(times + gait.time_s[start], true)
        if off.size > 5:
            out[f"{name}, ms"].append(float(np.median(off)))
            out[f"{name}, SD within, ms"].append(float(off.std()))


def measured() -> dict[str, Found]:
    found: dict[str, Found] = {"running": defaultdict(list), "walking": defaultdict(list)}
    for gait in all_gaits():
        rate = 1.0 / float(np.median(np.diff(gait.time_s)))
        rates = {b: figures.body_rates(R, rate) for b, R in gait.R_TB.items()}
        describe(gait, rates, found[gait.kind])
        if len(gait.strides_s) > 8:
            g = rotate(gait.R_TB["pelvis"], felt(gait))[:, 1] / GRAVITY_MPS2
            offs = [a + gait.duty_factor * (b - a) for a, b in gait.strides_s]
            event_features(gait, rates, g, offs, found[gait.kind])
    if DATA.is_dir():
        for sensor in reading.read(DATA / "gaittoolbox_walk" / "imu").sensors:
            body = GAITTOOLBOX[sensor.identifier].split("_")[0]
            time = (sensor.counter - sensor.counter[0]) / 100.0
            inside = (time > WALKING_S[0]) & (time < WALKING_S[1])
            found["walking"][f"ln above 12 Hz, {body}"].append(
                figures.above_12_hz(sensor.acceleration_mps2[inside], 100.0)
            )
    return found


def spread(values: list[float] | None, phase: bool) -> str:
    if not values:
        return "-"
    x = np.array(values)
    if phase:  # around the circular mean
        middle = np.angle(np.exp(1j * np.deg2rad(x)).mean(), deg=True)
        x = middle + np.mod(x - middle + 180.0, 360.0) - 180.0
    low, mid, high = np.percentile(x, [5, 50, 95])
    digits = 0 if phase or np.abs(x).max() > 20 else 2
    return f"{mid:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    people = parser.parse_args().people
    real = measured() if DATA.is_dir() else {}
    if not real:
        sys.stdout.write("no folder ../shared/data beside the checkout: simulated people only\n")
    for kind in ("running", "walking"):
        made = simulated(kind, people)
        sys.stdout.write(f"\n{kind}: {people} simulated people\n\n")
        sys.stdout.write("| figure | people | simulator |\n|---|---|---|\n")
        for name in sorted({*made, *real.get(kind, {})}):
            phase = name.startswith("phase")
            theirs = spread(real.get(kind, {}).get(name), phase)
            sys.stdout.write(f"| {name} | {theirs} | {spread(made.get(name), phase)} |\n")


if __name__ == "__main__":
    main()
