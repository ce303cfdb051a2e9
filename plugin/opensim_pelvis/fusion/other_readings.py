"""Other ways to read the signals of a sensor: the mistakes of units, signs and axes there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray

DEGREE: Final = float(np.deg2rad(1.0))


@dataclass(frozen=True, eq=False, slots=True)
class GyroscopeReading:
    """Another way to read a gyroscope.

    Parameters
    ----------
    factor : float
        What its values are multiplied by: 1, or from degrees to radians or back.
    axes : (3, 3) array
        What its vectors are multiplied by, a permutation with signs.
    columns : str
        Its columns as they would have to be, such as ``"x, -y, z"``; empty where they stay.
    rank : int
        How many mistakes it takes: a unit or a sign 1, two axes exchanged 2, and so on.
    """

    factor: float
    axes: FloatArray
    columns: str
    rank: int

    def words(self) -> str:
        """Return what is probably wrong with the values."""
        said = {
            DEGREE: "The values are probably degrees/s read as rad/s",
            1.0 / DEGREE: "The values are probably rad/s converted to radians twice",
        }.get(self.factor, "")
        if not self.columns:
            return said
        axes = (
            "The axes of gyroscope and accelerometer do not match. They would match if the "
            f"gyroscope columns were {self.columns}"
        )
        return f"{said}. {axes}" if said else axes


@dataclass(frozen=True, slots=True)
class AccelerometerReading:
    """Another way to read an accelerometer: a factor, the gravity that it then shows, words."""

    factor: float
    words: str
    gravity_mps2: float = GRAVITY_MPS2


AS_READ: Final = AccelerometerReading(1.0, "")
WITHOUT_GRAVITY: Final = AccelerometerReading(
    1.0, "It is probably acceleration without gravity, or another signal", 0.0
)
ACCELEROMETER: Final[Sequence[AccelerometerReading]] = (
    AccelerometerReading(GRAVITY_MPS2, "The values are probably in g, read as m/s^2"),
    AccelerometerReading(1.0 / GRAVITY_MPS2, "The values are probably m/s^2 multiplied by g"),
    AccelerometerReading(1e-2, "The values are probably in milli-g or cm/s^2, read as m/s^2"),
    AccelerometerReading(
        1e-3 * GRAVITY_MPS2, "The values are probably in milli-g or cm/s^2, read as m/s^2"
    ),
    WITHOUT_GRAVITY,
)


@cache
def axes_readings() -> Sequence[GyroscopeReading]:
    """Return all 48 ways to order and sign three axes, those of fewest mistakes first.

    >>> [reading.columns for reading in axes_readings()[:3]]
    ['', '-x, -y, -z', '-x, y, z']
    """
    found = []
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            moved = sum(place != axis for place, axis in enumerate(order))
            negative = signs.count(-1.0)
            rank = moved + (1 if negative == 3 else negative)
            named = ", ".join(
                f"{'-' if sign < 0 else ''}{'xyz'[axis]}"
                for sign, axis in zip(signs, order, strict=True)
            )
            found.append(GyroscopeReading(1.0, matrix, named if rank else "", rank))
    return tuple(sorted(found, key=lambda reading: (reading.rank, reading.columns)))


def in_unit(reading: GyroscopeReading, factor: float) -> GyroscopeReading:
    """Return a reading of the axes in another unit."""
    return GyroscopeReading(
        factor, reading.axes, reading.columns, reading.rank + (1 if factor != 1.0 else 0)
    )
