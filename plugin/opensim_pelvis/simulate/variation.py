"""Strides that differ: a stride count and coefficients that vary smoothly, with exact derivatives.

One value a stride is drawn as fractional Gaussian noise (Davies & Harte 1987, Biometrika 74:95)
and joined by a cubic spline, whose derivatives are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.gait_style import LEG_CURVES, SIDES, StrideVariation
from opensim_pelvis.simulate.harmonics import Harmonics
from opensim_pelvis.simulate.measured_curves import measured_variation

Number = TypeVar("Number", np.float64, np.complex128)

_MARGIN: Final = 6  # strides beyond both ends
_NEWTON: Final = 8


def fractional_noise(rng: np.random.Generator, n: int, hurst: float) -> FloatArray:
    """Return fractional Gaussian noise with variance 1, shape (n,).

    Its autocovariance at lag k is ``(|k+1|^2H - 2 |k|^2H + |k-1|^2H) / 2``.
    """
    k = np.arange(n + 1, dtype=np.float64)
    covariance = (np.abs(k + 1) ** (2 * hurst) - 2 * k ** (2 * hurst)) / 2.0
    covariance += np.abs(k - 1) ** (2 * hurst) / 2.0
    circle = np.concatenate([covariance, covariance[-2:0:-1]])
    power = np.maximum(np.fft.fft(circle).real, 0.0)
    draw = rng.normal(size=circle.size) + 1j * rng.normal(size=circle.size)
    return np.asarray(np.fft.fft(np.sqrt(power / circle.size) * draw).real[:n])


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class VariedStrides:
    """When strides happen, and by how much each differs.

    Parameters
    ----------
    count : CubicSpline
        Time in seconds to stride count; whole where the right foot touches down.
    left_lead : CubicSpline
        Stride count to how much further the left leg is in its stride.
    changes : mapping of str to CubicSpline
        Curve (with side, for a leg) to the additions to its coefficients, complex, by count.
    """

    count: CubicSpline[np.float64]
    left_lead: CubicSpline[np.float64]
    changes: Mapping[str, CubicSpline[np.complex128]]

    @classmethod
    def draw(
        cls, variation: StrideVariation, *, start_s: float, end_s: float, stride_hz: float
    ) -> VariedStrides:
        """Return strides that begin with count 0 at ``start_s`` and reach beyond both ends."""
        before = int(np.ceil(start_s * stride_hz)) + _MARGIN
        after = int(np.ceil((end_s - start_s) * stride_hz * 1.1)) + _MARGIN
        numbers = np.arange(-before, after + 1)

        def noise(key: int) -> FloatArray:
            rng = np.random.default_rng([variation.seed, key])
            return fractional_noise(rng, numbers.size, variation.hurst)

        lengths = (1.0 + variation.duration * noise(0)) / stride_hz
        times = np.concatenate([[0.0], np.cumsum(lengths[:-1])])
        times += start_s - times[before]
        changes = {}
        for index, (name, sizes) in enumerate(_varied()):
            rows = [sizes[0] * noise(100 * index + 10)]
            for k in range(1, len(sizes)):
                real, imaginary = (noise(100 * index + 10 * k + part) for part in (11, 12))
                rows.append(sizes[k] * (real + 1j * imaginary))
            table = variation.curves * np.stack(rows, axis=-1).astype(np.complex128)
            changes[name] = CubicSpline(numbers, table)
        return cls(
            count=CubicSpline(times, numbers.astype(np.float64)),
            left_lead=CubicSpline(numbers, variation.step * noise(1)),
            changes=changes,
        )

    def phase(self, time_s: FloatArray, side: str) -> FloatArray:
        """Return the jet (3, t) of the stride count of a side."""
        count = np.stack([np.asarray(self.count(time_s, nu)) for nu in range(3)])
        if side == "r":
            return count
        lead = np.stack([np.asarray(self.left_lead(count[0], nu)) for nu in range(3)])
        return count + chained(lead, count)

    def times(self, counts: FloatArray, side: str) -> FloatArray:
        """Return when a side reaches the given stride counts, seconds."""
        knots = np.asarray(self.count.x)
        time_s = np.interp(counts, np.asarray(self.count(knots)), knots)
        for _ in range(_NEWTON):
            value, slope, _ = self.phase(time_s, side)
            time_s = time_s - (value - counts) / slope
        return np.asarray(time_s)

    def curve(self, name: str, curve: Harmonics, phase: FloatArray) -> FloatArray:
        """Return the jet (3, t) of a curve whose coefficients change from stride to stride."""
        order = np.arange(curve.coefficients.size)
        total = _turning(curve.coefficients[None, :, None], order, phase)
        change = self.changes.get(name)
        if change is not None:
            # (3, k, t): the additions and their derivatives by time
            jets = np.stack([np.asarray(change(phase[0], nu)).T for nu in range(3)])
            total = total + _turning(chained(jets, phase), np.arange(jets.shape[1]), phase)
        return np.asarray(total)


def chained(outer: npt.NDArray[Number], inner: FloatArray) -> npt.NDArray[Number]:
    """Return the jet of f(u) from derivatives of f by u, and the jet of u."""
    return np.stack([outer[0], outer[1] * inner[1], outer[2] * inner[1] ** 2 + outer[1] * inner[2]])


def _turning(
    coefficients: npt.NDArray[np.complex128],
    order: npt.NDArray[np.int64],
    phase: FloatArray,
) -> FloatArray:
    """Return the jet of ``Re sum(c[k] exp(2 pi i k x))``, c a jet (1 or 3, k, 1 or t)."""
    rate = 2j * np.pi * order[:, None]
    wave = np.exp(rate * phase[0])
    first = rate * phase[1] * wave
    second = (rate * phase[2] + (rate * phase[1]) ** 2) * wave
    c = coefficients
    out = [c[0] * wave, c[0] * first, c[0] * second]
    if c.shape[0] == 3:
        out = [out[0], out[1] + c[1] * wave, out[2] + 2 * c[1] * first + c[2] * wave]
    return np.stack([part.sum(axis=0).real for part in out])


def _varied() -> list[tuple[str, tuple[float, ...]]]:
    """Return the names of all curves that vary, in a fixed order, with their sizes."""
    out: list[tuple[str, tuple[float, ...]]] = []
    for name, sizes in sorted(measured_variation().items()):
        sides = [f"{name}_{side}" for side in SIDES] if name in LEG_CURVES else [name]
        out += [(key, tuple(sizes)) for key in sides]
    return out
