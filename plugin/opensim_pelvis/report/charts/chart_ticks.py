"""Round numbers along an axis."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import Final

_ROUND: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers within a range, at equal steps, as many as there may be at most.

    Examples
    --------
    >>> ticks(0.0, 100.0, 6)
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    >>> ticks(-7.3, 4.1, 5)
    [-5.0, -2.5, 0.0, 2.5]
    >>> ticks(3.0, 3.0, 5)
    []
    """
    if not high > low or most < 1:
        return []
    power = 10.0 ** floor(log10((high - low) / most))
    for size in (*_ROUND, *(10.0 * size for size in _ROUND)):
        step = size * power
        first, last = ceil(low / step - _EDGE), floor(high / step + _EDGE)
        if last - first + 1 <= most:
            return [round(step * k, 12) + 0.0 for k in range(first, last + 1)]
    return []


_EDGE: Final = 1e-9


def tick_words(values: list[float]) -> list[str]:
    r"""Return ticks as texts, all with as many digits as the finest needs.

    Examples
    --------
    >>> tick_words([0.0, 2.5, 5.0]), tick_words([-20.0, 0.0])
    (['0.0', '2.5', '5.0'], ['\u221220', '0'])
    """
    digits = max((_digits(value) for value in values), default=0)
    return [f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}") for value in values]


def _digits(value: float) -> int:
    return next((n for n in range(10) if abs(value - round(value, n)) <= 1e-9 * abs(value)), 10)
