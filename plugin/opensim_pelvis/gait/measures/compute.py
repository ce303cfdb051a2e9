"""All measures of all strides, their summaries and the curves."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures import hip, optical, pelvis, timing, trunk
from opensim_pelvis.gait.measures import overstriding as posture
from opensim_pelvis.gait.measures.definitions import definitions
from opensim_pelvis.gait.measures.statistics import FEWEST_FOR_MEAN, compare_sides, summarise
from opensim_pelvis.gait.measures.stride_data import MEASURES, AbsentError, StrideData
from opensim_pelvis.gait.optical.equivalent import append_curves
from opensim_pelvis.gait.strides.curves import average_curves, stride_angles
from opensim_pelvis.gait.strides.segment import travel_at
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import (
    Angles,
    Asymmetry,
    GaitEvents,
    Kinematics,
    MeasureDefinition,
    RunningAnalysis,
    Strides,
    Summary,
)

FAMILIES = (pelvis, optical, hip, trunk, timing, posture)
"""Modules that put their measures into the table when they are imported."""


RINGING_DEG: Final = 1.0
"""Part of a range beyond which fast motion is told of; real pelvises show up to 0.7."""


def analyse_strides(
    events: GaitEvents,
    strides: Strides,
    angles: Angles,
    kinematics: Kinematics,
    *,
    speed_mps: FloatArray | None = None,
    zero_known: bool = True,
) -> RunningAnalysis:
    """Return all measures that the strides allow, without findings.

    Parameters
    ----------
    events, strides, angles, kinematics
    speed_mps : (n,) array, optional
        Speed of each stride.
    zero_known : bool
        Whether it is known how the person stood; without, measures that need it are absent.
    """
    table = stride_angles(angles, kinematics, strides)
    data = StrideData(
        strides=strides,
        time_s=angles.time_s,
        angles=table,
        kinematics=kinematics,
        travel_rad=travel_at(strides, angles.time_s),
        speed_mps=speed_mps,
        gait=events.gait,
    )
    lengths = strides.end_s - strides.start_s
    usual_s = float(np.median(lengths)) if lengths.size else float("nan")
    found: list[tuple[MeasureDefinition, FloatArray]] = []
    absent: dict[str, Notice] = {}
    for definition in definitions():
        name = definition.name
        if strides.side.size == 0:
            absent[name] = notice("absent.no_strides")
            continue
        if definition.needs_pose and not zero_known:
            absent[name] = notice("absent.no_zero", name)
            continue
        try:
            values = MEASURES[name][1](data)
            found.append((timing.with_error_of_events(definition, events, usual_s), values))
        except AbsentError as reason:
            absent[name] = reason.why
    summaries, asymmetries = _summaries(strides, found)
    return RunningAnalysis(
        events=events,
        strides=strides,
        definitions=tuple(definition for definition, _ in found),
        values=np.stack([v for _, v in found], axis=1) if found else np.empty((0, 0)),
        summaries=summaries,
        asymmetries=asymmetries,
        curves=append_curves(
            average_curves(table, angles.time_s, strides), data.optical(), strides
        ),
        absent=absent,
        notes=(
            *events.notes,
            *(strides.notes if events.events else ()),  # without an event there is nothing to add
            *_counts(strides),
            *_too_few(strides),
            *_ringing(summaries),
        ),
    )


def reference_side(strides: Strides) -> int:
    """Return the side whose strides stand for the whole body: the one with more kept ones.

    Strides of both sides overlap; counting both would count each instant twice.
    """
    counts = [int((strides.kept & (strides.side == code)).sum()) for code in (0, 1)]
    return int(counts[1] > counts[0])


def _summaries(
    strides: Strides, found: list[tuple[MeasureDefinition, FloatArray]]
) -> tuple[tuple[Summary, ...], tuple[Asymmetry, ...]]:
    middle = (strides.start_s + strides.end_s) / 2.0
    kept = strides.kept
    rows = [kept & (strides.side == code) for code in (0, 1)]
    whole = rows[reference_side(strides)] if strides.side.size else kept
    summaries: list[Summary] = []
    asymmetries: list[Asymmetry] = []
    for definition, values in found:
        if definition.scope == "body":
            both = [summarise(definition, "body", values[whole], middle[whole])]
        else:
            both = [
                summarise(definition, "right", values[rows[0]], middle[rows[0]]),
                summarise(definition, "left", values[rows[1]], middle[rows[1]]),
            ]
            if both[0] is not None and both[1] is not None:
                asymmetries.append(compare_sides(definition, both[0], both[1]))
        summaries += [summary for summary in both if summary is not None]
    return tuple(summaries), tuple(asymmetries)


def _ringing(summaries: tuple[Summary, ...]) -> tuple[Notice, ...]:
    """Doubt ranges to which motion faster than the slow part adds much."""
    mean = {summary.name: summary.mean for summary in summaries if summary.side == "body"}
    parts = []
    for angle in ("rotation", "obliquity", "tilt"):
        whole = mean.get(f"pelvic_{angle}_range_deg", np.nan)
        extra = whole - mean.get(f"pelvic_{angle}_slow_range_deg", np.nan)
        if extra > RINGING_DEG:
            values = {"angle": angle, "extra_deg": extra, "range_deg": whole}
            parts.append(notice("measures.range_with_ringing", **values))
    return (notice("measures.ringing", parts=parts),) if parts else ()


def _counts(strides: Strides) -> tuple[Notice, ...]:
    if not strides.excluded:
        return ()
    values = {
        "excluded": len(strides.reason) - int(strides.kept.sum()),
        "strides": len(strides.reason),
        "reasons": [
            notice("exclusion.counted", why=notice(f"exclusion.{why}"), strides=n)
            for why, n in strides.excluded.items()
        ],
    }
    return (notice("strides.excluded" if strides.kept.any() else "strides.all_excluded", **values),)


def _too_few(strides: Strides) -> tuple[Notice, ...]:
    """Say that no leg has enough strides for a mean, where there are some."""
    kept = max(int((strides.kept & (strides.side == code)).sum()) for code in (0, 1))
    if not 0 < kept < FEWEST_FOR_MEAN:
        return ()
    return (notice("strides.too_few", kept=kept, needed=FEWEST_FOR_MEAN),)
