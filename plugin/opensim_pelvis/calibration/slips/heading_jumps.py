"""Finds instants at which an orientation turned about the vertical, and the sensor did not.

A filter that starts anew, a maker's heading that is reset or a magnetometer that is believed again
turn the orientation at once. Where a gyroscope was recorded it tells how far the sensor really
turned; where none was, a turn within one sample that neither the sample before nor the one after
goes on with is no movement of a body. Across a hole the mean heading over strides tells, against
that of the other sensors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.calibration.heading.unfelt import gyroscope_of, unfelt_turns
from opensim_pelvis.calibration.slips.stride_cut import CutStrides
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.rotations import is_present, unwrap_present
from opensim_pelvis.types import AlignedRecording

JUMP_RAD: Final = float(np.deg2rad(10.0))
"""Turn that is a jump. Orientations and gyroscopes of real recordings differ by at most 8.7 degrees
in half a second."""

SPIKE_RAD: Final = float(np.deg2rad(25.0))
"""Turn from one sample to the next that is a jump without a gyroscope and without strides to see
that it lasts: sensors on thighs of a real runner show up to 18 degrees at impacts, at 100 Hz."""

LASTING_RAD: Final = float(np.deg2rad(5.0))
"""How near to the turn of one sample the mean heading over strides must change."""

WITHIN_S: Final = 0.5
"""Time within which a jump happens; what takes longer is drift."""

LASTS_S: Final = 1.0
"""Time before and after over which the level of the difference is taken: impacts leave none."""

HOLE_RAD: Final = float(np.deg2rad(15.0))
"""Turn against the other sensors across a hole that is a jump: people turn, too."""

HOLE_S: Final = 0.2
"""From here on a gap is a hole: what happened in it, only strides beside it tell."""

BESIDE_S: Final = 10.0
"""Time before and after a hole or a turn of one sample in which strides are asked."""

_STRIDES = 4


@dataclass(frozen=True, slots=True)
class Jump:
    """A heading that jumped: column of the sensor, when, and how far, positive to the left."""

    sensor: int
    from_s: float
    to_s: float
    turn_rad: float


@dataclass(frozen=True, slots=True)
class Breaks:
    """Where a heading can have jumped.

    Parameters
    ----------
    sure : tuple of Jump
        Told by gyroscopes.
    spikes : tuple of Jump
        Turns of one sample of sensors without a gyroscope: impacts, unless they last.
    holes : tuple of (int, float, float)
        Column of the sensor, and the times of the samples before and after.
    """

    sure: tuple[Jump, ...]
    spikes: tuple[Jump, ...]
    holes: tuple[tuple[int, float, float], ...]


def find_breaks(aligned: AlignedRecording) -> Breaks:
    """Return all jumps that signals tell, and those that only strides can tell."""
    sure: list[Jump] = []
    spikes: list[Jump] = []
    holes: list[tuple[int, float, float]] = []
    for i in range(len(aligned.sensors)):
        unfelt = unfelt_turns(aligned, i)
        if not np.isfinite(unfelt).all():
            holes += [(i, *hole) for hole in holes_of(aligned, i)]
        if gyroscope_of(aligned, i) is not None:
            sure += _levels(unfelt, i, aligned.rate_hz)
        else:
            spikes += _spikes(unfelt, i, aligned)
    return Breaks(tuple(sure), tuple(spikes), tuple(holes))


def holes_of(aligned: AlignedRecording, i: int) -> list[tuple[float, float]]:
    """Return the times of the samples before and after each hole of a sensor's orientations."""
    present = np.flatnonzero(is_present(aligned.R_ES[:, i]))
    long = np.flatnonzero(np.diff(present) > HOLE_S * aligned.rate_hz)
    return [
        (float(present[k] / aligned.rate_hz), float(present[k + 1] / aligned.rate_hz)) for k in long
    ]


def find_jumps(aligned: AlignedRecording, strides: CutStrides, breaks: Breaks) -> tuple[Jump, ...]:
    """Return all jumps of headings, in order of time.

    Parameters
    ----------
    aligned : AlignedRecording
    strides : CutStrides
    breaks : Breaks
    """
    found = list(breaks.sure)
    if breaks.spikes or breaks.holes:
        spans_s = {(first, last) for _, first, last in breaks.holes}
        spans_s |= {(jump.from_s, jump.to_s) for jump in breaks.spikes}
        asked = _beside(strides, np.array(sorted(spans_s)))
        sensors = range(len(aligned.sensors))
        headings = np.stack([_stride_headings(aligned, strides, asked, i) for i in sensors])
        found += [jump for jump in breaks.spikes if _lasts(jump, headings, strides)]
        for i, start_s, end_s in breaks.holes:
            turn = _turn_beside(headings, strides, i, start_s, end_s)
            if turn is not None and abs(turn) > HOLE_RAD:
                found.append(Jump(i, start_s, end_s, turn))
    return tuple(sorted(found, key=lambda jump: jump.from_s))


def _levels(unfelt: FloatArray, i: int, rate_hz: float) -> list[Jump]:
    """Return where what the gyroscope did not feel goes to another level, and stays."""
    within, lasts = (max(round(s * rate_hz), 1) for s in (WITHIN_S, LASTS_S))
    level = np.concatenate([[0.0], np.cumsum(np.nan_to_num(unfelt))])
    change = np.abs(level[within:] - level[:-within])
    found = []
    while change.size and change.max() > JUMP_RAD:
        first = int(np.argmax(change))
        inside = np.abs(np.nan_to_num(unfelt[first : first + within]))
        at = first + int(np.argmax(inside))
        before = level[max(first - lasts, 0) : first + 1]
        after = level[first + within : first + within + lasts]
        turn = float(np.median(after) - np.median(before)) if after.size else 0.0
        if abs(turn) > JUMP_RAD:
            # a turn that several samples share has no one instant
            sharp = inside.max() > 0.5 * abs(turn)
            span = (at, at + 1) if sharp else (first, first + within)
            found.append(Jump(i, span[0] / rate_hz, span[1] / rate_hz, turn))
        change[max(first - within - 1, 0) : first + within + 1] = 0.0
    return found


def _spikes(turn: FloatArray, i: int, aligned: AlignedRecording) -> list[Jump]:
    """Return turns of one step that the steps beside it do not share."""
    if turn.size < 3:
        return []
    beside = 0.5 * (turn[:-2] + turn[2:])
    alone = turn[1:-1] - beside
    rough = np.abs(turn[2:] - turn[:-2])
    with np.errstate(invalid="ignore"):
        at = np.flatnonzero((np.abs(alone) > JUMP_RAD) & (np.abs(alone) > 3.0 * rough)) + 1
    return [Jump(i, k / aligned.rate_hz, (k + 1) / aligned.rate_hz, float(turn[k])) for k in at]


def _lasts(jump: Jump, headings: FloatArray, strides: CutStrides) -> bool:
    """Return whether a turn of one sample is no impact: too large, or of the mean heading, too."""
    if abs(jump.turn_rad) > SPIKE_RAD:
        return True
    turn = _turn_beside(headings, strides, jump.sensor, jump.from_s, jump.to_s)
    return turn is not None and abs(turn - jump.turn_rad) < LASTING_RAD


def _turn_beside(
    headings: FloatArray, strides: CutStrides, i: int, start_s: float, end_s: float
) -> float | None:
    """Return by how much a mean heading changed against that of the other sensors.

    None where there are less than two others, or too few strides on a side.
    """
    before = np.flatnonzero(np.isfinite(headings[i]) & (strides.end_s <= start_s))
    after = np.flatnonzero(np.isfinite(headings[i]) & (strides.start_s >= end_s))
    if min(before.size, after.size) < _STRIDES:
        return None
    change = np.median(headings[:, after[:_STRIDES]], axis=1)
    change = change - np.median(headings[:, before[-_STRIDES:]], axis=1)
    others = np.delete(change, i)
    others = others[np.isfinite(others)]
    if others.size < 2:
        return None
    turns = (change[i] - others + np.pi) % (2.0 * np.pi) - np.pi
    return float(np.median(turns))


def _beside(strides: CutStrides, spans_s: FloatArray) -> IntArray:
    """Return the strides within `BESIDE_S` of spans."""
    near = np.zeros(strides.start_s.size, dtype=np.bool_)
    for first_s, last_s in spans_s:
        near |= (strides.end_s > first_s - BESIDE_S) & (strides.start_s < last_s + BESIDE_S)
    return np.flatnonzero(near)


def _stride_headings(
    aligned: AlignedRecording, strides: CutStrides, asked: IntArray, i: int
) -> FloatArray:
    """Return the heading of a sensor's mean over some strides, (n,); NaN of others, and in holes.

    Of strides that follow each other without a break of more than `BESIDE_S` turns are counted.
    """
    out = np.full(strides.start_s.size, np.nan)
    if not asked.size:
        return out
    bounds = np.stack([strides.start_s[asked], strides.end_s[asked]], axis=1) * aligned.rate_hz
    edges = np.rint(bounds).astype(np.int64)
    rows = np.unique(np.concatenate([np.arange(first, stop) for first, stop in edges]))
    w, x, y, z = aligned.R_ES[rows, i].T
    first = np.flatnonzero(np.isfinite(w + x + y + z))
    if not first.size:
        return out
    w0, x0, y0, z0 = aligned.R_ES[rows[first[0]], i]
    about_up = z * w0 - w * z0 + y * x0 - x * y0
    angle = unwrap_present(2.0 * np.arctan2(about_up, w * w0 + x * x0 + y * y0 + z * z0))
    edges = np.searchsorted(rows, edges)
    sums = np.add.reduceat(np.append(angle, 0.0), edges.ravel())[::2]
    out[asked] = sums / np.diff(edges, axis=1)[:, 0]
    return out
