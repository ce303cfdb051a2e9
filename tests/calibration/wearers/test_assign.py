"""Scores of all assignments against a slow sum, one assignment and one sign after the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from opensim_pelvis.calibration.wearers.assign import BEYOND, FEET, assignments, score
from opensim_pelvis.calibration.wearers.habits import JOINTS
from opensim_pelvis.calibration.wearers.likelihood import GRID_RAD, Tables

BODIES = ("torso", "pelvis", "femur_r", "femur_l", "tibia_r", "calcn_r")


def random_tables(bodies: tuple[str, ...], sensors: int) -> Tables:
    rng = np.random.default_rng(len(bodies) + 10 * sensors)
    grid = GRID_RAD.size
    thighs = {
        k: rng.normal(size=(2, sensors, sensors, grid))
        for k, body in enumerate(bodies)
        if body in ("femur_r", "femur_l")
    }
    phases = rng.normal(size=(len(bodies), sensors, grid))
    if "pelvis" in bodies:
        phases[bodies.index("pelvis")] = 0.0
    return Tables(
        scalars=rng.normal(size=(len(bodies), sensors)),
        phases=phases,
        thighs=thighs,
        pelvis=rng.normal(size=(2, sensors, grid)),
        hips=rng.normal(size=(2, sensors, sensors, sensors)),
        hip_r=rng.normal(size=(2, sensors, sensors)),
        hip_l=rng.normal(size=(2, sensors, sensors)),
        landing=rng.normal(size=(sensors, sensors)),
        linked=rng.normal(size=(sensors, sensors)),
    )


def slow_score(tables: Tables, bodies: tuple[str, ...], given: tuple[int, ...]) -> float:
    worn = {bodies[b]: s for s, b in enumerate(given)}
    fixed = sum(tables.scalars[b, s] for s, b in enumerate(given))
    fixed += sum(tables.landing[worn[a], worn[b]] for a, b in FEET if {a, b} <= set(worn))
    fixed += sum(tables.linked[worn[a], worn[b]] for a, b in JOINTS if {a, b} <= set(worn))
    pelvis = worn.get("pelvis")
    terms = []
    for sign in (0, 1):
        beat = np.zeros(GRID_RAD.size)
        for s, b in enumerate(given):
            if bodies[b] == "pelvis":
                beat += tables.pelvis[sign, s]
            elif pelvis is not None and b in tables.thighs:
                beat += tables.thighs[b][sign, pelvis, s]
            else:
                beat += tables.phases[b, s]
        right, left = worn.get("femur_r"), worn.get("femur_l")
        if pelvis is None:
            beat -= np.log(2.0)
        elif right is not None and left is not None:
            beat += tables.hips[sign, pelvis, right, left]
        elif right is not None:
            beat += tables.hip_r[sign, pelvis, right]
        elif left is not None:
            beat += tables.hip_l[sign, pelvis, left]
        terms.append(np.exp(beat))
    return float(fixed + np.log(np.mean(np.sum(terms, axis=0))))


@pytest.mark.parametrize(
    ("bodies", "sensors"),
    [
        (BODIES[:2], 2),
        (BODIES[1:4], 3),
        (BODIES, 4),
        (("femur_r", "femur_l", "tibia_r"), 3),
        (BODIES[1:], 2),
    ],
)
def test_every_assignment_has_the_score_of_the_slow_sum(
    bodies: tuple[str, ...], sensors: int
) -> None:
    tables = random_tables(bodies, sensors)
    given = assignments(sensors, len(bodies))
    assert [tuple(row) for row in given] == list(permutations(range(len(bodies)), sensors))
    wanted = [slow_score(tables, bodies, tuple(row)) for row in given]
    found = score(tables, bodies)
    assert found == pytest.approx(np.where(np.isneginf(found), found, wanted), abs=1e-9)
    left_out = np.array(wanted)[np.isneginf(found)]
    assert (left_out < max(wanted) - BEYOND).all()


def test_assignments_far_from_the_best_are_left_out_and_no_others() -> None:
    tables = random_tables(BODIES, 4)
    far = replace(tables, scalars=20.0 * tables.scalars)
    given = assignments(4, len(BODIES))
    wanted = np.array([slow_score(far, BODIES, tuple(row)) for row in given])
    found = score(far, BODIES)
    left_out = np.isneginf(found)
    assert 0 < left_out.sum() < found.size - 1
    assert (wanted[left_out] < wanted.max() - BEYOND).all()
    assert found[~left_out] == pytest.approx(wanted[~left_out], abs=1e-9)


def test_eight_sensors_have_all_their_assignments() -> None:
    assert assignments(8, 8).shape == (40320, 8)
