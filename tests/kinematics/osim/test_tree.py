from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import opensim
import pytest

from opensim_pelvis.config.settings import SubjectSettings
from opensim_pelvis.errors import SolveError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.osim.build import build_model
from opensim_pelvis.kinematics.osim.kinematic_tree import KinematicTree
from opensim_pelvis.kinematics.osim.model import describe_model, load_model
from opensim_pelvis.kinematics.osim.tree import read_tree
from opensim_pelvis.kinematics.solve import forward_kinematics
from opensim_pelvis.rotations import to_matrix

EQUAL = 1e-10  # the issue's own figure: both sides are double precision
POSES = 20
ROOM = opensim.Vec3(0.1, -0.2, 0.3)
TILT = opensim.Vec3(0.4, -0.3, 0.2)
BACK = opensim.Vec3(-0.05, 0.02, 0.07)
TWIST = opensim.Vec3(-0.2, 0.5, 0.1)


def tree_of(model: opensim.Model) -> KinematicTree:
    return read_tree(describe_model(model, "built"))


def two_bodies(joint: Callable[..., opensim.Joint], *details: object) -> opensim.Model:
    """Return ground, a body on a pin, and on it another body on the joint that is tested."""
    model = opensim.Model()
    model.setName("small")
    bodies = [opensim.Body(n, 1.0, opensim.Vec3(0.0), opensim.Inertia(1.0)) for n in "ab"]
    for body in bodies:
        model.addBody(body)
    first, second = bodies
    model.addJoint(opensim.PinJoint("pin", model.getGround(), ROOM, TWIST, first, BACK, TILT))
    model.addJoint(joint("tested", first, ROOM, TILT, second, BACK, TWIST, *details))
    model.finalizeConnections()
    return model


def custom(
    turns: dict[int, opensim.Function], axes: dict[int, tuple[float, float, float]] | None = None
) -> opensim.SpatialTransform:
    """Return a transform whose axes 0-2 turn and 3-5 slide, all by one coordinate ``q``."""
    transform = opensim.SpatialTransform()
    for index, function in turns.items():
        axis = transform.updTransformAxis(index)
        names = opensim.ArrayStr()
        names.append("q")
        axis.setCoordinateNames(names)
        axis.set_function(function)
    for index, direction in (axes or {}).items():
        transform.updTransformAxis(index).setAxis(opensim.Vec3(*direction))
    return transform


def points(kind: type, pairs: list[tuple[float, float]]) -> opensim.Function:
    function = kind()
    for x, y in pairs:
        function.addPoint(x, y)
    return function


def multiplier(function: opensim.Function, scale: float) -> opensim.Function:
    function.thisown = False  # the multiplier owns and deletes it
    return opensim.MultiplierFunction(function, scale)


def assert_same_poses(model: opensim.Model, seed: int, span: float = 1.5) -> KinematicTree:
    """Hold all bodies against OpenSim's in random poses, locked coordinates moving too."""
    tree = tree_of(model)
    state = model.initSystem()
    coordinates = [model.getCoordinateSet().get(c.name) for c in tree.coordinates]
    values = np.random.default_rng(seed).uniform(-span, span, size=(POSES, len(coordinates)))
    R_GB, p_GB = forward_kinematics(tree, values)
    for row in range(POSES):
        for index, (coordinate, node) in enumerate(zip(coordinates, tree.coordinates, strict=True)):
            value = values[row, index] if node.coupled is None else node.coupled(values[row])
            coordinate.setLocked(state, False)
            coordinate.setValue(state, float(value), False)
        model.realizePosition(state)
        matrices = to_matrix(R_GB[row])
        for index, name in enumerate(tree.bodies):
            matrix, origin = transform_of(model.getBodySet().get(name), state)
            assert np.abs(matrices[index] - matrix).max() < EQUAL, name
            assert np.abs(p_GB[row, index] - origin).max() < EQUAL, name
    return tree


def transform_of(body: opensim.Body, state: opensim.State) -> tuple[FloatArray, FloatArray]:
    transform = body.getTransformInGround(state)
    rotation, origin = transform.R(), transform.p()
    matrix = np.array([[rotation.get(i, j) for j in range(3)] for i in range(3)])
    return matrix, np.array([origin.get(i) for i in range(3)])


def test_our_model_stands_as_in_opensim() -> None:
    tree = assert_same_poses(build_model(SubjectSettings()), 1)
    assert not tree.body_faults
    assert not tree.coordinate_faults


@pytest.mark.parametrize(
    "path", ["opensense_walk/Rajagopal_2015.osim", "p02_running/Participant_02.osim"]
)
def test_full_body_models_stand_as_in_opensim(shared_data: Path, path: str) -> None:
    tree = assert_same_poses(load_model(shared_data / path), 2)
    assert not tree.body_faults
    assert not tree.coordinate_faults


@pytest.mark.parametrize(
    "joint",
    [
        opensim.WeldJoint,
        opensim.PinJoint,
        opensim.SliderJoint,
        opensim.BallJoint,
        opensim.GimbalJoint,
        opensim.UniversalJoint,
        opensim.PlanarJoint,
        opensim.FreeJoint,
    ],
)
def test_every_joint_moves_as_in_opensim(joint: type) -> None:
    assert_same_poses(two_bodies(joint), 3)


def test_an_ellipsoid_moves_as_in_opensim() -> None:
    assert_same_poses(two_bodies(opensim.EllipsoidJoint, opensim.Vec3(0.3, 0.2, 0.5)), 4)


FUNCTIONS = {
    "constant": opensim.Constant(0.4),
    "linear": opensim.LinearFunction(-1.5, 0.2),
    "polynomial": opensim.PolynomialFunction(opensim.Vector(4, 0.3)),
    "spline": points(opensim.SimmSpline, [(-1.0, 0.3), (-0.2, 0.5), (0.4, -0.2), (1.0, 0.1)]),
    "spline of two points": points(opensim.SimmSpline, [(-1.0, 0.3), (0.5, 0.5)]),
    "straight pieces": points(
        opensim.PiecewiseLinearFunction, [(-1.0, 0.3), (0.1, 0.5), (0.9, -0.4)]
    ),
    "multiplier": multiplier(opensim.LinearFunction(1.0, 0.1), 0.7),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_turns_and_slides_as_in_opensim(name: str) -> None:
    function = FUNCTIONS[name]
    moving = {0: opensim.LinearFunction(1.0, 0.0), 1: function, 5: function}
    axes = {0: (0.6, 0.0, 0.8), 1: (0.0, 1.0, 0.0), 5: (0.3, 0.5, -0.2)}
    # beyond the first and last point too
    assert_same_poses(two_bodies(opensim.CustomJoint, custom(moving, axes)), 5, span=2.0)


def test_a_function_of_two_coordinates_and_a_coupler() -> None:
    transform = custom({0: opensim.LinearFunction(1.0, 0.0)})
    axis = transform.updTransformAxis(1)
    names = opensim.ArrayStr()
    for name in ("q", "r"):
        names.append(name)
    axis.setCoordinateNames(names)
    coefficients = opensim.ArrayDouble()
    for value in (0.5, -0.3, 0.2):
        coefficients.append(value)
    axis.set_function(opensim.LinearFunction(coefficients))
    model = two_bodies(opensim.CustomJoint, transform)
    couple(model, "r", "q", FUNCTIONS["spline"])
    tree = assert_same_poses(model, 6)
    assert [c.name for c in tree.coordinates if c.coupled is not None] == ["r"]


def couple(model: opensim.Model, dependent: str, free: str, function: opensim.Function) -> None:
    coupler = opensim.CoordinateCouplerConstraint()
    coupler.setName("coupler")
    names = opensim.ArrayStr()
    names.append(free)
    coupler.setIndependentCoordinateNames(names)
    coupler.setDependentCoordinateName(dependent)
    coupler.setFunction(function)
    model.addConstraint(coupler)
    model.finalizeConnections()


def test_ranges_locks_and_sensor_frames_are_read() -> None:
    model = two_bodies(opensim.PinJoint)
    pin = model.getJointSet().get("pin").get_coordinates(0)
    pin.setRangeMin(-0.5)
    pin.setRangeMax(0.25)
    pin.setDefaultClamped(True)
    pin.setDefaultLocked(True)
    pin.setDefaultValue(0.1)
    body = model.updBodySet().get("b")
    frame = opensim.PhysicalOffsetFrame("b_imu", body, opensim.Transform())
    frame.set_orientation(opensim.Vec3(np.pi / 2, 0.0, 0.0))
    body.addComponent(frame)
    model.finalizeConnections()
    tree = tree_of(model)
    first = tree.coordinates[0]
    assert (first.low, first.high, first.default) == (-0.5, 0.25, 0.1)
    assert first.clamped
    assert first.locked
    (sensor,) = tree.sensors
    assert (sensor.name, tree.bodies[sensor.body]) == ("b_imu", "b")
    assert pytest.approx([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0]) == sensor.R_BS


def test_an_unknown_function_is_noted_and_refused_by_name() -> None:
    turns = {0: opensim.Sine(1.0, 1.0, 0.0)}
    tree = tree_of(two_bodies(opensim.CustomJoint, custom(turns)))
    assert list(tree.body_faults) == [1]
    with pytest.raises(SolveError, match=r"joint 'tested' moves by a Sine"):
        forward_kinematics(tree, np.zeros((1, len(tree.coordinates))))


@pytest.mark.parametrize(("first", "held"), [("/ground", {0, 1}), ("/bodyset/a", {1})])
def test_another_constraint_is_noted_at_the_coordinates_that_it_holds(
    first: str, held: set[int]
) -> None:
    model = two_bodies(opensim.PinJoint)
    constraint = opensim.PointConstraint()
    constraint.setName("held")
    constraint.connectSocket_body_1(model.getComponent(first))
    constraint.connectSocket_body_2(model.getBodySet().get("b"))
    model.addConstraint(constraint)
    model.finalizeConnections()
    faults = tree_of(model).coordinate_faults
    assert set(faults) == held
    assert "constraint 'held' is a PointConstraint" in faults[1]
