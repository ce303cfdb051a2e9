"""Verdicts of placements whose tilts and headings are written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.calibration.verdict import (
    KnownMountings,
    Source,
    judge_placement,
    require_fitting,
)
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.notices import notice
from opensim_pelvis.types import Heading, Placement, SensorHeading
from tests.calibration.heading.by_hand import UPRIGHT, stood
from tests.notices import coded, codes

NAN = float("nan")
SENSORS = ("torso_imu", "pelvis_imu")
COMMON_RAD = 2.8


def row(sensor: str, **told: object) -> SensorHeading:
    told = {"source": notice("facing.common"), "offset_rad": 0.0, "sigma_rad": 0.0} | told
    return SensorHeading(sensor=sensor, **told)  # type: ignore[arg-type]


def placed(
    *rows: SensorHeading, method: str = "axis", confidence: str = "good", samples: int = 3
) -> Placement:
    """Sensors of the common heading of 2.8 rad, and what is told of some."""
    offset = {r.sensor: r.offset_rad for r in rows}
    heading = Heading(
        heading_rad=np.array([COMMON_RAD + offset.get(sensor, 0.0) for sensor in SENSORS]),
        method=method,  # type: ignore[arg-type]
        tilt_rad=NAN,
        confidence=confidence,  # type: ignore[arg-type]
        description=notice("forward.axis", axis="x", sensor="pelvis_imu"),
        sensors=rows,
    )
    pose = replace(stood(UPRIGHT, UPRIGHT), samples=np.array([9, samples]))
    return Placement(
        sensors=SENSORS,
        bodies=("torso", "pelvis"),
        R_BS=np.tile(UPRIGHT, (2, 1)),
        R_GE=np.tile(UPRIGHT, (2, 1)),
        pose=pose,
        heading=heading,
        quality={"samples": 3.0},
    )


def known(source: Source = "stated", *sensors: str, earlier: Path | None = None) -> KnownMountings:
    named = sensors or ("torso_imu",)
    return KnownMountings(
        R_BS=dict.fromkeys(named, UPRIGHT), source=dict.fromkeys(named, source), earlier=earlier
    )


LIMITS_DEG: tuple[tuple[Source, float, float], ...] = (
    ("file", 15.0, 40.0),
    ("earlier", 10.0, 25.0),
    ("stated", 15.0, 40.0),
)


@pytest.mark.parametrize(("source", "doubtful_deg", "rejected_deg"), LIMITS_DEG)
def test_tilts_are_doubted_and_rejected_beyond_the_limits_of_their_source(
    source: Source, doubtful_deg: float, rejected_deg: float
) -> None:
    told = known(source)
    for away_deg, doubted in ((-0.1, False), (0.0, False), (0.1, True)):
        tilt = {"torso_imu": float(np.deg2rad(doubtful_deg + away_deg))}
        judged = judge_placement(placed(), told, tilt, {})
        assert codes(judged.notes) == ["mounting.tilted"] * doubted
        assert judged.verdict == ("doubtful" if doubted else "good")
        assert judged.quality == {
            "samples": 3.0,
            "mounting_tilt_torso_imu_deg": pytest.approx(doubtful_deg + away_deg),
        }
    require_fitting(told, {"torso_imu": float(np.deg2rad(rejected_deg))})
    with pytest.raises(PlacementError, match="rejected"):
        require_fitting(told, {"torso_imu": float(np.deg2rad(rejected_deg + 0.1))})


def test_a_tilt_is_told_with_its_limits() -> None:
    tilt = {"torso_imu": float(np.deg2rad(20.0))}
    judged = judge_placement(placed(), known("earlier", earlier=Path("runs/first")), tilt, {})
    told = coded(judged.notes, "mounting.tilted")[0].values["tilt"]
    values = told.values  # type: ignore[union-attr]
    assert values["tilt_deg"] == pytest.approx(20.0)
    assert (values["good_deg"], values["rejected_deg"]) == pytest.approx((10.0, 25.0))
    assert values["earlier"] == "first"


def test_of_a_placement_used_again_the_largest_tilt_is_told() -> None:
    told = known("earlier", *SENSORS, earlier=Path("runs/first"))
    tilts = {"torso_imu": float(np.deg2rad(2.0)), "pelvis_imu": float(np.deg2rad(3.0))}
    (note,) = judge_placement(placed(), told, tilts, {}).notes
    assert (note.code, note.subject) == ("mounting.reused", ("pelvis_imu",))
    assert note.values["tilt_deg"] == pytest.approx(3.0)
    assert judge_placement(placed(), told, {}, {}).notes == ()
    stated = replace(known("stated", *SENSORS), earlier=Path("runs/first"))
    assert judge_placement(placed(), stated, tilts, {}).notes == ()
    assert judge_placement(placed(), known("earlier", *SENSORS), tilts, {}).notes == ()


def turned(
    told: SensorHeading, faces_rad: Mapping[str, float], method: str = "axis"
) -> list[float]:
    """Return by how many degrees a mounting is contradicted."""
    judged = judge_placement(placed(told, method=method), known(), {}, faces_rad)
    return [float(n.values["turned_deg"]) for n in coded(judged.notes, "mounting.turned")]  # type: ignore[arg-type]


@pytest.mark.parametrize(("off_deg", "contradicts"), [(19.4, False), (19.6, True), (-19.6, True)])
@pytest.mark.parametrize("way", ["swing", "joint"])
def test_motion_three_deviations_from_a_mounting_contradicts(
    off_deg: float, contradicts: bool, way: str
) -> None:
    """Known to 4.2 degrees, a body faces forward to 5: three times 6.53 are 19.6 degrees."""
    off, sigma = float(np.deg2rad(off_deg)), float(np.deg2rad(4.2))
    own = {f"{way}_rad": 0.2, f"{way}_sigma_rad": sigma}
    told = row("torso_imu", offset_rad=0.4, **own)
    faces = {"torso_imu": COMMON_RAD + 0.2 - off - 2.0 * np.pi, "pelvis_imu": 0.0}
    assert turned(told, faces) == ([pytest.approx(abs(off_deg))] if contradicts else [])


@pytest.mark.parametrize(
    ("method", "source", "counts"),
    [("axis", "axis", True), ("axis", "common", False), ("swing", "axis", False)],
)
def test_a_stated_axis_contradicts_a_mounting_beyond_15_degrees(
    method: str, source: str, counts: bool
) -> None:
    told = row("torso_imu", source=notice(f"facing.{source}"))
    for off_deg, contradicts in ((14.9, False), (15.1, counts)):
        faces = {"torso_imu": COMMON_RAD + float(np.deg2rad(off_deg))}
        assert turned(told, faces, method) == ([pytest.approx(off_deg)] if contradicts else [])


@pytest.mark.parametrize(
    ("verdict", "doubtful"),
    [("good", False), ("untested", False), ("doubtful", True), ("unknown", True)],
)
def test_a_heading_that_is_not_sure_makes_a_placement_doubtful(
    verdict: str, doubtful: bool
) -> None:
    judged = judge_placement(placed(row("torso_imu", verdict=verdict)), KnownMountings(), {}, {})
    assert judged.verdict == ("doubtful" if doubtful else "good")


def test_few_samples_and_a_doubtful_forward_make_a_placement_doubtful() -> None:
    nothing = KnownMountings(notes=(notice("heading.from_swing"),))
    judged = judge_placement(placed(samples=3), nothing, {}, {})
    assert (judged.verdict, judged.zero_known) == ("good", True)
    assert codes(judged.notes) == ["heading.from_swing"]
    assert judge_placement(placed(samples=2), nothing, {}, {}).verdict == "doubtful"
    assert judge_placement(placed(confidence="doubtful"), nothing, {}, {}).verdict == "doubtful"
    assert judge_placement(placed(confidence="given"), nothing, {}, {}).verdict == "good"


def test_the_mean_of_a_movement_has_no_zero_unless_all_mountings_are_known() -> None:
    still = placed()
    moved = replace(still, pose=replace(still.pose, method="movement"))
    judged = judge_placement(moved, known("stated", "torso_imu"), {}, {})
    assert (judged.zero_known, judged.verdict) == (False, "doubtful")
    (note,) = judged.notes
    assert (note.values["from_s"], note.values["to_s"]) == (0.0, 1.0)
    for more in ((), ("femur_r_imu",)):
        judged = judge_placement(moved, known("stated", *SENSORS, *more), {}, {})
        assert (judged.zero_known, judged.verdict, judged.notes) == (True, "good", ())
