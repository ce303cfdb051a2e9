"""Plug-in Gait's points and the group ANALYSIS, read back by another library.

Each sign is tested by a pose made by hand; each number of ANALYSIS is that of the summary.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import ezc3d
import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import turn_about_vertical
from opensim_pelvis.io.exporters.c3d import OF_MODEL, C3dExporter
from opensim_pelvis.io.exporters.c3d_plug_in_gait import ANALYSIS, NEEDS, WRITTEN
from opensim_pelvis.io.exporters.summary import summarise
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS
from opensim_pelvis.kinematics.plugin_gait import PIG_ANGLES, from_plug_in_gait
from opensim_pelvis.rotations import angle_between, from_matrix, multiply
from opensim_pelvis.simulate import Session
from opensim_pelvis.types import Result
from opensim_pelvis.validation.marker_files import read_markers
from opensim_pelvis.validation.markers import segments_from_markers
from tests.conftest import ROOT
from tests.gait.measures.test_clinical_angles import Pose, posed
from tests.io.exporters.sample_result import make_result
from tests.running_cases import run_case

SINGLE = 2e-6  # four-byte floats
LEAN_DEG = 10.0
TRAVEL_RAD = 0.7
BODIES: Final = ("pelvis", "torso", "femur_r", "femur_l", "tibia_r", "tibia_l")

POSES: Final[dict[str, tuple[Pose, Pose, Pose]]] = {
    "LPelvisAngles": (
        Pose("pelvis", "x", "-y"),  # front side down
        Pose("pelvis", "z", "-y"),  # left side up
        Pose("pelvis", "z", "-x"),  # left side forward
    ),
    "RPelvisAngles": (
        Pose("pelvis", "x", "-y"),
        Pose("pelvis", "z", "y"),  # right side up
        Pose("pelvis", "z", "x"),  # right side forward
    ),
    "LThoraxAngles": (
        Pose("torso", "y", "x"),  # head forward
        Pose("torso", "y", "z"),  # head to the right
        Pose("torso", "z", "-x"),  # left shoulder forward
    ),
    "RThoraxAngles": (
        Pose("torso", "y", "x"),
        Pose("torso", "y", "-z"),  # head to the left
        Pose("torso", "z", "x"),  # right shoulder forward
    ),
    "LSpineAngles": (
        Pose("torso", "y", "x"),
        Pose("torso", "y", "-z"),
        Pose("torso", "z", "x"),
    ),
    "RSpineAngles": (
        Pose("torso", "y", "x"),
        Pose("torso", "y", "z"),
        Pose("torso", "z", "-x"),
    ),
    "LHipAngles": (
        Pose("femur_l", "-y", "x"),  # knee forward
        Pose("femur_l", "-y", "z"),  # knee to the right, towards the midline
        Pose("femur_l", "x", "z"),  # toes to the right
    ),
    "RHipAngles": (
        Pose("femur_r", "-y", "x"),
        Pose("femur_r", "-y", "-z"),
        Pose("femur_r", "x", "-z"),
    ),
    "LKneeAngles": (
        Pose("tibia_l", "-y", "-x"),  # foot backward
        Pose("tibia_l", "-y", "z"),  # foot towards the midline
        Pose("tibia_l", "x", "z"),
    ),
    "RKneeAngles": (
        Pose("tibia_r", "-y", "-x"),
        Pose("tibia_r", "-y", "-z"),
        Pose("tibia_r", "x", "-z"),
    ),
}
"""A pose in which X, Y or Z of a point is positive, and the others are zero."""


def standing(moved: dict[str, np.ndarray], travel_rad: float = 0.0) -> Result:
    """Return a result of bodies that stand upright but for those that moved."""
    result = make_result(missing=False)
    t = result.aligned.time_s.size
    R_GT = turn_about_vertical(np.full(t, travel_rad))
    names = tuple(dict.fromkeys(name for needed in NEEDS.values() for name in needed))
    coordinates = tuple(name for name in names if name[:5] not in ("pelvi", "trunk"))
    upright = np.tile([1.0, 0.0, 0.0, 0.0], (t, 1))
    R_TB = [np.tile(moved[b], (t, 1)) if b in moved else upright for b in BODIES]
    kinematics = replace(
        result.kinematics,
        bodies=BODIES,
        R_GB=np.stack([multiply(R_GT, q) for q in R_TB], axis=1),
        p_GB_m=np.zeros((t, len(BODIES), 3)),
        coordinates=coordinates,
        values_rad=np.zeros((t, len(coordinates))),
    )
    clinical = replace(
        result.clinical,
        definitions=DEFINITIONS,
        values_rad=np.zeros((t, len(DEFINITIONS))),
        travel_rad=np.full(t, travel_rad),
    )
    return replace(result, kinematics=kinematics, clinical=clinical)


def points_of(result: Result, folder: Path) -> dict[str, np.ndarray]:
    (path,) = C3dExporter().write(result, folder)
    file = ezc3d.c3d(str(path))
    labels = file["parameters"]["POINT"]["LABELS"]["value"]
    return dict(zip(labels, np.moveaxis(file["data"]["points"][:3], 1, 0), strict=True))


@pytest.mark.parametrize("component", range(3), ids=list("XYZ"))
@pytest.mark.parametrize("name", POSES)
def test_a_pose_made_by_hand_has_the_sign_of_plug_in_gait(
    name: str, component: int, tmp_path: Path
) -> None:
    pose = POSES[name][component]
    turned = from_matrix(posed(pose, LEAN_DEG)[None])[0]
    for travel_rad in (0.0, TRAVEL_RAD):  # angles are relative to the direction of travel
        found = points_of(standing({pose.body: turned}, travel_rad), tmp_path)[name]
        wanted = np.zeros(3)
        wanted[component] = LEAN_DEG
        np.testing.assert_allclose(found, np.tile(wanted[:, None], found.shape[1]), atol=1e-5)


def test_every_point_has_poses_and_what_they_need() -> None:
    assert POSES.keys() == WRITTEN.keys()
    for pose in (pose for poses in POSES.values() for pose in poses):
        assert pose.body in BODIES


# --- a run ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result() -> Result:
    return run_case(session=Session(duration_s=9.0, rate_hz=100.0))[1]


@pytest.fixture(scope="module")
def file(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Any:
    (path,) = C3dExporter().write(result, tmp_path_factory.mktemp("c3d"))
    return ezc3d.c3d(str(path))


def test_stored_angles_are_the_orientations_of_the_result(result: Result, tmp_path: Path) -> None:
    points = points_of(result, tmp_path)
    stored = {name: points[name].T for name in PIG_ANGLES}
    R_TG = turn_about_vertical(-result.clinical.travel_rad)
    for body, found in from_plug_in_gait(stored).items():
        row = result.kinematics.bodies.index(body)
        wanted = multiply(R_TG, result.kinematics.R_GB[:, row])
        assert np.rad2deg(np.nanmax(angle_between(found, wanted))) < 1e-4, body


def test_they_are_in_the_group_of_angles_with_their_sense(file: Any) -> None:
    point = file["parameters"]["POINT"]
    assert set(WRITTEN) <= set(point["ANGLES"]["value"])
    texts = dict(zip(point["LABELS"]["value"], point["DESCRIPTIONS"]["value"], strict=True))
    for name, angle in WRITTEN.items():
        for axis, sense in zip("XYZ", angle.senses, strict=True):
            assert f"{axis} + {sense}" in texts[name]
        assert len(texts[name]) <= 127


def test_a_point_of_which_a_component_is_unknown_is_not_written(tmp_path: Path) -> None:
    result = standing({})
    clinical = replace(
        result.clinical,
        definitions=tuple(d for d in DEFINITIONS if d.name != "pelvic_obliquity"),
        values_rad=result.clinical.values_rad[:, 1:],
    )
    found = points_of(replace(result, clinical=clinical), tmp_path)
    assert "LPelvisAngles" not in found
    assert {"LThoraxAngles", "RHipAngles", "LKneeAngles"} <= found.keys()
    alone = points_of(make_result(("pelvis",)), tmp_path)
    assert alone.keys() & WRITTEN.keys() == {"LPelvisAngles", "RPelvisAngles"}


def test_analysis_has_the_numbers_of_the_summary(result: Result, file: Any) -> None:
    measures = summarise(result)["running"]["measures"]
    group = {
        key: part["value"]
        for key, part in file["parameters"]["ANALYSIS"].items()
        if key[:2] != "__"
    }
    assert group["USED"][0] == len(group["NAMES"]) == 2 * len(ANALYSIS)
    assert group["CONTEXTS"] == ["Left"] * len(ANALYSIS) + ["Right"] * len(ANALYSIS)
    assert group["NAMES"] == [one.name for one in ANALYSIS] * 2
    assert group["UNITS"] == ["steps/min", "m/s", "s", "s", "%", "m"] * 2
    assert set(group["SUBJECTS"]) == {file["parameters"]["SUBJECTS"]["NAMES"]["value"][0]}
    for i, one in enumerate(ANALYSIS * 2):
        sides = measures[one.measure]
        told = sides.get(group["CONTEXTS"][i].lower()) or sides["body"]
        number = told["estimate"]["value"] if "estimate" in told else told["mean"]
        assert group["VALUES"][i] == pytest.approx(one.factor * number, rel=SINGLE), one.name
        assert f"{told['n']} strides" in group["DESCRIPTIONS"][i]
        if "estimate" in told:
            assert f"{one.factor * told['estimate']['u95']:.3g}" in group["DESCRIPTIONS"][i]
    assert group["VALUES"][0] == pytest.approx(group["VALUES"][len(ANALYSIS)])  # one cadence
    assert 10.0 < group["VALUES"][4] < 60.0  # per cent of the stride


def test_analysis_has_the_best_estimate_and_the_mean_where_there_is_none(
    result: Result, tmp_path: Path
) -> None:
    running = result.running
    assert running is not None
    other = tuple(
        replace(one, value=one.value + 1.0) for one in running.estimates
        if one.name != "stride_time_s"
    )  # fmt: skip
    changed = replace(result, running=replace(running, estimates=other))
    (path,) = C3dExporter().write(changed, tmp_path)
    group = ezc3d.c3d(str(path))["parameters"]["ANALYSIS"]
    values = dict(zip(group["NAMES"]["value"], group["VALUES"]["value"], strict=True))
    cadence, stride = running.summary("cadence_spm"), running.summary("stride_time_s")
    assert cadence is not None
    assert stride is not None
    assert values["Cadence"] == pytest.approx(cadence.mean + 1.0, abs=0.1)
    assert values["Stride Time"] == pytest.approx(stride.mean, rel=SINGLE)


def test_without_strides_there_is_no_analysis(tmp_path: Path) -> None:
    (path,) = C3dExporter().write(make_result(), tmp_path)
    assert "ANALYSIS" not in ezc3d.c3d(str(path))["parameters"]


def test_landmarks_of_the_model_are_not_taken_for_markers(
    result: Result, file: Any, tmp_path: Path
) -> None:
    labels = file["parameters"]["POINT"]["LABELS"]["value"]
    names = {landmark.name for landmark in result.model.landmarks}
    assert {"RASI", "LPSI", "C7"} <= names
    assert not names & set(labels)
    assert {f"{OF_MODEL}{name}" for name in names} <= set(labels)
    (path,) = C3dExporter().write(result, tmp_path)
    trial = read_markers(path).trial
    assert not names & trial.positions_m.keys()
    with pytest.raises(ComparisonError, match="pelvis needs the markers LASI"):
        segments_from_markers(trial)


def test_the_page_has_the_table_of_points() -> None:
    text = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
    for name, angle in WRITTEN.items():
        row = " | ".join((f"`{name}`", f"{angle.parent} to {angle.child}", *angle.senses))
        assert f"| {row} |" in text, row
    listed = set(re.findall(r"^\| `([LR]\w+Angles)` \|", text, re.MULTILINE))
    assert listed == WRITTEN.keys()
    for one in ANALYSIS:
        assert f"| `{one.name}` | {one.unit} | `{one.measure}`" in text
