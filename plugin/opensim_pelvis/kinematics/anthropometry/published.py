"""The numbers of published anthropometry that the model is built from, each with its source.

A pair is (female, male); a subject of unknown sex gets the mean of both. *Not confirmed* marks a
number that was taken from memory of the paper: check it there before relying on it.
``docs/model.md`` tells where each of the others was read.

Sources
-------
- *de Leva 1996*, table 4: doi:10.1016/0021-9290(95)00178-6
- *Dumas 2007*, mean sizes of both samples: doi:10.1016/j.jbiomech.2006.02.013
- *Reed 1999*, pelvis joint centres (hip after Bell 1990): doi:10.4271/1999-01-0959
- *Drillis 1966*, shown in Winter 2009: doi:10.1002/9780470549148
- *Gordon 2014*, ANSUR II, report NATICK/TR-15/007
- *Preece 2008*, slope from PSIS to ASIS of 30 pelves: doi:10.1179/106698108790818459
- *Rajagopal 2016*, foot of the full-body model: doi:10.1109/TBME.2016.2586891
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

Pair = tuple[float, float]

_DUMAS_HEIGHT_M: Final = (1.61, 1.77)  # Dumas 2007: mean stature; not confirmed
_LEVA_HEIGHT_M: Final = (1.735, 1.741)  # de Leva 1996: mean stature; not confirmed


def _of_dumas(female_m: float, male_m: float) -> Pair:
    return female_m / _DUMAS_HEIGHT_M[0], male_m / _DUMAS_HEIGHT_M[1]


def _of_leva(female_m: float, male_m: float) -> Pair:
    return female_m / _LEVA_HEIGHT_M[0], male_m / _LEVA_HEIGHT_M[1]


PROPORTIONS: Final[Mapping[str, Pair]] = {
    # Dumas 2007: joint centre to joint centre, and between the two ASIS; not confirmed
    "thigh": _of_dumas(0.379, 0.432),
    "shank": _of_dumas(0.388, 0.433),
    "pelvic_width": _of_dumas(0.238, 0.224),
    # de Leva 1996, table 4: above the midpoint of the hips (MIDH), vertex to C7; not confirmed
    "omphalion": _of_leva(0.1815, 0.1457),
    "xiphoid": _of_leva(0.1815 + 0.2053, 0.1457 + 0.2155),
    "suprasternale": _of_leva(0.5293, 0.5319),
    "shoulders": _of_leva(0.4979, 0.5155),
    "cervicale": _of_leva(0.6148, 0.6033),
    "vertex_to_cervicale": _of_leva(0.2437, 0.2429),
    "head": _of_leva(0.2002, 0.2033),
    "upper_arm": _of_leva(0.2751, 0.2817),
    "forearm": _of_leva(0.2643, 0.2689),
    "hand": _of_leva(0.0780, 0.0862),
    # Drillis 1966
    "ankle_height": (0.039, 0.039),
    "foot": (0.152, 0.152),
    "hip_breadth": (0.191, 0.191),
    # Gordon 2014, means over mean stature
    "acromion_height": (0.8198, 0.8204),
    "acromion_breadth": (0.2243, 0.2367),
    "trochanter_height": (0.5191, 0.5130),
    "malleolar_breadth": (0.0412, 0.0426),  # not confirmed
    # Rajagopal 2016: model of 1.70 m; ankle and second metatarsal head before the heel
    "heel_to_ankle": (0.0488 / 1.70, 0.0488 / 1.70),
    "heel_to_metatarsal": (0.1788 / 1.70, 0.1788 / 1.70),
    # Choices: no source gives them in this form
    "epicondylar_breadth": (0.055, 0.055),
    "cervicale_behind_hips": (0.035, 0.035),
    "suprasternale_before_hips": (0.040, 0.040),
    "xiphoid_before_hips": (0.065, 0.065),
    "tenth_thoracic_behind_hips": (0.060, 0.060),
    "foot_marker_height": (0.020, 0.020),
}
"""Lengths as fractions of the height."""

PELVIS: Final[Mapping[str, Pair]] = {
    "hip_x": (-0.24, -0.24),  # Reed 1999 after Bell 1990, doi:10.1016/0021-9290(90)90054-7
    "hip_y": (-0.30, -0.30),
    "hip_z": (0.36, 0.36),
    "lumbar_x": (-0.289, -0.264),  # Reed 1999
    "lumbar_y": (0.172, 0.126),
    "depth": (0.289 / 0.425, 0.264 / 0.377),  # Reed 1999: the same joint as parts of the depth
    "psis_breadth": (0.40, 0.40),  # choice
}
"""Places in the pelvis as fractions of its width, the distance between the two ASIS.

The pelvis is upright: ASIS and pubic symphysis lie in one vertical plane.
"""

ASIS_PSIS_TILT_RAD: Final = float(np.deg2rad(13.0))
"""Slope of the line from PSIS down to ASIS of an upright pelvis. Preece 2008: 13 (SD 5) degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InertiaRow:
    """One row of de Leva 1996, table 4; pairs are (female, male).

    ``mass`` is a fraction of the body's, ``centre`` of the segment's length from its upper or
    rear end, ``radii`` are radii of gyration about x, y, z over that length.
    """

    mass: Pair
    centre: Pair
    radii: tuple[Pair, Pair, Pair]


INERTIA: Final[Mapping[str, InertiaRow]] = {
    "head": InertiaRow(
        mass=(0.0668, 0.0694),
        centre=(0.5894, 0.5976),
        radii=((0.330, 0.362), (0.318, 0.312), (0.359, 0.376)),
    ),
    "upper_trunk": InertiaRow(
        mass=(0.1545, 0.1596),
        centre=(0.2077, 0.2999),
        radii=((0.746, 0.716), (0.718, 0.659), (0.502, 0.454)),
    ),
    "middle_trunk": InertiaRow(
        mass=(0.1465, 0.1633),
        centre=(0.4512, 0.4502),
        radii=((0.433, 0.482), (0.415, 0.468), (0.354, 0.383)),
    ),
    "lower_trunk": InertiaRow(
        mass=(0.1247, 0.1117),
        centre=(0.4920, 0.6115),
        radii=((0.433, 0.615), (0.444, 0.587), (0.402, 0.551)),
    ),
    "upper_arm": InertiaRow(
        mass=(0.0255, 0.0271),
        centre=(0.5754, 0.5772),
        radii=((0.278, 0.285), (0.148, 0.158), (0.260, 0.269)),
    ),
    "forearm": InertiaRow(
        mass=(0.0138, 0.0162),
        centre=(0.4559, 0.4574),
        radii=((0.261, 0.276), (0.094, 0.121), (0.257, 0.265)),
    ),
    "hand": InertiaRow(
        mass=(0.0056, 0.0061),
        centre=(0.7474, 0.7900),
        radii=((0.531, 0.628), (0.335, 0.401), (0.454, 0.513)),
    ),
    "thigh": InertiaRow(
        mass=(0.1478, 0.1416),
        centre=(0.3612, 0.4095),
        radii=((0.369, 0.329), (0.162, 0.149), (0.364, 0.329)),
    ),
    "shank": InertiaRow(
        mass=(0.0481, 0.0433),
        centre=(0.4352, 0.4395),  # knee to ankle joint centre, the table's lower half
        radii=((0.267, 0.251), (0.092, 0.102), (0.263, 0.246)),
    ),
    "foot": InertiaRow(
        mass=(0.0129, 0.0137),
        centre=(0.4014, 0.4415),
        radii=((0.139, 0.124), (0.299, 0.257), (0.279, 0.245)),
    ),
}
"""Mass properties of the segments.

de Leva's sagittal axis is our x, longitudinal y, transverse z. The foot lies along x: there
longitudinal is x and sagittal y.
"""
