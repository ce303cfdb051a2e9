"""From packet counters and time stamps to whole sample numbers that only grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.notices import Notice, notice, say

PACKET_MODULUS: Final = 65536
"""Packet counters of 16 bits start again here."""

MAX_STEP_ERROR: Final = 0.3
"""With a known rate, a step farther than this from a whole number of samples has no place."""

MAX_DRIFT: Final = 0.5
"""Samples by which the whole of a time column may be off its known rate."""

MAX_HOLE_S: Final = 600.0
"""A step of a clock beyond this is damage or a second recording, not lost samples."""

LARGEST: Final = 2.0**53
"""Whole numbers beyond this are not all held exactly."""

Lines = int | IntArray
"""Line number of the first row, where every line is a row, or that of each row."""

MAX_TIME_S: Final = 1e12
"""Seconds that no clock shows, from 1970 or from the start."""

_LONG_HOLE: Final = 100  # samples after which the rate is not known well enough to tell
_EXAMPLES: Final = 3


def find_modulus(raws: Sequence[FloatArray]) -> int | None:
    """Return where the packet counters of one recording wrap; None where they are wider."""
    largest = max((np.nanmax(raw, initial=0.0) for raw in raws), default=0.0)
    return PACKET_MODULUS if largest < PACKET_MODULUS else None


def unwrap_counter(
    raw: FloatArray, first_line: Lines, modulus: int | None = PACKET_MODULUS
) -> tuple[IntArray, list[Notice]]:
    """Return a packet counter without its wraps, and the faults found in it.

    A hole of more than half a modulus cannot be told from a step backward and is a fault.

    Parameters
    ----------
    raw : (n,) array
        As read; NaN is a fault.
    first_line : int or (n,) int array
        Line of the file that holds the first row, or each row, for the messages.
    modulus : int or None
        Where the counter starts again at 0, if it does.

    Returns
    -------
    counter : (n,) int array
        Starts at ``raw[0]``; empty where a number is missing.
    faults : list of Notice
    """
    with np.errstate(invalid="ignore"):
        whole = (raw == np.rint(raw)) & (raw >= 0) & (raw <= LARGEST)
        bad = np.flatnonzero(~whole)
    if bad.size:
        where = lines_of(bad, first_line)
        return np.zeros(0, dtype=np.int64), [notice("reader.counter_not_whole", where=where)]
    counter = raw.astype(np.int64)
    step = np.diff(counter)
    if modulus is not None:
        half = modulus // 2
        step = (step + half) % modulus - half
    return counter[:1] + np.concatenate([[0], np.cumsum(step)]), _order_faults(step, first_line)


def _order_faults(step: IntArray, first_line: Lines) -> list[Notice]:
    repeated, backward = np.flatnonzero(step == 0) + 1, np.flatnonzero(step < 0) + 1
    faults = []
    if repeated.size:
        faults.append(notice("reader.counter_repeated", where=lines_of(repeated, first_line)))
    if backward.size:
        faults.append(notice("reader.counter_backward", where=lines_of(backward, first_line)))
    return faults


def share_start(
    counters: Sequence[IntArray], modulus: int | None = PACKET_MODULUS
) -> list[IntArray]:
    """Return unwrapped counters of one recording on one count that begins at 0.

    Files that start on either side of a wrap land beside each other: of all whole numbers of
    wraps, the one is taken that brings a start closest to that of the first file.
    """
    starts = [int(counter[0]) for counter in counters]
    if modulus is not None:
        half = modulus // 2
        starts = [(start - starts[0] + half) % modulus - half for start in starts]
    least = min(starts)
    return [c - c[0] + (start - least) for c, start in zip(counters, starts, strict=True)]


def count_from_time(
    time_s: FloatArray, rate_hz: float, first_line: Lines
) -> tuple[IntArray, list[str]]:
    """Return sample numbers from time stamps at a known rate, and the faults found.

    Parameters
    ----------
    time_s : (n,) array
    rate_hz : float
    first_line : int or (n,) int array
        Line of the file that holds the first row, or each row, for the messages.

    Returns
    -------
    counter : (n,) int array, from 0, holes left open
    faults : list of str
    """
    none = np.zeros(time_s.shape, dtype=np.int64)
    missing = np.flatnonzero(~np.isfinite(time_s))
    if missing.size:
        return none, [f"the time is missing on {name_lines(missing, first_line)}"]
    with np.errstate(over="ignore"):
        steps = np.diff(time_s) * rate_hz
    counts = np.rint(steps)
    backward = np.flatnonzero(steps <= 0.0) + 1
    if backward.size:
        return none, [
            "time must increase from row to row, but it does not on "
            f"{name_lines(backward, first_line)}"
        ]
    if not np.abs(time_s).max(initial=0.0) <= MAX_TIME_S:
        far = np.flatnonzero(~(np.abs(time_s) <= MAX_TIME_S))
        return none, [
            f"the time on {name_lines(far, first_line)} exceeds {MAX_TIME_S:g} s, the largest "
            "plausible value: the file is damaged, or its time has another unit"
        ]
    off = np.flatnonzero((np.abs(steps - counts) > MAX_STEP_ERROR) | (counts < 1)) + 1
    total = (time_s[-1] - time_s[0]) * rate_hz if time_s.size else 0.0
    usual = float(np.median(counts)) if counts.size else 1.0
    if off.size or usual != 1.0 or abs(total - counts.sum()) > MAX_DRIFT:
        lines = f" (first on {name_lines(off[:1], first_line)})" if off.size else ""
        median = rate_hz / float(np.median(steps))
        return none, [
            f"the time column does not match a sampling rate of {rate_hz:g} Hz{lines}: its "
            f"median interval corresponds to {median:.6g} Hz. Give the correct rate with --rate."
        ]
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)[: time_s.size], []


def count_stamps(time_s: FloatArray, first_line: Lines) -> tuple[IntArray, float, list[str]]:
    """Return sample numbers and the rate from the stamps of one sensor's own clock.

    A step of twice the median step is one lost sample. The rate is the median over pairs of
    stamps half the recording apart, which no single stamp can move. Jitter is allowed, since the
    stamps themselves say when, but not steps that lie `MAX_STEP_ERROR` from a whole number of
    samples: hardware that stamps its samples does not do that, a damaged number does.

    Parameters
    ----------
    time_s : (n,) array
    first_line : int or (n,) int array
        Line of the file that holds the first row, or each row, for the messages.

    Returns
    -------
    counter : (n,) int array, from 0
    rate_hz : float
        NaN where there are fewer than two stamps, or a fault.
    faults : list of str
    """
    none = np.zeros(time_s.shape, dtype=np.int64)
    faults = find_clock_faults(time_s, first_line)
    if faults or time_s.size < 2:
        return none, float("nan"), faults
    steps = np.diff(time_s)
    ratios = steps / np.median(steps)
    counts = np.maximum(np.rint(ratios), 1.0)
    off = np.flatnonzero((np.abs(ratios - counts) > MAX_STEP_ERROR) & (counts < _LONG_HOLE)) + 1
    if off.size:
        return (
            none,
            float("nan"),
            [
                f"time deviates from its regular interval of {np.median(steps):.6g} s on "
                f"{name_lines(off, first_line)}: the file is damaged"
            ],
        )
    counter = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    half = time_s.size // 2
    step = np.median((time_s[half:] - time_s[:-half]) / (counter[half:] - counter[:-half]))
    return counter, float(1.0 / step), []


def find_clock_faults(time_s: FloatArray, first_line: Lines) -> list[str]:
    """Return why stamps cannot be a clock: missing ones, steps back, steps of many minutes."""
    missing = np.flatnonzero(~np.isfinite(time_s))
    if missing.size:
        return [f"the time is missing on {name_lines(missing, first_line)}"]
    steps = np.diff(time_s)
    backward = np.flatnonzero(steps <= 0.0) + 1
    if backward.size:
        return [
            "time must increase from row to row, but it does not on "
            f"{name_lines(backward, first_line)}"
        ]
    far = np.flatnonzero(steps > MAX_HOLE_S) + 1
    if far.size:
        return [
            f"the time jumps by {steps[far[0] - 1]:.6g} s on {name_lines(far, first_line)}: the "
            "file is damaged, or contains two recordings"
        ]
    return []


def name_lines(rows: IntArray, first_line: Lines) -> str:
    """Return rows, counted from 0, as line numbers of the file for a message."""
    return say(lines_of(rows, first_line))


def lines_of(rows: IntArray, first_line: Lines) -> Notice:
    """Return the first line numbers of rows, which are counted from 0, as part of a notice."""
    lines = rows + first_line if isinstance(first_line, int) else first_line[rows]
    more = rows.size - _EXAMPLES
    if more > 0:
        return notice("word.lines_and_more", lines=lines[:_EXAMPLES], more=more)
    return notice("word.lines" if rows.size > 1 else "word.line", lines=lines)
