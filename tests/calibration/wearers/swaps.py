"""Sets of sensors that laboratories wear, and the ways in which they are mixed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

SETS: Final[Mapping[str, tuple[str, ...]]] = {
    "pelvis, trunk": ("pelvis", "torso"),
    "pelvis, thighs": ("pelvis", "femur_r", "femur_l"),
    "pelvis, trunk, thighs": ("pelvis", "torso", "femur_r", "femur_l"),
    "pelvis, legs": (
        "pelvis", "femur_r", "femur_l", "tibia_r", "tibia_l", "calcn_r", "calcn_l",
    ),
    "all": (
        "pelvis", "torso", "femur_r", "femur_l", "tibia_r", "tibia_l", "calcn_r", "calcn_l",
    ),
    "pelvis, shanks": ("pelvis", "tibia_r", "tibia_l"),
    "pelvis, feet": ("pelvis", "calcn_r", "calcn_l"),
    "right leg": ("pelvis", "femur_r", "tibia_r", "calcn_r"),
}  # fmt: skip

Pairs = tuple[tuple[str, str], ...]

SWAPS: Final[Mapping[str, Pairs]] = {
    "all legs": (("femur_r", "femur_l"), ("tibia_r", "tibia_l"), ("calcn_r", "calcn_l")),
    "thighs": (("femur_r", "femur_l"),),
    "shanks": (("tibia_r", "tibia_l"),),
    "feet": (("calcn_r", "calcn_l"),),
    "pelvis and trunk": (("pelvis", "torso"),),
    "pelvis and thigh": (("pelvis", "femur_r"),),
    "trunk and thigh": (("torso", "femur_r"),),
    "thigh and shank": (("femur_r", "tibia_r"),),
    "shank and foot": (("tibia_r", "calcn_r"),),
}


def swapped(bodies: Sequence[str], pairs: Pairs) -> tuple[str, ...] | None:
    """Return labels with pairs exchanged; None where nothing changes or half a pair is worn."""
    worn = [pair for pair in pairs if set(pair) <= set(bodies)]
    halves = [pair for pair in pairs if len(set(pair) & set(bodies)) == 1]
    if not worn or halves:
        return None
    other = {a: b for pair in worn for a, b in (pair, pair[::-1])}
    return tuple(other.get(body, body) for body in bodies)
