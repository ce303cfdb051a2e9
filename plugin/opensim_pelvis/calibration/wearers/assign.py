"""Every assignment of sensors to bodies, scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import permutations
from typing import Final

import numpy as np

from opensim_pelvis.calibration.wearers.habits import JOINTS
from opensim_pelvis.calibration.wearers.likelihood import Tables
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.types.segments import LEGS, body_on

MOST: Final = 8
"""Sensors and bodies up to which all assignments are scored: 40320."""

BEYOND: Final = 30.0
"""Logarithm of how much less likely than the best an assignment is that does not count."""

_LEADERS = 32

FEET: Final = tuple((body_on(leg, "shank"), body_on(leg, "foot")) for leg in LEGS)
THIGHS: Final = tuple(body_on(leg, "thigh") for leg in LEGS)
PELVIS: Final = body_on("body", "pelvis")


@lru_cache(maxsize=8)
def assignments(sensors: int, bodies: int) -> IntArray:
    """Return the body of each sensor in every assignment, (n, s).

    >>> assignments(2, 2).tolist()
    [[0, 1], [1, 0]]
    """
    return np.array(list(permutations(range(bodies), sensors)), dtype=np.int64)


def score(tables: Tables, bodies: Sequence[str]) -> FloatArray:
    """Return the logarithm of the likelihood of every assignment, (n,).

    Parameters
    ----------
    tables : Tables
    bodies : sequence of str
        As many as sensors, or more.

    Returns
    -------
    (n,) array
        In the order of `assignments`. Minus infinity where the likelihood is surely less than
        exp(-`BEYOND`) of the highest: all of these together are less than 1e-8.

    Notes
    -----
    What an assignment reaches at most costs a small part of what it reaches: each table at its
    own best phase of the stride. Nearly all fall by that.
    """
    places, sensors = tables.scalars.shape
    given = assignments(sensors, places)
    wearer = np.full((given.shape[0], places), -1)
    rows = np.arange(given.shape[0])
    for s in range(sensors):
        wearer[rows, given[:, s]] = s
    names = {body: k for k, body in enumerate(bodies)}
    at_most = _score_of(_at_best_phase(tables), wearer, names)
    leaders = np.argsort(at_most, kind="stable")[-_LEADERS:]
    highest = _score_of(tables, wearer[leaders], names).max()
    near = at_most >= highest - BEYOND
    found = np.full(rows.size, -np.inf)
    found[near] = _score_of(tables, wearer[near], names)
    return found


def _at_best_phase(tables: Tables) -> Tables:
    """Return tables with one phase, the best of each entry."""
    return replace(
        tables,
        phases=tables.phases.max(axis=-1, keepdims=True),
        thighs={b: table.max(axis=-1, keepdims=True) for b, table in tables.thighs.items()},
        pelvis=tables.pelvis.max(axis=-1, keepdims=True),
    )


def _score_of(tables: Tables, wearer: IntArray, names: Mapping[str, int]) -> FloatArray:
    """Return the score of some assignments, (n, b) to (n,): the sensor on each body or -1."""
    rows = np.arange(wearer.shape[0])
    pelvis = wearer[:, names[PELVIS]] if PELVIS in names else np.full_like(rows, -1)
    fixed = np.zeros(rows.size)
    signs = np.zeros((2, rows.size, tables.pelvis.shape[-1]))
    for b in range(wearer.shape[1]):
        worn = wearer[:, b] >= 0
        fixed[worn] += tables.scalars[b, wearer[worn, b]]
        coupled = worn & (pelvis >= 0) if b in tables.thighs else np.zeros_like(worn)
        if b in tables.thighs:
            signs[:, coupled] += tables.thighs[b][:, pelvis[coupled], wearer[coupled, b]]
        alone = worn & ~coupled
        signs[:, alone] += tables.phases[b, wearer[alone, b]]
    for pairs, table in ((FEET, tables.landing), (JOINTS, tables.linked)):
        for first, second in pairs:
            if first in names and second in names:
                worn_on = wearer[:, [names[first], names[second]]]
                both = (worn_on >= 0).all(axis=1)
                fixed[both] += table[worn_on[both, 0], worn_on[both, 1]]
    on = pelvis >= 0
    signs[:, on] += tables.pelvis[:, pelvis[on]]
    thighs = [wearer[:, names[b]] if b in names else np.full_like(rows, -1) for b in THIGHS]
    signs += _hips(tables, pelvis, *thighs)[:, :, None]
    signs[:, ~on] -= np.log(2.0)  # both signs are the same there
    return np.asarray(fixed + _mean_of(signs))


def _hips(tables: Tables, pelvis: IntArray, right: IntArray, left: IntArray) -> FloatArray:
    """Return what the order of the hips says, (2, n)."""
    found = np.zeros((2, pelvis.size))
    whole, has_r, has_l = pelvis >= 0, right >= 0, left >= 0
    rows = whole & has_r & has_l
    found[:, rows] = tables.hips[:, pelvis[rows], right[rows], left[rows]]
    for rows, table, thigh in (
        (whole & has_r & ~has_l, tables.hip_r, right),
        (whole & ~has_r & has_l, tables.hip_l, left),
    ):
        found[:, rows] = table[:, pelvis[rows], thigh[rows]]
    return found


def _mean_of(signs: FloatArray) -> FloatArray:
    """Return the logarithm of the sum over signs and of the mean over phases, (n,)."""
    highest = signs.max(axis=(0, 2))
    total = np.exp(signs - highest[None, :, None]).sum(axis=0).mean(axis=1)
    return np.asarray(highest + np.log(total))
