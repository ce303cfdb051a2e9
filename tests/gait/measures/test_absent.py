"""What is not there leaves a measure absent, with its reason, or one stride of it unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pytest

from opensim_pelvis.gait.measures.compute import MEASURES
from opensim_pelvis.gait.measures.stride_data import AbsentError, StrideData
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from tests.gait.measures.hand_made import STRIDES, TIME_S, curve, ramp, stride_data, turned

BODIES: Final = ("pelvis", "tibia_r", "tibia_l", "femur_r", "femur_l", "calcn_r", "calcn_l")
NONE: Final = np.full(2, np.nan)

AT_CONTACT: Final = {
    name
    for name in MEASURES
    if name.endswith(("_at_contact_deg", "_at_contact_m", "_at_toe_off_deg", "_from_contact_deg"))
} | {
    "pelvic_drop_deg",
    "pelvic_step_mm",
    "step_time_s",
    "contact_time_s",
    "flight_time_s",
    "duty_factor_ratio",
}

TO_TOE_OFF: Final = {
    name for name in MEASURES if name.endswith("_at_toe_off_deg") or name.startswith("pelvic_drop")
} | {"pelvic_step_mm", "contact_time_s", "flight_time_s", "duty_factor_ratio"}

OF_OTHER_LEG: Final = {"step_time_s", "flight_time_s"}
OPTICAL: Final = "pelvic_rotation_range_optical_deg"
THIGHS: Final = {name for name in MEASURES if "thigh" in name}
HIPS: Final = {name for name in MEASURES if name.startswith("hip_extension")}


def whole(
    without: tuple[str, ...] = (), speed: bool = True, bodies: tuple[str, ...] = BODIES, **at: Any
) -> StrideData:
    """Return data from which every measure can be computed, without the angles named."""
    line = curve(ramp(3.0, 20.0), ramp(5.0, 30.0))
    names = [d.name for d in DEFINITIONS] + ["hip_flexion_r", "hip_flexion_l"]
    pose = turned("ZXY", line, line, line)
    data = stride_data(
        {name: line for name in names if name not in without},
        R_GB=dict.fromkeys(bodies, pose),
        speed_mps=np.array([3.0, 3.5]) if speed else None,
    )
    return replace(data, strides=replace(STRIDES, **at), cache={})


def absent(data: StrideData) -> dict[str, str]:
    """Return measure to the code of the reason why it is absent."""
    found = {}
    for name, (_, compute) in MEASURES.items():
        try:
            compute(data)
        except AbsentError as reason:
            found[name] = reason.why.code
    return found


@pytest.mark.parametrize(
    ("changes", "names", "code"),
    [
        ({}, set(), ""),
        ({"kind": "cycle"}, AT_CONTACT, "absent.no_contact"),
        ({"toe_off_s": NONE}, TO_TOE_OFF, "absent.no_toe_off"),
        ({"opposite_contact_s": NONE}, OF_OTHER_LEG, "absent.no_other_leg"),
        ({"mean_known": False}, {"pelvic_rotation_mean_deg"}, "absent.no_direction"),
        ({"speed": False}, {"speed_mps", "stride_length_m"}, "absent.no_speed"),
        (
            {"bodies": BODIES[1:]},
            {name for name in MEASURES if name.startswith("opensim_pelvis")},
            "absent.pelvis",
        ),
        ({"bodies": (*BODIES[:1], *BODIES[3:])}, {"shank_angle_at_contact_deg"}, "absent.shank"),
        ({"bodies": BODIES[:5]}, {"heel_ahead_at_contact_m"}, "absent.foot"),
        (
            {"without": ("hip_flexion_r", "hip_flexion_l")},
            HIPS,
            "absent.angle_of_either_side",
        ),
    ],
)
def test_a_measure_is_absent_for_its_reason_and_all_others_are_there(
    changes: dict[str, Any], names: set[str], code: str
) -> None:
    assert absent(whole(**changes)) == dict.fromkeys(names, code)


def test_without_thighs_their_angles_and_what_markers_would_show_are_absent() -> None:
    right, left = "thigh_extension_r", "thigh_extension_l"
    of_thighs = dict.fromkeys(THIGHS, "absent.angle_of_either_side")
    assert absent(whole(without=(right, left))) == of_thighs | {OPTICAL: "absent.angle"}
    for one in (right, left):
        assert absent(whole(without=(one,))) == {OPTICAL: "absent.angle"}


def test_without_hips_there_is_no_distance_between_them() -> None:
    assert absent(whole(bodies=(*BODIES[:3], *BODIES[5:]))) == {
        "pelvic_step_mm": "absent.hips",
        "heel_ahead_at_contact_m": "absent.foot",
    }


def test_what_markers_would_show_needs_the_activity() -> None:
    for gait, code in (("walking", "absent.not_as_markers"), (None, "absent.activity_unknown")):
        assert absent(replace(whole(), gait=gait)) == {OPTICAL: code}


def test_events_of_one_side_leave_the_other_unknown() -> None:
    """The left toe-off and the right contact of the other leg are not known."""
    data = whole(toe_off_s=np.array([1.2, np.nan]), opposite_contact_s=np.array([np.nan, 2.7]))
    assert absent(data) == {}
    for name in TO_TOE_OFF - {"flight_time_s"}:
        assert np.isfinite(MEASURES[name][1](data)).tolist() == [True, False], name
    assert np.isfinite(MEASURES["step_time_s"][1](data)).tolist() == [False, True]


def test_one_missing_sample_of_a_stride_leaves_what_needs_the_whole_stride_unknown() -> None:
    data = whole()
    for values in data.angles.values():
        values[TIME_S.searchsorted(1.5)] = np.nan
    for name in (
        "pelvic_rotation_range_deg",
        "pelvic_rotation_mean_deg",
        "pelvic_tilt_mean_deg",
        "thigh_extension_peak_deg",
        "hip_extension_peak_deg",
        "pelvic_tilt_at_thigh_extension_deg",
        "hip_extension_at_thigh_extension_deg",
        "pelvis_trunk_range_deg",
    ):
        assert np.isfinite(MEASURES[name][1](data)).tolist() == [False, True], name
    assert np.isfinite(MEASURES["pelvic_drop_deg"][1](data)).all(), "the stance is whole"


def test_an_instant_outside_the_recording_has_no_value() -> None:
    data = whole(start_s=np.array([-0.1, 2.0]), toe_off_s=np.array([1.2, 9.0]))
    for name, known in (
        ("pelvic_tilt_at_contact_deg", [False, True]),
        ("pelvic_tilt_at_toe_off_deg", [True, False]),
    ):
        assert np.isfinite(MEASURES[name][1](data)).tolist() == known
