"""Writes the tables and the figure of a cohort."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from opensim_pelvis.cohort.figure import draw_cohort
from opensim_pelvis.cohort.relations import (
    add_percentiles,
    compare_sessions,
    compare_sexes,
    correlate,
)
from opensim_pelvis.cohort.table import read_cohort, runners
from opensim_pelvis.errors import ExportError


def write_cohort(paths: Sequence[Path], directory: Path) -> tuple[Path, ...]:
    """Read summaries, and write the tables, comparisons and the figure of the cohort.

    Parameters
    ----------
    paths : sequence of Path
        ``NAME_summary.json`` files or folders that hold some.
    directory : Path
        Made if need be.

    Returns
    -------
    tuple of Path
        ``cohort_sessions.csv``, ``cohort_runners.csv``, ``cohort_correlations.csv``,
        ``cohort_changes.csv`` (of runners with several sessions), ``cohort.json`` and
        ``cohort_rotation_cadence.png``.
    """
    sessions = read_cohort(paths)
    people = add_percentiles(runners(sessions))
    relations, changes = correlate(people), compare_sessions(sessions)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        written = []
        for name, table in (
            ("sessions", sessions),
            ("runners", people),
            ("correlations", relations),
            ("changes", changes),
        ):
            path = directory / f"cohort_{name}.csv"
            if table.empty:
                path.unlink(missing_ok=True)
                continue
            table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
            written.append(path)
        path = directory / "cohort.json"
        facts = {
            "format": "opensim-pelvis cohort",
            "format_version": 1,
            "sessions": len(sessions),
            "sessions_without_strides": sessions.loc[sessions["strides"] == 0, "name"].tolist(),
            "runners": len(people),
            "women_minus_men_at_the_same_speed": compare_sexes(people),
        }
        path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        written += [path, draw_cohort(sessions, directory / "cohort_rotation_cadence.png")]
    except OSError as fault:
        raise ExportError(f"{directory}: writing failed ({fault.strerror})") from fault
    return tuple(written)
