"""What changed between two sessions of a person: by how much, and how sure that is.

The uncertainty of a difference is that of both sessions without what both have in common, and
with what only a difference has: sensors that were attached anew, and unequal speeds. A
laboratory's own repeats take the place of all this once they have enough degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Final, Literal

from opensim_pelvis.gait.uncertainty.budget import combine
from opensim_pelvis.sessions.definitions import Common, rules
from opensim_pelvis.sessions.repeatability_file import Repeatability
from opensim_pelvis.sessions.session import (
    SIDES,
    Measured,
    Part,
    Session,
    Side,
    Worn,
    same_sensors,
    turned_back,
    worn_between,
)
from opensim_pelvis.sessions.slopes import Slope

Refusal = Literal[
    "rejected", "activity", "speed_unknown", "speed_differs", "no_uncertainty", "no_placement"
]
Basis = Literal["budget", "own repeats"]
Verdict = Literal["changed", "no change", "not compared"]

_FACTOR: Final = 1.96
"""From an expanded uncertainty that a person states to a standard one."""


_NEGLIGIBLE: Final = 1e-6
"""Part of the largest term below which another is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change of a measure, or why there is none.

    Parameters
    ----------
    measure, side : str
    first, later : float
        Best estimates of both sessions.
    difference, u95 : float
        Later less earlier, at the speed of the first where a slope is stated, and its expanded
        uncertainty, which is the smallest change that can be detected. 0 where not compared.
    refusal : str or None
        Why the measure is not compared.
    basis : str
        Where the uncertainty is from.
    own_freedom : float or None
        Degrees of freedom of the laboratory's own repeats, where there are some.
    by_slope : float
        What a stated slope took off the difference.
    parts : tuple of Part
        Terms of the uncertainty, largest first.
    """

    measure: str
    side: Side
    first: float
    later: float
    difference: float = 0.0
    u95: float = 0.0
    refusal: Refusal | None = None
    basis: Basis = "budget"
    own_freedom: float | None = None
    by_slope: float = 0.0
    parts: tuple[Part, ...] = ()

    @property
    def seen(self) -> bool:
        """Whether the change is beyond its uncertainty."""
        return self.refusal is None and abs(self.difference) > self.u95

    @property
    def verdict(self) -> Verdict:
        """What is said of it."""
        if self.refusal is not None:
            return "not compared"
        return "changed" if self.seen else "no change"

    @property
    def bound(self) -> float:
        """Size that the true change does not exceed, either way."""
        return abs(self.difference) + self.u95


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Comparison:
    """Two sessions of a person.

    Parameters
    ----------
    first, later : Session
    worn : str
        How the sensors were worn in both.
    doubtful : bool
        Whether one of the recordings is doubtful.
    refusal : str or None
        Why nothing of them is compared.
    changes : tuple of Change
        In the order of ``changes.toml``; the measures that both sessions have.
    """

    first: Session
    later: Session
    worn: Worn
    doubtful: bool
    refusal: Refusal | None
    changes: tuple[Change, ...]

    def change(self, measure: str, side: Side = "body") -> Change | None:
        """Return the change of a measure; None where one of the sessions lacks it."""
        found = (c for c in self.changes if (c.measure, c.side) == (measure, side))
        return next(found, None)


def compare_sessions(
    first: Session,
    later: Session,
    *,
    own: Repeatability | None = None,
    slopes: Mapping[str, Slope] | None = None,
) -> Comparison:
    """Return what changed from one session of a person to another.

    Parameters
    ----------
    first, later : Session
    own : Repeatability, optional
        The laboratory's own repeats.
    slopes : mapping of str to Slope, optional
        How measures of this person go with speed, by measure.

    Notes
    -----
    Terms are independent and add as squares (JCGM 100:2008, 5.1); of a term that is common to both
    sessions only the difference of its sizes is left (5.2, correlation 1). The coverage factor is
    Student's for the effective degrees of freedom of Welch and Satterthwaite.
    """
    refusal = _refusal(first, later)
    worn = worn_between(first, later)
    changes = [
        _change(name, side, first, later, worn, refusal, own, slopes or {})
        for name in rules().measures
        for side in SIDES
        if (name, side) in first.values and (name, side) in later.values
    ]
    return Comparison(
        first=first,
        later=later,
        worn=worn,
        doubtful="doubtful" in (first.verdict, later.verdict),
        refusal=refusal,
        changes=tuple(changes),
    )


def _refusal(first: Session, later: Session) -> Refusal | None:
    if "rejected" in (first.verdict, later.verdict):
        return "rejected"
    if first.kind != later.kind:
        return "activity"
    return "speed_unknown" if None in (first.speed_mps, later.speed_mps) else None


def _change(
    name: str,
    side: Side,
    first: Session,
    later: Session,
    worn: Worn,
    refusal: Refusal | None,
    own: Repeatability | None,
    slopes: Mapping[str, Slope],
) -> Change:
    before, after = first.values[name, side], later.values[name, side]
    why = refusal or _refusal_of(name, before, after, first, later, slopes)
    if why is not None or first.speed_mps is None or later.speed_mps is None:
        return Change(measure=name, side=side, first=before.value, later=after.value, refusal=why)
    # rounded: 3.2 less 3.0 is more than 0.2 in binary
    faster = round(later.speed_mps - first.speed_mps, 6)
    parts, by_slope = _of_speed(name, faster, slopes.get(name))
    row = None if own is None else own.find(name, first.kind, worn)
    trusted = row is not None and row.freedom >= rules().least_freedom
    if row is not None and trusted:
        parts += _of_repeats(before, after, row.sem, row.freedom)
    else:
        parts += _of_budget(before, after, _is_common(first, later, worn))
        if worn == "attached anew" and first.kind is not None:
            sd = rules().measures[name].placement[first.kind]
            parts.append(Part(name="placement", standard=sqrt(2.0) * sd))
    least = _NEGLIGIBLE * max(part.standard for part in parts)
    present = sorted((p for p in parts if p.standard > least), key=lambda p: -p.standard)
    return Change(
        measure=name,
        side=side,
        first=before.value,
        later=after.value,
        difference=turned_back(name, after.value - before.value - by_slope),
        u95=combine(present).u95,
        basis="own repeats" if trusted else "budget",
        own_freedom=None if row is None else row.freedom,
        by_slope=by_slope,
        parts=tuple(present),
    )


def _refusal_of(
    name: str,
    before: Measured,
    after: Measured,
    first: Session,
    later: Session,
    slopes: Mapping[str, Slope],
) -> Refusal | None:
    """Return why one measure is not compared."""
    assert first.speed_mps is not None
    assert later.speed_mps is not None
    apart = round(abs(later.speed_mps - first.speed_mps), 6)
    if apart > rules().most_apart_mps and name not in slopes:
        return "speed_differs"
    if not before.parts or not after.parts:
        return "no_uncertainty"
    return "no_placement" if first.kind is None else None


def _of_speed(name: str, faster: float, slope: Slope | None) -> tuple[list[Part], float]:
    """Return what unequal speeds add to the uncertainty, and take off the difference."""
    if slope is None:
        usual = abs(rules().measures[name].per_mps * faster)
        return [Part(name="speed", standard=usual)], 0.0
    doubt = abs(slope.u95 * faster) / _FACTOR
    return [Part(name="slope", standard=doubt)], slope.value * faster


def _of_repeats(before: Measured, after: Measured, sem: float, freedom: float) -> list[Part]:
    """Return the terms of own repeats, and what shorter recordings than these add."""
    beyond = [max(one.standard("strides") ** 2 - sem**2, 0.0) for one in (before, after)]
    few = min(one.freedom("strides") for one in (before, after))
    return [
        Part(name="own repeats", standard=sqrt(2.0) * sem, freedom=freedom),
        Part(name="strides", standard=sqrt(sum(beyond)), freedom=few),
    ]


def _of_budget(before: Measured, after: Measured, is_common: Callable[[str], bool]) -> list[Part]:
    """Return the terms of both sessions: of common ones the difference of their sizes is left."""
    out = []
    for name in dict.fromkeys(part.name for part in (*before.parts, *after.parts)):
        sizes = before.standard(name), after.standard(name)
        freedoms = before.freedom(name), after.freedom(name)
        if is_common(name):
            left = abs(sizes[1] - sizes[0])
            out.append(Part(name=name, standard=left, freedom=min(freedoms)))
        else:
            both = [
                Part(name=name, standard=size, freedom=freedom)
                for size, freedom in zip(sizes, freedoms, strict=True)
                if size > 0.0
            ]
            found = combine(both)
            out.append(Part(name=name, standard=hypot(*sizes), freedom=found.freedom))
    return out


def _is_common(first: Session, later: Session, worn: Worn) -> Callable[[str], bool]:
    """Return what tells whether a term is common to two sessions."""
    sized = None not in (first.height_m, first.sex)
    holds: dict[Common, bool] = {
        "never": False,
        "left on": worn != "attached anew",
        "same calibration": worn == "same calibration",
        "same sensors": same_sensors(first, later),
        "same person": sized and (first.height_m, first.sex) == (later.height_m, later.sex),
    }
    return lambda name: name in rules().terms and holds[rules().terms[name].common]
