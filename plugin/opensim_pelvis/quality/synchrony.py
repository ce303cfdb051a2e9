"""Checks whether sensors that are said to share a clock do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from opensim_pelvis.notices import notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.timeline.delays import SMALL_S, PairLag, find_lags
from opensim_pelvis.types import NOT_CHECKED, Evidence

_ESTIMATED: Final = frozenset({"trigger", "movement", "start"})


def examine_delays(examined: Examined) -> Iterator[Evidence]:
    """Tell which sensors run early or late, or at a rate of their own.

    Clocks that the program brought together itself have their own check.
    """
    definition = definition_of("delay")
    estimated = any(row.method in _ESTIMATED for row in examined.recording.clock_estimates)
    lags = () if estimated else find_lags(examined.aligned)
    by_pair: dict[tuple[str, str], list[PairLag]] = {}
    for lag in lags:
        by_pair.setdefault(lag.bodies, []).append(lag)
    if not by_pair:
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    typical = {pair: second_largest_s(rows) for pair, rows in by_pair.items()}
    worst = max(typical, key=lambda pair: abs(typical[pair]))
    check = definition.found(abs(typical[worst]), worst)
    notes = []
    if check.verdict != "good":
        for body, delay_s in find_late(typical, examined.settings.calibration.base).items():
            steady = all(
                _range_s(rows) <= SMALL_S
                for pair, rows in by_pair.items()
                if body in pair and abs(typical[pair]) > SMALL_S
            )
            code = "signals.delay" if steady else "signals.clock_apart"
            notes.append(notice(code, body, sensor=body, delay_s=delay_s))
    yield Evidence(check=check, notes=tuple(notes))


def second_largest_s(rows: list[PairLag]) -> float:
    """Return the lag of a pair: the second largest of its windows, so that no single one tells."""
    ordered = sorted((row.lag_s for row in rows), key=abs)
    return ordered[-2] if len(ordered) > 1 else ordered[0]


def _range_s(rows: list[PairLag]) -> float:
    """Return the range of the lags of a pair; of four or more the one farthest off is left out."""
    lags_s = np.array([row.lag_s for row in rows])
    if lags_s.size > 3:
        lags_s = np.delete(lags_s, np.argmax(np.abs(lags_s - np.median(lags_s))))
    return float(np.ptp(lags_s))


def find_late(pairs: Mapping[tuple[str, str], float], base: str) -> dict[str, float]:
    """Return the sensors that run apart from most of the others, and by how much they are late.

    Examples
    --------
    >>> pairs = {("pelvis", "torso"): 0.1, ("pelvis", "femur_r"): 0.1}
    >>> find_late(pairs, "pelvis")
    {'pelvis': -0.1}
    >>> find_late({("pelvis", "torso"): 0.1}, "pelvis")
    {'torso': 0.1}
    """
    late: dict[str, float] = {}
    left = dict(pairs)
    while left:
        tied = next((pair for pair in left if set(pair) & set(late)), None)
        if tied is None:
            late[next(iter(left))[0]] = 0.0
            continue
        first, second = tied
        lag_s = left.pop(tied)
        if first in late:
            late[second] = late[first] + lag_s
        else:
            late[first] = late[second] - lag_s

    def company(body: str) -> tuple[int, bool]:
        near = [abs(other - late[body]) <= SMALL_S for other in late.values()]
        return sum(near), body == base

    common_s = late[max(late, key=company)]
    return {body: s - common_s for body, s in late.items() if abs(s - common_s) > SMALL_S}
