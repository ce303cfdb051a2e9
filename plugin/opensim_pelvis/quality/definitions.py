"""Reads ``checks.toml``: what is said of each check, for screen, page, PDF and documentation."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from opensim_pelvis.language import Language, Text
from opensim_pelvis.types import CHECK_UNITS, VERDICTS, Check, Verdict

WORDS: Final = ("label", "word")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDefinition:
    """What is said of one check.

    Parameters
    ----------
    name : str
    label, word : str
        What the report and the screen call it.
    unit : str
        Of the value and the limits, one of `CHECK_UNITS`; empty where it has no number.
    limits : (float, float) or None
        Needs attention beyond the first, fails beyond the second. Where the first is larger,
        beyond means below.
    looks_at, reason : str
        What is looked at, and where the limits are from.
    """

    name: str
    label: str
    word: str
    unit: str
    looks_at: str
    reason: str
    limits: tuple[float, float] | None = None

    @property
    def attention(self) -> float:
        """Limit beyond which the check needs attention; ValueError where it has none."""
        if self.limits is None:
            raise ValueError(f"the check {self.name} has no limits")
        return self.limits[0]

    def verdict_on(self, value: float) -> Verdict:
        """Return the verdict on a value; ValueError where the check has no limits.

        >>> definition_of("pose").verdict_on(1.5), definition_of("strides").verdict_on(25.0)
        ('doubtful', 'good')
        """
        if self.limits is None:
            raise ValueError(f"the check {self.name} has no limits")
        attention, fails = self.limits
        if attention > fails:
            return VERDICTS[(value < attention) + (value < fails)]
        return VERDICTS[(value > attention) + (value > fails)]

    def found(
        self, value: float, subject: tuple[str, ...] = (), *, total: int | None = None
    ) -> Check:
        """Return the check of a value."""
        return Check(
            name=self.name,
            verdict=self.verdict_on(value),
            value=value,
            unit=self.unit,
            limits=self.limits,
            subject=subject,
            total=total,
        )

    def of_worst(self, values: Mapping[str, float]) -> Check:
        """Return the check of the largest of some values; with limits that mean "above"."""
        worst = max(values, key=lambda key: values[key], default="")
        return self.found(values.get(worst, 0.0), (worst,) if worst else ())

    def state(self, verdict: Verdict, state: str = "", subject: tuple[str, ...] = ()) -> Check:
        """Return the check where what was found is no number."""
        return Check(name=self.name, verdict=verdict, state=state, subject=subject)


@cache
def definitions() -> Mapping[str, CheckDefinition]:
    """Return every check by its name, in the order in which they are shown."""
    text = files("opensim_pelvis.quality").joinpath("checks.toml").read_text(encoding="utf-8")
    return {name: _definition(name, row) for name, row in tomllib.loads(text).items()}


def definition_of(name: str) -> CheckDefinition:
    """Return the definition of a check; KeyError where there is none of that name."""
    return definitions()[name]


def texts() -> Iterator[Text]:
    """Return every text of the checks that the report and the screen show."""
    for row in definitions().values():
        yield from (Text(f"check.{row.name}.{word}", getattr(row, word)) for word in WORDS)


def label_in(name: str, language: Language) -> str:
    """Return what the report calls a check, in a language."""
    return language.text(f"check.{name}.label", definition_of(name).label)


def word_in(name: str, language: Language) -> str:
    """Return what the screen calls a check, in a language."""
    return language.text(f"check.{name}.word", definition_of(name).word)


def _definition(name: str, row: Mapping[str, Any]) -> CheckDefinition:
    """Return the record of a row; ValueError where it is not whole."""
    limits = row.get("limits")
    try:
        found = CheckDefinition(
            name=name, **{**row, "limits": None if limits is None else tuple(limits)}
        )
    except TypeError as fault:
        raise ValueError(f"checks.toml: {name}: {fault}") from None
    if found.unit and found.unit not in CHECK_UNITS:
        raise ValueError(f"checks.toml: {name}: unit '{found.unit}'")
    if limits is not None and (len(limits) != 2 or not found.unit):
        raise ValueError(f"checks.toml: {name}: two limits with a unit, or none")
    return found
