"""Rotation and phase of strides on bends against the same strides with the true path removed.

    python tests/benchmarks/bends.py
    python tests/benchmarks/bends.py --simulated 2

Prints the table of docs/validation.md. Measured runners ran straight on (``../shared/data``); they
are turned about the vertical along a path, so the truth of every stride is known. Trunks are made
from the pelvis where there were no markers on it. Simulated runners go through the whole job.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.io import loadmat

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.measured_gait import (
    DATA,
    RBDS,
    Gait,
    foot_contacts,
    p02_gait,
    rbds_gait,
    smooth,
)
from tests.benchmarks.measured_walks import TO_GROUND
from tests.real_sensors import GAITTOOLBOX
from tests.running_cases import run_case

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.gait.coordination import phase_lag
from opensim_pelvis.gait.measures.trunk import PELVIS, TRUNK
from opensim_pelvis.gait.strides.curves import normalise, without_line
from opensim_pelvis.gait.strides.segment import segment_strides, travel_at
from opensim_pelvis.io import reading
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from opensim_pelvis.kinematics.angles import name_angles
from opensim_pelvis.kinematics.travel import travel_heading
from opensim_pelvis.rotations import multiply
from opensim_pelvis.simulate import RunnerSettings, Session, StrideVariation, Turn
from opensim_pelvis.types import Angles, Event, GaitEvents, RunningAnalysis, Strides

TRUNK_LATE_S: Final = 0.04
TRUNK_SIZE: Final = -1.2
HEAD: Final = (
    "| path | strides used | range: RMS, largest | above 1 degree | phase: RMS, largest "
    "| above 15 degrees | range, first and last strides |\n|---|---|---|---|---|---|---|"
)

Course = Callable[[FloatArray], FloatArray]
"""Rate of turning in degrees/s over time."""


def steady(rate_degps: float) -> Course:
    return lambda time_s: np.full(time_s.size, rate_degps)


def ramp(rate_degps: float, start_s: float, lasts_s: float) -> Course:
    return lambda time_s: rate_degps * np.clip((time_s - start_s) / lasts_s, 0.0, 1.0)


def between(rate_degps: float, start_s: float, lasts_s: float) -> Course:
    return lambda t: np.where((t >= start_s) & (t < start_s + lasts_s), rate_degps, 0.0)


COURSES: Final[Mapping[str, Course]] = {
    "straight": steady(0.0),
    "bend, 9 degrees/s": steady(9.0),
    "bend, 15 degrees/s": steady(-15.0),
    "into a bend": ramp(10.0, 12.0, 2.0),
    "out and back": between(120.0, 14.0, 1.5),
    "73 degrees in one stride": between(146.0, 14.0, 0.5),
}
PIECES: Final = ("bend, 9 degrees/s", "bend, 15 degrees/s")
PIECE_S: Final = 2.5


@dataclass(frozen=True, eq=False)
class Found:
    """Errors of strides: range and phase of rotation, degrees, and which strides are kept."""

    range_deg: FloatArray
    phase_deg: FloatArray
    kept: np.ndarray
    outer: np.ndarray

    def line(self, name: str) -> str:
        used = self.kept
        cells = [f"{used.sum()} of {used.size}"]
        for values, limit in ((self.range_deg, 1.0), (self.phase_deg, 15.0)):
            size = np.abs(values[used & np.isfinite(values)])
            if not size.size:
                cells += ["", ""]
                continue
            cells += [f"{np.sqrt((size**2).mean()):.2f}, {size.max():.1f}"]
            cells += [f"{(size > limit).mean():.1%}"]
        ends = np.abs(self.range_deg[used & self.outer])
        cells.append(f"{ends.max():.1f}" if ends.size else "")
        return f"| {name} | " + " | ".join(cells) + " |"


def pooled(found: list[Found]) -> Found:
    return Found(
        *(np.concatenate([getattr(f, n) for f in found]) for n in Found.__dataclass_fields__)
    )


def measured(gaits: list[Gait], course: Course, piece_s: float | None = None) -> Found:
    out = []
    for gait in gaits:
        rate_hz = 1.0 / float(np.median(np.diff(gait.time_s)))
        path = np.cumsum(np.deg2rad(course(gait.time_s))) / rate_hz
        contacts = {s: foot_contacts(gait.R_TB[f"calcn_{s}"], gait.time_s, rate_hz) for s in "rl"}
        for first, last in pieces(gait.time_s, piece_s):
            part = slice(*np.searchsorted(gait.time_s, (first, last)))
            inside = {s: c[(c > first) & (c < last)] for s, c in contacts.items()}
            bodies = {b: q[part] for b, q in with_trunk(gait, rate_hz).items()}
            out.append(compare(gait.time_s[part], bodies, path[part], inside, rate_hz))
    return pooled(out)


def pieces(time_s: FloatArray, piece_s: float | None) -> Iterator[tuple[float, float]]:
    if piece_s is None:
        yield time_s[0], time_s[-1] + 1.0
        return
    for first in np.arange(time_s[0], time_s[-1] - piece_s, piece_s):
        yield first, first + piece_s


def with_trunk(gait: Gait, rate_hz: float) -> dict[str, FloatArray]:
    """Return pelvis and trunk; a trunk is made that turns against the pelvis, a little later."""
    bodies = {body: gait.R_TB[body] for body in ("pelvis", "torso") if body in gait.R_TB}
    if "torso" not in bodies:
        own = name_angles({"pelvis": bodies["pelvis"]}, np.zeros(gait.time_s.size))[PELVIS]
        late = np.interp(gait.time_s - TRUNK_LATE_S, gait.time_s, own)
        bodies["torso"] = turn_about_vertical(TRUNK_SIZE * late)
    return bodies


def compare(
    time_s: FloatArray,
    bodies: Mapping[str, FloatArray],
    path: FloatArray,
    contacts: Mapping[str, FloatArray],
    rate_hz: float,
) -> Found:
    """Return errors of all strides, turned along the path against straight on."""
    gait = GaitEvents(events=events_of(contacts), kind="contact", start_label="initial contact")
    turned = {body: multiply(turn_about_vertical(path), q) for body, q in bodies.items()}
    angles = angles_of(time_s, turned, rate_hz)
    strides = segment_strides(gait, angles, surface="overground")
    found = against_path(angles, strides)
    return errors(found, name_angles(bodies, np.zeros(time_s.size)), time_s, strides)


def against_path(angles: Angles, strides: Strides) -> dict[str, FloatArray]:
    """Return the rotation of pelvis and trunk against the direction of travel of strides."""
    shift = angles.travel_rad - travel_at(strides, angles.time_s)
    columns = {name: angles.names.index(name) for name in (PELVIS, TRUNK)}
    return {name: angles.values_rad[:, k] + shift for name, k in columns.items()}


def errors(
    found: Mapping[str, FloatArray],
    true: Mapping[str, FloatArray],
    time_s: FloatArray,
    strides: Strides,
) -> Found:
    """Return range and phase of rotation of each stride less the true ones."""
    values = []
    for table in (found, true):
        pelvis, trunk = (
            normalise(table[name], time_s, strides.start_s, strides.end_s)
            for name in (PELVIS, TRUNK)
        )
        waves = (without_line(curves)[:, :-1] for curves in (pelvis, trunk))
        values.append((np.rad2deg(np.ptp(pelvis, axis=1)), phase_lag(*waves)))
    outer = np.zeros(strides.side.size, dtype=bool)
    for number in np.unique(strides.bout):
        rows = np.flatnonzero(strides.bout == number)
        outer[[rows[0], rows[-1]]] = True
    phase = (values[0][1] - values[1][1] + 180.0) % 360.0 - 180.0
    return Found(values[0][0] - values[1][0], phase, strides.kept, outer)


def events_of(contacts: Mapping[str, FloatArray]) -> tuple[Event, ...]:
    sides = {"r": "Right", "l": "Left"}
    found = [(t, sides[s]) for s, times in contacts.items() for t in times]
    return tuple(
        Event(time_s=float(t), label="initial contact", context=side)  # type: ignore[arg-type]
        for t, side in sorted(found)
    )


def angles_of(time_s: FloatArray, bodies: Mapping[str, FloatArray], rate_hz: float) -> Angles:
    travel, source = travel_heading(bodies["pelvis"], rate_hz=rate_hz, surface="overground")
    table = name_angles(bodies, travel)
    known = tuple(d for d in DEFINITIONS if d.name in table)
    return Angles(
        time_s=time_s,
        definitions=known,
        values_rad=np.stack([table[d.name] for d in known], axis=1),
        travel_rad=travel,
        travel_source=source,
    )


def simulated(course: str, people: int) -> Found:
    out = []
    for seed in range(people):
        variation = StrideVariation(seed=seed) if seed else None
        runner = replace(RunnerSettings(), variation=variation)
        session = Session(duration_s=24.0, rate_hz=100.0, surface="overground",
                          turns=SIMULATED[course])  # fmt: skip
        truth, result, analysis = run_case(
            runner, session=session, bodies=("pelvis", "torso", "tibia_r", "tibia_l")
        )
        found = against_path(result.clinical, analysis.strides)
        out.append(errors(found, truth.angles, result.clinical.time_s, analysis.strides))
    return pooled(out)


SIMULATED: Final = {
    "straight": (),
    "bend, up to 9 degrees/s": (Turn(start_s=0.0, duration_s=40.0, angle_rad=np.deg2rad(200.0)),),
    "bend, up to 15 degrees/s": (Turn(start_s=0.0, duration_s=40.0, angle_rad=-np.deg2rad(320.0)),),
    "out and back": (Turn(start_s=12.0, duration_s=1.5, angle_rad=np.pi),),
}


def walks() -> Iterator[str]:
    """Yield the strides of two short walks, one of them beside its markers."""
    folder = DATA / "opensense_walk"
    found = running(
        folder, read_sensor_map(folder / "myIMUMappings.xml"), (0.0, 0.0), heading_axis="z"
    )
    yield f"opensense_walk: {found.strides.kept.sum()} of {found.strides.side.size} strides used"
    found = running(DATA / "gaittoolbox_walk" / "imu", GAITTOOLBOX, (1.0, 8.0))
    strides, names = found.strides, [d.name for d in found.definitions]
    yield f"gaittoolbox_walk: {strides.kept.sum()} of {strides.side.size} strides used"
    heading, place = pelvis_of_markers()
    rows = np.flatnonzero(strides.kept)
    true = []
    for first, last in zip(strides.start_s[rows], strides.end_s[rows], strict=True):
        a, b = (round(at * 100.0) for at in (first, last))
        away = place[b] - place[a]
        true.append(heading[a:b].mean() - np.arctan2(-away[2], away[0]))
    degrees = (np.rad2deg(true) + 180.0) % 360.0 - 180.0
    ours = found.values[rows, names.index("pelvic_rotation_mean_deg")]
    for name, values in (("sensors", ours), ("markers", degrees)):
        yield f"mean pelvic rotation, {name}: " + ", ".join(f"{value:.1f}" for value in values)
    yield f"bias {np.mean(ours - degrees):.1f} degrees"


def running(
    path: Path, sensors: Mapping[str, str], still_s: tuple[float, float], **pose: Any
) -> RunningAnalysis:
    result = pipeline.run(
        reading.read(path),
        sensors=sensors,
        calibration=CalibrationSettings(window_s=still_s, **pose),
        activity=ActivitySettings(kind="walking", surface="overground"),
    )
    assert result.running is not None
    return result.running


def pelvis_of_markers() -> tuple[FloatArray, FloatArray]:
    """Return heading (+ to the left) and place (y up) of the pelvis markers, at 100 Hz."""
    content = loadmat(DATA / "gaittoolbox_walk" / "S02-Trial-Walk-1.mat")
    names = ("RASI", "LASI", "RPSI", "LPSI")
    points = [smooth(content[n] @ TO_GROUND.T / 1000.0, 100.0, 8.0) for n in names]
    ahead = points[0] + points[1] - points[2] - points[3]
    return np.unwrap(np.arctan2(-ahead[:, 2], ahead[:, 0])), np.mean(points, axis=0)


def show(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulated", type=int, default=4, help="runners; 0 for none")
    people = parser.parse_args().simulated
    show(HEAD)
    if DATA.is_dir():
        gaits = [rbds_gait(*row) for row in RBDS]
        for name, course in COURSES.items():
            show(measured(gaits, course).line(f"measured, {name}"))
        for name in PIECES:
            show(measured(gaits, COURSES[name], PIECE_S).line(f"pieces of {PIECE_S} s, {name}"))
            show(measured([p02_gait()], COURSES[name]).line(f"trunk measured, 2.1 s, {name}"))
    for name in SIMULATED if people else ():
        show(simulated(name, people).line(f"simulated, {name}"))
    for line in walks() if DATA.is_dir() else ():
        show(line)


if __name__ == "__main__":
    main()
