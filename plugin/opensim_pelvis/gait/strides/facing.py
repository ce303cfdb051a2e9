"""Which way the pelvis faces on average against the direction of travel, over ground.

The mean heading of the pelvis is the direction of travel but for the mean rotation of the pelvis.
Sensors do not tell the two apart; the static trial does where the person faced the way that was
then run straight on. There forward in the static trial is the direction of travel, as on a
treadmill, and what the pelvis faces beside it is its mean rotation.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.gait.strides.path import HEADING_WANDER

AHEAD_RAD: Final = np.deg2rad(6.0)
"""Farthest that the pelvis faces from forward in the static trial on average. In two men on a
treadmill it is 0 to 2 degrees (``rbds_running``), in a walk 2 (``gaittoolbox_walk``); a person who
is farther off probably went another way than they had faced."""

STRAIGHT_RAD: Final = np.deg2rad(10.0)
"""Farthest that the pelvis faces from forward in one of these strides."""

STEADY_RADPS: Final = np.deg2rad(0.5)
"""Fastest turning, on average over these strides, of a path that counts as straight; or twice its
standard error, where that is more."""

FIRST_S: Final = 30.0
"""Duration from the first stride on that is looked at: headings drift later."""

FEWEST: Final = 2

AWAY_RAD: Final = np.deg2rad(45.0)
"""Farthest that the pelvis faces from forward where the direction of travel is taken as fixed; a
person who faces farther away has turned."""


def mean_facing(
    heading: FloatArray, start: FloatArray, end: FloatArray, usable: BoolArray
) -> float:
    """Return the mean rotation of the pelvis, radians, + right side forward.

    Parameters
    ----------
    heading : (n,) array
        Mean heading of the pelvis over each stride; zero is forward in the static trial.
    start, end : (n,) array
        Seconds, in order of the start.
    usable : (n,) bool array
        Strides that neither turn nor miss samples.

    Returns
    -------
    float
        NaN where the first strides do not lead straight on.

    Examples
    --------
    >>> start = np.arange(8.0)
    >>> heading = np.where(start < 5.0, 0.03, 3.0)
    >>> round(mean_facing(heading, start, start + 1.0, start != 5.0), 3)
    0.03
    """
    known = np.flatnonzero(usable & np.isfinite(heading))
    if not known.size:
        return float("nan")
    begun = np.arange(heading.size) >= known[0]
    turned = np.flatnonzero(begun & ~usable)
    last = turned[0] if turned.size else heading.size
    rows = known[(known < last) & (end[known] <= start[known[0]] + FIRST_S)]
    if rows.size < FEWEST or np.abs(heading[rows]).max() > STRAIGHT_RAD:
        return float("nan")
    middle = (start[rows] + end[rows]) / 2.0
    away = middle - middle.mean()
    squares = max(float(away @ away), 1e-9)
    turning = float(away @ heading[rows]) / squares
    wander = HEADING_WANDER * float(np.sqrt((end - start)[rows].mean()))
    limit = max(STEADY_RADPS, 2.0 * wander / np.sqrt(squares))
    mean = float(heading[rows].mean())
    return mean if abs(turning) <= limit and abs(mean) <= AHEAD_RAD else float("nan")
