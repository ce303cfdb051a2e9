"""Ties the clocks of sensors in pairs: which pairs move alike, at which lag, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.timeline.refine import Fit, refine_lag
from opensim_pelvis.timeline.synchronise import FLOOR, Pattern, find_valleys, scan_lags

MIN_RIVAL: Final = 1.25
"""How much worse the second-best lag must fit for the best to be sure."""

_SOFT_S: Final = 0.01  # error at a misfit of 1; fits the two real walks of docs/clocks.md
_PARTNERS: Final = 4  # sensors that each sensor is compared with closely
_OTHER_LAG_S: Final = 0.1  # nearer than that is the same lag


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """What the motion of two sensors says about their clocks."""

    a: int
    b: int
    fit: Fit
    rival_s: float
    sure: bool


def find_ties(patterns: Sequence[Pattern | None], own: Sequence[FloatArray]) -> list[Tie]:
    """Compare the motion of sensors in pairs, each with the partners that look best."""
    scans: dict[tuple[int, int], tuple[float, list[float]]] = {}
    for i, a in enumerate(patterns):
        for j, b in enumerate(patterns[:i]):
            if a is None or b is None:
                continue
            lag_s, misfit = scan_lags(a, b)
            valleys = find_valleys(lag_s, misfit, float(own[i][0] - own[j][0]))
            if valleys:
                scans[i, j] = float(np.nanmin(misfit)), valleys
    wanted: set[tuple[int, int]] = set()
    for i in range(len(patterns)):
        pairs = sorted((pair for pair in scans if i in pair), key=lambda pair: scans[pair][0])
        wanted.update(pairs[:_PARTNERS])
    ties = []
    for i, j in sorted(wanted):
        a, b = patterns[i], patterns[j]
        if a is not None and b is not None:
            start_s = float(own[i][0] - own[j][0])
            ties.append(_tie(i, j, [refine_lag(a, b, lag) for lag in scans[i, j][1]], start_s))
    return ties


def _tie(i: int, j: int, fits: Sequence[Fit], start_s: float) -> Tie:
    """Choose among the lags that may be true, and say whether another is as good."""
    best = min(fits, key=lambda fit: fit.misfit)
    others = [f for f in fits if abs(f.offset_s - best.offset_s) > _OTHER_LAG_S]
    alike = [f for f in others if f.misfit + FLOOR < MIN_RIVAL * (best.misfit + FLOOR)]
    taken = min([best, *alike], key=lambda fit: abs(fit.offset_s - start_s))
    rival_s = min((abs(f.offset_s - best.offset_s) for f in alike), default=float("nan"))
    return Tie(a=i, b=j, fit=taken, rival_s=rival_s, sure=not alike)


def soft_error_s(fit: Fit) -> float:
    """Return what soft tissue and joints that are no points may add to the error of a lag."""
    return _SOFT_S * float(np.sqrt(fit.misfit))
