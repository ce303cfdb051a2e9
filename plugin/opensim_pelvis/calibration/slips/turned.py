"""Finds instants at which a sensor turned on its body, walking or running going on as before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.slips.stride_cut import CutStrides
from opensim_pelvis.calibration.slips.turns import (
    STRIDES,
    mean_strides,
    median_strides,
    split_turns,
    turns_between,
)
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.types import StepKind

MOVED_RAD: Final = tuple(np.deg2rad([6.0, 4.0]))
"""Turns about the vertical and about the horizontal above which a sensor has moved. Between sound
strides of runners they reach 3.1 and 2.8 degrees (``tests/benchmarks/slips.py``)."""

MOVED_SPREADS: Final = (4.0, 4.8)
"""Limits are at least so many times the spread of single strides within six: trunks wander, and
walking differs. In 50 simulated people turns reach 3.5 and 4.6 times the spread; about the vertical
a walking shank once 4.6 and, of 80 others, a walking trunk 3.8."""

MAY_RAD: Final = tuple(np.deg2rad([5.0, 3.7]))
"""Turns above which it may have moved; a runner with real sensors shows 4.7 and 3.0."""

MAY_SPREADS: Final = (3.6, 4.5)
"""The same for what may have moved."""

LASTING_STRIDES: Final = 30
"""Strides before and after that are asked whether a turn lasts, where there are twice `STRIDES`."""

LASTING_PART: Final = 0.4
"""Part of a turn by which the one over all these strides may differ from it."""

FEWEST_LASTING: Final = STRIDES - 1
"""Strides that are enough on one side, where there are twice `STRIDES` on the other."""

WANDERS_RAD: Final = float(np.deg2rad(20.0))
"""A turn that does not last is passed over below: trunks wander by up to 17 degrees."""

SAME_MOVEMENT: Final = 0.45
"""Part of the waveforms that a turn may leave unexplained. Running on leaves 0.25, a bend 1."""

OTHER_MOVEMENT: Final = 0.7
"""Part beyond which nothing is said of the sensor, unless it turned further than any wanders: a
step from 3.5 to 4.5 m/s leaves 0.73."""

UNSURE: Final = 2
"""Strides on each side by which the time of a turn may be wrong: medians hide it so far."""

AT_ONCE: Final = STRIDES
"""Strides within which several sensors that turn mean another movement."""

OUTSTANDING: Final = 2.0
"""How many times larger than at the others a turn is that is not of the whole body."""

OTHERS: Final = 3
"""One in so many of the other sensors, and at least one, makes a movement of the body."""


TOO_FAR_RAD: Final = float(np.deg2rad(15.0))
"""Nobody leans further from one stride to the next and moves on as before: then sensors moved,
even if several did at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A sensor that turned on its body, or seems to.

    Parameters
    ----------
    sensor : int
        Column.
    from_s, to_s : float
        Between them it happened.
    vertical_rad : float
        Part about the vertical; positive to the left, the body held fast.
    horizontal_rad : float
        Part about a horizontal axis.
    rest : float
        Part of the waveforms that the turn leaves unexplained.
    kind : str
        ``"moved"``, ``"may have moved"`` or ``"movement changed"``.
    """

    sensor: int
    from_s: float
    to_s: float
    vertical_rad: float
    horizontal_rad: float
    rest: float
    kind: StepKind

    @property
    def time_s(self) -> float:
        """The middle of the time in which it happened."""
        return 0.5 * (self.from_s + self.to_s)

    @property
    def size_rad(self) -> float:
        """The whole turn."""
        return float(np.hypot(self.vertical_rad, self.horizontal_rad))


def find_turned(strides: CutStrides) -> tuple[Turned, ...]:
    """Return all turns of sensors on their bodies, in order of time.

    Parameters
    ----------
    strides : CutStrides

    Notes
    -----
    A sensor that moves over less than a stride is found from 6 strides before and after. Several
    that turn at once, by amounts that are alike, are a change of movement: speed, posture, a bend.
    """
    sensors = range(strides.turning_radps.shape[1])
    found = [turned for i in sensors for turned in _of_sensor(strides, i)]
    return tuple(sorted(_told_apart(found, strides), key=lambda t: (t.time_s, t.sensor)))


def checked_share(strides: CutStrides) -> float:
    """Return which part of the strides has enough neighbours for the comparison."""
    if not strides.start_s.size:
        return 0.0
    counts = np.bincount(strides.stretch)
    return float(counts[counts >= 2 * STRIDES].sum() / strides.start_s.size)


def _of_sensor(strides: CutStrides, i: int) -> list[Turned]:
    """Return where a sensor is turned after a stride against before."""
    found, spreads = [], []
    for number in np.unique(strides.stretch):
        rows = np.flatnonzero(strides.stretch == number)
        w, f = strides.turning_radps[rows, i], strides.force_mps2[rows, i]
        rows = rows[np.isfinite(w).all(axis=(1, 2)) & np.isfinite(f).all(axis=(1, 2))]
        if rows.size >= 2 * STRIDES:
            turned, spread = _turns_and_spreads(strides, rows, i)
            found.append((rows, *turned))
            spreads.append(spread)
    spread = np.median(np.concatenate(spreads), axis=0) if spreads else np.zeros(2)
    may, moved = (
        np.maximum(limits, np.multiply(times, spread))
        for limits, times in ((MAY_RAD, MAY_SPREADS), (MOVED_RAD, MOVED_SPREADS))
    )
    out: list[Turned] = []
    for rows, v, h, rest in found:
        peaks = sorted(_peaks(np.maximum(np.abs(v) / may[0], h / may[1])))
        for k in peaks:
            sure = (abs(v[k]) > moved[0] or h[k] > moved[1]) and rest[k] < SAME_MOVEMENT
            at = k + STRIDES
            if not _lasts(strides, rows, i, at, [p + STRIDES for p in peaks], (v[k], h[k])):
                if np.hypot(v[k], h[k]) < WANDERS_RAD:
                    continue
                sure = False
            out.append(
                Turned(
                    sensor=i,
                    from_s=float(strides.end_s[rows[at - 1 - UNSURE]]),
                    to_s=float(strides.start_s[rows[at + UNSURE]]),
                    vertical_rad=float(v[k]),
                    horizontal_rad=float(h[k]),
                    rest=float(rest[k]),
                    kind="moved" if sure else "may have moved",
                )
            )
    return out


def _lasts(
    strides: CutStrides,
    rows: IntArray,
    i: int,
    at: int,
    steps: list[int],
    turn_rad: tuple[float, float],
) -> bool:
    """Return whether more strides before and after show the same turn: wandering does not last."""
    first = max([step for step in steps if step < at], default=0)
    stop = min([step for step in steps if step > at], default=rows.size)
    earlier, later = (min(n, LASTING_STRIDES) for n in (at - 1 - first, stop - at - 1))
    if max(earlier, later) < 2 * STRIDES or min(earlier, later) < FEWEST_LASTING:
        return True
    before, after = rows[at - 1 - earlier : at - 1], rows[at + 1 : at + 1 + later]  # step between
    w, f = (
        [np.median(signal[part, i], axis=0)[None] for part in (before, after)]
        for signal in (strides.turning_radps, strides.force_mps2)
    )
    R_SS, _ = turns_between((w[0], w[1]), (f[0], f[1]))
    vertical, horizontal = split_turns(R_SS, f[0].mean(axis=1))
    found, wanted = np.array([vertical[0], horizontal[0]]), np.array(turn_rad)
    return bool(np.linalg.norm(found - wanted) < LASTING_PART * np.linalg.norm(wanted))


def _turns_and_spreads(
    strides: CutStrides, rows: IntArray, i: int
) -> tuple[tuple[FloatArray, FloatArray, FloatArray], FloatArray]:
    """Return the turn between the strides before and after each one, and how far single ones turn.

    Returns
    -------
    (vertical, horizontal, rest) : each (n - 2 STRIDES + 1,)
        Turns, and what they leave.
    spreads : (blocks, 2) array
        Of single strides from the median of their six, root mean squares about the vertical and,
        an axis, about the horizontal, radians.
    """
    turning, force = (signal[rows, i] for signal in (strides.turning_radps, strides.force_mps2))
    w, f = median_strides(turning), median_strides(force)
    R_SS, rest = turns_between((w[:-STRIDES], w[STRIDES:]), (f[:-STRIDES], f[STRIDES:]))
    vertical, horizontal = split_turns(R_SS, mean_strides(f[:-STRIDES]))
    whole = rows.size // STRIDES * STRIDES
    (w, single_w), (f, single_f) = (
        (np.repeat(medians[::STRIDES], STRIDES, axis=0), signal[:whole])
        for medians, signal in ((w, turning), (f, force))
    )
    R_SS, _ = turns_between((w, single_w), (f, single_f))
    parts = split_turns(R_SS, mean_strides(f))
    sizes = [np.sqrt(np.square(part).reshape(-1, STRIDES).mean(axis=1)) for part in parts]
    spreads = np.stack([sizes[0], sizes[1] / np.sqrt(2.0)], axis=1)
    return (vertical, horizontal, rest), spreads


def _peaks(score: FloatArray) -> list[int]:
    """Return where the score is largest and above 1, each further from larger ones than windows."""
    left, found = score.copy(), []
    while left.size and left.max() > 1.0:
        top = np.flatnonzero(left >= 0.97 * left.max())
        near = top[np.abs(top - int(np.argmax(left))) < STRIDES]
        best = int(np.median(near))  # medians hide a step of up to two strides: its middle
        found.append(best)
        left[max(best - STRIDES, 0) : best + STRIDES + 1] = 0.0
    return found


def _told_apart(found: list[Turned], strides: CutStrides) -> list[Turned]:
    """Return the turns, those of several sensors at once judged together."""
    stride_s = float(np.median(strides.end_s - strides.start_s)) if found else 0.0
    others_worn = strides.turning_radps.shape[1] - 1
    out = []
    for turned in found:
        others = [
            t
            for t in found
            if t.sensor != turned.sensor and abs(t.time_s - turned.time_s) < AT_ONCE * stride_s
        ]
        alike = [t for t in others if t.size_rad * OUTSTANDING > turned.size_rad]
        slipped = turned.kind == "moved" and turned.size_rad > TOO_FAR_RAD
        several = len({t.sensor for t in alike}) >= max(1, others_worn // OTHERS)
        other = turned.rest > OTHER_MOVEMENT and turned.size_rad < WANDERS_RAD
        if (several and not slipped) or other:
            turned = replace(turned, kind="movement changed")
        out.append(turned)
    return out
