"""Header and parameters of a C3D file, written by ezc3d in a process of its own.

Both ezc3d and OpenSim are wrapped by SWIG. Once both are loaded in one process, either refuses
the other's vectors of texts and numbers, whichever was used first; a lab's notebook may have
used either before us. So ezc3d gets a process to itself, and only the header goes through it.

ezc3d's Python wrapper drops the descriptions, units and scales of more than 255 channels, so
its C++ interface is used.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from opensim_pelvis.errors import ExportError
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.processes import python_module

ParameterList = Sequence[str] | FloatArray | IntArray | npt.NDArray[np.str_]
ParameterValue = str | float | ParameterList


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Header:
    """What stands before the frames: labels, and parameters by group and name."""

    point_labels: Sequence[str]
    analog_labels: Sequence[str]
    parameters: Mapping[str, Mapping[str, ParameterValue]]
    descriptions: Mapping[str, str]


def write_header(path: Path, header: Header) -> None:
    """Write a C3D file with the header, the parameters and one empty frame.

    Raises
    ------
    ExportError
        When ezc3d fails; its own words are in the message.
    """
    outcome = subprocess.run(
        python_module("opensim_pelvis.io.exporters.c3d_header"),
        input=pickle.dumps((str(path), header)),
        capture_output=True,
        check=False,
    )
    if outcome.returncode != 0:
        words = outcome.stderr.decode(errors="replace").strip().splitlines()
        raise ExportError(f"{path.name}: ezc3d failed: {words[-1] if words else 'no reason given'}")


def _write_with_ezc3d(path: str, header: Header) -> None:
    from ezc3d import ezc3d

    file = ezc3d.c3d()
    for label in header.point_labels:
        file.point(label)
    for label in header.analog_labels:
        file.analog(label)
    for group, parameters in header.parameters.items():
        for name, value in parameters.items():
            file.parameter(group, _parameter(ezc3d, name, value))
    for group, description in header.descriptions.items():
        file.setGroupMetadata(group, description, False)
    file.import_numpy_data(*_one_frame(header), None)
    file.write(path, ezc3d.WriteOptions())


def _parameter(ezc3d: Any, name: str, value: ParameterValue) -> Any:
    """Return an ezc3d parameter of the type that the value has."""
    parameter = ezc3d.Parameter(name, "")
    if isinstance(value, np.ndarray):
        kinds = {"i": ezc3d.VecInt, "f": ezc3d.VecDouble, "U": ezc3d.VecString}
        vector = kinds[value.dtype.kind](value.ravel(order="F").tolist())
        parameter.set(vector, value.shape)
    elif isinstance(value, str):
        parameter.set(ezc3d.VecString([value]), [1])
    elif isinstance(value, float | int):
        parameter.set(ezc3d.VecDouble([float(value)]), [1])
    else:
        parameter.set(ezc3d.VecString(list(value)), [len(value)])
    return parameter


def _one_frame(header: Header) -> tuple[npt.NDArray[Any], ...]:
    """Return points, residuals, camera masks and analogs of one empty frame in ezc3d's shapes."""
    count = len(header.point_labels)
    return (
        np.zeros((4, count, 1)),
        np.zeros((1, count, 1)),
        np.zeros((7, count, 1), dtype=bool),
        np.zeros((1, len(header.analog_labels), 1)),
    )


if __name__ == "__main__":
    _write_with_ezc3d(*pickle.load(sys.stdin.buffer))
