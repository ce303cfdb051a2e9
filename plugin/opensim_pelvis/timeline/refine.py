"""Refines a lag between two motions below a sample, and finds how it drifts.

At the true lag, two points fixed to two sensors, their joint, accelerate alike in all directions
(`synchronise`). The points, the heading between the sensors with its slow drift, offset and drift
of the clocks are unknowns of one least-squares problem over the whole recording, solved by
Gauss-Newton steps with Huber weights. Standard errors come from the scatter between blocks of one
second (sandwich estimate), since neighbouring samples are not independent. They hold for chance:
what soft tissue does alike in every stride is not in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.timeline.synchronise import ANALYSIS_HZ, CUTOFF_HZ, Pattern

MIN_DRIFT_S: Final = 20.0
"""Overlap below which no drift is estimated."""

DRIFT_PRIOR: Final = 1e-4
"""Crystals of sensors are within 100 ppm or so of one another: standard deviation."""

_ROUNDS: Final = 20
_SOLVES_AT_FIRST: Final = 3
_MIN_SAMPLES: Final = 50
_SETTLED_S: Final = 1e-5
_MAX_STEP_S: Final = 0.02
_LEVER_PRIOR_M: Final = 0.5  # joints are not further than that from a sensor
_KNOWN_LEVER_M: Final = 0.002  # a joint that was found in another piece
_START_RIDGE: Final = 1e-2  # of the motion, that a lever of a metre costs at the start
_HUBER: Final = 2.0  # standard deviations beyond which a sample counts less
_UP: Final = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Fit:
    """How two clocks stand to one another: ``t_a = t_b + offset + drift (t_b - middle)``.

    Parameters
    ----------
    offset_s : float
        At ``middle_s``.
    middle_s : float
        On the clock of b.
    drift : float
        Seconds per second; NaN where it was not estimated.
    offset_error_s, drift_error : float
        Standard errors; NaN where they are not known.
    misfit : float
        Part of the accelerations' variance, of both sensors, that no joint explains.
    levers_m : (6,) array or None
        The joint from the sensor a, then from b, in their frames.
    """

    offset_s: float
    middle_s: float
    misfit: float = float("nan")
    drift: float = float("nan")
    offset_error_s: float = float("nan")
    drift_error: float = float("nan")
    levers_m: FloatArray | None = None

    def to_a(self, time_b_s: FloatArray) -> FloatArray:
        """Return times on a's clock."""
        drift = 0.0 if np.isnan(self.drift) else self.drift
        return np.asarray(time_b_s + self.offset_s + drift * (time_b_s - self.middle_s))

    def to_b(self, time_a_s: FloatArray) -> FloatArray:
        """Return times on b's clock."""
        drift = 0.0 if np.isnan(self.drift) else self.drift
        after_s = (time_a_s - self.offset_s - self.middle_s) / (1.0 + drift)
        return np.asarray(after_s + self.middle_s)


@dataclass(eq=False, slots=True)
class _State:
    """The unknowns between two steps."""

    offset_s: float
    drift: float
    heading_rad: float
    turning_radps: float
    levers_m: FloatArray
    weight: FloatArray
    known_levers_m: FloatArray | None
    power: float = float("nan")


class _Normal(NamedTuple):
    """One least-squares problem, solved: design, what is left, weights, matrix, rows."""

    design: FloatArray
    apart: FloatArray
    weight: FloatArray
    full: FloatArray
    use: IntArray
    misfit: float


def refine_lag(a: Pattern, b: Pattern, lag_s: float, levers_m: FloatArray | None = None) -> Fit:
    """Return offset and drift of two clocks, from a lag that is right within a few samples.

    Parameters
    ----------
    a, b : Pattern
    lag_s : float
        What is added to b's times.
    levers_m : (6,) array, optional
        Where the joint is known to be, within a little.
    """
    from scipy.interpolate import CubicSpline

    time_a = a.start_s + np.arange(a.known.size) / ANALYSIS_HZ
    time_b = b.start_s + np.arange(b.known.size) / ANALYSIS_HZ
    spline = CubicSpline(time_b, b.columns())
    low = max(time_a[0], time_b[0] + lag_s)
    high = min(time_a[-1], time_b[-1] + lag_s)
    middle_s, with_drift = (low + high) / 2.0 - lag_s, high - low >= MIN_DRIFT_S
    state = _State(lag_s, 0.0, 0.0, 0.0, np.zeros(6), np.ones(a.known.size), levers_m)
    normal: _Normal | None = None
    for step in range(_ROUNDS):
        fit = Fit(offset_s=state.offset_s, middle_s=middle_s, drift=state.drift)
        at_b = fit.to_b(time_a)
        known = a.known * np.interp(at_b, time_b, b.known, left=0.0, right=0.0)
        use = np.flatnonzero(known > 0.999)
        if use.size < _MIN_SAMPLES:
            break
        value, slope = spline(at_b[use]), spline(at_b[use], 1)
        after_s = at_b[use] - middle_s
        if step == 0:
            _start(state, a, use, value)
        moved, normal = _step(state, a, use, value, slope, after_s, with_drift=with_drift)
        if moved < _SETTLED_S:
            break
    if normal is None:
        return Fit(offset_s=lag_s, middle_s=middle_s)
    error = _errors(normal)
    return Fit(
        offset_s=state.offset_s,
        middle_s=middle_s,
        misfit=normal.misfit,
        drift=state.drift if with_drift else float("nan"),
        offset_error_s=float(error[0]),
        drift_error=float(error[1]) if with_drift else float("nan"),
        levers_m=state.levers_m,
    )


def _start(state: _State, a: Pattern, use: IntArray, value: FloatArray) -> None:
    """Find joint and heading at the lag that is given, without a guess of either.

    With ``u = cos(heading) r_b`` and ``v = sin(heading) r_b`` as unknowns of their own the problem
    is linear, so that no wrong heading can hold the steps that follow.
    """
    n, lever_a, acceleration_b = use.size, a.lever_radps2[use], value[:, :3]
    lever_b, target = value[:, 3:].reshape(-1, 3, 3), a.acceleration_mps2[use].copy()
    target[:, 2] -= acceleration_b[:, 2]
    design = np.zeros((n, 3, 17))  # r_a, u, v, r_b of the vertical, cosine, sine, three constants
    design[:, :, :3] = -lever_a
    design[:, 0, 3:6], design[:, 1, 3:6] = lever_b[:, 0], lever_b[:, 1]
    design[:, 0, 6:9], design[:, 1, 6:9] = -lever_b[:, 1], lever_b[:, 0]
    design[:, 2, 9:12] = lever_b[:, 2]
    design[:, 0, 12], design[:, 1, 12] = acceleration_b[:, 0], acceleration_b[:, 1]
    design[:, 0, 13], design[:, 1, 13] = -acceleration_b[:, 1], acceleration_b[:, 0]
    design[:, :, 14:] = np.eye(3)
    flat, aimed = design.reshape(-1, 17), target.reshape(-1)
    ridge = np.full(17, 1e-9 * float(aimed @ aimed))
    ridge[:12] = _START_RIDGE * float(aimed @ aimed)
    solved = np.linalg.solve(flat.T @ flat + np.diag(ridge), flat.T @ aimed)
    state.heading_rad = float(np.arctan2(solved[13], solved[12]))
    if state.known_levers_m is None:
        state.levers_m = np.concatenate([solved[:3], solved[9:12]])
    else:
        state.levers_m = state.known_levers_m.copy()


def _step(
    state: _State,
    a: Pattern,
    use: IntArray,
    value: FloatArray,
    slope: FloatArray,
    after_s: FloatArray,
    *,
    with_drift: bool,
) -> tuple[float, _Normal]:
    """Take one step of all unknowns; return how far the offset moved, and what is left."""
    heading = state.heading_rad + state.turning_radps * after_s
    turn = _about_vertical(heading)
    lever_b = turn @ value[:, 3:].reshape(-1, 3, 3)
    accel_b = np.einsum("nij,nj->ni", turn, value[:, :3])
    joint_b = accel_b + lever_b @ state.levers_m[3:]
    rise = slope[:, :3] + slope[:, 3:].reshape(-1, 3, 3) @ state.levers_m[3:]
    rise = np.einsum("nij,nj->ni", turn, rise)
    sideways = np.cross(_UP, joint_b)
    columns = [-a.lever_radps2[use], lever_b, np.broadcast_to(np.eye(3), lever_b.shape)]
    columns += [sideways[..., None], (sideways * after_s[:, None])[..., None]]
    columns += [rise[..., None], (rise * after_s[:, None])[..., None]]
    design = np.concatenate(columns, axis=2)
    target = a.acceleration_mps2[use] - accel_b
    solved, apart, full = _solve(state, design, target, use, with_drift=with_drift)
    state.levers_m = solved[:6]
    state.heading_rad += float(solved[9])
    state.turning_radps += float(solved[10])
    # what b shows later has a smaller offset
    moved = float(np.clip(solved[11], -_MAX_STEP_S, _MAX_STEP_S))
    state.offset_s -= moved
    if with_drift:
        state.drift -= float(solved[12])
    spread = float(np.sum(np.var(a.acceleration_mps2[use], axis=0) + np.var(accel_b, axis=0)))
    misfit = float(np.mean(np.sum(apart**2, axis=1))) / max(spread, 1e-9)
    return abs(moved), _Normal(design, apart, state.weight[use], full, use, misfit)


def _solve(
    state: _State, design: FloatArray, target: FloatArray, use: IntArray, *, with_drift: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the least-squares solution, what it leaves, and the matrix of its equations.

    Weights and the power of what is left are carried from step to step.
    """
    independent = 2.0 * CUTOFF_HZ / ANALYSIS_HZ
    flat = design.reshape(-1, design.shape[2])
    scale = np.sqrt(np.maximum(np.einsum("ij,ij->j", flat, flat), 1e-12))
    first, known = bool(np.isnan(state.power)), state.known_levers_m
    if first:
        state.power = float(np.mean(target**2))
    for _ in range(_SOLVES_AT_FIRST if first else 1):
        weight = state.weight[use]
        weighted = flat * np.repeat(weight, 3)[:, None]
        gram, right = weighted.T @ flat, weighted.T @ target.reshape(-1)
        power = max(state.power / independent, 1e-10)
        prior = np.zeros(13)
        prior[:6] = power / (_LEVER_PRIOR_M if known is None else _KNOWN_LEVER_M) ** 2
        prior[12] = power / (DRIFT_PRIOR if with_drift else 1e-12) ** 2
        held = right.copy()
        held[:6] += prior[:6] * (0.0 if known is None else known)
        held[12] += prior[12] * (state.drift if with_drift else 0.0)
        full = gram + np.diag(prior) + 1e-12 * np.diag(scale**2)
        solved = np.linalg.solve(full / np.outer(scale, scale), held / scale) / scale
        apart = target - (flat @ solved).reshape(target.shape)
        squared = np.einsum("ij,ij->i", apart, apart)
        state.power = float(np.average(squared, weights=weight)) / 3.0
        typical = max(float(np.sqrt(np.median(squared))) / 1.54, 1e-9)  # of three components
        huber = _HUBER * typical * 1.73 / np.sqrt(np.maximum(squared, 1e-24))
        state.weight[use] = np.minimum(1.0, huber)
    return solved, apart, full


def _errors(normal: _Normal) -> FloatArray:
    """Return standard errors of offset and drift from the scatter between seconds."""
    design, apart, weight, full, use, _ = normal
    scores = np.einsum("nij,ni->nj", design, apart * weight[:, None])
    block = (use // round(ANALYSIS_HZ)).astype(np.int64)
    sums = np.stack([np.bincount(block, scores[:, j]) for j in range(scores.shape[1])], axis=1)
    blocks = int(np.unique(block).size)
    back = np.linalg.pinv(full)
    spread = back @ (sums.T @ sums) @ back * blocks / max(blocks - 5, 1)
    return np.sqrt(np.maximum(np.diag(spread)[11:], 0.0))


def _about_vertical(angle_rad: FloatArray) -> Any:
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    out = np.zeros((angle_rad.size, 3, 3))
    out[:, 0, 0] = out[:, 1, 1] = cosine
    out[:, 1, 0], out[:, 0, 1], out[:, 2, 2] = sine, -sine, 1.0
    return out
