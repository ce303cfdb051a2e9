"""Gravity as gyroscope and accelerometer show it together, without knowing how a sensor is worn.

Seen from a frame that does not turn, the mean specific force over some strides is gravity: 9.81
m/s^2, in one and the same direction. The gyroscope alone carries the signals into such a frame,
so its units, signs and axes must fit those of the accelerometer for gravity to stay where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from vqf import VQF

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.rotations import to_matrix

WINDOW_S: Final = 5.0
LONG_WINDOW_S: Final = 20.0
"""Two lengths: segments that swing show wrong axes within the first; pelvis and trunk, which turn
by a few degrees, only in what adds up over the second."""

PART_S: Final = 2.0
"""Means over parts of this length, one part a second, weighted as by Hann: strides cancel."""

LEAST_SPREAD_MPS2: Final = 0.3
SPREAD_SHARE: Final = 0.03
"""Spread of gravity in sound signals: the first at least, and this part of how much the force
changes, since that much of it lands beside the vertical where a turn is a degree or two off.
Quiet parts count for more by it."""

_WINDOWS, _LONG_WINDOWS = 6, 2  # bound the work
_SAME = np.eye(3)
_LEAST_LONG: Final = 1.5  # times the short length


@dataclass(frozen=True, eq=False, slots=True)
class Followed:
    """Gravity by window, in the non-rotating frame of each, (k,) each.

    Parameters
    ----------
    wander2 : array
        Mean square distance of the parts from their mean, (m/s^2)^2.
    gravity_mps2 : array
        Length of the mean.
    change_mps2 : array
        Standard deviation of the specific force in S over all three axes.
    """

    wander2: FloatArray
    gravity_mps2: FloatArray
    change_mps2: FloatArray

    def misfit(self, factor: float = 1.0, wanted_mps2: float = GRAVITY_MPS2) -> float:
        """Return how far gravity is from 9.81 m/s^2 at one place, in usual spreads.

        Parameters
        ----------
        factor : float
            What the acceleration is multiplied by first.
        wanted_mps2 : float
            Zero where gravity was taken out of the acceleration.
        """
        spread2 = LEAST_SPREAD_MPS2**2 + (SPREAD_SHARE * factor * self.change_mps2) ** 2
        return float(np.sqrt(np.mean(self._errors2(factor, wanted_mps2) / spread2)))

    def error_mps2(self, factor: float = 1.0, wanted_mps2: float = GRAVITY_MPS2) -> float:
        """Return the same, root mean square."""
        return float(np.sqrt(np.mean(self._errors2(factor, wanted_mps2))))

    def _errors2(self, factor: float, wanted_mps2: float) -> FloatArray:
        errors2 = factor**2 * self.wander2 + (factor * self.gravity_mps2 - wanted_mps2) ** 2
        return np.asarray(errors2)


def choose_windows(samples: int, step_s: float) -> list[slice]:
    """Return windows of both lengths, evenly over a stretch; none where it is too short."""
    short = round(WINDOW_S / step_s)
    if samples < short:
        return []
    long = min(round(LONG_WINDOW_S / step_s), samples)
    windows = _spread(samples, short, _WINDOWS)
    return windows + (_spread(samples, long, _LONG_WINDOWS) if long > _LEAST_LONG * short else [])


def _spread(samples: int, length: int, most: int) -> list[slice]:
    count = min(samples // length, most)
    starts = np.linspace(0, samples - length, count).astype(np.int64) if count > 1 else [0]
    return [slice(int(k), int(k) + length) for k in starts]


def follow(
    acceleration_mps2: FloatArray,
    gyroscope_radps: FloatArray,
    step_s: float,
    windows: Sequence[slice],
) -> Followed:
    """Follow gravity through windows by the gyroscope alone.

    Parameters
    ----------
    acceleration_mps2, gyroscope_radps : (m, 3) array
        In S, on equal steps, nothing missing, bias taken from the gyroscope.
    step_s : float
    windows : sequence of slice
        At least one, each of `PART_S` or more.
    """
    return follow_readings(acceleration_mps2, gyroscope_radps, step_s, windows, [(1.0, _SAME)])[0]


def follow_readings(
    acceleration_mps2: FloatArray,
    gyroscope_radps: FloatArray,
    step_s: float,
    windows: Sequence[slice],
    readings: Sequence[tuple[float, FloatArray]],
) -> list[Followed]:
    """Follow gravity with the gyroscope read in several ways.

    Parameters
    ----------
    acceleration_mps2, gyroscope_radps, step_s, windows
        As for `follow`.
    readings : sequence of (float, (3, 3) array)
        A factor and a permutation of the axes with signs, by which the gyroscope is multiplied.

    Notes
    -----
    Axes P that keep the hand turn P (k ω) into the orientation P R Pᵀ, where R is that of k ω:
    gravity is P R (Pᵀ f), as long and as steady as R (Pᵀ f). Axes that change the hand are such
    ones of -k ω. So each factor and hand is integrated once, whatever the axes.
    """
    hands = [1.0 if np.linalg.det(axes) > 0.0 else -1.0 for _, axes in readings]
    wander2, gravity = np.empty((2, len(readings), len(windows)))
    change = np.array([np.sqrt(acceleration_mps2[w].var(axis=0).sum()) for w in windows])
    for k, window in enumerate(windows):
        force, means = acceleration_mps2[window], {}
        for i, ((factor, axes), hand) in enumerate(zip(readings, hands, strict=True)):
            scale = factor * hand
            if scale not in means:
                means[scale] = _average_parts(gyroscope_radps[window] * scale, force, step_s)
            parts = np.einsum("pijk,kj->pi", means[scale], hand * axes)
            mean = parts.mean(axis=0)
            wander2[i, k] = ((parts - mean) ** 2).sum(axis=1).mean()
            gravity[i, k] = np.linalg.norm(mean)
    return [Followed(w, g, change) for w, g in zip(wander2, gravity, strict=True)]


def find_telling_windows(gyroscope_radps: FloatArray, step_s: float, most: int) -> list[slice]:
    """Return the short windows with the most turning, in which a wrong gyroscope shows most."""
    length = round(WINDOW_S / step_s)
    count = gyroscope_radps.shape[0] // length if length else 0
    if not count:
        return []
    windows = gyroscope_radps[: count * length].reshape(count, -1)
    power = np.einsum("ij,ij->i", windows, windows)
    chosen = np.sort(np.argsort(power)[-most:])
    return [slice(k * length, (k + 1) * length) for k in chosen]


def _average_parts(turning_radps: FloatArray, force: FloatArray, step_s: float) -> FloatArray:
    """Return weighted means over overlapping parts of ``R[i, j] force[k]``, (parts, 3, 3, 3)."""
    matrix = to_matrix(_integrate(turning_radps, step_s))
    products = (matrix[:, :, :, None] * force[:, None, None, :]).reshape(-1, 27)
    length, stride = round(PART_S / step_s), max(round(1.0 / step_s), 1)
    weights = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
    weights /= weights.sum()
    starts = range(0, force.shape[0] - length + 1, stride)
    means = np.stack([weights @ products[start : start + length] for start in starts])
    return means.reshape(-1, 3, 3, 3)


def _integrate(gyroscope_radps: FloatArray, step_s: float) -> FloatArray:
    """Return the orientation against the first sample by the gyroscope alone, (m, 4)."""
    strapdown = VQF(step_s, motionBiasEstEnabled=False, restBiasEstEnabled=False)
    turning = np.ascontiguousarray(gyroscope_radps)
    state = strapdown.updateBatchFullState(turning, np.ones_like(turning))
    return np.asarray(state["gyrQuat"])
