"""The runner's harmonic curves over the stride.

Phase 0 is initial contact of the right foot, 0.5 that of the left. Phases of the extremes are
*measured*: read from one stride of participant 2 of the BioMAC-Sim-Toolbox (optical, 2.2 m/s,
https://github.com/mad-lab-fau/BioMAC-Sim-Toolbox).
"""

from __future__ import annotations

from collections.abc import Mapping

from opensim_pelvis.simulate.harmonics import Harmonics
from opensim_pelvis.simulate.runner import RunnerSettings


def trunk_curves(runner: RunnerSettings) -> Mapping[str, Harmonics]:
    """Return the clinical pelvis and trunk angles over the stride, degrees."""
    wave, middle, r = Harmonics.wave, runner.duty_factor / 2.0, runner
    # measured: right side furthest forward just before right initial contact
    forward = 0.90
    lag = r.trunk_rotation_lag_deg / 360.0
    shift = r.asymmetry / 2.0
    return {
        "pelvic_axial_rotation": wave(
            mean=shift * r.pelvic_rotation_range_deg,
            peak_to_peak=r.pelvic_rotation_range_deg,
            peak_phase=forward,
        ),
        # measured: right side highest in the middle of right stance (the left side drops)
        "pelvic_obliquity": wave(peak_to_peak=r.pelvic_obliquity_range_deg, peak_phase=middle),
        # measured: most anterior at toe-off of either foot
        "pelvic_anterior_tilt": wave(
            mean=r.pelvic_tilt_mean_deg,
            peak_to_peak=r.pelvic_tilt_range_deg,
            peak_phase=r.duty_factor,
            per_stride=2,
        ),
        "trunk_axial_rotation": wave(
            mean=shift * r.trunk_rotation_range_deg,
            peak_to_peak=r.trunk_rotation_range_deg,
            peak_phase=forward + lag,
        ),
        # measured: the trunk leans over the stance leg
        "trunk_lateral_lean": wave(peak_to_peak=r.trunk_lean_range_deg, peak_phase=middle),
        "trunk_forward_lean": wave(
            mean=r.trunk_forward_lean_deg,
            peak_to_peak=r.trunk_forward_lean_range_deg,
            peak_phase=middle,
            per_stride=2,
        ),
    }


def height_curve(runner: RunnerSettings) -> Harmonics:
    """Return the height of the pelvis about its mean, metres: highest in mid-flight."""
    return Harmonics.wave(
        peak_to_peak=runner.vertical_oscillation_m,
        peak_phase=(0.5 + runner.duty_factor) / 2.0,
        per_stride=2,
    )


def leg_curves(runner: RunnerSettings, side: str) -> Mapping[str, Harmonics]:
    """Return OpenSim's hip, knee and ankle coordinates of one leg over the stride, degrees.

    Keys are coordinate names without side. The left leg does what the right leg does, half a
    stride later.
    """
    r, off = runner, runner.duty_factor
    right = side == "r"
    size = 1.0 + (runner.asymmetry / 2.0 if right else -runner.asymmetry / 2.0)
    through = Harmonics.through_extremes
    curves = {
        # measured: most extended a little after toe-off (0.44), most flexed at 0.79
        "hip_flexion": through(
            (off + 0.06, 0.79),
            (-size * r.hip_extension_peak_deg,
             size * (r.hip_flexion_range_deg - r.hip_extension_peak_deg)),
            order=3,
        ),
        # measured: adducted in early stance, when the other side of the pelvis drops
        "hip_adduction": Harmonics.wave(
            mean=3.0, peak_to_peak=r.hip_adduction_range_deg, peak_phase=off / 3.0
        ),
        "hip_rotation": Harmonics.wave(
            peak_to_peak=r.hip_rotation_range_deg, peak_phase=0.25
        ),
        # measured: 0.97, 0.15, 0.33 and 0.66
        "knee_angle": through(
            (0.97, 0.45 * off, off, 0.66),
            (size * r.knee_flexion_contact_deg, size * r.knee_flexion_stance_deg,
             size * r.knee_flexion_push_deg, size * r.knee_flexion_swing_deg),
            order=6,
        ),
        # measured: 0.18 and 0.39
        "ankle_angle": through(
            (0.5 * off, off + 0.02),
            (size * r.ankle_dorsiflexion_peak_deg,
             size * (r.ankle_dorsiflexion_peak_deg - r.ankle_flexion_range_deg)),
            order=4,
        ),
    }  # fmt: skip
    return curves if right else {name: c.shifted(0.5) for name, c in curves.items()}
