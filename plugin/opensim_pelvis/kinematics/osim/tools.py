"""OpenSim's own tools, driven from our records: sensor placement and set-up files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import opensim

from opensim_pelvis.errors import SolveError
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.tables.opensim_tables import read_table, write_quaternion_table
from opensim_pelvis.kinematics.osim.model import describe_model, model_from_xml
from opensim_pelvis.rotations import to_euler
from opensim_pelvis.types import BodyModel, Placement, SensorOrientations
from opensim_pelvis.types.segments import as_body


def place_sensors(model: BodyModel, placement: Placement, locked: Sequence[str]) -> BodyModel:
    """Return the model with ``<body>_imu`` frames, and with the given coordinates locked.

    Parameters
    ----------
    model : BodyModel
    placement : Placement
        ``R_BS`` becomes the orientation of the offset frames. A frame of that name that the
        model already has is turned, as OpenSim's ``IMUPlacer`` does.
    locked : sequence of str
        Coordinates that the sensors do not need: locked at their default.
    """
    osim = model_from_xml(model.xml)
    for sensor, body, R_BS in zip(placement.sensors, placement.bodies, placement.R_BS, strict=True):
        x, y, z = to_euler("XYZ", R_BS)
        orientation = opensim.Vec3(float(x), float(y), float(z))
        parent = osim.updBodySet().get(body)
        if parent.hasComponent(sensor):
            frame = opensim.PhysicalOffsetFrame.safeDownCast(parent.updComponent(sensor))
            frame.set_orientation(orientation)
        else:
            frame = opensim.PhysicalOffsetFrame(sensor, parent, opensim.Transform())
            frame.set_orientation(orientation)
            parent.addComponent(frame)
    for name in locked:
        osim.updCoordinateSet().get(name).setDefaultLocked(True)
    osim.finalizeConnections()
    return describe_model(osim, model.source)


def write_setups(
    directory: Path,
    name: str,
    *,
    sensors: Sequence[str],
    weights: Mapping[str, float],
    end_s: float,
) -> tuple[Path, ...]:
    """Write set-up files with which OpenSim alone repeats placement and inverse kinematics.

    ``<name>_placer.xml`` places the sensors on ``<name>_model.osim`` from
    ``<name>_calibration.sto`` and writes ``<name>_placer_model.osim``; ``<name>_ik.xml`` solves
    ``<name>_orientations.sto`` on that model and writes ``<name>_ik_opensim.mot``. The
    orientation files carry averaging, ground frame and heading, so no rotation is set.
    """
    placer = opensim.IMUPlacer()
    placer.set_model_file(f"{name}_model.osim")
    placer.set_orientation_file_for_calibration(f"{name}_calibration.sto")
    placer.set_output_model_file(f"{name}_placer_model.osim")
    placer.set_sensor_to_opensim_rotations(opensim.Vec3(0.0))
    placer_path = directory / f"{name}_placer.xml"
    placer.printToXML(str(placer_path))
    tool = _tool(sensors, weights, end_s)
    tool.set_model_file(f"{name}_placer_model.osim")
    tool.set_orientations_file(f"{name}_orientations.sto")
    tool.set_output_motion_file(f"{name}_ik_opensim.mot")
    tool_path = directory / f"{name}_ik.xml"
    tool.printToXML(str(tool_path))
    return placer_path, tool_path


def _tool(sensors: Sequence[str], weights: Mapping[str, float], end_s: float) -> Any:
    tool = opensim.IMUInverseKinematicsTool()
    tool.setName("opensim-pelvis")
    tool.set_sensor_to_opensim_rotations(opensim.Vec3(0.0))
    tool.set_time_range(0, 0.0)
    tool.set_time_range(1, end_s)
    tool.set_results_directory(".")
    tool.set_report_errors(True)
    weight_set = opensim.OrientationWeightSet()
    for sensor in sensors:
        weight = weights.get(as_body(sensor), 1.0)
        weight_set.cloneAndAppend(opensim.OrientationWeight(sensor, float(weight)))
    tool.set_orientation_weights(weight_set)
    return tool


def run_tool(
    model: BodyModel,
    orientations: SensorOrientations,
    frames: IntArray,
    weights: Mapping[str, float],
) -> Mapping[str, FloatArray]:
    """Run ``IMUInverseKinematicsTool`` on some frames, in a folder of its own.

    Returns
    -------
    mapping of str to (f,) array
        Every rotational coordinate of the model, radians, one value a frame.

    Raises
    ------
    SolveError
        When the tool fails or returns another number of frames.
    """
    with tempfile.TemporaryDirectory() as name:
        return _run_tool(Path(name), model, orientations, frames, weights)


def _run_tool(
    folder: Path,
    model: BodyModel,
    orientations: SensorOrientations,
    frames: IntArray,
    weights: Mapping[str, float],
) -> Mapping[str, FloatArray]:
    (folder / "model.osim").write_text(model.xml, encoding="utf-8")
    write_quaternion_table(
        folder / "orientations.sto",
        name="orientations",
        columns=orientations.sensors,
        time_s=orientations.time_s[frames],
        quaternions=orientations.R_GS[frames],
        rate_hz=orientations.rate_hz,
    )
    tool = _tool(orientations.sensors, weights, float(orientations.time_s[-1]))
    tool.set_model_file(str(folder / "model.osim"))
    tool.set_orientations_file(str(folder / "orientations.sto"))
    tool.set_output_motion_file(str(folder / "ik.mot"))
    tool.set_results_directory(str(folder))
    try:
        done = tool.run(False)
    except RuntimeError as fault:
        raise SolveError(f"IMUInverseKinematicsTool failed: {fault}") from fault
    if not done:
        raise SolveError("IMUInverseKinematicsTool failed without a reason")
    table = read_table(folder / "ik.mot")
    if table.values.shape[0] != frames.size:
        raise SolveError(
            f"IMUInverseKinematicsTool was given {frames.size} frames and returned "
            f"{table.values.shape[0]}"
        )
    columns = dict(zip(table.labels, np.deg2rad(table.values).T, strict=True))
    return {name: columns[name] for name in model.coordinates}
