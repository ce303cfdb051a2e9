"""Recordings of people whose wearers are known: never called swapped, and swaps are told.

The constants were chosen with these people among others; the leave-one-out figures of
``tests/benchmarks/wearers.py`` are the ones that judge them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.calibration.wearers.identify import SURE, SWAPPED, Wearers, identify_wearers
from tests.calibration.wearers.real_cases import Case, real_cases
from tests.calibration.wearers.swaps import SETS, SWAPS, swapped

DOUBT = 0.3


@pytest.fixture(scope="session")
def cases(shared_data: Path) -> list[Case]:
    """The last piece of 8 s of every recording."""
    return [case.pieces()[-1] for case in real_cases(shared_data)]


@pytest.fixture(scope="session")
def found(cases: list[Case]) -> dict[tuple[str, tuple[str, ...]], Wearers]:
    """What is told of every recording, with every set of sensors that it has."""
    return {
        (case.name, bodies): identify(case.worn(bodies))
        for case in cases
        for bodies in SETS.values()
        if set(bodies) <= set(case.bodies)
    }


def identify(case: Case, candidates: Sequence[str] | None = None) -> Wearers:
    return identify_wearers(
        rate_hz=case.rate_hz,
        R_ES=case.R_ES,
        angular_velocity_radps=case.angular_velocity_radps,
        acceleration_mps2=case.acceleration_mps2,
        candidates=candidates or case.bodies,
    )


def test_right_labels_are_never_called_swapped_or_doubted(
    found: dict[tuple[str, tuple[str, ...]], Wearers],
) -> None:
    told = [key for key, w in found.items() if w.untold is None]
    assert len({name for name, _ in told}) >= 11
    least = {key: float(found[key].of(key[1]).min()) for key in told}
    assert not {key: p for key, p in least.items() if p < DOUBT}
    wrong = [key for key in told if found[key].sure and found[key].likely != key[1]]
    assert not wrong


def test_running_with_thighs_is_known_with_left_and_right(
    found: dict[tuple[str, tuple[str, ...]], Wearers], cases: list[Case]
) -> None:
    bodies = SETS["pelvis, thighs"]
    runs = [c.name for c in cases if c.activity == "running"]
    assert len(runs) == 6
    assert all(found[name, bodies].sure for name in runs)
    assert all(found[name, bodies].running > SURE for name in runs)


@pytest.mark.parametrize("kind", SWAPS)
def test_each_kind_of_swap_is_told_on_several_people(
    kind: str, found: dict[tuple[str, tuple[str, ...]], Wearers]
) -> None:
    results = []
    for (name, bodies), wearers in found.items():
        stated = swapped(bodies, SWAPS[kind])
        if stated is not None and "femur_r" in bodies and wearers.untold is None:
            results.append((name, bodies, float(wearers.of(stated).min())))
    assert len({name for name, *_ in results}) >= 3
    # Without acceleration (theia) a swap is doubted at best, and pelvis and trunk are not told.
    felt = [row for row in results if not row[0].startswith("theia")]
    assert not [row for row in felt if row[2] >= DOUBT]
    assert np.mean([row[2] < SWAPPED for row in felt]) >= 0.9
    if kind != "pelvis and trunk":
        assert not [row for row in results if row[2] >= DOUBT]


def test_legs_alone_have_no_left_and_right(cases: list[Case]) -> None:
    case = next(c for c in cases if c.name.startswith("RBDS001"))
    legs = tuple(body for body in case.bodies if body != "pelvis")
    wearers = identify(case.worn(legs))
    assert not wearers.sure
    other = tuple(swapped(legs, SWAPS["all legs"]) or ())
    right, wrong = wearers.of(legs), wearers.of(other)
    assert right == pytest.approx(wrong, abs=0.01)
    assert (right + wrong > 0.9).all(), "the segments are told, their sides are not"


def test_nothing_rests_on_cases_norths_or_the_order_of_sensors(cases: list[Case]) -> None:
    """The sensors of the recordings have mountings and norths at random; order is left to turn."""
    case = next(c for c in cases if c.name.startswith("RBDS041"))
    order = list(range(len(case.bodies)))[::-1]
    turned = case.worn([case.bodies[k] for k in order])
    before, after = identify(case), identify(turned, case.bodies)
    assert after.probability == pytest.approx(before.probability[order], abs=1e-6)


def test_a_sensor_that_nobody_named_finds_its_body(cases: list[Case]) -> None:
    """Three sensors, eight bodies: what ``init`` asks where nobody said who wears which."""
    case = next(c for c in cases if c.name.startswith("gaittoolbox"))
    worn = ("pelvis", "femur_r", "femur_l")
    bodies = (*worn, "torso", "tibia_r", "tibia_l", "calcn_r", "calcn_l")
    wearers = identify(case.worn(worn), bodies)
    assert wearers.likely == worn
    assert wearers.probability.sum(axis=1) == pytest.approx(np.ones(3))


@pytest.mark.parametrize(
    ("bodies", "reason"),
    [(("pelvis",), "one sensor"), (("pelvis", "hand_r"), "other bodies")],
)
def test_why_nothing_can_be_said_is_told(
    cases: list[Case], bodies: tuple[str, ...], reason: str
) -> None:
    case = cases[0].worn(cases[0].bodies[: len(bodies)])
    wearers = identify(case, bodies)
    assert wearers.untold == reason
    assert not wearers.sure


def test_standing_and_silence_say_nothing(cases: list[Case]) -> None:
    case = cases[0].worn(cases[0].bodies[:3])
    assert case.angular_velocity_radps is not None
    still = replace(case, angular_velocity_radps=0.01 * case.angular_velocity_radps)
    assert identify(still).untold == "no steady movement"
    wild = replace(case, angular_velocity_radps=8.0 * case.angular_velocity_radps)
    assert identify(wild).untold == "unlike gait"
    silent = replace(case, angular_velocity_radps=None, R_ES=np.full_like(case.R_ES, np.nan))
    assert identify(silent).untold == "no signals"
