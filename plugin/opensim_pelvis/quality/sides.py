"""Checks how sure the side of each step is, where no leg tells it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from opensim_pelvis.notices import notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.types import NOT_CHECKED, Evidence


def examine_sides(examined: Examined) -> Iterator[Evidence]:
    """Tell a side that is not sure; events of legs and of files have theirs."""
    definition, wrong = definition_of("sides"), examined.running.events.sides_wrong
    if not np.isfinite(wrong):
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    check = definition.found(wrong)
    told = () if check.verdict == "good" else (notice("events.sides_unsure", wrong=wrong),)
    yield Evidence(check=check, notes=told)
