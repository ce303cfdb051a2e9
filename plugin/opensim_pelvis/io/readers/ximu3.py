"""x-io x-IMU3 logs: a folder with one folder a device, and in it one csv file a kind of message.

Units are in the column names: deg/s, g, and a magnetic field that is 1 where the device was
calibrated (x-IMU3 User Manual v1.7, x-io Technologies 2024). Quaternion (w, x, y, z), rotation
matrix (row by row) and Euler angles (R = Rz(yaw) Ry(pitch) Rx(roll)) all take the device's
axes to the earth's: in the maker's example log (xioTechnologies/x-IMU3-CSV) the three agree. The
earth's axes are the device setting ``ahrs_axes_convention``: NWU unless it was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal

import numpy as np

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray, UpAxis, earth_from_world
from opensim_pelvis.io.readers._dates import date_of_text, earliest
from opensim_pelvis.io.readers._worlds import join_worlds
from opensim_pelvis.io.readers.ximu3_device import (
    STAMP,
    Device,
    DeviceSignals,
    find_device,
    looks_damaged,
    read_device,
)
from opensim_pelvis.io.registry import Match
from opensim_pelvis.io.tables.text_files import WORKERS, describe_input, list_folders
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import multiply, rotate
from opensim_pelvis.types import InputFile, Recording, SensorSignals

ACCELEROMETER_RANGE_G: Final = 24.0
"""x-IMU3 User Manual v1.7, table 7."""

SAME_CLOCK_S: Final = 0.1
"""Devices logged by one computer whose clocks differ by no more begin and end together."""

RATE_TOLERANCE: Final = 0.02
"""Rates of devices are off their nominal value by 0.3 % (same manual); more is another rate."""

_UP: Final[dict[str, UpAxis]] = {"NWU": "z", "ENU": "z", "NED": "-z"}


class Ximu3Reader:
    """Reads the folder of a log, or the folder of one device."""

    description = "x-io x-IMU3 log (a folder with one folder per device)"
    gives = (
        "orientation, acceleration, angular velocity, magnetic field (resampled to the time "
        "stamps of the inertial file)"
    )
    tried_on = "lower-body log of 7 devices, 50 Hz, 2023 (xioTechnologies/IMU-Mocap)"

    def sniff(self, path: Path) -> Match:
        """Say whether there are folders with files of x-IMU3s."""
        try:
            devices = _find_devices(path)
        except ReadError as fault:
            return Match(False, str(fault))
        if not devices and path.is_file() and find_device(path.parent) is not None:
            return Match(
                False, ("a single file of an x-IMU3: give the folder of the device or the log")
            )
        if not devices:
            return Match(False, "no folder with x-IMU3 files (Inertial.csv, Quaternion.csv ...)")
        return Match(True, f"{len(devices)} folder(s) of x-IMU3 devices")

    def read(self, settings: RecordingSettings) -> Recording:
        """Read all devices of a log; see ``registry.Reader``."""
        devices = _find_devices(settings.path)
        if not devices:
            raise ReadError(
                f"{settings.path}: wanted folders of x-IMU3 devices, but none contains "
                "Inertial.csv, Quaternion.csv or another of their files. Give the folder of one "
                "log."
            )
        identifiers = _name(settings.path, devices)
        with ThreadPoolExecutor(WORKERS) as pool:
            hashes = [pool.submit(describe_input, p) for device in devices for p in _paths(device)]
            loads = [pool.submit(read_device, device) for device in devices]
            loaded, faults = [], []
            for load in loads:
                try:
                    loaded.append(load.result())
                except ReadError as fault:
                    faults.append(str(fault))
            files = tuple(job.result() for job in hashes)
        raise_faults(ReadError, str(settings.path), faults)
        return _assemble(settings, identifiers, loaded, files)


def _find_devices(path: Path) -> list[Device]:
    """Return the devices of a log, or the one device whose folder the path is."""
    if not path.is_dir():
        return []
    alone = find_device(path)
    if alone is not None:
        return [alone]
    found = {folder: find_device(folder) for folder in list_folders(path)}
    devices = [device for device in found.values() if device is not None]
    if devices:
        faults = [
            f"the folder {folder.name} belongs to a device, but none of its files begins with "
            f"the column {STAMP}: copy it again, or remove the folder"
            for folder, device in found.items()
            if device is None and looks_damaged(folder)
        ]
        raise_faults(ReadError, str(path), faults)
    return devices


def _name(path: Path, devices: Sequence[Device]) -> list[str]:
    """Return what each device is called: its name, with the serial number where names repeat."""
    serials = [device.serial for device in devices if device.serial]
    twice = sorted({serial for serial in serials if serials.count(serial) > 1})
    if twice:
        folders = ", ".join(d.folder.name for d in devices if d.serial == twice[0])
        raise ReadError(
            f"{path}: wanted one folder per device, but device {twice[0]} has several: "
            f"{folders}. Keep one of them."
        )
    names = [device.name for device in devices]
    full = [
        name if names.count(name) == 1 else f"{name} {device.serial or device.folder.name}"
        for name, device in zip(names, devices, strict=True)
    ]
    return [
        name if full.count(name) == 1 else device.folder.name
        for name, device in zip(full, devices, strict=True)
    ]


def _assemble(
    settings: RecordingSettings,
    identifiers: Sequence[str],
    loaded: Sequence[DeviceSignals],
    files: tuple[InputFile, ...],
) -> Recording:
    """Put the devices together, each with its own stamps."""
    clocks, clock_note = _clocks(loaded)
    start_s = min(float(one.time_s[0]) for one in loaded)
    rate_hz, rate_notes = _find_rate(settings, identifiers, loaded)
    worlds = (_world(one.device, settings)[1] for one in loaded)
    field = notice("source.device_clock", file="Command.json")
    date, date_notes = earliest(
        (date_of_text(one.device.fields.get("time"), field) for one in loaded), field
    )
    sensors = tuple(
        _as_signals(name, one, settings, start_s if clocks == "shared" else float(one.time_s[0]))
        for name, one in zip(identifiers, loaded, strict=True)
    )
    return Recording(
        name=settings.name or settings.path.resolve().name,
        reader="ximu3",
        rate_hz=rate_hz,
        rate_source=notice("source.user" if settings.rate_hz else "source.device_stamps"),
        counter_source=notice("source.own_stamps"),
        world_frame=join_worlds(worlds),
        sensors=sensors,
        files=files,
        header=loaded[0].device.fields,
        start_s=start_s,
        date=date,
        clocks=clocks,
        notes=(
            *date_notes,
            *([clock_note] if len(loaded) > 1 else []),
            *rate_notes,
            *_absent(identifiers, loaded),
            *(note for one in loaded for note in one.notes),
        ),
    )


def _paths(device: Device) -> list[Path]:
    command = device.folder / "Command.json"
    return [*device.files.values(), *([command] if command.is_file() else [])]


def _clocks(loaded: Sequence[DeviceSignals]) -> tuple[Literal["shared", "own"], Notice]:
    """Return whether the stamps lie on one clock, and how that is known.

    Devices on one network keep their clocks together by themselves; nothing in a log says that
    they did. One computer starts and ends the log of all of them at once, so clocks that agree
    show stamps that begin together and end together.
    """
    starts = [float(one.time_s[0]) for one in loaded]
    ends = [float(one.time_s[-1]) for one in loaded]
    spread = max(max(starts) - min(starts), max(ends) - min(ends))
    if spread <= SAME_CLOCK_S:
        return "shared", notice("ximu3.one_clock", spread_ms=1000 * spread)
    return "own", notice("ximu3.own_clocks", spread_s=spread)


def _find_rate(
    settings: RecordingSettings, identifiers: Sequence[str], loaded: Sequence[DeviceSignals]
) -> tuple[float, tuple[Notice, ...]]:
    """Return the highest rate of the devices, or the one stated, and what is doubtful."""
    rates = {name: one.rate_hz for name, one in zip(identifiers, loaded, strict=True)}
    short = [name for name, rate in rates.items() if not np.isfinite(rate)]
    if short:
        raise ReadError(
            f"{settings.path}: wanted at least two samples per device, found fewer of "
            f"{', '.join(short)}"
        )
    highest = max(rates.values())
    notes = []
    if min(rates.values()) < (1.0 - RATE_TOLERANCE) * highest:
        notes.append(notice("ximu3.rates_differ", *rates, rates_hz=rates))
    stated = settings.rate_hz
    if stated is not None and abs(stated - highest) > RATE_TOLERANCE * stated:
        notes.append(notice("ximu3.user_rate", rate_hz=stated, found_hz=highest))
    return stated or round(highest, 6), tuple(notes)


def _absent(identifiers: Sequence[str], loaded: Sequence[DeviceSignals]) -> list[Notice]:
    """Return notes on signals that some of the devices have and others have not."""
    kinds = {
        "no_orientations": [one.orientation is not None for one in loaded],
        "no_inertial": [one.acceleration_g is not None for one in loaded],
        "no_magnetometer": [one.magnetic_field is not None for one in loaded],
    }
    notes = []
    for what, has in kinds.items():
        without = [name for name, there in zip(identifiers, has, strict=True) if not there]
        if any(has) and without:
            notes.append(notice(f"ximu3.{what}", *without, sensors=without))
    return notes


def _world(device: Device, settings: RecordingSettings) -> tuple[UpAxis, Notice]:
    """Return the upward axis of a device's earth frame, and where that is known from."""
    if settings.up_axis is not None:
        return settings.up_axis, notice("world.user", up=settings.up_axis)
    if device.convention is not None:
        up = _UP[device.convention]
        return up, notice("world.ximu3_stated", up=up, frame=device.convention)
    return "z", notice("world.ximu3", up="z")


def _as_signals(
    identifier: str, one: DeviceSignals, settings: RecordingSettings, start_s: float
) -> SensorSignals:
    """Return one device in SI units and E, its time from ``start_s``."""
    up, _ = _world(one.device, settings)
    turn = earth_from_world(up)

    def in_earth(vector: FloatArray | None) -> FloatArray | None:
        if vector is None:
            return None
        return (vector if up == "z" else rotate(turn, vector)) * GRAVITY_MPS2

    q = one.orientation
    gyroscope, acceleration = one.angular_velocity_degps, one.acceleration_g
    return SensorSignals(
        identifier=identifier,
        counter=one.counter,
        time_s=one.time_s - start_s,
        R_ES=q if q is None or up == "z" else multiply(turn, q),
        acceleration_mps2=None if acceleration is None else acceleration * GRAVITY_MPS2,
        free_acceleration_mps2=in_earth(one.free_acceleration_g),
        angular_velocity_radps=None if gyroscope is None else np.deg2rad(gyroscope),
        magnetic_field=one.magnetic_field,
        accelerometer_range_mps2=ACCELEROMETER_RANGE_G * GRAVITY_MPS2,
        file=one.device.folder.name,
    )
