"""Analog channels of a C3D file as the signals of sensors, through a mapping."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray, earth_from_world
from opensim_pelvis.io.c3d import C3dFile
from opensim_pelvis.io.readers._mapping import (
    PLACEHOLDER,
    UNITS,
    ChannelMapping,
    VectorColumns,
    load_channels,
)
from opensim_pelvis.io.readers._mapping_files import TEMPLATES
from opensim_pelvis.io.readers._orientation import as_quaternions
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import multiply, rotate
from opensim_pelvis.types import SensorSignals

UNIT_SPELLINGS: Final = {
    "m/s^2": "m/s2",
    "m/s/s": "m/s2",
    "mm/s^2": "mm/s2",
    "mm/s/s": "mm/s2",
    "\u00b0/s": "deg/s",
    "dps": "deg/s",
    "degrees/s": "deg/s",
    "\u00b5t": "ut",
    "\u03bct": "ut",
}
"""How programs write units that a mapping writes in one way; in small letters."""


_LARGEST: Final = {"acceleration": 1e5, "angular_velocity": 1e4}


@dataclass(frozen=True, eq=False, slots=True)
class Suit:
    """A mapping for a file, and whether sensors may lack some of its signals."""

    mapping: ChannelMapping
    known: bool


def find_suit(labels: Sequence[str]) -> Suit | None:
    """Return the mapping of a suit whose channel names are known, None where there is none."""
    for path in sorted(TEMPLATES.glob("c3d_*.toml")):
        mapping = load_channels(path)
        if any(_has(labels, name, c) for name in _names(labels, mapping) for c in _groups(mapping)):
            return Suit(mapping, known=True)
    return None


def find_sensors(file: C3dFile, labels: Sequence[str], suit: Suit) -> tuple[str, ...]:
    """Return the sensors of the mapping; ReadError names what is not there."""
    mapping = suit.mapping
    names = mapping.sensors or _names(labels, mapping) or _nameless(file, mapping)
    if suit.known:
        names = tuple(n for n in names if any(_has(labels, n, c) for c in _groups(mapping)))
    if not names:
        raise ReadError(
            f"{file.path}: wanted channels named {mapping.patterns[0]} ({mapping.path.name}), "
            f"found {', '.join(labels[:8]) or 'none'}"
        )
    wanted = [p.replace(PLACEHOLDER, name) for name in names for p in mapping.patterns]
    if mapping.valid is not None and not suit.known:
        wanted += [mapping.valid.replace(PLACEHOLDER, name) for name in names]
    faults = [
        f"channel {label} exists {labels.count(label)} times"
        for label in dict.fromkeys(wanted)
        if labels.count(label) > 1
    ]
    if not suit.known:
        faults += [f"there is no channel {label}" for label in wanted if label not in labels]
    raise_faults(ReadError, str(file.path), faults)
    return tuple(names)


def read_sensors(
    file: C3dFile, analog: FloatArray, suit: Suit, settings: RecordingSettings
) -> tuple[tuple[SensorSignals, ...], tuple[Notice, ...]]:
    """Return the signals of all sensors in SI units and E, and notes."""
    labels = file.texts("ANALOG:LABELS")
    names = find_sensors(file, labels, suit)
    units = dict(zip(labels, file.texts("ANALOG:UNITS"), strict=False))
    faults: list[str] = []
    notes: list[Notice] = []
    sensors = []
    for name in names:
        columns = _Columns(name, labels, analog, suit)
        vectors = {
            key: _in_si(columns, key, vector, units, faults, notes)
            for key, vector in suit.mapping.vectors.items()
        }
        sensors.append(_as_signals(file, columns, vectors, settings, notes))
    raise_faults(ReadError, str(file.path), list(dict.fromkeys(faults)))
    return tuple(sensors), tuple(dict.fromkeys(notes))


@dataclass(frozen=True, eq=False, slots=True)
class _Columns:
    """The channels of one sensor."""

    name: str
    labels: Sequence[str]
    analog: FloatArray
    suit: Suit

    def has(self, patterns: Sequence[str]) -> bool:
        return _has(self.labels, self.name, patterns)

    def of(self, patterns: Sequence[str]) -> FloatArray:
        """Return channels side by side, NaN where the sensor measured nothing."""
        places = [self.labels.index(p.replace(PLACEHOLDER, self.name)) for p in patterns]
        values = self.analog[:, places].copy()
        valid = self.suit.mapping.valid
        if valid is not None and self.has([valid]):
            flag = self.analog[:, self.labels.index(valid.replace(PLACEHOLDER, self.name))]
            values[flag == 0.0] = np.nan
        return values


def _in_si(
    columns: _Columns,
    key: str,
    vector: VectorColumns,
    units: dict[str, str],
    faults: list[str],
    notes: list[Notice],
) -> tuple[FloatArray, str] | None:
    """Return a vector in SI units with its unit, None where the sensor has none."""
    if not columns.has(vector.columns):
        return None
    stated = {units.get(p.replace(PLACEHOLDER, columns.name), "") for p in vector.columns}
    unit = _known_unit(key, stated.pop()) if len(stated) == 1 else None
    if unit is None and not vector.unit:
        faults.append(
            f"the unit of {key} ({vector.columns[0]} ...) is needed, but the file does not state "
            f"a known one. Give {key}.unit in a mapping: one of {', '.join(UNITS[key])}"
        )
        return None
    if unit is not None and vector.unit and unit != vector.unit:
        taken = vector.unit
        notes.append(notice("c3d.unit_of_mapping", key, signal=key, unit=taken, stated=unit))
    unit = vector.unit or unit or ""
    values = columns.of(vector.columns) * UNITS[key][unit]
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    if largest > _LARGEST.get(key, np.inf):
        faults.append(
            f"{key} of {columns.name} reaches {largest:.3g} (SI), more than any sensor measures: "
            f"the unit {unit} is wrong, or the file is damaged"
        )
    return values, unit


def _known_unit(key: str, stated: str) -> str | None:
    """Return a unit of the mapping language for one of a file, None where it is not known."""
    small = stated.strip().lower().replace(" ", "").replace("\u00b2", "2")
    small = UNIT_SPELLINGS.get(small, small)
    return next((unit for unit in UNITS[key] if unit.lower() == small), None)


def _as_signals(
    file: C3dFile,
    columns: _Columns,
    vectors: dict[str, tuple[FloatArray, str] | None],
    settings: RecordingSettings,
    notes: list[Notice],
) -> SensorSignals:
    mapping = columns.suit.mapping
    turn = earth_from_world(settings.up_axis or mapping.up or "z")
    R_ES: FloatArray | None = None
    if mapping.orientation is not None and columns.has(mapping.orientation.columns):
        values = columns.of(mapping.orientation.columns)
        R_WS, found = as_quaternions(values, mapping.orientation, columns.name)
        R_ES = multiply(turn, R_WS)
        notes += found
    signals = SensorSignals(
        identifier=columns.name,
        counter=np.arange(columns.analog.shape[0], dtype=np.int64),
        R_ES=R_ES,
        angular_velocity_radps=_values(vectors, "angular_velocity"),
        magnetic_field=_values(vectors, "magnetic_field"),
        magnetic_unit=_magnetic_unit(vectors),
        file=file.path.name,
    )
    acceleration = _values(vectors, "acceleration")
    if acceleration is None or not mapping.vectors["acceleration"].free:
        return replace(signals, acceleration_mps2=acceleration)
    in_world = mapping.vectors["acceleration"].in_world
    frame = turn if in_world or R_ES is None else R_ES
    return replace(signals, free_acceleration_mps2=rotate(frame, acceleration))


def _values(vectors: dict[str, tuple[FloatArray, str] | None], key: str) -> FloatArray | None:
    found = vectors.get(key)
    return None if found is None else found[0]


def _magnetic_unit(vectors: dict[str, tuple[FloatArray, str] | None]) -> str:
    found = vectors.get("magnetic_field")
    return "a.u." if found is None or found[1] == "a.u." else "T"


def _groups(mapping: ChannelMapping) -> list[tuple[str, ...]]:
    first = [mapping.orientation.columns] if mapping.orientation is not None else []
    return [*first, *(vector.columns for vector in mapping.vectors.values())]


def _has(labels: Sequence[str], name: str, patterns: Sequence[str]) -> bool:
    return all(pattern.replace(PLACEHOLDER, name) in labels for pattern in patterns)


def _nameless(file: C3dFile, mapping: ChannelMapping) -> tuple[str, ...]:
    """Return the one sensor whose channels bear no name, called as the file is."""
    return () if any(PLACEHOLDER in name for name in mapping.patterns) else (file.path.stem,)


def _names(labels: Sequence[str], mapping: ChannelMapping) -> tuple[str, ...]:
    """Return what stands for the placeholder in the first channel of any signal."""
    found: dict[str, None] = {}
    for columns in _groups(mapping):
        before, _, after = columns[0].partition(PLACEHOLDER)
        whole = re.compile(re.escape(before) + "(.+)" + re.escape(after))
        found |= dict.fromkeys(m[1] for label in labels if (m := whole.fullmatch(label)))
    return tuple(found)
