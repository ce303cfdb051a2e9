"""What stands on each sheet of ``NAME.xlsx``: columns, rows, and how many decimals are shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from opensim_pelvis.config.trial.setting_definitions import definitions as settings_definitions
from opensim_pelvis.io.documents import to_plain
from opensim_pelvis.language import Language, read_language
from opensim_pelvis.notices import Notice, advise, say
from opensim_pelvis.quality.definitions import word_in
from opensim_pelvis.types import Result
from opensim_pelvis.types.measure import DIGITS
from opensim_pelvis.types.running_tables import (
    MEASURE_COLUMNS,
    STRIDE_COLUMNS,
    Cell,
    RunningTable,
    curve_table,
    measure_table,
    stride_table,
)

_TIME_DIGITS: Final = 3
_ANGLE_DIGITS: Final = 2
_COUNTS: Final = frozenset({"n", "bout", "percent_of_stride"})
"""Columns of whole numbers."""
_EMPTY: Final = RunningTable(columns=(), rows=())


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Sheet:
    """One sheet.

    Parameters
    ----------
    name : str
    columns : tuple of str
    rows : tuple of tuple of cells
        In full precision; None where nothing is known.
    digits : mapping of str to int
        Decimals that are shown, by column.
    row_digits : tuple of int
        The same by row, where rows differ; empty where columns do.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: Mapping[str, int] = field(default_factory=dict)
    row_digits: tuple[int, ...] = ()

    def digits_at(self, row: int, column: int) -> int | None:
        """Return how many decimals a cell shows; None where as many as it has."""
        name = self.columns[column]
        if name in _COUNTS:
            return 0
        return self.row_digits[row] if self.row_digits else self.digits.get(name)


def sheets_of(result: Result) -> tuple[Sheet, ...]:
    """Return the sheets of a result, in the language of its report where they hold sentences."""
    language = read_language(result.settings.report.language)
    return (
        _trial(result, language),
        _measures(result, language),
        _strides(result),
        _curves(result),
        _quality(result, language),
        _absent(result, language),
        _notices(result.notes, language),
        _settings(result),
    )


def _trial(result: Result, language: Language) -> Sheet:
    recording, subject = result.recording, result.settings.subject
    strides = None if result.running is None else result.running.strides
    rows: tuple[tuple[Cell, ...], ...] = (
        ("name", result.name, ""),
        ("subject", subject.id, ""),
        ("recorded", None if recording.date is None else recording.date.iso, ""),
        ("quality", result.quality.verdict, ""),
        ("duration", result.aligned.time_s.size / result.aligned.rate_hz, "s"),
        ("sampling_rate", result.aligned.rate_hz, "Hz"),
        ("sensors", len(result.aligned.sensors), ""),
        ("strides", None if strides is None else strides.side.size, ""),
        ("strides_used", None if strides is None else int(strides.kept.sum()), ""),
        ("direction_of_travel", say(result.clinical.travel_source, language), ""),
        *((f"version_{name}", version, "") for name, version in result.versions.items()),
        *((f"file_{number}", file.path, "") for number, file in enumerate(recording.files, 1)),
    )
    return Sheet(name="trial", columns=("item", "value", "unit"), rows=rows)


def _measures(result: Result, language: Language) -> Sheet:
    running = result.running
    table = _EMPTY if running is None else measure_table(running)
    known = {} if running is None else {one.name: one for one in running.definitions}
    rows = []
    for row in table.rows:
        one = known[str(row[0])]
        label = language.text(f"measure.{one.name}.label", one.label)
        rows.append((*row[:2], label, one.unit, *row[2:]))
    return Sheet(
        name="measures",
        columns=(*MEASURE_COLUMNS[:2], "label", "unit", *MEASURE_COLUMNS[2:]),
        rows=tuple(rows),
        row_digits=tuple(known[str(row[0])].digits for row in rows),
    )


def _strides(result: Result) -> Sheet:
    running = result.running
    table = RunningTable(columns=STRIDE_COLUMNS, rows=())
    digits = {name: _TIME_DIGITS for name in STRIDE_COLUMNS if name.endswith("_s")}
    digits |= {name: _ANGLE_DIGITS for name in STRIDE_COLUMNS if "_deg" in name}
    if running is not None:
        table = stride_table(running)
        digits |= {one.name: DIGITS.get(one.unit, 1) + 1 for one in running.definitions}
    return Sheet(name="strides", columns=table.columns, rows=table.rows, digits=digits)


def _curves(result: Result) -> Sheet:
    running = result.running
    table = RunningTable(columns=("side", "percent_of_stride"), rows=())
    if running is not None:
        table = curve_table(running)
    digits = dict.fromkeys(table.columns[2:], _ANGLE_DIGITS)
    return Sheet(name="curves", columns=table.columns, rows=table.rows, digits=digits)


def _quality(result: Result, language: Language) -> Sheet:
    rows = tuple(
        (
            check.name,
            word_in(check.name, language),
            check.verdict,
            check.value,
            check.unit,
            *(check.limits or (None, None)),
            ", ".join(check.subject),
            check.state,
        )
        for check in result.quality.checks
    )
    columns = ("check", "label", "verdict", "value", "unit")
    limits = ("doubtful_from", "rejected_from", "subject", "state")
    return Sheet(name="quality", columns=(*columns, *limits), rows=rows)


def _absent(result: Result, language: Language) -> Sheet:
    running = {} if result.running is None else result.running.absent
    everything = {**result.kinematics.absent, **result.clinical.absent, **running}
    rows = tuple((name, say(why, language)) for name, why in everything.items())
    return Sheet(name="absent", columns=("name", "reason"), rows=rows)


def _notices(notes: Iterable[Notice], language: Language) -> Sheet:
    rows = tuple((note.severity, advise(note, language), note.code) for note in notes)
    return Sheet(name="notices", columns=("severity", "text", "code"), rows=rows)


def _settings(result: Result) -> Sheet:
    settings = result.settings
    left = {line.partition(" = ")[0] for line in result.defaults}
    rows: list[tuple[Cell, ...]] = [
        (f"sensors.{name}", body, "", "given", "") for name, body in settings.sensors.items()
    ]
    rows += [
        (f"mountings.{name}", str(how), "", "given", "") for name, how in settings.mountings.items()
    ]
    for one in settings_definitions():
        value = to_plain(getattr(getattr(settings, one.section), one.key))
        origin = "default" if one.name in left else "" if value is None else "given"
        rows.append((one.name, _setting(value), one.unit, origin, one.help))
    return Sheet(
        name="settings", columns=("setting", "value", "unit", "origin", "help"), rows=tuple(rows)
    )


def _setting(value: object) -> Cell:
    """Return the value of a setting as a cell: lists and tables as JSON has them."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False)
