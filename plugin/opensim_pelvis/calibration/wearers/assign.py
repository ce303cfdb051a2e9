"""Every assignment of sensors to bodies, scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
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
    given = np.zeros((1, 0), dtype=np.int64)
    for _ in range(sensors):
        free = (given[:, :, None] != np.arange(bodies)).all(axis=1)
        rows, body = np.nonzero(free)
        given = np.column_stack([given[rows], body])
    return given


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
    """Return the score of some assignments, (n, b) to (n,): the sensor on each body or -1.

    A last row of each table, for nobody, says nothing: -1 asks it.
    """
    nobody = np.full(wearer.shape[0], -1)
    worn = {body: np.ascontiguousarray(wearer[:, k]) for body, k in names.items()}
    pelvis = worn.get(PELVIS, nobody)
    fixed = np.zeros(wearer.shape[0])
    signs = _with_nobody(tables.pelvis, 1)[:, pelvis]
    for body, k in names.items():
        fixed += _with_nobody(tables.scalars[k], 0)[worn[body]]
        if k in tables.thighs:
            both = _with_nobody(tables.thighs[k], 1, 2)
            both[:, -1, :-1] = tables.phases[k]  # of a thigh without the pelvis
            signs += _take(both, pelvis, worn[body])
        else:
            signs += _with_nobody(tables.phases[k], 0)[worn[body]]
    for pairs, table in ((FEET, tables.landing), (JOINTS, tables.linked)):
        for first, second in pairs:
            if first in worn and second in worn:
                fixed += _take(_with_nobody(table[None], 1, 2), worn[first], worn[second])[0, :, 0]
    hips = _with_nobody(tables.hips, 1, 2, 3)
    hips[:, :-1, :-1, -1], hips[:, :-1, -1, :-1] = tables.hip_r, tables.hip_l
    signs += _take(hips, pelvis, *(worn.get(body, nobody) for body in THIGHS))
    signs[:, pelvis < 0] -= np.log(2.0)  # both signs are the same there
    return np.asarray(fixed + _mean_of(signs))


def _with_nobody(table: FloatArray, *axes: int) -> FloatArray:
    """Return a table with a last row of zeros along its axes of sensors."""
    return np.pad(table, [(0, int(k in axes)) for k in range(table.ndim)])


def _take(table: FloatArray, *rows: IntArray) -> FloatArray:
    """Return what a table says for each sign of the sensors in each assignment, (2, n, g)."""
    sizes = table.shape[1 : 1 + len(rows)]
    place = np.ravel_multi_index(rows, sizes, mode="wrap")
    return np.take(table.reshape(table.shape[0], int(np.prod(sizes)), -1), place, axis=1)


def _mean_of(signs: FloatArray) -> FloatArray:
    """Return the logarithm of the sum over signs and of the mean over phases, (n,)."""
    highest = signs.max(axis=(0, 2))
    total = np.exp(signs - highest[None, :, None]).sum(axis=0).mean(axis=1)
    return np.asarray(highest + np.log(total))
