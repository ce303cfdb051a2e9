"""Writes the tables and the figure of a cohort."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from opensim_pelvis.cohort.changes_table import changes_table
from opensim_pelvis.cohort.figure import draw_cohort
from opensim_pelvis.cohort.own_repeatability import read_sessions
from opensim_pelvis.cohort.relations import (
    add_percentiles,
    compare_sexes,
    correlate,
)
from opensim_pelvis.cohort.runs import COPIES, read_cohort, runners
from opensim_pelvis.io.delivery import Set, deliver
from opensim_pelvis.io.documents import safe_cell, to_plain
from opensim_pelvis.language import ENGLISH, Language
from opensim_pelvis.notices import as_plain
from opensim_pelvis.sessions.firsts import compare_with_first
from opensim_pelvis.sessions.repeatability_file import Repeatability
from opensim_pelvis.sessions.slopes import Slope


def write_cohort(
    paths: Sequence[Path],
    directory: Path,
    *,
    overwrite: bool = False,
    language: Language = ENGLISH,
    own: Repeatability | None = None,
    slopes: Mapping[str, Slope] | None = None,
) -> tuple[Path, ...]:
    """Read summaries, and write the tables, comparisons and the figure of the cohort.

    Parameters
    ----------
    paths : sequence of Path
        ``NAME_summary.json`` files or folders that hold some.
    directory : Path
        Made if need be.
    overwrite : bool
        Whether tables of a cohort that were changed since may be replaced.
    language : Language
        Of the figure.
    own : Repeatability, optional
        The laboratory's own repeats, for changes between sessions.
    slopes : mapping of str to Slope, optional
        How measures go with speed, by measure.

    Returns
    -------
    tuple of Path
        ``cohort_sessions.csv``, ``cohort_runners.csv``, ``cohort_correlations.csv``,
        ``cohort_changes.csv`` (of runners with several sessions), ``cohort.json`` and
        ``cohort_rotation_cadence.png``.
    """
    sessions = read_cohort(paths)
    people = add_percentiles(runners(sessions))
    relations = correlate(people)
    compared = compare_with_first(read_sessions(paths)[0], own=own, slopes=slopes)
    changes = changes_table(compared)
    wanted = Set(
        folder=directory, kind="cohort", name="cohort", stem="cohort", sources=paths,
        overwrite=overwrite,
    )  # fmt: skip
    with deliver(wanted) as staged:
        written = []
        for name, table in (
            ("sessions", sessions),
            ("runners", people),
            ("correlations", relations),
            ("changes", changes),
        ):
            if not table.empty:
                path = staged.folder / f"cohort_{name}.csv"
                safe = table.map(safe_cell)
                safe.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
                written.append(path)
        path = staged.folder / "cohort.json"
        facts = {
            "format": "opensim-pelvis cohort",
            "format_version": 3,
            "sessions": len(sessions),
            "sessions_without_strides": sessions.loc[sessions["strides"] == 0, "name"].tolist(),
            "copies": [dict(copy.values) for copy in sessions.attrs[COPIES]],
            "notices": sessions.attrs[COPIES],
            "runners": len(people),
            "women_minus_men_at_the_same_speed": compare_sexes(people),
        }
        plain = to_plain(facts, told=as_plain)
        path.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
        figure = staged.folder / "cohort_rotation_cadence.png"
        written += [path, draw_cohort(sessions, figure, language)]
    return tuple(directory / path.name for path in written)
