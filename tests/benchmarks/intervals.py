"""How often intervals of means cover the truth, over lengths and memories of strides.

    python tests/benchmarks/intervals.py
    python tests/benchmarks/intervals.py --trials 4000

Prints the table of docs/validation.md: per cent of simulated runs whose interval covers the truth,
and the median of half its width in standard deviations of strides.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.intervals import mean_interval
from opensim_pelvis.simulate.variation import fractional_noise

LENGTHS: Final = (3, 5, 10, 20, 40, 100, 400)
EXPONENTS: Final = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9)
BEFORE: Final = 200

Draw = Callable[[np.random.Generator, int], FloatArray]


def noise(hurst: float, rng: np.random.Generator, n: int) -> FloatArray:
    return fractional_noise(rng, n, hurst)


def neighbours(lag: float, rng: np.random.Generator, n: int) -> FloatArray:
    """Return first-order autoregressive strides of variance one."""
    white = rng.normal(size=n + BEFORE)
    out = np.zeros(n + BEFORE)
    for i in range(1, out.size):
        out[i] = lag * out[i - 1] + white[i]
    return out[BEFORE:] * np.sqrt(1.0 - lag**2)


def cell(draw: Draw, n: int, trials: int) -> str:
    rng = np.random.default_rng(n)
    hits, halves = 0, []
    for _ in range(trials):
        x = draw(rng, n)
        half, _ = mean_interval(x)
        hits += abs(x.mean()) <= half
        halves.append(half)
    return f"{100.0 * hits / trials:.1f}, {np.median(halves):.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    trials = parser.parse_args().trials
    kinds: dict[str, Draw] = {f"H = {h:g}": partial(noise, h) for h in EXPONENTS}
    kinds |= {f"lag-1 correlation {r:g}": partial(neighbours, r) for r in (0.4, 0.7, -0.5)}
    out = sys.stdout.write
    out("| strides | " + " | ".join(kinds) + " |\n" + "|---" * (len(kinds) + 1) + "|\n")
    for n in LENGTHS:
        cells = [cell(draw, n, trials) for draw in kinds.values()]
        out(f"| {n} | " + " | ".join(cells) + " |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
