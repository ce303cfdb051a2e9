"""Build the pelvis-trunk model for a subject.

Bodies, joints and signs are described in ``docs/model.md``; all sizes come from
`kinematics.anthropometry.sizes`, all masses from `kinematics.anthropometry.mass`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import numpy as np
import opensim

from opensim_pelvis.config.settings import SubjectSettings
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.anthropometry.mass import SegmentInertia, segment_inertia
from opensim_pelvis.kinematics.anthropometry.sizes import (
    DEFAULT_HEIGHT_M,
    DEFAULT_MASS_KG,
    JointGeometry,
    Vector,
    joint_geometry,
    landmarks,
)
from opensim_pelvis.types.coordinates import DEFINITIONS as COORDINATES
from opensim_pelvis.types.coordinates import coordinate_on
from opensim_pelvis.types.segments import Segment, segment_of, side_of

MODEL_NAME: Final = "pelvis_trunk"

_CREDITS: Final = "opensim-pelvis: built from published anthropometry"
_PUBLICATIONS: Final = (
    "Segment masses: de Leva 1996, doi:10.1016/0021-9290(95)00178-6. "
    "Segment lengths: Dumas 2007, doi:10.1016/j.jbiomech.2006.02.013. "
    "Pelvis joint centres: Reed 1999, doi:10.4271/1999-01-0959. "
    "Geometry files: Rajagopal 2016, doi:10.1109/TBME.2016.2586891."
)

_Axis = tuple[str, Vector]

# Coordinate and axis in order: body-fixed z-x-y.
_AXES: Final[Mapping[str, tuple[_Axis, _Axis, _Axis]]] = {
    "ground_pelvis": (
        ("pelvis_tilt", (0.0, 0.0, 1.0)),
        ("pelvis_list", (1.0, 0.0, 0.0)),
        ("pelvis_rotation", (0.0, 1.0, 0.0)),
    ),
    "back": (
        ("lumbar_extension", (0.0, 0.0, 1.0)),
        ("lumbar_bending", (1.0, 0.0, 0.0)),
        ("lumbar_rotation", (0.0, 1.0, 0.0)),
    ),
    "hip_r": (
        ("hip_flexion_r", (0.0, 0.0, 1.0)),
        ("hip_adduction_r", (1.0, 0.0, 0.0)),
        ("hip_rotation_r", (0.0, 1.0, 0.0)),
    ),
    "hip_l": (
        ("hip_flexion_l", (0.0, 0.0, 1.0)),
        ("hip_adduction_l", (-1.0, 0.0, 0.0)),
        ("hip_rotation_l", (0.0, -1.0, 0.0)),
    ),
    "knee_r": (
        ("knee_angle_r", (0.0, 0.0, -1.0)),
        ("knee_adduction_r", (1.0, 0.0, 0.0)),
        ("knee_rotation_r", (0.0, 1.0, 0.0)),
    ),
    "knee_l": (
        ("knee_angle_l", (0.0, 0.0, -1.0)),
        ("knee_adduction_l", (-1.0, 0.0, 0.0)),
        ("knee_rotation_l", (0.0, -1.0, 0.0)),
    ),
    "ankle_r": (
        ("ankle_angle_r", (0.0, 0.0, 1.0)),
        ("ankle_inversion_r", (1.0, 0.0, 0.0)),
        ("ankle_rotation_r", (0.0, 1.0, 0.0)),
    ),
    "ankle_l": (
        ("ankle_angle_l", (0.0, 0.0, 1.0)),
        ("ankle_inversion_l", (-1.0, 0.0, 0.0)),
        ("ankle_rotation_l", (0.0, -1.0, 0.0)),
    ),
}
_TRANSLATIONS: Final = ("pelvis_tx", "pelvis_ty", "pelvis_tz")

# The hinge above a segment where nothing measures more, about z of its frames: the knee's are
# turned half round, so that + is flexion.
_HINGES: Final[Mapping[Segment, tuple[str, Vector]]] = {
    "shank": ("knee_angle", (float(np.pi), 0.0, 0.0)),
    "foot": ("ankle_angle", (0.0, 0.0, 0.0)),
}

RANGES_DEG: Final[Mapping[str, tuple[float, float]]] = {
    # choice: any pelvis that is not upside down, any heading
    "pelvis_tilt": (-90.0, 90.0),
    "pelvis_list": (-90.0, 90.0),
    "pelvis_rotation": (-180.0, 180.0),
    # American Academy of Orthopaedic Surgeons 1965, Joint motion: normal range of motion;
    # hip, knee and ankle not confirmed (from memory)
    "lumbar_extension": (-80.0, 25.0),
    "lumbar_bending": (-35.0, 35.0),
    "lumbar_rotation": (-45.0, 45.0),
    "hip_flexion": (-30.0, 120.0),
    "hip_adduction": (-45.0, 30.0),
    "hip_rotation": (-45.0, 45.0),
    "knee_angle": (-10.0, 150.0),
    "ankle_angle": (-50.0, 35.0),
    # choice: far beyond these joints, since skin and headings of two sensors that differ show here
    "knee_adduction": (-45.0, 45.0),
    "knee_rotation": (-60.0, 60.0),
    "ankle_inversion": (-60.0, 60.0),
    "ankle_rotation": (-60.0, 60.0),
}
"""Range of each rotational coordinate without its side, degrees."""

_TRANSLATION_RANGE_M: Final = (-100.0, 100.0)  # choice: the length of a straight, either way

# Geometry files and what they measure: Rajagopal 2016, a model of 1.70 m.
_NATIVE_HEIGHT_M: Final = 1.70
_NATIVE_HIP: Final = (-0.056276, -0.07849, 0.07726)
_NATIVE_THIGH_M: Final = 0.40796
_NATIVE_SHANK_M: Final = 0.400
_NATIVE_LUMBAR: Final = (-0.1007, 0.0815, 0.0)
_NATIVE_ANKLE_TO_FOOT: Final = (-0.04877, -0.04195, 0.00792)
_NATIVE_FOOT_TO_TOES: Final = (0.1788, -0.002, 0.00108)


def build_model(subject: SubjectSettings, sensed: Collection[str] = ()) -> opensim.Model:
    """Build the pelvis-trunk model at the size of a subject.

    A knee is no hinge about the model's axis: it leaves it by several degrees, and sensors that
    skin moves or whose headings differ leave it by more. A hinge between two sensors would share
    that between thigh and shank, and spoil the hip. So knees and ankles turn about three axes
    where both their segments wear a sensor. Elsewhere they are hinges, which say what is missing.

    Parameters
    ----------
    subject : SubjectSettings
        Height, mass and sex; 1.71 m, 70 kg and the mean of the sexes where not given.
    sensed : collection of str
        Bodies that wear a sensor.

    Returns
    -------
    opensim.Model
        Standing on y = 0 when every rotation is zero. No coordinate is clamped: ranges are
        there to raise doubts, a clamped coordinate would hide a bad calibration.
    """
    height_m = DEFAULT_HEIGHT_M if subject.height_m is None else subject.height_m
    mass_kg = DEFAULT_MASS_KG if subject.mass_kg is None else subject.mass_kg
    joints = joint_geometry(height_m=height_m, sex=subject.sex)
    model = opensim.Model()
    model.setName(MODEL_NAME)
    model.set_credits(_CREDITS)
    model.set_publications(_PUBLICATIONS)
    for inertia in segment_inertia(height_m=height_m, mass_kg=mass_kg, sex=subject.sex):
        model.addBody(_body(inertia))
    for geometry in joints:
        model.addJoint(_joint(model, geometry, {geometry.parent, geometry.child} <= set(sensed)))
    _attach_meshes(model, {joint.name: joint for joint in joints}, height_m)
    for landmark in landmarks(height_m=height_m, sex=subject.sex):
        body = model.getBodySet().get(landmark.body)
        model.addMarker(opensim.Marker(landmark.name, body, opensim.Vec3(*landmark.position_b_m)))
    model.finalizeConnections()
    return model


def _body(inertia: SegmentInertia) -> opensim.Body:
    moments = opensim.Inertia(*inertia.inertia_b_kgm2)
    return opensim.Body(inertia.body, inertia.mass_kg, opensim.Vec3(*inertia.com_b_m), moments)


def _joint(model: opensim.Model, geometry: JointGeometry, measured: bool) -> opensim.Joint:
    """Return a joint; a knee or ankle is a hinge unless it is measured from both sides."""
    free = geometry.name == "ground_pelvis"
    hinge = None if measured else _HINGES.get(segment_of(geometry.child))
    coordinate, orientation = hinge or ("", (0.0, 0.0, 0.0))
    # the pelvis is held up by pelvis_ty, as in OpenSim's own models
    in_parent = (0.0, 0.0, 0.0) if free else geometry.position_parent_m
    turned = opensim.Vec3(*orientation)
    placed = (
        geometry.name,
        model.getGround() if free else model.getBodySet().get(geometry.parent),
        opensim.Vec3(*in_parent),
        turned,
        model.getBodySet().get(geometry.child),
        opensim.Vec3(*geometry.position_child_m),
        turned,
    )
    if coordinate:
        joint = opensim.PinJoint(*placed)
        name = coordinate_on(side_of(geometry.child), coordinate)
        _set_coordinate(joint.updCoordinate(), name, RANGES_DEG[coordinate])
        return joint
    axes = _AXES[geometry.name]
    joint = opensim.CustomJoint(*placed, _transform(axes, _TRANSLATIONS if free else ()))
    joint.finalizeFromProperties()  # makes the coordinates that the axes name
    for index, (name, _) in enumerate(axes):
        _set_coordinate(joint.upd_coordinates(index), name, RANGES_DEG[COORDINATES[name].pair])
    for index in range(3, joint.numCoordinates()):
        joint.upd_coordinates(index).setRangeMin(_TRANSLATION_RANGE_M[0])
        joint.upd_coordinates(index).setRangeMax(_TRANSLATION_RANGE_M[1])
        joint.upd_coordinates(index).setDefaultValue(geometry.position_parent_m[index - 3])
    return joint


def _transform(axes: Iterable[_Axis], translations: Iterable[str]) -> opensim.SpatialTransform:
    """Return three rotations in order and, for the pelvis, translations along x, y, z."""
    transform = opensim.SpatialTransform()
    named = [*axes, *zip(translations, np.eye(3).tolist(), strict=False)]
    for index, (name, direction) in enumerate(named):
        axis = transform.updTransformAxis(index)
        names = opensim.ArrayStr()
        names.append(name)
        axis.setCoordinateNames(names)
        axis.setAxis(opensim.Vec3(*direction))
        # set_function copies; setFunction takes ownership and crashes from Python
        axis.set_function(opensim.LinearFunction(1.0, 0.0))
    return transform


def _set_coordinate(
    coordinate: opensim.Coordinate, name: str, range_deg: tuple[float, float]
) -> None:
    coordinate.setName(name)
    coordinate.setRangeMin(float(np.deg2rad(range_deg[0])))
    coordinate.setRangeMax(float(np.deg2rad(range_deg[1])))
    coordinate.setDefaultClamped(False)


def _attach_meshes(
    model: opensim.Model, joints: Mapping[str, JointGeometry], height_m: float
) -> None:
    """Hang OpenSim's bone files on the bodies, scaled so that their joints meet ours."""
    bodies = model.getBodySet()
    size = height_m / _NATIVE_HEIGHT_M
    hip = np.array(joints["hip_r"].position_parent_m) / _NATIVE_HIP
    _mesh(bodies.get("pelvis"), hip, "r_pelvis", "l_pelvis", "sacrum")
    spine = hip * _NATIVE_LUMBAR - joints["back"].position_parent_m
    whole = np.full(3, size)
    torso = _geometry_frame(bodies.get("torso"), "torso_geometry", spine)
    _mesh(torso, whole, "hat_spine", "hat_jaw", "hat_skull", "hat_ribs_scap")
    for side, mirror in (("r", 1.0), ("l", -1.0)):
        flip = np.array([1.0, 1.0, mirror])
        thigh = -joints[f"knee_{side}"].position_parent_m[1] / _NATIVE_THIGH_M
        shank = -joints[f"ankle_{side}"].position_parent_m[1] / _NATIVE_SHANK_M
        _mesh(bodies.get(f"femur_{side}"), np.array([size, thigh, size]), f"femur_{side}")
        _mesh(
            bodies.get(f"tibia_{side}"),
            np.array([size, shank, size]),
            f"tibia_{side}",
            f"{side}_fibula",
        )
        calcn = bodies.get(f"calcn_{side}")
        place = np.array(joints[f"ankle_{side}"].position_child_m)
        for part, step in (
            ("talus", (0.0, 0.0, 0.0)),
            ("foot", _NATIVE_ANKLE_TO_FOOT),
            ("bofoot", _NATIVE_FOOT_TO_TOES),
        ):
            place = place + size * flip * step
            _mesh(_geometry_frame(calcn, f"{part}_{side}", place), whole, f"{side}_{part}")


def _geometry_frame(
    body: opensim.Body, name: str, position_b_m: FloatArray
) -> opensim.PhysicalOffsetFrame:
    place = opensim.Transform(opensim.Vec3(*position_b_m.tolist()))
    frame = opensim.PhysicalOffsetFrame(name, body, place)
    body.addComponent(frame)
    return frame


def _mesh(frame: opensim.PhysicalFrame, scale: FloatArray, *files: str) -> None:
    for file in files:
        mesh = opensim.Mesh(f"{file}.vtp")
        mesh.setName(file)
        mesh.set_scale_factors(opensim.Vec3(*scale.tolist()))
        frame.attachGeometry(mesh)
