"""Who wears which sensor in the real recordings that several tests and benchmarks use."""

from __future__ import annotations

from typing import Final

GAITTOOLBOX: Final = {
    "00B40B91": "pelvis",
    "00B40C45": "femur_l",
    "00B40C3C": "femur_r",
    "00B40BA5": "tibia_l",
    "00B40C35": "tibia_r",
    "00B40C55": "calcn_l",
    "00B40C48": "calcn_r",
}
"""``gaittoolbox_walk``: Xsens MTw by the number at the end of the file's name."""

QMT: Final = {
    "hip": "pelvis",
    "upper_back": "torso",
    "upper_leg_right": "femur_r",
    "upper_leg_left": "femur_l",
    "lower_leg_right": "tibia_r",
    "lower_leg_left": "tibia_l",
    "foot_right": "calcn_r",
    "foot_left": "calcn_l",
}
"""``qmt_fullbody``: 45 strides within its last 45 s."""
