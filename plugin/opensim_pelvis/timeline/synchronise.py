"""Finds how the clock of one sensor stands against another's from the motion that both share.

Two segments that meet in a joint move that joint's centre alike (the idea of Seel et al. 2012,
doi:10.1109/CCA.2012.6402423). The acceleration of a point at r from a sensor is ``a + L r``, where
a is the sensor's own and the matrix L follows from angular velocity and its slope. So at the right
lag two vectors r exist, from each sensor to the joint, that make the vertical accelerations equal,
whatever the sensors' headings; they are found by least squares, for every lag at once. Patterns of
speed or acceleration alone differ in phase between segments and give a false lag.

Cyclic motion fits at every whole stride: the second-best lag tells whether the best is sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.interpolation import low_pass, smooth_at, typical_step
from opensim_pelvis.rotations import angular_velocity, is_present, normalise, rotate, to_matrix
from opensim_pelvis.types import SensorSignals

ANALYSIS_HZ: Final = 50.0
"""Rate at which motions are compared; lags are then refined below a sample."""

CUTOFF_HZ: Final = 6.0
"""What is faster is left out: soft tissue and impacts differ between segments."""

_MIN_OVERLAP: Final = 0.5  # part of the shorter record that must overlap at any lag tried
FLOOR: Final = 0.002  # misfit below which differences mean nothing
MAX_VALLEYS: Final = 4
_WORTH_A_LOOK: Final = 5.0
_SCAN_STEP: Final = 2  # rows of a pattern from one lag that is tried to the next
_MIN_SAMPLES: Final = 100
_MIN_LENGTH_S: Final = 2.0
_BRIDGED_STEPS: Final = 3.5  # longer holes are not compared
_BRIDGED_S: Final = 0.05


@dataclass(frozen=True, eq=False, slots=True)
class Pattern:
    """Motion of one sensor on an even grid of `ANALYSIS_HZ`; 0 where it is missing.

    Parameters
    ----------
    start_s : float
        Time of the first row, on the sensor's clock.
    acceleration_mps2 : (n, 3) array
        In E, less its mean.
    lever_radps2 : (n, 3, 3) array
        What a place in S adds to the acceleration in E.
    known : (n,) array
        1 where the motion is known, 0 where it is missing.
    """

    start_s: float
    acceleration_mps2: FloatArray
    lever_radps2: FloatArray
    known: FloatArray

    @property
    def end_s(self) -> float:
        """Time of the last row."""
        return self.start_s + (self.known.size - 1) / ANALYSIS_HZ

    def part(self, first: int, last: int) -> Pattern:
        """Return the rows from the first to before the last."""
        rows = slice(max(first, 0), max(last, 0))
        return Pattern(
            self.start_s + rows.start / ANALYSIS_HZ,
            self.acceleration_mps2[rows],
            self.lever_radps2[rows],
            self.known[rows],
        )

    def between(self, low_s: float, high_s: float) -> Pattern:
        """Return the rows within a span of time."""
        first = int(np.ceil((low_s - self.start_s) * ANALYSIS_HZ))
        return self.part(first, int((high_s - self.start_s) * ANALYSIS_HZ) + 1)

    def columns(self) -> FloatArray:
        """Return acceleration and levers side by side, (n, 12)."""
        return np.column_stack([self.acceleration_mps2, self.lever_radps2.reshape(-1, 9)])


def describe_motion(sensor: SensorSignals, time_s: FloatArray) -> Pattern | None:
    """Return the pattern of a sensor; None where its signals do not suffice.

    Parameters
    ----------
    sensor : SensorSignals
        With orientations, and acceleration or free acceleration.
    time_s : (n,) array
        On its own clock.
    """
    felt, free = sensor.acceleration_mps2, sensor.free_acceleration_mps2
    given = free if felt is None else felt
    if sensor.R_ES is None or given is None:
        return None
    usable = is_present(sensor.R_ES) & (np.linalg.norm(sensor.R_ES, axis=1) > 0.5)
    usable &= np.isfinite(given).all(axis=1)
    turning = sensor.angular_velocity_radps
    if turning is not None:
        usable &= np.isfinite(turning).all(axis=1)
    time = time_s[usable]
    if time.size < _MIN_SAMPLES or time[-1] - time[0] < _MIN_LENGTH_S:
        return None
    q = normalise(sensor.R_ES[usable])
    rate_hz = 1.0 / typical_step(time)
    if turning is None:
        omega = angular_velocity(q, rate_hz)
        omega[[0, -1]] = omega[[1, -2]]
    else:
        omega = rotate(q, turning[usable])
    acceleration = given[usable] if felt is None else rotate(q, given[usable])
    return _on_grid(time, rate_hz, q, omega, acceleration)


def _on_grid(
    time: FloatArray,
    rate_hz: float,
    q: FloatArray,
    omega_e: FloatArray,
    acceleration_e: FloatArray,
) -> Pattern:
    """Return the pattern on the analysis grid, holes marked."""
    even = np.arange(time[0], time[-1], 1.0 / rate_hz)
    columns = smooth_at(
        time, np.column_stack([to_matrix(q).reshape(-1, 9), omega_e, acceleration_e]), even
    )
    matrix, omega, acceleration = columns[:, :9], columns[:, 9:12], columns[:, 12:]
    cut_hz = 3.0 * CUTOFF_HZ
    omega = low_pass(omega, cut_hz, rate_hz) if rate_hz > 2.5 * cut_hz else omega
    spin = _cross_matrix(omega)
    levers = (_cross_matrix(_slope(even, omega)) + spin @ spin) @ matrix.reshape(-1, 3, 3)
    moving = np.column_stack([acceleration - acceleration.mean(axis=0), levers.reshape(-1, 9)])
    grid = np.arange(time[0], even[-1], 1.0 / ANALYSIS_HZ)
    smooth = smooth_at(even, low_pass(moving, CUTOFF_HZ, rate_hz), grid)
    after = np.clip(np.searchsorted(time, grid), 1, time.size - 1)
    hole = time[after] - time[after - 1] > max(_BRIDGED_STEPS / rate_hz, _BRIDGED_S)
    reach = np.ones(2 * round(ANALYSIS_HZ / CUTOFF_HZ / 2.0) + 1)
    known = (np.convolve(hole, reach, "same") < 0.5).astype(np.float64)
    smooth *= known[:, None]
    return Pattern(float(time[0]), smooth[:, :3], smooth[:, 3:].reshape(-1, 3, 3), known)


def _cross_matrix(v: FloatArray) -> FloatArray:
    """Return matrices M with ``M @ r == np.cross(v, r)``, shape (n, 3, 3)."""
    x, y, z = v.T
    out = np.zeros((v.shape[0], 3, 3))
    out[:, 0, 1], out[:, 0, 2], out[:, 1, 2] = -z, y, -x
    return out - out.swapaxes(1, 2)


def _slope(time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Return the slope of (n, c) values at their own times, by a cubic spline."""
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(time_s, values)(time_s, 1))


def scan_lags(a: Pattern, b: Pattern) -> tuple[FloatArray, FloatArray]:
    """Return all lags of two patterns and the misfit at each.

    Returns
    -------
    lag_s : (m,) array
        What is added to b's times, evenly spaced.
    misfit : (m,) array
        NaN where fewer than half of the shorter pattern overlaps.
    """
    of_a, of_b = _vertical(a), _vertical(b)
    known_a, known_b = of_a[:, :1], of_b[:, :1]
    # moments of the products of all columns over the overlap, at every lag
    cross = _correlate(of_a, of_b)
    own_a = _correlate(_products(of_a) * known_a, known_b)[:, :, 0]
    own_b = _correlate(known_a, _products(of_b) * known_b)[:, 0]
    m = cross.shape[0]
    moments = np.empty((m, 10, 10))
    moments[:, :5, 5:], moments[:, 5:, :5] = cross, np.swapaxes(cross, 1, 2)
    moments[:, :5, :5], moments[:, 5:, 5:] = own_a.reshape(m, 5, 5), own_b.reshape(m, 5, 5)
    count = moments[:, 0, 5]
    enough = count >= _MIN_OVERLAP * min(known_a.sum(), known_b.sum())
    misfit = np.full(m, np.nan)
    misfit[enough] = _misfits(moments[enough])
    lag_s = a.start_s - b.start_s + _SCAN_STEP * np.arange(1 - len(of_b), len(of_a)) / ANALYSIS_HZ
    return lag_s, misfit


def _vertical(pattern: Pattern) -> FloatArray:
    """Return what is known and vertical of every second row: what is fast is gone already."""
    columns = [pattern.known, pattern.acceleration_mps2[:, 2], pattern.lever_radps2[:, 2]]
    return np.column_stack(columns)[::_SCAN_STEP]


def _products(x: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ni,nj->nij", x, x).reshape(x.shape[0], -1))


def _correlate(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return sums of ``x[n + lag, i] y[n, j]`` for all lags, shape (lags, i, j)."""
    from scipy.fft import irfft, next_fast_len, rfft

    total = x.shape[0] + y.shape[0] - 1
    size = next_fast_len(total, real=True)
    fx = rfft(x, size, axis=0)
    fy = rfft(y[::-1], size, axis=0)
    out = np.empty((total, x.shape[1], y.shape[1]))
    for i in range(x.shape[1]):
        out[:, i] = irfft(fx[:, i, None] * fy, size, axis=0)[:total]
    return out


def _misfits(moments: FloatArray) -> FloatArray:
    """Return the unexplained part at each lag; columns (1, v, k) of a, then of b."""
    count = moments[:, 0, 5]

    # v_a - v_b = c - k_a r_a + k_b r_b
    def row(i: int) -> FloatArray:
        return moments[:, i]

    design = [0, 2, 3, 4, 7, 8, 9]
    gram = moments[np.ix_(range(len(count)), design, design)]
    target = (row(1) - row(6))[:, design]
    power = moments[:, 1, 1] - 2.0 * moments[:, 1, 6] + moments[:, 6, 6]
    ridge = 1e-9 * np.trace(gram, axis1=1, axis2=2)[:, None, None] * np.eye(7)
    solved = np.linalg.solve(gram + ridge, target[..., None])[..., 0]
    left = power - np.einsum("mi,mi->m", solved, target)
    means = moments[:, 0, 1] ** 2 + moments[:, 0, 6] ** 2
    spread = moments[:, 1, 1] + moments[:, 6, 6] - means / count
    return np.asarray(np.maximum(left, 0.0) / np.maximum(spread, 1e-9 * count))


def find_valleys(lag_s: FloatArray, misfit: FloatArray, start_s: float) -> list[float]:
    """Return the lags that may be the true one, the best first, at most `MAX_VALLEYS`.

    Parameters
    ----------
    lag_s, misfit : (m,) arrays
        As `scan_lags` gives them.
    start_s : float
        The lag of a common start; the valley nearest to it is always among those returned
        when its misfit allows.
    """
    cost = np.where(np.isfinite(misfit), misfit, np.inf) + FLOOR
    valleys = np.flatnonzero((cost[1:-1] <= cost[:-2]) & (cost[1:-1] < cost[2:])) + 1
    if not valleys.size:
        return []
    good = valleys[cost[valleys] <= _WORTH_A_LOOK * cost[valleys].min()]
    near = good[np.argmin(np.abs(lag_s[good] - start_s))]
    good = good[np.argsort(cost[good], kind="stable")][:MAX_VALLEYS]
    if near not in good:
        good = np.append(good, near)
    return [float(lag_s[i]) for i in good]
