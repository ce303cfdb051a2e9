"""Reads ``trial.toml`` into settings; all faults of a file are told at once.

Flags become the same tables of keys as the file's, so that one set of checks serves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.config.settings import SECTIONS, TrialSettings, nearest
from opensim_pelvis.config.trial.faults import raise_named
from opensim_pelvis.config.trial.mounting import WANTED, Mounting, parse_mounting
from opensim_pelvis.config.trial.setting_definitions import definitions, of_section
from opensim_pelvis.config.trial.values import UnusableError, convert
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.io.documents import read_text, read_toml
from opensim_pelvis.notices.plain_words import value_words
from opensim_pelvis.types.segments import BODIES, as_body

Tables = Mapping[str, Any]
"""Content of a trial file: table to key to value, as TOML has it."""

TRIAL_NAME: Final = "trial.toml"
"""What a trial file is called that a folder is run by."""

NAMES_BODIES: Final = frozenset({"body", "weights"})
"""Kinds of settings whose values name bodies of the model."""


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


def find_trial(path: Path) -> Path | None:
    """Return the trial file that a path is or, as a folder, has in it; None where it is neither."""
    if path.suffix.lower() == ".toml":
        return path
    inside = path / TRIAL_NAME
    return inside if inside.is_file() else None


def read_tables(path: Path) -> dict[str, Any]:
    """Read a TOML file without judging its keys; SettingsError where it is no TOML."""
    tables = read_toml(path, SettingsError, "settings in TOML")
    if not tables and not read_text(path, SettingsError).strip():
        raise SettingsError(
            f"{path}: the file is empty. `opensim-pelvis init` writes a trial file."
        )
    return tables


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
        named = [(one, sections[one.section][one.key]) for one in definitions()
                 if one.kind in NAMES_BODIES and one.key in sections[one.section]]  # fmt: skip
        for one, value in named:
            found = [value] if isinstance(value, str) else value
            faults += [_unknown_body(one.name, body) for body in found if body not in bodies]
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
                f"sensors.{identifier}: wanted a body in quotes, found {value_words(body)}. Put an "
                'identifier with a dot or a space in quotes: "a.b" = "pelvis".'
            )
            continue
        sensors[identifier] = as_body(body.strip())
        if bodies is not None and sensors[identifier] not in bodies:
            faults.append(_unknown_body(f"sensors.{identifier}", body))
    return sensors


def _parse_mountings(
    table: Mapping[str, Any], bodies: tuple[str, ...] | None, faults: list[str]
) -> dict[str, Mounting]:
    """Return body to mounting, and add to ``faults`` what cannot be used."""
    mountings: dict[str, Mounting] = {}
    for name, value in table.items():
        body = as_body(name)
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
            wanted = f"wanted a table [{name}]" if name in allowed else "is outside any table"
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
    for one in of_section(name):
        if one.key not in table:
            continue
        try:
            values[one.key] = convert(one, table[one.key], folder)
        except UnusableError as fault:
            faults.append(f"{one.name}: wanted {fault}, found {value_words(table[one.key])}")
    return values


def _unknown_body(key: str, body: str) -> str:
    return (
        f"{key}: no body is called '{body}'.{nearest(body, BODIES)} There are: {', '.join(BODIES)}."
    )
