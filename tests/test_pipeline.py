"""The whole job: from a recording to angles and files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim
import pytest

import opensim_pelvis
from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import (
    ActivitySettings,
    CalibrationSettings,
    Engine,
    RecordingSettings,
    SolverSettings,
    SubjectSettings,
    TrialSettings,
)
from opensim_pelvis.errors import ExportError, ModelError, PlacementError, SettingsError
from opensim_pelvis.io import output
from opensim_pelvis.notices import notice
from opensim_pelvis.rotations import angle_between, from_euler, multiply
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Gap,
    SensorSettings,
    random_mountings,
    simulate_sensors,
    typical_mountings,
    write_xsens,
)
from opensim_pelvis.types import OrientationOrigin, Recording, Result
from opensim_pelvis.types.segments import BODIES
from tests.exporting import PAGE_AND_PDF, without
from tests.notices import coded, codes, sentences
from tests.simulated import short_run

CLEAN_DEG = 0.01  # the issue's own figure
ROOM_DEG = 1e-6  # the issue's own figure
TRUTH = short_run(duration_s=3.0, rate_hz=25.0)
MOUNTINGS = random_mountings(11) | {"pelvis": typical_mountings()["pelvis"]}
STATIC = CalibrationSettings(window_s=(0.0, 1.2), heading_axis="-z")

SETS = {
    "pelvis": ("pelvis",),
    "pelvis and torso": ("pelvis", "torso"),
    "pelvis and thighs": ("pelvis", "femur_r", "femur_l"),
    "pelvis and shanks": ("pelvis", "tibia_r", "tibia_l"),
    "pelvis and feet": ("pelvis", "calcn_r", "calcn_l"),
    "pelvis, thighs and feet": ("pelvis", "femur_r", "femur_l", "calcn_r", "calcn_l"),
    "all": BODIES,
}


def recording_of(bodies: tuple[str, ...] = BODIES, **sensors: object) -> Recording:
    settings = SensorSettings(mountings=MOUNTINGS, **sensors)  # type: ignore[arg-type]
    return simulate_sensors(TRUTH, settings, bodies)


def worn(bodies: tuple[str, ...]) -> dict[str, str]:
    return {identifier: body for identifier, body in SENSOR_MAP.items() if body in bodies}


def solve(
    recording: Recording,
    bodies: tuple[str, ...] = BODIES,
    *,
    calibration: CalibrationSettings = STATIC,
    solver: SolverSettings | None = None,
) -> Result:
    return pipeline.run(
        recording,
        sensors=worn(bodies),
        calibration=calibration,
        activity=ActivitySettings(surface="treadmill"),
        solver=solver,
    )


@pytest.fixture(scope="module")
def everything() -> Result:
    return solve(recording_of(heading_rad=2.2))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("heading_rad", [0.0, -2.0])
def test_clean_angles_come_back_and_absent_ones_are_said(name: str, heading_rad: float) -> None:
    bodies = SETS[name]
    result = solve(recording_of(bodies, heading_rad=heading_rad), bodies)
    for table, truth in ((result.coordinates, TRUTH.coordinates), (result.angles, TRUTH.angles)):
        for column in table:
            error = np.abs(table[column] - np.rad2deg(truth[column])).max()
            assert error < CLEAN_DEG, f"{column} is off by {error} degrees"
    has_trunk, has_thighs = "torso" in bodies, "femur_r" in bodies
    assert ("trunk_axial_rotation" in result.angles) == has_trunk
    assert ("trunk_axial_rotation" in result.clinical.absent) != has_trunk
    assert ("thigh_extension_l" in result.angles) == has_thighs
    assert ("hip_flexion_r" in result.kinematics.absent) != has_thighs


@pytest.mark.parametrize("turn_rad", [0.9, np.pi, -2.4])
def test_turning_the_room_changes_no_angle(everything: Result, turn_rad: float) -> None:
    recording = recording_of(heading_rad=2.2)
    room = from_euler("ZXY", np.array([turn_rad, 0.0, 0.0]))
    turned = replace(
        recording,
        sensors=tuple(replace(s, R_ES=multiply(room, s.R_ES)) for s in recording.sensors),
    )
    result = solve(turned)
    for one, other in (
        (result.coordinates, everything.coordinates),
        (result.angles, everything.angles),
    ):
        assert np.abs(one - other).to_numpy().max() < ROOM_DEG


def test_facing_forward_in_the_calibration_pose_is_rotation_zero(everything: Result) -> None:
    pose = everything.coordinates.loc[:1.2]
    assert np.abs(pose["pelvis_rotation"]).max() < CLEAN_DEG


def test_a_long_gap_stays_absent_through_every_table_and_a_short_one_is_filled() -> None:
    gaps = (
        Gap(body="torso", start_s=2.0, length_s=0.04),
        Gap(body="femur_r", start_s=2.4, length_s=0.2),
    )
    result = solve(recording_of(gaps=gaps))
    ledger = result.aligned.ledger.to_frame()
    assert ledger.loc["torso_imu", "filled_samples"] == 1
    assert ledger.loc["femur_r_imu", "absent_samples"] == 5
    gone = result.coordinates["hip_flexion_r"].isna().to_numpy()
    np.testing.assert_allclose(TRUTH.time_s[gone], [2.4, 2.44, 2.48, 2.52, 2.56])
    assert not result.coordinates["lumbar_rotation"].isna().any()
    np.testing.assert_array_equal(result.angles["thigh_extension_r"].isna(), gone)
    assert not result.angles["thigh_extension_l"].isna().any()


def test_files_on_demand_and_all_at_once(everything: Result, tmp_path: Path) -> None:
    written = opensim_pelvis.write(everything, tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder" / "simulated"
    assert (written.folder, dict(written.missing)) == (folder, {})
    names = {path.name for path in written.files}
    assert names == {
        f"simulated{end}"
        for end in (
            "_model.osim",
            "_report.html",
            "_report.json",
            "_report.pdf",
            "_orientations.sto",
            "_calibration.sto",
            "_ik.mot",
            "_ik_errors.sto",
            "_angles.sto",
            ".c3d",
            "_summary.json",
            "_strides.csv",
            "_measures.csv",
            "_curves.csv",
            ".xlsx",
            "_placer.xml",
            "_ik.xml",
            "_manifest.json",
        )
    }
    assert {path.name for path in folder.iterdir()} == names
    table = opensim.TimeSeriesTable(str(folder / "simulated_ik.mot"))
    assert table.getNumRows() == TRUTH.time_s.size
    summary = json.loads((folder / "simulated_summary.json").read_text())
    assert summary["name"] == "simulated"


def test_a_failing_exporter_leaves_earlier_results_untouched(
    everything: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with without(*PAGE_AND_PDF):
        folder = output.write(everything, tmp_path).folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    class Broken:
        description = "fails after a part"
        essential = True
        optional = ()

        def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
            (directory / f"{result.name}_other.mot").write_text("half")
            raise RuntimeError("anything")

    real = output.load_exporter
    monkeypatch.setattr(
        output, "load_exporter", lambda name: Broken() if name == "summary" else real(name)
    )
    told = r"exporter 'summary'.*RuntimeError.*nothing was written"
    with without(*PAGE_AND_PDF), pytest.raises(ExportError, match=told):
        output.write(everything, tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(tmp_path.iterdir()) == [folder]


def test_an_exporter_that_the_others_do_not_need_leaves_out_its_own_files_alone(
    everything: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = output.write(everything, tmp_path)

    class Broken:
        description = "fails after a part"
        optional = ()

        def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
            (directory / f"{result.name}_report.pdf").write_text("half")
            raise RuntimeError("no such letter")

    real = output.load_exporter
    monkeypatch.setattr(
        output, "load_exporter", lambda name: Broken() if name == "pdf" else real(name)
    )
    written = output.write(everything, tmp_path)
    assert list(written.missing) == ["pdf"]
    names = {path.name for path in written.files}
    assert names == {path.name for path in before.files} - {"simulated_report.pdf"}
    manifest = json.loads((written.folder / "simulated_manifest.json").read_text())
    assert list(manifest["missing"]) == ["pdf"]


def test_a_file_that_this_result_does_not_have_is_not_left_from_before(
    everything: Result, tmp_path: Path
) -> None:
    gap = Gap(body="torso", start_s=2.0, length_s=0.4)
    with without(*PAGE_AND_PDF):
        folder = output.write(solve(recording_of(gaps=(gap,))), tmp_path).folder
        assert (folder / "simulated_ik_with_gaps.mot").exists()
        output.write(everything, tmp_path, overwrite=True)  # another recording
    assert not (folder / "simulated_ik_with_gaps.mot").exists()


def test_results_cannot_go_where_a_file_stands(everything: Result, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    for target in (file, file / "out"):
        with pytest.raises(ExportError, match=r"notes\.txt is a file.*--out"):
            output.write(everything, target)
    assert file.read_text() == "mine"


def test_the_same_job_in_five_lines_of_python(tmp_path: Path) -> None:
    write_xsens(recording_of(("pelvis", "torso")), tmp_path / "walk", prefix="walk")

    recording = opensim_pelvis.read(tmp_path / "walk")
    calibration = opensim_pelvis.CalibrationSettings(window_s=(0, 1), heading_axis="-z")
    sensors = {"00B4F001": "pelvis", "00B4F002": "torso"}
    result = opensim_pelvis.run(recording, sensors=sensors, calibration=calibration)
    opensim_pelvis.write(result, tmp_path / "out")

    assert "pelvic_axial_rotation" in result.angles
    assert (tmp_path / "out" / "walk" / "walk.c3d").exists()


def test_a_trial_reads_runs_and_tells_its_progress(tmp_path: Path) -> None:
    write_xsens(recording_of(("pelvis",)), tmp_path / "walk", prefix="walk")
    told: list[tuple[str, int, int]] = []
    settings = TrialSettings(
        recording=RecordingSettings(path=tmp_path / "walk", name="mine"),
        sensors=worn(("pelvis",)),
        calibration=STATIC,
        subject=SubjectSettings(height_m=1.8, mass_kg=80.0, sex="male"),
    )
    result = pipeline.run_trial(
        settings, defaults=("a = b",), progress=lambda *step: told.append(step)
    )
    assert (result.name, result.defaults) == ("mine", ("a = b",))
    assert [stage for stage, _, _ in told][:2] == ["reading", "reading"]
    assert ("inverse kinematics", TRUTH.time_s.size, TRUTH.time_s.size) in told
    last = {stage: (done, total) for stage, done, total in told}
    assert list(last)[-4:] == ["calibration", "compilation", "inverse kinematics", "analysis"]
    assert all(done == total for done, total in last.values())  # no bar is left half way
    assert result.versions["opensim-pelvis"] == opensim_pelvis_version()


def opensim_pelvis_version() -> str:
    from importlib.metadata import version

    return version("opensim-pelvis")


def test_a_model_without_a_body_that_is_asked_for_is_an_error(tmp_path: Path) -> None:
    from opensim_pelvis.kinematics.osim.build import build_model

    model = build_model(SubjectSettings())
    model.updBodySet().get("torso").setName("thorax")
    model.finalizeConnections()
    model.printToXML(str(tmp_path / "other.osim"))
    with pytest.raises(ModelError, match=r"torso.*thorax"):
        solve(recording_of(), solver=SolverSettings(model=tmp_path / "other.osim"))


def test_an_angle_beyond_the_range_of_the_model_is_doubted() -> None:
    # The sensor's z axis points backward: forward is taken the wrong way round.
    wrong = replace(STATIC, heading_axis="z")
    result = solve(recording_of(), calibration=wrong)
    assert any(
        note.startswith("knee_angle_") and "exceeds the range" in note
        for note in sentences(result.notes)
    )
    # what concerns most angles stands first, and no row calls the doubted axis good
    doubts = sentences(note for note in result.notes if note.severity != "note")
    assert doubts[0].startswith("calibration doubtful")
    assert result.placement.heading.sensors[0].verdict == "doubtful"


def test_which_way_the_pelvis_faces_has_no_range_to_leave() -> None:
    model = solve(recording_of()).model
    narrow = replace(model, ranges_rad=dict(model.ranges_rad) | {"pelvis_rotation": (-0.1, 0.1)})
    assert narrow.limits_rad("pelvis_rotation") is None
    assert narrow.limits_rad("pelvis_tilt") == model.ranges_rad["pelvis_tilt"]


def test_the_engine_can_be_checked_against_opensim_on_a_sample(tmp_path: Path) -> None:
    solver = SolverSettings(check_engine=True)
    noisy = recording_of(heading_rad=1.0, orientation_noise_rad=np.deg2rad(0.5), seed=1)
    result = solve(noisy, calibration=replace(STATIC, max_spread_deg=5.0), solver=solver)
    check = result.engine_check
    assert check is not None
    assert check.frames == 40
    assert 0.0 < np.rad2deg(check.max_difference_rad) < CLEAN_DEG
    assert check.max_excess_rad2 < 1e-12
    with without(*PAGE_AND_PDF):
        folder = output.write(result, tmp_path).folder
    summary = json.loads((folder / "simulated_summary.json").read_text())
    assert summary["kinematics"]["engine_check"]["frames"] == 40


@pytest.mark.parametrize("engine", ["opensim", "opensim-tool"])
def test_opensims_own_engines_give_the_same_angles(everything: Result, engine: Engine) -> None:
    other = solve(recording_of(heading_rad=2.2), solver=SolverSettings(engine=engine))
    assert other.kinematics.engine == engine
    difference = np.abs(other.angles - everything.angles).to_numpy().max()
    assert difference < (0.2 if engine == "opensim-tool" else CLEAN_DEG)


def test_a_window_in_motion_is_refused() -> None:
    with pytest.raises(PlacementError, match="RMS from its mean, wanted at most"):
        solve(recording_of(), calibration=replace(STATIC, window_s=(2.0, 2.8)))


@pytest.fixture(scope="module")
def earlier(everything: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an earlier run, with the model that OpenSim's placer calibrates."""
    folder = tmp_path_factory.mktemp("earlier")
    with without(*PAGE_AND_PDF):
        folder = output.write(everything, folder).folder
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert opensim.IMUPlacer("simulated_placer.xml").run(False)
    return folder


EARLIER = ("", "simulated_summary.json", "simulated_model.osim", "simulated_placer_model.osim")


@pytest.mark.parametrize("name", EARLIER, ids=("folder", "summary", "model", "OpenSense"))
def test_an_earlier_placement_is_used_again(everything: Result, earlier: Path, name: str) -> None:
    again = replace(STATIC, heading_axis=None, placement=earlier / name)
    result = solve(recording_of(heading_rad=-1.0), calibration=again)
    apart = angle_between(result.placement.R_BS, everything.placement.R_BS)
    assert apart.max() < (1e-6 if "placer" in name else 1e-12)
    for column in result.angles:
        error = np.abs(result.angles[column] - np.rad2deg(TRUTH.angles[column])).max()
        assert error < CLEAN_DEG, column
    assert result.placement.heading.method == "mounting"
    assert result.placement.verdict == "good"
    assert "mounting.reused" in codes(result.notes)


@pytest.mark.parametrize(
    ("turn_deg", "verdict"), [(5.0, "good"), (15.0, "doubtful"), (30.0, "rejected")]
)
def test_a_sensor_that_moved_since_the_earlier_run(
    earlier: Path, turn_deg: float, verdict: str
) -> None:
    tipped = from_euler("ZXY", np.deg2rad([turn_deg, 0.0, 0.0]))  # about the mediolateral axis
    moved = MOUNTINGS | {"femur_l": multiply(tipped, MOUNTINGS["femur_l"])}
    recording = simulate_sensors(TRUTH, SensorSettings(mountings=moved, heading_rad=0.4), BODIES)
    again = replace(STATIC, heading_axis=None, placement=earlier)
    if verdict == "rejected":
        with pytest.raises(PlacementError, match=r"femur_l_imu is tilted by 30.*the sensor moved"):
            solve(recording, calibration=again)
        return
    result = solve(recording, calibration=again)
    assert result.placement.verdict == verdict
    assert result.placement.quality["mounting_tilt_femur_l_imu_deg"] == pytest.approx(turn_deg)
    said = [
        note for note in sentences(result.notes) if "femur_l_imu is tilted by 15 degrees" in note
    ]
    assert bool(said) == (verdict == "doubtful")
    assert all("earlier run" in note for note in said)


@pytest.mark.parametrize(("turn_deg", "noticed"), [(10.0, False), (40.0, True), (-40.0, True)])
def test_a_sensor_that_moved_round_the_limb_since_the_earlier_run(
    earlier: Path, turn_deg: float, noticed: bool
) -> None:
    """Gravity does not see it, but the plane of swing does."""
    round_the_shank = from_euler("YXZ", np.deg2rad([turn_deg, 0.0, 0.0]))
    moved = MOUNTINGS | {"tibia_r": multiply(round_the_shank, MOUNTINGS["tibia_r"])}
    truth = short_run(duration_s=12.0, rate_hz=25.0)
    recording = simulate_sensors(truth, SensorSettings(mountings=moved, heading_rad=0.4), BODIES)
    again = replace(STATIC, heading_axis=None, placement=earlier)
    result = solve(recording, calibration=again)
    assert result.placement.quality["mounting_tilt_tibia_r_imu_deg"] < 0.1
    said = coded(result.notes, "mounting.turned")
    assert bool(said) == noticed
    assert all(note.subject == ("tibia_r_imu",) for note in said)
    assert all(note.values["source"] == notice("word.mounting_earlier") for note in said)
    assert result.placement.verdict == ("doubtful" if noticed else "good")


def test_an_earlier_placement_of_fewer_or_other_sensors(earlier: Path, tmp_path: Path) -> None:
    summary = json.loads((earlier / "simulated_summary.json").read_text())
    all_of = summary["placement"]["R_BS"]

    def again(*bodies: str) -> CalibrationSettings:
        summary["placement"]["R_BS"] = {
            f"{b}_imu": all_of.get(f"{b}_imu", [1, 0, 0, 0]) for b in bodies
        }
        path = tmp_path / "some_summary.json"
        path.write_text(json.dumps(summary))
        return replace(STATIC, heading_axis=None, placement=path)

    recording = recording_of(("pelvis", "torso"), heading_rad=0.4)
    result = solve(recording, ("pelvis", "torso"), calibration=again("pelvis"))
    (note,) = coded(result.notes, "mounting.not_worn_before")
    assert note.values["bodies"] == ("torso",)
    with pytest.raises(
        SettingsError, match=r"calibration has sensors on femur_r, this recording on .*pelvis"
    ):
        solve(recording, ("pelvis", "torso"), calibration=again("femur_r"))
    with pytest.raises(SettingsError, match="another model: this model has no body humerus_r"):
        solve(recording, ("pelvis", "torso"), calibration=again("pelvis", "humerus_r"))


def test_a_stated_axis_that_contradicts_the_mounting_is_doubted(earlier: Path) -> None:
    bodies = ("pelvis", "torso")
    both = replace(STATIC, heading_axis="y", placement=earlier)
    result = solve(recording_of(bodies, heading_rad=0.4), bodies, calibration=both)
    assert result.placement.verdict == "doubtful"
    (note,) = coded(result.notes, "mounting.turned")
    assert note.subject == ("pelvis_imu",)
    assert note.values["told_by"] == notice("word.stated_axis")
    assert note.values["turned_deg"] == pytest.approx(90.0, abs=1.0)


def test_what_hangs_on_an_unknown_heading_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = ("pelvis", "torso")
    recording = recording_of(bodies, heading_rad={"pelvis": 0.3, "torso": -1.9})
    origins = tuple(
        OrientationOrigin(identifier=s.identifier, origin="vqf 6D") for s in recording.sensors
    )
    monkeypatch.setattr(
        pipeline, "fuse_recording", lambda given, *_, **__: replace(given, origins=origins)
    )
    result = solve(recording, bodies)
    assert result.placement.heading.unknown == ("torso_imu",)
    assert result.clinical.absent["trunk_forward_lean"].code == "absent.heading_unknown"
    assert result.kinematics.absent["lumbar_extension"].code == "absent.needs_heading"
    true = np.rad2deg(TRUTH.angles["trunk_axial_rotation"])
    assert np.abs(result.angles["trunk_axial_rotation"] - true).max() < 1.0
    true = np.rad2deg(TRUTH.angles["pelvic_obliquity"])
    assert np.abs(result.angles["pelvic_obliquity"] - true).max() < CLEAN_DEG


def test_ties_across_holes_reach_headings_and_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = recording_of()
    errors = {"femur_r": (0.03, 0.04), "pelvis": (0.13,)}
    origins = tuple(
        OrientationOrigin(
            identifier=identifier,
            origin="vendor",
            heading_ties_s=(2.0,) * len(errors.get(body, ())),
            heading_tie_errors_rad=errors.get(body, ()),
        )
        for identifier, body in worn(BODIES).items()
    )
    monkeypatch.setattr(
        pipeline, "fuse_recording", lambda given, *_, **__: replace(given, origins=origins)
    )
    result = solve(recording)
    rows = {row.sensor: row for row in result.placement.heading.sensors}
    assert rows["femur_r_imu"].ties_rad == pytest.approx(0.05)
    assert rows["femur_r_imu"].sigma_rad > 0.05
    assert rows["pelvis_imu"].sigma_rad == pytest.approx(0.13)
    assert (rows["pelvis_imu"].verdict, result.placement.verdict) == ("doubtful", "doubtful")
    assert any(
        "continued across gaps" in note and "pelvis_imu 7.4" in note
        for note in sentences(result.notes)
    )


def test_mountings_that_the_file_gives_leave_nothing_to_calibrate() -> None:
    recording = recording_of(heading_rad=0.7)
    body_of = worn(BODIES)
    sensors = tuple(replace(s, R_BS=MOUNTINGS[body_of[s.identifier]]) for s in recording.sensors)
    unstated = replace(STATIC, heading_axis=None)
    result = solve(replace(recording, sensors=sensors), calibration=unstated)
    assert result.placement.heading.method == "mounting"
    for i, body in enumerate(result.placement.bodies):
        np.testing.assert_allclose(result.placement.R_BS[i], MOUNTINGS[body], atol=1e-12)
    for column in result.angles:
        error = np.abs(result.angles[column] - np.rad2deg(TRUTH.angles[column])).max()
        assert error < CLEAN_DEG, column
