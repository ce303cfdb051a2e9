"""Which leg each step of the pelvis belongs to, and how sure that is.

Steps alternate, so over a stride whatever differs between the legs comes once. Whether that is as
in steps of the right leg or as half a stride later is told by its phase: by that of the thighs,
where they are worn; else in running by that of the pelvis, whose right side is up on the right leg
as the left side drops, and in walking by that of its rotation besides. Pelvic rotation in running
tells nothing: its phase differs between people all over the circle. The best of 18 published
methods for the sacrum has the side right in 82 % (PMC10255839).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.types import Angles

ComplexArray = NDArray[np.complex128]

OTHERWISE: Final = 0.02
"""Proportion of people whose phase is uniformly distributed (choice): it bounds the certainty that
one signal can give."""

MOST_STEP_S: Final = 0.9
"""Time between steps beyond which one may be missing."""

_ODD_STEP: Final = (0.6, 1.5)
"""Parts of the usual step between which a step counts as one: others come twice or are two."""

_THIGHS = ("thigh_extension_r", "thigh_extension_l")
_FEWEST_STEPS = 4
_POINTS = 32


class Habit(NamedTuple):
    """Phase of a signal over strides of the right leg, mean and standard deviation over people."""

    phase_rad: float
    spread_rad: float


class StepSides(NamedTuple):
    """The leg of each step.

    Parameters
    ----------
    side : (n,) int array
        0 right, 1 left, -1 where it is not known.
    wrong : float
        Probability that right and left are exchanged, in all of them; 0.5 where nothing tells.
    """

    side: IntArray
    wrong: float


@cache
def habits(gait: ActivityKind) -> Mapping[str, Habit]:
    """Return the signals that tell a side in an activity.

    Examples
    --------
    >>> sorted(habits("running")), sorted(habits("walking"))
    (['obliquity', 'thighs'], ['obliquity', 'rotation', 'thighs'])
    """
    text = (
        files("opensim_pelvis.gait.events").joinpath("step_sides.toml").read_text(encoding="utf-8")
    )
    return {
        name: Habit(float(np.deg2rad(row["phase_deg"])), float(np.deg2rad(row["spread_deg"])))
        for name, row in tomllib.loads(text)[gait].items()
    }


def side_signals(angles: Angles) -> dict[str, FloatArray]:
    """Return what may tell the side of steps, radians, (t,) each, as ``step_sides.toml`` has it."""
    table = dict(zip(angles.names, angles.values_rad.T, strict=True))
    out: dict[str, FloatArray] = {}
    if "pelvic_obliquity" in table:
        out["obliquity"] = table["pelvic_obliquity"]
    if "pelvic_axial_rotation" in table:  # of the heading in G: travel changes from step to step
        out["rotation"] = table["pelvic_axial_rotation"] + angles.travel_rad
    thighs = [table.get(name) for name in _THIGHS]
    right, left = (None if t is None or not np.isfinite(t).any() else -t for t in thighs)
    if right is not None and left is not None:
        out["thighs"] = right - left
    elif right is not None or left is not None:
        out["thighs"] = right if right is not None else -np.asarray(left)
    return out


def find_sides(
    steps: FloatArray, signals: Mapping[str, FloatArray], rate_hz: float, gait: ActivityKind
) -> StepSides:
    """Return the leg of each step.

    Steps alternate wherever none is missing. The stretches in between are brought to one another
    by all signals, and the phases of all of them together tell the side.

    Parameters
    ----------
    steps : (n,) array
        Samples, in order.
    signals : mapping of str to (t,) array
        `side_signals`; NaN where not known.
    rate_hz : float
    gait : {"running", "walking"}
    """
    side = np.full(steps.size, -1, dtype=np.int64)
    known = habits(gait)
    names = [name for name in known if name in signals]
    asked = [signals[name] for name in names]
    stretches = [rows for rows in _stretches(steps, rate_hz) if rows.size >= _FEWEST_STEPS]
    found = [(rows, _harmonics(steps[rows], asked)) for rows in stretches]
    found = [(rows, waves) for rows, waves in found if _middle(waves).any()]
    if not found:
        return StepSides(side, 0.5)
    usual = _middle(max(found, key=lambda each: each[0].size)[1])
    signs = [_sense(_middle(waves), usual) for _, waves in found]
    waves = np.concatenate([s * w for s, (_, w) in zip(signs, found, strict=True)], axis=1)
    log_odds = sum(_log_odds(w, known[name]) for w, name in zip(waves, names, strict=True))
    for sign, (rows, _) in zip(signs, found, strict=True):
        even = 0 if sign * log_odds > 0.0 else 1
        side[rows] = (np.arange(rows.size) + even) % 2
    return StepSides(side, float(1.0 / (1.0 + np.exp(abs(log_odds)))))


def _stretches(steps: FloatArray, rate_hz: float) -> list[IntArray]:
    """Return the rows of steps between which none is missing and none comes twice."""
    apart = np.diff(steps)
    usual = float(np.median(apart)) if apart.size else 0.0
    low, high = (part * usual for part in _ODD_STEP)
    odd = (apart < low) | (apart > high) | (apart > MOST_STEP_S * rate_hz)
    return np.split(np.arange(steps.size), np.flatnonzero(odd) + 1)


def _harmonics(steps: FloatArray, signals: Sequence[FloatArray]) -> ComplexArray:
    """Return the first harmonic of each signal over two steps from each one on, (signals, n - 2).

    Of every second step with the other sign, as if it were of the leg of the first.
    """
    part = np.arange(_POINTS + 1) / _POINTS
    at = steps[:-2, None] + (steps[2:] - steps[:-2])[:, None] * part
    sign = np.where(np.arange(steps.size - 2) % 2 == 0, 1.0, -1.0)
    beat = np.exp(-2j * np.pi * part[:-1]) * 2.0 / _POINTS
    out = np.empty((len(signals), steps.size - 2), dtype=np.complex128)
    for row, signal in zip(out, signals, strict=True):
        curves = np.interp(at.ravel(), np.arange(signal.size), signal).reshape(at.shape)
        # without the straight line from start to end, which recurs in no stride
        line = (curves[:, -1] - curves[:, 0]) * (part[:-1] @ beat)
        row[:] = sign * (curves[:, :-1] @ beat - line)
    return out


def _middle(waves: ComplexArray) -> ComplexArray:
    """Return the mean of each signal's known harmonics, (signals,); 0 where none is known."""
    known = np.isfinite(waves)
    return np.asarray(np.where(known, waves, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _sense(wave: ComplexArray, usual: ComplexArray) -> float:
    """Return 1 where harmonics are as usual, -1 where they are half a stride away."""
    size = np.abs(usual)
    alike = (wave * np.conj(usual))[size > 0.0].real / size[size > 0.0] ** 2
    return 1.0 if float(alike.sum()) >= 0.0 else -1.0


def _log_odds(waves: ComplexArray, habit: Habit) -> float:
    """Return the logarithm of how much likelier harmonics are of a right leg than of a left one."""
    waves = waves[np.isfinite(waves)]
    if not waves.size or not abs(waves.mean()) > 0.0:
        return 0.0
    mean = waves.mean()
    scatter = float(np.mean(np.abs(waves - mean) ** 2))
    error = np.sqrt(scatter / waves.size) / abs(mean)  # strides overlap by half
    spread = np.hypot(habit.spread_rad, error)
    right, left = (
        _density(float(np.angle(sign * mean)) - habit.phase_rad, spread) for sign in (1.0, -1.0)
    )
    return float(np.log(right / left))


def _density(away_rad: float, spread_rad: float) -> float:
    away = (away_rad + np.pi) % (2.0 * np.pi) - np.pi
    bell = np.exp(-0.5 * (away / spread_rad) ** 2) / (np.sqrt(2.0 * np.pi) * spread_rad)
    return float((1.0 - OTHERWISE) * bell + OTHERWISE / (2.0 * np.pi))
