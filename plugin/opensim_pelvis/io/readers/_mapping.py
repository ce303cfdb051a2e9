"""The mapping file of a generic table: every statement that a bare table leaves open.

Nothing has a default that could be wrong without notice: what a column means, its unit, the
order and direction of an orientation and the upward axis must all be stated.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import AXES, GRAVITY_MPS2, UpAxis
from opensim_pelvis.io.documents import read_toml
from opensim_pelvis.io.readers._mapping_checks import Checks, Keys
from opensim_pelvis.notices.plain_words import value_words
from opensim_pelvis.rotations import EulerOrder

PLACEHOLDER: Final = "{sensor}"
ANY: Final = "*"
"""Stands for any text in a column name, where just one column answers to it."""

MAX_FOLDERS: Final = 4
"""How deep a pattern of files goes."""

LAYOUTS: Final = ("wide", "one file a sensor")
SEPARATORS: Final = {",": ",", ";": ";", "tab": "\t", "blank": " ", "sep=": ""}
"""``sep=`` is a first line that states the separator."""

TIME_UNITS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
ANGLE_UNITS: Final = {"rad": 1.0, "deg": 0.017453292519943295}
UNITS: Final[dict[str, dict[str, float]]] = {
    "acceleration": {
        "m/s2": 1.0,
        "mm/s2": 1e-3,
        "g": GRAVITY_MPS2,
        "mg": GRAVITY_MPS2 / 1000.0,
    },
    "angular_velocity": {
        "rad/s": 1.0,
        "deg/s": ANGLE_UNITS["deg"],
        "mdeg/s": ANGLE_UNITS["deg"] / 1000.0,
    },
    "magnetic_field": {
        "T": 1.0,
        "mT": 1e-3,
        "uT": 1e-6,
        "nT": 1e-9,
        "gauss": 1e-4,
        "mgauss": 1e-7,
        "a.u.": 1.0,
    },
}
EULER_ORDERS: Final = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
DIRECTIONS: Final = ("sensor_to_world", "world_to_sensor")

_FORMS: Final = {"quaternion": 4, "matrix": 9, "euler": 3}
_SIGNAL_KEYS: Final[Keys] = {
    "world": ("up",),
    "orientation": (*_FORMS, "order", "unit", "direction"),
    "acceleration": ("columns", "unit", "gravity", "frame"),
    "angular_velocity": ("columns", "unit"),
    "magnetic_field": ("columns", "unit"),
}
_TABLE_KEYS: Final[Keys] = {
    "": ("layout", "files", "sensors", "text", "clock", "world", "orientation", *UNITS),
    "text": ("separator", "decimal", "header_line", "first_row"),
    "clock": ("time", "unit", "counter", "rate_hz", "start", "zero"),
    **_SIGNAL_KEYS,
}
_CHANNEL_KEYS: Final[Keys] = {
    "": ("sensors", "valid", "world", "orientation", *UNITS),
    **_SIGNAL_KEYS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrientationColumns:
    """Columns of an orientation; ``form`` is ``quaternion``, ``matrix`` or ``euler``."""

    form: str
    columns: tuple[str, ...]
    order: str
    to_rad: float
    inverted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorColumns:
    """Three columns and the factor that makes them SI; ``free`` is without gravity.

    The unit is empty and the factor NaN where the file itself is to state it.
    """

    columns: tuple[str, ...]
    unit: str
    factor: float
    free: bool = False
    in_world: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalMapping:
    """What the signals of any file mean, after all statements were checked."""

    path: Path
    sensors: tuple[str, ...]
    up: UpAxis | None
    orientation: OrientationColumns | None
    vectors: Mapping[str, VectorColumns]

    @property
    def patterns(self) -> tuple[str, ...]:
        """Names of all signal columns, with the placeholder where they have it."""
        groups = [vector.columns for vector in self.vectors.values()]
        first = self.orientation.columns if self.orientation is not None else ()
        return (*first, *(name for group in groups for name in group))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelMapping(SignalMapping):
    """A mapping of the channels of a binary file, which states rate and units itself.

    ``valid`` is the pattern of a channel that is 0 where the sensor measured nothing.
    """

    valid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping(SignalMapping):
    """A mapping of the columns of a text."""

    wide: bool
    files: str | None
    separator: str
    decimal_comma: bool
    header_line: int
    first_row: int
    time: str | None
    time_factor: float
    counter: str | None
    rate_hz: float | None
    shared_clock: bool
    zero: datetime.date | None


def load_mapping(path: Path) -> TableMapping:
    """Read and check the mapping of a text; ReadError names every fault at once."""
    checks = Checks(read_toml(path, ReadError, "a mapping in TOML"), _TABLE_KEYS)
    mapping = _build(path, checks)
    raise_faults(ReadError, str(path), checks.faults)
    return mapping


def load_channels(path: Path) -> ChannelMapping:
    """Read and check the mapping of a binary file's channels, as `load_mapping` does."""
    checks = Checks(read_toml(path, ReadError, "a mapping in TOML"), _CHANNEL_KEYS)
    orientation, vectors = _signals(checks, unit_in_file=True)
    mapping = ChannelMapping(
        path=path,
        sensors=checks.texts("", "sensors", None) if "sensors" in checks.document else (),
        up=_up(checks, orientation is not None or any(v.in_world for v in vectors.values())),
        orientation=orientation,
        vectors=vectors,
        valid=checks.text("", "valid"),
    )
    named = (*mapping.patterns, *([mapping.valid] if mapping.valid else []))
    if len(mapping.sensors) > 1 or any(PLACEHOLDER in name for name in named):
        _check_placeholder(named, checks)  # else the channels of one sensor, without its name
    raise_faults(ReadError, str(path), checks.faults)
    return mapping


def _signals(
    checks: Checks, *, unit_in_file: bool
) -> tuple[OrientationColumns | None, dict[str, VectorColumns]]:
    """Return the signals that are stated; at least one must be."""
    orientation = _orientation(checks)
    vectors = {name: _vector(checks, name, unit_in_file) for name in UNITS if checks.has(name)}
    if orientation is None and not vectors:
        listed = ", ".join(f"[{name}]" for name in ("orientation", *UNITS))
        checks.faults.append(f"give at least one signal: {listed}")
    return orientation, vectors


def _build(path: Path, checks: Checks) -> TableMapping:
    wide = checks.choice("", "layout", LAYOUTS) == LAYOUTS[0]
    orientation, vectors = _signals(checks, unit_in_file=False)
    time, counter = checks.text("clock", "time"), checks.text("clock", "counter")
    if time is not None and counter is not None:
        checks.faults.append("clock.time and clock.counter are exclusive: give one of them")
    mapping = TableMapping(
        path=path,
        wide=wide,
        files=checks.text("", "files"),
        sensors=checks.texts("", "sensors", None) if "sensors" in checks.document else (),
        separator=SEPARATORS[checks.choice("text", "separator", tuple(SEPARATORS))],
        decimal_comma=checks.choice("text", "decimal", (".", ",")) == ",",
        header_line=_header_line(checks),
        first_row=_first_row(checks),
        time=time,
        time_factor=TIME_UNITS[checks.choice("clock", "unit", tuple(TIME_UNITS))] if time else 1.0,
        counter=counter,
        rate_hz=checks.number("clock", "rate_hz"),
        shared_clock=not wide
        and checks.choice("clock", "start", ("shared clock", "first row")) == "shared clock",
        zero=checks.moment("clock", "zero"),
        up=_up(checks, orientation is not None or any(v.in_world for v in vectors.values())),
        orientation=orientation,
        vectors=vectors,
    )
    _check_patterns(mapping, checks)
    return mapping


def _header_line(checks: Checks) -> int:
    value = checks.value("text", "header_line")
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    found = "nothing is given" if value is None else f"found {value_words(value)}"
    checks.faults.append(
        f"text.header_line must be the line (counted from 1) of the column names; {found}"
    )
    return 1


def _first_row(checks: Checks) -> int:
    """Return the line of the first row of numbers: the next after the names, unless stated."""
    above = checks.value("text", "header_line")
    above = above if isinstance(above, int) else 1
    value = checks.value("text", "first_row")
    if value is None:
        return above + 1
    if isinstance(value, int) and value > above:
        return value
    checks.faults.append(
        f"text.first_row must be a line below the column names, found {value_words(value)}"
    )
    return above + 1


def _orientation(checks: Checks) -> OrientationColumns | None:
    if not checks.has("orientation"):
        return None
    forms = [form for form in _FORMS if checks.value("orientation", form) is not None]
    if len(forms) != 1:
        checks.faults.append(
            f"[orientation] must have one of {', '.join(_FORMS)}; found "
            f"{' and '.join(forms) or 'none of them'}"
        )
        return None
    form = forms[0]
    order, to_rad = "", 1.0
    if form == "quaternion":
        order = checks.choice("orientation", "order", ("wxyz", "xyzw"))
    elif form == "euler":
        order = checks.choice("orientation", "order", EULER_ORDERS)
        to_rad = ANGLE_UNITS[checks.choice("orientation", "unit", tuple(ANGLE_UNITS))]
    return OrientationColumns(
        form=form,
        columns=checks.texts("orientation", form, _FORMS[form]),
        order=order,
        to_rad=to_rad,
        inverted=checks.choice("orientation", "direction", DIRECTIONS) == DIRECTIONS[1],
    )


def _vector(checks: Checks, name: str, unit_in_file: bool) -> VectorColumns:
    columns = checks.texts(name, "columns", 3)
    unit, factor = "", float("nan")
    if not unit_in_file or checks.value(name, "unit") is not None:
        unit = checks.choice(name, "unit", tuple(UNITS[name]))
        factor = UNITS[name][unit]
    if name != "acceleration":
        return VectorColumns(columns=columns, unit=unit, factor=factor)
    free = checks.choice(name, "gravity", ("included", "removed")) == "removed"
    in_world = free and checks.choice(name, "frame", ("sensor", "world")) == "world"
    if free and not in_world and not checks.has("orientation"):
        checks.faults.append(
            'acceleration without gravity in frame = "sensor" needs [orientation] for its '
            "rotation to the world frame"
        )
    return VectorColumns(columns=columns, unit=unit, factor=factor, free=free, in_world=in_world)


def _up(checks: Checks, needed: bool) -> UpAxis | None:
    if not needed and not checks.has("world"):
        return None
    return cast("UpAxis", checks.choice("world", "up", AXES))


def _check_patterns(mapping: TableMapping, checks: Checks) -> None:
    """Check where the placeholder stands: in every column, or in the file names."""
    if mapping.wide:
        _check_placeholder(mapping.patterns, checks)
        if mapping.files is not None:
            checks.faults.append('files is for layout = "one file a sensor" only')
        return
    if mapping.files is None or PLACEHOLDER not in mapping.files:
        checks.faults.append(
            f"files must be the pattern of the file names with {PLACEHOLDER} once, as in "
            f'"walk_{PLACEHOLDER}.csv", or "{PLACEHOLDER}/sensors.csv" for a folder per sensor'
        )
    elif mapping.files.count("/") + mapping.files.count("\\") > MAX_FOLDERS:
        checks.faults.append(f"files may include at most {MAX_FOLDERS} folder levels")
    if mapping.time is None and mapping.counter is None and mapping.shared_clock:
        checks.faults.append(
            'clock.start = "shared clock" needs clock.time or clock.counter; without either, '
            'only "first row" can be given'
        )


def _check_placeholder(patterns: Sequence[str], checks: Checks) -> None:
    bare = [name for name in patterns if name.count(PLACEHOLDER) != 1]
    if bare:
        checks.faults.append(
            f"with one file for all sensors, every signal column must contain {PLACEHOLDER} "
            f"once; it does not in {', '.join(bare)}"
        )


def as_euler_order(order: str) -> EulerOrder:
    """Return a checked Euler order as the type that ``rotations`` wants."""
    return cast("EulerOrder", order)
