"""Any table of numbers (CSV, TSV) through a mapping that states what its columns mean."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray, IntArray, earth_from_world
from opensim_pelvis.io.readers._columns import Columns, find_columns, find_sensors
from opensim_pelvis.io.readers._dates import Dated, date_after
from opensim_pelvis.io.readers._mapping import SEPARATORS, TableMapping, load_mapping
from opensim_pelvis.io.readers._mapping_files import (
    find_beside,
    find_mapping,
    find_tables,
    has_text,
    list_templates,
)
from opensim_pelvis.io.readers._orientation import as_quaternions
from opensim_pelvis.io.readers._rates import Rate, ask_rate, differ, rate_of_user
from opensim_pelvis.io.readers._worlds import describe_world
from opensim_pelvis.io.registry import Match
from opensim_pelvis.io.tables.cells import split_cells
from opensim_pelvis.io.tables.clock_rate import find_rate, likely_rate, resolution_of
from opensim_pelvis.io.tables.number_columns import Layout, Numbers, read_numbers
from opensim_pelvis.io.tables.sample_clock import (
    count_from_time,
    find_modulus,
    share_start,
    unwrap_counter,
)
from opensim_pelvis.io.tables.text_files import (
    WORKERS,
    describe_inputs,
    read_head,
    split_lines,
    text_fault,
)
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.rotations import multiply, rotate
from opensim_pelvis.types import Recording, SensorSignals


class TableReader:
    """Reads a table, or one table a sensor, as a mapping file describes it."""

    description = "CSV or TSV table described by a mapping file (--mapping)"
    gives = (
        "what the mapping names: orientation, acceleration, angular velocity, magnetic field; "
        "built-in mappings: " + ", ".join(n for n in list_templates() if not n.startswith("c3d_"))
    )
    tried_on = "built-in mappings: published descriptions, not tested on a real file"

    def sniff(self, path: Path) -> Match:
        """Say whether a mapping file lies beside the table or in the folder."""
        try:
            mapping = find_beside(path)
            found = mapping.is_file()
        except (OSError, ValueError) as fault:
            return Match(False, f"cannot be inspected: {fault}")
        if found and not has_text(path):
            return Match(False, f"there is no text file beside {mapping.name}")
        if found:
            return Match(True, f"the mapping {mapping.name} describes it")
        return Match(False, f"no mapping file {mapping.name} for it, and none given (--mapping)")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read the tables that the mapping describes; see ``registry.Reader``."""
        mapping = load_mapping(find_mapping(settings))
        files = find_tables(settings.path, mapping)
        paths = [mapping.path, *(file for file, _ in files)]
        with ThreadPoolExecutor(WORKERS) as pool, ThreadPoolExecutor(1) as beside:
            described = beside.submit(describe_inputs, paths)
            loads = [pool.submit(_load, file, name, mapping) for file, name in files]
            loaded, faults = [], []
            for load in loads:
                try:
                    loaded.append(load.result())
                except ReadError as fault:
                    faults.append(str(fault).removeprefix(f"{settings.path}: "))
        raise_faults(ReadError, str(settings.path), faults)
        rate_hz, rate_source, rate_notes = _find_rate(settings, mapping, loaded)
        counters, start_s = _count(settings.path, mapping, loaded, rate_hz)
        sensors = tuple(
            _signals(table, name, counter, mapping, settings)
            for table, counter in zip(loaded, counters, strict=True)
            for name in table.sensors
        )
        signals = tuple(signal for signal, _ in sensors)
        found = (note for _, notes in sensors for note in notes)
        date, date_notes = _find_date(mapping, start_s)
        return Recording(
            name=settings.name or settings.path.stem,
            reader="table",
            rate_hz=rate_hz,
            rate_source=rate_source,
            counter_source=_counter_source(mapping),
            world_frame=describe_world(settings.up_axis, mapping.up, mapping.path),
            sensors=signals,
            files=described.result(),
            start_s=start_s,
            date=date,
            notes=(
                *rate_notes,
                *date_notes,
                *(note for table in loaded for note in table.numbers.notes),
                *found,
            ),
        )


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Table:
    """The numbers of one file and the sensors that are in it."""

    path: Path
    sensors: tuple[str, ...]
    layout: Layout
    numbers: Numbers
    columns: Columns

    def clock(self, mapping: TableMapping) -> FloatArray | None:
        """Return the time or counter column, None where rows alone count."""
        pattern = mapping.time or mapping.counter
        return (
            None if pattern is None else self.numbers.column(self.columns[pattern, self.sensors[0]])
        )


def _load(path: Path, name: str, mapping: TableMapping) -> _Table:
    """Read the columns that the mapping names from one file."""
    head = read_head(path)
    fault = text_fault(head)
    if fault is not None:
        raise ReadError(f"{path}: {fault}")
    lines = split_lines(head)
    if len(lines) < mapping.header_line:
        raise ReadError(
            f"{path}: wanted column names on line {mapping.header_line}, found {len(lines)} lines"
        )
    separator = mapping.separator or _stated_separator(path, lines[0])
    header = lines[mapping.header_line - 1]
    names = tuple(split_cells(header, separator))
    sensors = mapping.sensors if mapping.wide else (name,)
    columns = find_columns(path, names, sensors or find_sensors(path, names, mapping), mapping)
    layout = Layout(
        names=names,
        skip_lines=mapping.first_row - 1,
        separator=separator,
        decimal_comma=mapping.decimal_comma,
        quoted='"' in "".join(lines[mapping.header_line - 1 : mapping.first_row]),
    )
    return _Table(
        path=path,
        sensors=tuple(dict.fromkeys(sensor for _, sensor in columns)),
        layout=layout,
        numbers=read_numbers(path, layout, tuple(columns.values())),
        columns=columns,
    )


def _stated_separator(path: Path, line: str) -> str:
    """Return the separator that the first line states as ``sep=,``."""
    stated = line.strip(' "\r\n')  # a tab may be what is stated
    if not stated.startswith("sep=") or stated[4:] not in SEPARATORS.values():
        raise ReadError(
            f"{path}: the first line must state the separator as sep=, found '{stated}'"
        )
    return stated[4:]


def _find_rate(
    settings: RecordingSettings, mapping: TableMapping, tables: Sequence[_Table]
) -> Rate:
    """Return the rate, where it is known from, and what is doubtful about it."""
    if settings.rate_hz is not None:
        stated = [] if mapping.rate_hz is None else [mapping.rate_hz]
        return rate_of_user(
            settings.rate_hz, stated, notice("source.field", field=mapping.path.name)
        )
    if mapping.rate_hz is not None:
        return mapping.rate_hz, _stated_in(mapping, "clock.rate_hz"), ()
    rates: list[float | None] = [None]
    columns: list[FloatArray] = []
    if mapping.time is not None:
        columns = [c for table in tables if (c := table.clock(mapping)) is not None]
        # A clock that counts from 1970 has no digits to spare: the start is taken off first.
        factor = mapping.time_factor
        rates = [find_rate((c - c[0]) * factor, resolution_of(c) * factor) for c in columns]
    rate = rates[0]
    if rate is None or any(r is None or differ(r, rate) for r in rates):
        steps = "the time column is irregular" if mapping.time else "no time column"
        starts = [(c - c[0]) * mapping.time_factor for c in columns[:1]]
        raise ask_rate(
            settings.path,
            steps,
            likely_rate(starts[0]) if starts else None,
            also=f"clock.rate_hz in {mapping.path.name}",
        )
    return rate, notice("source.column_steps", column=mapping.time), ()


def _count(
    path: Path, mapping: TableMapping, tables: Sequence[_Table], rate_hz: float
) -> tuple[list[IntArray], float]:
    """Return the counter of each table on one count from 0, and the time of count 0."""
    counters: list[IntArray] = []
    faults: list[str] = []
    columns = [c for table in tables if (c := table.clock(mapping)) is not None]
    start = min((float(column[0]) for column in columns), default=0.0)
    modulus = find_modulus(columns) if mapping.counter else None
    for table, column in zip(tables, columns, strict=bool(columns)):
        first = table.numbers.lines
        if mapping.counter is not None:
            counter, doubts = unwrap_counter(column, first, modulus)
            found = [say(doubt) for doubt in doubts]
        else:
            time_s = (column - start) * mapping.time_factor
            counter, found = count_from_time(time_s, rate_hz, first)
            if mapping.shared_clock and not found:
                counter = counter + round(time_s[0] * rate_hz)
        counters.append(counter)
        faults += [f"{table.path.name}: {fault}" for fault in found]
    raise_faults(ReadError, str(path), faults)
    if not columns:
        return [_places(t, mapping) for t in tables], 0.0
    if not mapping.shared_clock:
        counters = [counter - counter[0] for counter in counters]
    elif mapping.counter is not None:
        counters = share_start(counters, modulus)
    return counters, start * mapping.time_factor if mapping.time else 0.0


def _find_date(mapping: TableMapping, start_s: float) -> Dated:
    """Return when the first row was measured, where the mapping says when its clock read zero."""
    if mapping.zero is None:
        return None, ()
    return date_after(mapping.zero, start_s, _stated_in(mapping, "clock.zero"))


def _stated_in(mapping: TableMapping, field: str) -> Notice:
    return notice("source.of_file", field=field, file=mapping.path.name)


def _places(table: _Table, mapping: TableMapping) -> IntArray:
    """Return the place of each row up to the last in which anything was measured.

    A file of signals at several rates is as long as its fastest; the others end in empty cells.
    """
    names = [table.columns[pattern, s] for s in table.sensors for pattern in mapping.patterns]
    rows = np.flatnonzero(np.isfinite(table.numbers.columns(names)).any(axis=1))
    used = int(rows[-1]) + 1 if rows.size else table.numbers.block.shape[1]
    if table.numbers.places is not None:
        return table.numbers.places[:used]
    return np.arange(used, dtype=np.int64)


def _counter_source(mapping: TableMapping) -> Notice:
    if mapping.counter is not None:
        return notice("source.column", column=mapping.counter)
    return notice("source.time_column" if mapping.time is not None else "source.row_number")


def _signals(
    table: _Table,
    name: str,
    counter: IntArray,
    mapping: TableMapping,
    settings: RecordingSettings,
) -> tuple[SensorSignals, tuple[Notice, ...]]:
    """Return one sensor in SI units and E, and notes."""

    def columns(patterns: Sequence[str], factor: float = 1.0) -> FloatArray:
        names = [table.columns[pattern, name] for pattern in patterns]
        return table.numbers.columns(names, factor)[: counter.size]

    up = settings.up_axis or mapping.up or "z"
    turn = earth_from_world(up)
    R_ES: FloatArray | None = None
    notes: tuple[Notice, ...] = ()
    if mapping.orientation is not None:
        R_WS, notes = as_quaternions(
            columns(mapping.orientation.columns), mapping.orientation, name
        )
        R_ES = R_WS if up == "z" else multiply(turn, R_WS)
    vectors = {
        key: columns(vector.columns, vector.factor) for key, vector in mapping.vectors.items()
    }
    acceleration, free = vectors.get("acceleration"), None
    if acceleration is not None and mapping.vectors["acceleration"].free:
        in_world = mapping.vectors["acceleration"].in_world
        free, acceleration = rotate(turn if in_world or R_ES is None else R_ES, acceleration), None
    magnetic = mapping.vectors.get("magnetic_field")
    signals = SensorSignals(
        identifier=name,
        counter=counter,
        R_ES=R_ES,
        acceleration_mps2=acceleration,
        free_acceleration_mps2=free,
        angular_velocity_radps=vectors.get("angular_velocity"),
        magnetic_field=vectors.get("magnetic_field"),
        magnetic_unit="T" if magnetic is not None and magnetic.unit != "a.u." else "a.u.",
        file=table.path.name,
    )
    return signals, notes
