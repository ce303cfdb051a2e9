"""Each built-in format: written by the simulator, read back, signals compared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from opensim_pelvis import simulate
from opensim_pelvis.cli.selftest.checked import Check, need, within
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.reading import read
from opensim_pelvis.rotations import angle_between
from opensim_pelvis.simulate.truth import Truth
from opensim_pelvis.types import Recording, SensorSignals

BODIES: Final = ("pelvis", "torso")
RATE_HZ: Final = 40.0
TOLERANCE_RAD: Final = 0.005
"""Of text with few digits and of angles instead of quaternions."""

_MAPPING: Final = """layout = "wide"
[text]
separator = ","
decimal = "."
header_line = 1
[clock]
time = "time_s"
unit = "s"
rate_hz = 40.0
[world]
up = "z"
[orientation]
quaternion = ["{sensor}_qw", "{sensor}_qx", "{sensor}_qy", "{sensor}_qz"]
order = "wxyz"
direction = "sensor_to_world"
"""

Write = Callable[[Truth, Recording, Path], Path]


def try_reader(reader: str, write: Write, folder: Path, _: dict[str, Any]) -> None:
    """Write a short recording, read it, and compare how far each sensor has turned by when."""
    session = simulate.Session(duration_s=2.0, rate_hz=RATE_HZ, still_s=0.5, ramp_s=0.5)
    truth = simulate.simulate_runner(session=session)
    sensors = simulate.SensorSettings(mountings=simulate.random_mountings(7), magnetometer=True)
    written = simulate.simulate_sensors(truth, sensors, BODIES)
    path = write(truth, written, folder)
    mapping = folder / "mapping.toml" if reader == "table" else None
    found = read(path, reader=reader, mapping=mapping)
    need(len(found.sensors) >= len(BODIES), f"{len(found.sensors)} sensors were read, wanted 2")
    within("the difference of the rate, Hz", abs(found.rate_hz - RATE_HZ), 0.01)
    for sensor in written.sensors:
        apart = min(_apart(_turned(sensor), _turned(other)) for other in found.sensors)
        within("the difference of orientations, rad", apart, TOLERANCE_RAD)


def _turned(sensor: SensorSignals) -> FloatArray:
    """Return the angle from the first sample: the same in every frame and on every mounting."""
    need(sensor.R_ES is not None, "the orientations are missing")
    R_ES: Any = sensor.R_ES
    return np.asarray(angle_between(R_ES[:1], R_ES))


def _apart(first: FloatArray, second: FloatArray) -> float:
    return float(np.abs(first - second).max()) if first.shape == second.shape else float("inf")


def _xsens(_: Truth, recording: Recording, folder: Path) -> Path:
    simulate.write_xsens(recording, folder)
    return folder


def _dot(_: Truth, recording: Recording, folder: Path) -> Path:
    simulate.write_dot(recording, folder)
    return folder


def _mvnx(truth: Truth, recording: Recording, folder: Path) -> Path:
    return simulate.write_mvnx(truth, recording, folder / "a.mvnx", worn=simulate.SENSOR_MAP)


def _sto(_: Truth, recording: Recording, folder: Path) -> Path:
    return simulate.write_sto(recording, folder / "a.sto")


def _apdm_csv(_: Truth, recording: Recording, folder: Path) -> Path:
    return simulate.write_apdm_csv(recording, folder / "a.csv")


def _apdm_hdf5(_: Truth, recording: Recording, folder: Path) -> Path:
    return simulate.write_apdm_hdf5(recording, folder / "a.h5")


def _ximu3(_: Truth, recording: Recording, folder: Path) -> Path:
    return simulate.write_ximu3(recording, folder / "ximu3", convention="NWU")


def _table(_: Truth, recording: Recording, folder: Path) -> Path:
    (folder / "mapping.toml").write_text(_MAPPING, encoding="utf-8")
    return simulate.write_csv(recording, folder / "a.csv")


def _c3d(_: Truth, recording: Recording, folder: Path) -> Path:
    return simulate.write_c3d_channels(recording, folder / "a.c3d")


def _rotations(_: Truth, recording: Recording, folder: Path) -> Path:
    return simulate.write_c3d_rotations(recording, folder / "a.c3d")


_FORMATS: Final[tuple[tuple[str, str, Write, str], ...]] = (
    ("Xsens MTw text", "xsens", _xsens, "polars"),
    ("Xsens DOT csv", "dot", _dot, "polars"),
    ("Xsens MVNX", "mvnx", _mvnx, "numpy"),
    ("OpenSense table", "sto", _sto, "polars"),
    ("APDM csv", "apdm", _apdm_csv, "polars"),
    ("APDM HDF5", "apdm", _apdm_hdf5, "h5py"),
    ("x-IMU3", "ximu3", _ximu3, "polars"),
    ("table with a mapping", "table", _table, "polars"),
    ("C3D with channels of sensors", "c3d", _c3d, "ezc3d"),
    ("C3D with rotations", "c3d", _rotations, "ezc3d"),
)

CHECKS: Final = tuple(
    Check(f"reader, {words}", partial(try_reader, reader, write), package)
    for words, reader, write, package in _FORMATS
)
