"""One row a session, from the summaries that runs have written."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opensim_pelvis.delivery import SUMMARY, find_results
from opensim_pelvis.documents import read_json
from opensim_pelvis.errors import ComparisonError, raise_faults
from opensim_pelvis.types.date import order_moments

if TYPE_CHECKING:
    import pandas as pd

MEASURES: Final = (
    "pelvic_rotation_range_deg",
    "pelvic_obliquity_range_deg",
    "pelvic_tilt_range_deg",
    "cadence_spm",
    "speed_mps",
    "stride_length_m",
    "thigh_extension_peak_deg",
    "hip_extension_peak_deg",
    "pelvic_drop_deg",
    "trunk_rotation_range_deg",
    "trunk_forward_lean_mean_deg",
    "pelvis_trunk_phase_deg",
    "contact_time_s",
)
"""Measures of the table; those of two sides are averaged over the sides."""

ROTATION: Final = "pelvic_rotation_range_deg"


def read_cohort(paths: Sequence[Path]) -> pd.DataFrame:
    """Read summaries and return a row a session, in the order of subject, date and name.

    A session of which no stride was kept has ``strides`` 0 and no measures.

    Parameters
    ----------
    paths : sequence of Path
        ``NAME_summary.json`` files, or folders that hold some.

    Raises
    ------
    ComparisonError
        Naming every file that cannot be used.
    """
    import pandas as pd

    faults: list[str] = []
    rows: list[dict[str, Any]] = []
    for path in find_results(paths, SUMMARY, faults):
        row = _read_row(path, faults)
        if row is not None:
            rows.append(row)
    if not rows and not faults:
        faults.append("wanted NAME_summary.json files of runs, found none")
    if rows and not any(row["strides"] for row in rows):
        faults.append("no session has a stride that was kept")
    raise_faults(ComparisonError, "cohort", faults)
    _tell_apart(rows)
    when = order_moments(row["date"] for row in rows)
    order = sorted(
        range(len(rows)), key=lambda i: (str(rows[i]["subject"]), when[i], rows[i]["name"])
    )
    return pd.DataFrame([rows[i] for i in order])


def runners(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row a runner: the mean of the runner's sessions, which are not independent."""
    numbers = table.groupby("subject", sort=True).mean(numeric_only=True)
    numbers["sessions"] = table.groupby("subject").size()
    numbers["sex"] = table.groupby("subject")["sex"].first()
    return numbers.reset_index()


_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "subject": (str, type(None)),
    "name": (str,),
    "date": (str, type(None)),
    "sex": (str,),
    "height_m": (int, float, type(None)),
    "strides": (int,),
    "rotation_error_deg": (int, float, str, type(None)),
}


def _read_row(path: Path, faults: list[str]) -> dict[str, Any] | None:
    try:
        summary = read_json(path, ComparisonError, "a summary of a run")
    except ComparisonError as fault:
        faults.append(str(fault))
        return None
    is_ours = isinstance(summary, dict) and summary.get("format") == "opensim-pelvis summary"
    running = summary.get("running") if is_ours else None
    if not isinstance(running, dict):
        faults.append(f"{path}: no running analysis in it. Run the trial again with this version.")
        return None
    try:
        return _row_of(summary, running)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        faults.append(
            f"{path}: wanted what a run writes, found entries that are missing or of another kind: "
            "the file was changed. Run the trial again."
        )
        return None


def _row_of(summary: Mapping[str, Any], running: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a summary; what is not there, or of another kind, is a Python error."""
    subject = summary["settings"]["subject"]
    measures = running["measures"]
    row: dict[str, Any] = {
        "subject": subject["id"],
        "name": summary["name"],
        "date": (summary["recording"].get("date") or {}).get("start"),
        "sex": subject["sex"] or "not stated",
        "height_m": subject["height_m"],
        "strides": running["strides"]["kept"],
    }
    for name in MEASURES:
        row[name] = _mean(measures.get(name))
    low, high = _interval(measures.get(ROTATION))
    row |= {"rotation_ci_low_deg": low, "rotation_ci_high_deg": high}
    speed = row["speed_mps"]
    row["pace_min_per_km"] = 1000.0 / 60.0 / speed if speed and speed > 0.0 else float("nan")
    row["rotation_error_deg"] = running["definitions"].get(ROTATION, {}).get("error")
    for key, kinds in _KINDS.items():
        if not isinstance(row[key], kinds):
            raise TypeError(key)
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


def _mean(sides: Mapping[str, Any] | None) -> float:
    """Return the mean of a measure, of both sides where it has two."""
    if not sides:
        return float("nan")
    means = [sides[s]["mean"] for s in ("body", "right", "left") if s in sides]
    present = [float(mean) for mean in means if mean is not None]
    return sum(present) / len(present) if present else float("nan")


def _interval(sides: Mapping[str, Any] | None) -> tuple[float, float]:
    low, high = sides["body"]["ci95"] if sides and "body" in sides else (None, None)
    return (
        float("nan") if low is None else float(low),
        float("nan") if high is None else float(high),
    )
