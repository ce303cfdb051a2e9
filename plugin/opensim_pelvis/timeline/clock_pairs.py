"""Ties the clocks of sensors in pairs: which pairs move alike, at which lag, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.timeline.pieces import telling_pieces
from opensim_pelvis.timeline.refine import Fit, refine_lag
from opensim_pelvis.timeline.synchronise import ANALYSIS_HZ, FLOOR, Pattern, find_valleys, scan_lags

MIN_RIVAL: Final = 1.25
"""How much worse the second-best lag must fit for the best to be sure."""

_SOFT_S: Final = 0.012  # error at a misfit of 1; fits the real recordings of docs/clocks.md
_LEAST_S: Final = 0.002  # no lag is surer: a simulated trunk on soft tissue is off by up to 4 ms
_PARTNERS: Final = 4  # sensors that each sensor is compared with closely
OTHER_LAG_S: Final = 0.1
"""Lags nearer than that are one."""

MAX_LAG_S: Final = 180.0
"""How far from a common start a lag is looked for; sensors are started within minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """What the motion of two sensors says about their clocks."""

    a: int
    b: int
    fit: Fit
    rival_s: float
    sure: bool


def find_ties(patterns: Sequence[Pattern | None], own: Sequence[FloatArray]) -> list[Tie]:
    """Compare the motion of sensors in pairs, each with the partners that look best.

    Of long recordings only the piece that settles a pair best is compared (`pieces`).
    """
    scans: dict[tuple[int, int], _Scan] = {}
    for i, a in enumerate(patterns):
        pieces = [] if a is None else telling_pieces(a)
        for j, b in enumerate(patterns[:i]):
            if b is not None:
                found = [_scan(piece, b, float(own[i][0] - own[j][0])) for piece in pieces]
                if any(scan.valleys for scan in found):
                    scans[i, j] = max(found, key=lambda scan: scan.tells)
    wanted: set[tuple[int, int]] = set()
    for i in range(len(patterns)):
        pairs = sorted((pair for pair in scans if i in pair), key=lambda pair: scans[pair].misfit)
        wanted.update(pairs[:_PARTNERS])
    ties = []
    for i, j in sorted(wanted):
        scan, start_s = scans[i, j], float(own[i][0] - own[j][0])
        fits = [_refine_near(scan, lag_s) for lag_s in scan.valleys]
        fits = [fit for fit in fits if np.isfinite(fit.misfit)]
        if fits:
            ties.append(_tie(i, j, fits, start_s))
    return ties


class _Scan(NamedTuple):
    """How a piece of one sensor's motion fits another's: lags in question, and their worth."""

    piece: Pattern
    other: Pattern
    valleys: list[float]
    misfit: float
    tells: float


def _scan(piece: Pattern, b: Pattern, start_s: float) -> _Scan:
    """Compare a piece with all of a motion that is within reach of a common start."""
    reach_s = MAX_LAG_S + start_s
    near = b.between(piece.start_s - reach_s, piece.end_s - start_s + MAX_LAG_S)
    if near.known.sum() < ANALYSIS_HZ or piece.known.sum() < ANALYSIS_HZ:
        return _Scan(piece, near, [], np.inf, -np.inf)
    lag_s, misfit = scan_lags(piece, near)
    valleys = find_valleys(lag_s, misfit, start_s)
    if not valleys:
        return _Scan(piece, near, [], np.inf, -np.inf)
    best = int(np.nanargmin(misfit))
    other = np.abs(lag_s - lag_s[best]) > OTHER_LAG_S
    rival = float(np.nanmin(misfit[other], initial=1.0))
    tells = (rival + FLOOR) / (float(misfit[best]) + FLOOR)
    return _Scan(piece, near, valleys, float(misfit[best]), tells)


def _refine_near(scan: _Scan, lag_s: float) -> Fit:
    low_s, high_s = scan.piece.start_s - lag_s, scan.piece.end_s - lag_s
    return refine_lag(scan.piece, scan.other.between(low_s - 1.0, high_s + 1.0), lag_s)


def _tie(i: int, j: int, fits: Sequence[Fit], start_s: float) -> Tie:
    """Choose among the lags that may be true, and say whether another is as good."""
    best = min(fits, key=lambda fit: fit.misfit)
    others = [f for f in fits if abs(f.offset_s - best.offset_s) > OTHER_LAG_S]
    alike = [f for f in others if f.misfit + FLOOR < MIN_RIVAL * (best.misfit + FLOOR)]
    taken = min([best, *alike], key=lambda fit: abs(fit.offset_s - start_s))
    rival_s = min((abs(f.offset_s - best.offset_s) for f in alike), default=float("nan"))
    return Tie(a=i, b=j, fit=taken, rival_s=rival_s, sure=not alike)


def soft_error_s(fit: Fit) -> float:
    """Return what soft tissue and joints that are no points may add to the error of a lag."""
    return float(np.hypot(_LEAST_S, _SOFT_S * np.sqrt(fit.misfit)))
