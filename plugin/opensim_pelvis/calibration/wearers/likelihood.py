"""How well each sensor fits each body, and groups of sensors one another.

Scalars count by Student's t, phases by von Mises distributions mixed with a uniform one. All is
relative to a phase that is equally likely anywhere, so that bodies about which less is known are
neither favoured nor blamed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.calibration.wearers.features import Features
from opensim_pelvis.calibration.wearers.habits import (
    FACING,
    FREEDOM,
    HIP_SIDE_M,
    HIPS_M,
    LINKED,
    UNLIKE,
    UNPAIRED,
    WEIGHT,
    Habit,
    Habits,
    Phase,
)
from opensim_pelvis.calibration.wearers.hip_order import Hips
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.types.segments import segment_of, side_of

GRID_RAD: Final = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
"""Phases that the right shank's swing may have."""

SIGNS_RAD: Final = (0.0, np.pi)
"""An axis points to the right or to the left: that turns its phases by half a turn."""

SMALLEST_MPS2: Final = 0.02
"""Misfit below which segments cannot be distinguished: noise of accelerometers."""

ANYWHERE_M: Final = 0.2
"""Scale of a distance that no hip explains."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Tables:
    """Logarithms of likelihood ratios.

    Parameters
    ----------
    scalars : (b, s) array
    phases : (b, s, g) array
        By the phase of the right shank's swing; zero for the pelvis, which is in ``pelvis``.
    thighs : mapping of int to (2, s, s, g) array
        By place of a thigh among the bodies: instead of ``phases``, by the sign of the pelvis's
        axis and the sensor on the pelvis.
    pelvis : (2, s, g) array
        By the sign of the axis to the right.
    hips : (2, s, s, s) array
        By that sign, for pelvis, right thigh, left thigh.
    hip_r, hip_l : (2, s, s) array
        The same for one thigh alone.
    landing : (s, s) array
        For shank and foot of one leg.
    linked : (s, s) array
        For two bodies that share a joint.
    """

    scalars: FloatArray
    phases: FloatArray
    thighs: Mapping[int, FloatArray]
    pelvis: FloatArray
    hips: FloatArray
    hip_r: FloatArray
    hip_l: FloatArray
    landing: FloatArray
    linked: FloatArray


def tabulate(
    features: Features,
    hips: Hips,
    bodies: Sequence[str],
    habits: Habits,
    landing: tuple[float, float],
) -> Tables:
    """Return the tables of a recording under the habits of one activity.

    Parameters
    ----------
    features : Features
    hips : Hips
    bodies : sequence of str
    habits : mapping of str to Habit
    landing : (float, float)
        Of `habits.LANDING`.
    """
    sensors = features.swing_rad.size
    phases = np.zeros((len(bodies), sensors, GRID_RAD.size))
    pelvis = np.zeros((2, sensors, GRID_RAD.size))
    thighs = {}
    for k, body in enumerate(bodies):
        segment = segment_of(body)
        if segment == "pelvis":
            pelvis = _trunk_phases(features, habits[segment])
        elif segment == "trunk":
            phases[k] = np.logaddexp(*_trunk_phases(features, habits[segment]))
        else:
            signs = _leg_phases(features, habits[segment], left=side_of(body) == "left")
            phases[k] = np.logaddexp(*signs)
            if segment == "thigh":
                thighs[k] = _coupled(signs, hips.facing)
    across = np.einsum("pfi,pi->pf", hips.place_m, features.right)
    lands = np.log(features.bounce)[None, :] - np.log(features.bounce)[:, None]
    apart = across[:, :, None] - across[:, None, :]
    return Tables(
        scalars=np.array([_scalars(features.scalars, habits[segment_of(b)]) for b in bodies]),
        phases=phases,
        thighs=thighs,
        pelvis=pelvis,
        hips=np.stack([_near(sign * apart, HIPS_M, ANYWHERE_M) for sign in (1.0, -1.0)]),
        hip_r=np.stack([_near(sign * across, HIP_SIDE_M, ANYWHERE_M) for sign in (1.0, -1.0)]),
        hip_l=np.stack([_near(-sign * across, HIP_SIDE_M, ANYWHERE_M) for sign in (1.0, -1.0)]),
        landing=_near(lands, landing, UNPAIRED),
        linked=_linked(hips.misfit_mps2),
    )


def unlikeness(features: Features, worn: Sequence[str], habits: Habits) -> float:
    """Return how far scalars lie from those of the bodies, root mean square in scales.

    Parameters
    ----------
    features : Features
    worn : sequence of str
        Body of each sensor.
    habits : mapping of str to Habit
    """
    known = [habits[segment_of(body)] for body in worn]
    centre, scale = (
        np.array([getattr(one, name) for one in known]) for name in ("centre", "scale")
    )
    return float(np.sqrt(np.nanmean(np.square((features.scalars - centre) / scale))))


def _scalars(values: FloatArray, habit: Habit) -> FloatArray:
    """Return the fit of each sensor's scalars, (s,); what is missing says nothing."""
    scale = np.asarray(habit.scale)
    z = (values - np.asarray(habit.centre)) / scale
    density = -0.5 * (FREEDOM + 1.0) * np.log1p(np.square(z) / FREEDOM) - np.log(scale)
    return np.asarray(WEIGHT * np.nansum(density, axis=1))


def _leg_phases(features: Features, habit: Habit, *, left: bool) -> FloatArray:
    """Return the fit of each sensor as this part of a leg, (2, s, g), by the sign of its axis."""
    centre_deg, sharp = habit.swing
    swing: Phase = (centre_deg + (180.0 if left else 0.0), sharp)
    signs = [
        phase_fit(features.bend_rad + turn, habit.sign)[:, None]
        + _after(features.swing_rad + turn, swing)
        for turn in SIGNS_RAD
    ]
    return np.asarray(np.stack(signs) - np.log(2.0))


def _coupled(signs: FloatArray, facing: FloatArray) -> FloatArray:
    """Return the fit of each sensor as a thigh by that of the pelvis, (2, s, s, g).

    The axes of a pelvis and a thigh that face the same way have the same sign.
    """
    said = np.nan_to_num(facing)[:, :, None]
    same, other = (
        np.log((1.0 - UNLIKE) * 2.0 / (1.0 + np.exp(-turn * FACING * said)) + UNLIKE)
        for turn in (1.0, -1.0)
    )
    return np.stack([
        np.logaddexp(signs[0] + same, signs[1] + other),
        np.logaddexp(signs[1] + same, signs[0] + other),
    ])  # fmt: skip


def _trunk_phases(features: Features, habit: Habit) -> FloatArray:
    """Return the fit of each sensor as pelvis or trunk, (2, s, g), by the sign of its axes."""
    yaw = _after(features.yaw_rad, habit.yaw)
    signs = [
        phase_fit(features.surge_rad + turn, habit.sign)[:, None]
        + _after(features.roll_rad + turn, habit.roll)
        + _after(features.sway_rad + turn, habit.sway)
        + yaw
        for turn in SIGNS_RAD
    ]
    return np.asarray(np.stack(signs) - np.log(2.0))


def _after(phase_rad: FloatArray, known: Phase) -> FloatArray:
    """Return the fit of phases after the right shank's, (s, g)."""
    return phase_fit(phase_rad[:, None] - GRID_RAD, known)


def phase_fit(phase_rad: FloatArray, known: Phase) -> FloatArray:
    """Return the logarithm of the density of phases over a uniform one; 0 where not known."""
    centre_deg, sharp = known
    apart = np.nan_to_num(phase_rad) - np.deg2rad(centre_deg)
    density = np.exp(sharp * np.cos(apart)) / np.i0(sharp)
    found = np.log((1.0 - UNLIKE) * density + UNLIKE)
    return np.asarray(np.where(np.isfinite(phase_rad), found, 0.0))


def _linked(misfit_mps2: FloatArray) -> FloatArray:
    """Return how well sensors fit at a joint against all pairs of the recording, (s, s)."""
    found = -LINKED * np.log(np.maximum(misfit_mps2, SMALLEST_MPS2))
    seen = np.isfinite(found)
    return np.asarray(np.where(seen, found - found[seen].mean() if seen.any() else 0.0, 0.0))


def _near(values: FloatArray, known: tuple[float, float], anyhow: float) -> FloatArray:
    """Return the logarithm of the density of values over one about zero; 0 where not known."""
    centre, scale = known
    near = np.exp(-0.5 * np.square((values - centre) / scale)) / scale
    far = np.exp(-0.5 * np.square(values / anyhow)) / anyhow
    ratio = np.where(near > 1e-12, near / np.maximum(far, 1e-12), 0.0)
    found = np.log((1.0 - UNLIKE) * ratio + UNLIKE)
    return np.asarray(np.where(np.isfinite(values), found, 0.0))
