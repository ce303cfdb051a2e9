"""Default IK weights: a sensor counts for little where it would pull at the segment above it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from opensim_pelvis.kinematics.osim.skeleton import Observability
from opensim_pelvis.types.segments import parent_of, segment_of

LIGHT: Final = 0.02
"""Weight below the thigh of a sensor that the joints of a model cannot follow.

At 1 half of what a hinge knee cannot follow turns the thigh, at 0.02 a fiftieth does. With much
less OpenSim's own tool, whose accuracy is fixed, leaves knees and ankles behind by many degrees.
"""


def choose_weights(
    observability: Observability, worn: Collection[str], stated: Mapping[str, float]
) -> dict[str, float]:
    """Return the IK weight of each worn sensor, by body.

    Parameters
    ----------
    observability : Observability
    worn : collection of str
        Bodies with a sensor.
    stated : mapping of str to float
        By the user, of any bodies: they stand.

    Returns
    -------
    dict of str to float
        1, or `LIGHT` below the thigh where the joints up to the next sensor are fewer than three
        axes, so that the sensor would pull at that one; and what was stated.
    """
    return {body: LIGHT if _pulls(observability, body, worn) else 1.0 for body in worn} | dict(
        stated
    )


def all_follow(
    observability: Observability, worn: Collection[str], weights: Mapping[str, float]
) -> bool:
    """Return whether every sensor counts the same and none pulls at the one above it."""
    alike = len({weights.get(body, 1.0) for body in worn}) <= 1
    return alike and not any(_pulls(observability, body, worn) for body in worn)


def _pulls(observability: Observability, body: str, worn: Collection[str]) -> bool:
    """Return whether a sensor below a thigh turns the next sensor above it."""
    path = []
    above = parent_of(body)
    while above is not None:
        path.append(above)
        above = parent_of(above)
    if not any(segment_of(body) == "thigh" for body in path):
        return False
    sensed = next((body for body in path if body in worn), None)
    return sensed is not None and not observability.can_follow(body, sensed)
