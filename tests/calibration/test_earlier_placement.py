"""What is read of an earlier run's placement, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.trial.earlier import read_placement
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.rotations import from_euler
from tests.robustness.seeds import result

FRAME = (
    '<PhysicalOffsetFrame name="{name}"><socket_parent>{parent}</socket_parent>'
    "<translation>0 0.1 0</translation><orientation>{angles}</orientation></PhysicalOffsetFrame>"
)


def model(frames: str, body: str = "pelvis") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" ?><OpenSimDocument Version="40600">'
        f'<Model name="m"><BodySet name="bodyset"><objects><Body name="{body}"><components>'
        f"{frames}</components></Body></objects></BodySet></Model></OpenSimDocument>"
    )


def frame(name: str = "pelvis_imu", parent: str = "..", angles: str = "0.1 -0.2 1.3") -> str:
    return FRAME.format(name=name, parent=parent, angles=angles)


def summary(placed: object) -> str:
    """Return the summary of a run that says this of its placement."""
    content = json.loads(result()["w_summary.json"])
    content["placement"]["R_BS"] = placed
    return json.dumps(content)


def test_settings_of_an_earlier_version_do_not_stand_in_the_way(tmp_path: Path) -> None:
    content = json.loads(summary({"pelvis_imu": [1.0, 0.0, 0.0, 0.0]}))
    content["settings"]["solver"] = {"max_gap_s": 0.05}  # which stands under timeline now
    (tmp_path / "w_summary.json").write_text(json.dumps(content))
    assert read_placement(tmp_path) == {"pelvis": (1.0, 0.0, 0.0, 0.0)}


@pytest.mark.parametrize("parent", ["..", "/bodyset/pelvis"])
def test_frames_of_a_calibrated_model(tmp_path: Path, parent: str) -> None:
    path = tmp_path / "any.osim"
    path.write_text(model(frame(parent=parent) + frame("marker_frame")))
    expected = from_euler("XYZ", np.array([0.1, -0.2, 1.3]))
    np.testing.assert_allclose(read_placement(path)["pelvis"], expected, atol=1e-15)
    assert set(read_placement(path)) == {"pelvis"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (model(""), r"no sensor frames \(<body>_imu\): it is not calibrated"),
        (model(frame(), body="torso"), "wanted a frame of the body pelvis, found one of torso"),
        (model(frame(parent="/jointset/back/torso_offset")), "found one of torso_offset"),
        (model(frame(angles="0.1 0.2")), "three angles in radians, found '0.1 0.2'"),
        (model(frame(angles="0.1 nan 0.2")), "wanted an orientation of three angles"),
        (model(frame() + frame()), "is defined twice"),
        (model(frame())[:-30], "found damaged XML on line"),
        ("<OpenSimDocument><IMUPlacer/></OpenSimDocument>", "wanted an OpenSim model"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares XML entities"),
        (model(frame(angles="0.1 \u0661 0.2")), "wanted an orientation of three angles"),
        (model(frame(angles="0.1 1_0 0.2")), "wanted an orientation of three angles"),
        (model(frame(angles="0.1 1e400 0.2")), "wanted an orientation of three angles"),
        ("{}", "format: wanted the summary of a run"),
        (summary([1, 2]), r"placement\.R_BS: wanted a table, found a list of 2"),
        (summary({}), "it contains no sensor-to-segment calibration"),
        (summary({"pelvis_imu": [2, 0, 0, 0]}), r"R_BS\.pelvis_imu: wanted four numbers"),
        (summary({"pelvis_imu": "x up, z back"}), r"R_BS\.pelvis_imu: wanted a list of 4"),
    ],
)
def test_what_is_no_placement_is_refused(tmp_path: Path, text: str, wanted: str) -> None:
    path = tmp_path / "earlier"
    path.write_text(text)
    with pytest.raises(SettingsError, match=wanted) as caught:
        read_placement(path)
    assert str(path) in str(caught.value)


def test_a_folder_holds_one_run(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such file"):
        read_placement(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match=r"found neither \*_summary.json nor \*_model.osim"):
        read_placement(tmp_path)
    (tmp_path / "a_model.osim").write_text(model(frame()))
    (tmp_path / "a_placer_model.osim").write_text(model(frame(angles="0 0 0")))
    assert read_placement(tmp_path)["pelvis"][0] < 0.9
    (tmp_path / "b_model.osim").write_text(model(frame()))
    with pytest.raises(SettingsError, match=r"several results: a_model.osim, b_model.osim"):
        read_placement(tmp_path)
