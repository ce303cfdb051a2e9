"""References by speed and sex: reads them, and compares a measure with those that fit it.

A reference counts at the speeds of its source and nowhere else: pelvic rotation rises by 2.6 to
4.6 degrees with each metre per second (two men, ``rbds_running``), so that a slow runner held
against faster ones is always "below". Between two speeds of a source, mean and spread are
interpolated.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.stats import t as student

from opensim_pelvis.config.settings import Sex, TrialSettings
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.gait.measures.definitions import definitions
from opensim_pelvis.io.documents import FaultError, read_toml, record_of
from opensim_pelvis.types import (
    FEWEST_PEOPLE,
    HeldReference,
    Measurand,
    Reference,
    ReferencePoint,
    RunningAnalysis,
    Standing,
)

OVER_MEAN_CURVE_DEG: Final = 0.5
"""By this much the mean of the ranges of single strides exceeds the range of the mean curve."""
OVER_MEAN_CURVE_U_DEG: Final = 0.35
"""Standard uncertainty of that: sources and own data give 0.1 to 1.2 degrees."""

NEAR_MPS: Final = 0.1
"""A speed this near to those of a source counts as theirs: half a degree of rotation at most."""

COVERAGE: Final = 0.95
FIRST_LINE: Final = "# References of opensim-pelvis"


@cache
def read_references() -> tuple[Reference, ...]:
    """Return the references of the package, in the order of ``references.toml``."""
    text = files("opensim_pelvis.guidance").joinpath("references.toml").read_text(encoding="utf-8")
    return make_references(tomllib.loads(text))


def read_reference_file(path: Path) -> tuple[Reference, ...]:
    """Return the references of a laboratory's own file, as ``opensim-pelvis reference`` writes it.

    Raises
    ------
    SettingsError
        When it is another file, or a key is missing or wrong.
    """
    wanted = "a file that `opensim-pelvis reference` wrote"
    tables = read_toml(path, SettingsError, wanted)
    try:
        return make_references(tables)
    except FaultError as fault:
        raise SettingsError(f"{path}: {fault}. Wanted {wanted}.") from fault


def make_references(tables: Mapping[str, Any]) -> tuple[Reference, ...]:
    """Return tables of references as records; a `FaultError` says what is wrong."""
    rows = tables.get("reference")
    if not isinstance(rows, list) or not rows:
        raise FaultError("reference: wanted a table [[reference]] or several, found none")
    known = {definition.name for definition in definitions()}
    found: list[Reference] = []
    for place, row in enumerate(rows):
        try:
            one = record_of(Reference, row)
        except FaultError as fault:
            raise FaultError(f"reference[{place}].{fault}") from fault
        if one.compared and one.measure not in known:
            raise FaultError(f"reference[{place}].measure: no measure is called '{one.measure}'")
        if one.key in {earlier.key for earlier in found}:
            raise FaultError(f"reference[{place}].key: '{one.key}' is there twice")
        found.append(one)
    return tuple(found)


def reference_for(
    measure: str,
    speed_mps: float | None,
    sex: Sex | None,
    measurand: Measurand = "site",
    *,
    references: Sequence[Reference] | None = None,
) -> tuple[HeldReference, ...]:
    """Return the references of a measure at a speed; why one does not count is its ``standing``.

    Parameters
    ----------
    measure : str
    speed_mps : float or None
        None: not known.
    sex : str or None
        References of the other sex are left out.
    measurand : str
        References of another measurand are left out: a site on the sacrum and markers on the ASIS
        do not move alike.
    references : sequence of Reference, optional
        Those of the package unless given.

    Examples
    --------
    >>> held = reference_for("pelvic_rotation_range_deg", 3.0, "male")[-1]
    >>> held.reference.key, held.standing, round(held.value, 1), held.n
    ('rbds_psis_pelvic_rotation', 'few_people', 8.2, 2)
    """
    known = read_references() if references is None else references
    return tuple(
        hold(one, speed_mps, sex)
        for one in known
        if one.measure == measure
        and one.measurand == measurand
        and one.compared
        and (sex is None or one.sex in (None, sex))
    )


def hold(reference: Reference, speed_mps: float | None, sex: Sex | None) -> HeldReference:
    """Return a reference at a speed, or why it says nothing there."""
    held = HeldReference(reference=reference, standing="compared", speed_mps=speed_mps)
    why = _no_value(reference, speed_mps)
    if why is not None:
        return replace(held, standing=why)
    assert speed_mps is not None
    point = _at(reference.points, speed_mps)
    ranged = reference.statistic == "range of mean curve"
    held = replace(
        held,
        value=point.value + (OVER_MEAN_CURVE_DEG if ranged else 0.0),
        value_u=OVER_MEAN_CURVE_U_DEG if ranged else 0.0,
        spread=point.spread,
        n=point.n,
    )
    if sex is None and reference.sex is not None:
        return replace(held, standing="sex_not_stated")
    if held.n is None or held.n < FEWEST_PEOPLE:
        return replace(held, standing="few_people")
    half = _half_width(held)
    if half is None or held.value is None:
        return replace(held, standing="no_spread")
    return replace(held, low=held.value - half, high=held.value + half)


def hold_measures(
    analysis: RunningAnalysis,
    settings: TrialSettings,
) -> dict[str, tuple[HeldReference, ...]]:
    """Return the references of each measure at the speed of a run; none for walking.

    Those of the laboratory (``[guidance] reference``) stand before those of the package.
    """
    if settings.activity.kind == "walking":
        return {}
    own = settings.guidance.reference
    known = (*(() if own is None else read_reference_file(own)), *read_references())
    speed = analysis.summary("speed_mps")
    speed_mps = None if speed is None or not math.isfinite(speed.mean) else speed.mean
    found = {
        definition.name: reference_for(
            definition.norm or definition.name,
            speed_mps,
            settings.subject.sex,
            definition.measurand,
            references=known,
        )
        for definition in analysis.definitions
    }
    return {name: held for name, held in found.items() if held}


def _no_value(reference: Reference, speed_mps: float | None) -> Standing | None:
    speeds = reference.speeds_mps
    if speeds is None:
        return "value_not_available" if reference.between is None else "speeds_not_available"
    if speed_mps is None:
        return "speed_not_stated"
    if not speeds[0] - NEAR_MPS <= speed_mps <= speeds[1] + NEAR_MPS:
        return "outside_speeds"
    return None


def _at(points: Sequence[ReferencePoint], speed_mps: float) -> ReferencePoint:
    """Return people at a speed, between those of the two speeds beside it."""
    speed = min(max(speed_mps, points[0].speed_mps), points[-1].speed_mps)
    after = next(point for point in points if point.speed_mps >= speed)
    before = next(point for point in reversed(points) if point.speed_mps <= speed)
    if before is after:
        return before
    ends = [before.speed_mps, after.speed_mps]
    known = before.spread is not None and after.spread is not None
    spreads = [before.spread or 0.0, after.spread or 0.0]
    counts = [point.n for point in (before, after) if point.n is not None]
    return ReferencePoint(
        speed_mps=speed,
        value=float(np.interp(speed, ends, [before.value, after.value])),
        spread=float(np.interp(speed, ends, spreads)) if known else None,
        n=min(counts) if len(counts) == 2 else None,
    )


def _half_width(held: HeldReference) -> float | None:
    """Return half the interval in which a new person lies, as the t distribution has it."""
    if held.spread is None or held.n is None:
        return None
    share = float(student.ppf(0.5 + COVERAGE / 2.0, held.n - 1))
    return share * math.hypot(held.spread * math.sqrt(1.0 + 1.0 / held.n), held.value_u)
