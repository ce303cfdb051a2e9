"""Time of Xsens/Movella DOT sensors: one count where they are synchronised, own clocks else.

``SampleTimeFine`` counts microseconds and wraps at 2^32, after 1.2 hours; ``PacketCounter``
begins anew with every measurement and wraps there too (Movella DOT user manual XD0502P, 4.2.5).
After a synchronisation the microseconds of all sensors mean the same instant, while their first
samples may lie a few steps apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.io.readers._rates import differ
from opensim_pelvis.io.tables.sample_clock import (
    MAX_STEP_ERROR,
    Lines,
    lines_of,
    name_lines,
    unwrap_counter,
)
from opensim_pelvis.notices import Notice, notice, say

MODULUS: Final = 2**32
"""Both columns start again at 0 here."""

SAME_GRID: Final = 0.01
"""Steps by which samples of synchronised sensors may miss each other and count as simultaneous."""

SAME_START_S: Final = 10.0
"""Without a word on synchronisation, clocks that start farther apart are not taken as one."""

_TICKS_PER_S: Final = 1e6


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class DotTime:
    """Time of one sensor.

    Parameters
    ----------
    counter : (n,) int array
        From 0, holes left open.
    time_s : (n,) array or None
        Since its own first sample, on the device's clock; None without ``SampleTimeFine``.
    start_tick : float
        First ``SampleTimeFine``; NaN where there is none.
    rate_hz : float or None
        From ``SampleTimeFine``.
    notes : tuple of Notice
    """

    counter: IntArray
    time_s: FloatArray | None = None
    start_tick: float = float("nan")
    rate_hz: float | None = None
    notes: tuple[Notice, ...] = ()


def time_sensor(
    sensor: str,
    packets: FloatArray,
    ticks: FloatArray | None,
    stated_hz: float | None,
    first_line: Lines,
) -> tuple[DotTime, list[str]]:
    """Return the time of one sensor's rows, and the faults found.

    The count is read from ``SampleTimeFine``; ``PacketCounter`` must tell of the same holes, and
    a note says where it does not.

    Parameters
    ----------
    sensor : str
        Its name, for the notes.
    packets : (n,) array
    ticks : (n,) array or None
    stated_hz : float or None
        Rate that the file's header states.
    first_line : int or (n,) int array
        Line of the file that holds the first row, or each row, for the messages.
    """
    counter, faults = unwrap_counter(packets, first_line, MODULUS)
    if ticks is None:
        start = counter[0] if counter.size else 0
        return DotTime(counter=counter - start), [say(fault) for fault in faults]
    with np.errstate(invalid="ignore"):
        bad = np.flatnonzero(~np.isfinite(ticks) | (ticks != np.rint(ticks)) | (ticks < 0))
    if bad.size:
        return DotTime(counter=counter), [
            "SampleTimeFine must be an integer number of microseconds, but it is not on "
            f"{name_lines(bad, first_line)}"
        ]
    half = MODULUS / 2
    steps = np.mod(np.diff(ticks) + half, MODULUS) - half
    time_s = np.concatenate([[0.0], np.cumsum(steps)]) / _TICKS_PER_S
    counted, found = _count_steps(np.diff(time_s), None if faults else counter, first_line)
    if found:
        return DotTime(counter=counter), found
    if not faults:
        found = _find_contradictions(np.diff(time_s), counter, counted, first_line)
        if found:
            return DotTime(counter=counter), found
    rate_hz = float(counted[-1] / time_s[-1]) if counted.size > 1 else None
    if rate_hz is not None and stated_hz is not None and differ(rate_hz, stated_hz):
        return DotTime(counter=counter), [
            f"the header states an OutputRate of {stated_hz:g} Hz, but SampleTimeFine "
            f"corresponds to {rate_hz:.6g} Hz. Export the recording again, or correct the header."
        ]
    return DotTime(
        counter=counted,
        time_s=time_s,
        start_tick=float(ticks[0]),
        rate_hz=None if rate_hz is None else _whole(rate_hz),
        notes=_compare_counters(sensor, counter, counted, faults, first_line),
    ), []


def _count_steps(
    steps_s: FloatArray, packets: IntArray | None, first_line: Lines
) -> tuple[IntArray, list[str]]:
    """Return sample numbers from steps in time, and the faults found.

    One sample lasts what the typical packet lasts, so that it is known where most rows are lost.
    """
    if not steps_s.size:
        return np.zeros(1, dtype=np.int64), []
    backward = np.flatnonzero(steps_s <= 0.0) + 1
    if backward.size:
        return np.zeros(0, dtype=np.int64), [
            "SampleTimeFine must increase from row to row, but it does not on "
            f"{name_lines(backward, first_line)}: the file is damaged, or a sensor restarted"
        ]
    samples = steps_s / np.median(steps_s if packets is None else steps_s / np.diff(packets))
    whole = np.rint(samples)
    off = np.flatnonzero((np.abs(samples - whole) > MAX_STEP_ERROR) | (whole < 1)) + 1
    if off.size:
        return np.zeros(0, dtype=np.int64), [
            "SampleTimeFine must increase by whole sampling intervals, but it does not on "
            f"{name_lines(off, first_line)}: the file is damaged, or contains two recordings"
        ]
    return np.concatenate([[0], np.cumsum(whole)]).astype(np.int64), []


def _whole(rate_hz: float) -> float:
    """Return the whole rate whose step, in whole microseconds, is the one found."""
    whole = float(round(rate_hz))
    if whole > 0.0 and abs(_TICKS_PER_S / rate_hz - _TICKS_PER_S / whole) <= 1.0:
        return whole
    return rate_hz


def _find_contradictions(
    steps_s: FloatArray, packets: IntArray, counted: IntArray, first_line: Lines
) -> list[str]:
    """Return a fault where the two columns disagree and SampleTimeFine steps unevenly, too."""
    counts = np.diff(counted)
    odd = np.diff(packets) != counts
    if not odd.any():
        return []
    uneven = np.abs(steps_s / np.median(steps_s / counts) - counts) > SAME_GRID
    rows = np.flatnonzero(odd & uneven) + 1
    if not rows.size:
        return []
    return [
        "SampleTimeFine does not match PacketCounter and is irregular on "
        f"{name_lines(rows, first_line)}: the file is damaged. Export it again."
    ]


def _compare_counters(
    sensor: str,
    counter: IntArray,
    counted: IntArray,
    faults: Sequence[Notice],
    first_line: Lines,
) -> tuple[Notice, ...]:
    if faults:
        return (notice("dot.ticks_alone", sensor, sensor=sensor, faults=faults),)
    odd = np.flatnonzero(np.diff(counter) != np.diff(counted)) + 1
    if not odd.size:
        return ()
    where = lines_of(odd, first_line)
    return (notice("dot.holes_differ", sensor, sensor=sensor, where=where),)


def share_clock(times: Sequence[DotTime]) -> list[IntArray] | None:
    """Return all counts from one zero, or None where the samples do not lie on one grid.

    Parameters
    ----------
    times : sequence of DotTime
        Of synchronised sensors, each with ``SampleTimeFine``.
    """
    steps = [_step_ticks(one) for one in times]
    step = float(np.median([s for s in steps if np.isfinite(s)] or [np.nan]))
    offsets = np.array(start_offsets(times)) / step
    whole = np.rint(offsets)
    if not np.isfinite(offsets).all() or np.abs(offsets - whole).max() > SAME_GRID:
        return None
    starts = (whole - whole.min()).astype(np.int64)
    return [one.counter + start for one, start in zip(times, starts, strict=True)]


def start_offsets(times: Sequence[DotTime]) -> list[float]:
    """Return how much later than the first sensor each starts, microseconds, wraps undone."""
    half = MODULUS / 2
    first = times[0].start_tick
    return [float((one.start_tick - first + half) % MODULUS - half) for one in times]


def starts_together(times: Sequence[DotTime]) -> bool:
    """Return whether sensors start within ``SAME_START_S`` of each other by their clocks."""
    offsets = start_offsets(times)
    return bool(max(offsets) - min(offsets) <= SAME_START_S * _TICKS_PER_S)


def _step_ticks(one: DotTime) -> float:
    if one.time_s is None or one.counter.size < 2:
        return float("nan")
    return float(one.time_s[-1]) * _TICKS_PER_S / float(one.counter[-1])
