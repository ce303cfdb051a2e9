"""Reads which sensor was worn where: a TOML map of our own, or the XML mapping of OpenSense."""

from __future__ import annotations

from pathlib import Path

from opensim_pelvis.config.trial.trial_file import parse_sensors, read_tables
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.io.documents import is_xml, read_xml
from opensim_pelvis.types.segments import body_of, sensor_of


def read_sensor_map(path: Path) -> dict[str, str]:
    """Read which sensor was worn where.

    Parameters
    ----------
    path : Path
        TOML with lines ``"identifier" = "body"``, bare or under ``[sensors]``, or the
        ``myIMUMappings.xml`` of OpenSense.

    Returns
    -------
    dict of str to str
        Identifier in the recording to body.
    """
    if is_xml(path):
        return _read_opensense_map(path)
    tables = read_tables(path)
    faults: list[str] = []
    sensors = parse_sensors(tables.get("sensors", tables), None, faults)
    if not sensors and not faults:
        faults.append('it lists no sensor. Write lines such as "00B42279" = "pelvis".')
    raise_faults(SettingsError, str(path), faults)
    return sensors


def _read_opensense_map(path: Path) -> dict[str, str]:
    root = read_xml(path, SettingsError, "OpenSense's sensor mapping in XML")
    sensors: dict[str, str] = {}
    faults: list[str] = []
    for sensor in root.iter("ExperimentalSensor"):
        identifier = sensor.get("name", "").strip()
        label = (sensor.findtext("name_in_model") or "").strip()
        body = body_of(label)
        if not identifier or body is None:
            faults.append(
                f"ExperimentalSensor '{identifier}': wanted a name and a name_in_model "
                f"'{sensor_of('<body>')}', found '{label}'"
            )
        elif identifier in sensors:
            faults.append(f"ExperimentalSensor '{identifier}' is listed twice")
        sensors[identifier] = body or label
    if not sensors:
        faults.append("wanted a sensor mapping of OpenSense, found no ExperimentalSensor in it")
    raise_faults(SettingsError, str(path), faults)
    return sensors
