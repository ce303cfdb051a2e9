"""Finds the sensors that the user names among those of a recording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from opensim_pelvis.config.settings import nearest
from opensim_pelvis.errors import SettingsError, TimelineError, raise_faults
from opensim_pelvis.types import Recording, SensorSignals
from opensim_pelvis.types.segments import BODIES, body_of

_MIN_SUFFIX: Final = 4  # shorter ends of names match by chance


def match_sensors(
    recording: Recording, sensors: Mapping[str, str]
) -> tuple[tuple[SensorSignals, str], ...]:
    """Pair the sensors of a recording with the bodies that wore them.

    A name matches exactly, or else without regard to case and leading underscores, or else when
    one name is the end of the other (``00B42279`` and ``MT_012005D6_009-001_00B42279``); it must
    match one sensor only.

    Parameters
    ----------
    recording : Recording
    sensors : mapping of str to str
        Name of the sensor to body. Empty: sensors called ``<body>_imu`` are taken as they stand.

    Returns
    -------
    tuple of (SensorSignals, str)
        Sensor and body, in the order of `types.segments.BODIES`, other bodies after them.

    Raises
    ------
    SettingsError
        Naming every sensor that is unknown or ambiguous, and every body with two sensors.
    TimelineError
        When the recording holds no sensor.
    """
    names = recording.identifiers
    if not names:
        raise TimelineError(f"{recording.name}: wanted at least one sensor, found none")
    asked = dict(sensors) or {n: body for n in names if (body := body_of(n))}
    if not asked:
        raise SettingsError(
            f"{recording.name}: no sensor is assigned to a body. It contains {', '.join(names)}. "
            f'Write lines such as "{names[0]}" = "pelvis" under [sensors], or give --sensor '
            f"{names[0]}=pelvis."
        )
    found, faults = _find_names(asked, names)
    raise_faults(SettingsError, recording.name, faults + _find_doubles(asked, found))
    by_name = {sensor.identifier: sensor for sensor in recording.sensors}
    pairs = [(by_name[found[name]], body) for name, body in asked.items()]
    return tuple(sorted(pairs, key=lambda pair: _rank(pair[1])))


def _find_names(
    asked: Mapping[str, str], names: tuple[str, ...]
) -> tuple[dict[str, str], list[str]]:
    """Return name asked for to identifier, and what cannot be matched."""
    found: dict[str, str] = {}
    faults: list[str] = []
    for name in asked:
        candidates = _candidates(name, names)
        if len(candidates) == 1:
            found[name] = candidates[0]
        elif candidates:
            faults.append(f"sensor '{name}' matches {', '.join(candidates)}. Give the full name.")
        else:
            faults.append(
                f"no sensor is named '{name}'.{nearest(name, names)} The recording contains "
                f"{', '.join(names)}."
            )
    return found, faults


def _candidates(name: str, names: tuple[str, ...]) -> list[str]:
    """Return the identifiers that a name may mean, by the strictest rule that finds any."""
    if name in names:
        return [name]
    plain = {other: _plain(other) for other in names}
    wanted = _plain(name)
    same = [other for other, text in plain.items() if text == wanted]
    if same or not wanted:
        return same
    return [
        other
        for other, text in plain.items()
        if min(len(text), len(wanted)) >= _MIN_SUFFIX
        and (text.endswith(wanted) or wanted.endswith(text))
    ]


def _plain(name: str) -> str:
    return name.lstrip("_").casefold()


def _find_doubles(asked: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """Find bodies with two sensors and sensors named twice."""
    by_body: defaultdict[str, list[str]] = defaultdict(list)
    by_sensor: defaultdict[str, list[str]] = defaultdict(list)
    for name, body in asked.items():
        by_body[body].append(name)
        if name in found:
            by_sensor[found[name]].append(name)
    return [
        f"{len(names)} sensors on one body, {body}: {', '.join(names)}. Keep one of them."
        for body, names in by_body.items()
        if len(names) > 1
    ] + [
        f"sensor {sensor} is assigned {len(names)} times: {', '.join(names)}. Keep one of them."
        for sensor, names in by_sensor.items()
        if len(names) > 1
    ]


def _rank(body: str) -> tuple[int, str]:
    return (BODIES.index(body) if body in BODIES else len(BODIES), body)


def keep_worn(recording: Recording, used: set[str]) -> tuple[Recording, tuple[str, ...]]:
    """Leave out sensors that nobody wore where clocks differ: their motion fits no other."""
    if recording.clocks == "common":
        return recording, ()
    worn = tuple(sensor for sensor in recording.sensors if sensor.identifier in used)
    idle = tuple(name for name in recording.identifiers if name not in used)
    return replace(recording, sensors=worn), idle
