"""What rules say about one runner, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from opensim_pelvis.config.settings import Sex


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """An exercise: what for, how, how much, and when not to; ``key`` is its name in rules."""

    name: str
    purpose: str
    how: str
    dose: str
    avoid: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a rule cannot tell.

    Parameters
    ----------
    key : str
        Which reason it is; its words stand in `guidance.finding_words.REASONS`.
    measure : str
        The measure that it is about; empty where it is about none.
    values : mapping of str to float
        Numbers that the words name.
    """

    key: str
    measure: str = ""
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule says about one runner.

    Parameters
    ----------
    rule : str
    kind : str
        ``"coach band"`` or ``"published norm"``; the two are never mixed in one finding.
    status : str
        ``"fires"``, or ``"cannot tell"`` with reasons.
    rule_text : str
        Text of the rule, which names numbers; `guidance.finding_words.finding_text` fills it.
    sex : str or None
        Of the subject; the text of the rule may name it.
    numbers : mapping of str to float
        What it rests on, with units in the keys.
    source, strength : str
    drills : tuple of Drill
    reasons : tuple of Reason
        Why it cannot tell.
    named : mapping of str to float
        The numbers that the text of the rule names.
    probability : float or None
        At least so likely all that it rests on holds; None where it cannot tell.
    """

    rule: str
    kind: Literal["coach band", "published norm"]
    status: Literal["fires", "cannot tell"]
    rule_text: str
    sex: Sex | None
    numbers: Mapping[str, float]
    source: str
    strength: str
    drills: tuple[Drill, ...] = ()
    reasons: tuple[Reason, ...] = ()
    named: Mapping[str, float] = field(default_factory=dict)
    probability: float | None = None
