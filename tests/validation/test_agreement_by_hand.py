"""Agreement of a pair of motions written by hand: sides, signs, times and what is repeated."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import notice
from opensim_pelvis.validation.agreement import (
    AngleAgreement,
    StrideAgreement,
    measure_agreement,
)
from opensim_pelvis.validation.alignment import Pair
from opensim_pelvis.validation.foot_events import StrideSpan
from opensim_pelvis.validation.reference_motion import joint_angles

TIME_S: Final = np.arange(6001) / 1000.0
LEFT: Final = tuple(StrideSpan(side="left", start_s=0.5 + i, end_s=1.5 + i) for i in range(4))
RIGHT: Final = tuple(
    StrideSpan(side="right", start_s=0.8 * i, end_s=0.8 * (i + 1)) for i in range(5)
)
SHORT: Final = tuple(
    StrideSpan(side="right", start_s=0.5 * i, end_s=0.5 * (i + 1)) for i in range(3)
)
OUTSIDE: Final = (
    StrideSpan(side="right", start_s=-0.1, end_s=0.7),
    StrideSpan(side="right", start_s=5.3, end_s=6.1),
)


def sine(amplitude: float, period_s: float, later_s: float = 0.0, level: float = 0.0) -> FloatArray:
    return level + amplitude * np.sin(2.0 * np.pi * (TIME_S - later_s) / period_s)


def pair(
    estimate_deg: dict[str, FloatArray], reference_deg: dict[str, FloatArray], **changes: Any
) -> Pair:
    values: dict[str, Any] = {
        "time_s": TIME_S,
        "rate_hz": 1000.0,
        "estimate": {},
        "reference": {},
        "estimate_coordinates": {k: np.deg2rad(v) for k, v in estimate_deg.items()},
        "reference_coordinates": {k: np.deg2rad(v) for k, v in reference_deg.items()},
        "strides": LEFT + RIGHT + OUTSIDE,
        "heading_rad": 0.3,
        "heading_source": notice("aligned.no_body"),
        "body_offsets_deg": {},
        "body_offset_source": notice("aligned.offset_none"),
        **changes,
    }
    return Pair(**values)


def compared(
    estimate: FloatArray, reference: FloatArray, name: str = "knee_angle_r", **changes: Any
) -> AngleAgreement:
    found = measure_agreement(pair({name: estimate}, {name: reference}, **changes), surface=None)
    return found.angles[0]


def of(found: AngleAgreement, value: str) -> StrideAgreement:
    return next(s for s in found.strides if s.value == value)


def test_differences_are_estimate_minus_reference_in_degrees() -> None:
    found = compared(sine(9.0, 0.8, 0.0, 12.0), sine(7.0, 0.8, 0.0, 10.5))
    wanted = {"range": (18.0, 14.0), "maximum": (21.0, 17.5), "minimum": (3.0, 3.5)}
    for value, (estimate, reference) in wanted.items():
        stride = of(found, value)
        np.testing.assert_allclose(stride.estimate_deg, estimate, atol=1e-3)
        np.testing.assert_allclose(stride.reference_deg, reference, atol=1e-3)
        assert stride.limits.bias == pytest.approx(estimate - reference, abs=1e-3)
    assert of(found, "mean").limits.bias == pytest.approx(1.5, abs=1e-3)
    assert [s.value for s in found.strides] == ["range", "maximum", "minimum", "mean"]


@pytest.mark.parametrize(
    ("name", "period_s", "strides"),
    [("knee_angle_l", 1.0, 4), ("knee_angle_r", 0.8, 5), ("pelvis_tilt", 0.8, 5)],
)
def test_each_side_has_its_own_strides_and_the_body_those_of_the_right(
    name: str, period_s: float, strides: int
) -> None:
    """A later estimate has a positive error of time, in seconds of its stride."""
    found = compared(sine(5.0, period_s, 0.04 * period_s), sine(5.0, period_s), name)
    assert found.normalised.shape == (strides, 2, 101)
    for value in ("maximum", "minimum"):
        np.testing.assert_allclose(of(found, value).time_error_s, 0.04 * period_s, atol=1e-9)
    for value in ("range", "mean"):
        assert np.isnan(of(found, value).time_error_s).all()


def test_peaks_on_either_side_of_the_start_of_the_stride_are_near() -> None:
    """The reference has its peak at 98 % of a stride, the estimate at 2 % of the next."""
    found = compared(sine(5.0, 0.8, 0.8 * 0.77), sine(5.0, 0.8, 0.8 * 0.73))
    np.testing.assert_allclose(of(found, "maximum").time_error_s, 0.04 * 0.8, atol=1e-9)


def test_strides_that_one_system_did_not_see_wholly_do_not_count() -> None:
    estimate = sine(5.0, 0.8)
    estimate[1000:1010] = np.nan
    found = compared(estimate, sine(5.0, 0.8))
    assert found.normalised.shape[0] == 4
    assert found.curve.samples == TIME_S.size - 10
    estimate[100:110] = estimate[2000:2010] = np.nan
    assert compared(estimate, sine(5.0, 0.8)).strides == ()
    table = measure_agreement(
        pair({"a_r": estimate}, {"a_r": estimate}, strides=LEFT + RIGHT + OUTSIDE), surface=None
    )
    assert table.strides == 9


def test_three_strides_are_enough_and_each_has_its_values() -> None:
    """Of three strides the last ends with the last sample."""
    spans = tuple(
        StrideSpan(side="right", start_s=0.75 * i, end_s=0.75 * (i + 1)) for i in (5, 6, 7)
    )
    assert spans[-1].end_s == TIME_S[-1]
    found = compared(sine(5.0, 0.75), sine(4.0, 0.75), strides=spans)
    assert len(found.strides) == 4
    for stride in found.strides:
        sizes = (stride.estimate_deg.size, stride.reference_deg.size, stride.time_error_s.size)
        assert sizes == (3, 3, 3), stride.value
    assert compared(sine(5.0, 0.75), sine(4.0, 0.75), strides=spans[1:]).strides == ()


def test_whole_turns_between_systems_are_no_difference() -> None:
    for turns in (-2.0, 1.0):
        found = compared(sine(5.0, 0.8) + 1.0 + 360.0 * turns, sine(5.0, 0.8))
        assert found.curve.bias == pytest.approx(1.0)


def test_too_few_samples_leave_an_angle_out() -> None:
    estimate = np.full(TIME_S.size, np.nan)
    estimate[:9] = 1.0
    table = measure_agreement(pair({"a": estimate}, {"a": sine(5.0, 0.8)}), surface=None)
    assert table.angles == ()
    assert set(table.absent) == {"a"}
    estimate[:10] = np.arange(10.0)
    table = measure_agreement(pair({"a": estimate}, {"a": sine(5.0, 0.8)}), surface=None)
    assert not table.absent


@pytest.mark.parametrize(
    ("strides", "groups"),
    [
        ((), 7),  # seconds, the last of which is one sample
        (LEFT + RIGHT[:2], 7),
        (RIGHT, 7),  # five strides to 4.0 s, and two seconds
        (RIGHT[1:4], 7),  # 0.8 s, three strides, and 2.8 s in three parts
        (SHORT, 8),  # three strides to 1.5 s, and 4.5 s in five parts
        (SHORT[:2], 7),
    ],
)
def test_samples_of_a_stride_or_a_second_are_repeated_measures(
    strides: tuple[StrideSpan, ...], groups: int
) -> None:
    found = compared(sine(5.0, 0.8) + 0.1 * TIME_S, sine(5.0, 0.8), strides=strides)
    assert found.limits is not None
    assert found.limits.subjects == groups
    assert found.limits.values == TIME_S.size


def test_the_bias_of_samples_weighs_each_stride_alike() -> None:
    """Six strides of 1 s that differ by 0 to 5 degrees."""
    strides = tuple(StrideSpan(side="right", start_s=float(i), end_s=i + 1.0) for i in range(6))
    difference = np.floor(TIME_S)
    difference[-1] = 5.0
    found = compared(sine(5.0, 0.8) + difference, sine(5.0, 0.8), strides=strides)
    assert found.limits is not None
    assert found.limits.subjects == 6
    assert found.limits.bias == pytest.approx(2.5)
    assert found.limits.sd_between == pytest.approx(np.sqrt(3.5), rel=1e-3)


def held(turn: Rotation) -> FloatArray:
    """Return a body that keeps its orientation."""
    return np.tile(turn.as_quat()[[3, 0, 1, 2]], (TIME_S.size, 1))


def turned_to(heading_deg: float, order: str, *degrees: float) -> FloatArray:
    turn = Rotation.from_euler("Y", heading_deg, degrees=True)
    return held(turn * Rotation.from_euler(order, degrees, degrees=True))


def test_both_systems_are_read_against_one_direction_of_travel() -> None:
    bodies = {
        "estimate": {"pelvis": turned_to(30.0, "YXZ", 12.0, -3.0, -5.0)},
        "reference": {"pelvis": turned_to(30.0, "YXZ", 8.0, 1.0, -7.0)},
        "heading_rad": np.deg2rad(30.0),
    }
    table = measure_agreement(pair({}, {}, **bodies), surface="treadmill")
    found = {a.name: (a.estimate_deg[0], a.reference_deg[0]) for a in table.angles}
    assert found["pelvic_axial_rotation"] == pytest.approx((12.0, 8.0))
    assert found["pelvic_obliquity"] == pytest.approx((3.0, -1.0))
    assert found["pelvic_anterior_tilt"] == pytest.approx((5.0, 7.0))
    free = measure_agreement(pair({}, {}, **bodies), surface="overground")
    rotation = next(a for a in free.angles if a.name == "pelvic_axial_rotation")
    # the reference's own heading is forward: what is left is the turn between the two
    assert rotation.curve.bias == pytest.approx(4.0)
    unknown = {**bodies, "heading_rad": float("nan")}
    fixed = measure_agreement(pair({}, {}, **unknown), surface=None)
    rotation = next(a for a in fixed.angles if a.name == "pelvic_axial_rotation")
    assert rotation.estimate_deg[0] == pytest.approx(42.0)


def test_hip_and_lumbar_angles_have_opensims_order_and_signs_on_both_sides() -> None:
    """Turns of the child about z, x and y; on the left adduction and rotation are mirrored."""
    pelvis = Rotation.from_euler("ZXY", [-15.0, 4.0, 20.0], degrees=True)
    bodies = {"pelvis": held(pelvis)}
    for body, turns in (
        ("torso", (9.0, -2.0, 6.0)),
        ("femur_r", (30.0, 8.0, -5.0)),
        ("femur_l", (25.0, 7.0, -4.0)),
    ):
        bodies[body] = held(pelvis * Rotation.from_euler("ZXY", turns, degrees=True))
    found = {name: float(np.rad2deg(v[0])) for name, v in joint_angles(bodies).items()}
    assert found == pytest.approx(
        {
            "lumbar_extension": 9.0, "lumbar_bending": -2.0, "lumbar_rotation": 6.0,
            "hip_flexion_r": 30.0, "hip_adduction_r": 8.0, "hip_rotation_r": -5.0,
            "hip_flexion_l": 25.0, "hip_adduction_l": -7.0, "hip_rotation_l": 4.0,
        }
    )  # fmt: skip


def test_curves_a_constant_apart_have_the_multiple_correlation_of_one_stride() -> None:
    """Sines of 5, 2 apart: 2 about the frames' means, 2702/201 about the stride's."""
    found = compared(sine(5.0, 0.8) + 2.0, sine(5.0, 0.8))
    assert found.cmc == pytest.approx(np.sqrt(1.0 - 2.0 / (2702.0 / 201.0)), abs=1e-4)


def test_the_map_of_the_stride_finds_where_the_estimate_is_off() -> None:
    """From 60 to 80 % of each right stride, by more and less than 6 degrees."""
    pytest.importorskip("spm1d")
    part = (TIME_S / 0.8) % 1.0
    bump = np.where(abs(part - 0.7) < 0.1, 1.0 + np.cos((part - 0.7) * np.pi / 0.1), 0.0)
    drift = 0.3 * np.sin(2.0 * np.pi * TIME_S / 1.7)
    reference = sine(5.0, 0.8) + sine(0.5, 2.3)
    found = compared(reference + 3.0 * bump + drift, reference).map
    assert found is not None
    assert found.pairs == 5
    assert found.largest > found.threshold > 0.0
    assert len(found.differs) == 1
    start, end, p = found.differs[0]
    assert 60.0 <= start < 70.0 < end <= 80.0
    assert p < 0.05
