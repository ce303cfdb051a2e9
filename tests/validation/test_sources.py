"""What a user names becomes a motion; what must be known is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import R_LG
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.tables.opensim_tables import read_table, write_table
from opensim_pelvis.notices import say
from opensim_pelvis.rotations import angle_between, inverse, rotate
from opensim_pelvis.validation.marker_files import read_markers
from opensim_pelvis.validation.sources import ReferenceSettings, open_reference
from tests.notices import coded

PUBLISHER_DEG = 0.3  # what the project promises on this recording
FRAMES = 190  # of 378: 1.1 s of running, three steps
TAB = "\t"


def write_first(source: Path, target: Path) -> Path:
    """Write the first frames of a TRC file: at a lower rate the tool stops further from the best.

    It starts each frame from the one before.
    """
    rows = source.read_text().splitlines()
    rates = rows[2].split(TAB)
    rates[2] = f"{FRAMES}"
    head = [*rows[:2], TAB.join(rates), *rows[3:6]]
    target.write_text("\n".join([*head, *rows[6 : 6 + FRAMES], ""]))
    return target


def test_marker_inverse_kinematics_equals_the_publishers(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "p02_running"
    motion = open_reference(
        ReferenceSettings(
            path=write_first(folder / "P02_straightrunning_trial0025.trc", tmp_path / "run.trc"),
            up_axis="y",
            model=folder / "Participant_02.osim",
        )
    )
    table = read_table(folder / "P02_straightrunning_trial0025_IK.mot")
    compared = [n for n in table.labels if n.startswith(("pelvis_", "hip_", "lumbar_"))]
    compared = [n for n in compared if not n.startswith("pelvis_t") or n == "pelvis_tilt"]
    assert len(compared) == 12
    assert motion.time_s.size == FRAMES
    for name in compared:
        ours = np.rad2deg(motion.coordinates_rad[name])
        difference = ours - table.values[:FRAMES, table.labels.index(name)]
        assert np.sqrt(np.mean(difference**2)) < PUBLISHER_DEG, name
    posed = open_reference(
        ReferenceSettings(
            path=folder / "P02_straightrunning_trial0025_IK.mot",
            model=folder / "Participant_02.osim",
        )
    )
    # The order of this pelvis is not that of ours: only its model tells.
    for body in ("pelvis", "torso", "femur_r", "femur_l"):
        apart = angle_between(posed.R_GB[body][:FRAMES], motion.R_GB[body])
        assert np.rad2deg(np.sqrt(np.mean(apart**2))) < 2.0 * PUBLISHER_DEG, body


def write_coordinates(path: Path, *, in_degrees: bool) -> Path:
    t = np.arange(100) / 50.0
    names = ["pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_ty", "hip_flexion_r"]
    values = np.stack([0.1 * np.sin((i + 1) * t) for i in range(5)], axis=1)
    return write_table(
        path,
        name="walk",
        columns=names,
        time_s=t,
        values=np.rad2deg(values) if in_degrees else values,
        in_degrees=in_degrees,
    )


def test_degrees_and_radians_are_read_by_the_flag(tmp_path: Path) -> None:
    motions = [
        open_reference(
            ReferenceSettings(path=write_coordinates(tmp_path / f"{flag}.mot", in_degrees=flag))
        )
        for flag in (True, False)
    ]
    assert angle_between(motions[0].R_GB["pelvis"], motions[1].R_GB["pelvis"]).max() < 1e-9
    assert "pelvis_ty" not in motions[0].coordinates_rad
    no_flag = tmp_path / "none.mot"
    text = (tmp_path / "True.mot").read_text(encoding="utf-8")
    no_flag.write_text(text.replace("inDegrees=yes\n", ""), encoding="utf-8")
    with pytest.raises(ComparisonError, match="inDegrees"):
        open_reference(ReferenceSettings(path=no_flag))


TRC = """PathFileType\t4\t(X/Y/Z)\tw.trc
DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames
100\t100\t{frames}\t2\tmm\t100\t1\t{frames}
Frame#\tTime\tL_Asis\t\t\tw:rasi\t\t
\t\tX1\tY1\tZ1\tX2\tY2\tZ2

"""


def write_trc(path: Path, frames: int = 60, holes: range = range(20, 25)) -> Path:
    rows = []
    for i in range(frames):
        t = i / 100.0
        left = "\t\t" if i in holes else f"{100 * np.sin(3 * t)}\t{1000 + t}\t-120"
        rows.append(f"{i + 1}\t{t:.3f}\t{left}\t{10 + 100 * t}\t1000\t120")
    path.write_text(TRC.format(frames=frames) + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_trc_is_turned_upright_named_and_short_gaps_are_filled(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "w.trc")
    trial = read_markers(path, names={"LASI": "L_Asis"}, up_axis="y").trial
    assert set(trial.positions_m) == {"LASI", "RASI"}
    assert trial.rate_hz == pytest.approx(100.0)
    assert trial.positions_m["RASI"][0] == pytest.approx([0.01, -0.12, 1.0])
    wanted = 0.1 * np.sin(3 * trial.time_s)
    assert np.abs(trial.positions_m["LASI"][:, 0] - wanted).max() < 1e-6
    assert say(trial.notes[0]) == (
        "5 missing marker samples in gaps of at most 0.1 s were interpolated by cubic splines; "
        "longer gaps remain"
    )
    long = read_markers(write_trc(tmp_path / "l.trc", holes=range(20, 40)), up_axis="y").trial
    assert np.isnan(long.positions_m["L_ASIS"][20:40]).all()


def test_of_two_people_the_one_meant_must_be_named(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "w.trc")
    path.write_text(path.read_text().replace("L_Asis", "other:RASI"))
    trial = read_markers(path, up_axis="y").trial
    assert not trial.positions_m
    assert coded(trial.notes, "reference.twins")[0].subject == ("RASI",)
    named = read_markers(path, names={"RASI": "w:rasi"}, up_axis="y").trial
    assert named.positions_m["RASI"][0] == pytest.approx([0.01, -0.12, 1.0])
    assert not coded(named.notes, "reference.twins")


def test_what_a_marker_file_leaves_open_is_asked_for(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "w.trc")
    with pytest.raises(ComparisonError, match="--up-axis"):
        open_reference(ReferenceSettings(path=path))
    with pytest.raises(ComparisonError, match=r"pelvis needs the markers.*--markers"):
        open_reference(ReferenceSettings(path=path, up_axis="y"))
    with pytest.raises(ComparisonError, match="wanted the markers Nose"):
        read_markers(path, names={"LASI": "Nose"}, up_axis="y")
    with pytest.raises(ComparisonError, match="does not exist"):
        open_reference(ReferenceSettings(path=tmp_path / "absent.trc"))
    with pytest.raises(ComparisonError, match="one result"):
        open_reference(ReferenceSettings(path=tmp_path))


def test_theias_segments_stand_as_ours_do(shared_data: Path) -> None:
    """Their file holds origins too: thighs beside the pelvis, shanks below the thighs."""
    path = shared_data / "formats" / "c3d" / "C3DRotationExample.c3d"
    motion = open_reference(ReferenceSettings(path=path))
    assert set(motion.R_GB) == {"pelvis", "torso", "femur_r", "femur_l", "tibia_r", "tibia_l"}
    file = open_c3d(path)
    labels = file.texts("ROTATION:LABELS")
    start = (int(file.number("ROTATION:DATA_START")) - 1) * 512
    words = np.frombuffer(path.read_bytes(), "<f4", file.frames * len(labels) * 17, start)
    words = words.reshape(file.frames, len(labels), 17)
    origin = {label: words[:, i, 12:15].astype(float) for i, label in enumerate(labels)}

    def seen_from(body: str, start: str, end: str) -> np.ndarray:
        way = rotate(inverse(R_LG), origin[end] - origin[start])  # z up to y up
        local = rotate(inverse(motion.R_GB[body]), way)
        return np.nanmedian(local / np.linalg.norm(local, axis=1, keepdims=True), axis=0)

    right = seen_from("pelvis", "l_thigh_4X4", "r_thigh_4X4")
    assert right == pytest.approx([0.0, 0.0, 1.0], abs=1e-3)
    down = seen_from("femur_r", "r_thigh_4X4", "r_shank_4X4")
    assert down == pytest.approx([0.0, -1.0, 0.0], abs=1e-3)
    with pytest.raises(ComparisonError, match="found none"):
        open_reference(
            ReferenceSettings(
                path=shared_data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d", kind="rotations"
            )
        )
