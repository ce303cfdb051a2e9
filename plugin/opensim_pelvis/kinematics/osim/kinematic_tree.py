"""Records of a kinematic tree: a model as plain numbers, without OpenSim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.osim.functions import Sum


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Axis:
    """A direction in the parent's joint frame, and how far to go along or about it."""

    direction: FloatArray
    amount: Sum


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Joint:
    """One body on another.

    Parameters
    ----------
    name, kind : str
    parent, child : int
        Bodies; the parent is -1 for ground.
    parent_R, child_R : (4,) array
        Joint frames seen from their bodies.
    parent_p_m, child_p_m : (3,) array
    rotations, translations : tuple of Axis
        Body-fixed, in order; an axis turned by nothing is left out.
    radii_m : (3,) array or None
        Of an ellipsoid that the child slides on.
    """

    name: str
    kind: str
    parent: int
    child: int
    parent_R: FloatArray
    parent_p_m: FloatArray
    child_R: FloatArray
    child_p_m: FloatArray
    rotations: tuple[Axis, ...]
    translations: tuple[Axis, ...]
    radii_m: FloatArray | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class TreeCoordinate:
    """A coordinate: radians or metres; translations count as locked, nothing measures them."""

    name: str
    default: float
    low: float
    high: float
    clamped: bool
    locked: bool
    coupled: Sum | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SensorFrame:
    """A frame fixed to a body that a sensor is known by."""

    name: str
    body: int
    R_BS: FloatArray


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class KinematicTree:
    """All bodies of a model and how they hang together.

    Parameters
    ----------
    name : str
    bodies : tuple of str
        In the model's order.
    joints : tuple of Joint
        Parents before children; one a body that hangs on ground.
    coordinates : tuple of TreeCoordinate
        All of them, in the model's order.
    sensors : tuple of SensorFrame
        Offset frames whose name ends in ``_imu``.
    body_faults : mapping of int to str
        Bodies that cannot be represented (nor can what hangs on them), and why.
    coordinate_faults : mapping of int to str
        Coordinates that cannot, and why.
    """

    name: str
    bodies: tuple[str, ...]
    joints: tuple[Joint, ...]
    coordinates: tuple[TreeCoordinate, ...]
    sensors: tuple[SensorFrame, ...]
    body_faults: Mapping[int, str]
    coordinate_faults: Mapping[int, str]
