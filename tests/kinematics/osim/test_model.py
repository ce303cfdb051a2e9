"""The pelvis-trunk model: kinematics in closed form, signs in plain words, files."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import opensim
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.config.settings import SubjectSettings
from opensim_pelvis.errors import ModelError
from opensim_pelvis.kinematics.osim.build import RANGES_DEG
from opensim_pelvis.kinematics.osim.model import (
    build_model,
    describe_model,
    load_model,
    model_from_xml,
    model_to_xml,
    require_bodies,
    write_reference_model,
)
from opensim_pelvis.rotations import to_matrix
from opensim_pelvis.types.segments import BODIES

REFERENCE = Path(__file__).resolve().parents[3] / "models" / "pelvis_trunk.osim"
ROTATION_TOLERANCE = 1e-12  # two double-precision products of up to nine rotations
FILE_TOLERANCE = 1e-12  # numbers of a file against a build on another machine
ROUNDING_M = 1e-8  # sums of positions that are rounded to nanometres
ANGLE_RAD = 0.3


class Posed:
    """A model whose coordinates can be set and whose bodies and markers be looked up."""

    def __init__(self, model: opensim.Model) -> None:
        self.model = model
        self.state = model.initSystem()

    def set(self, **values_rad: float) -> Posed:
        for coordinate in self.model.getCoordinateSet():
            coordinate.setValue(self.state, coordinate.getDefaultValue(), False)
        for name, value in values_rad.items():
            self.model.getCoordinateSet().get(name).setValue(self.state, value, False)
        self.model.realizePosition(self.state)
        return self

    def matrix(self, body: str) -> np.ndarray:
        rotation = self.model.getBodySet().get(body).getTransformInGround(self.state).R()
        return np.array([[rotation.get(i, j) for j in range(3)] for i in range(3)])

    def origin(self, body: str) -> np.ndarray:
        return self.model.getBodySet().get(body).getTransformInGround(self.state).p().to_numpy()

    def marker(self, name: str) -> np.ndarray:
        return self.model.getMarkerSet().get(name).getLocationInGround(self.state).to_numpy()

    def moved_marker(self, name: str, **values_rad: float) -> np.ndarray:
        before = self.set().marker(name)
        return self.set(**values_rad).marker(name) - before

    def moved_origin(self, body: str, **values_rad: float) -> np.ndarray:
        before = self.set().origin(body)
        return self.set(**values_rad).origin(body) - before


@pytest.fixture(scope="module")
def posed() -> Posed:
    return Posed(build_model(SubjectSettings()))


def zxy(z: float, x: float, y: float) -> np.ndarray:
    return Rotation.from_euler("ZXY", [z, x, y]).as_matrix()


def about_z(angle: float) -> np.ndarray:
    return Rotation.from_euler("Z", angle).as_matrix()


def closed_form(q: dict[str, float]) -> dict[str, np.ndarray]:
    """Body orientations by hand: z-x-y products, left hip mirrored, hinges about z."""
    bodies = {"pelvis": zxy(q["pelvis_tilt"], q["pelvis_list"], q["pelvis_rotation"])}
    bodies["torso"] = bodies["pelvis"] @ zxy(
        q["lumbar_extension"], q["lumbar_bending"], q["lumbar_rotation"]
    )
    for side, sign in (("r", 1.0), ("l", -1.0)):
        hip = zxy(
            q[f"hip_flexion_{side}"],
            sign * q[f"hip_adduction_{side}"],
            sign * q[f"hip_rotation_{side}"],
        )
        bodies[f"femur_{side}"] = bodies["pelvis"] @ hip
        bodies[f"tibia_{side}"] = bodies[f"femur_{side}"] @ about_z(-q[f"knee_angle_{side}"])
        bodies[f"calcn_{side}"] = bodies[f"tibia_{side}"] @ about_z(q[f"ankle_angle_{side}"])
    return bodies


@pytest.mark.parametrize("seed", range(20))
def test_body_orientations_are_the_products_of_the_coordinates(posed, seed):
    random = np.random.default_rng(seed)
    names = [
        coordinate.getName()
        for coordinate in posed.model.getCoordinateSet()
        if not coordinate.getName().startswith("pelvis_t") or coordinate.getName() == "pelvis_tilt"
    ]
    values = dict(zip(names, random.uniform(-1.4, 1.4, len(names)).tolist(), strict=True))
    posed.set(**values)
    for body, wanted in closed_form(values).items():
        np.testing.assert_allclose(posed.matrix(body), wanted, atol=ROTATION_TOLERANCE)


def test_pelvis_tilt_is_posterior(posed):
    assert posed.moved_marker("RASI", pelvis_tilt=ANGLE_RAD)[0] == pytest.approx(0.0, abs=1e-9)
    rise = posed.set(pelvis_tilt=ANGLE_RAD)
    front = (rise.marker("RASI") + rise.marker("LASI")) / 2
    back = (rise.marker("RPSI") + rise.marker("LPSI")) / 2
    before = posed.set()
    assert front[1] - back[1] > before.marker("RASI")[1] - before.marker("RPSI")[1]


def test_pelvis_list_lowers_the_right_side(posed):
    assert posed.moved_marker("RASI", pelvis_list=ANGLE_RAD)[1] < -0.02
    assert posed.moved_marker("LASI", pelvis_list=ANGLE_RAD)[1] > 0.02


def test_pelvis_rotation_brings_the_right_side_forward(posed):
    assert posed.moved_marker("RASI", pelvis_rotation=ANGLE_RAD)[0] > 0.02
    assert posed.moved_origin("femur_r", pelvis_rotation=ANGLE_RAD)[0] > 0.02
    assert posed.moved_marker("LASI", pelvis_rotation=ANGLE_RAD)[0] < -0.02


def test_lumbar_extension_leans_the_trunk_back(posed):
    assert posed.moved_marker("C7", lumbar_extension=ANGLE_RAD)[0] < -0.1


def test_lumbar_bending_leans_the_trunk_to_the_right(posed):
    assert posed.moved_marker("C7", lumbar_bending=ANGLE_RAD)[2] > 0.1


def test_lumbar_rotation_brings_the_right_shoulder_forward(posed):
    assert posed.moved_marker("RSHO", lumbar_rotation=ANGLE_RAD)[0] > 0.05


@pytest.mark.parametrize(("side", "outward"), [("r", 1.0), ("l", -1.0)])
def test_leg_signs(posed, side, outward):
    knee, ankle, toe = f"tibia_{side}", f"calcn_{side}", f"{side.upper()}TOE"
    # flexion brings the knee forward, adduction brings it to the midline
    assert posed.moved_origin(knee, **{f"hip_flexion_{side}": ANGLE_RAD})[0] > 0.1
    assert outward * posed.moved_origin(knee, **{f"hip_adduction_{side}": ANGLE_RAD})[2] < -0.1
    # inward rotation turns the toes to the midline
    assert outward * posed.moved_marker(toe, **{f"hip_rotation_{side}": ANGLE_RAD})[2] < -0.03
    # knee flexion brings the foot back, dorsiflexion lifts the toes
    assert posed.moved_origin(ankle, **{f"knee_angle_{side}": ANGLE_RAD})[0] < -0.1
    assert posed.moved_marker(toe, **{f"ankle_angle_{side}": ANGLE_RAD})[1] > 0.02


@pytest.mark.parametrize(
    "subject",
    [SubjectSettings(), SubjectSettings(height_m=1.62, mass_kg=55.5, sex="female")],
    ids=["unknown", "given"],
)
def test_mass_and_stance(subject):
    standing = Posed(build_model(subject)).set()
    wanted = 70.0 if subject.mass_kg is None else subject.mass_kg
    assert standing.model.getTotalMass(standing.state) == pytest.approx(wanted, rel=1e-12)
    for side in "rl":
        assert standing.origin(f"calcn_{side}")[1] == pytest.approx(0.0, abs=ROUNDING_M)
    for body in BODIES:
        np.testing.assert_allclose(standing.matrix(body), np.eye(3), atol=ROTATION_TOLERANCE)


def test_ranges_are_given_and_nothing_is_clamped_or_locked(posed):
    for coordinate in posed.model.getCoordinateSet():
        assert not coordinate.getDefaultClamped()
        assert not coordinate.getDefaultLocked()
        key = coordinate.getName().removesuffix("_r").removesuffix("_l")
        if key in RANGES_DEG:
            found = np.rad2deg([coordinate.getRangeMin(), coordinate.getRangeMax()])
            np.testing.assert_allclose(found, RANGES_DEG[key])
            assert found[0] < 0.0 < found[1]


def test_description_holds_what_other_stages_need():
    model = build_model(SubjectSettings())
    described = describe_model(model, "built")
    assert described.name == "pelvis_trunk"
    assert set(described.bodies) == set(described.default_R_GB) == set(BODIES)
    assert len(described.coordinates) == 16
    assert not {"pelvis_tx", "pelvis_ty", "pelvis_tz"} & set(described.coordinates)
    assert set(described.ranges_rad) == set(described.coordinates)
    assert described.ranges_rad["knee_angle_r"] == pytest.approx(np.deg2rad((-10.0, 150.0)))
    centres = {mark.name: mark for mark in described.landmarks if mark.kind == "joint_centre"}
    assert set(centres) == {"LJC", "HJC_R", "HJC_L", "KJC_R", "KJC_L", "AJC_R", "AJC_L"}
    assert centres["HJC_R"].body == "pelvis"
    standing = Posed(model).set()
    for name, body in (("HJC_R", "femur_r"), ("KJC_L", "tibia_l"), ("LJC", "torso")):
        place = standing.origin(centres[name].body) + centres[name].position_b_m
        np.testing.assert_allclose(place, standing.origin(body), atol=ROUNDING_M)
    marks = {mark.name: mark for mark in described.landmarks if mark.kind == "landmark"}
    assert {"RASI", "LASI", "RPSI", "LPSI", "C7", "T10", "CLAV", "STRN", "RTOE"} <= set(marks)
    assert marks["RASI"].position_b_m[2] == pytest.approx(-marks["LASI"].position_b_m[2])


def test_document_survives_loading():
    document = model_to_xml(build_model(SubjectSettings(height_m=1.8, sex="male")))
    again = model_from_xml(document)
    assert again.getName() == "pelvis_trunk"
    assert model_to_xml(again) == document


def test_default_orientations_are_read_from_the_model():
    model = build_model(SubjectSettings())
    model.updCoordinateSet().get("pelvis_list").setDefaultValue(ANGLE_RAD)
    described = describe_model(model, "leaning")
    np.testing.assert_allclose(
        to_matrix(described.default_R_GB["torso"]), zxy(0.0, ANGLE_RAD, 0.0), atol=1e-12
    )


def same_elements(one: ET.Element, two: ET.Element, path: str = "") -> None:
    here = f"{path}/{one.tag}[{one.get('name', '')}]"
    assert one.tag == two.tag, here
    assert one.attrib == two.attrib, here
    words, others = (one.text or "").split(), (two.text or "").split()
    assert len(words) == len(others), here
    for word, other in zip(words, others, strict=True):
        if word != other:
            assert float(word) == pytest.approx(float(other), abs=FILE_TOLERANCE), here
    assert len(one) == len(two), here
    for child, twin in zip(one, two, strict=True):
        same_elements(child, twin, here)


def test_reference_model_is_what_the_code_builds(tmp_path):
    built = tmp_path / "built.osim"
    write_reference_model(built)
    assert REFERENCE.is_file(), (
        "run: python -m opensim_pelvis.kinematics.osim.model --out models/pelvis_trunk.osim"
    )
    same_elements(ET.parse(REFERENCE).getroot(), ET.parse(built).getroot())


def test_reference_model_draws_opensims_own_bones():
    files = {mesh.text for mesh in ET.parse(REFERENCE).iter("mesh_file")}
    sided = {
        f"{side}_{bone}.vtp"
        for side in "rl"
        for bone in ("pelvis", "fibula", "talus", "foot", "bofoot")
    }
    sided |= {f"{bone}_{side}.vtp" for side in "rl" for bone in ("femur", "tibia")}
    torso = {"hat_spine.vtp", "hat_jaw.vtp", "hat_skull.vtp", "hat_ribs_scap.vtp"}
    assert files == sided | torso | {"sacrum.vtp"}


def test_loading_is_quiet_but_for_bones_and_leaves_no_log(tmp_path):
    script = (
        "import sys, opensim_pelvis.kinematics.osim, opensim;"
        "opensim.Logger.setLevelString('Warn');"
        "opensim.Model(sys.argv[1]).initSystem()"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(REFERENCE)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    lines = (run.stdout + run.stderr).splitlines()
    assert [line for line in lines if line and "Couldn't find file" not in line] == []
    assert list(tmp_path.iterdir()) == []


def test_loading_a_model_prints_nothing(capfd, tmp_path):
    load_model(REFERENCE)
    broken = tmp_path / "broken.osim"
    broken.write_text("no model")
    with pytest.raises(ModelError):
        load_model(broken)
    assert capfd.readouterr() == ("", "")


def test_missing_model_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"gone\.osim: wanted an OpenSim model"):
        load_model(tmp_path / "gone.osim")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (REFERENCE.read_text()[:20000], "wanted an OpenSim model, found damaged XML"),
        ("", "wanted an OpenSim model, found an empty file"),
        ("time\tpelvis_tilt\n0\t0\n", "wanted an OpenSim model, found damaged XML"),
        (
            '<OpenSimDocument Version="40000"><IMUPlacer/></OpenSimDocument>',
            "found a document without bodies",
        ),
    ],
    ids=["truncated", "empty", "table", "other document"],
)
def test_file_that_is_no_model_is_refused(tmp_path, text, message):
    path = tmp_path / "wrong.osim"
    path.write_text(text)
    with pytest.raises(ModelError, match=message) as caught:
        load_model(path)
    assert "wrong.osim" in str(caught.value)


def test_absent_bodies_are_named_with_the_nearest(posed):
    require_bodies(posed.model, BODIES)
    with pytest.raises(ModelError, match="2 faults") as caught:
        require_bodies(posed.model, ["pelvis", "torsoo", "tibia"])
    message = str(caught.value)
    assert "'torsoo', but the model does not have it (nearest: torso)" in message
    assert "'tibia', but the model does not have it (nearest: tibia_r, tibia_l)" in message
    assert "'pelvis'" not in message


@pytest.mark.parametrize(
    ("file", "bodies", "pelvis", "centres"),
    [
        (
            "opensense_walk/Rajagopal_2015.osim",
            22,
            ("pelvis_tilt", "pelvis_list", "pelvis_rotation"),
            {"HJC_R", "KJC_R", "AJC_R", "LJC", "subtalar_r"},
        ),
        (
            "p02_running/Participant_02.osim",
            20,
            ("pelvis_rotation", "pelvis_obliquity", "pelvis_tilt"),
            {"HJC_L", "KJC_L", "AJC_L", "LJC", "subtalar_l"},
        ),
    ],
)
def test_other_peoples_models_are_described(shared_data, file, bodies, pelvis, centres):
    described = describe_model(load_model(shared_data / file), file)
    assert len(described.bodies) == bodies
    assert described.coordinates[:3] == pelvis
    # the kneecap follows the knee: not independent
    assert not [name for name in described.coordinates if name.endswith("_beta")]
    names = {mark.name for mark in described.landmarks if mark.kind == "joint_centre"}
    assert centres <= names
    assert all(mark.body in described.bodies for mark in described.landmarks)
