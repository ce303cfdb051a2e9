"""Named clinical angles with their definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice
from opensim_pelvis.types._shapes import check_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class AngleDefinition:
    """One row of the table of angles: what it is, its sense, and where it is defined."""

    name: str
    group: Literal["pelvis", "trunk", "thigh"]
    description: str
    positive: str
    order: str
    source: str


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Angles:
    """Named clinical angles over time.

    Parameters
    ----------
    time_s : (t,) array
    definitions : tuple of AngleDefinition
    values_rad : (t, a) array
        One column a definition; continuous; NaN where absent.
    travel_rad : (t,) array
        Heading of T in G.
    travel_source : Notice
    absent : mapping of str to Notice
        Angle to the reason why it is not there.
    """

    time_s: FloatArray
    definitions: tuple[AngleDefinition, ...]
    values_rad: FloatArray
    travel_rad: FloatArray
    travel_source: Notice
    absent: Mapping[str, Notice] = field(default_factory=dict)
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        t = self.time_s.shape[0]
        check_shape("Angles", "values_rad", self.values_rad, t, len(self.definitions))

    @property
    def names(self) -> tuple[str, ...]:
        """Angle names in column order."""
        return tuple(definition.name for definition in self.definitions)
