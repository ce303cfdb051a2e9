"""How segments usually move in running and walking: the constants that wearers are told by.

Running: 9 people (virtual sensors on markers; one with gyroscopes; 6 with a trunk sensor), of whom
three are in the recordings that `tests/benchmarks/wearers.py` judges on. Walking: 5 people, all of
them in those recordings. Centres are means over people, rounded; scales are at least the standard
deviation between people. So few people bound no error below some 28 %: the benchmark shows what
becomes of each person when the centres are taken from the others alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.types.segments import BODIES, DEFINITIONS, Segment

Activity = Literal["running", "walking"]
Phase = tuple[float, float]
"""Centre in degrees and concentration of a von Mises distribution."""

UNKNOWN: Final[Phase] = (0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What a segment's movement is like; phases are those after the right shank's swing.

    Parameters
    ----------
    centre, scale : (4,) tuple
        Of `features.SCALARS`.
    swing, yaw, roll, sway : (float, float)
        Of turning about the axis to the right (legs), about the vertical, about the forward axis,
        and of acceleration to the right (pelvis and trunk).
    sign : (float, float)
        What tells the sign of the axis: ``bend_rad`` of a leg, ``surge_rad`` of pelvis and trunk.
    """

    centre: tuple[float, ...]
    scale: tuple[float, ...]
    swing: Phase = UNKNOWN
    yaw: Phase = UNKNOWN
    roll: Phase = UNKNOWN
    sway: Phase = UNKNOWN
    sign: Phase = UNKNOWN


Habits = Mapping[Segment, Habit]

RUNNING: Final[Habits] = {
    "pelvis": Habit(
        centre=(0.0, 0.7, -1.5, -4.9),
        scale=(0.3, 0.7, 0.7, 0.9),
        roll=(-170.0, 3.0),
        sway=(-100.0, 1.5),
        sign=(-45.0, 3.0),
    ),
    "trunk": Habit(
        centre=(0.1, 2.0, -0.3, -4.7),
        scale=(0.3, 0.6, 0.3, 1.0),
        yaw=(-143.0, 4.0),
        roll=(-50.0, 1.5),
        sign=(-90.0, 2.0),
    ),
    "thigh": Habit(
        centre=(0.97, 0.85, -2.0, -1.65),
        scale=(0.2, 0.4, 0.5, 0.6),
        swing=(52.0, 4.0),
        sign=(62.0, 2.5),
    ),
    "shank": Habit(
        centre=(1.4, 0.1, -3.0, 0.0),
        scale=(0.18, 0.35, 0.45, 1.2),
        swing=(0.0, 4.0),
        sign=(12.0, 4.0),
    ),
    "foot": Habit(
        centre=(1.55, 1.25, -3.3, 0.3),
        scale=(0.22, 0.4, 0.5, 0.6),
        swing=(0.0, 4.0),
        sign=(45.0, 3.0),
    ),
}

WALKING: Final[Habits] = {
    "pelvis": Habit(
        centre=(0.1, 1.9, -0.6, -3.3),
        scale=(0.35, 0.8, 0.5, 0.9),
        yaw=(-15.0, 2.5),
        roll=(-165.0, 1.5),
        sway=(15.0, 2.5),
        sign=(104.0, 4.0),
    ),
    "trunk": Habit(
        centre=(-0.25, 1.2, -0.45, -3.4),
        scale=(0.4, 0.8, 0.35, 0.9),
        yaw=(-80.0, 1.0),
        roll=(-40.0, 1.5),
        sway=(20.0, 2.5),
        sign=(105.0, 2.0),
    ),
    "thigh": Habit(
        centre=(0.87, 1.4, -1.4, -0.3),
        scale=(0.15, 0.5, 0.7, 0.5),
        swing=(46.0, 4.0),
        sign=(60.0, 2.5),
    ),
    "shank": Habit(
        centre=(1.31, 0.15, -2.4, -0.2),
        scale=(0.12, 0.4, 0.8, 0.4),
        swing=(0.0, 4.0),
        sign=(18.0, 4.0),
    ),
    "foot": Habit(
        centre=(1.55, -0.25, -3.1, -0.45),
        scale=(0.18, 0.35, 0.8, 0.4),
        swing=(-12.0, 4.0),
        sign=(54.0, 4.0),
    ),
}

HABITS: Final[Mapping[Activity, Habits]] = {"running": RUNNING, "walking": WALKING}

LANDING: Final[Mapping[Activity, tuple[float, float]]] = {
    "running": (0.55, 0.2),
    "walking": (0.85, 0.45),
}
"""Logarithm of the vertical acceleration of a foot over that of its shank: centre and scale. Both
grow with speed, their ratio does not."""

UNPAIRED: Final = 0.7
"""Scale of that logarithm for two sensors at random."""

HIPS_M: Final = (0.17, 0.07)
"""Distance of the hips across the pelvis as `hip_order` reads it: centre and scale."""

HIP_SIDE_M: Final = (0.085, 0.06)
"""The same of one hip from the middle, where the sensor of the pelvis is about."""

FACING: Final = 6.0
"""How much the sign of an axis is told by the sign of `hip_order.Hips.facing`: the steepness of a
logistic curve. Thighs of people have 0.04 to 0.75 in running and 0.4 to 0.75 in walking."""

JOINTS: Final = tuple(
    (DEFINITIONS[body].parent, body) for body in BODIES if DEFINITIONS[body].parent in BODIES
)
"""Bodies that share a joint."""

LINKED: Final = 1.5
"""Power of the misfit of two sensors at a joint; chosen so that half the misfit counts nearly three
to one."""

UNLIKE: Final = 0.15
"""Share of people to whom a phase or a distance does not apply."""

WEIGHT: Final = 0.6
"""Of the scalars: they are not independent of one another."""

FREEDOM: Final = 4.0
"""Degrees of freedom of the distribution of the scalars."""

STRANGE: Final = 3.0
"""`likelihood.unlikeness` above which nobody walks or runs. Recordings of people have 0.4 to 1.3,
marching on the spot 2.0, simulated people at most 2.0."""

RUNNING_BOUNCE: Final = (0.5, 0.06)
"""Vertical acceleration, in g rms, of the sensor that turns least: where running begins, and how
sharply. People: walking 0.07 to 0.18, running 0.9 to 1.1."""

RUNNING_STRIDE_S: Final = (0.92, 0.04)
"""The same by the stride time, where there is no acceleration. People: running 0.68 to 0.79,
walking 1.0 to 1.4."""


def tell_running(bounce: FloatArray, turning: FloatArray, stride_s: float) -> float:
    """Return how likely this is running rather than walking, 0 to 1.

    Parameters
    ----------
    bounce, turning : (s,) array
        Of `features.Features`; ``turning`` as its first scalar.
    stride_s : float
    """
    felt = np.flatnonzero(np.isfinite(bounce))
    if felt.size:
        middle, width = RUNNING_BOUNCE
        calmest = felt[np.argmin(turning[felt])]
        return float(1.0 / (1.0 + np.exp(-(bounce[calmest] - middle) / width)))
    middle, width = RUNNING_STRIDE_S
    return float(1.0 / (1.0 + np.exp((stride_s - middle) / width)))
