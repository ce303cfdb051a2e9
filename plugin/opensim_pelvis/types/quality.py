"""How far a result can be trusted: checks, each with its limits, and one verdict over all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from opensim_pelvis.notices import Notice

Verdict = Literal["good", "doubtful", "rejected"]

VERDICTS: Final[tuple[Verdict, ...]] = ("good", "doubtful", "rejected")
"""From the best to the worst."""

CHECK_UNITS: Final = ("deg", "s", "share", "strides", "Hz", "m", "mps", "ratio")
"""Units of what checks find; a share of 1 is all."""

NOT_CHECKED: Final = "not_checked"
"""State of a check for which the recording holds too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at, and what was found.

    Parameters
    ----------
    name : str
        Such as ``"pose"``; see `opensim_pelvis.quality`.
    verdict : str
    value : float or None
        What was found, of the worst sensor or angle; None where it is no number.
    unit : str
        Of value and limits, one of `CHECK_UNITS`; empty without a number.
    limits : (float, float) or None
        Where it becomes doubtful, and where rejected.
    subject : tuple of str
        Which sensors, bodies or angles are the worst.
    state : str
        What was found where it is no number, such as ``"given"``; `NOT_CHECKED` where the
        recording holds too little for the check.
    total : int or None
        Out of how many, for counts.
    """

    name: str
    verdict: Verdict
    value: float | None = None
    unit: str = ""
    limits: tuple[float, float] | None = None
    subject: tuple[str, ...] = ()
    state: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one check found, and what is told of it.

    Parameters
    ----------
    check : Check
    notes : tuple of Notice
        The cause first.
    """

    check: Check
    notes: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """All checks of a result.

    Examples
    --------
    >>> pose = Check(name="pose", verdict="good", value=0.4, unit="deg", limits=(1.0, 2.0))
    >>> Quality(checks=(pose, Check(name="heading", verdict="doubtful"))).verdict
    'doubtful'
    """

    checks: tuple[Check, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the checks."""
        return max((c.verdict for c in self.checks), key=VERDICTS.index, default="good")
