"""Joint coordinates from OpenSim's tables (MOT, STO, and what a spreadsheet made of them)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.documents import finite
from opensim_pelvis.io.tables.opensim_tables import Table, parse_table
from opensim_pelvis.io.tables.sto_header import say_counts
from opensim_pelvis.notices import Notice
from opensim_pelvis.rotations import unwrap_present
from opensim_pelvis.types.coordinates import joint_of
from opensim_pelvis.validation.continuous import MIN_SAMPLES
from opensim_pelvis.validation.even_times import make_even
from opensim_pelvis.validation.held import find_held, list_spans
from opensim_pelvis.validation.naming import list_some, note_file, some_of

MAX_ANGLE_RAD: Final = 2.0 * np.pi
"""No hip, knee or lumbar joint turns so far: the numbers are degrees."""

HELD_SPEED_RADPS: Final = 0.1

_JOINT: Final = re.compile(r"(hip|knee|ankle|lumbar)_\w+|pelvis_(tilt|list|rotation|obliquity)")
_TRANSLATION: Final = re.compile(r"_t[xyz]$")
_STATE: Final = re.compile(r"/.*/(\w+)/(value|speed)")

_KINDS: Final[Sequence[tuple[str, re.Pattern[str]]]] = (
    (
        "ground reaction forces",
        re.compile(
            r".*(ground|grf|force_?v|force_?p|torque|cop|plate).*|[fm][xyz]\d*|.*_[vp][xyz]",
            re.IGNORECASE,
        ),
    ),
    ("joint moments or forces", re.compile(r".*_(moment|force|torque)", re.IGNORECASE)),
    (
        "muscle activations or controls",
        re.compile(r".*(activation|excitation|control|fiber|norm_fiber\w*|reserve)$|/forceset/.*"),
    ),
    (
        "muscle activations or forces",
        re.compile(
            r"(soleus|gas(med|lat)?|(med|lat)_gas|gastroc\w*|recfem|rect_fem|vas\w*|glut\w*|gl?max\d"
            r"|glm\w+|psoas|iliacus|tib_?(ant|post)|bf[ls]h|bifem\w+|semi(mem|ten)|add\w+|sart|tfl"
            r"|piri|grac|per\w+|ercspn|intobl|extobl|fdl|fhl|edl|ehl)\d?_[rl]"
        ),
    ),
)
"""What columns hold that are no coordinates, tried in this order."""

_NAMES: Final[Mapping[str, str]] = {
    "inverse dynamics": "joint moments of inverse dynamics",
    "generalized forces": "joint moments of inverse dynamics",
    "static optimization": "muscle forces or activations of static optimization",
    "speeds": "speeds of coordinates",
    "accelerations": "accelerations of coordinates",
    "force storage": "forces",
    "ground reaction": "ground reaction forces",
    "controls": "controls",
    "moments": "joint moments",
    "torques": "joint moments",
}
"""First lines by which OpenSim's tools name what is no coordinate."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class CoordinateFile:
    """Coordinates at even times.

    Parameters
    ----------
    time_s : (t,) array
    coordinates_rad : mapping of str to (t,) array
        NaN where missing; translations are metres.
    notes : tuple of Notice
    """

    time_s: FloatArray
    coordinates_rad: Mapping[str, FloatArray]
    notes: tuple[Notice, ...]


def read_coordinates(path: Path, text: str, notes: Sequence[Notice] = ()) -> CoordinateFile:
    """Return the coordinates of a table, in radians by the table's own flag.

    Parameters
    ----------
    path : Path
        Names the table in messages.
    text : str
        As OpenSim writes it (``sheets.read_sheet``).
    notes : sequence of Notice
        What was done to the text.

    Raises
    ------
    ComparisonError, ReadError
        When it holds anything else, or leaves open what must be known.
    """
    table = parse_table(path, text)
    refuse_other_kinds(path, table)
    names, told = _names(path, table)
    flag = _flag(path, table)
    rows = make_even(path.name, table.time_s, table.values, _stated_rate(table))
    if rows.time_s.size < MIN_SAMPLES:
        raise ComparisonError(
            f"{path}: wanted a movement of at least {MIN_SAMPLES} samples, found {rows.time_s.size}"
        )
    scale = 1.0 if flag == "no" else np.pi / 180.0
    values = rows.values if flag == "no" else np.deg2rad(rows.values)
    columns = dict(zip(table.labels, values.T, strict=True))
    found = {ours: columns[theirs] for theirs, ours in names.items()}
    empty = [name for name, column in found.items() if not np.isfinite(column).any()]
    if len(empty) == len(found):
        raise ComparisonError(f"{path}: wanted joint coordinates, found no number in any cell")
    found = {name: column for name, column in found.items() if name not in empty}
    if empty:
        told.append(note_file("reference.empty_columns", path.name, names=list_some(empty)))
    if rows.time_s.size != table.time_s.size:
        found = {name: unwrap_present(column) for name, column in found.items()}
    _refuse_large(path, found, flag)
    found, held = _without_held(path, found, rows.time_s, rows.rate_hz)
    told += [*_say_rows(path, table), *rows.notes, *held, *_say_small(path, found, scale)]
    return CoordinateFile(
        time_s=rows.time_s, coordinates_rad=found, notes=(*notes, *dict.fromkeys(told))
    )


def refuse_other_kinds(path: Path, table: Table) -> None:
    """Raise where a table holds forces, moments, activations, speeds or orientations."""
    kind = table.header.get("DataType", "double")
    if table.values.ndim != 2 or kind not in ("double", "float"):
        raise ComparisonError(
            f"{path}: wanted joint coordinates, found a table of {kind}. Give the result of "
            "inverse kinematics (.mot)."
        )
    name = f"{table.name} {path.stem if _is_plain(table.name) else ''}".lower()
    held = next((what for word, what in _NAMES.items() if word in name), None)
    if held is None and any(_is_coordinate(label) for label in table.labels):
        return
    if held is None:
        counts = [(sum(bool(p.fullmatch(x)) for x in table.labels), k) for k, p in _KINDS]
        most, held = max(counts, key=lambda pair: pair[0])
        if 2 * most <= len(table.labels):
            return
    raise ComparisonError(
        f"{path}: wanted joint coordinates, found {held} ({some_of(table.labels, 4)}). Give the "
        "result of inverse kinematics (.mot)."
    )


def _is_plain(name: str) -> bool:
    return not name.strip()


def _is_coordinate(label: str) -> bool:
    state = _STATE.fullmatch(label)
    name = state[1] if state else label
    if state and state[2] == "speed":
        return False
    return bool(_JOINT.fullmatch(name)) and not _KINDS[1][1].fullmatch(name)


def _names(path: Path, table: Table) -> tuple[dict[str, str], list[Notice]]:
    """Return the file's label of each coordinate and ours, and notes on what was left out."""
    found: dict[str, str] = {}
    notes: list[Notice] = []
    labels = table.labels
    twice = sorted({label for label in labels if labels.count(label) > 1})
    unlike = [label for label in twice if not _are_equal(table, label)]
    if unlike:
        notes.append(note_file("reference.columns_differ", path.name, names=list_some(unlike)))
    others = []
    for label in labels:
        state = _STATE.fullmatch(label)
        ours = state[1] if state else label
        if (state and state[2] == "speed") or _KINDS[1][1].fullmatch(ours):
            others.append(label)
        elif label and label not in unlike:
            found[label] = ours
    if others:
        notes.append(note_file("reference.columns_left_out", path.name, names=list_some(others)))
    return found, notes


def _are_equal(table: Table, label: str) -> bool:
    columns = [table.values[:, i] for i, other in enumerate(table.labels) if other == label]
    return all(np.array_equal(columns[0], column, equal_nan=True) for column in columns[1:])


def _flag(path: Path, table: Table) -> str:
    lines = {key.lower(): value.lower() for key, value in table.header.items()}
    flag = lines.get("indegrees", "")
    if flag not in ("yes", "no"):
        raise ComparisonError(
            f"{path}: wanted a table of coordinates with the line inDegrees=yes or inDegrees=no, "
            f"found {f'inDegrees={flag[:40]}' if flag else 'no such line'}. Add the line to its "
            "header."
        )
    return flag


def _stated_rate(table: Table) -> float | None:
    lines = {key.lower(): value for key, value in table.header.items()}
    rate_hz = finite(lines.get("datarate", "").strip())
    return rate_hz if rate_hz is not None and rate_hz > 0.0 else None


def _refuse_large(path: Path, found: Mapping[str, FloatArray], flag: str) -> None:
    """Raise where angles are too large for their unit, or for a joint."""
    for name, column in found.items():
        if not _JOINT.fullmatch(name) or joint_of(name) == "pelvis":
            continue
        largest = float(np.nanmax(np.abs(column), initial=0.0))
        if largest > MAX_ANGLE_RAD and flag == "yes":
            raise ComparisonError(
                f"{path}: {name} reaches {np.rad2deg(largest):.3g} degrees, more than any "
                "joint: these are not joint angles. Give the result of inverse kinematics (.mot)."
            )
        if largest > MAX_ANGLE_RAD:
            raise ComparisonError(
                f"{path}: the header states inDegrees=no (radians), but {name} reaches "
                f"{largest:.1f}: these are degrees. Write inDegrees=yes."
            )


def _say_small(path: Path, found: Mapping[str, FloatArray], scale: float) -> list[Notice]:
    """Return a note where angles that are said to be degrees look like radians."""
    joints = [c for n, c in found.items() if _JOINT.fullmatch(n) and np.isfinite(c).any()]
    if scale == 1.0 or len(joints) < 4:
        return []
    largest = max(float(np.nanmax(np.abs(column))) for column in joints) / scale
    if largest >= np.pi:
        return []
    return [note_file("reference.degrees_doubtful", path.name, largest=largest)]


def _without_held(
    path: Path, found: Mapping[str, FloatArray], time_s: FloatArray, rate_hz: float
) -> tuple[dict[str, FloatArray], list[Notice]]:
    """Return coordinates without the stretches in which all of them repeat their last value."""
    seen = {name: column[np.isfinite(column)] for name, column in found.items()}
    moving = [name for name, column in seen.items() if column.size and np.ptp(column) > 0.0]
    if not moving:
        return dict(found), []
    together = np.stack([found[name] for name in moving], axis=1)
    held = find_held({"all": together}, rate_hz, speed=HELD_SPEED_RADPS)["all"]
    if not held.any():
        return dict(found), []
    out = {name: np.where(held, np.nan, column) for name, column in found.items()}
    return out, [note_file("reference.coordinates_held", path.name, spans=list_spans(held, time_s))]


def _say_rows(path: Path, table: Table) -> list[Notice]:
    """Return notes on rows that are cut off, and on counts that differ from what is stated."""
    notes = []
    if table.short_rows:
        rows = list_some([str(row) for row in table.short_rows])
        notes.append(note_file("reference.rows_short", path.name, rows=rows))
    there = table.time_s.size + len(table.short_rows)
    return [*notes, *say_counts(path.name, table.header, there, 1 + len(table.labels))]
