"""APDM and x-IMU3 readers keep the contract that third parties inherit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from opensim_pelvis.io.readers.apdm import ApdmReader
from opensim_pelvis.io.readers.ximu3 import Ximu3Reader
from opensim_pelvis.simulate import SENSOR_MAP, write_apdm_csv, write_apdm_hdf5, write_ximu3
from opensim_pelvis.testing import ReaderContract
from opensim_pelvis.types import Recording

SIX_DECIMALS = 0.51e-6
NINE_DECIMALS = 0.51e-9
SIX_DECIMALS_RAD = 3e-6  # four components of a quaternion, each rounded
G = 9.80665
FLOAT32 = 1e-5  # 2^-24 of accelerations of 100 m/s^2
FLOAT32_RAD = 3e-7
LOCAL_FIELD_T = 50e-6


class Worn(ReaderContract):
    def identifiers(self, written: Recording) -> tuple[str, ...]:
        return tuple(SENSOR_MAP[name] for name in written.identifiers)


class Tesla(Worn):
    def make_recording(self) -> Recording:
        recording = super().make_recording()
        sensors = tuple(
            replace(s, magnetic_field=s.magnetic_field * LOCAL_FIELD_T, magnetic_unit="T")
            for s in recording.sensors
        )
        return replace(recording, sensors=sensors)


class TestApdmCsv(Tesla):
    reader = ApdmReader()
    tolerances = {
        "R_ES": SIX_DECIMALS_RAD,
        "acceleration_mps2": NINE_DECIMALS,
        "angular_velocity_radps": NINE_DECIMALS,
        "magnetic_field": NINE_DECIMALS * 1e-6,
    }

    def write(self, recording: Recording, directory: Path) -> Path:
        return write_apdm_csv(recording, directory / "walk.csv")


class TestApdmFormat7(Tesla):
    reader = ApdmReader()
    tolerances = {
        "R_ES": SIX_DECIMALS_RAD,
        "acceleration_mps2": SIX_DECIMALS,
        "angular_velocity_radps": SIX_DECIMALS,
        "magnetic_field": SIX_DECIMALS * 1e-6,
    }

    def write(self, recording: Recording, directory: Path) -> Path:
        return write_apdm_csv(recording, directory / "walk.csv", layout="format 7")


class ApdmHdf5(Tesla):
    reader = ApdmReader()
    tolerances = {
        "R_ES": FLOAT32_RAD,
        "acceleration_mps2": FLOAT32,
        "angular_velocity_radps": FLOAT32,
        "magnetic_field": 1e-11,
    }


class TestApdmVersion3(ApdmHdf5):
    def write(self, recording: Recording, directory: Path) -> Path:
        return write_apdm_hdf5(recording, directory / "walk.h5", version=3)


class TestApdmVersion5(ApdmHdf5):
    def write(self, recording: Recording, directory: Path) -> Path:
        return write_apdm_hdf5(recording, directory / "walk.h5", version=5)


class TestXimu3(Worn):
    reader = Ximu3Reader()
    tolerances = {
        "R_ES": SIX_DECIMALS_RAD,
        "acceleration_mps2": G * SIX_DECIMALS,
        "angular_velocity_radps": SIX_DECIMALS,
        "magnetic_field": SIX_DECIMALS,
    }

    def write(self, recording: Recording, directory: Path) -> Path:
        return write_ximu3(recording, directory / "walk")
