"""Tells which sensors moved on the body, and whose headings jumped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.types import NOT_CHECKED, Evidence, SensorStep, StepKind

LEAST_CHECKED: Final = 0.5
"""Share of the strides with enough neighbours, below which sensors count as not checked."""

STRIDES: Final = 6
"""Strides on each side that the comparison needs."""

_TOGETHER_S: Final = 5.0


def find_slips(examined: Examined) -> Iterator[Evidence]:
    """Yield what was found of sensors that moved or may have moved."""
    steps, total_s = examined.placement.steps, _length_s(examined)
    moved, unsure = _of(steps, "moved"), _of(steps, "may have moved")
    notes = [_told("slips.moved", step) for step in moved]
    notes += _little_left(moved, total_s, "slips")
    checked = examined.placement.steps_checked
    if moved or checked >= LEAST_CHECKED:
        check = definition_of("slips").of_worst(_shares(moved, total_s))
    else:
        check = definition_of("slips").state("good", NOT_CHECKED)
        notes.append(notice("slips.not_checked", strides=STRIDES))
    yield Evidence(check=check, notes=(*notes, *_changes(steps)))
    if unsure:
        sizes = {step.body: float(np.rad2deg(step.size_rad)) for step in _largest(unsure)}
        yield Evidence(
            check=definition_of("slips_unsure").of_worst(sizes),
            notes=tuple(_told("slips.may_have_moved", step) for step in unsure),
        )


def find_heading_jumps(examined: Examined) -> Iterator[Evidence]:
    """Yield what was found of headings that jumped."""
    jumped, total_s = _of(examined.placement.steps, "heading jump"), _length_s(examined)
    notes = [_told("slips.heading_jump", step) for step in jumped]
    notes += _little_left(jumped, total_s, "heading_jumps")
    yield Evidence(
        check=definition_of("heading_jumps").of_worst(_shares(jumped, total_s)), notes=tuple(notes)
    )


def _length_s(examined: Examined) -> float:
    return max(float(examined.aligned.time_s[-1]), 1.0 / examined.aligned.rate_hz)


def _of(steps: Sequence[SensorStep], kind: StepKind) -> list[SensorStep]:
    return [step for step in steps if step.kind == kind]


def _largest(steps: Sequence[SensorStep]) -> list[SensorStep]:
    """Return steps in order of their size: of several of one sensor the largest comes last."""
    return sorted(steps, key=lambda step: step.size_rad)


def _shares(steps: Sequence[SensorStep], total_s: float) -> dict[str, float]:
    """Return the part of the recording that is left out, by body; at least a trace of it."""
    shares: dict[str, float] = {}
    for step in steps:
        part = max(step.left_out_s / total_s, 1e-6)
        shares[step.body] = max(shares.get(step.body, 0.0), part)
    return shares


def _little_left(steps: Sequence[SensorStep], total_s: float, check: str) -> list[Notice]:
    sensor_of = {step.body: step.sensor for step in steps}
    return [
        notice("slips.little_left", sensor_of[body], sensor=sensor_of[body], share=share)
        for body, share in _shares(steps, total_s).items()
        if definition_of(check).verdict_on(share) == "rejected"
    ]


def _told(code: str, step: SensorStep) -> Notice:
    values = {
        "sensor": step.sensor,
        "time_s": step.time_s,
        "vertical_deg": float(np.rad2deg(step.vertical_rad)),
    }
    if code != "slips.heading_jump":
        values["horizontal_deg"] = float(np.rad2deg(step.horizontal_rad))
    if code != "slips.may_have_moved":
        values["left_out_s"] = step.left_out_s
    return notice(code, step.sensor, **values)


def _changes(steps: Sequence[SensorStep]) -> list[Notice]:
    """Return a note for each time at which the movement changed, with the sensors it showed at."""
    groups: list[list[SensorStep]] = []
    for step in _of(steps, "movement changed"):
        if groups and step.time_s - groups[-1][-1].time_s < _TOGETHER_S:
            groups[-1].append(step)
        else:
            groups.append([step])
    return [
        notice(
            "slips.movement_changed",
            *dict.fromkeys(step.sensor for step in group),
            time_s=group[0].time_s,
            sensors=list(dict.fromkeys(step.sensor for step in group)),
        )
        for group in groups
    ]
