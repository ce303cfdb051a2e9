"""How often each rule fires, is silent and cannot tell: ``python -m tests.benchmarks.rule_rates``.

Draws people who run (`opensim_pelvis.simulate.draw_runner`), one for each place of a grid of speed,
sex, pelvic rotation, range of the hips, forward lean and cadence, with sensors on all bodies, and
holds what the rules say of each recording against the truth: what the sites of the sensors do in
four other runs of the same person (`tests.benchmarks.interval_coverage`). Prints for each rule

- in how many recordings it fires, is silent and cannot tell, of those whose quality is good;
- how many of those that fire are wrong: in truth, one of the conditions does not hold;
- how many are silent although, in truth, all conditions hold.

``--every 3`` takes each third place of the grid alone, ``--each`` tells of each recording.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final, Literal

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.interval_coverage import true_means
from tests.mistakes import analyse
from tests.mistakes.case import sound

from opensim_pelvis.config.settings import Sex
from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.guidance.rulebook import Condition, Rule, read_rules
from opensim_pelvis.simulate import RunnerSettings, draw_runner, draw_sensors, draw_session
from opensim_pelvis.simulate.draw_style import scaled_to
from opensim_pelvis.simulate.harmonics import Harmonics

Said = Literal["fires", "silent", "cannot tell"]

SAID: Final[tuple[Said, ...]] = ("fires", "silent", "cannot tell")
SPEEDS_MPS: Final = (2.5, 3.5, 4.5, 5.5)
SEXES: Final[tuple[Sex, ...]] = ("female", "male")
ROTATIONS_DEG: Final = (2.0, 7.0, 12.0, 17.0, 22.0)
HIPS: Final = (1.0, 0.6)
"""Range of hip flexion relative to the person's usual one."""
LEANS_DEG: Final = (-3.0, 8.0)
QUICKER: Final = (1.0, 1.2)
"""Cadence relative to the person's usual one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of the grid."""

    number: int
    speed_mps: float
    sex: Sex
    rotation_deg: float
    hips: float
    lean_deg: float
    quicker: float


@dataclass(frozen=True, slots=True)
class Row:
    """What one rule says of one recording, and whether its conditions hold in truth."""

    rule: str
    said: Said
    true: bool


def grid() -> tuple[Place, ...]:
    """Return every place of the grid."""
    axes = product(SPEEDS_MPS, SEXES, ROTATIONS_DEG, HIPS, LEANS_DEG, QUICKER)
    return tuple(
        Place(
            number=number,
            speed_mps=speed,
            sex=sex,
            rotation_deg=rotation,
            hips=hips,
            lean_deg=lean,
            quicker=quicker,
        )
        for number, (speed, sex, rotation, hips, lean, quicker) in enumerate(axes)
    )


def runner_at(place: Place) -> tuple[RunnerSettings, np.random.Generator]:
    """Return the person at a place, and the generator that goes on to draw the recording."""
    rng = np.random.default_rng([47, place.number])
    drawn = draw_runner(rng, sex=place.sex, speed_mps=place.speed_mps)
    assert drawn.style is not None
    style = scaled_to(
        drawn.style,
        {"pelvic_axial_rotation": place.rotation_deg},
        {"trunk_forward_lean": place.lean_deg},
    )
    style = replace(style, legs={side: _hips(leg, place.hips) for side, leg in style.legs.items()})
    return replace(drawn, style=style, cadence_spm=drawn.cadence_spm * place.quicker), rng


def _hips(leg: Mapping[str, Harmonics], part: float) -> Mapping[str, Harmonics]:
    """Return a leg whose hip flexion has a part of its range, about the same mean."""
    c = leg["hip_flexion"].coefficients.copy()
    c[1:] *= part
    return {**leg, "hip_flexion": Harmonics(c)}


def judged(place: Place) -> tuple[Row, ...] | None:
    """Return what every rule says of one recording; None where its quality is not good."""
    runner, rng = runner_at(place)
    session, sensors = draw_session(rng), draw_sensors(rng, runner)
    try:
        result = analyse(sound(runner, session, sensors))
    except OpenSimPelvisError:
        return None
    assert result.running is not None
    said = {finding.rule: finding.status for finding in result.running.findings}
    if result.quality.verdict != "good":
        assert "fires" not in said.values(), place
        return None
    true = true_values(runner, true_means(runner, session, sensors))
    return tuple(
        Row(rule.name, said.get(rule.name, "silent"), all_hold(rule, true)) for rule in read_rules()
    )


def true_values(
    runner: RunnerSettings, means: Mapping[tuple[str, str], float]
) -> dict[str, tuple[float, ...]]:
    """Return what is true of each measure that rules name, one value a side."""
    names = {condition.measure for rule in read_rules() for condition in rule.conditions}
    stride_m = runner.speed_mps * 120.0 / runner.cadence_spm
    away = abs(means["pelvis_trunk_phase_deg", "body"] % 360.0 - 180.0)
    stated = {
        "speed_mps": (runner.speed_mps,),
        "stride_length_height_ratio": (stride_m / runner.height_m,),
        "phase_from_counter_rotation_deg": (away,),
    }
    read = {name: [means[name, side] for side in ("body", "right", "left")] for name in names}
    found = {name: tuple(v for v in values if np.isfinite(v)) for name, values in read.items()}
    return found | stated


def all_hold(rule: Rule, true: Mapping[str, Sequence[float]]) -> bool:
    """Return whether every condition holds in truth, on the side that comes nearest to it."""
    return all(holds(condition, true[condition.measure]) for condition in rule.conditions)


def holds(condition: Condition, values: Sequence[float]) -> bool:
    """Return whether a condition holds of one of the sides; a limit counts as reached.

    >>> holds(Condition(measure="speed_mps", op=">", limit=4.0, norm=None), (3.0, 5.0))
    True
    """
    if not values:
        raise ValueError(f"{condition.measure}: no truth")
    above = condition.op.startswith(">")
    return max(values) >= condition.limit if above else min(values) <= condition.limit


def wrong_share(rows: Sequence[Row]) -> float:
    """Return the part of the rules that fire whose conditions do not hold in truth."""
    fired = [row for row in rows if row.said == "fires"]
    return sum(not row.true for row in fired) / len(fired) if fired else float("nan")


def table(rows: Sequence[Row]) -> list[str]:
    """Return the counts of every rule as lines of a table (Markdown)."""
    head = ("rule", "fires", "cannot tell", "silent", "fires and is wrong", "silent and is wrong")
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|---|---|"]
    for rule in read_rules():
        own = [row for row in rows if row.rule == rule.name]
        counts = Counter(row.said for row in own)
        wrong = sum(row.said == "fires" and not row.true for row in own)
        missed = sum(row.said == "silent" and row.true for row in own)
        cells = (counts["fires"], counts["cannot tell"], counts["silent"], wrong, missed)
        lines.append(f"| `{rule.name}` | {' | '.join(map(str, cells))} |")
    return lines


def main() -> None:
    """Print the counts of every rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--each", action="store_true", help="tell of each recording, too")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    places = grid()[:: given.every]
    with ProcessPoolExecutor(given.jobs) as pool:
        found = list(pool.map(judged, places, chunksize=4))
    rows = [row for each in found if each is not None for row in each]
    write = sys.stdout.write
    if given.each:
        for place, each in zip(places, found, strict=True):
            write(f"{place.number:4d} {'not good' if each is None else _told(each)}\n")
    write("\n".join(table(rows)) + "\n")
    good, fired = sum(each is not None for each in found), sum(row.said == "fires" for row in rows)
    share = 100.0 * wrong_share(rows)
    write(f"{len(places)} recordings, {good} of them good; {fired} findings, {share:.1f} % wrong\n")


def _told(rows: Sequence[Row]) -> str:
    said = (f"{r.rule} {r.said}{'' if r.true else ' (untrue)'}" for r in rows if r.said != "silent")
    return ", ".join(said) or "all silent"


if __name__ == "__main__":
    main()
