"""The mapping file of a generic table: every statement that a bare table leaves open.

Nothing has a default that could be wrong without notice: what a column means, its unit, the
order and direction of an orientation and the upward axis must all be stated.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import AXES, GRAVITY_MPS2, UpAxis
from opensim_pelvis.rotations import EulerOrder

PLACEHOLDER: Final = "{sensor}"
LAYOUTS: Final = ("wide", "one file a sensor")
SEPARATORS: Final = {",": ",", ";": ";", "tab": "\t", "blank": " "}
TIME_UNITS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
ANGLE_UNITS: Final = {"rad": 1.0, "deg": 0.017453292519943295}
UNITS: Final[dict[str, dict[str, float]]] = {
    "acceleration": {"m/s2": 1.0, "g": GRAVITY_MPS2, "mg": GRAVITY_MPS2 / 1000.0},
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
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "": ("layout", "files", "sensors", "text", "clock", "world", "orientation", *UNITS),
    "text": ("separator", "decimal", "header_line"),
    "clock": ("time", "unit", "counter", "rate_hz", "start"),
    "world": ("up",),
    "orientation": (*_FORMS, "order", "unit", "direction"),
    "acceleration": ("columns", "unit", "gravity", "frame"),
    "angular_velocity": ("columns", "unit"),
    "magnetic_field": ("columns", "unit"),
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
    """Three columns and the factor that makes them SI; ``free`` is without gravity."""

    columns: tuple[str, ...]
    unit: str
    factor: float
    free: bool = False
    in_world: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """A mapping file after all its statements were checked."""

    path: Path
    wide: bool
    files: str | None
    sensors: tuple[str, ...]
    separator: str
    decimal_comma: bool
    header_line: int
    time: str | None
    time_factor: float
    counter: str | None
    rate_hz: float | None
    shared_clock: bool
    up: UpAxis | None
    orientation: OrientationColumns | None
    vectors: Mapping[str, VectorColumns]

    @property
    def patterns(self) -> tuple[str, ...]:
        """Names of all signal columns, with the placeholder where they have it."""
        groups = [vector.columns for vector in self.vectors.values()]
        first = self.orientation.columns if self.orientation is not None else ()
        return (*first, *(name for group in groups for name in group))


def load_mapping(path: Path) -> TableMapping:
    """Read and check a mapping file; ReadError names every fault at once."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ReadError(f"{path}: the mapping cannot be read: {fault}") from fault
    checks = _Checks(document)
    mapping = _build(path, checks)
    raise_faults(ReadError, str(path), checks.faults)
    return mapping


class _Checks:
    """Takes statements from a mapping document and gathers what is wrong with them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.faults: list[str] = []
        self._check_keys("", document)
        for section in _KEYS:
            if section and section in document:
                if isinstance(document[section], Mapping):
                    self._check_keys(section, document[section])
                else:
                    self.faults.append(f"[{section}] must be a table of keys")

    def _check_keys(self, section: str, table: Mapping[str, Any]) -> None:
        for key in table:
            if key not in _KEYS[section]:
                near = difflib.get_close_matches(key, _KEYS[section], n=1)
                hint = (
                    f"did you mean {_dotted(section, near[0])}?"
                    if near
                    else (f"there are {', '.join(_KEYS[section])}")
                )
                self.faults.append(f"unknown key {_dotted(section, key)}: {hint}")

    def has(self, section: str) -> bool:
        return isinstance(self.document.get(section), Mapping)

    def value(self, section: str, key: str) -> Any:
        table = self.document if not section else self.document.get(section)
        return table.get(key) if isinstance(table, Mapping) else None

    def choice(self, section: str, key: str, allowed: Sequence[str]) -> str:
        """Return a statement that must be one of the allowed values."""
        value = self.value(section, key)
        if value in allowed:
            return cast("str", value)
        found = "nothing is stated" if value is None else f"found {value!r}"
        listed = ", ".join(f'"{choice}"' for choice in allowed)
        self.faults.append(f"{_dotted(section, key)} must be one of {listed}; {found}")
        return allowed[0]

    def text(self, section: str, key: str) -> str | None:
        """Return an optional statement that must be text."""
        value = self.value(section, key)
        if value is None or (isinstance(value, str) and value):
            return value
        self.faults.append(f"{_dotted(section, key)} must be a text, found {value!r}")
        return None

    def texts(self, section: str, key: str, count: int | None) -> tuple[str, ...]:
        """Return a list of names of the given number."""
        value = self.value(section, key)
        if (
            isinstance(value, list)
            and all(isinstance(name, str) and name for name in value)
            and len(set(value)) == len(value)
            and count in (None, len(value))
        ):
            return tuple(value)
        wanted = "different names" if count is None else f"{count} different column names"
        found = "nothing is stated" if value is None else f"found {value!r}"
        self.faults.append(f"{_dotted(section, key)} must be a list of {wanted}; {found}")
        return ()

    def number(self, section: str, key: str) -> float | None:
        """Return an optional statement that must be a positive number."""
        value = self.value(section, key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        self.faults.append(f"{_dotted(section, key)} must be a positive number, found {value!r}")
        return None


def _build(path: Path, checks: _Checks) -> TableMapping:
    wide = checks.choice("", "layout", LAYOUTS) == LAYOUTS[0]
    orientation = _orientation(checks)
    vectors = {name: _vector(checks, name) for name in UNITS if checks.has(name)}
    if orientation is None and not vectors:
        listed = ", ".join(f"[{name}]" for name in ("orientation", *UNITS))
        checks.faults.append(f"at least one signal must be stated: {listed}")
    time, counter = checks.text("clock", "time"), checks.text("clock", "counter")
    if time is not None and counter is not None:
        checks.faults.append("clock.time and clock.counter exclude each other: state one")
    mapping = TableMapping(
        path=path,
        wide=wide,
        files=checks.text("", "files"),
        sensors=checks.texts("", "sensors", None) if "sensors" in checks.document else (),
        separator=SEPARATORS[checks.choice("text", "separator", tuple(SEPARATORS))],
        decimal_comma=checks.choice("text", "decimal", (".", ",")) == ",",
        header_line=_header_line(checks),
        time=time,
        time_factor=TIME_UNITS[checks.choice("clock", "unit", tuple(TIME_UNITS))] if time else 1.0,
        counter=counter,
        rate_hz=checks.number("clock", "rate_hz"),
        shared_clock=not wide
        and checks.choice("clock", "start", ("shared clock", "first row")) == "shared clock",
        up=_up(checks, orientation is not None or any(v.in_world for v in vectors.values())),
        orientation=orientation,
        vectors=vectors,
    )
    if mapping.decimal_comma and mapping.separator == ",":
        checks.faults.append('text.separator and text.decimal cannot both be ","')
    _check_patterns(mapping, checks)
    return mapping


def _header_line(checks: _Checks) -> int:
    value = checks.value("text", "header_line")
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    found = "nothing is stated" if value is None else f"found {value!r}"
    checks.faults.append(
        f"text.header_line must be the line (counted from 1) of the column names; {found}"
    )
    return 1


def _orientation(checks: _Checks) -> OrientationColumns | None:
    if not checks.has("orientation"):
        return None
    forms = [form for form in _FORMS if checks.value("orientation", form) is not None]
    if len(forms) != 1:
        checks.faults.append(
            f"orientation must state one of {', '.join(_FORMS)}; "
            f"found {' and '.join(forms) or 'none of them'}"
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


def _vector(checks: _Checks, name: str) -> VectorColumns:
    columns = checks.texts(name, "columns", 3)
    unit = checks.choice(name, "unit", tuple(UNITS[name]))
    factor = UNITS[name][unit]
    if name != "acceleration":
        return VectorColumns(columns=columns, unit=unit, factor=factor)
    free = checks.choice(name, "gravity", ("included", "removed")) == "removed"
    in_world = free and checks.choice(name, "frame", ("sensor", "world")) == "world"
    if free and not in_world and not checks.has("orientation"):
        checks.faults.append(
            'acceleration without gravity in frame = "sensor" needs [orientation] to be turned '
            "to the world"
        )
    return VectorColumns(columns=columns, unit=unit, factor=factor, free=free, in_world=in_world)


def _up(checks: _Checks, needed: bool) -> UpAxis | None:
    if not needed and not checks.has("world"):
        return None
    return cast("UpAxis", checks.choice("world", "up", AXES))


def _check_patterns(mapping: TableMapping, checks: _Checks) -> None:
    """Check where the placeholder stands: in every column, or in the file names."""
    if mapping.wide:
        bare = [name for name in mapping.patterns if name.count(PLACEHOLDER) != 1]
        if bare:
            checks.faults.append(
                f'layout = "wide" wants {PLACEHOLDER} once in every signal column, '
                f"not so in {', '.join(bare)}"
            )
        if mapping.files is not None:
            checks.faults.append('files is for layout = "one file a sensor" only')
        return
    if mapping.files is None or mapping.files.count(PLACEHOLDER) != 1:
        checks.faults.append(
            f"files must be the pattern of the file names with {PLACEHOLDER} once, as in "
            f'"walk_{PLACEHOLDER}.csv"'
        )
    if mapping.time is None and mapping.counter is None and mapping.shared_clock:
        checks.faults.append(
            'clock.start = "shared clock" needs clock.time or clock.counter; without a column '
            'only "first row" can be stated'
        )


def _dotted(section: str, key: str) -> str:
    return f"{section}.{key}" if section else key


def as_euler_order(order: str) -> EulerOrder:
    """Return a checked Euler order as the type that ``rotations`` wants."""
    return cast("EulerOrder", order)
