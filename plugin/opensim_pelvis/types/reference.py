"""Reference values of a measure by speed, and how they were obtained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from opensim_pelvis.config.settings import Sex
from opensim_pelvis.io.documents import FaultError, Within

Measurand = Literal["site", "asis-psis", "asis", "asis-sacrum", "other", "not stated"]
"""What moved: the site of a sensor on the sacrum (or the line of the PSIS, which it follows), or
what optical markers show: ASIS and PSIS, the line of the ASIS, ASIS and a marker on the sacrum."""

Statistic = Literal["mean of ranges", "range of mean curve", "mean", "not stated"]
"""Mean of the ranges of single strides, range of the mean curve, or the mean of a value that is no
range."""

Origin = Literal["published", "computed", "population"]
"""From a publication, from open data by a command of this project, or of a laboratory's own."""

Standing = Literal[
    "compared", "value_not_available", "speeds_not_available", "speed_not_stated", "outside_speeds",
    "sex_not_stated", "few_people", "no_spread",
]  # fmt: skip
"""Whether a runner can be compared with a reference, or why not."""

FEWEST_PEOPLE: Final = 20
"""A reference of fewer people is shown, and nobody is judged by it; a choice. With 20 people the
standard error of an end of their 95 % range is 0.4 standard deviations."""

_Positive = Annotated[float, Within(0.0, 1e6)]
_Speed = Annotated[float, Within(0.1, 15.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePoint:
    """People at one speed.

    Parameters
    ----------
    speed_mps : float
    value : float
        Mean over people, in the unit of the measure.
    spread : float or None
        Standard deviation between people; None where it is not known.
    n : int or None
        People.
    """

    speed_mps: _Speed
    value: float
    spread: _Positive | None = None
    n: Annotated[int, Within(1, 1e6)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Values of one measure in one group of people.

    Parameters
    ----------
    key : str
    measure : str
        Name of a measure.
    measurand, statistic, origin : str
    site, order : str
        Where sensor or markers sat, and the rotation order.
    sex : str or None
        None: both together, or not stated.
    n : int or None
        People; None where it is not available.
    points : tuple of ReferencePoint
        By rising speed; empty where no value at a stated speed is available.
    between : (float, float) or None
        Lowest and highest mean of a source whose speeds are not available.
    compared : bool
        Whether the measure is defined as that of this program.
    what, source, sample, read_from, caveat : str
        In words: what the values are, where they stand, of whom, what of the source was read, and
        what limits them.
    """

    key: str
    measure: str
    measurand: Measurand
    site: str
    order: str
    statistic: Statistic
    origin: Origin
    sex: Sex | None = None
    n: Annotated[int, Within(1, 1e6)] | None = None
    points: tuple[ReferencePoint, ...] = ()
    between: tuple[float, float] | None = None
    compared: bool = True
    what: str
    source: str
    sample: str
    read_from: str
    caveat: str

    def __post_init__(self) -> None:
        speeds = [point.speed_mps for point in self.points]
        if sorted(set(speeds)) != speeds:
            raise FaultError("points: wanted rising speeds, found speeds in another order")
        if self.between is not None and (self.points or self.between[0] > self.between[1]):
            raise FaultError(
                "between: wanted the lowest and the highest mean, of a reference without points"
            )

    @property
    def speeds_mps(self) -> tuple[float, float] | None:
        """The slowest and the fastest speed; None where none is available."""
        return (self.points[0].speed_mps, self.points[-1].speed_mps) if self.points else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReference:
    """A reference at the speed of one runner.

    Parameters
    ----------
    reference : Reference
    standing : str
        ``"compared"``: all that a comparison needs is there; else what stands in the way.
    speed_mps : float or None
        Of the runner.
    value, value_u : float or None
        Mean of people at that speed as a mean of ranges, and the standard uncertainty that its
        conversion from the range of a mean curve brings.
    spread : float or None
        Standard deviation between people at that speed.
    n : int or None
        People at that speed.
    low, high : float or None
        Between these lies a new person in 95 of 100 cases, if people are distributed normally.
        None unless ``standing`` is ``"compared"``.
    """

    reference: Reference
    standing: Standing
    speed_mps: float | None = None
    value: float | None = None
    value_u: float = 0.0
    spread: float | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
