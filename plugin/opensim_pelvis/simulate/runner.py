"""Who runs and how: the settings of the simulated runner and of the recording session.

Every default has its source beside it. *Measured* stands for one stride of participant 2 of the
BioMAC-Sim-Toolbox (optical, 2.2 m/s, https://github.com/mad-lab-fau/BioMAC-Sim-Toolbox),
*choice* for a plausible value without a source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from opensim_pelvis.config.settings import Sex, Surface
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.simulate.gait_style import Gait, StrideVariation, Style
from opensim_pelvis.simulate.pose import Pose

_DUTY_FACTORS: Final[Mapping[Gait, tuple[float, float]]] = {
    "running": (0.1, 0.5),
    "walking": (0.5, 0.8),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """A runner in steady running; angles in degrees, against the standing pose.

    Pelvis and trunk angles are the clinical ones in the direction of travel (order
    rotation-obliquity-tilt), legs are OpenSim's hip, knee and ankle coordinates. Ranges are peak
    to peak over one stride. The defaults are those of a woman; see `typical_runner`.

    Parameters
    ----------
    sex, height_m, mass_kg
        Sex and height give the positions of joints and sensors; the mass is only passed on.
    speed_mps, cadence_spm
        Steps per minute; a stride is two steps.
    duty_factor : float
        Part of the stride that one foot is on the ground; below 0.5 in running.
    vertical_oscillation_m : float
        Rise and fall of the pelvis, peak to peak, twice a stride.
    trunk_rotation_lag_deg : float
        How much later than the pelvis the trunk rotates, of a stride's 360 degrees: 180 is
        pure counter-rotation, 0 is turning as one block.
    hip_extension_peak_deg : float
        Largest extension, positive when the thigh is behind the pelvis' own vertical axis.
    asymmetry : float
        Between -1 and 1. The flexion-extension of the right leg's joints is larger by half of
        this fraction and that of the left smaller; axial rotation of pelvis and trunk is
        shifted by this fraction of half the range, to the right side forward.
    gait : {"running", "walking"}
        Walking needs a style.
    style : Style, optional
        Curves of a person in place of the closed-form ones; then ranges, means, asymmetry and
        oscillation above only describe the runner, cadence and duty factor hold.
    variation : StrideVariation, optional
        Without it all strides are the same.
    """

    sex: Sex = "female"
    height_m: float = 1.68
    mass_kg: float = 58.0
    speed_mps: float = 3.6
    cadence_spm: float = 172.0
    duty_factor: float = 0.34  # choice: 0.24 s of contact at 172 steps/min
    vertical_oscillation_m: float = 0.08  # choice; measured 0.11 at 2.2 m/s

    pelvic_rotation_range_deg: float = 15.0  # women 13.2-16.1: Perpina-Martinez 2023
    pelvic_obliquity_range_deg: float = 9.0  # women 7.8-9.6: Perpina-Martinez 2023
    pelvic_tilt_range_deg: float = 6.8  # women 6.3-7.4: Perpina-Martinez 2023, IJERPH 20:3631
    pelvic_tilt_mean_deg: float = 8.0  # choice; measured 11.2 against the model's zero
    trunk_rotation_range_deg: float = 20.0  # choice; sprinters up to 23.5: Nagahara 2018
    trunk_rotation_lag_deg: float = 170.0  # measured 173; spread is large: JAB 2018 34:312
    trunk_lean_range_deg: float = 5.0  # measured 5
    trunk_forward_lean_deg: float = 7.2  # middle of the groups 3.6 and 10.8: Teng & Powers 2015
    trunk_forward_lean_range_deg: float = 4.0  # choice

    hip_flexion_range_deg: float = 44.0  # 40 in slow running: doi:10.1177/036354659402200418
    hip_extension_peak_deg: float = 6.0  # measured 5.6
    hip_adduction_range_deg: float = 14.0  # measured 21, less in its first harmonic
    hip_rotation_range_deg: float = 8.0  # measured 15, mostly soft tissue; choice
    knee_flexion_contact_deg: float = 15.0  # choice; measured 6
    knee_flexion_stance_deg: float = 42.0  # measured 42
    knee_flexion_push_deg: float = 16.0  # measured 13: least flexion, at toe-off
    knee_flexion_swing_deg: float = 98.0  # arc of 95: doi:10.1177/036354659402200418
    ankle_dorsiflexion_peak_deg: float = 17.0  # measured 17
    ankle_flexion_range_deg: float = 48.0  # 50: doi:10.1177/036354659402200418
    asymmetry: float = 0.0

    gait: Gait = "running"
    style: Style | None = None
    variation: StrideVariation | None = None

    def __post_init__(self) -> None:
        """Raise SettingsError for values that no runner has, all at once."""
        faults = [
            f"{f.name} must not be negative, got {getattr(self, f.name)}"
            for f in fields(self)
            if f.name.endswith("range_deg") and getattr(self, f.name) < 0.0
        ]
        for name in ("height_m", "speed_mps", "cadence_spm"):
            if not getattr(self, name) > 0.0:
                faults.append(f"{name} must be positive, got {getattr(self, name)}")
        low, high = _DUTY_FACTORS[self.gait]
        if not low <= self.duty_factor < high:
            faults.append(
                f"duty_factor must lie in {low} to {high} ({self.gait}), got {self.duty_factor}"
            )
        if self.gait == "walking" and self.style is None:
            faults.append("walking needs a style: there are no closed-form curves of it")
        if not -1.0 < self.asymmetry < 1.0:
            faults.append(f"asymmetry must lie between -1 and 1, got {self.asymmetry}")
        low = max(self.knee_flexion_contact_deg, self.knee_flexion_push_deg)
        if not low < self.knee_flexion_stance_deg < self.knee_flexion_swing_deg:
            faults.append(
                "knee flexion must rise from contact and push-off over the peak in stance to the "
                f"peak in swing, got {self.knee_flexion_contact_deg}, "
                f"{self.knee_flexion_push_deg}, {self.knee_flexion_stance_deg} and "
                f"{self.knee_flexion_swing_deg} degrees"
            )
        raise_faults(SettingsError, "simulated runner", faults)

    @property
    def stride_hz(self) -> float:
        """Strides per second."""
        return self.cadence_spm / 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The whole body changes its direction of travel, smoothly; positive to the left."""

    start_s: float
    duration_s: float
    angle_rad: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Course of the recording: stand still, a smooth ramp into steady running, perhaps turns.

    ``duration_s`` is the whole length. During the first ``still_s`` all coordinates are exactly
    zero, the model's default pose. Over ground the pelvis moves along the path; on a treadmill
    it stays where it is, or moves about its place if the runner's style says so. A ``pose``
    stands in place of the model's own.
    """

    duration_s: float = 30.0
    rate_hz: float = 100.0
    still_s: float = 2.0
    ramp_s: float = 1.5
    surface: Surface = "treadmill"
    turns: tuple[Turn, ...] = ()
    pose: Pose | None = None

    def __post_init__(self) -> None:
        """Raise SettingsError for times and rates that are not positive."""
        faults = [
            f"{name} must be positive, got {getattr(self, name)}"
            for name in ("duration_s", "rate_hz", "ramp_s")
            if not getattr(self, name) > 0.0
        ]
        if self.still_s < 0.0:
            faults.append(f"still_s must not be negative, got {self.still_s}")
        raise_faults(SettingsError, "simulated session", faults)


def typical_runner(sex: Sex) -> RunnerSettings:
    """Return the default runner of a sex; change single values with `dataclasses.replace`.

    Men differ by the values of Perpina-Martinez 2023 (IJERPH 20:3631): rotation 9.7-13.6,
    obliquity 7.8-9.3, tilt 5.9-6.5 degrees; height and mass are a choice.
    """
    if sex == "female":
        return RunnerSettings()
    return RunnerSettings(
        sex="male",
        height_m=1.78,
        mass_kg=70.0,
        pelvic_rotation_range_deg=12.0,
        pelvic_obliquity_range_deg=8.5,
        pelvic_tilt_range_deg=6.2,
    )
