"""The part of a difference of pelvic angles that the movement of the thighs accounts for.

Front and back of the pelvis differ by what the thighs do (`gait.optical`). Of the difference of two
systems, a D + b D' is fitted on the recording itself, each stride predicted from strides that do
not overlap with it, so that chance gains nothing. A sine of the stride with any amplitude and phase
has that form: a share alone is no reason. The thighs are called the reason where such an effect is
known from other people, in the same direction, and each stride gains from the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.gait.optical.coefficients import corrections
from opensim_pelvis.gait.optical.thighs import thigh_difference

FEWEST: Final = 3
"""Strides; with fewer there is no share."""

MOST_PART: Final = 0.5
"""Share from which the thighs are called the reason of a difference; a choice: more than half."""

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ThighPart:
    """A difference, result minus reference, and what is left of it without the thighs' part.

    Parameters
    ----------
    strides : int
    a, b : float
        Degrees of reference minus result per degree of D and D', fitted on all strides.
    difference_deg : float
        Root mean square of the difference over the strides, without the mean of each stride.
    rest_deg : float
        The same of what remains, each stride predicted from the others.
    share : float
        Part of the squared difference that is accounted for; below 0 where the others mislead.
    gain_low : float
        Lower 95 % bound of that share over strides, those of both legs counted once.
    known : bool
        Whether other people show the effect in this angle and activity, with the sign of a.
    """

    strides: int
    a: float
    b: float
    difference_deg: float
    rest_deg: float
    share: float
    gain_low: float
    known: bool

    @property
    def is_reason(self) -> bool:
        """Whether the thighs are called the reason of most of the difference."""
        return self.known and self.share > MOST_PART and self.gain_low > 0.0


def split_difference(
    angle: str,
    difference_deg: FloatArray,
    thighs_deg: tuple[FloatArray, FloatArray],
    spans_s: Sequence[tuple[float, float]],
    gait: ActivityKind | None,
) -> ThighPart | None:
    """Return the thighs' part of a difference; None with too few strides.

    Parameters
    ----------
    angle : str
        Name of the clinical angle.
    difference_deg : (n, p) array
        Result minus reference, at even parts of each stride; strides with a NaN are left out.
    thighs_deg : pair of (n, p) arrays
        Extension of the right and the left thigh in the same strides.
    spans_s : sequence of (float, float)
        Start and end of each stride; strides of both legs may overlap.
    gait : str or None
        Where it is not known, an effect counts that all activities have.
    """
    parts = np.stack([difference_deg, *thighs_deg])
    whole = np.isfinite(parts).all(axis=(0, 2))
    spans = np.array(spans_s, dtype=np.float64).reshape(-1, 2)[whole]
    wanted = _centred(-difference_deg[whole])
    inputs = np.stack([_centred(d) for d in thigh_difference(*parts[1:, whole])], axis=-1)
    apart = (spans[:, None, 0] >= spans[None, :, 1]) | (spans[:, None, 1] <= spans[None, :, 0])
    if len(spans) < FEWEST or apart.sum(axis=1).min() < 2:
        return None
    rest = np.stack(
        [wanted[i] - inputs[i] @ _fit(inputs, wanted, apart[i]) for i in range(len(spans))]
    )
    before, after = (np.square(values).mean(axis=1) for values in (wanted, rest))
    a, b = _fit(inputs, wanted, np.ones(len(spans), dtype=bool))
    level = float(before.mean())
    return ThighPart(
        strides=len(spans),
        a=float(a),
        b=float(b),
        difference_deg=math.sqrt(level),
        rest_deg=math.sqrt(float(after.mean())),
        share=1.0 - float(after.mean()) / level if level > 0.0 else 0.0,
        gain_low=_low(before - after, _once(apart)) / level if level > 0.0 else 0.0,
        known=_is_known(angle, float(a), gait),
    )


def _is_known(angle: str, a: float, gait: ActivityKind | None) -> bool:
    kinds: tuple[ActivityKind, ...] = ("running", "walking") if gait is None else (gait,)
    found = [corrections(kind).get(angle) for kind in kinds]
    return all(one is not None and one.a * a > 0.0 for one in found)


def _fit(inputs: FloatArray, wanted: FloatArray, rows: BoolArray) -> FloatArray:
    x = inputs[rows].reshape(-1, inputs.shape[2])
    return np.asarray(np.linalg.lstsq(x, wanted[rows].ravel(), rcond=None)[0])


def _low(gains: FloatArray, independent: int) -> float:
    """Return the lower bound of a mean of strides, of which so many do not overlap."""
    from scipy.special import stdtrit

    if independent < 2:
        return float("-inf")
    error = float(gains.std(ddof=1)) / math.sqrt(independent)
    return float(gains.mean()) - float(stdtrit(independent - 1.0, CONFIDENCE)) * error


def _once(apart: BoolArray) -> int:
    """Return how many strides follow one another without an overlap."""
    taken: list[int] = []
    for i in range(apart.shape[0]):
        if all(apart[i, j] for j in taken):
            taken.append(i)
    return len(taken)


def _centred(curves: FloatArray) -> FloatArray:
    return np.asarray(curves - curves[:, :-1].mean(axis=1, keepdims=True))
