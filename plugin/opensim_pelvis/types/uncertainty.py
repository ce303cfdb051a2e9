"""How sure a mean over strides is: its estimate, and the terms of its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

TermName = Literal[
    "strides",
    "markers",
    "fast motion",
    "heading",
    "facing",
    "pose",
    "events",
    "fusion",
    "gyroscope scale",
    "model",
    "size",
]
"""What a term of the uncertainty comes from; its words are in ``terms.toml``."""

TERMS: Final[tuple[TermName, ...]] = get_args(TermName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One contribution to the uncertainty of an estimate.

    Parameters
    ----------
    name : str
        One of `TERMS`.
    standard : float
        Standard uncertainty that the estimate has from it, in the measure's unit; 0 or more.
    freedom : float
        Degrees of freedom with which it is known; infinite where it is stated.
    """

    name: TermName
    standard: float
    freedom: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The best estimate of a measure, of one side or of right minus left, and how sure it is.

    Parameters
    ----------
    name, side : str
        ``side`` is ``"right"``, ``"left"``, ``"body"`` or ``"right minus left"``.
    value : float
        In the measure's unit. Of ranges and peaks it is not the mean over strides: fast motion of
        soft tissue is taken out.
    u95 : float
        Expanded uncertainty: 95 % of intervals ``value - u95`` to ``value + u95`` hold what the
        site of the sensor does, or what markers would show where the measure says so.
    standard : float
        Combined standard uncertainty.
    factor, freedom : float
        Coverage factor, and the effective degrees of freedom behind it.
    terms : tuple of Term
        Largest first; none of them is zero.
    """

    name: str
    side: Literal["right", "left", "body", "right minus left"]
    value: float
    u95: float
    standard: float
    factor: float
    freedom: float
    terms: tuple[Term, ...]

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.value - self.u95

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.value + self.u95

    @property
    def beyond_zero(self) -> bool:
        """Whether zero lies outside the interval."""
        return abs(self.value) > self.u95
