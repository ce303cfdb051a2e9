"""The Stepbox reader keeps the contract of opensim-pelvis, and says what is wrong with a file."""

from pathlib import Path

import numpy as np
import pytest
from opensim_pelvis_stepbox import COLUMNS, FIRST_LINE, UNITS, StepboxReader

from opensim_pelvis import GRAVITY_MPS2, ReadError, Recording, RecordingSettings
from opensim_pelvis.testing import ReaderContract


class TestStepbox(ReaderContract):
    reader = StepboxReader()
    tolerances = {"acceleration_mps2": 1e-5, "angular_velocity_radps": 1e-7}

    def write(self, recording: Recording, directory: Path) -> Path:
        rows = []
        for sensor in recording.sensors:
            values = np.hstack(
                [
                    sensor.acceleration_mps2 / GRAVITY_MPS2,
                    np.rad2deg(sensor.angular_velocity_radps),
                ]
            )
            for sample, row in zip(sensor.counter, values, strict=True):
                numbers = ",".join(f"{x:.6f}" for x in row)
                rows.append(f"{sample},{sensor.identifier},{numbers},.\n")
        head = f"{FIRST_LINE}\nrate_hz {recording.rate_hz:g}\n{UNITS}\n{COLUMNS}\n"
        path = directory / "walk.stepbox"
        path.write_text(head + "".join(rows))
        return path


def test_other_units_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "walk.stepbox"
    path.write_text(f"{FIRST_LINE}\nrate_hz 200\nunits m/s2 rad/s\n{COLUMNS}\n0,A1,0,0,1,0,0,0,.\n")
    with pytest.raises(ReadError, match="line 3 must be 'units g deg/s'"):
        StepboxReader().read(RecordingSettings(path=path))
