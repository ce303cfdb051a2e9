"""Reads ``trial.toml`` into settings; all faults of a file are told at once.

Flags become the same tables of keys as the file's, so that one set of checks serves both.
"""

from __future__ import annotations

import datetime
import math
import types
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from opensim_pelvis.documents import read_text, read_toml
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.names import name_fault, text_fault
from opensim_pelvis.plain_words import value_words
from opensim_pelvis.settings import BODIES, SECTIONS, TrialSettings, nearest
from opensim_pelvis.trial.faults import raise_named
from opensim_pelvis.trial.mounting import WANTED, Mounting, parse_mounting
from opensim_pelvis.types.date import parse_moment

Tables = Mapping[str, Any]
"""Content of a trial file: table to key to value, as TOML has it."""

_LIMITS: Final[Mapping[str, tuple[float, float, str]]] = {
    "recording.rate_hz": (1.0, 20_000.0, "samples a second, from 1 to 20000"),
    "timeline.rate_hz": (1.0, 20_000.0, "samples a second, from 1 to 20000"),
    "calibration.max_spread_deg": (0.0, 180.0, "degrees, from 0 to 180"),
    "subject.height_m": (0.5, 2.5, "metres, from 0.5 to 2.5"),
    "subject.mass_kg": (10.0, 300.0, "kilograms, from 10 to 300"),
    "activity.speed_mps": (0.0, 15.0, "metres a second, from 0 to 15"),
    "activity.speed_start_s": (-86_400.0, 86_400.0, "seconds, at most a day either way"),
    "activity.events_start_s": (-86_400.0, 86_400.0, "seconds, at most a day either way"),
    "timeline.max_gap_s": (0.0, 10.0, "seconds, from 0 to 10"),
}


EARLIEST_YEAR: Final = 1980
LATEST_YEAR: Final = 2100
"""A recording of another year is a slip of the pen."""


class _UnusableError(ValueError):
    """A value that a key cannot take; says what was wanted."""


def read_trial(path: Path) -> TrialSettings:
    """Read a trial file.

    Parameters
    ----------
    path : Path
        TOML file; the paths in it are relative to its folder.

    Raises
    ------
    SettingsError
        Naming every fault of the file.
    """
    return settings_from_tables(read_tables(path), folder=path.parent, subject=str(path))


def read_tables(path: Path) -> dict[str, Any]:
    """Read a TOML file without judging its keys; SettingsError where it is no TOML."""
    tables = read_toml(path, SettingsError, "settings in TOML")
    if not tables and not read_text(path, SettingsError).strip():
        raise SettingsError(
            f"{path}: the file is empty. `opensim-pelvis init` writes a trial file."
        )
    return tables


SIDED: Final = ("femur", "tibia", "calcn")
"""Bodies that a weight names on both sides at once when no side is given."""


def settings_from_tables(
    tables: Tables, *, folder: Path, subject: str, flags: Mapping[str, str] | None = None
) -> TrialSettings:
    """Check tables of keys and make settings of them.

    Parameters
    ----------
    tables : mapping
        Table to key to value, as read from TOML or made of flags.
    folder : Path
        What relative paths are relative to.
    subject : str
        What an error message calls the source: the file, or the command line.
    flags : mapping of str to str, optional
        What keys are called that came from a flag, such as ``recording.rate_hz``: ``--rate``.

    Raises
    ------
    SettingsError
        Naming every fault.
    """
    faults = _faults_of_names(tables)
    sections = {
        name: parse_section(name, _mapping(tables.get(name)), folder, faults) for name in SECTIONS
    }
    if "path" not in _mapping(tables.get("recording")):
        faults.append("recording.path: wanted the recording's file or folder, found nothing")
    bodies = None if "model" in sections["solver"] else BODIES
    sensors = parse_sensors(tables.get("sensors", {}), bodies, faults)
    if bodies is not None:
        base = sections["calibration"].get("base")
        named = [("calibration.base", base)] if base is not None else []
        named += [("solver.weights", body) for body in sections["solver"].get("weights", {})]
        faults += [_unknown_body(key, body) for key, body in named if body not in bodies]
    mountings = _parse_mountings(_mapping(tables.get("mountings")), bodies, faults)
    raise_named(subject, faults, flags or {})
    made = {name: record(**sections[name]) for name, record in SECTIONS.items()}
    return TrialSettings(sensors=sensors, mountings=mountings, **made)


def parse_sensors(table: Any, bodies: tuple[str, ...] | None, faults: list[str]) -> dict[str, str]:
    """Return identifier to body, and add to ``faults`` what cannot be used.

    Parameters
    ----------
    table : mapping
        As read from TOML; anything else is told elsewhere and gives no sensor.
    bodies : tuple of str or None
        The bodies there are; None leaves them to another model.
    faults : list of str
        Grows.
    """
    sensors: dict[str, str] = {}
    if not isinstance(table, Mapping):
        return sensors
    for identifier, body in table.items():
        if not isinstance(body, str) or not body.strip():
            faults.append(
                f"sensors.{identifier}: wanted a body in quotes, found {value_words(body)}. An "
                'identifier with a dot or a space stands in quotes, too: "a.b" = "pelvis".'
            )
            continue
        sensors[identifier] = body.strip().removesuffix("_imu")
        if bodies is not None and sensors[identifier] not in bodies:
            faults.append(_unknown_body(f"sensors.{identifier}", body))
    return sensors


def _parse_mountings(
    table: Mapping[str, Any], bodies: tuple[str, ...] | None, faults: list[str]
) -> dict[str, Mounting]:
    """Return body to mounting, and add to ``faults`` what cannot be used."""
    mountings: dict[str, Mounting] = {}
    for name, value in table.items():
        body = name.removesuffix("_imu")
        mounting = parse_mounting(value, body)
        if bodies is not None and body not in bodies:
            faults.append(_unknown_body(f"mountings.{name}", body))
        elif mounting is None:
            faults.append(f"mountings.{name}: wanted {WANTED}, found {value_words(value)}")
        else:
            mountings[body] = mounting
    return mountings


def _faults_of_names(tables: Tables) -> list[str]:
    """Find tables and keys that do not exist, with the nearest that do."""
    allowed = (*SECTIONS, "sensors", "mountings")
    homes = {item.name: name for name, record in SECTIONS.items() for item in fields(record)}
    faults: list[str] = []
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            home = f" '{name}' belongs under [{homes[name]}]." if name in homes else ""
            wanted = f"wanted a table [{name}]" if name in allowed else "stands outside any table"
            faults.append(f"{name} = {value_words(table)}: {wanted}.{home}")
        elif name not in allowed:
            listed = ", ".join(f"[{table}]" for table in allowed)
            faults.append(f"[{name}]: no such table.{nearest(name, allowed)} There are: {listed}.")
        elif name in SECTIONS:
            keys = [item.name for item in fields(SECTIONS[name])]
            for key in table:
                if key not in keys:
                    home = f" It belongs under [{homes[key]}]." if key in homes else ""
                    hint = home or nearest(key, keys)
                    faults.append(f"{name}.{key}: no such key.{hint} There are: {', '.join(keys)}.")
    return faults


def _mapping(table: Any) -> Mapping[str, Any]:
    """Return a table, or an empty one where the file has something else (told elsewhere)."""
    return table if isinstance(table, Mapping) else {}


def parse_section(
    name: str, table: Mapping[str, Any], folder: Path, faults: list[str]
) -> dict[str, Any]:
    """Return the usable values of one table; add a fault for each of the others."""
    values: dict[str, Any] = {}
    for key, hint in get_type_hints(SECTIONS[name]).items():
        if key not in table:
            continue
        try:
            values[key] = _convert(f"{name}.{key}", table[key], hint, folder)
        except _UnusableError as fault:
            faults.append(f"{name}.{key}: wanted {fault}, found {value_words(table[key])}")
    return values


def _convert(key: str, value: Any, hint: Any, folder: Path) -> Any:
    """Return a TOML value as the type that a record's field has."""
    if get_origin(hint) in (types.UnionType, Union):
        hint = next(option for option in get_args(hint) if option is not type(None))
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if value not in choices:
            raise _UnusableError(f"one of {', '.join(choices)}")
        return value
    if hint is bool:
        if not isinstance(value, bool):
            raise _UnusableError("true or false")
        return value
    if hint is Path:
        return folder / _path(_text(value, "a path in quotes"))
    if hint is str:
        text = _text(value, "text in quotes")
        fault = name_fault(text) if key == "recording.name" else None
        if fault is not None:
            raise _UnusableError(f"a name that can begin a file's name ({fault})")
        fault = text_fault(text)
        if fault is not None:
            raise _UnusableError(f"a text that can be shown and stored ({fault})")
        return text
    if hint is datetime.date:
        return _date(value)
    if hint is float:
        low, high, words = _LIMITS[key]
        return _number(value, low, high, words)
    if get_origin(hint) is tuple:
        return _window(value)
    if key == "timeline.trigger_s":
        return _times(value)
    return _weights(value)


def _date(value: Any) -> datetime.date:
    """Return TOML's own dates and times, and the same in quotes, as a date."""
    wanted = (
        "a date such as 2026-11-24, or 2026-11-24T10:30:00, with +01:00 or Z at the end where "
        "the time zone is known"
    )
    try:
        found = parse_moment(value.strip()) if isinstance(value, str) else value
    except ValueError as fault:
        raise _UnusableError(wanted) from fault
    if not isinstance(found, datetime.date):
        raise _UnusableError(wanted)
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise _UnusableError(f"a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return found


def _text(value: Any, wanted: str) -> str:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise _UnusableError(wanted)
    return str(value)


def _path(text: str) -> Path:
    """Return a path; ``~NAME`` of a person whom the computer does not know is a plain name."""
    if "\0" in text:
        raise _UnusableError("a path (it has the invisible character U+0000 in it)")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _number(value: Any, low: float, high: float, wanted: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        raise _UnusableError(wanted)
    return float(value)


def _window(value: Any) -> tuple[float, float]:
    wanted = "start and end in seconds, such as [0.0, 2.0], the end not before the start"
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _UnusableError(wanted)
    start, end = (_number(edge, 0.0, math.inf, wanted) for edge in value)
    if not start <= end < math.inf:
        raise _UnusableError(wanted)
    return start, end


def _times(value: Any) -> dict[str, float]:
    wanted = 'a time in seconds for each sensor, such as { "00B42279" = 12.43 }'
    if not isinstance(value, Mapping):
        raise _UnusableError(wanted)
    limit = 1e12  # no clock in seconds shows more
    return {name: _number(time, -limit, limit, wanted) for name, time in value.items()}


def _weights(value: Any) -> dict[str, float]:
    wanted = "bodies with weights from 0 to 1000, such as { pelvis = 2.0 }"
    if not isinstance(value, Mapping):
        raise _UnusableError(wanted)
    weights = {body: _number(weight, 0.0, 1000.0, wanted) for body, weight in value.items()}
    both = {b: w for b, w in weights.items() if b in SIDED}
    return {f"{b}_{side}": w for b, w in both.items() for side in "rl"} | {
        body: weight for body, weight in weights.items() if body not in both
    }


def _unknown_body(key: str, body: str) -> str:
    return (
        f"{key}: no body is called '{body}'.{nearest(body, BODIES)} There are: {', '.join(BODIES)}."
    )
