"""Two other readers of C3D files, as tests of the exporter use them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c3d as other_c3d
import ezc3d
import numpy as np
import pytest

from opensim_pelvis.io.exporters.c3d import C3dExporter
from opensim_pelvis.types import Result


@dataclass(frozen=True, eq=False)
class Read:
    """What one reader found: points (t, p, 3), residuals (t, p), analogs (t, n)."""

    points: np.ndarray
    residuals: np.ndarray
    analogs: np.ndarray
    rate_hz: float
    first_frame: int
    parameters: Any

    def texts(self, group: str, name: str) -> list[str]:
        """Return a list of texts with its continuations NAME2, NAME3."""
        names = [name, *(f"{name}{i}" for i in range(2, 10))]
        return [text for key in names for text in self.parameters(group, key)]


def read_ezc3d(path: Path) -> Read:
    file = ezc3d.c3d(str(path))

    def parameters(group: str, name: str) -> Any:
        return file["parameters"][group].get(name, {"value": []})["value"]

    return Read(
        points=np.moveaxis(file["data"]["points"][:3], 0, 2).swapaxes(0, 1),
        residuals=file["data"]["meta_points"]["residuals"][0].T,
        analogs=file["data"]["analogs"][0].T,
        rate_hz=file["header"]["points"]["frame_rate"],
        first_frame=file["header"]["points"]["first_frame"] + 1,
        parameters=parameters,
    )


def read_other(path: Path) -> Read:
    with path.open("rb") as handle:
        reader = other_c3d.Reader(handle)
        frames = list(reader.read_frames())

    def parameters(group: str, name: str) -> Any:
        found = reader.get(f"{group}:{name}")
        if found is None:
            return []
        if found.bytes_per_element == -1:
            return [text.rstrip() for text in np.ravel(found.string_array)]
        if not found.dimensions:
            return [found.float_value if found.bytes_per_element == 4 else found.int16_value]
        return found.float_array if found.bytes_per_element == 4 else found.int16_array

    points = np.array([points for _, points, _ in frames])
    return Read(
        points=np.where(points[:, :, 3:4] < 0, np.nan, points[:, :, :3]),
        residuals=points[:, :, 3],
        analogs=np.array([analog[:, 0] for _, _, analog in frames]),
        rate_hz=reader.point_rate,
        first_frame=reader.first_frame,
        parameters=parameters,
    )


READERS = pytest.mark.parametrize("read", [read_ezc3d, read_other])


def export(result: Result, directory: Path) -> Path:
    (path,) = C3dExporter().write(result, directory)
    return path
