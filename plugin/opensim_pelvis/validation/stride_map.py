"""Where in the stride two systems differ: statistical parametric mapping by spm1d."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray

ALPHA: Final = 0.05

MIN_PAIRS: Final = 4
"""With fewer pairs the smoothness of the residuals is not known."""

_STILL: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideMap:
    """A paired t test at every point of the stride, thresholded by random field theory.

    Parameters
    ----------
    pairs : int
    threshold : float
        Of t, two-sided, family-wise 0.05.
    largest : float
        Largest t in size.
    differs : tuple of (float, float, float)
        Start and end of each cluster in percent of the stride, and its p.
    """

    pairs: int
    threshold: float
    largest: float
    differs: tuple[tuple[float, float, float], ...]


def can_map() -> bool:
    """Return whether spm1d is installed."""
    return find_spec("spm1d") is not None


def map_differences(estimate: FloatArray, reference: FloatArray) -> StrideMap | None:
    """Return where paired curves differ, or None where that cannot be tested (or without spm1d).

    Parameters
    ----------
    estimate, reference : (n, p) array
        Curves of the same strides (or people) at the same parts of the stride.

    Notes
    -----
    Pataky et al. 2013, J Biomech 46:2394; computed by spm1d.
    """
    if not can_map():
        return None
    pairs, points = estimate.shape
    difference = estimate - reference
    if pairs < MIN_PAIRS:
        return None
    if any((curves.std(axis=0, ddof=1) <= _STILL).any() for curves in (estimate, reference)):
        return None  # a curve that is the same in all strides has no smoothness to estimate
    if (difference.std(axis=0, ddof=1) <= _STILL).any():
        return None
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=SyntaxWarning)  # of spm1d's own source text
        import spm1d
    result = spm1d.stats.ttest_paired(estimate, reference).inference(ALPHA, two_tailed=True)
    step = 100.0 / (points - 1)
    clusters = tuple(
        (
            float(cluster.endpoints[0]) * step,
            float(cluster.endpoints[1]) * step,
            float(cluster.P),
        )
        for cluster in result.clusters
    )
    return StrideMap(
        pairs=pairs,
        threshold=float(result.zstar),
        largest=float(result.z[np.argmax(np.abs(result.z))]),
        differs=clusters,
    )
