"""The arrays that the compiled solver walks: records by name, and what belongs together."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from opensim_pelvis.kinematics.solve.quaternions import quaternion_fields

_F, _I = np.float64, np.int64

TERM: Final = np.dtype(
    [
        ("unknown", _I),
        ("outer", _I),  # first and last piece of the outer function
        ("outer_last", _I),
        ("inner", _I),  # of the inner one; -1: none
        ("inner_last", _I),
        ("slope", _F),
        ("bend", _F),
    ]
)
"""A function of one unknown, ``outer(inner(x))``, that is added to the angle of an axis."""

NODE: Final = np.dtype(
    [
        ("parent", _I),  # -1: ground
        ("base", _I),  # the freely turning node that it hangs on; -1: ground
        ("root", _I),  # of a freely turning node: the first of its three unknowns; else -1
        ("term", _I),
        ("term_end", _I),
        ("offset", _F),
        *quaternion_fields("fixed"),  # from the parent to this node before it turns about its z
        *quaternion_fields("q"),  # in ground, after the turn
        *quaternion_fields("kept"),
        *quaternion_fields("found"),
        *((f"axis_{i}", _F) for i in "xyz"),
        *((f"pull_{i}", _F) for i in "xyz"),  # gradient of the cost of the sensors it carries
        *((f"stiff_{ij}", _F) for ij in ("xx", "xy", "xz", "yy", "yz", "zz")),  # 2nd derivative
    ]
)
"""An axis, or a freely turning frame."""

SENSOR: Final = np.dtype(
    [
        ("column", _I),
        ("node", _I),
        ("weight", _F),
        *quaternion_fields("fixed"),  # from the sensor's frame to its node
        *quaternion_fields("q"),  # orientation of the node that would fit it
        ("present", _I),
    ]
)

UNKNOWN: Final = np.dtype(
    [
        ("coordinate", _I),  # -1: of a freely turning node
        ("low", _F),
        ("high", _F),
        ("start", _F),
        ("x", _F),
        ("kept_x", _F),
        ("found_x", _F),
        ("gradient", _F),
        ("step", _F),
    ]
)

ISLAND: Final = np.dtype(
    [
        (name, _I)
        for name in (
            *("node", "sensed", "node_end"),  # nodes up to ``sensed`` carry sensors
            *("unknown", "unknown_end", "sensor", "sensor_end"),
        )
    ]
)

BODY: Final = np.dtype(
    [
        ("parent", _I),
        ("node", _I),  # -1: fixed to ground
        ("column", _I),  # in the output; -1: not wanted
        *quaternion_fields("fixed"),  # from the node
        ("from_parent", _F, 3),  # from the parent's origin to the joint, in the parent
        ("from_child", _F, 3),  # from the body's origin to the joint, in the body
        ("slide", _I),
        ("slide_end", _I),
        ("radii", _F, 3),  # of an ellipsoid that it slides on
        ("joint_parent", _F, 4),
        ("joint_child", _F, 4),
        *quaternion_fields("q"),
        *((f"p_{i}", _F) for i in "xyz"),
    ]
)

SLIDE: Final = np.dtype(
    [
        ("coordinate", _I),
        ("outer", _I),
        ("outer_last", _I),
        ("inner", _I),
        ("inner_last", _I),
        ("direction", _F, 3),
    ]
)
"""A translation along a direction in the parent body, by a function of a coordinate."""

CUT: Final = np.dtype(
    [
        ("parent", _I),
        ("child", _I),
        ("bit", _I),
        ("near_lock", _I),  # counts frames
        ("parent_fixed", _F, 4),
        ("child_fixed", _F, 4),
        ("coordinate", _I, 3),
        ("slope", _F, 3),
        ("offset", _F, 3),
    ]
)
"""A joint that the plan leaves free: between its frames, turned so, it turns about z, x, z."""

COORDINATE: Final = np.dtype(
    [
        ("column", _I),
        ("clamped", _I),
        ("low", _F),
        ("high", _F),
        ("default", _F),
        ("period", _F),  # of a full turn; infinite where it does more than turn
        ("value", _F),
        ("last", _F),
    ]
)

MISFIT: Final = np.dtype([("body", _I), *quaternion_fields("fixed")])
"""A sensor whose angle to the model is wanted."""


class Plan(NamedTuple):
    """What is unknown and how it turns the sensors, with the state of one thread.

    Arrays of the records above, island after island; nodes stand parents first. ``pieces`` are
    rows of piecewise polynomials: left edge, origin, coefficients from the constant up.
    """

    nodes: Any
    terms: Any
    pieces: Any
    unknowns: Any
    islands: Any
    sensors: Any
    hessian: Any
    factor: Any

    def copy(self) -> Plan:
        """Return a plan for another thread."""
        return Plan(*(array.copy() for array in self))


class View(NamedTuple):
    """How bodies and coordinates are read off the nodes of a plan; bodies parents first."""

    bodies: Any
    slides: Any
    cuts: Any
    coordinates: Any
    misfits: Any

    def copy(self) -> View:
        """Return a view for another thread."""
        return View(*(array.copy() for array in self))


class Known(NamedTuple):
    """What each pattern of sensors present determines: rows are patterns."""

    coordinate: Any
    body: Any
    place: Any
    cut: Any


class Frames(NamedTuple):
    """Arrays of a block of frames: measured in, the others out."""

    measured: Any
    pattern: Any
    coordinates: Any
    violated: Any
    R_GB: Any
    p_GB: Any
    errors: Any
