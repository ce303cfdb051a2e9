"""Segments from markers and Plug-in Gait's angles, held against what Vicon itself stored."""

from __future__ import annotations

from pathlib import Path

import ezc3d
import numpy as np
import pytest

from opensim_pelvis.frames import R_LG, turn_about_vertical
from opensim_pelvis.kinematics.plugin_gait import (
    PIG_ANGLES,
    PIG_KNEES,
    from_plug_in_gait,
    to_plug_in_gait,
)
from opensim_pelvis.rotations import angle_between, from_euler, from_matrix, inverse, multiply
from opensim_pelvis.validation.marker_files import MarkerFile, read_markers
from opensim_pelvis.validation.markers import segments_from_markers

AGREEMENT_DEG = 0.01  # what the project promises; measured: 4e-5, the file's single precision
EXACT_DEG = 1e-9


@pytest.fixture(scope="module")
def vicon(shared_data: Path) -> MarkerFile:
    return read_markers(shared_data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d")


def in_progression(file: MarkerFile) -> dict[str, np.ndarray]:
    """Return R_GB with x of G along the laboratory axis nearest to where the pelvis goes."""
    p = file.trial.positions_m["LASI"]
    p = p[np.isfinite(p).all(axis=1)]
    east, north = (p[-1] - p[0])[:2]
    heading = np.round(np.arctan2(north, east) / (np.pi / 2.0)) * (np.pi / 2.0)
    turn = multiply(turn_about_vertical(-heading), inverse(R_LG))
    segments = segments_from_markers(file.trial)
    return {body: multiply(turn, q) for body, q in segments.R_LB.items()}


def test_markers_give_the_angles_that_vicon_stored(vicon: MarkerFile) -> None:
    ours = to_plug_in_gait(in_progression(vicon))
    assert set(ours) == set(PIG_ANGLES) == set(vicon.pig_angles_deg)
    for name, angles in ours.items():
        difference = np.abs(angles - vicon.pig_angles_deg[name])
        assert np.isfinite(difference).all(axis=1).mean() > 0.5, name
        assert np.nanmax(difference) < AGREEMENT_DEG, name


def test_stored_angles_give_the_orientations_of_the_markers(vicon: MarkerFile) -> None:
    stored = from_plug_in_gait(vicon.pig_angles_deg)
    for body, q in in_progression(vicon).items():
        assert np.rad2deg(np.nanmax(angle_between(q, stored[body]))) < AGREEMENT_DEG, body


def frames_of_bones(path: Path, bone: str) -> np.ndarray:
    """Return the frame of a segment that Vicon stored as four points, in Vicon's letters."""
    file = ezc3d.c3d(str(path))
    labels = file["parameters"]["POINT"]["LABELS"]["value"]
    points = {end: file["data"]["points"][:3, labels.index(f"{bone}{end}")].T for end in "OALP"}
    axes = [points[end] - points["O"] for end in "ALP"]
    return np.stack([axis / np.linalg.norm(axis, axis=1)[:, None] for axis in axes], axis=2)


@pytest.mark.parametrize("side", ["l", "r"])
def test_knees_of_stored_segments_are_those_that_vicon_stored(shared_data: Path, side: str) -> None:
    path = shared_data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d"
    letter, name = side.upper(), f"{side.upper()}KneeAngles"
    bodies = {f"femur_{side}": f"{letter}FE", f"tibia_{side}": f"{letter}TI"}
    in_ours = from_matrix(np.array([[[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]]]))
    R_GB = {
        body: multiply(from_matrix(frames_of_bones(path, bone)), in_ours)
        for body, bone in bodies.items()
    }
    (found,) = to_plug_in_gait(R_GB, {name: PIG_KNEES[name]}).values()
    file = ezc3d.c3d(str(path))
    row = file["parameters"]["POINT"]["LABELS"]["value"].index(name)
    difference = np.abs(found - file["data"]["points"][:3, row].T)
    assert np.isfinite(difference).all(axis=1).mean() > 0.5
    assert np.nanmax(difference) < AGREEMENT_DEG
    assert np.nanmax(found[:, 0]) > 50.0  # flexion in swing


def test_conversion_there_and_back() -> None:
    rng = np.random.default_rng(1)
    bodies = ("pelvis", "torso", "femur_l", "femur_r")
    R_GB = {body: from_euler("YXZ", rng.uniform(-0.6, 0.6, (50, 3))) for body in bodies}
    back = from_plug_in_gait(to_plug_in_gait(R_GB))
    for body in bodies:
        assert np.rad2deg(angle_between(R_GB[body], back[body]).max()) < 1e-6


def test_known_signs() -> None:
    """Vicon: anterior tilt, the named side up, and the named side forward are positive."""
    right_forward = {"pelvis": turn_about_vertical(np.array([0.1]))}
    angles = to_plug_in_gait(right_forward)
    assert angles["RPelvisAngles"][0] == pytest.approx([0.0, 0.0, np.rad2deg(0.1)], abs=EXACT_DEG)
    assert angles["LPelvisAngles"][0] == pytest.approx([0.0, 0.0, -np.rad2deg(0.1)], abs=EXACT_DEG)
    anterior = {"pelvis": from_euler("YXZ", np.array([[0.0, 0.0, -0.2]]))}
    assert to_plug_in_gait(anterior)["LPelvisAngles"][0, 0] == pytest.approx(np.rad2deg(0.2))
