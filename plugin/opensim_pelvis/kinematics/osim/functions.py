"""OpenSim's functions of one variable, as piecewise polynomials.

Constant, Linear, Polynomial, SimmSpline, PiecewiseLinear and Multiplier functions are all
piecewise polynomials, so one small kernel can evaluate any of them with two derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import opensim

from opensim_pelvis.frames import FloatArray

SUPPORTED = "Constant, Linear, Polynomial, SimmSpline, PiecewiseLinear and Multiplier"
"""Names of the functions that can be represented, for messages."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PiecewisePolynomial:
    """A function of one variable: polynomials between breaks.

    Parameters
    ----------
    left : (k,) array
        Where each piece begins, increasing; the first is minus infinity.
    origin : (k,) array
        What each piece's variable is counted from.
    coefficients : (k, d + 1) array
        Ascending powers of ``x - origin``.
    """

    left: FloatArray
    origin: FloatArray
    coefficients: FloatArray

    def __call__(self, x: FloatArray | float) -> FloatArray:
        """Evaluate at any shape."""
        at = np.asarray(x, dtype=np.float64)
        piece = np.searchsorted(self.left, at, side="right") - 1
        step = at - self.origin[piece]
        value = np.zeros_like(step)
        for power in reversed(range(self.coefficients.shape[1])):
            value = value * step + self.coefficients[piece, power]
        return value

    @property
    def is_affine(self) -> bool:
        """Whether it is one straight line."""
        return self.left.size == 1 and not self.coefficients[:, 2:].any()

    @property
    def slope(self) -> float:
        """Slope of the first piece at its origin: the slope, where the function is affine."""
        return float(self.coefficients[0, 1]) if self.coefficients.shape[1] > 1 else 0.0

    def scaled(self, factor: float) -> PiecewisePolynomial:
        """Return the function times a number."""
        return PiecewisePolynomial(
            left=self.left, origin=self.origin, coefficients=factor * self.coefficients
        )

    def raised(self, constant: float) -> PiecewisePolynomial:
        """Return the function plus a number."""
        coefficients = self.coefficients.copy()
        coefficients[:, 0] += constant
        return PiecewisePolynomial(left=self.left, origin=self.origin, coefficients=coefficients)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Sum:
    """A constant plus functions of one coordinate each.

    Parameters
    ----------
    constant : float
    terms : tuple of (int, PiecewisePolynomial)
        Index of the coordinate, and its function.
    """

    constant: float = 0.0
    terms: tuple[tuple[int, PiecewisePolynomial], ...] = ()

    def __call__(self, values: FloatArray) -> FloatArray:
        """Evaluate for (..., c) coordinates."""
        total = np.full(values.shape[:-1], self.constant)
        for coordinate, function in self.terms:
            total = total + function(values[..., coordinate])
        return total

    def scaled(self, factor: float) -> Sum:
        """Return the sum times a number."""
        terms = tuple((index, function.scaled(factor)) for index, function in self.terms)
        return Sum(constant=factor * self.constant, terms=terms)


class UnknownFunctionError(ValueError):
    """A function that is not a piecewise polynomial of one variable; it holds the name."""


def polynomial(*ascending: float) -> PiecewisePolynomial:
    """Return one polynomial, valid everywhere.

    >>> polynomial(1.0, 2.0)(3.0).item()
    7.0
    """
    return PiecewisePolynomial(
        left=np.array([-np.inf]), origin=np.zeros(1), coefficients=np.array([ascending])
    )


def read_function(function: Any, coordinates: tuple[int, ...]) -> Sum:
    """Return an OpenSim function of some coordinates.

    Parameters
    ----------
    function : opensim.Function
    coordinates : tuple of int
        Its arguments, in order.

    Raises
    ------
    UnknownFunctionError
        When it cannot be represented; the message is the name of its class.
    """
    kind = function.getConcreteClassName()
    concrete = getattr(opensim, kind).safeDownCast(function)
    if kind == "Constant":
        return Sum(constant=concrete.getValue())
    if kind == "MultiplierFunction":
        return read_function(concrete.getFunction(), coordinates).scaled(concrete.getScale())
    if kind == "LinearFunction":
        *slopes, intercept = _numbers(concrete.getCoefficients())
        terms = tuple(
            (index, polynomial(0.0, slope))
            for index, slope in zip(coordinates, slopes, strict=True)
        )
        return Sum(constant=intercept, terms=terms)
    if len(coordinates) == 1:
        if kind == "PolynomialFunction":
            ascending = _numbers(concrete.getCoefficients())[::-1]
            return Sum(terms=((coordinates[0], polynomial(*ascending)),))
        if kind in ("SimmSpline", "PiecewiseLinearFunction"):
            return Sum(terms=((coordinates[0], _read_points(concrete, kind)),))
    raise UnknownFunctionError(kind)


def _read_points(function: Any, kind: str) -> PiecewisePolynomial:
    """Take a curve through points; beyond both ends it goes on straight."""
    n_points = function.getNumberOfPoints()
    x = np.array([function.getX(index) for index in range(n_points)])
    y = np.array([function.getY(index) for index in range(n_points)])
    chord = np.diff(y) / np.diff(x)
    if kind == "SimmSpline":  # a cubic piece is fixed by its values and slopes at both ends
        slope = np.array([_slope(function, at) for at in x])
        width = np.diff(x)
        square = (3.0 * chord - 2.0 * slope[:-1] - slope[1:]) / width
        cube = (slope[:-1] + slope[1:] - 2.0 * chord) / width**2
    else:
        slope = np.append(chord, chord[-1])
        square = cube = np.zeros_like(chord)
    inner = np.column_stack([y[:-1], slope[:-1], square, cube])
    first, last = [y[0], slope[0], 0.0, 0.0], [y[-1], slope[-1], 0.0, 0.0]
    return PiecewisePolynomial(
        left=np.concatenate([[-np.inf], x]),
        origin=np.concatenate([[x[0]], x]),
        coefficients=np.vstack([first, inner, last]),
    )


def _slope(function: Any, at: float) -> float:
    # A plain list: once ezc3d is loaded, SWIG refuses OpenSim's own vector of integers.
    return float(function.calcDerivative([0], opensim.Vector(1, float(at))))


def _numbers(values: Any) -> list[float]:
    """Return an OpenSim vector or array as a list."""
    return [float(values.get(index)) for index in range(values.size())]
