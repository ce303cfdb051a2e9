"""Finds instants at which a sensor turned on its body, walking or running going on as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from opensim_pelvis.calibration.slips.case_turns import (
    OUTWEIGHS,
    Parts,
    shown_by_both,
    weighted,
)
from opensim_pelvis.calibration.slips.stride_cut import CutStrides
from opensim_pelvis.calibration.slips.stride_turns import (
    StrideTurns,
    measure_orientations,
    measure_turns,
    spread_of,
    turns_over,
)
from opensim_pelvis.calibration.slips.turns import STRIDES
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.types import StepKind

MOVED_RAD: Final = tuple(np.deg2rad([6.0, 4.5]))
"""Turns about the vertical and about the horizontal above which a sensor has moved. Between sound
strides of runners they reach 3.1 and 2.8 degrees (``tests/benchmarks/slips.py``)."""

MOVED_SPREADS: Final = (4.0, 4.8)
"""Limits are at least so many times the spread of single strides within six: trunks wander, and
walking differs. In 50 simulated people turns reach 3.5 and 4.6 times the spread; about the vertical
a walking shank once 4.6 and, of 80 others, a walking trunk 3.8."""

MAY_RAD: Final = tuple(np.deg2rad([5.0, 4.2]))
"""Turns above which it may have moved; a runner with real sensors shows 4.7 and 3.0."""

MAY_SPREADS: Final = (3.6, 4.5)
"""The same for what may have moved."""

MOVED_BOTH_SPREADS: Final = (4.8, 5.5)
"""The same of what waveforms and orientations show. Chosen on persons 200 to 279 of
``tests/benchmarks/slips.py``, of whom none is told then; nor is any of 300 to 339."""

MAY_BOTH_SPREADS: Final = (4.5, 5.0)
"""The same for what may have moved."""

LASTING_STRIDES: Final = 30
"""Strides before and after that are asked whether a turn lasts, where there are twice `STRIDES`."""

LASTING_PART: Final = 0.4
"""Part of a turn by which the one over all these strides may differ from it."""

HALF_TURN_RAD: Final = float(np.deg2rad(150.0))
"""About half a turn, where that to the left and that to the right are nearly the same."""

FEWEST_LASTING: Final = STRIDES - 1
"""Strides that are enough on one side, where there are twice `STRIDES` on the other."""

WANDERS_RAD: Final = float(np.deg2rad(20.0))
"""A turn that does not last is passed over below: trunks wander by up to 17 degrees."""

ALONE_RAD: Final = float(np.deg2rad(30.0))
"""A turn by waveforms alone, which orientations do not show, is passed over below: at trunks of
simulated runners it reaches 21 degrees."""

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
    turns = _measured(strides)
    found = [turned for i, parts in enumerate(turns) for turned in _of_sensor(strides, i, parts)]
    return tuple(sorted(_told_apart(found, strides, turns), key=lambda t: (t.time_s, t.sensor)))


def checked_share(strides: CutStrides) -> float:
    """Return which part of the strides has enough neighbours for the comparison."""
    if not strides.start_s.size:
        return 0.0
    counts = np.bincount(strides.stretch)
    return float(counts[counts >= 2 * STRIDES].sum() / strides.start_s.size)


def _measured(strides: CutStrides) -> list[list[StrideTurns]]:
    """Return the turns of each sensor within each movement."""
    sensors = strides.turning_radps.shape[1]
    found: list[list[StrideTurns]] = [[] for _ in range(sensors)]
    for number in np.unique(strides.stretch):
        stretch = np.flatnonzero(strides.stretch == number)
        oriented: dict[bytes, tuple[Parts, Parts]] = {}  # the same for all sensors without holes
        for i in range(sensors):
            w, f = strides.turning_radps[stretch, i], strides.force_mps2[stretch, i]
            rows = stretch[np.isfinite(w).all(axis=(1, 2)) & np.isfinite(f).all(axis=(1, 2))]
            if rows.size < 2 * STRIDES:
                continue
            key = rows.tobytes()
            if key not in oriented:
                oriented[key] = measure_orientations(strides, rows)
            found[i].append(measure_turns(strides, rows, i, oriented[key]))
    return found


def _of_sensor(strides: CutStrides, i: int, found: Sequence[StrideTurns]) -> list[Turned]:
    """Return where a sensor is turned after a stride against before."""
    if not found:
        return []
    by_waves, by_cases = (spread_of([turns.singles[k] for turns in found]) for k in range(2))
    spreads = by_waves, by_cases
    together = spread_of([weighted(*turns.singles, spreads) for turns in found])
    return [
        turned for turns in found for turned in _of_stretch(strides, i, turns, spreads, together)
    ]


def _of_stretch(
    strides: CutStrides,
    i: int,
    turns: StrideTurns,
    spreads: tuple[FloatArray, FloatArray],
    together: FloatArray,
) -> list[Turned]:
    """Return where a sensor turned within one movement."""
    outweighs = 1.0 if strides.turning_radps.shape[1] <= 2 else OUTWEIGHS
    may, moved, turn = _scores(turns, spreads, together, outweighs)
    peaks = sorted(_peaks(may))
    out: list[Turned] = []
    for k in peaks:
        sure = moved[k] > 1.0 and turns.rest[k] < SAME_MOVEMENT
        at = k + STRIDES
        if not _lasts(strides, turns.rows, i, at, [p + STRIDES for p in peaks], turn[k]):
            if np.hypot(*turn[k]) < WANDERS_RAD:
                continue
            sure = False
        out.append(
            Turned(
                sensor=i,
                from_s=float(strides.end_s[turns.rows[at - 1 - UNSURE]]),
                to_s=float(strides.start_s[turns.rows[at + UNSURE]]),
                vertical_rad=float(turn[k, 0]),
                horizontal_rad=float(turn[k, 1]),
                rest=float(turns.rest[k]),
                kind="moved" if sure else "may have moved",
            )
        )
    return out


def _scores(
    turns: StrideTurns,
    spreads: tuple[FloatArray, FloatArray],
    together: FloatArray,
    outweighs: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return how many times turns reach the limits of may and of moved, (k,), and turns, (k, 2).

    Where orientations tell, a turn counts that they and the waveforms show; else, and beyond
    `ALONE_RAD`, that of the waveforms.

    ``spreads`` are those of single strides by waveforms and by cases, ``together`` that of their
    weighted mean, each (2,).
    """
    waves = np.stack([turns.waves[0], np.linalg.norm(turns.waves[1], axis=1)], axis=1)
    mean = weighted(turns.waves, turns.cases, spreads)
    both = shown_by_both(mean, turns.waves, turns.cases, outweighs=outweighs)
    known = np.isfinite(both) & np.isfinite(together)
    alone = ~known | (np.linalg.norm(waves, axis=1) > ALONE_RAD)[:, None]
    may, moved = (
        np.stack(
            [
                np.where(
                    alone, np.abs(waves) / np.maximum(floor, np.multiply(times, spreads[0])), 0.0
                ),
                np.where(
                    known, np.abs(both) / np.maximum(floor, np.multiply(both_times, together)), 0.0
                ),
            ]
        )
        for floor, times, both_times in (
            (MAY_RAD, MAY_SPREADS, MAY_BOTH_SPREADS),
            (MOVED_RAD, MOVED_SPREADS, MOVED_BOTH_SPREADS),
        )
    )
    turn = np.where(may[0] > may[1], waves, np.where(known, both, waves))
    return may.max(axis=(0, 2)), moved.max(axis=(0, 2)), turn


def _lasts(
    strides: CutStrides, rows: IntArray, i: int, at: int, steps: list[int], turn_rad: FloatArray
) -> bool:
    """Return whether more strides before and after show the same turn: wandering does not last."""
    first = max([step for step in steps if step < at], default=0)
    stop = min([step for step in steps if step > at], default=rows.size)
    earlier, later = (min(n, LASTING_STRIDES) for n in (at - 1 - first, stop - at - 1))
    if max(earlier, later) < 2 * STRIDES or min(earlier, later) < FEWEST_LASTING:
        return True
    before, after = rows[at - 1 - earlier : at - 1], rows[at + 1 : at + 1 + later]  # step between
    size = np.hypot(*turn_rad)
    signs = (1.0, -1.0) if size > HALF_TURN_RAD else (1.0,)
    return any(
        np.hypot(sign * vertical[0] - turn_rad[0], np.linalg.norm(level[0]) - turn_rad[1])
        < LASTING_PART * size
        for vertical, level in turns_over(strides, before, after, i)
        for sign in signs
    )


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


def _told_apart(
    found: list[Turned], strides: CutStrides, turns: Sequence[Sequence[StrideTurns]]
) -> list[Turned]:
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
        others_differ = _rest_of_others(turned, strides, turns) > SAME_MOVEMENT
        changed = others_differ and turned.size_rad < TOO_FAR_RAD
        if (several and not slipped) or other or changed:
            turned = replace(turned, kind="movement changed")
        out.append(turned)
    return out


def _rest_of_others(
    turned: Turned, strides: CutStrides, turns: Sequence[Sequence[StrideTurns]]
) -> float:
    """Return what is unexplained at the middle one of the other sensors then; 0 if none is worn."""
    rests = []
    for i, parts in enumerate(turns):
        if i != turned.sensor and parts:
            time_s = np.concatenate([strides.start_s[p.rows[STRIDES : 1 - STRIDES]] for p in parts])
            rest = np.concatenate([p.rest for p in parts])
            rests.append(rest[np.argmin(np.abs(time_s - turned.time_s))])
    return float(np.median(rests)) if rests else 0.0
