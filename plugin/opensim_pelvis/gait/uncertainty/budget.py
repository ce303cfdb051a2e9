"""Terms become one uncertainty: JCGM 100:2008, first order, coverage by Welch-Satterthwaite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal, Protocol

from opensim_pelvis.gait.measures.intervals import CONFIDENCE
from opensim_pelvis.types.uncertainty import Estimate, Term

_LEAST: Final = 1.0
"""Degrees of freedom below which there is no factor that anybody can use."""


class Sized(Protocol):
    """A standard uncertainty, and the degrees of freedom with which it is known."""

    @property
    def standard(self) -> float:
        """In the unit of the measure; 0 or more."""

    @property
    def freedom(self) -> float:
        """Infinite where it is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """Standard uncertainty of several independent terms, and how wide 95 % of it is."""

    standard: float
    freedom: float
    factor: float

    @property
    def u95(self) -> float:
        """Expanded uncertainty."""
        return self.factor * self.standard


def combine(terms: Sequence[Sized]) -> Combined:
    """Return independent terms combined.

    Standard uncertainties add as squares. The effective degrees of freedom are those of
    Welch and Satterthwaite (JCGM 100:2008, G.4.1), the factor is Student's quantile for them.

    Examples
    --------
    >>> few = Term(name="strides", standard=4.0, freedom=8)
    >>> found = combine([Term(name="pose", standard=3.0), few])
    >>> found.standard, round(found.freedom, 2), round(found.factor, 3)
    (5.0, 19.53, 2.089)
    """
    from scipy.special import ndtri, stdtrit

    square = sum(term.standard**2 for term in terms)
    if square == 0.0:
        return Combined(standard=0.0, freedom=float("inf"), factor=float(ndtri(0.975)))
    known = sum(term.standard**4 / term.freedom for term in terms)
    freedom = max(square**2 / known, _LEAST) if known > 0.0 else float("inf")
    share = 0.5 + CONFIDENCE / 2.0
    factor = float(ndtri(share) if freedom == float("inf") else stdtrit(freedom, share))
    return Combined(standard=sqrt(square), freedom=freedom, factor=factor)


def make_estimate(
    name: str,
    side: Literal["right", "left", "body", "right minus left"],
    value: float,
    terms: Sequence[Term],
) -> Estimate:
    """Return an estimate with its terms, largest first; those that are zero are left out."""
    present = sorted((t for t in terms if t.standard > 0.0), key=lambda t: -t.standard)
    combined = combine(present)
    return Estimate(
        name=name,
        side=side,
        value=value,
        u95=combined.u95,
        standard=combined.standard,
        factor=combined.factor,
        freedom=combined.freedom,
        terms=tuple(present),
    )
