"""The row of each sensor and the notes, of findings that are written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.calibration.heading.combine import Combined
from opensim_pelvis.calibration.heading.drift import Drift
from opensim_pelvis.calibration.heading.report import report, tie_notes
from opensim_pelvis.calibration.heading.swing import Swing
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import Heading
from tests.calibration.heading.by_hand import UPRIGHT, recorded
from tests.notices import coded, codes

BODIES = ("torso", "pelvis", "femur_r")
NAN, INF = float("nan"), float("inf")
FORWARD = Heading(
    heading_rad=np.full(3, 3.0),
    method="axis",
    tilt_rad=0.0,
    confidence="given",
    description=notice("forward.axis", axis="x", sensor="pelvis_imu"),
    notes=(notice("heading.from_swing"),),
)
NO_DRIFT = Drift(None, 0.0, notice("drift.not_asked"))


def told(
    *,
    forward: Heading = FORWARD,
    offset: Sequence[float] = (0.0, 0.0, 0.0),
    sigma: Sequence[float] = (0.05, 0.0, 0.05),
    tau: float = 0.0,
    weight: Sequence[float] = (0.0, 0.0, 0.0),
    swings: Mapping[int, Swing] | None = None,
    joints: Mapping[int, tuple[float, float]] | None = None,
    drift: Drift = NO_DRIFT,
    ties: Mapping[str, float] | None = None,
    mounted: Sequence[str] = (),
    samples: int = 91,
) -> Heading:
    """Of three sensors, the second of which is the base, at 50 Hz for 1.8 s."""
    aligned = recorded(dict.fromkeys(BODIES, np.tile(UPRIGHT, (samples, 1))), 50.0)
    found = Combined(np.array(offset), np.array(sigma), tau, np.array(weight))
    return report(
        aligned,
        forward,
        found,
        swings or {},
        joints or {},
        drift,
        base=1,
        ties_rad=ties or {},
        mounted=mounted,
    )


def facing(away_rad: float, ratio: float = 9.0) -> Swing:
    """A plane of swing so far from the common heading of 3 rad."""
    return Swing(3.0 + away_rad, ratio, 1.0, 0.07)


def told_of(note: Notice, name: str) -> Any:
    return note.values[name]


def test_headings_are_the_common_one_and_the_offset_within_half_a_turn() -> None:
    found = told(offset=(0.5, 0.0, -0.25), sigma=(0.1, 0.0, 0.2), weight=(0.3, 0.0, 0.9))
    np.testing.assert_allclose(found.heading_rad, [3.5 - 2.0 * np.pi, 3.0, 2.75])
    rows = found.sensors
    assert [row.sensor for row in rows] == ["torso_imu", "pelvis_imu", "femur_r_imu"]
    assert [row.offset_rad for row in rows] == [0.5, 0.0, -0.25]
    assert [row.sigma_rad for row in rows] == [0.1, 0.0, 0.2]
    assert [row.own_weight for row in rows] == [0.3, 0.0, 0.9]
    assert [row.drift_rad for row in rows] == [0.0, 0.0, 0.0]
    assert [row.ties_rad for row in rows] == [0.0, 0.0, 0.0]
    assert np.isnan([[row.swing_rad, row.joint_rad, row.joint_sigma_rad] for row in rows]).all()
    assert codes(found.notes) == ["heading.from_swing"]


def test_a_row_has_what_swing_and_joint_told() -> None:
    rows = told(swings={2: facing(0.1)}, joints={0: (0.2, 0.11)}).sensors
    assert rows[2].swing_rad == pytest.approx(0.1)
    assert (rows[2].swing_sigma_rad, rows[2].swing_ratio) == (0.07, 9.0)
    assert (rows[0].joint_rad, rows[0].joint_sigma_rad) == (0.2, 0.11)
    assert np.isnan([rows[2].joint_rad, rows[0].swing_rad, rows[0].swing_ratio]).all()


@pytest.mark.parametrize(
    ("away_rad", "tau", "wanted"),
    [
        (0.4, 0.1, 0.4),
        (-1.5, 0.1, -1.5),
        (1.7, 0.1, 1.7 - np.pi),  # the other side of the same plane
        (3.0, 0.1, 3.0 - np.pi),
        (-2.0, 0.1, np.pi - 2.0),
        (1.7, INF, 1.7),
        (4.0, INF, 4.0 - 2.0 * np.pi),
    ],
)
def test_a_plane_has_the_side_of_the_common_heading_where_north_is_shared(
    away_rad: float, tau: float, wanted: float
) -> None:
    assert told(swings={2: facing(away_rad)}, tau=tau).sensors[2].swing_rad == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("weight", "code"),
    [
        (0.009, "facing.common"),
        (0.01, "facing.common"),
        (0.011, "facing.shared"),
        (0.989, "facing.shared"),
        (0.99, "facing.shared"),
        (0.991, "facing.own_motion"),
    ],
)
def test_a_source_is_shared_between_1_and_99_percent(weight: float, code: str) -> None:
    found = told(weight=(0.0, 0.0, weight), swings={2: facing(0.0)}).sensors[2].source
    assert found.code == code
    if code == "facing.shared":
        assert codes(told_of(found, "ways")) == ["facing.own_motion"]
        assert told_of(found, "weight") == weight


@pytest.mark.parametrize(
    ("sigma", "code"), [(0.5, "common"), (INF, "nothing"), (NAN, "common_untested")]
)
def test_without_anything_of_its_own_a_sensor_has_the_common_heading(
    sigma: float, code: str
) -> None:
    assert told(sigma=(sigma, 0.0, 0.1)).sensors[0].source.code == f"facing.{code}"


def test_a_source_names_mounting_and_motion() -> None:
    """Own motion is a plane, a joint, or a weight that no mounting explains."""
    all_own = (1.0, 1.0, 1.0)
    rows = told(weight=all_own, mounted=("torso_imu", "pelvis_imu")).sensors
    assert codes(row.source for row in rows) == [
        "facing.known_mounting",
        "facing.axis",
        "facing.own_motion",
    ]
    for ways in ({"swings": {0: facing(0.0)}}, {"joints": {0: (0.0, 0.1)}}):
        both = told(weight=all_own, mounted=("torso_imu",), **ways)  # type: ignore[arg-type]
        source = both.sensors[0].source
        assert source.code == "facing.several"
        named = codes(told_of(source, "ways"))
        assert named == ["facing.known_mounting", "facing.own_motion"]


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("swing", "facing.swing"),
        ("mounting", "facing.mounting"),
        ("sacral slope", "facing.sacral_slope"),
    ],
)
def test_the_base_faces_by_what_was_taken_as_forward(method: str, code: str) -> None:
    forward = replace(FORWARD, method=method)  # type: ignore[arg-type]
    assert told(forward=forward, sigma=(0.1, 0.1, 0.1)).sensors[1].source.code == code


def test_verdicts_of_standard_deviations() -> None:
    seven = float(np.deg2rad(7.0))
    rows = told(sigma=(seven, np.deg2rad(6.9), np.deg2rad(7.1))).sensors
    assert [row.verdict for row in rows] == ["good", "good", "doubtful"]
    rows = told(sigma=(NAN, 0.0, INF)).sensors
    assert [row.verdict for row in rows] == ["untested", "good", "unknown"]
    doubted = told(forward=replace(FORWARD, confidence="doubtful")).sensors
    assert [row.verdict for row in doubted] == ["good", "doubtful", "good"]


def test_ties_add_to_the_standard_deviation_and_are_noted() -> None:
    found = told(sigma=(0.03, 0.0, 0.05), ties={"torso_imu": 0.04, "pelvis_imu": 0.0})
    assert [row.sigma_rad for row in found.sensors] == pytest.approx([0.05, 0.0, 0.05])
    assert [row.ties_rad for row in found.sensors] == [0.04, 0.0, 0.0]
    (note,) = coded(found.notes, "heading.tied")
    assert note.subject == ("torso_imu",)
    assert told_of(note, "error_deg") == {"torso_imu": pytest.approx(np.rad2deg(0.04))}
    assert tie_notes({}) == []
    assert tie_notes({"torso_imu": 0.0}) == []


@pytest.mark.parametrize(
    ("method", "code"),
    [("axis", "heading.planes_apart_or_axis"), ("mounting", "heading.planes_apart")],
)
def test_planes_more_than_10_degrees_from_the_common_heading_are_noted(
    method: str, code: str
) -> None:
    ten = np.deg2rad(10.0)
    swings = {0: facing(ten + 0.002), 1: facing(-ten - 0.002), 2: facing(0.002 - ten)}
    found = told(forward=replace(FORWARD, method=method), swings=swings)  # type: ignore[arg-type]
    (note,) = coded(found.notes, code)
    assert note.subject == ("torso_imu", "pelvis_imu")
    away = np.rad2deg(ten + 0.002)
    assert told_of(note, "away_deg") == pytest.approx({"torso_imu": away, "pelvis_imu": -away})
    assert codes(told(swings={2: facing(0.002 - ten)}).notes) == ["heading.from_swing"]


def test_no_north_is_noted_of_several_sensors_with_those_that_are_unknown() -> None:
    found = told(tau=INF, sigma=(INF, 0.0, INF), swings={2: facing(1.0)})
    assert codes(found.notes) == ["heading.from_swing", "heading.no_north", "heading.unknown"]
    assert found.notes[2].subject == ("torso_imu", "femur_r_imu")
    for count in (1, 2):
        bodies = ("pelvis", "torso")[:count]
        few = report(
            recorded(dict.fromkeys(bodies, np.tile(UPRIGHT, (2, 1))), 50.0),
            replace(FORWARD, heading_rad=np.full(count, 3.0)),
            Combined(np.zeros(count), np.zeros(count), INF, np.zeros(count)),
            {},
            {},
            NO_DRIFT,
            base=0,
            ties_rad={},
        )
        assert codes(few.notes) == ["heading.from_swing", "heading.no_north"][:count]


@pytest.mark.parametrize(("samples", "span_s"), [(91, 1.8), (1, 0.02)])
def test_drift_is_noted_with_its_range_and_the_length_of_the_recording(
    samples: int, span_s: float
) -> None:
    drift = np.zeros((91, 3))
    drift[:, 0] = np.linspace(-0.1, 0.3, 91)
    drift[:, 2] = 0.5  # a constant turns nothing
    sigma = np.array([0.02, 0.01, np.nan])
    found = told(drift=Drift(drift, 60.0, notice("drift.not_asked"), sigma), samples=samples)
    assert [row.drift_rad for row in found.sensors] == pytest.approx([0.4, 0.0, 0.0])
    (note,) = coded(found.notes, "heading.drift_removed")
    assert note.subject == ("torso_imu",)
    assert told_of(note, "turned_deg") == pytest.approx({"torso_imu": np.rad2deg(0.4)})
    assert told_of(note, "error_deg") == pytest.approx({"torso_imu": np.rad2deg(0.02)})
    assert told_of(note, "span_min") == pytest.approx(span_s / 60.0)
    assert found.drift_rad is drift
    errors = [row.drift_sigma_rad for row in found.sensors]
    np.testing.assert_array_equal(errors, sigma)
    without = [row.sigma_rad for row in told(samples=samples).sensors]
    wanted = np.hypot(without, np.nan_to_num(sigma))
    np.testing.assert_allclose([row.sigma_rad for row in found.sensors], wanted)
    assert all(np.isnan(row.drift_sigma_rad) for row in told(samples=samples).sensors)
