"""Checks whether cadence and stride length are those of a person: a wrong rate or speed is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from opensim_pelvis.notices import notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.types import NOT_CHECKED, Evidence

CADENCE_SPM: Final = {"walking": (60.0, 150.0), "running": (130.0, 240.0), None: (60.0, 240.0)}
"""Steps per minute that people reach, by activity."""

STRIDE_HEIGHTS: Final = (0.25, 3.0)
"""Stride length in body heights: slow walking has 0.5, sprinters 2.7."""


def examine_cadence(examined: Examined) -> Iterator[Evidence]:
    """Tell a cadence that nobody has."""
    definition, cadence = definition_of("cadence"), _mean(examined, "cadence_spm")
    if not np.isfinite(cadence):
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    low, high = CADENCE_SPM[examined.settings.activity.kind]
    if low <= cadence <= high:
        yield Evidence(check=definition.state("good", "good"))
        return
    told = notice("signals.cadence", cadence_spm=cadence, low_spm=low, high_spm=high)
    yield Evidence(check=definition.state("rejected", "rejected"), notes=(told,))


def examine_stride_length(examined: Examined) -> Iterator[Evidence]:
    """Tell a stride length that nobody has."""
    definition = definition_of("stride_length")
    length_m, heights = _mean(examined, "stride_length_m"), float("nan")
    if examined.settings.subject.height_m:
        heights = length_m / examined.settings.subject.height_m
    if not np.isfinite(heights):
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    if STRIDE_HEIGHTS[0] <= heights <= STRIDE_HEIGHTS[1]:
        yield Evidence(check=definition.state("good", "good"))
        return
    told = notice("signals.stride_length", length_m=length_m, heights=heights)
    yield Evidence(check=definition.state("rejected", "rejected"), notes=(told,))


def _mean(examined: Examined, measure: str) -> float:
    """Return the mean of a measure over both sides; NaN without one."""
    rows = [s.mean for s in examined.running.summaries if s.name == measure]
    known = [mean for mean in rows if np.isfinite(mean)]
    return float(np.mean(known)) if known else float("nan")
