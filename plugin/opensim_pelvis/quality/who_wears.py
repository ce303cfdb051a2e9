"""Looks for sensors on the wrong segments: stated wearers against what their movement says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from opensim_pelvis.calibration.wearers.identify import SURE, Wearers, identify_wearers
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.quality.synchrony import find_late
from opensim_pelvis.timeline.delays import find_lags
from opensim_pelvis.types import NOT_CHECKED, AlignedRecording, Evidence
from opensim_pelvis.types.segments import BODIES

NAME: Final = "wearers"

SUREST: Final = 0.99
"""So sure at most that is told: too few people were measured for more."""


REACH_S: Final = 5.0
"""Time to each side of the middle of a window for which the lags found there are taken to hold."""


def find_swaps(examined: Examined) -> Iterator[Evidence]:
    """Yield what movement says of the stated wearers on pelvis, trunk and legs.

    A sensor that runs late moves out of step with the others, as one on another segment does.
    Where stated wearers are unlikely and sensors run late, the lags are taken out first.
    """
    aligned = examined.aligned
    columns = [k for k, body in enumerate(aligned.bodies) if body in BODIES]
    sensors, stated = (
        tuple(names[k] for k in columns) for names in (aligned.sensors, aligned.bodies)
    )
    found = _identify(aligned, columns, slice(None))
    evidence = judge_wearers(found, sensors, stated)
    if evidence.check.verdict != "good":
        rows, late = _late(aligned, examined.settings.calibration.base)
        if late:
            together = _identify(_earlier(aligned, late), columns, rows)
            level = judge_wearers(together, sensors, stated)
            told = level.check.state != NOT_CHECKED and level.check.verdict == "good"
            evidence = level if told else evidence
    yield evidence


def _identify(aligned: AlignedRecording, columns: list[int], rows: slice) -> Wearers:
    turning, force = aligned.angular_velocity_radps, aligned.acceleration_mps2
    return identify_wearers(
        rate_hz=aligned.rate_hz,
        R_ES=aligned.R_ES[rows],
        angular_velocity_radps=None if turning is None else turning[rows],
        acceleration_mps2=None if force is None else force[rows],
        candidates=tuple(aligned.bodies[k] for k in columns),
        columns=columns,
    )


def _late(aligned: AlignedRecording, base: str) -> tuple[slice, dict[str, float]]:
    """Return which sensors are late in the window that shows it least, and its surroundings."""
    windows: dict[float, dict[tuple[str, str], float]] = {}
    for lag in find_lags(aligned):
        windows.setdefault(lag.middle_s, {})[lag.bodies] = lag.lag_s
    if not windows:
        return slice(0, 0), {}
    most = max(len(pairs) for pairs in windows.values())
    whole = [middle_s for middle_s, pairs in windows.items() if len(pairs) == most]
    middle_s = min(whole, key=lambda m: max(map(abs, windows[m].values())))
    first, last = np.searchsorted(aligned.time_s, [middle_s - REACH_S, middle_s + REACH_S])
    return slice(int(first), int(last)), find_late(windows[middle_s], base)


def _earlier(aligned: AlignedRecording, late_s: Mapping[str, float]) -> AlignedRecording:
    """Return signals in which some sensors show everything earlier; the ends are wrong."""
    changes: dict[str, Any] = {}
    for name in ("R_ES", "angular_velocity_radps", "acceleration_mps2"):
        signal = getattr(aligned, name)
        if signal is None:
            continue
        changes[name] = signal.copy()
        for body, delay_s in late_s.items():
            k = aligned.bodies.index(body)
            changes[name][:, k] = np.roll(signal[:, k], -round(delay_s * aligned.rate_hz), axis=0)
    return replace(aligned, **changes)


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
