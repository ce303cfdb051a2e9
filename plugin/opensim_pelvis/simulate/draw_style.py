"""The curves of a person drawn at random: measured ones, mixed, scaled, shifted and reshaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import Sex
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.gait_style import (
    LEG_CURVES,
    PATH_CURVES,
    SIDES,
    TRUNK_CURVES,
    Gait,
    Style,
)
from opensim_pelvis.simulate.harmonics import Harmonics
from opensim_pelvis.simulate.measured_curves import MeasuredGait, measured_gaits, series_of

HEIGHT: Final = "pelvis_height"
_MIRRORED: Final = (
    "pelvic_axial_rotation",
    "pelvic_obliquity",
    "trunk_axial_rotation",
    "trunk_lateral_lean",
    "pelvis_lateral",
)
_SIZES: Final[Mapping[str, float]] = {
    "pelvic_obliquity": 0.2,
    "pelvic_anterior_tilt": 0.2,
    "trunk_axial_rotation": 0.2,
    "trunk_lateral_lean": 0.25,
    "trunk_forward_lean": 0.25,
    "hip_flexion": 0.07,
    "hip_adduction": 0.2,
    "hip_rotation": 0.25,
    "knee_angle": 0.06,
    "ankle_angle": 0.1,
    "pelvis_forward": 0.2,
    "pelvis_lateral": 0.25,
}
"""Standard deviation of the logarithm of each curve's size between people (choice)."""

_TRUNK_YAW_DEG: Final = (-167.0, -120.0)
"""Phase of trunk yaw against the right shank's swing in running; six people."""
_TRUNK_ROLL_DEG: Final = (-89.0, -37.0)
"""The same of trunk roll, of the turn about the trunk's own forward axis."""
_TRUNK_ROLL_SIZE_DEG: Final = 2.5  # first harmonic; participant 2 has 3 (choice)
_PELVIS_YAW_DEG: Final = (0.0, 180.0)
"""The same of pelvis yaw: people scatter over half a circle."""
_LATERAL_EARLIER: Final = (0.0, 0.14)
"""By how many strides the pelvis sways earlier than in the measured walks."""
_FORWARD_LATER: Final = (0.0, 0.08)
"""By how many strides it moves forward and back later than in the measured runs: sensors on the
sacrum show -85 degrees against the vertical at harmonic 2, markers of RBDS -35 to -85."""
_SHAPE: Final = 0.05  # scatter of the harmonics from the second on, relative
_SHIFT: Final = 0.006  # scatter of a curve's phase, strides


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast someone moves: metres a second, steps a minute, share of the stride in contact."""

    speed_mps: float
    cadence_spm: float
    duty_factor: float


def draw_style(
    rng: np.random.Generator, gait: Gait, pace: Pace, sex: Sex, asymmetry: float
) -> Style:
    """Return the curves of a person: a mixture of measured ones, scaled, shifted and reshaped."""
    curves = _mixture(rng, measured_gaits(gait), pace)
    base = {name: _personal(rng, curve, _SIZES.get(name, 0.0)) for name, curve in curves.items()}
    if gait == "running":  # the measured trunk ran at 2.2 m/s (choice)
        c = base["trunk_axial_rotation"].coefficients
        base["trunk_axial_rotation"] = Harmonics(c * np.exp(0.08 * (pace.speed_mps - 2.2)))
    base["pelvic_axial_rotation"] = _scaled(
        base["pelvic_axial_rotation"], draw_rotation_range(rng, gait, pace.speed_mps, sex)
    )
    forefoot = gait == "running" and rng.random() < 0.2
    if forefoot:
        base["ankle_angle"] = _toes_down(base["ankle_angle"], float(rng.uniform(6.0, 14.0)))
    legs = {
        side: _leg(rng, base, sign * asymmetry, side)
        for side, sign in zip(SIDES, (1.0, -1.0), strict=True)
    }
    lean = rng.normal(7.0 if gait == "running" else 2.0, 3.0)
    base["pelvic_anterior_tilt"] = _with_mean(base["pelvic_anterior_tilt"], rng.normal(7.0, 3.0))
    base["trunk_forward_lean"] = _with_mean(base["trunk_forward_lean"], lean)
    if gait == "running":
        base |= _phases(rng, base, float(np.deg2rad(lean)))
        later = float(rng.uniform(*_FORWARD_LATER))
        base["pelvis_forward"] = base["pelvis_forward"].shifted(later)
    else:
        earlier = float(rng.uniform(*_LATERAL_EARLIER))
        base["pelvis_lateral"] = base["pelvis_lateral"].shifted(-earlier)
    return Style(
        trunk={name: _lopsided(rng, name, base[name]) for name in TRUNK_CURVES},
        legs=legs,
        path={name: _lopsided(rng, name, base[name]) for name in PATH_CURVES},
        height=_lopsided(rng, HEIGHT, base[HEIGHT]) if gait == "walking" else None,
        force_dip=float(np.clip(rng.normal(-0.12, 0.04), -0.25, 0.0)),
        force_asymmetry=float(rng.normal(0.0, 0.03)),
    )


def draw_rotation_range(rng: np.random.Generator, gait: Gait, speed_mps: float, sex: Sex) -> float:
    """Return a range of pelvic rotation, degrees.

    Running: rises by 2.6 degrees with each m/s (RBDS: 2.6 to 4.5), 2 degrees more in women
    (Perpina-Martinez 2023, IJERPH 20:3631), a third of spread between people.
    """
    middle = 8.0 + 2.6 * (speed_mps - 3.0) if gait == "running" else 6.0 + 3.0 * speed_mps
    middle = max(middle, 5.0) + (2.0 if sex == "female" else 0.0)
    return float(np.clip(middle * np.exp(rng.normal(0.0, 0.3)), 3.0, 24.0))


def scaled_to(
    style: Style, ranges_deg: Mapping[str, float], means_deg: Mapping[str, float]
) -> Style:
    """Return a style whose pelvis and trunk have given ranges and means over the mean stride."""
    trunk = dict(style.trunk)
    for name, wanted in ranges_deg.items():
        trunk[name] = _scaled(trunk[name], wanted)
    for name, wanted in means_deg.items():
        trunk[name] = _with_mean(trunk[name], wanted)
    return replace(style, trunk=trunk)


def curve_range(curve: Harmonics) -> float:
    """Return the range of a curve over the stride."""
    phases: FloatArray = np.arange(400) / 400.0
    return float(np.ptp(curve.at(phases)))


def _mixture(
    rng: np.random.Generator, gaits: tuple[MeasuredGait, ...], pace: Pace
) -> dict[str, Harmonics]:
    """Return curves mixed from those who were measured near this speed, at this duty factor."""
    near = np.array([np.exp(-(((g.speed_mps - pace.speed_mps) / 1.5) ** 2)) for g in gaits])
    weights = rng.dirichlet(0.2 + 2.0 * near / near.sum())
    rotation = int(rng.choice(len(gaits), p=near / near.sum()))  # phases differ too much to mix
    warped = [g.at_duty(pace.duty_factor) for g in gaits]
    out = {}
    for name in (*TRUNK_CURVES, *LEG_CURVES, *PATH_CURVES, HEIGHT):
        have = [(w, c[name]) for w, c in zip(weights, warped, strict=True) if name in c]
        total = sum(w for w, _ in have)
        parts = [w / total * curve.coefficients for w, curve in have]
        out[name] = Harmonics(np.sum(parts, axis=0))
    out["pelvic_axial_rotation"] = warped[rotation]["pelvic_axial_rotation"]
    return out


def _personal(rng: np.random.Generator, curve: Harmonics, size: float) -> Harmonics:
    """Return a curve of another size, a little shifted and reshaped; the mean stays."""
    c = curve.coefficients.copy()
    c[1:] *= np.exp(rng.normal(0.0, size))
    draw = rng.normal(size=c.size - 2) + 1j * rng.normal(size=c.size - 2)
    c[2:] *= 1.0 + _SHAPE * draw
    return Harmonics(c).shifted(float(rng.normal(0.0, _SHIFT)))


def _leg(
    rng: np.random.Generator, base: Mapping[str, Harmonics], larger: float, side: str
) -> dict[str, Harmonics]:
    """Return the curves of one leg: larger by half of ``larger``, with small ways of its own."""
    out = {}
    for name in LEG_CURVES:
        curve = _personal(rng, base[name], 0.02)
        c = curve.coefficients.copy()
        c[1:] *= 1.0 + larger / 2.0
        c[0] += rng.normal(0.0, 1.0)
        out[name] = Harmonics(c).shifted(0.5 if side == "l" else 0.0)
    return out


def _phases(
    rng: np.random.Generator, base: Mapping[str, Harmonics], lean_rad: float
) -> dict[str, Harmonics]:
    """Return pelvis and trunk at phases as runners have them, against the right shank's swing."""
    shank = base["hip_flexion"].coefficients[1] - base["knee_angle"].coefficients[1]

    def at(name: str, limits_deg: tuple[float, float]) -> Harmonics:
        now = np.rad2deg(np.angle(base[name].coefficients[1] / shank))
        return base[name].shifted(float(now - rng.uniform(*limits_deg)) / 360.0)

    yaw = at("trunk_axial_rotation", _TRUNK_YAW_DEG)
    # a trunk that leans forward turns about its own forward axis with yaw: that part is taken off
    roll = np.deg2rad(rng.uniform(*_TRUNK_ROLL_DEG)) + np.angle(shank)
    side = base["trunk_lateral_lean"].coefficients.copy()
    side[1] = _TRUNK_ROLL_SIZE_DEG * np.exp(rng.normal(0.0, 0.25) + 1j * roll)
    side[1] += np.sin(lean_rad) * yaw.coefficients[1]
    return {
        "pelvic_axial_rotation": at("pelvic_axial_rotation", _PELVIS_YAW_DEG),
        "trunk_axial_rotation": yaw,
        "trunk_lateral_lean": Harmonics(side),
    }


def _lopsided(rng: np.random.Generator, name: str, curve: Harmonics) -> Harmonics:
    """Return a curve of pelvis or trunk that is not the same on both sides."""
    c = curve.coefficients.copy()
    size = np.abs(c[1:]).max()
    if name in _MIRRORED and not name.startswith("pelvis_"):
        c[0] += rng.normal(0.0, 0.12) * size
    wrong = 2 if name in _MIRRORED else 1  # the harmonic that a symmetric person lacks
    c[wrong] += 0.06 * size * (rng.normal() + 1j * rng.normal())
    return Harmonics(c)


def _toes_down(curve: Harmonics, angle_deg: float) -> Harmonics:
    """Return the ankle of one who lands on the forefoot: plantarflexed around contact."""
    phases = np.arange(256) / 256.0
    bump = series_of(angle_deg * np.exp(6.0 * (np.cos(2.0 * np.pi * phases) - 1.0)))
    return Harmonics(curve.coefficients - bump.coefficients)


def _with_mean(curve: Harmonics, mean: float) -> Harmonics:
    c = curve.coefficients.copy()
    c[0] = mean
    return Harmonics(c)


def _scaled(curve: Harmonics, wanted: float) -> Harmonics:
    """Return the curve with another range, without changing its mean."""
    c = curve.coefficients.copy()
    c[1:] *= wanted / curve_range(curve)
    return Harmonics(c)
