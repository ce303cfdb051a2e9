"""Quality: each check against its limits, and the verdict over all."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from opensim_pelvis.quality import judge
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.types import Check, Quality, Result, RunningAnalysis, Strides
from opensim_pelvis.types.running import Exclusion
from tests.io.exporters.sample_result import make_result


def checks_of(result: Result) -> dict[str, Check]:
    found = judge(
        result.recording,
        result.aligned,
        result.placement,
        result.model,
        result.kinematics,
        result.running,
    )
    return {check.name: check for check in found.checks}


@pytest.mark.parametrize(
    ("error_deg", "verdict"),
    [(4.9, "good"), (5.1, "doubtful"), (11.9, "doubtful"), (12.1, "rejected")],
)
def test_the_worst_sensor_decides_how_well_the_model_follows(
    error_deg: float, verdict: str
) -> None:
    result = make_result()
    errors = np.full(result.kinematics.errors_rad.shape, np.deg2rad(1.0))
    errors[:, 1] = np.deg2rad(error_deg)
    check = checks_of(replace(result, kinematics=replace(result.kinematics, errors_rad=errors)))
    found = check["model"]
    assert (found.verdict, found.unit, found.limits) == (
        verdict,
        "deg",
        definition_of("model").limits,
    )
    assert found.value == pytest.approx(error_deg)
    assert found.subject == (result.aligned.bodies[1],)


@pytest.mark.parametrize(("frames", "verdict"), [(0, "good"), (2, "doubtful"), (30, "rejected")])
def test_frames_out_of_the_models_range_are_a_share(frames: int, verdict: str) -> None:
    result = make_result(samples=100, missing=False)
    values = np.zeros_like(result.kinematics.values_rad)
    values[:frames, 1] = 1.5  # the range ends at 1
    kinematics = replace(result.kinematics, values_rad=values)
    found = checks_of(replace(result, kinematics=kinematics))["ranges"]
    assert (found.verdict, found.unit) == (verdict, "share")
    assert found.value == pytest.approx(frames / 100)
    if frames:
        assert found.subject == (result.kinematics.coordinates[1],)


def test_the_pose_is_judged_only_where_somebody_stood() -> None:
    result = make_result()
    spread = np.full(len(result.placement.sensors), np.deg2rad(1.5))
    pose = replace(result.placement.pose, spread_rad=spread, window_source="given")
    stood = replace(result, placement=replace(result.placement, pose=pose))
    assert checks_of(stood)["pose"].verdict == "doubtful"
    moving = replace(pose, method="movement")
    walked = replace(result, placement=replace(result.placement, pose=moving))
    assert "pose" not in checks_of(walked)


@pytest.mark.parametrize(
    ("reasons", "share"),
    [
        (["turning"] * 6 + [""] * 3 + ["outlier"], 0.25),
        ([""] * 4 + ["outlier"] * 6, 0.6),
        (["turning"] * 4, None),
    ],
)
def test_strides_in_turns_are_not_held_against_a_recording(
    reasons: list[Exclusion], share: float | None
) -> None:
    n = len(reasons)
    nothing = np.full(n, np.nan)
    strides = Strides(
        kind="cycle",
        side=np.zeros(n, dtype=np.int64),
        start_s=np.arange(n) + 0.0,
        end_s=np.arange(n) + 1.0,
        toe_off_s=nothing,
        opposite_contact_s=nothing,
        opposite_toe_off_s=nothing,
        bout=np.zeros(n, dtype=np.int64),
        reason=tuple(reasons),
        travel_rad=np.zeros(n),
        turn_rate_radps=np.zeros(n),
    )
    running = cast("RunningAnalysis", SimpleNamespace(strides=strides, events=None))
    found = checks_of(replace(make_result(), running=running))
    assert found["strides"].value == reasons.count("")
    assert ("excluded" in found) == (share is not None)
    if share is not None:
        assert found["excluded"].value == pytest.approx(share)


def test_the_verdict_is_the_worst_of_the_checks() -> None:
    good, doubtful, rejected = (
        Check(name=name, verdict=name)  # type: ignore[arg-type]
        for name in ("good", "doubtful", "rejected")
    )
    assert Quality().verdict == "good"
    assert Quality(checks=(good, doubtful, good)).verdict == "doubtful"
    assert Quality(checks=(rejected, good, doubtful)).verdict == "rejected"
