"""Any table of numbers (CSV, TSV) through a mapping that states what its columns mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray, IntArray, earth_from_world
from opensim_pelvis.readers._clock import (
    count_from_time,
    find_modulus,
    find_rate,
    share_start,
    unwrap_counter,
)
from opensim_pelvis.readers._files import (
    WORKERS,
    decode,
    describe_inputs,
    list_files,
    read_head,
    text_fault,
)
from opensim_pelvis.readers._mapping import (
    PLACEHOLDER,
    TableMapping,
    load_mapping,
)
from opensim_pelvis.readers._mapping_files import find_beside, find_mapping
from opensim_pelvis.readers._numbers import Layout, Numbers, read_numbers, split_cells
from opensim_pelvis.readers._orientation import as_quaternions
from opensim_pelvis.registry import Match
from opensim_pelvis.rotations import multiply, rotate
from opensim_pelvis.settings import RecordingSettings
from opensim_pelvis.types import Recording, SensorSignals


class TableReader:
    """Reads a table, or one table a sensor, as a mapping file describes it."""

    description = "CSV or TSV table described by a mapping file (--mapping)"
    gives = "what the mapping names: orientation, acceleration, angular velocity, magnetic field"
    tried_on = "not tried on a real file: the mapping is written for the file at hand"

    def sniff(self, path: Path) -> Match:
        """Say whether a mapping file lies beside the table or in the folder."""
        try:
            mapping = find_beside(path)
            found = mapping.is_file()
        except (OSError, ValueError) as fault:
            return Match(False, f"cannot be looked at: {fault}")
        if found and not _has_text(path):
            return Match(False, f"beside {mapping.name} there is no text")
        if found:
            return Match(True, f"the mapping {mapping.name} says how to read it")
        return Match(False, f"no mapping file {mapping.name} for it, and none given (--mapping)")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read the tables that the mapping describes; see ``registry.Reader``."""
        mapping = load_mapping(find_mapping(settings))
        files = _find_files(settings.path, mapping)
        with ThreadPoolExecutor(WORKERS) as pool:
            loads = [pool.submit(_load, file, name, mapping) for file, name in files]
            loaded, faults = [], []
            for load in loads:
                try:
                    loaded.append(load.result())
                except ReadError as fault:
                    faults.append(str(fault))
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
        up = settings.up_axis or mapping.up
        source = "the user" if settings.up_axis else mapping.path.name
        return Recording(
            name=settings.name or settings.path.stem,
            reader="table",
            rate_hz=rate_hz,
            rate_source=rate_source,
            counter_source=_counter_source(mapping),
            world_frame=f"{up} up (stated by {source})" if up else "not stated: no orientation",
            sensors=signals,
            files=describe_inputs([mapping.path, *(file for file, _ in files)]),
            start_s=start_s,
            notes=(
                *rate_notes,
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


def _has_text(path: Path) -> bool:
    try:
        files = [file for file in list_files(path) if file.suffix != ".toml"]
        return any(text_fault(read_head(file)) is None for file in files)
    except ReadError:
        return False


def _find_files(path: Path, mapping: TableMapping) -> list[tuple[Path, str]]:
    """Return the tables and, in the layout of one file a sensor, whose each is."""
    files = [file for file in list_files(path) if file.suffix != ".toml"]
    if mapping.wide:
        if len(files) != 1:
            names = ", ".join(file.name for file in files) or "none"
            raise ReadError(f'{path}: layout = "wide" wants one table, found {names}')
        return [(files[0], "")]
    pattern = re.escape(mapping.files or PLACEHOLDER).replace(r"\*", ".*")
    whole = re.compile(pattern.replace(re.escape(PLACEHOLDER), "(.+)"))
    found = [(file, match[1]) for file in files if (match := whole.fullmatch(file.name))]
    if not found:
        names = ", ".join(file.name for file in files[:5]) or "none"
        raise ReadError(
            f"{path}: files named {mapping.files} were wanted ({mapping.path.name}), found {names}"
        )
    absent = sorted(set(mapping.sensors) - {name for _, name in found})
    if absent:
        raise ReadError(f"{path}: no file {mapping.files} for {', '.join(absent)}")
    return [(f, n) for f, n in found if not mapping.sensors or n in mapping.sensors]


def _load(path: Path, name: str, mapping: TableMapping) -> _Table:
    """Read the columns that the mapping names from one file."""
    head = read_head(path)
    fault = text_fault(head)
    if fault is not None:
        raise ReadError(f"{path}: {fault}")
    lines = decode(head).splitlines()
    if len(lines) < mapping.header_line:
        raise ReadError(
            f"{path}: column names were wanted on line {mapping.header_line}, but there are "
            f"{len(lines)} lines"
        )
    header = lines[mapping.header_line - 1]
    names = tuple(cell.strip('"') for cell in split_cells(header, mapping.separator))
    sensors = mapping.sensors if mapping.wide else (name,)
    if not sensors:
        sensors = _find_sensors(path, names, mapping)
    clock = [column for column in (mapping.time, mapping.counter) if column is not None]
    signals = [p.replace(PLACEHOLDER, s) for s in sensors for p in mapping.patterns]
    wanted = [*clock, *signals]
    raise_faults(ReadError, str(path), _missing(wanted, names))
    layout = Layout(
        names=names,
        skip_lines=mapping.header_line,
        separator=mapping.separator,
        decimal_comma=mapping.decimal_comma,
        quoted='"' in "".join(lines[: mapping.header_line + 1]),
    )
    return _Table(
        path=path, sensors=sensors, layout=layout, numbers=read_numbers(path, layout, wanted)
    )


def _find_sensors(path: Path, names: Sequence[str], mapping: TableMapping) -> tuple[str, ...]:
    """Return what stands for the placeholder in the columns of the first pattern."""
    before, _, after = mapping.patterns[0].partition(PLACEHOLDER)
    whole = re.compile(re.escape(before) + "(.+)" + re.escape(after))
    sensors = tuple(dict.fromkeys(m[1] for name in names if (m := whole.fullmatch(name))))
    if not sensors:
        near = difflib.get_close_matches(mapping.patterns[0], names, n=3, cutoff=0.3)
        raise ReadError(
            f"{path}: columns named {mapping.patterns[0]} were wanted ({mapping.path.name}), "
            f"found {', '.join(near or names[:5])}"
        )
    return sensors


def _missing(wanted: Sequence[str], names: Sequence[str]) -> list[str]:
    faults = []
    for name in dict.fromkeys(wanted):
        if names.count(name) > 1:
            faults.append(f"column {name} is there {names.count(name)} times")
        elif name not in names:
            near = difflib.get_close_matches(name, names, n=3) or names[:5]
            faults.append(f"there is no column {name}; the nearest are {', '.join(near)}")
    return faults


def _find_rate(
    settings: RecordingSettings, mapping: TableMapping, tables: Sequence[_Table]
) -> tuple[float, str, tuple[str, ...]]:
    """Return the rate, where it is known from, and what is doubtful about it."""
    if settings.rate_hz is not None:
        differs = mapping.rate_hz is not None and settings.rate_hz != mapping.rate_hz
        note = (
            f"the rate of {settings.rate_hz:g} Hz stated by the user was taken, although "
            f"{mapping.path.name} says {mapping.rate_hz} Hz"
        )
        return settings.rate_hz, "stated by the user", (note,) if differs else ()
    if mapping.rate_hz is not None:
        return mapping.rate_hz, f"clock.rate_hz of {mapping.path.name}", ()
    rates: list[float | None] = [None]
    if mapping.time is not None:
        columns = [table.numbers.column(mapping.time) for table in tables]
        # A clock that counts from 1970 has no digits to spare: the start is taken off first.
        rates = [find_rate((c - c[0]) * mapping.time_factor) for c in columns]
    rate = rates[0]
    if rate is None or any(r is None or abs(r - rate) > 1e-3 * rate for r in rates):
        steps = "the steps of the time column are uneven" if mapping.time else "no time column"
        raise ReadError(
            f"{settings.path}: the sampling rate was wanted, but {steps}. State clock.rate_hz in "
            f"{mapping.path.name}, or give --rate HZ."
        )
    return rate, f"the steps of the column {mapping.time}", ()


def _count(
    path: Path, mapping: TableMapping, tables: Sequence[_Table], rate_hz: float
) -> tuple[list[IntArray], float]:
    """Return the counter of each table on one count from 0, and the time of count 0."""
    counters: list[IntArray] = []
    faults: list[str] = []
    columns = [t.numbers.column(c) for t in tables if (c := mapping.time or mapping.counter)]
    start = min((float(column[0]) for column in columns), default=0.0)
    modulus = find_modulus(columns) if mapping.counter else None
    for table, column in zip(tables, columns, strict=bool(columns)):
        first = table.layout.first_line
        if mapping.counter is not None:
            counter, found = unwrap_counter(column, first, modulus)
        else:
            time_s = (column - start) * mapping.time_factor
            counter, found = count_from_time(time_s, rate_hz, first)
            if mapping.shared_clock and not found:
                counter = counter + round(time_s[0] * rate_hz)
        counters.append(counter)
        faults += [f"{table.path.name}: {fault}" for fault in found]
    raise_faults(ReadError, str(path), faults)
    if not columns:
        return [np.arange(t.numbers.block.shape[1], dtype=np.int64) for t in tables], 0.0
    if not mapping.shared_clock:
        counters = [counter - counter[0] for counter in counters]
    elif mapping.counter is not None:
        counters = share_start(counters, modulus)
    return counters, start * mapping.time_factor if mapping.time else 0.0


def _counter_source(mapping: TableMapping) -> str:
    if mapping.counter is not None:
        return f"column {mapping.counter}"
    return "time column" if mapping.time is not None else "row number"


def _signals(
    table: _Table,
    name: str,
    counter: IntArray,
    mapping: TableMapping,
    settings: RecordingSettings,
) -> tuple[SensorSignals, tuple[str, ...]]:
    """Return one sensor in SI units and E, and notes."""

    def columns(patterns: Sequence[str]) -> FloatArray:
        return table.numbers.columns([p.replace(PLACEHOLDER, name) for p in patterns])

    turn = earth_from_world(settings.up_axis or mapping.up or "z")
    R_ES: FloatArray | None = None
    notes: tuple[str, ...] = ()
    if mapping.orientation is not None:
        R_WS, notes = as_quaternions(
            columns(mapping.orientation.columns), mapping.orientation, name
        )
        R_ES = multiply(turn, R_WS)
    vectors = {
        key: columns(vector.columns) * vector.factor for key, vector in mapping.vectors.items()
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
