"""Named clinical angles with their definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice
from opensim_pelvis.types._shapes import check_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class AngleCurve:
    """An angle over the stride, as a report draws it.

    Parameters
    ----------
    name : str
        Two angles that are one of either leg share it.
    label : str
    rising : str
        What a rising curve means, in words, for strides of either leg.
    mirrored : bool
        Whether left strides get the other sign, so that the same movement of either side gives
        the same curve.
    rank : int
        Place among the curves.
    """

    name: str
    label: str
    rising: str
    mirrored: bool
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AngleDefinition:
    """All that is said of one clinical angle, and how it is computed.

    Parameters
    ----------
    name : str
        Column of every table of angles.
    label : str
        What people call it.
    group : str
    body : str
        The body whose orientation it is read from.
    side : str
        ``"body"`` for the trunk and pelvis, else the leg.
    unit : str
        In files and for people; arrays are in radians.
    description, positive, order, source : str
        What it is, its positive sense, the order of turns and where that is defined.
    brief : str
        The positive sense in a few words, for files with little room.
    rising : str
        What a rising curve means, in words.
    about_vertical : bool
        Whether it is the turn about the vertical. The direction of travel then enters by
        addition, and where the heading of the body's sensor is unknown, a pose tells it still.
    point : str
        Point of the label group ANGLES in C3D files.
    axis : str
        Component of that point.
    curve : AngleCurve or None
        How the report draws it over the stride; None where it does not.
    told : bool
        Whether a comparison with a reference says a sentence of it; all are in its table.
    of : callable
        Orientations of the body in the direction of travel, ``R_TB`` (t, 4), to radians (t,).
    """

    name: str
    label: str
    group: Literal["pelvis", "trunk", "thigh"]
    body: str
    side: Literal["body", "right", "left"]
    unit: Literal["deg"]
    description: str
    positive: str
    brief: str
    rising: str
    order: str
    source: str
    about_vertical: bool
    point: str
    axis: Literal["X", "Y", "Z"]
    curve: AngleCurve | None
    told: bool
    of: Callable[[FloatArray], FloatArray]


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
