"""Who wears which sensor: right, not sure or wrong; swaps told; false alarms.

    python tests/benchmarks/wearers.py real            recordings of people, in pieces of 8 s
    python tests/benchmarks/wearers.py left-out        the same; each person judged by constants
                                                       that hold nothing of that person
    python tests/benchmarks/wearers.py simulated [N]   N simulated people

Figures of docs/wearers.md. *Left out*: centres of scalars and phases are means over the other
people of the recordings, where there are two or more of them; else a phase says nothing and a
scalar keeps its centre. Scales and concentrations stay those of `habits`.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.calibration.wearers.real_cases import PIECE_S, Case, case_of, real_cases
from tests.calibration.wearers.swaps import SETS, SWAPS, swapped

from opensim_pelvis.calibration.wearers.features import SCALARS, Features, describe
from opensim_pelvis.calibration.wearers.habits import (
    HABITS,
    UNKNOWN,
    Activity,
    Habit,
    Habits,
    Phase,
)
from opensim_pelvis.calibration.wearers.identify import Wearers, identify_wearers, signals_of
from opensim_pelvis.calibration.wearers.windows import find_windows
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    draw_runner,
    draw_sensors,
    draw_session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.simulate.gait_style import Gait
from opensim_pelvis.simulate.mountings import random_mountings
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.types.segments import Segment, segment_of, side_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FEWEST_OTHERS = 2
PHASES = ("swing", "yaw", "roll", "sway", "sign")
PIECES_OF_RUN = 4
START_S = 4.0  # standing and the first strides

Named = Mapping[str, Mapping[Activity, Habits]]


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "real"
    if what == "simulated":
        show(simulated(int(sys.argv[2]) if len(sys.argv) > 2 else 40), {})
        return
    cases = list(real_cases(DATA))
    pieces = (piece for case in cases for piece in case.pieces()[:PIECES_OF_RUN])
    show(pieces, left_out(cases) if what == "left-out" else {})


def simulated(people: int) -> Iterator[Case]:
    """Return people drawn at random, half of whom run, with sensors turned at random."""
    for k in range(people):
        gait: Gait = "running" if k % 2 else "walking"
        rng = np.random.default_rng(k)
        person = draw_runner(rng, gait)
        worn = replace(draw_sensors(rng, person), mountings=random_mountings(k))
        truth = simulate_runner(person, draw_session(rng, duration_s=START_S + PIECE_S))
        aligned = align_recording(simulate_sensors(truth, worn), SENSOR_MAP, max_gap_s=0.05)
        whole = case_of(aligned, f"simulated {k}", gait)
        yield whole.cut(slice(round(START_S * aligned.rate_hz), None))


def show(pieces: Iterable[Case], habits: Named) -> None:
    """Print how often wearers are known, and what becomes of right and of swapped labels."""
    limits = definition_of("wearers").limits or (1.0, 1.0)
    known: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    swaps: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for piece in pieces:
        for name, bodies in SETS.items():
            if not set(bodies) <= set(piece.bodies):
                continue
            case = piece.worn(bodies)
            found = identify(case, habits.get(case.person, HABITS))
            key = (case.activity, name)
            known[key][verdict_of(found, bodies)] += 1
            if found.untold is not None:
                continue
            known[key]["labels " + judged(found, bodies, limits)] += 1
            for kind, pairs in SWAPS.items():
                stated = swapped(bodies, pairs)
                if stated is not None:
                    swaps[case.activity, kind][judged(found, stated, limits)] += 1
    print_table(
        "worn",
        known,
        ("right", "not sure", "wrong", "not checked", "labels swapped", "labels doubtful"),
    )
    print_table("swap", swaps, ("swapped", "doubtful", "accepted"))


def identify(case: Case, habits: Mapping[Activity, Habits]) -> Wearers:
    return identify_wearers(
        rate_hz=case.rate_hz,
        R_ES=case.R_ES,
        angular_velocity_radps=case.angular_velocity_radps,
        acceleration_mps2=case.acceleration_mps2,
        candidates=case.bodies,
        habits=habits,
    )


def verdict_of(found: Wearers, bodies: Sequence[str]) -> str:
    if found.untold is not None:
        return "not checked"
    if not found.sure:
        return "not sure"
    return "right" if found.likely == tuple(bodies) else "wrong"


def judged(found: Wearers, stated: Sequence[str], limits: tuple[float, float]) -> str:
    wrong = 1.0 - float(found.of(stated).min())
    return ("accepted", "doubtful", "swapped")[sum(wrong > limit for limit in limits)]


def print_table(
    head: str, rows: Mapping[tuple[str, str], Counter[str]], columns: Sequence[str]
) -> None:
    lines = [
        f"| activity | {head} | n | {' | '.join(columns)} |",
        "|---" * (3 + len(columns)) + "|",
    ]
    for (activity, name), counts in sorted(rows.items()):
        total = sum(counts[c] for c in counts if not c.startswith("labels"))
        cells = " | ".join(str(counts[column]) for column in columns)
        lines.append(f"| {activity} | {name} | {total} | {cells} |")
    sys.stdout.write("\n".join(lines) + "\n\n")


# --- constants without one person ----------------------------------------------------------------


def left_out(cases: Sequence[Case]) -> Named:
    """Return the constants for each person, from all the others."""
    seen: dict[tuple[Activity, Segment, str], dict[str, list[complex | np.ndarray]]]
    seen = defaultdict(lambda: defaultdict(list))
    for case in cases:
        for key, value in features_of(case):
            seen[key][case.person].append(value)
    return {
        person: {
            activity: {
                segment: without(person, activity, segment, habit, seen)
                for segment, habit in habits.items()
            }
            for activity, habits in HABITS.items()
        }
        for person in {case.person for case in cases}
    }


def without(
    person: str, activity: Activity, segment: Segment, habit: Habit, seen: Mapping
) -> Habit:
    """Return the habit of a segment with centres of all people but one."""

    def others(name: str) -> list:
        found = seen.get((activity, segment, name), {})
        return [np.mean(v, axis=0) for who, v in found.items() if who != person]

    scalars = np.array(others("scalars"))
    centre = habit.centre
    if len(scalars) >= FEWEST_OTHERS:
        centre = tuple(np.nanmean(scalars, axis=0).tolist())
    phases = {}
    for name in PHASES:
        known: Phase = getattr(habit, name)
        directions = others(name)
        if known == UNKNOWN or len(directions) < FEWEST_OTHERS:
            phases[name] = UNKNOWN
        else:
            phases[name] = (float(np.rad2deg(np.angle(np.sum(directions)))), known[1])
    return replace(habit, centre=centre, **phases)


def features_of(case: Case) -> Iterator[tuple[tuple[Activity, Segment, str], complex | np.ndarray]]:
    """Yield scalars, and phases as points of the circle, with the signs that are true or likely."""
    signals = signals_of(
        case.rate_hz, case.R_ES, case.angular_velocity_radps, case.acceleration_mps2
    )
    windows = find_windows(signals.angular_velocity_radps, case.rate_hz)
    activity: Activity = "running" if case.activity == "running" else "walking"
    if not windows or case.activity not in HABITS:
        return
    features = describe(signals, windows)
    shank = case.bodies.index("tibia_r")
    beat = features.swing_rad[shank] + sign_of(features, shank, case, activity)
    for k, body in enumerate(case.bodies):
        segment = segment_of(body)
        half = sign_of(features, k, case, activity)
        yield (activity, segment, "scalars"), features.scalars[k, : len(SCALARS)]
        if segment in ("pelvis", "trunk"):
            phases = {
                "yaw": features.yaw_rad[k] - beat,
                "roll": features.roll_rad[k] + half - beat,
                "sway": features.sway_rad[k] + half - beat,
                "sign": features.surge_rad[k] + half,
            }
        else:
            side = np.pi if side_of(body) == "left" else 0.0
            phases = {
                "swing": features.swing_rad[k] + half - beat + side,
                "sign": features.bend_rad[k] + half,
            }
        for name, phase in phases.items():
            if np.isfinite(phase):
                yield (activity, segment, name), np.exp(1j * phase)


def sign_of(features: Features, k: int, case: Case, activity: Activity) -> float:
    """Return the half turn that a sensor's axis needs to point to the right."""
    leg = segment_of(case.bodies[k]) not in ("pelvis", "trunk")
    axis = features.axis[k] if leg else features.right[k]
    if case.right is not None:
        return 0.0 if axis @ case.right[k] > 0.0 else np.pi
    phase = features.bend_rad[k] if leg else features.surge_rad[k]
    centre = np.deg2rad(HABITS[activity][segment_of(case.bodies[k])].sign[0])
    return 0.0 if not np.cos(phase - centre) < 0.0 else np.pi


if __name__ == "__main__":
    main()
