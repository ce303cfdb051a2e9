"""Files of marker weights: every form that people have, every fault that they make."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError, SettingsError
from opensim_pelvis.io.tables.opensim_tables import write_table
from opensim_pelvis.kinematics.osim.model import load_model
from opensim_pelvis.notices import say
from opensim_pelvis.validation.compare import compare
from opensim_pelvis.validation.compare_request import read_comparison
from opensim_pelvis.validation.marker_weights import (
    check_labels,
    read_marker_weights,
    rename,
)
from opensim_pelvis.validation.methods_paragraph import describe_methods
from opensim_pelvis.validation.sources import ReferenceSettings, open_reference
from opensim_pelvis.validation.write_agreement import _write_json
from tests.model_markers import MODEL, markers, write_trc

STATED = {"LASI": 10.0, "RASI": 2.5, "C7": 0.0}


def task(name: str, inside: str, kind: str = "IKMarkerTask") -> str:
    return f'<{kind} name="{name}">{inside}</{kind}>'


TASKS = (
    task("LASI", "<apply>true</apply><weight>10</weight>")
    + task("RASI", "<weight> 2.5 </weight>")
    + task("C7", "<apply>false</apply><weight>7</weight>")
)
SET = f"<IKTaskSet name='gait'><objects>{TASKS}</objects><groups/></IKTaskSet>"
DOCUMENT = f'<?xml version="1.0"?><OpenSimDocument Version="40600">{SET}</OpenSimDocument>'
TOOL = (
    "<OpenSimDocument><InverseKinematicsTool name='x'><model_file/>"
    f"{SET}</InverseKinematicsTool></OpenSimDocument>"
)


@pytest.mark.parametrize(
    ("name", "text", "others"),
    [
        ("tasks.xml", SET, 0.0),
        ("tasks.xml", DOCUMENT, 0.0),
        ("setup.xml", TOOL, 0.0),
        ("setup.txt", "\ufeff" + TOOL, 0.0),
        ("w.toml", "LASI = 10\nRASI = 2.5\nC7 = 0\n", 1.0),
        ("w.toml", "[weights]\nLASI = 10\nRASI = 2.5\n'Anna:c7' = 0.0\n", 1.0),
        ("w.csv", "label,weight\nLASI,10\nRASI,2.5\nC7,0\n", 1.0),
        ("w.csv", "marker;weight\r\nlasi;10\r\n rasi ;2,5\r\nC7;0\r\n", 1.0),
        ("w.tsv", "LASI\t10\t\nRASI\t2,5\n\n# neck\nC7\t0", 1.0),
        ("w.txt", "LASI 10\nRASI 2.5\nC7 0e0\n", 1.0),
        ("w.csv", '"LASI","10"\n"RASI","2.5"\n"C7","0"\n', 1.0),
    ],
)
def test_every_form_says_the_same(tmp_path: Path, name: str, text: str, others: float) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = read_marker_weights(path)
    assert found.weights == STATED
    assert found.others == others
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.of(["Lasi", "T10"]) == {"Lasi": 10.0, "T10": others}
    assert found.notes == ()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("w.toml", "", "found none"),
        ("w.csv", "", "found none"),
        ("w.csv", "label,weight\n", "found none"),
        ("w.toml", "LASI = 0\nRASI = 0.0\n", "found only 0"),
        ("w.xml", SET.replace("true", "false").replace("2.5", "0"), "found only 0"),
        ("w.toml", "LASI = -1\n", "LASI must be a number from 0 to 1000000, found '-1'"),
        ("w.toml", "LASI = nan\n", "found 'nan'"),
        ("w.toml", "LASI = inf\n", "found 'inf'"),
        ("w.toml", "LASI = true\n", "found 'True'"),
        ("w.toml", "LASI = [1]\n", "LASI must be a number"),
        ("w.toml", "LASI = 1e7\n", "LASI must be a number"),
        ("w.toml", "[weights]\nLASI = 1\n[more]\nRASI = 1\n", "one table \\[weights\\]"),
        ("w.toml", "weights = 3\n", "one table \\[weights\\]"),
        ("w.toml", "LASI 10\n", "not valid TOML, line 1"),
        ("w.csv", "LASI,10\nLASI,2\n", "LASI is given twice"),
        ("w.csv", "LASI,10\nAnna:lasi,2\n", "LASI is given twice"),
        ("w.csv", "LASI,ten\n", "found 'ten'"),
        ("w.csv", "LASI,10,1\n", "on line 1, found 'LASI,10,1'"),
        ("w.csv", "LASI\n", "on line 1, found 'LASI'"),
        ("w.csv", ",10\n", "a weight has no label"),
        ("w.csv", "LASI,1\0\n", "zero byte"),
        ("w.xml", SET[:-30], "damaged XML"),
        ("w.xml", "<OpenSimDocument/>", "found none"),
        ("w.xml", "<IKTaskSet file='gait_tasks.xml'/>", "gait_tasks.xml: give that file"),
        ("w.xml", f"<a>{SET}{SET}</a>", "found 2 of them"),
        ("w.xml", SET.replace("true", "yes"), "<apply> of LASI must be true or false"),
        ("w.xml", SET.replace("10", ""), "found ''"),
        ("w.xml", SET.replace("10", "-4"), "found '-4'"),
        ("none.toml", None, "there is no such file"),
    ],
)
def test_faults_are_told(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ComparisonError, match=said) as caught:
        read_marker_weights(path)
    assert str(path) in str(caught.value)


def test_a_task_without_a_weight_has_that_of_the_defaults_or_none(tmp_path: Path) -> None:
    """OpenSim's own default of a weight is 0."""
    path = tmp_path / "w.xml"
    bare = SET.replace("<weight> 2.5 </weight>", "")
    path.write_text(bare, encoding="utf-8")
    assert read_marker_weights(path).weights["RASI"] == 0.0
    usual = f"<defaults>{task('default', '<apply>true</apply><weight>3</weight>')}</defaults>"
    path.write_text(f"<OpenSimDocument>{usual}{bare}</OpenSimDocument>", encoding="utf-8")
    assert read_marker_weights(path).weights == {"LASI": 10.0, "RASI": 3.0, "C7": 0.0}


def test_tasks_of_coordinates_are_told(tmp_path: Path) -> None:
    path = tmp_path / "w.xml"
    kinds = [
        task("knee_angle_r", "<apply>true</apply><weight>5</weight>", "IKCoordinateTask"),
        task("knee_angle_l", "<apply>false</apply><weight>5</weight>", "IKCoordinateTask"),
        task("hip_flexion_l", "<apply>true</apply>", "IKCoordinateTask"),
    ]
    path.write_text(SET.replace("</objects>", "".join(kinds) + "</objects>"), encoding="utf-8")
    (told,) = read_marker_weights(path).notes
    assert told.subject == ("knee_angle_r",)


def test_labels_of_the_laboratory_and_strangers(tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text('"L.ASIS" = 4\nRASI = 2\n', encoding="utf-8")
    found = rename(read_marker_weights(path), {"LASI": "L.ASIS"})
    assert found.of(["LASI", "RASI", "C7"]) == {"LASI": 4.0, "RASI": 2.0, "C7": 1.0}
    check_labels(path, found, ["lasi", "Rasi"])
    with pytest.raises(ComparisonError, match=r"w.toml: weights for LASI, but .* there are C7"):
        check_labels(path, found, ["C7", "RASI"])


def test_weights_without_a_model_are_refused() -> None:
    with pytest.raises(SettingsError, match="--marker-weights needs --model"):
        read_comparison(Path("a"), Path("b.trc"), marker_weights=Path("w.toml"))


def test_weights_beside_anything_but_markers_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "w.toml"
    weights.write_text("LASI = 8\n", encoding="utf-8")
    table = write_table(
        tmp_path / "e.mot", name="e", columns=["pelvis_tilt"], time_s=np.arange(20) / 50.0,
        values=np.zeros((20, 1)), in_degrees=False,
    )  # fmt: skip
    for path in (table, tmp_path):
        settings = ReferenceSettings(path=path, model=MODEL, marker_weights=weights)
        with pytest.raises(ComparisonError, match=r"w.toml weighs markers .* weights out"):
            open_reference(settings)


def test_a_comparison_follows_states_and_keeps_them(tmp_path: Path) -> None:
    names = ("hip_flexion_r", "lumbar_bending", "pelvis_list", "pelvis_rotation")
    poses = [{n: 0.2 * np.sin(0.3 * i + k) for k, n in enumerate(names)} for i in range(30)]
    walk = markers(load_model(MODEL), poses)
    walk["RASI"] = walk["RASI"] + [0.0, 0.0, 0.02]  # stuck on 20 mm too high
    trc = write_trc(tmp_path / "w.trc", walk, 50.0)
    weights = tmp_path / "w.toml"
    weights.write_text("RASI = 0.001\n", encoding="utf-8")
    settings = ReferenceSettings(path=trc, up_axis="y", model=MODEL)
    plain = open_reference(settings)
    light = ReferenceSettings(path=trc, up_axis="y", model=MODEL, marker_weights=weights)
    wanted = np.array([pose["pelvis_list"] for pose in poses])
    motion = open_reference(light)
    errors = [
        np.rad2deg(np.abs(one.coordinates_rad["pelvis_list"] - wanted).max())
        for one in (plain, motion)
    ]
    assert errors[1] < 0.1 < 0.5 < errors[0]
    assert plain.marker_weights["RASI"] == 1.0
    stranger = tmp_path / "stranger.toml"
    stranger.write_text("XYZ = 2\n", encoding="utf-8")
    with pytest.raises(ComparisonError, match="weights for XYZ"):
        open_reference(
            ReferenceSettings(path=trc, up_axis="y", model=MODEL, marker_weights=stranger)
        )
    text = say(motion.source)
    assert "weights of w.toml (SHA-256 " in text
    assert "0.001 (RASI)" in text


def test_what_a_comparison_writes_says_the_weights(tmp_path: Path) -> None:
    time_s = np.arange(60) / 50.0
    names = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "hip_flexion_r")
    curves = {n: 0.2 * np.sin(6.0 * time_s + k) for k, n in enumerate(names)}
    poses = [{n: float(v[i]) for n, v in curves.items()} for i in range(time_s.size)]
    trc = write_trc(tmp_path / "w.trc", markers(load_model(MODEL), poses), 50.0)
    moved = np.stack(list(curves.values()), axis=1)
    table = write_table(
        tmp_path / "e.mot", name="e", columns=names, time_s=time_s, values=moved, in_degrees=False
    )
    weights = tmp_path / "w.toml"
    weights.write_text("LASI = 8\n", encoding="utf-8")
    settings = read_comparison(
        table, trc, up_axis="y", model=MODEL, marker_weights=weights, offset_s=0.0
    )
    comparison = compare(settings)
    content = json.loads(_write_json(comparison, tmp_path / "agreement.json").read_text())
    assert content["reference"]["marker_weights"]["LASI"] == 8.0
    assert content["reference"]["marker_weights"]["RASI"] == 1.0
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert {"name": "w.toml", "sha256": sha256} in content["files"]
    assert [file["name"] for file in content["files"]] == [
        *("e.mot", "w.trc", "pelvis_trunk.osim", "w.toml")
    ]
    assert f"weights of w.toml (SHA-256 {sha256}): 8 (LASI), 1 (" in describe_methods(comparison)
