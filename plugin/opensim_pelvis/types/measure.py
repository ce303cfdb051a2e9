"""All that is said of a measure, and the units that measures have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from opensim_pelvis.types.reference import Measurand

Unit = Literal["deg", "s", "mm", "m", "mps", "spm", "percent", "ratio"]

UNITS: Final[tuple[Unit, ...]] = get_args(Unit)

DIGITS: Final[Mapping[str, int]] = {"s": 3, "mm": 0, "m": 2, "mps": 2, "ratio": 3}
"""Decimals by unit; one for the others."""

KEY_MEASURE: Final = "pelvic_rotation_range_deg"
"""What a result is asked for first."""

Place = Literal["main", "screen", "cohort", "sessions", "run"]
"""The first table of a report, the command line, the table of a cohort, the page of several
recordings, and change over the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureDefinition:
    """One row of the table of measures.

    Parameters
    ----------
    name : str
        Ends in its unit.
    group : str
    scope : str
        ``"body"``: one value a stride, whichever leg starts it. ``"side"``: of the leg that
        starts the stride.
    definition, positive, source : str
    unit : str
        One of `UNITS`; ``"spm"`` is steps a minute.
    needs_pose : bool
        Whether the value rests on how the person stood in the calibration pose, as means and peaks
        of angles do; ranges and times do not.
    error : float
        Known error of one runner's mean, in the measure's unit; NaN where none is known.
    error_source : str
        Where the error is known from, and under which conditions.
    error_short : str
        The same in two or three words, for a sentence; empty where no error is known.
    circular : bool
        An angle on a circle of 360 degrees.
    label : str
        What a person reads; ``short`` where there is little room.
    shown : mapping of place to int
        Where it stands beyond the whole table, and at which place among others.
    norm : str
        Measure whose references it is held against; empty where those of its own name.
    extreme : str
        ``"range"`` or ``"peak"`` where the value is a difference of extremes of an angle or one
        of them, to which fast motion of soft tissue adds; else empty.
    own_error : bool
        Whether ``error`` is that of the methods used in this recording, and so a term of its
        uncertainty, and no figure of another study.
    of_model : bool
        Whether the value is a length of the scaled model, and so as wrong as its size is.
    as_markers : str
        Angle of which the value says what markers over ASIS and PSIS would show; empty where it
        says what the site of the sensor does.
    """

    name: str
    label: str
    group: str
    scope: Literal["body", "side"]
    definition: str
    positive: str
    source: str
    unit: Unit
    needs_pose: bool
    error: float = float("nan")
    error_source: str = "unknown"
    error_short: str = ""
    circular: bool = False
    short: str = ""
    shown: Mapping[Place, int] = field(default_factory=dict)
    norm: str = ""
    extreme: Literal["", "range", "peak"] = ""
    own_error: bool = False
    of_model: bool = False
    as_markers: str = ""

    @property
    def has_zero(self) -> bool:
        """Whether zero means nothing there, so that parts of the value have a meaning.

        The zero of an angle is that of the static trial, or any point of a circle.
        """
        return not self.needs_pose and not self.circular

    @property
    def measurand(self) -> Measurand:
        """What moves: the site of the sensor, or what markers over ASIS and PSIS would show."""
        return "asis-psis" if self.as_markers else "site"

    @property
    def digits(self) -> int:
        """Decimals that are shown: what the unit deserves."""
        return DIGITS.get(self.unit, 1)
