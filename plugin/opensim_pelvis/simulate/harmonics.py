"""Curves over the stride with exact time derivatives.

A jet is an array of shape (3, t): a quantity, its first and its second derivative by time.
Angles travel as jets, so that angular velocities and accelerations of the simulated sensors
are exact and need no differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.polynomial import Polynomial

from opensim_pelvis.frames import FloatArray

# 7th-order smooth step: value 0 and 1 at the ends, first three derivatives zero there.
_STEP = Polynomial([0.0, 0.0, 0.0, 0.0, 35.0, -84.0, 70.0, -20.0])


@dataclass(frozen=True, eq=False, slots=True)
class Harmonics:
    """Fourier series over the stride: the real part of ``sum(c[k] exp(2 pi i k x))``.

    Parameters
    ----------
    coefficients : (k,) complex array
        ``c[0]`` is the mean; ``c[k] = a - i b`` stands for ``a cos + b sin`` of harmonic k.

    Examples
    --------
    >>> Harmonics.wave(mean=2.0, peak_to_peak=10.0, peak_phase=0.25).at(np.array([0.25, 0.75]))
    array([ 7., -3.])
    """

    coefficients: npt.NDArray[np.complex128]

    @classmethod
    def wave(
        cls, *, mean: float = 0.0, peak_to_peak: float, peak_phase: float, per_stride: int = 1
    ) -> Harmonics:
        """Return one cosine wave: ``per_stride`` cycles a stride, highest at ``peak_phase``."""
        c = np.zeros(per_stride + 1, dtype=np.complex128)
        c[0] = mean
        c[per_stride] = peak_to_peak / 2.0 * np.exp(-2j * np.pi * per_stride * peak_phase)
        return cls(c)

    @classmethod
    def through_extremes(
        cls, phases: Sequence[float], values: Sequence[float], order: int
    ) -> Harmonics:
        """Return the smoothest series that has extremes of given values at given phases.

        Of all series up to ``order`` that take each value with slope zero at its phase, the
        one with the least mean squared curvature is returned.

        Parameters
        ----------
        phases : sequence of float
            Fractions of the stride in [0, 1).
        values : sequence of float
        order : int
            At least as many harmonics as there are extremes.
        """
        x, k = np.asarray(phases, dtype=np.float64)[:, None], np.arange(order + 1)
        basis = np.exp(2j * np.pi * k * x)
        slope = 2j * np.pi * k * basis
        # unknowns: a[0..order], b[1..order]; Re(c e) = a cos + b sin
        rows = np.block([[basis.real, basis.imag[:, 1:]], [slope.real, slope.imag[:, 1:]]])
        wanted = np.concatenate([np.asarray(values, dtype=np.float64), np.zeros(len(values))])
        curvature = np.diag(np.concatenate([k, k[1:]]).astype(np.float64) ** 4)
        n, m = curvature.shape[0], rows.shape[0]
        system = np.block([[curvature, rows.T], [rows, np.zeros((m, m))]])
        solution = np.linalg.solve(system, np.concatenate([np.zeros(n), wanted]))[:n]
        b = np.concatenate([[0.0], solution[order + 1 :]])
        return cls(solution[: order + 1] - 1j * b)

    def shifted(self, strides: float) -> Harmonics:
        """Return the same curve later by a fraction of the stride."""
        k = np.arange(self.coefficients.size)
        return Harmonics(self.coefficients * np.exp(-2j * np.pi * k * strides))

    def at(self, strides: FloatArray) -> FloatArray:
        """Return the values at stride counts (whole part: number of the stride)."""
        return np.asarray(self.jet(strides, 0.0)[0])

    def jet(self, strides: FloatArray, stride_hz: float) -> FloatArray:
        """Return values and time derivatives at stride counts, shape (3, t)."""
        circle = np.exp(2j * np.pi * strides)
        rate = 2j * np.pi * np.arange(self.coefficients.size) * stride_hz
        orders = (self.coefficients * rate**order for order in range(3))
        return np.stack([np.polynomial.polynomial.polyval(circle, c).real for c in orders])


def smooth_step(time_s: FloatArray, start_s: float, duration_s: float) -> FloatArray:
    """Return the jet of a step from 0 to 1 whose first three derivatives are continuous."""
    u = np.clip((time_s - start_s) / duration_s, 0.0, 1.0)
    return np.stack([_STEP.deriv(order)(u) / duration_s**order for order in range(3)])


def product(f: FloatArray, g: FloatArray) -> FloatArray:
    """Return the jet of the product of two quantities, both (3, t)."""
    return np.stack(
        [f[0] * g[0], f[1] * g[0] + f[0] * g[1], f[2] * g[0] + 2 * f[1] * g[1] + f[0] * g[2]]
    )
