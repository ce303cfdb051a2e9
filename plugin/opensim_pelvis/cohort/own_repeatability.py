"""The repeatability of a laboratory, from the results of its repeated sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opensim_pelvis.cohort.runs import without_copies
from opensim_pelvis.errors import ComparisonError, raise_faults
from opensim_pelvis.io.delivery import SUMMARY, check_file, find_results, write_file
from opensim_pelvis.io.results.summary_file import read_summary
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.sessions.anova import Cell, cells_of, rows_of, single
from opensim_pelvis.sessions.repeatability_file import FIRST_LINE, Repeatability, as_toml
from opensim_pelvis.sessions.session import Session, session_of


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Repeats:
    """What was made of results.

    Parameters
    ----------
    repeatability : Repeatability
    cells : tuple of Cell
        The recordings it rests on.
    left_out : tuple of Notice
        Results that were not used, and why.
    """

    repeatability: Repeatability
    cells: tuple[Cell, ...]
    left_out: tuple[Notice, ...]


def write_repeatability(paths: Sequence[Path], path: Path, *, overwrite: bool = False) -> Repeats:
    """Read results, and write how well their measures repeat to a file.

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
        When a file is no summary, or nobody has two sessions at one speed.
    ExportError
        When the file cannot be written.
    """
    check_file(path, sources=paths, first_line=FIRST_LINE, kept=True, overwrite=overwrite)
    made = make_repeats(*read_sessions(paths))
    write_file(path, as_toml(made.repeatability, path.name))
    return made


def read_sessions(paths: Sequence[Path]) -> tuple[list[Session], list[Notice]]:
    """Return the sessions of summaries, and notices of copies, which are not counted.

    Raises
    ------
    ComparisonError
        Naming every file that cannot be used.
    """
    faults: list[str] = []
    copies: list[Notice] = []
    found: list[Session] = []
    for file in without_copies(find_results(paths, SUMMARY, faults), copies):
        try:
            found.append(session_of(read_summary(file, ComparisonError)))
        except ComparisonError as fault:
            faults.append(str(fault))
    raise_faults(ComparisonError, "repeatability", faults)
    return found, copies


def make_repeats(sessions: Sequence[Session], left_out: Sequence[Notice] = ()) -> Repeats:
    """Return how well the measures of sessions repeat.

    Raises
    ------
    ComparisonError
        When nobody has two recordings at one speed.
    """
    out = list(left_out)
    used: list[Session] = []
    for one in sessions:
        why = _unfit(one)
        if why is None:
            used.append(one)
        else:
            out.append(notice(f"repeatability.{why}", one.name, name=one.name))
    cells = cells_of(used)
    alone = single(cells)
    out += [notice("repeatability.single", one.name, name=one.name) for one in alone]
    kept = tuple(cell for cell in cells if cell[0][0] not in alone)
    rows = rows_of(kept)
    if not rows:
        raise ComparisonError(
            "repeatability: wanted at least two recordings of a person at the same speed, found "
            f"none among {len(sessions)} results, of which {len(out)} were left out. State "
            "[subject] id and [activity] kind and speed_mps in the trial files."
        )
    return Repeats(repeatability=Repeatability(rows=rows), cells=kept, left_out=tuple(out))


def _unfit(session: Session) -> str | None:
    """Return the code of why a recording cannot be used; None where it can."""
    if session.subject is None:
        return "no_subject"
    if session.verdict == "rejected":
        return "rejected"
    if session.kind is None:
        return "no_activity"
    if session.speed_mps is None:
        return "no_speed"
    return None if session.values else "no_strides"
