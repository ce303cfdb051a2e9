"""The HDF5 layouts of APDM Opals, told apart by ``FileFormatVersion``.

Versions 2 to 4: root attributes ``CaseIdList`` and ``MonitorLabelList``, and a group a monitor
with ``Time`` and ``Calibrated/Accelerometers | Gyroscopes | Magnetometers | Orientation``.
Version 5: ``Sensors/<number>`` with ``Time``, ``Accelerometer``, ``Gyroscope``, ``Magnetometer``
and the attributes of ``Configuration``, and ``Processed/<number>/Orientation``. Version 1
(attribute ``File_Format_Version``) is read where its groups are those of version 2. Rows are
samples. Put together from public readers of such files; no real file was at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.readers.apdm_bounds import Budget, check_links
from opensim_pelvis.io.readers.apdm_file import UNITS, WIDTHS, ApdmFile, ApdmSensor
from opensim_pelvis.io.tables.sample_clock import MAX_HOLE_S
from opensim_pelvis.notices import Notice, notice

VERSIONS: Final = (1, 2, 3, 4, 5)

_CALIBRATED: Final = {
    "acceleration_mps2": "Calibrated/Accelerometers",
    "angular_velocity_radps": "Calibrated/Gyroscopes",
    "magnetic_field": "Calibrated/Magnetometers",
    "R_ES": "Calibrated/Orientation",
}
_SENSORS: Final = {
    "acceleration_mps2": "Accelerometer",
    "angular_velocity_radps": "Gyroscope",
    "magnetic_field": "Magnetometer",
}
_UNIT: Final = {"acceleration_mps2": "m/s^2", "angular_velocity_radps": "rad/s"}
_LARGEST: Final = {
    "acceleration_mps2": 4000.0,
    "angular_velocity_radps": 200.0,
    "magnetic_field": 0.1,
    "R_ES": 2.0,
}
"""No Opal measures more (its widest accelerometer reaches 200 g); what does is damage."""

_NUMBER_TYPES: Final = (h5py.h5t.TypeIntegerID, h5py.h5t.TypeFloatID)
_FAULTS: Final = (
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    MemoryError,
    OverflowError,
)
"""What h5py raises on damaged files, besides its own OSError."""


def describe_hdf5(path: Path) -> str | None:
    """Return the version of an APDM file in words, or None where it is another HDF5 file."""
    try:
        with h5py.File(path, "r") as file:
            version = _version(file)
            ours = "Sensors" in file or "CaseIdList" in file.attrs or bool(_cases(file))
            return f"APDM HDF5, version {version}" if version is not None and ours else None
    except _FAULTS:
        return None


def read_hdf5(path: Path) -> ApdmFile:
    """Read a file of any version; all that is wrong with it comes as one ReadError."""
    try:
        with h5py.File(path, "r") as file:
            return _read(path, file)
    except ReadError:
        raise
    except _FAULTS as fault:
        raise ReadError(
            f"{path}: the HDF5 file is damaged or not an APDM recording. Copy or export it again."
        ) from fault


def _read(path: Path, file: Any) -> ApdmFile:
    check_links(file, path)
    version = _version(file)
    if version not in VERSIONS:
        raise ReadError(
            f"{path}: wanted an APDM file of version {VERSIONS[0]} to {VERSIONS[-1]} (attribute "
            f"FileFormatVersion), found {version or 'no version'}"
        )
    faults: list[str] = []
    notes: list[Notice] = []
    found = list(_sensors_5(file) if version == 5 else _sensors_1_to_4(file))
    if not found:
        faults.append(
            "no sensor was found"
            if version == 5
            else "no monitor with calibrated data was found: convert the raw file in Motion Studio"
        )
    sensors, rates, budget = [], {}, Budget(path)
    for number, label, group, paths, rate in found:
        name = label or number
        sensor = _read_sensor(name, number, label, group, paths, faults, notes, budget)
        if sensor is not None:
            sensors.append(sensor)
            rates[name] = rate
    known = {rate for rate in rates.values() if rate is not None}
    if len(known) > 1:
        listed = ", ".join(f"{name} {rate:g} Hz" for name, rate in rates.items() if rate)
        faults.append(f"wanted one sampling rate, but the sensors differ: {listed}")
    raise_faults(ReadError, str(path), faults)
    field = "Sample Rate" if version == 5 else "SampleRate"
    return ApdmFile(
        path=path,
        layout=f"HDF5 version {version}",
        rate_hz=next(iter(known), None),
        rate_source=notice("source.sensor_attribute", field=field),
        sensors=tuple(sensors),
        lines=None,
        header={"FileFormatVersion": str(version)},
        notes=tuple(notes),
    )


_Found = tuple[str, str, Any, Mapping[str, Any], float | None]


def _sensors_1_to_4(file: Any) -> Iterator[_Found]:
    """Yield number, label, group, datasets and rate of each monitor."""
    numbers = _texts(_attribute(file, "CaseIdList")) or _cases(file)
    labels = _texts(_attribute(file, "MonitorLabelList"))
    for i, number in enumerate(numbers):
        group = file[number]
        datasets = {
            key: group[path]
            for key, path in _CALIBRATED.items()
            if path in group and _enabled(group, path)
        }
        label = labels[i] if len(labels) == len(numbers) else ""
        yield number, label, group, datasets, _rate(_attribute(group, "SampleRate"))


def _sensors_5(file: Any) -> Iterator[_Found]:
    """Yield number, label, group, datasets and rate of each sensor."""
    processed = file.get("Processed", {})
    for number, group in file["Sensors"].items():
        settings = group.get("Configuration", group)
        datasets = {key: group[name] for key, name in _SENSORS.items() if name in group}
        if number in processed and "Orientation" in processed[number]:
            datasets["R_ES"] = processed[number]["Orientation"]
        label = next(iter(_texts(_attribute(settings, "Label 0"))), "")
        yield number, label, group, datasets, _rate(_attribute(settings, "Sample Rate"))


def _read_sensor(
    name: str,
    number: str,
    label: str,
    group: Any,
    datasets: Mapping[str, Any],
    faults: list[str],
    notes: list[Notice],
    budget: Budget,
) -> ApdmSensor | None:
    """Return one sensor, or None with what is wrong added to ``faults``."""
    if "Time" not in group:
        faults.append(f"{name}: the dataset Time is missing")
        return None
    time_us = _numbers(group["Time"], budget).reshape(-1)
    count = time_us.size
    steps = np.diff(time_us)
    if count < 2 or not np.isfinite(time_us).all() or steps.min() <= 0.0:
        faults.append(f"{name}: Time must contain at least two increasing numbers, but it does not")
        return None
    if steps.max() > MAX_HOLE_S * 1e6:
        faults.append(f"{name}: Time jumps by {steps.max() * 1e-6:.6g} s: the file is damaged")
        return None
    signals = {}
    for key, dataset in datasets.items():
        if dataset.shape != (count, WIDTHS[key]):
            if key == "R_ES" and 0 in dataset.shape:
                notes.append(notice("apdm.no_orientations", name, sensor=name))
                continue
            faults.append(
                f"{name}: {dataset.name} must be {count} x {WIDTHS[key]}, as long as Time, found "
                f"{' x '.join(str(n) for n in dataset.shape)}"
            )
            continue
        values = _numbers(dataset, budget) * _factor(name, key, dataset, notes)
        if key == "R_ES" and not np.nan_to_num(values).any():
            notes.append(notice("apdm.empty_orientations", name, sensor=name))
            continue
        if np.isinf(values).any() or np.nanmax(np.abs(values), initial=0.0) > _LARGEST[key]:
            faults.append(
                f"{name}: {dataset.name} contains values beyond the range of any sensor: it "
                "is damaged"
            )
        signals[key] = values
    if not signals:
        faults.append(f"{name}: acceleration, angular velocity and orientation are all missing")
    return ApdmSensor(number=number, label=label, time_us=time_us, signals=signals)


def _factor(name: str, key: str, dataset: Any, notes: list[Notice]) -> float:
    """Return what takes a dataset to SI units; its attribute ``Units`` is heeded where known."""
    if key not in UNITS:
        return 1.0
    usual = UNITS[key][_UNIT.get(key, "uT")]
    stated = next(iter(_texts(_attribute(dataset, "Units"))), None)
    if stated is None or stated in UNITS[key]:
        return usual if stated is None else UNITS[key][stated]
    values = {"dataset": dataset.name, "stated": stated, "taken": _UNIT.get(key, "uT")}
    notes.append(notice("apdm.unknown_unit", name, **values))
    return usual


def _enabled(group: Any, path: str) -> bool:
    """Return whether a sensor was on, by an attribute such as ``AccelerometersEnabled``."""
    stated = _attribute(group, f"{path.split('/')[1]}Enabled")
    return stated is None or bool(np.all(stated))


def _cases(file: Any) -> list[str]:
    """Return the groups that hold calibrated data, for files without a list of them."""
    return [
        name
        for name, item in file.items()
        if isinstance(item, h5py.Group) and "Calibrated" in item and "Time" in item
    ]


def _version(file: Any) -> int | None:
    for name in ("FileFormatVersion", "File_Format_Version"):
        stated = _attribute(file, name)
        if stated is not None:
            return int(np.asarray(stated).reshape(-1)[0])
    return None


def _attribute(item: Any, name: str) -> Any:
    """Return an attribute, or None where it is absent or neither numbers nor padded text.

    Text of variable length, which these files do not have, lies elsewhere in the file, and the
    HDF5 library ends the whole program where damage has moved it.
    """
    if name not in item.attrs:
        return None
    kind = item.attrs.get_id(name).get_type()
    if isinstance(kind, h5py.h5t.TypeStringID):
        return None if kind.is_variable_str() else item.attrs[name]
    return item.attrs[name] if isinstance(kind, _NUMBER_TYPES) else None


def _numbers(dataset: Any, budget: Budget) -> FloatArray:
    """Return a dataset of numbers as they stand there; a ReadError where it holds others."""
    if not isinstance(dataset, h5py.Dataset) or not isinstance(
        dataset.id.get_type(), _NUMBER_TYPES
    ):
        raise ReadError(
            f"{budget.path}: {dataset.name} contains no numbers. The file is damaged or not a "
            "recording. Export it again."
        )
    budget.allow(dataset)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(dataset[()], dtype=np.float64)


def _rate(stated: Any) -> float | None:
    """Return a sampling rate from an attribute, None where there is none above zero."""
    if stated is None:
        return None
    rate = float(np.asarray(stated).reshape(-1)[0])
    return rate if np.isfinite(rate) and rate > 0.0 else None


def _texts(stated: Any) -> Sequence[str]:
    """Return the texts of an attribute, without the zero bytes and blanks that pad them."""
    if stated is None:
        return []
    cells: FloatArray | Any = np.asarray(stated, dtype=object).reshape(-1)
    texts = [c.decode("utf-8", "replace") if isinstance(c, bytes) else str(c) for c in cells]
    return [text.split("\0")[0].strip() for text in texts]
