"""The built-in readers of text keep the contract that third parties inherit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opensim_pelvis.io.readers.sto import StoReader
from opensim_pelvis.io.readers.table import TableReader
from opensim_pelvis.io.readers.xsens import XsensReader
from opensim_pelvis.simulate import SENSOR_MAP, write_csv, write_sto, write_xsens
from opensim_pelvis.testing import ReaderContract
from opensim_pelvis.testing.same_recording import check_equal_or_missing, check_round_trip
from opensim_pelvis.types import Recording

SIX_DECIMALS = 0.51e-6
NINE_DIGITS = 1e-7  # accelerations of tens of m/s2
SIX_DECIMALS_RAD = 3e-6  # four components of a quaternion, each rounded


class TestXsens(ReaderContract):
    reader = XsensReader()
    tolerances = {
        "R_ES": SIX_DECIMALS_RAD,
        "acceleration_mps2": SIX_DECIMALS,
        "angular_velocity_radps": SIX_DECIMALS,
        "magnetic_field": SIX_DECIMALS,
    }

    def write(self, recording: Recording, directory: Path) -> Path:
        write_xsens(recording, directory / "walk")
        return directory / "walk"


class TestSto(ReaderContract):
    reader = StoReader()
    tolerances = {"R_ES": 1e-12}

    def write(self, recording: Recording, directory: Path) -> Path:
        return write_sto(recording, directory / "walk.sto")

    def identifiers(self, written: Recording) -> tuple[str, ...]:
        return tuple(f"{SENSOR_MAP[name]}_imu" for name in written.identifiers)


class TestTable(ReaderContract):
    reader = TableReader()
    tolerances = {
        "R_ES": 1e-8,
        "acceleration_mps2": NINE_DIGITS,
        "angular_velocity_radps": NINE_DIGITS,
        "magnetic_field": NINE_DIGITS,
    }

    def write(self, recording: Recording, directory: Path) -> Path:
        return write_csv(recording, directory / "walk.csv")

    def identifiers(self, written: Recording) -> tuple[str, ...]:
        return tuple(SENSOR_MAP[name] for name in written.identifiers)


def test_the_contract_notices_what_it_is_for(tmp_path: Path) -> None:
    """A reader that makes up a signal, or a wrong claim, fails."""
    contract = TestSto()
    written = contract.make_recording()
    path = contract.write(written, tmp_path)
    read = contract.read(path)
    first, second = read.sensors
    assert first.R_ES is not None
    moved = replace(read, sensors=(first, replace(second, counter=second.counter + 1)))
    turned = replace(read, sensors=(replace(first, R_ES=first.R_ES[:, [1, 2, 3, 0]]), second))
    for wrong in (moved, turned):
        with pytest.raises(AssertionError):
            check_round_trip(written, wrong, contract.tolerances)
        with pytest.raises(AssertionError, match="rows are not what stood there"):
            check_equal_or_missing(read, wrong)
    late = replace(
        read,
        sensors=tuple(
            replace(s, counter=s.counter[3:] - 3, R_ES=s.R_ES[3:] if s.R_ES is not None else None)
            for s in read.sensors
        ),
    )
    check_equal_or_missing(read, late)
