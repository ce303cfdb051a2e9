"""Windows of steady running or walking, and their harmonics.

A window is a few strides long and moves in steps of half of itself. It is steady where what turns
is the same one stride later: the autocorrelation of the angular velocity of all sensors together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.interpolation import low_pass

ComplexArray = npt.NDArray[np.complex128]

STRIDES: Final = 4
"""Strides in a window."""

STRIDE_S: Final = (0.5, 1.6)
"""Shortest and longest stride that is looked for; walking and running of adults lie within."""

FEWEST_STRIDES: Final = 2.1
"""Strides below which nothing can come back."""

SMOOTH_HZ: Final = 5.0
"""What is faster is left out where the stride is looked for."""

STEADY: Final = 0.5
"""Least autocorrelation one stride later; chosen. Running of people has 0.85 to 0.99, a walk of a
few metres in a laboratory 0.3 to 0.7."""

MOVING_RADPS: Final = 0.3
"""RMS angular velocity of the fastest sensor below which there is no walking."""

PIECES: Final = 12
PIECE_S: Final = 10.0
"""A recording longer than all these pieces is looked at in that many, spread evenly."""

HARMONICS: Final = 6
"""Harmonics of the stride that are fitted."""


@dataclass(frozen=True, slots=True)
class Window:
    """Rows ``start`` to ``stop`` of the common clock, in which a stride takes ``stride_s``."""

    start: int
    stop: int
    stride_s: float

    @property
    def rows(self) -> slice:
        """Return the rows of the window."""
        return slice(self.start, self.stop)


def find_windows(angular_velocity_radps: FloatArray, rate_hz: float) -> tuple[Window, ...]:
    """Return the windows in which everybody moves steadily.

    Parameters
    ----------
    angular_velocity_radps : (t, s, 3) array
        In S; rows with NaN in any sensor are in no window.
    rate_hz : float
    """
    found: list[Window] = []
    whole = np.asarray(np.isfinite(angular_velocity_radps).all(axis=(1, 2)))
    for first, last in _runs(whole & looked_at(whole.size, rate_hz)):
        if last - first >= FEWEST_STRIDES * STRIDE_S[0] * rate_hz:
            smooth = low_pass(
                angular_velocity_radps[first:last].reshape(last - first, -1), SMOOTH_HZ, rate_hz
            )
            turning = smooth.reshape(last - first, -1, 3)
            found += [
                Window(first + w.start, first + w.stop, w.stride_s)
                for w in _steady(turning, rate_hz)
            ]
    return tuple(found)


def looked_at(samples: int, rate_hz: float) -> BoolArray:
    """Return which rows are looked at: all of a short recording, pieces of a long one.

    All of what is left of a long one, too: its pieces with one row between.
    """
    looked = np.ones(samples, dtype=bool)
    if samples > PIECES * (round(PIECE_S * rate_hz) + 1):
        looked[:] = False
        length = round(PIECE_S * rate_hz)
        for start in np.linspace(0, samples - length, PIECES).astype(int):
            looked[start : start + length] = True
    return looked


def _runs(whole: BoolArray) -> list[tuple[int, int]]:
    """Return starts and ends of the runs of rows that are whole."""
    steps = np.diff(np.concatenate([[0], whole.astype(np.int8), [0]]))
    starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return [(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


def _steady(turning: FloatArray, rate_hz: float) -> list[Window]:
    """Return the steady windows of signals without holes."""
    found: list[Window] = []
    start, guess_s, samples = 0, 1.0, turning.shape[0]
    while start < samples:
        wanted = round(STRIDES * guess_s * rate_hz)
        length = min(wanted, samples - start)
        if length < 0.75 * wanted and found:
            break
        stride_s = _stride_of_moving(turning[start : start + length], rate_hz)
        if stride_s is not None and length >= FEWEST_STRIDES * stride_s * rate_hz:
            stop = min(start + round(STRIDES * stride_s * rate_hz), samples)
            found.append(Window(start, stop, stride_s))
            guess_s = stride_s
        start += max(length // 2, 1)
        if length < wanted:
            break
    return found


def _stride_of_moving(turning: FloatArray, rate_hz: float) -> float | None:
    signals = turning - turning.mean(axis=0)
    power = np.square(signals).sum(axis=(0, 2))
    if np.sqrt(power.max() / turning.shape[0]) < MOVING_RADPS:
        return None
    return stride_of(signals / np.sqrt(power + 1e-12)[:, None], rate_hz)


def stride_of(signals: FloatArray, rate_hz: float) -> float | None:
    """Return the time after which all signals come back; None where they do not.

    The shortest of the peaks of the autocorrelation that are nearly as high as the highest: two
    strides later they come back as well.

    Parameters
    ----------
    signals : (t, s, 3) array
        Without mean, every sensor with the same power.
    rate_hz : float
    """
    low = int(np.floor(STRIDE_S[0] * rate_hz))
    high = min(int(np.ceil(STRIDE_S[1] * rate_hz)), signals.shape[0] - int(0.5 * low))
    lags = np.arange(low - 1, high + 2)
    found, n = np.full(lags.size, np.nan), signals.shape[0]
    inside = (lags > 0) & (lags < n - 2)
    flat = signals.reshape(n, -1)
    spectrum = np.square(np.abs(rfft(flat, next_fast_len(2 * n, real=True), axis=0))).sum(axis=1)
    products = irfft(spectrum, next_fast_len(2 * n, real=True))[lags[inside]]
    power = np.concatenate([[0.0], np.cumsum(np.einsum("ij,ij->i", flat, flat))])
    early, late = power[n - lags[inside]], power[n] - power[lags[inside]]
    found[inside] = products / np.maximum(np.sqrt(early * late), 1e-12)
    middle = found[1:-1]
    peaks = 1 + np.flatnonzero((middle >= found[:-2]) & (middle > found[2:]) & (middle > STEADY))
    if peaks.size == 0:
        return None
    first = peaks[found[peaks] >= 0.93 * found[peaks].max()][0]
    before, at, after = found[first - 1 : first + 2]
    bend = before - 2.0 * at + after
    shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
    return float((lags[first] + shift) / rate_hz)


def harmonics_of(signals: FloatArray, stride_s: float, rate_hz: float) -> ComplexArray:
    """Return the harmonics of the stride by least squares, shape (h, ...).

    Harmonic k is the c of ``Re(c exp(2 pi i k t / stride_s))``, t from the first sample.

    Parameters
    ----------
    signals : (t, ...) array
    stride_s, rate_hz : float
    """
    turns = np.arange(signals.shape[0]) / (rate_hz * stride_s)
    circle = np.exp(2j * np.pi * np.outer(turns, np.arange(1, HARMONICS + 1)))
    basis = np.concatenate([np.ones((turns.size, 1)), circle.real, -circle.imag], axis=1)
    flat = signals.reshape(signals.shape[0], -1)
    fitted = np.linalg.lstsq(basis, flat, rcond=None)[0]
    values = fitted[1 : HARMONICS + 1] + 1j * fitted[HARMONICS + 1 :]
    return np.asarray(values.reshape(HARMONICS, *signals.shape[1:]))
