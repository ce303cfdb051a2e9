"""A session of a person: what is known of it that a change counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from opensim_pelvis.config.settings import ActivityKind, Sex
from opensim_pelvis.gait.measures.definitions import definition_of, definitions
from opensim_pelvis.io.results.summary_file import Sides, Summary
from opensim_pelvis.types import Verdict
from opensim_pelvis.types.segments import as_body

Side = Literal["body", "right", "left"]
Worn = Literal["same calibration", "left on", "attached anew"]

SIDES: tuple[Side, ...] = ("body", "right", "left")
_ALIKE = 1e-9
"""Quaternions of one calibration differ by nothing but how numbers are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A standard uncertainty by the name of its term; freedom is infinite where it is stated."""

    name: str
    standard: float
    freedom: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The best estimate of a measure, and the terms of its uncertainty; none where unknown."""

    value: float
    parts: tuple[Part, ...] = ()

    def standard(self, name: str) -> float:
        """Return the standard uncertainty of a term; 0 where it is not there."""
        return next((part.standard for part in self.parts if part.name == name), 0.0)

    def freedom(self, name: str) -> float:
        """Return the degrees of freedom of a term."""
        return next((part.freedom for part in self.parts if part.name == name), float("inf"))


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Session:
    """One recording of a person.

    Parameters
    ----------
    name : str
    subject, date : str or None
        ``date`` in ISO 8601.
    verdict : str
        Of the data quality.
    kind, speed_mps
        What was done, and how fast; None where it is not stated.
    sex, height_m
        What the model was scaled by.
    attachment : str or None
        The same text in sessions between which no sensor was taken off; None is anew.
    sensors : mapping of str to str
        Body to identifier.
    placed : mapping of str to tuple of float
        Body to sensor-to-body rotation, scalar first.
    values : mapping of (str, str) to Measured
        By measure and side.
    """

    name: str
    subject: str | None
    verdict: Verdict
    date: str | None = None
    kind: ActivityKind | None = None
    speed_mps: float | None = None
    sex: Sex | None = None
    height_m: float | None = None
    attachment: str | None = None
    sensors: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    values: Mapping[tuple[str, Side], Measured] = field(default_factory=dict)


def session_of(summary: Summary) -> Session:
    """Return a session as the summary of its run tells it."""
    told, running = summary.settings, summary.running
    measures = {} if running is None else running.measures
    date = summary.recording.date
    return Session(
        name=summary.name,
        subject=told.subject.id,
        verdict="good" if summary.quality is None else summary.quality.verdict,
        date=None if date is None else date.start,
        kind=told.activity.kind,
        speed_mps=_speed(measures.get("speed_mps"), told.activity.speed_mps),
        sex=told.subject.sex,
        height_m=told.subject.height_m,
        attachment=told.calibration.attachment,
        sensors={as_body(label): each for label, each in summary.recording.sensors.items()},
        placed={as_body(label): q for label, q in summary.placement.R_BS.items()},
        values={
            (name, side): measured
            for name, sides in measures.items()
            for side in SIDES
            if (measured := _measured(sides, side)) is not None
        },
    )


def worn_between(first: Session, later: Session) -> Worn:
    """Return how the sensors were worn in two sessions of a person.

    One and the same sensor-to-segment calibration counts as sensors left on, as does one name of
    the attachment; both only with the same sensors on the same bodies.

    Examples
    --------
    >>> told = {"subject": "S01", "verdict": "good", "sensors": {"pelvis": "1"}}
    >>> before = Session(name="a", attachment="monday", **told)
    >>> worn_between(before, Session(name="b", attachment="monday", **told))
    'left on'
    >>> worn_between(before, Session(name="c", **told))
    'attached anew'
    """
    if not same_sensors(first, later):
        return "attached anew"
    shared = first.placed.keys() & later.placed.keys()
    apart = [
        abs(x - y)
        for body in shared
        for x, y in zip(first.placed[body], later.placed[body], strict=True)
    ]
    if apart and max(apart) < _ALIKE:
        return "same calibration"
    named = first.attachment is not None and first.attachment == later.attachment
    return "left on" if named else "attached anew"


def same_sensors(first: Session, later: Session) -> bool:
    """Return whether every body that both have a sensor on has the same one in both."""
    shared = first.sensors.keys() & later.sensors.keys()
    return bool(shared) and all(first.sensors[b] == later.sensors[b] for b in shared)


def parts_of(terms: Mapping[str, float], freedom: Mapping[str, float]) -> tuple[Part, ...]:
    """Return the terms of an estimate; none without one of strides, of which too few are there.

    Parameters
    ----------
    terms : mapping of str to float
        Standard uncertainties.
    freedom : mapping of str to float
        Degrees of freedom of those terms of which they are finite.
    """
    if "strides" not in terms:
        return ()
    return tuple(
        Part(name=name, standard=size, freedom=freedom.get(name, float("inf")))
        for name, size in terms.items()
    )


def _measured(sides: Sides, side: Side) -> Measured | None:
    numbers = {"body": sides.body, "right": sides.right, "left": sides.left}[side]
    if numbers is None or numbers.best is None:
        return None
    found = numbers.estimate
    parts = () if found is None else parts_of(found.terms, found.term_freedom)
    return Measured(value=numbers.best, parts=parts)


def _speed(sides: Sides | None, stated: float | None) -> float | None:
    """Return the speed as measured, else as stated."""
    measured = None if sides is None or sides.body is None else sides.body.best
    return stated if measured is None else measured


def turned_back(measure: str, difference: float) -> float:
    """Return a difference of two values, by the shorter way round where it is a circle's.

    >>> turned_back("pelvis_trunk_phase_deg", 350.0), turned_back("cadence_spm", 350.0)
    (-10.0, 350.0)
    """
    known = {definition.name for definition in definitions()}
    if measure in known and definition_of(measure).circular:
        return (difference + 180.0) % 360.0 - 180.0
    return difference
