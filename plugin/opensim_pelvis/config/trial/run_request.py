"""What a user asks for: a trial file or a recording, a sensor map, and flags over both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.config.settings import TrialSettings
from opensim_pelvis.config.trial.defaults import list_defaults
from opensim_pelvis.config.trial.faults import COMMAND_LINE
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.config.trial.setting_definitions import (
    SettingDefinition,
    definition_of,
    definitions,
)
from opensim_pelvis.config.trial.trial_file import Tables, read_tables, settings_from_tables
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.types.segments import PAIRS

_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9.]{1,40}(?:[eE][+-]?[0-9]{1,3})?")


def read_request(
    path: Path,
    flags: Mapping[str, Mapping[str, Any]],
    *,
    sensor_map: Path | None = None,
    sensors: Sequence[str] = (),
) -> tuple[TrialSettings, tuple[str, ...]]:
    """Read the settings of a run.

    Parameters
    ----------
    path : Path
        A trial file (``.toml``), or a recording.
    flags : mapping of table to mapping of key
        Win over the trial file; None says nothing. Weights are texts ``"body=weight"``, laid over
        those of the trial file body by body.
    sensor_map : Path, optional
        Takes the place of the trial file's ``[sensors]``.
    sensors : sequence of str
        ``"identifier=body"`` each; added to the sensors of the map or file.

    Returns
    -------
    settings : TrialSettings
    defaults : tuple of str
        Every value left at its default (`list_defaults`).

    Raises
    ------
    SettingsError
        Naming every fault.
    """
    if path.suffix.lower() == ".toml":
        tables, folder, subject = read_tables(path), path.parent, str(path)
    else:
        tables, folder, subject = {"recording": {"path": str(path)}}, Path(), COMMAND_LINE
    if sensor_map is not None:
        _check_there({"--sensors": sensor_map})
        tables["sensors"] = read_sensor_map(sensor_map)
    pairs = _parse_pairs(sensors, "--sensor", "ID=BODY", "00B42279=pelvis")
    tables = merge_tables(_lay_weights(tables, flags), {"sensors": pairs})
    called = _stated(flags) | {f"sensors.{name}": f"--sensor {name}" for name in pairs}
    settings = settings_from_tables(tables, folder=folder, subject=subject, flags=called)
    _check_there(_files_of(settings, called))
    return settings, list_defaults(settings, tables)


def _stated(flags: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return what the keys are called that a flag gives a value."""
    stated = [(t, k) for t, table in flags.items() for k, v in table.items() if v is not None]
    return {f"{table}.{key}": definition_of(f"{table}.{key}").flag_name for table, key in stated}


def _files_of(settings: TrialSettings, called: Mapping[str, str]) -> dict[str, Path]:
    """Return the files that flags name; a mapping without an ending may be a built-in one."""
    stated = ((one, called.get(one.name)) for one in definitions() if one.kind == "path")
    found = {flag: getattr(getattr(settings, one.section), one.key) for one, flag in stated if flag}
    built_in = definition_of("recording.mapping").flag_name
    return {flag: path for flag, path in found.items() if flag != built_in or path.suffix}


def _check_there(files: Mapping[str, Path]) -> None:
    """Raise for files that flags name and that do not exist, called by their flags."""
    missing = [
        f"{flag}: there is no such file or folder: {path}"
        for flag, path in files.items()
        if not path.exists()
    ]
    raise_faults(SettingsError, COMMAND_LINE, missing)


def merge_tables(tables: Tables, flags: Tables) -> dict[str, Any]:
    """Return a trial file's tables with the flags laid over them; a flag of None says nothing.

    >>> merge_tables({"subject": {"sex": "male"}}, {"subject": {"sex": "female", "id": None}})
    {'subject': {'sex': 'female'}}
    """
    merged = dict(tables)
    for name, table in flags.items():
        stated = {key: value for key, value in table.items() if value is not None}
        earlier = merged.get(name, {})
        if stated:
            # what is no table is kept, so that the checks that follow tell of it
            merged[name] = {**earlier, **stated} if isinstance(earlier, Mapping) else earlier
    return merged


def _lay_weights(tables: Tables, flags: Tables) -> dict[str, Any]:
    """Return tables with flags laid over them; weights of a flag win for the bodies it names."""
    laid = {section: dict(table) for section, table in flags.items()}
    for one in definitions():
        texts = laid.get(one.section, {}).get(one.key)
        if one.kind == "weights" and texts is not None:
            laid[one.section][one.key] = _weights(tables.get(one.section, {}), one, texts) or None
    return merge_tables(tables, laid)


def _weights(table: Any, one: SettingDefinition, texts: Sequence[str]) -> dict[str, Any]:
    """Return weights of a flag, and those of the trial file for bodies that it does not name."""
    given: dict[str, Any] = {}
    for body, text in _parse_pairs(texts, one.flag_name, "BODY=WEIGHT", "tibia=0.02").items():
        try:
            # digits of ASCII alone, and no more of them than anybody writes
            given[body] = float(text) if _PLAIN_NUMBER.fullmatch(text) else text
        except ValueError:
            given[body] = text  # told with the other settings
    earlier = table.get(one.key, {}) if isinstance(table, Mapping) else {}
    if isinstance(earlier, Mapping):
        told = {*given, *(body for pair in given for body in PAIRS.get(pair, ()))}
        given = {body: weight for body, weight in earlier.items() if body not in told} | given
    return given


def _parse_pairs(sensors: Sequence[str], flag: str, form: str, example: str) -> dict[str, str]:
    """Return left to right of texts ``"left=right"``, of one flag."""
    pairs: dict[str, str] = {}
    faults: list[str] = []
    for text in sensors:
        identifier, equals, body = (part.strip() for part in text.rpartition("="))
        if not (identifier and equals and body):
            faults.append(f"wanted {form} such as {example}, found '{text}'")
        elif identifier in pairs:
            faults.append(f"'{identifier}' is given twice")
        pairs[identifier] = body
    raise_faults(SettingsError, flag, faults)
    return pairs
