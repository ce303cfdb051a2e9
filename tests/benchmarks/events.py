"""Errors of every method for contacts and toe-offs against force plates, trial by trial.

    python tests/benchmarks/events.py --data ../shared/data

Running first: virtual sensors of ``rbds_running`` and ``p02_running``, with the bias of each trial
(mean of both legs), its mean and root mean square over people, the largest of a leg, the root mean
square when the constant is found on the other people ("left out"), and the spread within a leg.
With ``--people`` the same for simulated people at 2 to 6 m/s, soft tissue and impacts included.
Then walking, where the reference of the pelvis includes contacts that no plate saw, and contact
times by speed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import measured_walks
from tests.event_references import THRESHOLDS_N, EventTrial, running_trials
from tests.simulated_event_trials import simulated_trial
from tests.walk_references import Walk, p01_walk, pig_walk, sensor_walks

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.leg_contacts import find_leg_events
from opensim_pelvis.gait.events.pelvis_contacts import find_contacts
from opensim_pelvis.gait.events.pelvis_cycles import find_steps

NEAR_S: Final = 0.15
"""An event further from the plate's is of another step."""

LONGEST_S: Final = 0.5
"""A contact in running is shorter."""

BODIES: Final = {"foot": "calcn", "shank": "tibia", "thigh": "femur"}
TIMES: Final = (("foot", "foot"), ("shank", "foot"), ("shank", "shank"), ("foot", "shank"))


@dataclass(frozen=True, kw_only=True)
class Row:
    """Errors of one method on one leg of a trial, milliseconds, + late or long."""

    person: str
    trial: str
    side: str
    method: str
    errors_ms: FloatArray


def found_events(trial: EventTrial) -> Mapping[tuple[str, str, int], FloatArray]:
    """Return events in seconds by segment, side and 0 for contacts, 1 for toe-offs."""
    found: dict[tuple[str, str, int], FloatArray] = {}
    for side in "rl":
        for segment, body in BODIES.items():
            leg = find_leg_events(trial.signals[f"{body}_{side}"], trial.rate_hz)
            found[segment, side, 0] = leg.contact / trial.rate_hz
            found[segment, side, 1] = leg.toe_off / trial.rate_hz
    steps = find_steps(trial.vertical_mps2, trial.rate_hz)
    contacts = find_contacts(trial.vertical_mps2, steps, trial.rate_hz, "running")
    return found | {("pelvis", "both", 0): contacts / trial.rate_hz}


def rows(trial: EventTrial, threshold_n: float) -> Iterator[Row]:
    """Yield the errors of every method on every leg of a trial."""
    found = found_events(trial)
    both = np.concatenate([trial.stances_s[threshold_n, side] for side in "rl"])
    for (segment, side, event), times in found.items():
        true = (both if side == "both" else trial.stances_s[threshold_n, side])[:, event]
        off = nearest(true, times)
        if np.isfinite(off).any():
            name = f"{segment} {('contact', 'toe-off')[event]}"
            yield _row(trial, side, name, off)
    for contact, toe_off in TIMES:
        for side in "rl":
            true = trial.stances_s[threshold_n, side]
            ends = nearest(true[:, 1], found[toe_off, side, 1])
            off = ends - nearest(true[:, 0], found[contact, side, 0])
            yield _row(trial, side, f"contact time {contact}-{toe_off}", off)


def _row(trial: EventTrial, side: str, method: str, off_s: FloatArray) -> Row:
    errors = 1000.0 * off_s[np.isfinite(off_s)]
    return Row(person=trial.person, trial=trial.name, side=side, method=method, errors_ms=errors)


def nearest(true_s: FloatArray, found_s: FloatArray) -> FloatArray:
    """Return for each true event how late the nearest found one is; NaN where none is near."""
    found_s = found_s[np.isfinite(found_s)]
    if not found_s.size or not true_s.size:
        return np.full(true_s.size, np.nan)
    off = found_s[None] - true_s[:, None]
    best = off[np.arange(true_s.size), np.abs(off).argmin(axis=1)]
    return np.where(np.abs(best) < NEAR_S, best, np.nan)


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """A method over all people: biases of trials, and spread within legs, milliseconds."""

    method: str
    trials: Mapping[str, float]
    mean: float
    rms: float
    largest: float
    left_out: float
    within: float
    most_within: float
    people: int
    steps: int


def pool(all_rows: list[Row]) -> list[Pooled]:
    """Return every method over all people; a person counts once."""
    pooled = []
    ordered = sorted(all_rows, key=lambda row: row.method)
    for method, group in groupby(ordered, key=lambda row: row.method):
        own = [row for row in group if row.errors_ms.size]
        trials = {
            name: float(np.mean([r.errors_ms.mean() for r in own if r.trial == name]))
            for name in dict.fromkeys(row.trial for row in own)
        }
        who = {row.trial: row.person for row in own}
        people = list(dict.fromkeys(who.values()))
        means = np.array([np.mean([b for t, b in trials.items() if who[t] == p]) for p in people])
        squares = [np.mean([b**2 for t, b in trials.items() if who[t] == p]) for p in people]
        others = (means.sum() - means) / max(means.size - 1, 1)
        left_out = [
            np.mean([(b - other) ** 2 for t, b in trials.items() if who[t] == p])
            for p, other in zip(people, others, strict=True)
        ]
        spreads = [row.errors_ms.std() for row in own if row.errors_ms.size > 2]
        pooled.append(
            Pooled(
                method=method,
                trials=trials,
                mean=float(means.mean()),
                rms=float(np.sqrt(np.mean(squares))),
                largest=max((abs(row.errors_ms.mean()) for row in own), default=np.nan),
                left_out=float(np.sqrt(np.mean(left_out))),
                within=float(np.sqrt(np.mean(np.square(spreads)))),
                most_within=max(spreads, default=np.nan),
                people=len(people),
                steps=sum(row.errors_ms.size for row in own),
            )
        )
    return pooled


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the recordings")
    parser.add_argument("--people", type=int, default=0, help="simulated runners")
    asked = parser.parse_args()
    data = asked.data
    trials = running_trials(data)
    for threshold in THRESHOLDS_N:
        for line in running(trials, threshold):
            tell(line)
    if asked.people:
        for line in simulated(asked.people):
            tell(line)
    tell("\nWalking at 20 N, ms, + late: mean and SD; the pelvis against plates or shanks")
    for line in walking(data):
        tell(line)
    tell("\nContact time by speed, ms: mean of legs and SD within a leg")
    for trial in trials:
        tell(f"{trial.name:14}" + "".join(speed_cells(trial)))


def tell(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def running(trials: Sequence[EventTrial], threshold_n: float) -> Iterator[str]:
    """Yield the table of all methods on all trials with a force plate."""
    names = [trial.name for trial in trials if trial.stances_s]
    yield f"\nRunning against force plates at {threshold_n:.0f} N, ms, + late or long"
    heads = "".join(f"{name:>13}" for name in names)
    yield f"{'bias of each trial':26}{heads}   mean  rms  leg  left out  SD  most  steps"
    for one in pooled_running(trials, threshold_n):
        biases = "".join(f"{one.trials.get(name, np.nan):13.1f}" for name in names)
        yield (
            f"{one.method:26}{biases}{one.mean:7.1f}{one.rms:5.1f}{one.largest:5.1f}"
            f"{one.left_out:10.1f}{one.within:4.1f}{one.most_within:6.1f}{one.steps:7d}"
        )


def simulated(people: int) -> Iterator[str]:
    """Yield the table of simulated people, whose contacts and toe-offs are known."""
    yield f"\n{people} simulated runners, ms, + late or long"
    yield f"{'':26}   mean  rms  leg  SD  most  steps"
    for one in pooled_running([simulated_trial(seed) for seed in range(people)], 0.0):
        yield (
            f"{one.method:26}{one.mean:7.1f}{one.rms:5.1f}{one.largest:5.0f}"
            f"{one.within:4.1f}{one.most_within:6.1f}{one.steps:7d}"
        )


def pooled_running(trials: Sequence[EventTrial], threshold_n: float) -> list[Pooled]:
    """Return every method over all people who ran over a force plate."""
    measured = [trial for trial in trials if trial.stances_s]
    return pool([row for trial in measured for row in rows(trial, threshold_n)])


def walking(data: Path) -> Iterator[str]:
    """Yield a line for each method and walk: mean and spread of its errors, ms."""
    gait = measured_walks.pig_gait()
    path = data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d"
    plated = [p01_walk(data), pig_walk(path, gait.R_TB, gait.pelvis_m, 100.0)]
    for walk in plated:
        for segment in ("shank", "foot"):
            for side in "rl":
                signal = walk.signals[f"{BODIES[segment]}_{side}"]
                leg = find_leg_events(signal, walk.rate_hz, "walking")
                for name, true, found in (
                    ("contact", walk.contacts_s[side], leg.contact),
                    ("toe-off", walk.toe_offs_s[side], leg.toe_off),
                ):
                    if true.size:
                        at = f"{walk.name}, {side}"
                        yield _line(f"{segment} {name}", at, true, found, walk)
    for walk in (*plated, *sensor_walks(data)):
        steps = find_steps(walk.vertical_mps2, walk.rate_hz)
        found = find_contacts(walk.vertical_mps2, steps, walk.rate_hz, "walking")
        yield _line("pelvis contact", walk.name, walk.steps_s, found, walk)


def _line(method: str, name: str, true: FloatArray, found: FloatArray, walk: Walk) -> str:
    off = 1000.0 * nearest(true, found / walk.rate_hz)
    off = off[np.isfinite(off)]
    if not off.size:
        return f"{method:16}{name:24}   none  (0 of {true.size})"
    return f"{method:16}{name:24}{off.mean():7.1f} ± {off.std():4.1f}  ({off.size} of {true.size})"


def speed_cells(trial: EventTrial) -> Iterator[str]:
    """Yield the contact time by each pair of segments, and by the plate where there is one."""
    found = found_events(trial)
    for contact, toe_off in TIMES:
        times = [contact_times(found[contact, side, 0], found[toe_off, side, 1]) for side in "rl"]
        mean = 1000.0 * np.mean([np.nanmean(t) for t in times])
        spread = 1000.0 * max(np.nanstd(t) for t in times)
        yield f"  {contact}-{toe_off} {mean:5.0f} ± {spread:3.0f}"
    for threshold in THRESHOLDS_N if trial.stances_s else ():
        both = np.concatenate([trial.stances_s[threshold, side] for side in "rl"])
        yield f"  plate {threshold:.0f} N {1000.0 * np.diff(both, axis=1).mean():5.0f}"


def contact_times(contact_s: FloatArray, toe_off_s: FloatArray) -> FloatArray:
    """Return how long after each contact the next toe-off is, where that is less than a stride."""
    toe_off_s = toe_off_s[np.isfinite(toe_off_s)]
    contact_s = contact_s[np.isfinite(contact_s)]
    after = np.searchsorted(toe_off_s, contact_s)
    kept = after < toe_off_s.size
    times = toe_off_s[after[kept]] - contact_s[kept]
    return np.asarray(times[times < LONGEST_S])


if __name__ == "__main__":
    main()
