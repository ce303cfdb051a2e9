"""A figure of one pair of axes as a record: what is drawn, in the units of its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from opensim_pelvis.report import style

Values: TypeAlias = Sequence[float | None]
Shape: TypeAlias = Literal["circle", "square", "diamond", "triangle"]
Size: TypeAlias = Literal["small", "square", "strip", "large", "scale"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points; it breaks where a value is absent. Width in points."""

    x: Values
    y: Values
    colour: str
    width: float = 1.2
    dash: style.Dash = "solid"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The area between two lines."""

    x: Values
    low: Values
    high: Values
    colour: str
    opacity: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Marks at points; diameter in points, hollow ones have an edge alone."""

    x: Values
    y: Values
    colour: str
    shape: Shape = "circle"
    size: float = 3.0
    hollow: bool = False
    opacity: float = 1.0
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A vertical bar with a cap at either end: an interval at one place."""

    x: float
    low: float
    high: float
    colour: str
    width: float = 1.2
    dash: style.Dash = "solid"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A line across the whole figure at one value of an axis."""

    axis: Literal["x", "y"]
    at: float
    colour: str
    width: float = 0.7
    dash: style.Dash = "solid"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Thin lines at even steps from one place to another: on a page on demand, never on paper."""

    ends: tuple[float, float]
    rows: Sequence[Sequence[float]]
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A rectangle; an end that is None is that of the figure."""

    left: float | None
    right: float | None
    low: float | None
    high: float | None
    colour: str
    edge: str
    pattern: style.Pattern = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What closed lines enclose; a line within another one is a hole. Width in points."""

    loops: Sequence[Sequence[tuple[float, float]]]
    colour: str
    edge: str
    width: float = 0.9
    dash: style.Dash = "solid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text at a place: it stands to the right of it, about it or to the left; above or below.

    ``is_name`` tells that nobody is to translate it.
    """

    x: float
    y: float
    text: str
    colour: str = style.INK
    size: float = 6.5
    side: style.Side = "right"
    up: Literal["above", "middle", "below"] = "above"
    away_pt: float = 0.0
    is_name: bool = False


Mark: TypeAlias = Line | Band | Points | Bar | Rule | Bundle | Block | Area | Words
Named: TypeAlias = Line | Points | Bar | Rule | Block
"""Marks that a legend can name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One figure.

    Parameters
    ----------
    title, note : str
        Above it; the note tells the sign.
    x, y : str
        Names of the axes with their units.
    marks : sequence of Mark
        In the order in which they are drawn.
    x_limits, y_limits : (float, float) or None
        Those of the marks unless given.
    legend : bool
        Whether the marks that have labels are named.
    equal : bool
        Whether a unit is as long across as upwards.
    framed : bool
        Whether there are axes, ticks and a grid.
    y_ticks : bool
    size : Size
        How much room a page gives it.
    """

    title: str
    note: str = ""
    x: str = ""
    y: str = ""
    marks: Sequence[Mark] = ()
    x_limits: tuple[float, float] | None = None
    y_limits: tuple[float, float] | None = None
    legend: bool = False
    equal: bool = False
    framed: bool = True
    y_ticks: bool = True
    size: Size = "small"

    def limits(self, *, bundles: bool = False) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the ranges of both axes that are shown; with room for bundles where asked."""
        return (
            self.x_limits or _around(self._values("x", bundles), self._has_points * _MARGIN),
            self.y_limits or _around(self._values("y", bundles), _MARGIN),
        )

    def labelled(self) -> list[Named]:
        """Return the marks that the legend names, the first of each label."""
        found: dict[str, Named] = {}
        for mark in self.marks if self.legend else ():
            if isinstance(mark, Named) and mark.label:
                found.setdefault(mark.label, mark)
        return list(found.values())

    @property
    def alt(self) -> str:
        """Return what the chart is of, for those who do not see it."""
        axes = " / ".join(part for part in (self.y, self.x) if part)
        return ". ".join(part for part in (self.title, self.note, axes) if part)

    @property
    def _has_points(self) -> bool:
        return any(isinstance(mark, Points) for mark in self.marks)

    def _values(self, axis: Literal["x", "y"], bundles: bool) -> list[float]:
        found: list[float | None] = []
        for mark in self.marks:
            match mark:
                case Line() | Points():
                    found += mark.x if axis == "x" else mark.y
                case Band():
                    found += mark.x if axis == "x" else (*mark.low, *mark.high)
                case Bar():
                    found += (mark.x,) if axis == "x" else (mark.low, mark.high)
                case Block():
                    found += (mark.left, mark.right) if axis == "x" else (mark.low, mark.high)
                case Rule() if mark.axis == axis:
                    found.append(mark.at)
                case Area():
                    found += [point[axis == "y"] for loop in mark.loops for point in loop]
                case Bundle() if bundles:
                    found += mark.ends if axis == "x" else [y for row in mark.rows for y in row]
                case Rule() | Bundle() | Words():
                    continue
        return [value for value in found if value is not None and np.isfinite(value)]


_MARGIN = 0.05


def _around(values: Sequence[float], margin: float) -> tuple[float, float]:
    """Return a range that holds all values, with a part of it more at either end."""
    if not values:
        return 0.0, 1.0
    low, high = float(min(values)), float(max(values))
    if high - low <= 1e-9 * max(abs(low), abs(high), 1.0):
        return low - 0.5, high + 0.5
    return low - margin * (high - low), high + margin * (high - low)
