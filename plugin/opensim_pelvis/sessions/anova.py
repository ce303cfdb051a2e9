"""How well measures repeat, from repeated sessions of people: nested analysis of variance.

Recordings of a person at one speed are a cell. In it, recordings between which no sensor was taken
off are a session. Sums of squares are pooled over cells, so that people and speeds may differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt
from typing import Final

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.sessions.definitions import rules
from opensim_pelvis.sessions.repeatability_file import Row, Wearing, detectable
from opensim_pelvis.sessions.session import SIDES, Session, Side, turned_back, worn_between

_TAIL: Final = 0.025

Cell = tuple[tuple[Session, ...], ...]
"""Sessions of one person at one speed, each of recordings between which sensors stayed on."""


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums of squares about means, their degrees of freedom, and what they rest on."""

    between: float
    between_freedom: int
    within: float
    within_freedom: int
    inverse_counts: tuple[float, ...]


def cells_of(sessions: Iterable[Session]) -> list[Cell]:
    """Return the recordings of each person, activity and speed, in sessions.

    Parameters
    ----------
    sessions : iterable of Session
        With subject, activity and speed.
    """
    known = [s for s in sessions if None not in (s.subject, s.kind, s.speed_mps)]
    ordered = sorted(known, key=_place)
    out: list[Cell] = []
    for _, person in groupby(ordered, key=lambda s: (s.subject, s.kind)):
        group: list[Session] = []
        for one in person:
            start = group[0].speed_mps if group else None
            if start is not None and round(_speed(one) - start, 6) > rules().most_apart_mps:
                out.append(_in_sessions(group))
                group = []
            group.append(one)
        out.append(_in_sessions(group))
    return out


def rows_of(cells: Sequence[Cell]) -> tuple[Row, ...]:
    """Return how each measure repeats, for sensors attached anew and for sensors left on.

    Sides are not independent: the degrees of freedom are those of one of them.
    """
    kinds: dict[ActivityKind, list[Cell]] = defaultdict(list)
    for cell in cells:
        kind = cell[0][0].kind
        if kind is not None:
            kinds[kind].append(cell)
    found = (
        _row(name, kind, wearing, some)
        for kind, some in kinds.items()
        for name in rules().measures
        for wearing in ("attached anew", "left on")
    )
    return tuple(row for row in found if row is not None)


def _place(session: Session) -> tuple[str, str, float, str]:
    """Return where a recording stands; speeds that differ by rounding stand by name."""
    return str(session.subject), str(session.kind), round(_speed(session), 6), session.name


def _in_sessions(recordings: Sequence[Session]) -> Cell:
    out: list[list[Session]] = []
    for one in recordings:
        worn = (s for s in out if worn_between(s[0], one) != "attached anew")
        own = next(worn, None)
        if own is None:
            out.append([one])
        else:
            own.append(one)
    return tuple(map(tuple, out))


def _speed(session: Session) -> float:
    assert session.speed_mps is not None
    return session.speed_mps


def _row(name: str, kind: ActivityKind, wearing: Wearing, cells: Sequence[Cell]) -> Row | None:
    sums = [s for side in SIDES if (s := _sums(name, side, cells)) is not None]
    free = max((s.between_freedom for s in sums), default=0)
    free_within = max((s.within_freedom for s in sums), default=0)
    within = _mean_square([(s.within, s.within_freedom) for s in sums])
    if wearing == "left on":
        square, freedom, sd = within, float(free_within), sqrt(within)
    else:
        between = _mean_square([(s.between, s.between_freedom) for s in sums])
        inverse = [x for s in sums for x in s.inverse_counts]
        rest = (1.0 - sum(inverse) / len(inverse)) * within if inverse else 0.0
        square, sd = between + rest, sqrt(between)
        known = between**2 / free if free else 0.0
        known += rest**2 / free_within if free_within else 0.0
        freedom = square**2 / known if known > 0.0 else 0.0
        freedom = freedom if free else 0.0
    if freedom < 1.0 or square <= 0.0 or sd <= 0.0:
        return None
    used = _used(name, wearing, cells)
    change = detectable(sqrt(square))
    return Row(
        measure=name,
        activity=kind,
        sensors=wearing,
        unit=definition_of(name).unit,
        sd_within=sd,
        sem=sqrt(square),
        freedom=freedom,
        smallest_detectable_change=change,
        interval=_interval(change, freedom),
        people=len({cell[0][0].subject for cell in used}),
        sessions=sum(len(cell) for cell in used),
        recordings=sum(len(session) for cell in used for session in cell),
    )


def _used(name: str, wearing: Wearing, cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells with repeats, without recordings that lack the measure."""
    out = []
    for cell in cells:
        kept = [tuple(s for s in session if _has(s, name)) for session in cell]
        some = tuple(session for session in kept if session)
        if wearing == "left on":
            some = tuple(session for session in some if len(session) > 1)
        if some and (wearing == "left on" or len(some) > 1):
            out.append(some)
    return out


def _has(session: Session, name: str) -> bool:
    return any((name, side) in session.values for side in SIDES)


def _sums(name: str, side: Side, cells: Sequence[Cell]) -> _Sums | None:
    """Return the sums of squares of one side; None where no recording has it."""
    between = within = 0.0
    free = free_within = 0
    inverse: list[float] = []
    found = False
    for cell in cells:
        values = [
            [s.values[name, side].value for s in session if (name, side) in s.values]
            for session in cell
        ]
        values = [some for some in values if some]
        if not values:
            continue
        found = True
        # about the first, so that angles on a circle have a mean
        first = values[0][0]
        near = [[turned_back(name, value - first) for value in some] for some in values]
        means = [sum(some) / len(some) for some in near]
        within += sum((x - m) ** 2 for some, m in zip(near, means, strict=True) for x in some)
        free_within += sum(len(some) - 1 for some in near)
        if len(means) > 1:
            middle = sum(means) / len(means)
            between += sum((mean - middle) ** 2 for mean in means)
            free += len(means) - 1
            inverse += [1.0 / len(some) for some in near]
    return _Sums(between, free, within, free_within, tuple(inverse)) if found else None


def _mean_square(pairs: Iterable[tuple[float, int]]) -> float:
    some = list(pairs)
    freedom = sum(free for _, free in some)
    return sum(square for square, _ in some) / freedom if freedom else 0.0


def _interval(change: float, freedom: float) -> tuple[float, float]:
    """Return the 95 % interval of a standard deviation, or of what is proportional to it."""
    from scipy.special import chdtri  # the upper tail's quantile

    low, high = (sqrt(freedom / float(chdtri(freedom, tail))) for tail in (_TAIL, 1.0 - _TAIL))
    return change * low, change * high


def single(cells: Sequence[Cell]) -> list[Session]:
    """Return recordings that have no other of the same person at the same speed."""
    return [c[0][0] for c in cells if len(c) == 1 and len(c[0]) == 1]
