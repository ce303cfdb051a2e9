"""The simulated runner in motion: what sensors are made from and results are checked against.

Pelvis and trunk are prescribed by their clinical angles in the direction of travel T,
``R_TB = Ry(rotation) Rx(-obliquity) Rz(-tilt)``, legs by OpenSim's coordinates. OpenSim's
coordinates of pelvis and lumbar joint are taken from the resulting orientations, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.integrate import cumulative_trapezoid

from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.kinematics.angles import name_angles
from opensim_pelvis.kinematics.anthropometry.sizes import JointGeometry, joint_geometry
from opensim_pelvis.rotations import EulerOrder, inverse, multiply, rotate, to_euler
from opensim_pelvis.simulate.course import Course
from opensim_pelvis.simulate.gait_style import SIDES
from opensim_pelvis.simulate.harmonics import Harmonics, smooth_step
from opensim_pelvis.simulate.pose import pose_drop
from opensim_pelvis.simulate.rigid_bodies import Motion
from opensim_pelvis.simulate.runner import RunnerSettings, Session
from opensim_pelvis.types import Event
from opensim_pelvis.types.segments import BODIES

_JOINT_ORDER: Final[EulerOrder] = "ZXY"
_NO_PLAY: Final = ("knee_adduction", "knee_rotation", "ankle_inversion", "ankle_rotation")
"""Coordinates that the simulated hinges of knee and ankle leave at zero, without side."""

Jets = Mapping[str, FloatArray]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Truth:
    """A simulated run without any sensor: angles, orientations, positions and events.

    Parameters
    ----------
    runner : RunnerSettings
    session : Session
    time_s : (t,) array
    coordinates : mapping of str to (t,) array
        OpenSim's coordinates, radians, OpenSim's names and signs.
    angles : mapping of str to (t,) array
        Clinical angles, radians: of pelvis and trunk as prescribed, others as their definition
        reads them from the bodies.
    motions : mapping of str to Motion
        Of each body, in G.
    travel_rad : (t,) array
        Heading of T in G, positive to the left.
    steady_s : (float, float)
        Start and end of steady running.
    events : tuple of Event
        Initial contacts and toe-offs in steady running. By definition the right foot touches
        down at phase 0 of the curves, the left at 0.5, and leaves the ground a duty factor
        later.
    """

    runner: RunnerSettings
    session: Session
    time_s: FloatArray
    coordinates: Mapping[str, FloatArray]
    angles: Mapping[str, FloatArray]
    motions: Mapping[str, Motion]
    travel_rad: FloatArray
    steady_s: tuple[float, float]
    events: tuple[Event, ...]

    @property
    def bodies(self) -> tuple[str, ...]:
        """Bodies in the order of ``R_GB`` and ``p_GB_m``."""
        return tuple(self.motions)

    @property
    def R_GB(self) -> FloatArray:
        """Orientation of the bodies, shape (t, b, 4)."""
        return np.stack([m.R_GB for m in self.motions.values()], axis=1)

    @property
    def p_GB_m(self) -> FloatArray:
        """Origins of the bodies in G, shape (t, b, 3)."""
        return np.stack([m.p_GB_m for m in self.motions.values()], axis=1)

    @property
    def steady(self) -> slice:
        """Samples of steady running."""
        return slice(int(np.searchsorted(self.time_s, self.steady_s[0])), self.time_s.size)

    def ramped(self, curve: Harmonics) -> FloatArray:
        """Return the jet (3, t) of a further curve that begins with the run."""
        return self.course.ramped(curve)

    @property
    def course(self) -> Course:
        """Where each leg is in its stride, at the same times."""
        return Course(self.runner, self.session, self.time_s)


def simulate_runner(runner: RunnerSettings | None = None, session: Session | None = None) -> Truth:
    """Return the truth of one recording, sampled at the session's rate.

    The motion is kinematic: nothing enforces that the feet stay on the ground, and impacts are
    absent. Sensor signals are exact derivatives of it.

    Examples
    --------
    >>> truth = simulate_runner(session=Session(duration_s=4.0))
    >>> float(np.ptp(np.rad2deg(truth.angles["pelvic_axial_rotation"][truth.steady]))) > 14.5
    True
    """
    session = session or Session()
    samples = round(session.duration_s * session.rate_hz)
    return sample_runner(runner or RunnerSettings(), session, np.arange(samples) / session.rate_hz)


def sample_runner(runner: RunnerSettings, session: Session, time_s: FloatArray) -> Truth:
    """Return the truth at any increasing times, as a sensor with its own clock would see it."""
    course = Course(runner, session, time_s)
    clinical = {name: np.deg2rad(jet) for name, jet in course.trunk_angles().items()}
    legs = {name: np.deg2rad(jet) for name, jet in course.leg_angles().items()}
    geometry = joint_geometry(height_m=runner.height_m, sex=runner.sex)
    joints = {joint.child: joint for joint in geometry}
    heading = _heading(session, time_s)
    path = _pelvis_path(runner, session, time_s, heading, _height(course, joints))
    travel = path.turned("y", heading)
    if runner.style is not None:
        travel = travel.displaced(course.place())
    motions = _move_bodies(travel, clinical, legs, joints)
    prescribed = {name: angle[0] for name, angle in clinical.items()}
    read = name_angles({body: motion.R_GB for body, motion in motions.items()}, heading[0])
    return Truth(
        runner=runner,
        session=session,
        time_s=time_s,
        coordinates=_coordinates(motions)
        | {name: angle[0] for name, angle in legs.items()}
        | {f"{name}_{side}": np.zeros(time_s.size) for name in _NO_PLAY for side in SIDES},
        angles=read | prescribed,
        motions=motions,
        travel_rad=heading[0],
        steady_s=(session.still_s + session.ramp_s, session.duration_s),
        events=course.events(),
    )


def _height(course: Course, joints: Mapping[str, JointGeometry]) -> FloatArray:
    """Return the jet of the height of the pelvis' origin over ground."""
    height = course.height()
    height[0] += joints["pelvis"].position_parent_m[1]
    pose = course.session.pose
    if pose is not None:
        thigh, shank = (-joints[f"{body}_r"].position_parent_m[1] for body in ("tibia", "calcn"))
        standing = np.array([1.0, 0.0, 0.0])[:, None] - course.ramp
        height -= pose_drop(pose, thigh, shank) * standing
    return height


def _heading(session: Session, time_s: FloatArray) -> FloatArray:
    """Return the jet of the heading of travel."""
    heading = np.zeros((3, time_s.size))
    for turn in session.turns:
        heading += turn.angle_rad * smooth_step(time_s, turn.start_s, turn.duration_s)
    return heading


def _pelvis_path(
    runner: RunnerSettings,
    session: Session,
    time_s: FloatArray,
    heading: FloatArray,
    height: FloatArray,
) -> Motion:
    """Return a frame parallel to G that travels with the pelvis."""
    top_speed = runner.speed_mps if session.surface == "overground" else 0.0
    speed = top_speed * smooth_step(time_s, session.still_s, session.ramp_s)
    turn = turn_about_vertical(heading[0])
    ahead, left = rotate(turn, np.array([1.0, 0.0, 0.0])), rotate(turn, np.array([0.0, 0.0, -1.0]))
    position = cumulative_trapezoid(speed[0][:, None] * ahead, time_s, axis=0, initial=0)
    position[:, 1] = height[0]
    acceleration = speed[1][:, None] * ahead + (speed[0] * heading[1])[:, None] * left
    acceleration[:, 1] = height[2]
    return Motion.of_point(position, acceleration)


def _move_bodies(
    travel: Motion, clinical: Jets, legs: Jets, joints: Mapping[str, JointGeometry]
) -> Mapping[str, Motion]:
    """Return the motion of each body; ``travel`` is frame T at the pelvis' origin."""

    def segment(part: str, rotation: str, side_up: FloatArray, forward: str) -> Motion:
        turned = travel.turned("y", clinical[f"{part}_{rotation}"]).turned("x", side_up)
        return turned.turned("z", -clinical[f"{part}_{forward}"])

    def attach(child: str, motion: Motion) -> Motion:
        joint = joints[child]
        hinge = motions[joint.parent].moved(np.array(joint.position_parent_m))
        return motion.hung(hinge, np.array(joint.position_child_m))

    pelvis = segment("pelvic", "axial_rotation", -clinical["pelvic_obliquity"], "anterior_tilt")
    motions = {"pelvis": pelvis}
    torso = segment("trunk", "axial_rotation", clinical["trunk_lateral_lean"], "forward_lean")
    motions["torso"] = attach("torso", torso)
    for side, mirror in zip(SIDES, (1.0, -1.0), strict=True):
        femur = pelvis.turned("z", legs[f"hip_flexion_{side}"])
        femur = femur.turned("x", mirror * legs[f"hip_adduction_{side}"])
        femur = femur.turned("y", mirror * legs[f"hip_rotation_{side}"])
        tibia = femur.turned("z", -legs[f"knee_angle_{side}"])
        calcn = tibia.turned("z", legs[f"ankle_angle_{side}"])
        for body, motion in (("femur", femur), ("tibia", tibia), ("calcn", calcn)):
            motions[f"{body}_{side}"] = attach(f"{body}_{side}", motion)
    return {body: motions[body] for body in BODIES}


def _coordinates(motions: Mapping[str, Motion]) -> dict[str, FloatArray]:
    """Return OpenSim's pelvis and lumbar coordinates (body-fixed z-x-y), continuous."""
    pelvis, torso = motions["pelvis"].R_GB, motions["torso"].R_GB
    out: dict[str, FloatArray] = {}
    for names, q in (
        (("pelvis_tilt", "pelvis_list", "pelvis_rotation"), pelvis),
        (
            ("lumbar_extension", "lumbar_bending", "lumbar_rotation"),
            multiply(inverse(pelvis), torso),
        ),
    ):
        values = np.unwrap(to_euler(_JOINT_ORDER, q), axis=0)
        out.update(zip(names, values.T, strict=True))
    return out
