"""The built-in exporters keep the contract that third parties inherit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.c3d import open_c3d, read_channels
from opensim_pelvis.io.exporters.c3d import C3dExporter
from opensim_pelvis.io.exporters.sto import StoExporter
from opensim_pelvis.io.tables.opensim_tables import DECIMALS, read_table
from opensim_pelvis.rotations import is_present
from opensim_pelvis.testing import ExporterContract
from opensim_pelvis.types import Result


class TestSto(ExporterContract):
    exporter = StoExporter()
    tolerance = 0.51 * 10.0**-DECIMALS

    def expect(self, result: Result) -> Mapping[str, FloatArray]:
        return {
            "orientations": result.orientations.R_GS,
            "gaps": np.rad2deg(result.kinematics.values_rad),
            "angles": np.rad2deg(result.clinical.values_rad),
        }

    def read_back(self, files: tuple[Path, ...]) -> Mapping[str, FloatArray]:
        tables = {path.stem.rpartition("_")[2]: path for path in files}
        names = ("orientations", "gaps", "angles")
        return {name: read_table(tables[name]).values for name in names}


class TestC3d(ExporterContract):
    exporter = C3dExporter()
    tolerance = 4e-6  # 24 bits of some m/s2

    def expect(self, result: Result) -> Mapping[str, FloatArray]:
        acceleration = result.aligned.acceleration_mps2
        assert acceleration is not None
        present = is_present(result.orientations.R_GS)
        return {
            f"{sensor}_ACC": np.where(present[:, k, None], acceleration[:, k], 0.0)
            for k, sensor in enumerate(result.aligned.sensors)
        }

    def read_back(self, files: tuple[Path, ...]) -> Mapping[str, FloatArray]:
        file = open_c3d(files[0])
        labels, (values, _) = file.texts("ANALOG:LABELS"), read_channels(file)
        names = [label[:-2] for label in labels if label.endswith("_ACC_X")]
        return {
            name: values[:, [labels.index(f"{name}_{axis}") for axis in "XYZ"]] for name in names
        }
