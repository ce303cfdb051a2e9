"""How a report words the reference values of a measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opensim_pelvis.report.texts import Texts

Reference = dict[str, Any]
"""One entry of ``published`` of a measure of a view."""


def compared(references: Sequence[Reference]) -> list[Reference]:
    """Return the references with which a runner may be compared."""
    return [one for one in references if one["standing"] == "compared"]


def reference_value(one: Reference, unit: str, texts: Texts) -> str:
    """Return the numbers of a reference: an interval, a mean with its spread; empty without any."""
    words = texts["references"]
    sign = "°" if unit == "deg" else ""
    if one["low"] is not None:
        ends = {end: texts.number(one[end], unit) for end in ("low", "high")}
        return words["interval"].format(**ends) + sign
    if one["value"] is None:
        return ""
    value = texts.number(one["value"], unit)
    if one["spread"] is None:
        return value + sign
    return words["spread"].format(value=value, spread=texts.number(one["spread"], unit)) + sign


def reference_note(one: Reference, texts: Texts) -> str:
    """Return of whom a reference is, at which speed, and why nobody is judged by it."""
    words = texts["references"]
    low, high = one["speeds_mps"] or (None, None)
    key = "one_speed" if low == high else "speeds"
    speeds = words[key].format(low=texts.written(low, "g"), high=texts.written(high, "g"))
    return words[one["standing"]].format(
        who=texts["measures"][one["label"]],
        n=texts.written(one["n"], "g"),
        speed=texts.written(one["speed_mps"], ".1f"),
        speeds=speeds,
    )
