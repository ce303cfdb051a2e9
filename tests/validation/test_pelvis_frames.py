"""Front and back of the pelvis turn differently by known angles; each frame shows its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError, SettingsError
from opensim_pelvis.frames import R_LG
from opensim_pelvis.kinematics.angles import name_angles
from opensim_pelvis.notices import say
from opensim_pelvis.rotations import inverse, multiply
from opensim_pelvis.validation.compare_request import read_comparison
from opensim_pelvis.validation.markers import MarkerTrial
from opensim_pelvis.validation.pelvis_frames import PelvisFrame, orient_pelvis
from opensim_pelvis.validation.reference_motion import motion_from_markers
from opensim_pelvis.validation.sources import ReferenceSettings, open_reference
from tests.validation.markers_of_runner import LABELS, rows, trc_text

FRONT_M, BACK_M = 0.13, 0.05  # half widths
PHASE = np.linspace(0.0, 2.0 * np.pi, 201)
FRONT_RAD = 0.10 * np.sin(PHASE)
BACK_RAD = 0.06 * np.cos(PHASE)
FRAMES: tuple[PelvisFrame, ...] = ("psis", "asis-psis", "asis")


def pelvis(axis: int) -> MarkerTrial:
    """Return markers in L (x forward, y left, z up) whose lines turn about their own middles.

    Axis 0: the right side rises; axis 2: the right side goes forward.
    """
    positions = {}
    for name, half, ahead, angle in (
        ("ASI", FRONT_M, 0.1, FRONT_RAD),
        ("PSI", BACK_M, -0.1, BACK_RAD),
    ):
        for letter, side in (("L", -1.0), ("R", 1.0)):
            place = np.zeros((PHASE.size, 3))
            place[:, 0] = ahead + (side * half * np.sin(angle) if axis == 2 else 0.0)
            place[:, 1] = -side * half * np.cos(angle)
            place[:, 2] = 1.0 + (side * half * np.sin(angle) if axis == 0 else 0.0)
            positions[letter + name] = place
    return MarkerTrial(
        name="made", rate_hz=100.0, time_s=PHASE, positions_m=positions, source="made"
    )


def angles(trial: MarkerTrial, frame: PelvisFrame) -> dict[str, np.ndarray]:
    R_LB, _ = orient_pelvis(trial, frame)
    return name_angles({"pelvis": multiply(inverse(R_LG), R_LB)}, np.zeros(PHASE.size))


@pytest.mark.parametrize(("axis", "name"), [(0, "pelvic_obliquity"), (2, "pelvic_axial_rotation")])
def test_each_line_shows_its_own_angle_with_its_sign(axis: int, name: str) -> None:
    trial = pelvis(axis)
    np.testing.assert_allclose(angles(trial, "asis")[name], FRONT_RAD, atol=1e-12)
    np.testing.assert_allclose(angles(trial, "psis")[name], BACK_RAD, atol=1e-12)


def test_all_four_weigh_front_and_back_by_the_squares_of_their_widths() -> None:
    """Least squares of four points that turn about one axis: a mean of the two turns' vectors."""
    x, y = (FRONT_M**2 * f(FRONT_RAD) + BACK_M**2 * f(BACK_RAD) for f in (np.cos, np.sin))
    wanted = np.arctan2(y, x)
    found = angles(pelvis(0), "asis-psis")
    np.testing.assert_allclose(found["pelvic_obliquity"], wanted, atol=2e-4)  # of the mean shape
    assert np.abs(wanted - FRONT_RAD).max() > 0.01
    for other in ("pelvic_axial_rotation", "pelvic_anterior_tilt"):
        assert np.abs(found[other]).max() < 1e-3


@pytest.mark.parametrize("frame", FRAMES)
def test_forward_tilt_is_that_of_the_line_from_back_to_front(frame: PelvisFrame) -> None:
    trial = pelvis(0)
    for name in ("LASI", "RASI"):
        trial.positions_m[name][:, 2] -= 0.2 * np.tan(0.15)
    tilt = angles(trial, frame)["pelvic_anterior_tilt"]
    assert np.rad2deg(tilt).mean() == pytest.approx(np.rad2deg(0.15), abs=0.2)


def test_a_marker_that_is_not_seen_leaves_its_frames_empty() -> None:
    trial = pelvis(0)
    trial.positions_m["RPSI"][20:30] = np.nan
    for frame in FRAMES:
        R_LB, _ = orient_pelvis(trial, frame)
        assert np.flatnonzero(np.isnan(R_LB).any(axis=1)).tolist() == list(range(20, 30)), frame


def test_the_frame_of_a_reference_is_that_asked_for_and_said(tmp_path: Path) -> None:
    """Of a rigid pelvis all three differ by constants alone; asis is what is taken without."""
    path = tmp_path / "run.trc"
    path.write_text(trc_text())
    plain = open_reference(ReferenceSettings(path=path, up_axis="y"))
    for frame in FRAMES:
        found = open_reference(ReferenceSettings(path=path, up_axis="y", pelvis=frame))
        turn = multiply(inverse(plain.R_GB["pelvis"]), found.R_GB["pelvis"])
        assert np.ptp(turn, axis=0).max() < 1e-5, frame
        assert np.array_equal(found.R_GB["femur_r"], plain.R_GB["femur_r"])
        assert ("PSIS" in say(found.source)) == (frame != "asis")
        if frame == "asis":
            assert np.array_equal(found.R_GB["pelvis"], plain.R_GB["pelvis"])


def test_missing_markers_are_named_with_file_and_flag(tmp_path: Path) -> None:
    path = tmp_path / "run.trc"
    path.write_text(trc_text([row for row in rows() if row[0] != "RPSI"]))
    with pytest.raises(ComparisonError, match=r"run: --pelvis psis needs .*; missing: RPSI; found"):
        open_reference(ReferenceSettings(path=path, up_axis="y", pelvis="psis"))
    path.write_text(trc_text([row for row in rows() if row[0] in LABELS[1:]]))
    with pytest.raises(ComparisonError, match=r"--pelvis asis needs .*; missing: LASI"):
        open_reference(ReferenceSettings(path=path, up_axis="y", pelvis="asis"))


def test_a_pelvis_of_markers_is_refused_where_there_is_another(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match=r"--pelvis psis\)\. Omit"):
        motion_from_markers(pelvis(0), {"pelvis": ["LASI", "RASI", "LPSI"]}, pelvis="psis")
    with pytest.raises(ComparisonError, match=r"--pelvis asis chooses among markers"):
        open_reference(ReferenceSettings(path=tmp_path, pelvis="asis"))
    there = Path("a.trc")
    for others in ({"kind": "angles"}, {"model": Path("m.osim")}):
        with pytest.raises(SettingsError, match="--pelvis chooses"):
            read_comparison(there, there, pelvis="psis", **others)
    with pytest.raises(SettingsError, match="--pelvis must be one of psis, asis-psis, asis"):
        read_comparison(there, there, pelvis="sacrum")
    assert read_comparison(there, there, pelvis="psis").reference.pelvis == "psis"
