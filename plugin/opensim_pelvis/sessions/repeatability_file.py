"""A laboratory's own repeatability as a file (TOML): what `opensim-pelvis repeatability` writes."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.io.documents import FaultError, Within, read_toml, record_of
from opensim_pelvis.sessions.definitions import rules
from opensim_pelvis.sessions.session import Worn

FIRST_LINE: Final = "# Repeatability of opensim-pelvis"
VERSION: Final = 1
_WANTED: Final = "a file that `opensim-pelvis repeatability` wrote"
_FACTOR: Final = 1.96
_EDITED: Final = 1e-3
"""Part by which numbers that belong together may differ as they are rounded."""

Wearing = Literal["attached anew", "left on"]
Positive = Annotated[float, Within(1e-12, 1e9)]
Count = Annotated[int, Within(1, 1e6)]

_HEAD: Final = """\
{first_line}. Then:
#   opensim-pelvis report results/ --repeatability {file} --out reports/
# A measure's row takes the place of the built-in value once it has {least:g} degrees of freedom.
# No name or date of anybody is in this file. docs/changes.md explains the keys.
format_version = {version}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How a measure repeats.

    Parameters
    ----------
    measure, activity, unit : str
    sensors : str
        Whether sensors were attached anew between the sessions, or left on between recordings.
    sd_within : float
        Within-subject standard deviation of session means (of recordings where left on).
    sem : float
        Standard error of measurement of one recording.
    freedom : float
        Degrees of freedom of ``sem``.
    smallest_detectable_change : float
        1.96 √2 times ``sem``.
    interval : (float, float)
        Of the smallest detectable change, 95 %, by the chi-square distribution.
    people, sessions, recordings : int
        That the row rests on.
    """

    measure: str
    activity: ActivityKind
    sensors: Wearing
    unit: str
    sd_within: Positive
    sem: Positive
    freedom: Positive
    smallest_detectable_change: Positive
    interval: tuple[Positive, Positive]
    people: Count
    sessions: Count
    recordings: Count

    def __post_init__(self) -> None:
        """Raise a `FaultError` where the numbers do not belong together."""
        if self.measure not in rules().measures:
            raise FaultError(f"measure: no measure with a change is called '{self.measure[:40]}'")
        unit = definition_of(self.measure).unit
        if self.unit != unit:
            raise FaultError(f"unit: wanted {unit}, found '{self.unit[:40]}'")
        wanted = detectable(self.sem)
        if not math.isclose(self.smallest_detectable_change, wanted, rel_tol=_EDITED):
            raise FaultError(
                f"smallest_detectable_change: wanted 1.96 √2 sem = {wanted:.4g}, found "
                f"{self.smallest_detectable_change:.4g}"
            )
        low, high = self.interval
        if not low <= self.smallest_detectable_change <= high:
            raise FaultError("interval: wanted one that holds smallest_detectable_change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatability:
    """The rows of a file, and its name."""

    rows: tuple[Row, ...]
    file: str = ""

    def find(self, measure: str, kind: ActivityKind | None, worn: Worn) -> Row | None:
        """Return the row of a measure for sessions worn in a way; None where there is none."""
        sensors = "attached anew" if worn == "attached anew" else "left on"
        key = (measure, kind, sensors)
        return next((r for r in self.rows if (r.measure, r.activity, r.sensors) == key), None)


def detectable(sem: float) -> float:
    """Return the smallest detectable change of two single recordings, 95 %.

    Source: Weir 2005, J Strength Cond Res 19:231, doi:10.1519/15184.1.

    >>> round(detectable(1.0), 3)
    2.772
    """
    return _FACTOR * math.sqrt(2.0) * sem


def read_repeatability(path: Path) -> Repeatability:
    """Return the rows of a file.

    Raises
    ------
    SettingsError
        When it is another file, or naming every row in which a key is missing or wrong.
    """
    tables = read_toml(path, SettingsError, _WANTED)
    version, rows = tables.get("format_version"), tables.get("repeatability")
    if not isinstance(rows, list) or not rows:
        raise SettingsError(
            f"{path}: repeatability: wanted {_WANTED}, with tables [[repeatability]], found none."
        )
    if version != VERSION or isinstance(version, bool):
        raise SettingsError(
            f"{path}: format_version: wanted {VERSION}, which this program reads, found "
            f"{version!r:.40}. Write the file again."
        )
    faults: list[str] = []
    found: dict[tuple[str, str, str], Row] = {}
    for place, tree in enumerate(rows):
        try:
            row = _row(tree)
        except FaultError as fault:
            faults.append(f"repeatability[{place}].{fault}")
            continue
        key = (row.measure, row.activity, row.sensors)
        if key in found:
            faults.append(f"repeatability[{place}].measure: '{row.measure}' is there twice")
        found[key] = row
    raise_faults(SettingsError, str(path), faults)
    return Repeatability(rows=tuple(found.values()), file=path.name)


def as_toml(made: Repeatability, file: str) -> str:
    """Return a file of rows."""
    head = _HEAD.format(
        first_line=FIRST_LINE, file=file, version=VERSION, least=rules().least_freedom
    )
    return "\n".join([head, *map(_table, made.rows)])


def _row(tree: Any) -> Row:
    if isinstance(tree, dict):
        strange = sorted(set(tree) - {item.name for item in fields(Row)})
        if strange:
            raise FaultError(f"{strange[0][:40]}: unknown key")
    return record_of(Row, tree)


def _table(row: Row) -> str:
    lines = ["[[repeatability]]"]
    for item in fields(row):
        value = getattr(row, item.name)
        if isinstance(value, tuple):
            said = "[" + ", ".join(f"{number:.6g}" for number in value) + "]"
        else:
            said = f"{value:.6g}" if isinstance(value, float) else json.dumps(value)
        lines.append(f"{item.name} = {said}")
    return "\n".join(lines) + "\n"
