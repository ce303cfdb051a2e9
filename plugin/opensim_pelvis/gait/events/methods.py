"""Reads ``methods.toml``: how each sensor finds an event, and by how much it is wrong.

What is said of each method, with its reference, stands in ``notices.toml`` under ``method``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types.event import CONTACT, TOE_OFF
from opensim_pelvis.types.segments import Segment

Key = tuple[Segment, ActivityKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How a sensor finds an event: its feature, how late that is, and the errors measured.

    Parameters
    ----------
    segment, activity, event
        What it is for; a label of `types.event` as event.
    feature : str
    late_s, late_s_per_radps, late_step : float
        How much later than the event the feature comes: at rest, for each rad/s of the swing's
        peak, as a part of the step.
    swing_radps : (float, float)
        Limits of the peak in that sum.
    error_s, within_s : float
        Root mean square over people of the bias of their trials; spread within a leg, NaN where
        it was not measured.
    people, steps : int
    measured, code : str
        Of the notices that tell of its errors and of it.
    """

    segment: Segment
    activity: ActivityKind
    event: str
    feature: str
    late_s: float
    error_s: float
    people: int
    steps: int
    measured: str
    code: str
    within_s: float = float("nan")
    late_s_per_radps: float = 0.0
    swing_radps: tuple[float, float] = (0.0, 0.0)
    late_step: float = 0.0

    def lateness_s(self, swing_radps: float = 0.0, step_s: float = 0.0) -> float:
        """Return how much later than the event the feature comes."""
        swing = float(np.clip(swing_radps, *self.swing_radps))
        return self.late_s + self.late_s_per_radps * swing + self.late_step * step_s

    @property
    def told(self) -> Notice:
        """What is said of the method."""
        figures = {"error_ms": 1000.0 * self.error_s, "people": self.people, "steps": self.steps}
        if np.isfinite(self.within_s):
            figures["spread_ms"] = 1000.0 * self.within_s
        return notice(self.code, measured=notice(self.measured, **figures))


def tell_methods(used: Sequence[Method]) -> Notice:
    """Return what is said of the methods of one sensor."""
    told = [method.told for method in used]
    return told[0] if len(told) == 1 else notice("method.several", methods=told)


def contact_time_error_s(used: Sequence[Method]) -> float:
    """Return the error of contact and flight time by these methods; NaN where none is measured.

    The largest of those of the pairs of a contact and a toe-off.
    """
    pairs = [
        (contact.segment, off.segment, contact.activity)
        for contact in used
        for off in used
        if (contact.event, off.event) == (CONTACT, TOE_OFF)
    ]
    errors = _read()[1]
    return max((errors.get(pair, float("nan")) for pair in pairs), default=float("nan"))


@cache
def methods() -> Mapping[Key, Method]:
    """Return the methods by segment, activity and event.

    >>> methods()["foot", "running", "toe-off"].feature
    'push_off'
    """
    return _read()[0]


def method_of(segment: Segment, activity: ActivityKind, event: str) -> Method | None:
    """Return the method of a segment for an event; None where none was measured.

    >>> method_of("thigh", "running", "toe-off") is None
    True
    """
    return methods().get((segment, activity, event))


@cache
def _read() -> tuple[Mapping[Key, Method], Mapping[tuple[Segment, Segment, ActivityKind], float]]:
    """Return the methods, and the errors of contact time by segments and activity."""
    text = files("opensim_pelvis.gait.events").joinpath("methods.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    times = {
        (row["contact"], row["toe_off"], row["activity"]): row["error_ms"] / 1000.0
        for row in table["contact_time"]
    }
    found = [_method(row) for row in table["method"]]
    return {(m.segment, m.activity, m.event): m for m in found}, times


def _method(row: Mapping[str, Any]) -> Method:
    ms = {key: value for key, value in row.items() if "_ms" in key}
    rest = {key: value for key, value in row.items() if key not in ms and key != "swing_radps"}
    low, high = row.get("swing_radps", (0.0, 0.0))
    return Method(
        **rest,
        **{key.replace("_ms", "_s"): value / 1000.0 for key, value in ms.items()},
        swing_radps=(low, high),
    )
