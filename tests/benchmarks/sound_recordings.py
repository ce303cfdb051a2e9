"""How often sound recordings are accused: ``python tests/benchmarks/sound_recordings.py``.

Draws people who run and walk with sensors as laboratories wear them, nothing wrong, and prints how
many come out good, doubtful and rejected, which checks took the good verdict, and the true value of
what they doubt. Which of them lost it for a false reason:

- A check that accuses the recording of a fault (sensors that moved, exchanged sensors, units, rate,
  and all the rest) is false: there is none. So are samples or strides left out, beyond the gaps
  that were drawn.
- Facing and lean of the static trial are drawn, too: people stand crooked. A doubt is false where
  they are, in truth, within the limit of the check.
- A doubted heading says no more than that it is uncertain. It is false where the heading is, in
  truth, within half the good limit, and the uncertainty of headings on such segments from such
  orientations is overstated: the root mean square of their errors over their stated standard
  errors, over this run of the benchmark, is below `CALIBRATED`.
- An unknown heading is a true doubt: none is told.

The true heading of a sensor is the direction of its body's forward axis in its own earth frame,
from the simulator's mounting. The heading axis of the base sensor is stated; it is off by the
spread of mountings and does not count.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.check_rates import command_line, said, write_rates
from tests.mistakes import Case, analyse
from tests.mistakes.case import sound
from tests.mistakes.signals import RAW, without

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.quality.check_rates import Counts
from opensim_pelvis.quality.definitions import definitions
from opensim_pelvis.rotations import inverse, multiply, rotate
from opensim_pelvis.simulate import (
    Pose,
    SensorSettings,
    Session,
    draw_runner,
    draw_sensors,
    draw_session,
)
from opensim_pelvis.simulate.runner import RunnerSettings
from opensim_pelvis.types import NOT_CHECKED, Check, Result
from opensim_pelvis.types.segments import BODIES, segment_of

SETS = (
    ("pelvis",),
    ("pelvis", "torso"),
    ("pelvis", "femur_r", "femur_l"),
    ("pelvis", "torso", "femur_r", "femur_l"),
    BODIES,
)
"""Bodies that wear a sensor."""
WALKERS = 0.3
BARE = 0.15
"""Of recordings with orientations of the sensor system those without raw signals."""
SPEAK_UP = ("calibration", "headings_unknown", "slips_unsure")
"""Checks that are there only where they are not good."""
CALIBRATED = 0.7
"""Ratio of true to stated errors, root mean square, below which an uncertainty is overstated."""
HALF_GOOD_DEG = 3.5
FOLLOWS = frozenset({"calibration", "heading"})
"""Checks that repeat what `headings` and `headings_unknown` say."""


@dataclass(frozen=True, slots=True)
class TrueHeading:
    """Error of one sensor's heading and its stated standard error, degrees."""

    body: str
    error_deg: float
    sigma_deg: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A check that took the good verdict; what it doubts in truth, and whether that is false."""

    check: str
    told: str
    false: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one sound recording."""

    number: int
    gait: str
    worn: int
    source: str
    verdict: str
    checks: tuple[str, ...]
    codes: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()
    headings: tuple[TrueHeading, ...] = ()
    made: tuple[str, ...] = ()


def draw(number: int) -> Case:
    """Return a sound recording: a person, a session, sensors and where they are worn."""
    return draw_with_truth(number)[0]


def draw_with_truth(number: int) -> tuple[Case, Session, SensorSettings, RunnerSettings]:
    """Return a sound recording with the session, the sensors and the person behind it."""
    rng = np.random.default_rng([20, number])
    gait = "walking" if rng.random() < WALKERS else "running"
    runner = draw_runner(rng, gait)
    overground = gait == "walking" and rng.random() < 0.5
    session = draw_session(rng, surface="overground" if overground else "treadmill")
    sensors = draw_sensors(rng, runner)
    case = sound(runner, session, sensors)
    fused = rng.random() < 0.3
    worn = SETS[rng.integers(len(SETS))]
    case = case.only(*worn)
    case = replace(case, activity=replace(case.activity, kind=gait))
    if fused:
        return case.fused(), session, sensors, runner
    if rng.random() < BARE:
        case = case.all_changed(lambda sensor: without(sensor, *RAW))
    return case, session, sensors, runner


def outcome_of(number: int) -> Outcome:
    """Return what comes out of a recording."""
    case, session, sensors, _ = draw_with_truth(number)
    gait, source = str(case.activity.kind), case.fusion.orientations
    try:
        result = analyse(case)
    except OpenSimPelvisError as fault:
        told = (str(fault)[:100],)
        return Outcome(number, gait, len(case.sensors), source, "refused", (), told)
    return Outcome(
        number,
        gait,
        len(case.sensors),
        source,
        result.quality.verdict,
        tuple(f"{c.name} {c.verdict}" for c in result.quality.checks if c.verdict != "good"),
        tuple(dict.fromkeys(n.code for n in result.notes if n.severity != "note")),
        tuple(
            doubt_of(check, session)
            for check in result.quality.checks
            if check.verdict != "good" and check.name not in FOLLOWS
        ),
        true_headings(result, sensors),
        tuple(c.name for c in result.quality.checks if c.state != NOT_CHECKED),
    )


def true_headings(result: Result, sensors: SensorSettings) -> tuple[TrueHeading, ...]:
    """Return the errors of all headings but that of the base sensor."""
    placement = result.placement
    base = result.settings.calibration.base
    found = []
    for i, (row, body) in enumerate(zip(placement.heading.sensors, placement.bodies, strict=True)):
        if body == base or sensors.mountings is None:
            continue
        R_EB = multiply(placement.pose.R_ES[i], inverse(sensors.mountings[body]))
        ahead = rotate(R_EB, np.array([1.0, 0.0, 0.0]))
        off = float(placement.heading.heading_rad[i]) - np.arctan2(ahead[1], ahead[0])
        error_deg = float(np.rad2deg(np.angle(np.exp(1j * off))))
        found.append(TrueHeading(body, error_deg, float(np.rad2deg(row.sigma_rad)), row.verdict))
    return tuple(found)


def doubt_of(check: Check, session: Session) -> Doubt:
    """Return what a check doubts, in truth; headings are judged when all are known."""
    pose = session.pose or Pose()
    true_deg = {
        "faced_ahead": max(
            pose.facing_deg, pose.facing_deg + pose.trunk_facing_deg, key=lambda deg: abs(deg)
        ),
        "stood_upright": pose.forward_lean_deg,
        "legs_straight": pose.hip_flexion_deg,
    }.get(check.name)
    found = "" if check.value is None else f" {check.value:.3g}"
    told = f"{check.name} {check.verdict}{found} {' '.join(check.subject)}".rstrip()
    if check.name in ("headings", "headings_unknown"):
        return Doubt(check.name, told, false=False)
    if true_deg is None or check.limits is None:
        return Doubt(check.name, f"{told} (nothing is wrong)", false=True)
    return Doubt(
        check.name, f"{told} (in truth {true_deg:+.1f})", false=abs(true_deg) <= check.limits[0]
    )


def ratios(rows: Sequence[Outcome]) -> dict[str, FloatArray]:
    """Return true over stated errors of all headings that are known, by segment and source."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for heading in row.headings:
            if 0.0 < heading.sigma_deg < np.inf:
                found[kind_of(row, heading)].append(heading.error_deg / heading.sigma_deg)
    return {kind: np.array(values) for kind, values in found.items()}


def kind_of(row: Outcome, heading: TrueHeading) -> str:
    return f"{segment_of(heading.body)}, {row.source}"


def is_false(row: Outcome, overstated: Collection[str]) -> bool:
    """Tell whether a recording lost its light for a false reason, and no true one."""
    doubted = [h for h in row.headings if h.verdict == "doubtful"]
    calm = all(abs(h.error_deg) <= HALF_GOOD_DEG and kind_of(row, h) in overstated for h in doubted)
    false = [calm if doubt.check == "headings" else doubt.false for doubt in row.doubts]
    return bool(false) and all(false)


def told_of(row: Outcome) -> str:
    """Return one line: the checks that took the light, and what they doubt in truth."""
    headings = [
        f"{h.body} {h.error_deg:+.1f} of {h.sigma_deg:.1f}"
        for h in row.headings
        if h.verdict in ("doubtful", "unknown")
    ]
    told = [doubt.told for doubt in row.doubts] + (
        [f"heading errors of stated: {', '.join(headings)}"] if headings else []
    )
    return "; ".join(told) or "; ".join((*row.checks, *row.codes))


def summarise(found: Sequence[Outcome]) -> None:
    """Print counts by gait and source, false reasons, and how calibrated headings are."""
    write = sys.stdout.write
    told = ratios(found)
    overstated = {s for s, z in told.items() if np.sqrt(np.mean(z**2)) < CALIBRATED}
    for gait, source in product(("running", "walking"), ("vendor", "fused")):
        rows = [row for row in found if (row.gait, row.source) == (gait, source)]
        verdicts = dict(Counter(row.verdict for row in rows))
        write(f"{gait}, orientations {source}: {len(rows)} recordings, {verdicts}\n")
    lost = [row for row in found if row.verdict != "good"]
    false = [row.number for row in lost if is_false(row, overstated)]
    write(f"lost the good light: {len(lost)}, for a false reason: {len(false)}, {false}\n")
    for kind, z in sorted(told.items()):
        write(
            f"headings, {kind}: {z.size}, true over stated error {np.sqrt(np.mean(z**2)):.2f} rms, "
            f"median {np.median(np.abs(z)):.2f} (normal: 0.67), "
            f"{np.mean(np.abs(z) < 1.96):.0%} within 1.96\n"
        )
    checks = Counter(check for row in found for check in row.checks)
    write(f"checks: {dict(checks.most_common())}\n")
    codes = Counter(code for row in found for code in row.codes)
    write(f"warnings: {dict(codes.most_common())}\n")


def false_alarms(found: Sequence[Outcome]) -> dict[str, Counts]:
    """Return in how many recordings each check was not good, of those in which it was made.

    A check that speaks only where something is wrong was made in all.
    """
    results = [row for row in found if row.verdict != "refused"]
    counts = {}
    for name in definitions():
        alarmed = sum(check.split()[0] == name for row in results for check in row.checks)
        made = sum(name in row.made for row in results)
        counts[name] = (alarmed, len(results) if name in SPEAK_UP else made)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first person")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="into quality/check_rates.toml")
    wanted = parser.parse_args()
    numbers = range(wanted.first, wanted.first + wanted.people)
    found = []
    with ProcessPoolExecutor(wanted.jobs) as pool:
        for row in pool.map(outcome_of, numbers):
            found.append(row)
            if row.verdict != "good":
                line = f"{row.number:4} {row.gait} {row.worn} {row.source} {row.verdict}"
                sys.stdout.write(f"{line}: {told_of(row)}\n")
                sys.stdout.flush()
    summarise(found)
    counts = false_alarms(found)
    sys.stdout.write(said("not good, of recordings in which the check was made", counts) + "\n")
    if wanted.write:
        command = command_line("tests/benchmarks/sound_recordings.py", sys.argv[1:])
        write_rates("sound", command, counts)


if __name__ == "__main__":
    main()
