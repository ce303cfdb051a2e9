"""Foot contacts and toe-offs of two systems: which belong together, and how far apart they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.c3d import C3dFile
from opensim_pelvis.io.c3d.marked_events import read_events
from opensim_pelvis.notices import Notice
from opensim_pelvis.types.event import CONTACT, TOE_OFF
from opensim_pelvis.validation.reliability import LimitsOfAgreement, limits_of_agreement

KINDS: Final = (CONTACT, TOE_OFF)

MAX_APART_S: Final = 0.15
"""Events further apart are not the same one: less than half the time between two contacts."""

STRIDE_S: Final = (0.3, 1.8)
"""Shortest and longest time between two contacts of one foot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FootEvent:
    """A contact or toe-off: kind of `KINDS`, side ``right`` or ``left``, time in seconds."""

    kind: str
    side: str
    time_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideSpan:
    """A stride that counts: side ``right`` or ``left``, start and end on the motion's clock."""

    side: str
    start_s: float
    end_s: float


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class EventAgreement:
    """Errors of the times of one kind of event, both sides.

    Parameters
    ----------
    kind : str
    matched, missed, extra : int
        Pairs; events of the reference, and of the estimate, without a partner.
    error_s : (matched,) array
        Estimate minus reference.
    time_s : (matched,) array
        When, by the reference.
    sides : (matched,) tuple of str
        ``right`` or ``left``.
    limits : LimitsOfAgreement or None
        Seconds; None below three pairs.
    """

    kind: str
    matched: int
    missed: int
    extra: int
    error_s: FloatArray
    time_s: FloatArray
    sides: tuple[str, ...]
    limits: LimitsOfAgreement | None


def read_c3d_events(file: C3dFile) -> tuple[tuple[FootEvent, ...], tuple[Notice, ...]]:
    """Return contacts and toe-offs, marked or by plates, times as those of points, and notes."""
    start_s = (file.first_frame - 1) / file.rate_hz
    events, notes = read_events(file)
    found = tuple(
        FootEvent(kind=e.label, side=e.context.lower(), time_s=start_s + e.time_s)
        for e in events
        if e.label in KINDS and e.context.lower() in ("right", "left")
    )
    return found, notes


def strides_of(events: Sequence[FootEvent]) -> tuple[StrideSpan, ...]:
    """Return the strides between contacts of one foot, as long as a stride can be."""
    spans = []
    for side in ("right", "left"):
        times = sorted(e.time_s for e in events if e.kind == KINDS[0] and e.side == side)
        spans += [
            StrideSpan(side=side, start_s=start, end_s=end)
            for start, end in pairwise(times)
            if STRIDE_S[0] <= end - start <= STRIDE_S[1]
        ]
    return tuple(spans)


def compare_events(
    estimate: Sequence[FootEvent], reference: Sequence[FootEvent], window_s: tuple[float, float]
) -> tuple[EventAgreement, ...]:
    """Return the agreement of each kind that both have.

    Parameters
    ----------
    estimate, reference : sequence of FootEvent
        On one clock.
    window_s : (float, float)
        Where both systems were watching.

    Notes
    -----
    Each event of the reference takes the nearest of its kind and side within `MAX_APART_S`, the
    closest pairs first, each event once.
    """
    found = []
    for kind in KINDS:
        rows: list[tuple[float, float, str]] = []
        missed, extra = 0, 0
        for side in ("right", "left"):
            x, y = (
                np.array([e.time_s for e in events if e.kind == kind and e.side == side])
                for events in (estimate, reference)
            )
            x, y = (t[(t >= window_s[0]) & (t <= window_s[1])] for t in (x, y))
            pairs = _pair(x, y)
            rows += [(float(y[j]), float(x[i] - y[j]), side) for i, j in pairs]
            missed, extra = missed + y.size - len(pairs), extra + x.size - len(pairs)
        if rows:
            rows.sort()
            values = np.array([error for _, error, _ in rows])
            found.append(
                EventAgreement(
                    kind=kind,
                    matched=values.size,
                    missed=missed,
                    extra=extra,
                    error_s=values,
                    time_s=np.array([at for at, _, _ in rows]),
                    sides=tuple(side for _, _, side in rows),
                    limits=limits_of_agreement(values) if values.size > 2 else None,
                )
            )
    return tuple(found)


def _pair(x: FloatArray, y: FloatArray) -> list[tuple[int, int]]:
    if not (x.size and y.size):
        return []
    apart = np.abs(x[:, None] - y[None, :])
    order = np.dstack(np.unravel_index(np.argsort(apart, axis=None), apart.shape))[0].tolist()
    pairs: list[tuple[int, int]] = []
    for i, j in order:
        if apart[i, j] > MAX_APART_S:
            break
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs
