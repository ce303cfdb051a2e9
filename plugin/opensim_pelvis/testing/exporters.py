"""The contract of an exporter, as tests to inherit."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.registry import Exporter
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Gap,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
)
from opensim_pelvis.types import Result


class ExporterContract:
    """What every exporter keeps. Inherit, and fill in what is declared here.

    Attributes
    ----------
    exporter : Exporter
    tolerance : float
        How far what is read back may be from what the result holds: absolute, in the file's
        own units.
    """

    exporter: ClassVar[Exporter]
    tolerance: ClassVar[float]

    def expect(self, result: Result) -> Mapping[str, FloatArray]:
        """Return what the files should hold, by names of your choice; NaN where missing."""
        raise NotImplementedError("fill in expect(result)")

    def read_back(self, files: tuple[Path, ...]) -> Mapping[str, FloatArray]:
        """Return what the files do hold, by the same names, read by other means than ours."""
        raise NotImplementedError("fill in read_back(files)")

    def make_result(self) -> Result:
        """Return what is exported: two sensors, one with a gap too long to be filled."""
        truth = simulate_runner(session=Session(duration_s=2.5, rate_hz=40.0, still_s=1.5))
        gap = Gap(body="torso", start_s=2.0, length_s=0.2)
        bodies = ("pelvis", "torso")
        recording = simulate_sensors(truth, SensorSettings(gaps=(gap,)), bodies)
        return pipeline.run(
            recording,
            sensors={name: body for name, body in SENSOR_MAP.items() if body in bodies},
            activity=ActivitySettings(surface="treadmill"),
        )

    @pytest.fixture(scope="class")
    @classmethod
    def result(cls) -> Result:
        """Return the result that all tests of the class export."""
        return cls().make_result()

    def test_it_is_an_exporter_and_describes_itself(self) -> None:
        assert isinstance(self.exporter, Exporter)
        text = self.exporter.description
        assert isinstance(text, str)
        assert text.strip() == text != "", "description is empty"
        assert "\n" not in text, "description is one line"
        assert isinstance(self.exporter.optional, tuple)
        assert all(isinstance(end, str) and end for end in self.exporter.optional)

    def test_it_returns_the_files_it_made(self, result: Result, tmp_path: Path) -> None:
        folder = tmp_path / "a folder, größer"
        folder.mkdir()
        files = self.exporter.write(result, folder)
        assert files
        assert sorted(files) == sorted(folder.iterdir()), "files made and files returned differ"
        for path in files:
            assert path.name.startswith(result.name), f"{path.name} is not called by the trial"
            assert path.stat().st_size, f"{path.name} is empty"

    def test_what_it_wrote_is_read_back(self, result: Result, tmp_path: Path) -> None:
        found = self.read_back(self.exporter.write(result, tmp_path))
        wanted = self.expect(result)
        assert found.keys() == wanted.keys()
        for name, values in wanted.items():
            np.testing.assert_allclose(
                found[name], values, rtol=0, atol=self.tolerance, equal_nan=True, err_msg=name
            )

    def test_the_same_result_gives_the_same_files(self, result: Result, tmp_path: Path) -> None:
        written = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            files = self.exporter.write(result, tmp_path / name)
            written.append({path.name: path.read_bytes() for path in files})
        assert written[0].keys() == written[1].keys()
        changed = [name for name, content in written[0].items() if written[1][name] != content]
        assert not changed, f"these differ from one export to the next: {changed}"

    def test_the_result_is_not_changed(self, result: Result, tmp_path: Path) -> None:
        tables = {
            "orientations": result.orientations.R_GS,
            "kinematics": result.kinematics.values_rad,
            "clinical": result.clinical.values_rad,
        }
        before = copy.deepcopy(tables)
        self.exporter.write(result, tmp_path)
        for name, values in tables.items():
            np.testing.assert_array_equal(values, before[name], err_msg=name)
