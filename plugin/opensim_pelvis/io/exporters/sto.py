"""OpenSim tables: orientations, calibration pose, inverse kinematics, errors and angles."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray
from opensim_pelvis.io.results.coordinate_tables import GAPS, WHOLE
from opensim_pelvis.io.tables.opensim_tables import (
    complete_rows,
    write_quaternion_table,
    write_table,
)
from opensim_pelvis.notices import say
from opensim_pelvis.rotations import is_present
from opensim_pelvis.types import Result

MISSING_NOTE: Final = (
    "NaN is a missing sample; OpenSim's Storage and GUI stop reading at the first one"
)
"""Header line of a table that has missing numbers."""


class StoExporter:
    """Writes the STO and MOT files of a trial."""

    essential = True
    description = "OpenSim tables: orientations, calibration, kinematics, errors, angles"
    optional = (WHOLE, GAPS)

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write all tables of a result into an existing directory.

        ``NAME_ik_with_gaps.mot`` comes only where numbers are missing; ``NAME_ik.mot`` has then
        the complete rows, and is not there without any.
        """
        stem = str(directory / result.name)
        return (
            _write_orientations(result, Path(f"{stem}_orientations.sto")),
            _write_calibration(result, Path(f"{stem}_calibration.sto")),
            *_write_kinematics(result, Path(f"{stem}{WHOLE}"), Path(f"{stem}{GAPS}")),
            _write_errors(result, Path(f"{stem}_ik_errors.sto")),
            _write_angles(result, Path(f"{stem}_angles.sto")),
        )


def _write_orientations(result: Result, path: Path) -> Path:
    """Write R_GS over time, what inverse kinematics followed.

    Rows without any sensor are left out: OpenSim's tool fails on them.
    """
    orientations = result.orientations
    rows = is_present(orientations.R_GS).any(axis=1)
    return write_quaternion_table(
        path,
        name=f"{result.name}: sensor orientations in OpenSim ground",
        columns=orientations.sensors,
        time_s=orientations.time_s[rows],
        quaternions=orientations.R_GS[rows],
        rate_hz=orientations.rate_hz,
        header={"up_axis": "y"},
    )


def _write_calibration(result: Result, path: Path) -> Path:
    """Write the averaged calibration pose as the one row that OpenSim's placer takes."""
    placement = result.placement
    start_s, end_s = placement.pose.window_s
    return write_quaternion_table(
        path,
        name=f"{result.name}: calibration pose in OpenSim ground",
        columns=placement.sensors,
        time_s=np.zeros(1),
        quaternions=placement.R_GS_calibration[None],
        rate_hz=result.orientations.rate_hz,
        header={"up_axis": "y", "averaged_from_s": start_s, "averaged_to_s": end_s},
    )


def _write_kinematics(result: Result, whole: Path, gaps: Path) -> tuple[Path, ...]:
    """Write the complete rows of the coordinates, and all rows beside them where they differ."""
    kinematics = result.kinematics
    values = np.rad2deg(kinematics.values_rad)
    complete = complete_rows(values)
    header = {"DataRate": f"{kinematics.rate_hz:.6f}"}
    parts: list[tuple[Path, BoolArray, dict[str, str]]] = []
    if complete.all():
        parts.append((whole, complete, header))
    else:
        count = f"{complete.sum()} of {complete.size} rows, those with every coordinate"
        told = {**header, "rows": f"{count}; all of them: {gaps.name}"}
        parts += [(whole, complete, told)] if complete.any() else []
        parts.append((gaps, np.ones_like(complete), _noted(header)))
    return tuple(
        write_table(
            target,
            name=f"{result.name}: inverse kinematics",
            columns=kinematics.coordinates,
            time_s=kinematics.time_s[rows],
            values=values[rows],
            in_degrees=True,
            header=lines,
        )
        for target, rows, lines in parts
    )


def _write_errors(result: Result, path: Path) -> Path:
    """Write the angle between measured and model sensor frame, per sensor."""
    kinematics = result.kinematics
    values = np.rad2deg(kinematics.errors_rad)
    header = {"units": "degrees", "engine": kinematics.engine}
    return write_table(
        path,
        name=f"{result.name}: orientation error of inverse kinematics",
        columns=kinematics.sensors,
        time_s=kinematics.time_s,
        values=values,
        in_degrees=True,
        header=header if complete_rows(values).all() else _noted(header),
    )


def _write_angles(result: Result, path: Path) -> Path:
    """Write the clinical angles with their definitions in the header."""
    clinical = result.clinical
    values = np.rad2deg(clinical.values_rad)
    header = {
        f"angle {d.name}": f"{d.description} ({d.positive}; {d.order}; {d.source})"
        for d in clinical.definitions
    }
    header |= {f"absent {name}": say(reason) for name, reason in clinical.absent.items()}
    header["direction of travel"] = say(clinical.travel_source)
    return write_table(
        path,
        name=f"{result.name}: clinical angles",
        columns=clinical.names,
        time_s=clinical.time_s,
        values=values,
        in_degrees=True,
        header=header if complete_rows(values).all() else _noted(header),
    )


def _noted(header: dict[str, str]) -> dict[str, str]:
    """Return a header that says what NaN means and who cannot read it."""
    return {**header, "missing": MISSING_NOTE}
