"""References of a laboratory's own population, from the results of its runs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from opensim_pelvis.cohort.over_speed import FEWEST_TO_FIT, OverSpeed, fit_over_speed
from opensim_pelvis.cohort.runs import COPIES, read_cohort
from opensim_pelvis.config.settings import Sex
from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.guidance.references import FIRST_LINE
from opensim_pelvis.io.delivery import check_file, write_file
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import MeasureDefinition, Reference, ReferencePoint

if TYPE_CHECKING:
    import pandas as pd

SPEED: Final = "speed_mps"
SAME_SPEED_MPS: Final = 0.25
"""Trials of a person in one such step of speed are one value."""

STEP_MPS: Final = 0.25
"""Speeds of a reference are at most this far apart."""

NEAR_MPS: Final = 0.5
"""People this near to a speed are counted as people at that speed."""

OUTER: Final = (0.05, 0.95)
SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
SEXES: Final[tuple[Sex | None, ...]] = (None, "female", "male")

_HEAD: Final = """\
{first_line}: an own population. Then:
#   opensim-pelvis run trial.toml --out results/ --reference {file}
# Values are of {people} people. No name or date of anybody is in this file.
"""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Population:
    """What was made of results.

    Parameters
    ----------
    references : tuple of Reference
    fits : tuple of OverSpeed
        The distribution behind each reference.
    outside : tuple of float
        Share of the values outside the outer `SHARES` of each reference; in-sample.
    people, values : int
        How many people, and how many values of a person at a speed.
    left_out : tuple of Notice
        Results that were not used, and why.
    """

    references: tuple[Reference, ...]
    fits: tuple[OverSpeed, ...]
    outside: tuple[float, ...]
    people: int
    values: int
    left_out: tuple[Notice, ...]


def write_population(paths: Sequence[Path], path: Path, *, overwrite: bool = False) -> Population:
    """Read results, and write the references of their people to a file.

    Parameters
    ----------
    paths : sequence of Path
        ``NAME_summary.json`` files or folders that hold some.
    path : Path
        The file to write (TOML).
    overwrite : bool
        Whether an earlier file of this kind may be replaced.

    Raises
    ------
    ComparisonError
        When there are no results, or too few people among them.
    ExportError
        When the file cannot be written.
    """
    check_file(path, sources=paths, first_line=FIRST_LINE, kept=True, overwrite=overwrite)
    made = make_population(read_cohort(paths, attrgetter("best")))
    head = _HEAD.format(first_line=FIRST_LINE, file=path.name, people=made.people)
    write_file(path, "\n".join([head, *map(as_toml, made.references)]))
    return made


def make_population(table: pd.DataFrame) -> Population:
    """Return references of the people of a table of `read_cohort`.

    Raises
    ------
    ComparisonError
        When too few people have results that can be used, or their values are all the same.
    """
    unfit = {place: why for place, row in table.iterrows() if (why := _unfit(row)) is not None}
    left_out = (*table.attrs.get(COPIES, ()), *unfit.values())
    used = one_value_a_speed(table.drop(index=list(unfit)))
    people = used["subject"].nunique()
    if people < FEWEST_TO_FIT:
        raise ComparisonError(
            f"reference: wanted running results with speed of at least {FEWEST_TO_FIT} people, "
            f"found {people}, with {len(left_out)} results left out. State [subject] id and "
            "[activity] kind and speed_mps in the trial files."
        )
    found = [
        made
        for definition in shown_in("cohort")
        if definition.name != SPEED and not definition.circular
        for sex in SEXES
        if (made := _reference(used, definition, sex)) is not None
    ]
    if not found:
        raise ComparisonError(
            f"reference: wanted results of people who differ, found {people} with the same values. "
            "Copies of one result are not several people."
        )
    references, fits, outside = zip(*found, strict=True)
    return Population(
        references=references,
        fits=fits,
        outside=outside,
        people=people,
        values=len(used),
        left_out=left_out,
    )


def one_value_a_speed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a person and step of speed: trials of a person at one speed are one value."""
    step = (table[SPEED] / SAME_SPEED_MPS).round()
    keys = [table["subject"], step.rename("step")]
    merged = table.groupby(keys).mean(numeric_only=True)
    merged["sex"] = table.groupby(keys)["sex"].first()
    return merged.reset_index(level="step", drop=True).reset_index()


def as_toml(reference: Reference) -> str:
    """Return a reference as a table of TOML."""
    lines = ["[[reference]]"]
    for key in ("key", "measure", "measurand", "site", "order", "statistic", "origin", "sex"):
        value = getattr(reference, key)
        lines += [] if value is None else [f"{key} = {json.dumps(value)}"]
    lines += [] if reference.n is None else [f"n = {reference.n}"]
    lines.append("points = [")
    for point in reference.points:
        numbers = f"speed_mps = {point.speed_mps:g}, value = {point.value:.6g}"
        spread = "" if point.spread is None else f", spread = {point.spread:.6g}"
        lines.append(f"  {{ {numbers}{spread}, n = {point.n} }},")
    lines.append("]")
    for key in ("what", "source", "sample", "read_from", "caveat"):
        lines.append(f"{key} = {json.dumps(getattr(reference, key))}")
    return "\n".join(lines) + "\n"


def _unfit(row: pd.Series) -> Notice | None:
    """Return why a result cannot be part of a reference; None where it can."""
    code = (
        "no_strides" if not row["strides"]
        else "rejected" if row["quality"] == "rejected"
        else "not_running" if row["activity"] != "running"
        else "no_speed" if not math.isfinite(row[SPEED])
        else None
    )  # fmt: skip
    return None if code is None else notice(f"reference.{code}", row["name"], name=row["name"])


def _reference(
    used: pd.DataFrame, definition: MeasureDefinition, sex: Sex | None
) -> tuple[Reference, OverSpeed, float] | None:
    rows = used if sex is None else used[used["sex"] == sex]
    rows = rows[np.isfinite(rows[definition.name].to_numpy(dtype=np.float64))]
    speeds = rows[SPEED].to_numpy(dtype=np.float64)
    values = rows[definition.name].to_numpy(dtype=np.float64)
    names = rows["subject"].astype(str).tolist()
    fit = fit_over_speed(speeds, values, names) if names else None
    if fit is None:
        return None
    ends = [np.array([fit.quantile(v, share) for v in speeds]) for share in OUTER]
    outside = float(np.mean((values < ends[0]) | (values > ends[1])))
    reference = Reference(
        key=f"own_{definition.name}" + ("" if sex is None else f"_{sex}"),
        measure=definition.norm or definition.name,
        measurand=definition.measurand,
        site="as worn",
        order="as the measure",
        statistic="mean",
        origin="population",
        sex=sex,
        n=fit.people,
        points=tuple(_points(fit, speeds, names)),
        what=f"{definition.label}, own population",
        source="own population of the laboratory",
        sample=f"{fit.people} people, {len(values)} values of a person at a speed, "
        f"{speeds.min():.2f} to {speeds.max():.2f} m/s",
        read_from="results of this program: opensim-pelvis reference",
        caveat="normal distribution, mean and logarithm of the spread linear in speed; "
        f"{100.0 * outside:.0f} % of these values lie outside 5 to 95 % (10 % expected)",
    )
    return reference, fit, outside


def _points(fit: OverSpeed, speeds: FloatArray, names: Sequence[str]) -> Iterator[ReferencePoint]:
    """Yield mean, spread and people near each speed."""
    low, high = float(speeds.min()), float(speeds.max())
    steps = math.ceil(round((high - low) / STEP_MPS, 6))
    grid = np.linspace(low, high, steps + 1) if steps else np.array([(low + high) / 2.0])
    for speed in np.unique(np.round(grid, 3)):
        near = np.abs(speeds - speed) <= NEAR_MPS
        people = {name for name, is_near in zip(names, near, strict=True) if is_near}
        yield ReferencePoint(
            speed_mps=float(speed),
            value=fit.mean_at(speed),
            spread=fit.spread_at(speed),
            n=max(len(people), 1),
        )
