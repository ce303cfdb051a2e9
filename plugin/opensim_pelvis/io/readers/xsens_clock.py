"""Clocks of Xsens text exports: columns beside the packet counter that may tell the rate.

``SampleTimeFine`` counts tenths of a millisecond and ``Time UTC`` nanoseconds; the device's own
clock drives both, and UTC need not be that of a satellite (MTi user manual MT0605P, 4.12).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.tables.clock_rate import RATE_ERROR, rate_of_counter

TICKS: Final = "SampleTimeFine"
COARSE: Final = "SampleTimeCoarse"
UTC: Final = "UTC"
"""What is said of the columns ``UTC_Hour`` to ``UTC_Nano`` together; days may pass."""

TICKS_PER_S: Final = 10_000
LOWEST_HZ: Final = 10.0
"""No export has a lower rate; ticks of another unit seem to."""

_TIME_OF_DAY: Final = ("UTC_Hour", "UTC_Minute", "UTC_Second")
_NANO: Final = "UTC_Nano"
_VALID: Final = "UTC_Valid"
_IS_VALID: Final = 4
_DAY_S: Final = 86_400.0
_TICK_MODULI: Final = (2.0**32, _DAY_S * TICKS_PER_S)
"""Where the ticks start again: when the word is full, or after a day."""

COLUMNS: Final = (TICKS, COARSE, *_TIME_OF_DAY, _NANO, _VALID)


def columns_of_clocks(names: Collection[str]) -> list[str]:
    """Return the columns that may tell the time, of those that a file has."""
    return [name for name in COLUMNS if name in names]


def clock_rates(columns: Mapping[str, FloatArray], counter: IntArray) -> dict[str, float]:
    """Return the rate by each clock of a file that can be trusted.

    Parameters
    ----------
    columns : mapping of str to (n,) array
        Of `COLUMNS`, as read.
    counter : (n,) int array
        The packet counter, unwrapped.

    Returns
    -------
    dict of str to float
        Hz, by `TICKS`, `COARSE` or `UTC`; the finest first.
    """
    found = {
        TICKS: _rate_of_ticks(columns.get(TICKS), counter),
        UTC: _rate_of_utc(columns, counter),
        COARSE: _rate_of_coarse(columns.get(COARSE), counter),
    }
    return {name: rate for name, rate in found.items() if rate is not None and rate >= LOWEST_HZ}


def agree(rates_hz: Collection[float]) -> bool:
    """Return whether clocks tell one rate."""
    return not rates_hz or max(rates_hz) - min(rates_hz) <= 2.0 * RATE_ERROR * min(rates_hz)


def _rate_of_ticks(ticks: FloatArray | None, counter: IntArray) -> float | None:
    if ticks is None:
        return None
    for modulus in _TICK_MODULI:
        rate = rate_of_counter(counter, _unwrapped(ticks, modulus) / TICKS_PER_S, 1.0 / TICKS_PER_S)
        if rate is not None:
            return rate
    return None


def _rate_of_coarse(seconds: FloatArray | None, counter: IntArray) -> float | None:
    return None if seconds is None else rate_of_counter(counter, seconds, 1.0)


def _rate_of_utc(columns: Mapping[str, FloatArray], counter: IntArray) -> float | None:
    """Return the rate by UTC: of the rows that are marked valid, where some are and some not."""
    if any(name not in columns for name in _TIME_OF_DAY):
        return None
    hours, minutes, seconds = (columns[name] for name in _TIME_OF_DAY)
    nano = columns.get(_NANO, np.full(seconds.size, np.nan))
    known = np.isfinite(hours + minutes + seconds)
    if fine := bool(np.isfinite(nano).any()):
        known &= np.isfinite(nano)
    if _VALID in columns:
        marked = columns[_VALID]
        valid = np.isfinite(marked) & (np.mod(np.floor(marked / _IS_VALID), 2.0) == 1.0)
        known &= valid | ~valid.any()
    time_s = 3600.0 * hours + 60.0 * minutes + seconds + (1e-9 * nano if fine else 0.0)
    time_s = _unwrapped(np.where(known, time_s, np.nan), _DAY_S)
    return rate_of_counter(counter, time_s, None if fine else 1.0)


def _unwrapped(values: FloatArray, modulus: float) -> FloatArray:
    """Return a clock that starts again at 0 as one that goes on; a short step back stays."""
    out = values.copy()
    known = np.isfinite(values)
    back = np.diff(values[known], prepend=values[known][:1]) < -modulus / 2.0
    out[known] += modulus * np.cumsum(back)
    return out
