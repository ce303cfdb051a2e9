"""How one person moves: the curves over the stride, and how strides differ from one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.simulate.harmonics import Harmonics

Gait = Literal["running", "walking"]

SIDES: Final = ("r", "l")
TRUNK_CURVES: Final = (
    "pelvic_axial_rotation",
    "pelvic_obliquity",
    "pelvic_anterior_tilt",
    "trunk_axial_rotation",
    "trunk_lateral_lean",
    "trunk_forward_lean",
)
"""Clinical angles of pelvis and trunk, degrees."""
LEG_CURVES: Final = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle")
"""OpenSim's coordinates of one leg, without side, degrees."""
PATH_CURVES: Final = ("pelvis_forward", "pelvis_lateral")
"""Place of the pelvis about its mean, metres: forward and to the right."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Style:
    """The curves of one person, in place of the closed-form ones.

    Parameters
    ----------
    trunk : mapping of str to Harmonics
        `TRUNK_CURVES`, degrees, over the stride from right initial contact.
    legs : mapping of str to mapping of str to Harmonics
        ``"r"`` and ``"l"``: `LEG_CURVES`, degrees, both over the right leg's stride.
    path : mapping of str to Harmonics
        `PATH_CURVES`, metres.
    height : Harmonics, optional
        Height of the pelvis about its mean, metres; it follows from the force under the feet
        when not given, so that the body falls freely in flight.
    force_dip : float
        ``q`` of the vertical force of one foot, see `ground_forces`.
    force_asymmetry : float
        Between -1 and 1: the right foot carries more by half of this fraction.
    """

    trunk: Mapping[str, Harmonics]
    legs: Mapping[str, Mapping[str, Harmonics]]
    path: Mapping[str, Harmonics]
    height: Harmonics | None = None
    force_dip: float = 0.0
    force_asymmetry: float = 0.0

    def __post_init__(self) -> None:
        """Raise SettingsError for curves that are missing or too many."""
        groups = (
            ("trunk", self.trunk, TRUNK_CURVES),
            ("path", self.path, PATH_CURVES),
            *((f"leg {side}", self.legs.get(side, {}), LEG_CURVES) for side in SIDES),
        )
        faults = [
            f"{label} must have the curves {', '.join(wanted)}, got {', '.join(given) or 'none'}"
            for label, given, wanted in groups
            if set(given) != set(wanted)
        ]
        raise_faults(SettingsError, "simulated style", faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideVariation:
    """How strides differ from one another; the same seed gives the same strides.

    Every coefficient of every curve, the duration of the stride and the share of the right step
    in it are fractional Gaussian noise over the strides: what differs tends to stay.

    Parameters
    ----------
    duration : float
        Standard deviation of the stride time over its mean; 0.006 to 0.014 in the four treadmill
        trials of RBDS.
    step : float
        Standard deviation of when the left foot lands, in parts of the stride (choice).
    curves : float
        Size of the variation of the curves, 1 for that of the treadmill trials of RBDS.
    hurst : float
        Exponent of long memory, 0.5 for none. Stride times of walking: 0.83 (Hausdorff 1995,
        J Appl Physiol 78:349); about 0.7 to 0.8 near the preferred speed of running (Jordan &
        Newell 2008, doi:10.1097/JES.0b013e3181877d71).
    seed : int
    """

    duration: float = 0.010
    step: float = 0.004
    curves: float = 1.0
    hurst: float = 0.75
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for sizes and exponents that cannot be."""
        faults = [
            f"{name} must lie in 0 to {limit}, got {getattr(self, name)}"
            for name, limit in (("duration", 0.05), ("step", 0.05), ("curves", 5.0))
            if not 0.0 <= getattr(self, name) <= limit
        ]
        if not 0.5 <= self.hurst < 1.0:
            faults.append(f"hurst must lie in 0.5 to 1, got {self.hurst}")
        raise_faults(SettingsError, "simulated variation", faults)
