"""Models: load, describe, check, and write the reference model of the repository.

``python -m opensim_pelvis.kinematics.osim.model --out models/pelvis_trunk.osim`` writes the
reference model again.
"""

from __future__ import annotations

import argparse
import difflib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import opensim

from opensim_pelvis.config.settings import SubjectSettings
from opensim_pelvis.errors import ModelError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.documents import is_file, read_xml
from opensim_pelvis.kinematics.osim.build import build_model as build_model
from opensim_pelvis.types import BodyModel, Landmark
from opensim_pelvis.types.segments import BODIES

JOINT_CENTRES: Final = {
    "back": ("LJC", "lumbosacral joint"),
    "hip_r": ("HJC_R", "right hip joint centre"),
    "hip_l": ("HJC_L", "left hip joint centre"),
    "knee_r": ("KJC_R", "right knee joint centre"),
    "knee_l": ("KJC_L", "left knee joint centre"),
    "walker_knee_r": ("KJC_R", "right knee joint centre"),
    "walker_knee_l": ("KJC_L", "left knee joint centre"),
    "ankle_r": ("AJC_R", "right ankle joint centre"),
    "ankle_l": ("AJC_L", "left ankle joint centre"),
}
"""Point name and description of the joints that OpenSim's models share."""

_ROTATIONAL: Final = 1  # opensim.Coordinate.Rotational
_SUGGESTIONS: Final = 3
_REASON_LENGTH: Final = 200


def load_model(path: Path) -> opensim.Model:
    """Load any ``.osim`` file, ready to use.

    Raises
    ------
    ModelError
        When the file is missing, damaged, or holds something other than a model with bodies.
    """
    if not is_file(path):
        raise ModelError(
            f"{path}: wanted an OpenSim model, but the file does not exist. Give the path of "
            "a model file."
        )
    root = read_xml(path, ModelError, "an OpenSim model")
    if root.tag != "OpenSimDocument":
        raise ModelError(
            f"{path}: wanted an OpenSim model, found XML of another kind (<{root.tag[:40]}>). "
            "Give the path of a model file."
        )
    try:
        model = opensim.Model(str(path))
        model.initSystem()
    except RuntimeError as error:
        raise ModelError(
            f"{path}: wanted an OpenSim model, found a file that OpenSim cannot use. Save it "
            f"again from the software that wrote it. OpenSim reports: {_reason(error)}"
        ) from error
    if model.getBodySet().getSize() == 0:
        raise ModelError(
            f"{path}: wanted an OpenSim model, found a document without bodies. Give the path of "
            "a model file."
        )
    return model


def model_from_xml(xml: str) -> opensim.Model:
    """Return the model that an ``.osim`` document describes, ready to use."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.osim"
        path.write_text(xml, encoding="utf-8")
        return load_model(path)


def model_to_xml(model: opensim.Model) -> str:
    """Return a model as an ``.osim`` document."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.osim"
        model.printToXML(str(path))
        return path.read_text(encoding="utf-8")


def describe_model(model: opensim.Model, source: str) -> BodyModel:
    """Return the facts about a model that other stages need.

    Parameters
    ----------
    model : opensim.Model
        Any model; its state is initialised to the default pose.
    source : str
        Path of the file; empty where it was built for the subject.

    Returns
    -------
    BodyModel
        Landmarks are the model's markers, then the centres of the joints of bodies that
        sensors can be worn on, under the name of `JOINT_CENTRES` or the joint's own. A knee
        that also slides keeps the place that it has on the thigh.
    """
    state = model.initSystem()
    model.realizePosition(state)
    coordinates = [
        coordinate
        for coordinate in _items(model.getCoordinateSet())
        if coordinate.getMotionType() == _ROTATIONAL and not coordinate.isDependent(state)
    ]
    bodies = _items(model.getBodySet())
    return BodyModel(
        name=model.getName(),
        xml=model_to_xml(model),
        source=source,
        bodies=tuple(body.getName() for body in bodies),
        coordinates=tuple(coordinate.getName() for coordinate in coordinates),
        default_R_GB={body.getName(): _orientation(body, state) for body in bodies},
        ranges_rad={
            coordinate.getName(): (coordinate.getRangeMin(), coordinate.getRangeMax())
            for coordinate in coordinates
        },
        landmarks=(*_markers(model), *_joint_centres(model)),
    )


def require_bodies(model: opensim.Model, bodies: Iterable[str]) -> None:
    """Raise `ModelError` for bodies that a model lacks, naming the nearest that it has."""
    present = [body.getName() for body in _items(model.getBodySet())]
    faults = []
    for body in bodies:
        if body not in present:
            near = difflib.get_close_matches(body, present, n=_SUGGESTIONS, cutoff=0.4)
            offer = f"nearest: {', '.join(near)}" if near else f"it has: {', '.join(present)}"
            faults.append(
                f"wanted body '{body}', but the model does not have it ({offer}). Use the "
                "model's name for the sensor's body, or use another model."
            )
    raise_faults(ModelError, f"model '{model.getName()}'", faults)


def write_reference_model(path: Path) -> None:
    """Write the model of an unknown subject, the one that the repository holds."""
    path.write_text(model_to_xml(build_model(SubjectSettings())), encoding="utf-8", newline="\n")


def _items(collection: opensim.Object) -> list[opensim.Object]:
    return [collection.get(index) for index in range(collection.getSize())]


def _orientation(frame: opensim.Frame, state: opensim.State) -> FloatArray:
    rotation = frame.getTransformInGround(state).R()
    quaternion = rotation.convertRotationToQuaternion()
    return np.array([quaternion.get(index) for index in range(4)])


def _markers(model: opensim.Model) -> Iterator[Landmark]:
    for marker in _items(model.getMarkerSet()):
        frame = marker.getParentFrame()
        yield Landmark(
            name=marker.getName(),
            body=frame.findBaseFrame().getName(),
            position_b_m=_in_base(frame, marker.get_location()),
            kind="landmark",
        )


def _joint_centres(model: opensim.Model) -> Iterator[Landmark]:
    for joint in _items(model.getJointSet()):
        parent, child = joint.getParentFrame(), joint.getChildFrame()
        parent_name, child_name = (frame.findBaseFrame().getName() for frame in (parent, child))
        name, description = JOINT_CENTRES.get(
            joint.getName(), (joint.getName(), f"centre of the joint {joint.getName()}")
        )
        if parent_name == "ground" or not (
            child_name in BODIES or joint.getName() in JOINT_CENTRES
        ):
            continue
        # on the parent where it can wear a sensor: its place is known whenever the child's is
        inner = parent if parent_name in BODIES else child
        yield Landmark(
            name=name,
            body=inner.findBaseFrame().getName(),
            position_b_m=_in_base(inner, opensim.Vec3(0.0)),
            kind="joint_centre",
            description=description,
        )


def _in_base(frame: opensim.PhysicalFrame, location: opensim.Vec3) -> tuple[float, float, float]:
    point = frame.findTransformInBaseFrame().shiftFrameStationToBase(location)
    return float(point.get(0)), float(point.get(1)), float(point.get(2))


def _reason(error: RuntimeError) -> str:
    """Return the telling part of an OpenSim message on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(line for line in lines if not line.startswith(("Thrown", "(Required")))
    return text[-_REASON_LENGTH:]


def _main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Write the reference model.")
    parser.add_argument("--out", type=Path, required=True, help="path of the .osim file")
    write_reference_model(parser.parse_args(arguments).out)


if __name__ == "__main__":
    _main()
