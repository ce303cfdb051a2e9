"""How often intervals of trends hold the true slope, over memories, lengths and numbers of strides.

    python -m tests.benchmarks.trend_coverage
    python -m tests.benchmarks.trend_coverage --trials 4000

Prints, for runs of so many minutes and strides, the per cent of simulated runs whose interval holds
the true slope, and its mean width in multiples of what the scatter of the slope itself asks for
(2 x 1.96 standard deviations of slopes): 1 is right, above 1 is too wide.
"""

from __future__ import annotations

import argparse
import sys
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.trend import find_trend

EXPONENTS: Final = (0.0, 0.3, 0.5, 0.7, 1.0)
RUNS: Final = ((6, 60), (6, 250), (6, 500), (12, 1000), (20, 200), (30, 2600), (40, 3000))
"""Minutes and strides; few strides a minute are those of a recording of which most are excluded."""

LONGER: Final = 8
"""Noise is made so much longer than a run and cut: it wanders beyond the run as well."""


class Cell(NamedTuple):
    """Part of the intervals that hold the slope, and their width over what it should be."""

    coverage: float
    width: float


def noise(rng: np.random.Generator, n: int, exponent: float) -> FloatArray:
    """Return 1/f^exponent noise, (n,) array, of white noise shaped in frequency."""
    spectrum = np.fft.rfft(rng.normal(size=LONGER * n))
    at = np.arange(spectrum.size, dtype=np.float64)
    spectrum[1:] *= at[1:] ** (-exponent / 2.0)
    spectrum[0] = 0.0
    x = np.fft.irfft(spectrum, LONGER * n)[:n]
    return x / x.std()


def neighbours(rng: np.random.Generator, n: int, lag: float) -> FloatArray:
    """Return first-order autoregressive strides, (n,) array: a memory of a few strides alone."""
    white = rng.normal(size=n + 200)
    for i in range(1, white.size):
        white[i] += lag * white[i - 1]
    return white[200:]


def cover(
    minutes: int, strides: int, exponent: float, trials: int, *, lag: float = 0.0, seed: int = 0
) -> Cell:
    """Return coverage and width over ``trials`` runs whose true slope is 2 in ten minutes."""
    rng = np.random.default_rng(seed)
    time_s = np.linspace(0.0, 60.0 * minutes - 0.1, strides)
    hits, slopes, widths = 0, [], []
    for _ in range(trials):
        wander = neighbours(rng, strides, lag) if lag else noise(rng, strides, exponent)
        trend = find_trend(10.0 + 2.0 * time_s / 600.0 + wander, time_s)
        if trend is None:
            raise ValueError(f"{strides} strides in {minutes} minutes have no trend")
        hits += trend.low <= 2.0 <= trend.high
        slopes.append(trend.slope_per_10min)
        widths.append(trend.high - trend.low)
    wanted = 2.0 * 1.96 * float(np.sqrt(np.mean((np.array(slopes) - 2.0) ** 2)))
    return Cell(hits / trials, float(np.mean(widths)) / wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    trials = parser.parse_args().trials
    out = sys.stdout.write
    heads = [f"1/f^{a:g}" for a in EXPONENTS] + ["lag-1 correlation 0.7"]
    out("| minutes | strides | " + " | ".join(heads) + " |\n")
    out("|---" * (len(heads) + 2) + "|\n")
    for minutes, strides in RUNS:
        cells = [cover(minutes, strides, a, trials) for a in EXPONENTS]
        cells.append(cover(minutes, strides, 0.0, trials, lag=0.7))
        shown = (f"{100.0 * c.coverage:.1f}, {c.width:.2f}" for c in cells)
        out(f"| {minutes} | {strides} | " + " | ".join(shown) + " |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
