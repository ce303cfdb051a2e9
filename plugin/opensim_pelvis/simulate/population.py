"""People who differ: runners and walkers drawn at random, as hard as those who were measured.

Curves are mixtures of the measured ones, whose sizes and phases scatter. Spreads without a source
are a choice; ``tests/benchmarks/simulated_people.py`` compares what comes out with people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import Sex, Surface
from opensim_pelvis.simulate.draw_style import Pace, curve_range, draw_style
from opensim_pelvis.simulate.gait_style import Gait, StrideVariation
from opensim_pelvis.simulate.pose import Pose
from opensim_pelvis.simulate.runner import RunnerSettings, Session

SPEEDS_MPS: Final[Mapping[Gait, tuple[float, float]]] = {
    "running": (2.0, 6.0),
    "walking": (0.8, 2.0),
}
_CADENCES_SPM: Final[Mapping[Gait, tuple[float, float]]] = {
    "running": (150.0, 210.0),
    "walking": (90.0, 130.0),
}


def draw_runner(
    rng: np.random.Generator,
    gait: Gait = "running",
    *,
    sex: Sex | None = None,
    speed_mps: float | None = None,
    variation: StrideVariation | None = None,
) -> RunnerSettings:
    """Return a person who runs or walks, drawn at random.

    Parameters
    ----------
    rng : Generator
    gait : {"running", "walking"}
    sex : {"female", "male"}, optional
    speed_mps : float, optional
        Drawn from `SPEEDS_MPS` when not given.
    variation : StrideVariation, optional
        Drawn when not given; ``curves=0``, ``duration=0`` and ``step=0`` give identical strides.

    Examples
    --------
    >>> runner = draw_runner(np.random.default_rng(1), "walking")
    >>> 0.5 <= runner.duty_factor and 90.0 <= runner.cadence_spm <= 130.0
    True
    """
    sex = sex or ("female" if rng.random() < 0.5 else "male")
    pace = draw_pace(rng, gait, speed_mps)
    height_m = float(rng.normal(1.67 if sex == "female" else 1.79, 0.065))
    asymmetry = float(np.clip(rng.normal(0.0, 0.05), -0.15, 0.15))
    style = draw_style(rng, gait, pace, sex, asymmetry)
    ranges = {
        "pelvic_rotation_range_deg": style.trunk["pelvic_axial_rotation"],
        "pelvic_obliquity_range_deg": style.trunk["pelvic_obliquity"],
        "pelvic_tilt_range_deg": style.trunk["pelvic_anterior_tilt"],
        "trunk_rotation_range_deg": style.trunk["trunk_axial_rotation"],
        "trunk_lean_range_deg": style.trunk["trunk_lateral_lean"],
        "hip_flexion_range_deg": style.legs["r"]["hip_flexion"],
    }
    drawn = StrideVariation(
        duration=float(rng.uniform(0.006, 0.014)),
        step=float(rng.uniform(0.002, 0.006)),
        curves=float(np.exp(rng.normal(0.0, 0.2))) * (1.0 if gait == "running" else 0.7),
        seed=int(rng.integers(2**31)),
    )
    return RunnerSettings(
        sex=sex,
        height_m=float(np.clip(height_m, 1.45, 2.05)),
        mass_kg=float(rng.normal(21.5, 2.0)) * height_m**2,
        speed_mps=pace.speed_mps,
        cadence_spm=pace.cadence_spm,
        duty_factor=pace.duty_factor,
        asymmetry=asymmetry,
        pelvic_tilt_mean_deg=float(style.trunk["pelvic_anterior_tilt"].coefficients[0].real),
        gait=gait,
        style=style,
        variation=drawn if variation is None else variation,
        **{name: curve_range(curve) for name, curve in ranges.items()},
    )


def draw_pace(rng: np.random.Generator, gait: Gait, speed_mps: float | None = None) -> Pace:
    """Return speed, cadence and duty factor that go together.

    Contact times of running follow the treadmill trials of RBDS (0.30 s at 2.5, 0.23 s at
    4.5 m/s); the rest is a choice around usual values.
    """
    speed = float(rng.uniform(*SPEEDS_MPS[gait])) if speed_mps is None else speed_mps
    if gait == "running":
        cadence = rng.normal(166.0 + 5.0 * (speed - 3.0), 8.0)
        contact_s = 0.282 * np.exp(-0.14 * (speed - 3.0)) * np.exp(rng.normal(0.0, 0.06))
    else:
        cadence = rng.normal(108.0 + 22.0 * (speed - 1.2), 6.0)
        contact_s = np.nan
    cadence = float(np.clip(cadence, *_CADENCES_SPM[gait]))
    duty = (
        contact_s * cadence / 120.0 if gait == "running" else rng.normal(0.66 - 0.04 * speed, 0.012)
    )
    limits = (0.20, 0.46) if gait == "running" else (0.55, 0.70)
    return Pace(speed_mps=speed, cadence_spm=cadence, duty_factor=float(np.clip(duty, *limits)))


def draw_session(
    rng: np.random.Generator,
    *,
    duration_s: float = 30.0,
    rate_hz: float = 100.0,
    surface: Surface = "treadmill",
) -> Session:
    """Return a recording whose still pose is as people stand: they lean, and face a little off.

    Sizes are a choice: 3 degrees of lean, 5 of facing, bent knees, sway of half a degree.
    """  # fmt: skip
    knee = float(abs(rng.normal(0.0, 4.0)))
    return Session(
        duration_s=duration_s,
        rate_hz=rate_hz,
        surface=surface,
        pose=Pose(
            forward_lean_deg=float(rng.normal(1.0, 1.5)),
            side_lean_deg=float(rng.normal(0.0, 1.0)),
            trunk_lean_deg=float(rng.normal(0.0, 3.0)),
            pelvic_tilt_deg=float(rng.normal(0.0, 2.0)),
            facing_deg=float(rng.normal(0.0, 5.0)),
            trunk_facing_deg=float(rng.normal(0.0, 3.0)),
            hip_flexion_deg=knee / 2.0,
            knee_flexion_deg=knee,
            sway_deg=float(rng.uniform(0.2, 0.6)),
            seed=int(rng.integers(2**31)),
        ),
    )
