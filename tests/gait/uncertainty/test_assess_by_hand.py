"""Estimates and their terms worked out by hand: values of strides and changes are stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import hypot, inf, nan, sqrt
from typing import Final, Literal

import numpy as np
import pytest
from scipy.stats import t as student

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.measures.intervals import mean_interval
from opensim_pelvis.gait.uncertainty import assess as module
from opensim_pelvis.gait.uncertainty.assess import assess
from opensim_pelvis.gait.uncertainty.changes import Change
from opensim_pelvis.types import (
    Curves,
    Estimate,
    GaitEvents,
    MeasureDefinition,
    RunningAnalysis,
    Strides,
    Summary,
)
from tests.gait.measures.hand_made import TIME_S, stride_data
from tests.gait.measures.test_summaries_by_hand import angles

STRIDE_S: Final = 0.5
PHASE: Final = 2.0 * np.pi * TIME_S / STRIDE_S
START_S: Final = np.array([0.2, 0.7, 1.2, 1.7, 2.2, 0.4, 0.9, 1.4, 1.9])
STRIDES: Final = Strides(
    kind="contact",
    side=np.array([0] * 5 + [1] * 4),
    start_s=START_S,
    end_s=START_S + STRIDE_S,
    toe_off_s=START_S + 0.4,
    opposite_contact_s=START_S + 0.2,
    opposite_toe_off_s=START_S + 0.1,
    bout=np.zeros(9, dtype=np.int64),
    reason=("", "", "", "", "outlier", "", "", "", "outlier"),
    travel_rad=np.zeros(9),
    turn_rate_radps=np.zeros(9),
)
RIGHT, LEFT = slice(0, 4), slice(5, 8)
RANGE: Final = "pelvic_rotation_range_deg"
OPTICAL: Final = "pelvic_rotation_range_optical_deg"
DROP: Final = "pelvic_drop_deg"
TILT: Final = "pelvic_tilt_at_contact_deg"
PHASE_LAG: Final = "pelvis_trunk_phase_deg"
CONTACT: Final = "contact_time_s"
FUSION: Final = 0.1
SPREAD: Final = np.array([-1.5, -0.5, 0.5, 1.5])

STEP: Final = "pelvic_step_mm"
HIPS_M: Final = {"r": 0.1, "l": -0.1}

Side = Literal["right", "left", "body"]


def estimates(
    definitions: tuple[MeasureDefinition, ...],
    values: Mapping[str, np.ndarray],
    means: Mapping[tuple[str, Side], float],
    **columns_deg: np.ndarray,
) -> dict[tuple[str, str], Estimate]:
    """Return the estimates of measures whose values of strides and means are these."""
    summaries = [
        Summary(name=name, side=side, mean=mean, sd=nan, n=0, effective_n=nan, low=nan, high=nan)
        for (name, side), mean in means.items()
    ]
    analysis = RunningAnalysis(
        events=GaitEvents(events=(), kind="contact", gait="running"),
        strides=STRIDES,
        definitions=definitions,
        values=np.stack([values[d.name] for d in definitions], axis=1),
        summaries=tuple(summaries),
        asymmetries=(),
        curves=Curves(angles=(), mean_deg=np.empty(0), sd_deg=np.empty(0), n=np.empty(0, int)),
    )
    hips = {f"femur_{side}": np.tile([0.0, 0.0, z], (TIME_S.size, 1)) for side, z in HIPS_M.items()}
    kinematics = stride_data(p_GB_m=hips).kinematics
    found, _ = assess(analysis, angles(**columns_deg), kinematics, None, None)  # type: ignore[arg-type]
    return {(e.name, e.side): e for e in found}


@pytest.fixture(autouse=True)
def stated(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    """Return the list of changes that the inputs make; empty unless a test fills it."""
    changes: list[Change] = []
    monkeypatch.setattr(module, "changes_of", lambda *_: changes)
    return changes


def of_strides(right: np.ndarray, left: np.ndarray | None = None) -> np.ndarray:
    """Return values of all strides; those of excluded strides must not be read."""
    values = np.full(9, 1e6)
    values[RIGHT] = right
    values[LEFT] = right[:3] if left is None else left
    return values


def terms(estimate: Estimate) -> dict[str, tuple[float, float]]:
    return {term.name: (term.standard, term.freedom) for term in estimate.terms}


def standard_of(series: np.ndarray, usual_sd: float = 0.0, usual_freedom: float = 0.0) -> float:
    """Return half of the interval of a mean over Student's quantile."""
    half, _ = mean_interval(series, usual_sd=usual_sd, usual_freedom=usual_freedom)
    return float(half / student.ppf(0.975, series.size - 1.0 + usual_freedom))


def assert_terms(estimate: Estimate, wanted: Mapping[str, tuple[float, float]]) -> None:
    found = terms(estimate)
    assert found.keys() == wanted.keys()
    for name, numbers in wanted.items():
        assert found[name] == pytest.approx(numbers, abs=2e-4), name


def test_a_range_is_that_of_the_slow_part_and_what_it_lacks() -> None:
    estimate = estimates(
        (definition_of(RANGE),),
        {RANGE: of_strides(12.5 + SPREAD, np.array([50.0, 60.0, 70.0]))},
        {(RANGE, "body"): 12.5},
        pelvic_axial_rotation=5.0 * np.sin(PHASE),
    )[RANGE, "body"]
    assert estimate.value == pytest.approx(10.15, abs=1e-4)
    assert_terms(
        estimate,
        {
            "fast motion": (hypot(0.1, 2.35 / sqrt(3.0)), inf),
            "gyroscope scale": (0.005 * 10.15, inf),
            "fusion": (FUSION, inf),
            "strides": (standard_of(np.full(4, 10.0), 0.11 * 10.15, 10.0), 13.0),
        },
    )


def test_what_markers_would_show_adds_how_people_differ() -> None:
    estimate = estimates(
        (definition_of(OPTICAL),),
        {OPTICAL: of_strides(np.full(4, 10.15))},
        {(OPTICAL, "body"): 10.15},
        pelvic_axial_rotation=5.0 * np.sin(PHASE),
        thigh_extension_r=np.zeros(TIME_S.size),
        thigh_extension_l=np.zeros(TIME_S.size),
    )[OPTICAL, "body"]
    found = terms(estimate)
    assert found["markers"] == pytest.approx((4.1 / student.ppf(0.975, 6), 6.0))
    assert found["fast motion"] == pytest.approx((0.1, inf), abs=1e-4)  # as fast as what it lacks


def test_of_a_peak_half_is_lacking_and_sides_are_those_of_their_strides() -> None:
    # largest at 0.45 s, half of the right strides; least at 0.7 s, 60 % of the left ones
    up = 1.0 + 4.0 * np.cos(PHASE - 2.0 * np.pi * 0.45 / STRIDE_S)
    found = estimates(
        (definition_of(DROP),),
        {DROP: of_strides(8.0 + SPREAD, np.array([2.4, 2.5, 2.6]))},
        {(DROP, "right"): 8.0, (DROP, "left"): 2.5},
        pelvic_obliquity=up,
    )
    right, left = found[DROP, "right"], found[DROP, "left"]
    assert (right.value, left.value) == pytest.approx((5.075, 3.075), abs=1e-3)
    fast = hypot(0.05, (8.0 - 5.0 - 0.075) / sqrt(3.0))
    for estimate, size in ((right, fast), (left, 0.05)):
        shown = terms(estimate)
        assert shown.pop("strides", (0.0, 0.0))[0] < 1e-3  # all strides are alike
        assert shown.keys() == {"fast motion", "fusion"}
        assert shown["fast motion"] == pytest.approx((size, inf), abs=1e-3)
    apart = found[DROP, "right minus left"]
    assert apart.value == pytest.approx(2.0, abs=2e-3)
    assert terms(apart)["fast motion"] == pytest.approx((hypot(fast, 0.05), inf), abs=1e-3)
    assert terms(apart)["fusion"] == pytest.approx((FUSION * sqrt(2.0), inf))


def test_an_angle_at_an_instant_keeps_its_mean_and_doubts_what_is_fast() -> None:
    values = of_strides(2.0 + SPREAD, np.array([1.0, 2.0, 6.0]))
    values[1] = nan
    kept = (2.0 + SPREAD)[[0, 2, 3]]
    found = estimates(
        (definition_of(TILT),),
        {TILT: values},
        {(TILT, "right"): kept.mean(), (TILT, "left"): 3.0},
        pelvic_anterior_tilt=np.full(TIME_S.size, 7.0),
    )
    right, left = found[TILT, "right"], found[TILT, "left"]
    assert (right.value, left.value) == pytest.approx((kept.mean(), 3.0))
    for estimate, series in ((right, kept), (left, np.array([1.0, 2.0, 6.0]))):
        assert_terms(
            estimate,
            {
                "fast motion": ((7.0 - series.mean()) / sqrt(3.0), inf),
                "fusion": (FUSION, inf),
                "strides": (standard_of(series), 2.0),
            },
        )


@pytest.mark.parametrize(
    ("values", "mean", "unwrapped"),
    [
        ((350.0, 10.0, 30.0, 330.0), 0.0, (-10.0, 10.0, 30.0, -30.0)),
        ((330.0, 10.0, 350.0, 355.0), 350.0, (-20.0, 20.0, 0.0, 5.0)),
        ((80.0, 100.0, 90.0, 97.0), 90.0, (-10.0, 10.0, 0.0, 7.0)),
        ((0.5, 359.5, 180.0, 180.0), 180.0, (-179.5, 179.5, 0.0, 0.0)),
    ],
)
def test_a_phase_is_spread_on_its_circle_and_has_no_term_of_angles(
    values: tuple[float, ...], mean: float, unwrapped: tuple[float, ...]
) -> None:
    estimate = estimates(
        (definition_of(PHASE_LAG),),
        {PHASE_LAG: of_strides(np.array(values))},
        {(PHASE_LAG, "body"): mean},
        pelvic_axial_rotation=5.0 * np.sin(PHASE),
        trunk_axial_rotation=5.0 * np.cos(PHASE),
    )[PHASE_LAG, "body"]
    assert estimate.value == mean
    assert_terms(estimate, {"strides": (standard_of(np.array(unwrapped)), 3.0)})


def test_a_length_of_the_model_has_its_size_and_no_degrees_of_fusion() -> None:
    found = estimates(
        (definition_of(STEP),),
        {STEP: of_strides(np.full(4, -20.0), np.full(3, 15.0))},
        {(STEP, "right"): -20.0, (STEP, "left"): 15.0},
        pelvic_axial_rotation=np.full(TIME_S.size, 6.0),  # no step at all
    )
    for side, mm in (("right", 20.0), ("left", 15.0)):
        wanted = {"size": (0.08 * mm, inf), "fast motion": (mm / sqrt(3.0), inf)}
        assert_terms(found[STEP, side], wanted)
    apart = found[STEP, "right minus left"]  # -20 - 15: as large a part of it is unsure
    assert_terms(apart, {"size": (0.08 * 35.0, inf), "fast motion": (25.0 / sqrt(3.0), inf)})


def contact_time(error: float, own: bool = True) -> MeasureDefinition:
    return replace(definition_of(CONTACT), error=error, own_error=own)


def test_contact_times_have_the_error_of_their_methods_and_three_strides_are_enough() -> None:
    values = of_strides(np.array([0.20, nan, 0.22, nan]), np.array([0.3, 0.31, 0.33]))
    means: dict[tuple[str, Side], float] = {(CONTACT, "right"): 0.21, (CONTACT, "left"): 0.31}
    found = estimates((contact_time(0.011),), {CONTACT: values}, means)
    assert_terms(found[CONTACT, "right"], {"events": (0.011, 6.0)})
    spread = standard_of(values[LEFT])
    assert_terms(found[CONTACT, "left"], {"events": (0.011, 6.0), "strides": (spread, 2.0)})
    other = estimates((contact_time(0.011, own=False),), {CONTACT: values}, means)
    assert_terms(other[CONTACT, "left"], {"strides": (spread, 2.0)})


def test_changes_count_by_their_size_and_between_sides_with_their_sign(
    stated: list[Change],
) -> None:
    at = {(TILT, "right"): -1.0, (TILT, "left"): 0.5, (CONTACT, "right"): nan}
    one_sided = {(TILT, "right"): 4.0}
    stated += [Change("pose", 3.0, inf, at, {}), Change("events", 2.0, 6.0, one_sided, {})]
    found = estimates(
        (definition_of(TILT), contact_time(nan)),
        {TILT: of_strides(np.full(4, 7.0)), CONTACT: of_strides(np.full(4, 0.2))},
        {
            (TILT, "right"): 7.0,
            (TILT, "left"): 7.0,
            (CONTACT, "right"): 0.2,
        },
        pelvic_anterior_tilt=np.full(TIME_S.size, 7.0),
    )
    fusion = (FUSION, inf)
    assert_terms(found[TILT, "right"], {"pose": (3.0, inf), "events": (8.0, 6.0), "fusion": fusion})
    assert_terms(found[TILT, "left"], {"pose": (1.5, inf), "fusion": fusion})
    apart = found[TILT, "right minus left"]
    assert_terms(apart, {"pose": (4.5, inf), "fusion": (FUSION * sqrt(2.0), inf)})
    assert list(found) == [
        (TILT, "right"),
        (TILT, "left"),
        (CONTACT, "right"),
        (TILT, "right minus left"),
    ]
    assert found[CONTACT, "right"].terms == ()


def test_a_side_alone_has_no_difference() -> None:
    values = {TILT: of_strides(np.full(4, 7.0))}
    found = estimates(
        (definition_of(TILT),),
        values,
        {(TILT, "left"): 7.0},
        pelvic_anterior_tilt=np.full(TIME_S.size, 7.0),
    )
    assert list(found) == [(TILT, "left")]
