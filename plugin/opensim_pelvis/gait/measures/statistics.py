"""Mean, spread and interval of a measure over strides, and one side against the other."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.measures.intervals import mean_interval
from opensim_pelvis.gait.measures.trend import find_trend
from opensim_pelvis.types import Asymmetry, MeasureDefinition, Summary

FEWEST_FOR_MEAN: Final = 3
"""Strides of a leg below which there is no mean: the interval of two is wider than anything a body
does, since Student's quantile is 12.7."""


def summarise(
    definition: MeasureDefinition,
    side: Literal["right", "left", "body"],
    values: FloatArray,
    time_s: FloatArray,
) -> Summary | None:
    """Return the summary of values in order of time; None below `FEWEST_FOR_MEAN` values.

    Parameters
    ----------
    definition : MeasureDefinition
    side : str
    values, time_s : (n,) array
        Of the kept strides; NaN values are left out.
    """
    present = np.isfinite(values)
    x, t = values[present], time_s[present]
    if x.size < FEWEST_FOR_MEAN:
        return None
    centre = 0.0
    if definition.circular:
        centre = float(np.rad2deg(np.angle(np.mean(np.exp(1j * np.deg2rad(x))))))
        x = (x - centre + 180.0) % 360.0 - 180.0
    mean = float(x.mean())
    half, effective = mean_interval(x)
    level = (mean + centre) % 360.0 if definition.circular else mean
    return Summary(
        name=definition.name,
        side=side,
        mean=level,
        sd=float(x.std(ddof=1)),
        n=int(x.size),
        effective_n=effective,
        low=level - half,
        high=level + half,
        trend=find_trend(x, t),
    )


def compare_sides(definition: MeasureDefinition, right: Summary, left: Summary) -> Asymmetry:
    """Return right minus left with its interval; the errors of the sides are independent.

    In per cent only where zero means that there is nothing.
    """
    difference = right.mean - left.mean
    half = float(np.hypot(right.high - right.mean, left.high - left.mean))
    level = (abs(right.mean) + abs(left.mean)) / 2.0
    alike = definition.has_zero and right.mean * left.mean > 0.0
    return Asymmetry(
        name=right.name,
        difference=difference,
        low=difference - half,
        high=difference + half,
        percent=100.0 * difference / level if alike else float("nan"),
    )
