"""Reads which sensor was worn where: a TOML map of our own, or the XML mapping of OpenSense."""

from __future__ import annotations

from pathlib import Path

from opensim_pelvis.config.trial.trial_file import parse_sensors, read_tables
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.io.documents import is_xml, read_xml

_IMU = "_imu"


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
        if not identifier or not label.endswith(_IMU) or label == _IMU:
            faults.append(
                f"ExperimentalSensor '{identifier}': wanted a name and a name_in_model "
                f"'<body>{_IMU}', found '{label}'"
            )
        elif identifier in sensors:
            faults.append(f"ExperimentalSensor '{identifier}' is listed twice")
        sensors[identifier] = label.removesuffix(_IMU)
    if not sensors:
        faults.append("wanted a sensor mapping of OpenSense, found no ExperimentalSensor in it")
    raise_faults(SettingsError, str(path), faults)
    return sensors
