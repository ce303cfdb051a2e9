"""One row a session, from the summaries that runs have written."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opensim_pelvis.errors import ComparisonError, raise_faults
from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.io.delivery import SUMMARY, find_results
from opensim_pelvis.io.delivery.manifest import MANIFEST, hash_file, read_manifest
from opensim_pelvis.io.results.summary_file import Number, Numbers, Sides, read_summary
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types.date import order_moments

if TYPE_CHECKING:
    import pandas as pd

COPIES: Final = "copies"
ROTATION: Final = "pelvic_rotation_range_deg"


def read_cohort(
    paths: Sequence[Path], value_of: Callable[[Numbers], Number] = attrgetter("mean")
) -> pd.DataFrame:
    """Read summaries and return a row a session, in the order of subject, date and name.

    A session of which no stride was kept has ``strides`` 0 and no measures. Results of one trial
    from one recording are one session; ``attrs["copies"]`` names those that were not counted.

    Parameters
    ----------
    paths : sequence of Path
        ``NAME_summary.json`` files, or folders that hold some.
    value_of : callable
        What a measure of one side is: its mean unless given.

    Raises
    ------
    ComparisonError
        Naming every file that cannot be used.
    """
    import pandas as pd

    faults: list[str] = []
    rows: list[dict[str, Any]] = []
    copies: list[Notice] = []
    for path in without_copies(find_results(paths, SUMMARY, faults), copies):
        row = _read_row(path, faults, value_of)
        if row is not None:
            rows.append(row)
    if not rows and not faults:
        faults.append("wanted NAME_summary.json files of runs, found none")
    if rows and not any(row["strides"] for row in rows):
        faults.append(
            "no session has a stride that could be used. Run the trials again with better "
            "recordings, or name other results."
        )
    raise_faults(ComparisonError, "cohort", faults)
    _tell_apart(rows)
    when = order_moments(row["date"] for row in rows)
    order = sorted(
        range(len(rows)), key=lambda i: (str(rows[i]["subject"]), when[i], rows[i]["name"])
    )
    table = pd.DataFrame([rows[i] for i in order])
    table.attrs[COPIES] = copies
    return table


def runners(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a runner: the mean of the runner's sessions, which are not independent."""
    numbers = table.groupby("subject", sort=True).mean(numeric_only=True)
    numbers["sessions"] = table.groupby("subject").size()
    numbers["sex"] = table.groupby("subject")["sex"].first()
    return numbers.reset_index()


def without_copies(paths: Sequence[Path], copies: list[Notice]) -> list[Path]:
    """Return one path of each session; ``copies`` gets a notice for each of the others."""
    first: dict[object, Path] = {}
    for path in paths:
        keys = _keys(path)
        earlier = next((first[key] for key in keys if key in first), None)
        if earlier is None:
            first |= dict.fromkeys(keys, path)
        else:
            copies.append(notice("cohort.copy", str(path), file=str(path), earlier=str(earlier)))
    return list(dict.fromkeys(first.values()))


def _keys(path: Path) -> list[object]:
    """Return what tells a session: the bytes of its summary, its recording's with its name."""
    if not path.is_file():
        return [path]
    manifest = read_manifest(path.with_name(path.name.removesuffix(SUMMARY) + MANIFEST))
    made_from = [(manifest.name, manifest.inputs)] if manifest and manifest.inputs else []
    return [hash_file(path), *made_from]


def _read_row(
    path: Path, faults: list[str], value_of: Callable[[Numbers], Number]
) -> dict[str, Any] | None:
    try:
        summary = read_summary(path, ComparisonError)
    except ComparisonError as fault:
        faults.append(str(fault))
        return None
    running, subject, date = summary.running, summary.settings.subject, summary.recording.date
    if running is None:
        faults.append(
            f"{path}: wanted a running analysis, found none. Run the trial again with this version."
        )
        return None
    row: dict[str, Any] = {
        "subject": subject.id,
        "name": summary.name,
        "date": None if date is None else date.start,
        "sex": subject.sex or "not stated",
        "height_m": subject.height_m,
        "activity": summary.settings.activity.kind or "not stated",
        "strides": running.strides.kept,
        "quality": "unknown" if summary.quality is None else summary.quality.verdict,
    }
    for definition in shown_in("cohort"):  # those of two sides are averaged over the sides
        row[definition.name] = _mean(running.measures.get(definition.name), value_of)
    low, high = _interval(running.measures.get(ROTATION))
    row |= {"rotation_ci_low_deg": low, "rotation_ci_high_deg": high}
    speed = row["speed_mps"]
    row["pace_min_per_km"] = 1000.0 / 60.0 / speed if speed and speed > 0.0 else float("nan")
    return row


def _tell_apart(rows: Sequence[dict[str, Any]]) -> None:
    """Give every trial without an id a subject of its own, although names may be alike."""
    taken = {row["subject"] for row in rows}
    for row in rows:
        if row["subject"] is None:
            names = itertools.chain(
                [row["name"]], (f"{row['name']} ({n})" for n in itertools.count(2))
            )
            row["subject"] = next(name for name in names if name not in taken)
            taken.add(row["subject"])


def _mean(sides: Sides | None, value_of: Callable[[Numbers], Number]) -> float:
    """Return the mean of a measure, of both sides where it has two."""
    found = [value_of(side) for side in sides.present] if sides else []
    means = [value for value in found if value is not None]
    return sum(means) / len(means) if means else float("nan")


def _interval(sides: Sides | None) -> tuple[float, float]:
    low, high = sides.body.ci95 if sides and sides.body else (None, None)
    return (
        float("nan") if low is None else float(low),
        float("nan") if high is None else float(high),
    )
