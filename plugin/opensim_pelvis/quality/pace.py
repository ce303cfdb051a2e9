"""Checks whether the cadence is that of a person: at a wrong rate it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from opensim_pelvis.notices import notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.types import NOT_CHECKED, Evidence

CADENCE_SPM: Final = {"walking": (50.0, 165.0), "running": (130.0, 240.0), None: (50.0, 240.0)}
"""Steps per minute that people reach, by activity."""


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


def _mean(examined: Examined, measure: str) -> float:
    """Return the mean of a measure over both sides; NaN without one."""
    rows = [s.mean for s in examined.running.summaries if s.name == measure]
    known = [mean for mean in rows if np.isfinite(mean)]
    return float(np.mean(known)) if known else float("nan")
