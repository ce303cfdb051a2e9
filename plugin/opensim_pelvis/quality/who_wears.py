"""Looks for sensors on the wrong segments: stated wearers against what their movement says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from opensim_pelvis.calibration.wearers.identify import SURE, Wearers, identify_wearers
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.types import NOT_CHECKED, Evidence
from opensim_pelvis.types.segments import BODIES

NAME: Final = "wearers"

SUREST: Final = 0.99
"""So sure at most that is told: too few people were measured for more."""


def find_swaps(examined: Examined) -> Iterator[Evidence]:
    """Yield what movement says of the stated wearers on pelvis, trunk and legs."""
    aligned = examined.aligned
    columns = [k for k, body in enumerate(aligned.bodies) if body in BODIES]
    turning, force = aligned.angular_velocity_radps, aligned.acceleration_mps2
    stated = tuple(aligned.bodies[k] for k in columns)
    found = identify_wearers(
        rate_hz=aligned.rate_hz,
        R_ES=aligned.R_ES[:, columns],
        angular_velocity_radps=None if turning is None else turning[:, columns],
        acceleration_mps2=None if force is None else force[:, columns],
        candidates=stated,
    )
    yield judge_wearers(found, tuple(aligned.sensors[k] for k in columns), stated)


def judge_wearers(found: Wearers, sensors: Sequence[str], stated: Sequence[str]) -> Evidence:
    """Return the check of stated wearers.

    Parameters
    ----------
    found : Wearers
    sensors, stated : sequence of str
        Labels and stated bodies, in the order of the columns that ``found`` is about.
    """
    definition = definition_of(NAME)
    if found.untold is not None:
        why = notice("wearers.not_checked", *sensors, reason=found.untold, sensors=tuple(sensors))
        return Evidence(check=definition.state("good", NOT_CHECKED), notes=(why,))
    right = found.of(stated)
    wrong = np.minimum(1.0 - right, SUREST)
    check = definition.of_worst(dict(zip(stated, wrong.tolist(), strict=True)))
    notes = [_told(found, sensors, stated, group) for group in _groups(found, stated)]
    told = {sensor for note in notes if note is not None for sensor in note.subject}
    open_ = tuple(s for s, p in zip(sensors, right, strict=True) if p < SURE and s not in told)
    if open_:
        reason = "ambiguous"
        notes.append(notice("wearers.not_checked", *open_, reason=reason, sensors=open_))
    return Evidence(check=check, notes=tuple(note for note in notes if note is not None))


def _groups(found: Wearers, stated: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Yield sensors that changed places with one another, then each of the others alone."""
    left = list(range(len(stated)))
    while left:
        group = [left.pop(0)]
        while (wearer := found.likely[group[-1]]) != stated[group[0]] and wearer in stated:
            group.append(stated.index(wearer))
            left.remove(group[-1])
        yield tuple(group)


def _told(
    found: Wearers, sensors: Sequence[str], stated: Sequence[str], group: tuple[int, ...]
) -> Notice | None:
    """Return what is told of sensors that changed places; None where nothing is wrong."""
    wrong = 1.0 - float(found.of(stated)[list(group)].min())
    verdict = definition_of(NAME).verdict_on(wrong)
    if verdict == "good":
        return None
    likely = [found.likely[k] for k in group]
    if len(group) == 1 and likely[0] == stated[group[0]]:
        others = found.probability[group[0]].copy()
        others[found.bodies.index(stated[group[0]])] = -np.inf
        likely = [found.bodies[int(np.argmax(others))]]
    names = tuple(sensors[k] for k in group)
    code = "wearers.swapped" if verdict == "rejected" else "wearers.doubtful"
    return notice(
        code, *names, sensors=names, bodies=tuple(likely), sure_percent=100.0 * min(wrong, SUREST)
    )
