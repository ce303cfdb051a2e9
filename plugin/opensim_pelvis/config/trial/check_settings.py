"""Settings that a program made are checked as those of a trial file are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from opensim_pelvis.config.settings import SECTIONS, TrialSettings
from opensim_pelvis.config.trial.setting_definitions import of_section
from opensim_pelvis.config.trial.trial_file import parse_section
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.notices.plain_words import value_words


def check_settings(settings: TrialSettings) -> None:
    """See that every setting has the kind and the bounds that a trial file's has.

    Raises
    ------
    SettingsError
        Naming every fault.
    """
    faults: list[str] = []
    for name, record in SECTIONS.items():
        given = getattr(settings, name)
        if not isinstance(given, record):
            faults.append(f"{name}: wanted {record.__name__}, found {value_words(given)[:60]}")
        elif name != "recording":  # where it is, and its rate, the recording itself has told
            parse_section(name, _stated(name, given), Path(), faults)
            faults += _texts_for_paths(name, given)
    for identifier, body in settings.sensors.items():
        if not (isinstance(identifier, str) and isinstance(body, str)):
            faults.append(
                "sensors: wanted identifier and body as texts, found "
                f"{value_words(identifier)[:40]} and {value_words(body)[:40]}"
            )
    raise_faults(SettingsError, "settings", faults)


def as_sensors(sensors: Any) -> dict[str, str]:
    """Return what a caller gave as sensors; SettingsError where it is no mapping."""
    if sensors is not None and not isinstance(sensors, Mapping):
        raise SettingsError(
            "sensors: wanted a mapping such as {'00B42279': 'pelvis'}, found "
            f"{value_words(sensors)[:60]}"
        )
    return dict(sensors or {})


def _texts_for_paths(name: str, record: Any) -> list[str]:
    """Return faults of paths that are given as texts: what works with them wants a Path."""
    return [
        f"{one.name}: wanted a pathlib.Path, found {value_words(getattr(record, one.key))[:60]}"
        for one in of_section(name)
        if one.kind == "path" and isinstance(getattr(record, one.key), str)
    ]


def _stated(name: str, record: Any) -> dict[str, Any]:
    """Return the values of a record; nothing where a field may be absent and is."""
    values = {one.key: getattr(record, one.key) for one in of_section(name)}
    optional = {one.key for one in of_section(name) if one.not_given}
    return {
        key: value.item() if isinstance(value, np.generic) else value
        for key, value in values.items()
        if value is not None or key not in optional
    }
