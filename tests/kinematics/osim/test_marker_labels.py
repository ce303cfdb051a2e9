"""Labels that are never or rarely filled, weights, and what the markers that are left can know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim
import pytest

from opensim_pelvis.errors import ModelError, SolveError
from opensim_pelvis.kinematics.osim.marker_ik import MarkerSolution, solve_markers
from opensim_pelvis.kinematics.osim.marker_reach import MarkerReach
from opensim_pelvis.kinematics.osim.model import load_model
from opensim_pelvis.notices import Notice
from tests import notices
from tests.model_markers import MODEL, markers, write_trc

FRAMES = 12
RATE_HZ = 100.0
SAME_DEG = 0.1  # where two solutions of the same markers stop, by OpenSim's accuracy of 1e-5
TIME_S = np.arange(FRAMES) / RATE_HZ
ANGLES = ("hip_flexion_r", "lumbar_bending", "pelvis_list", "pelvis_rotation")


@pytest.fixture(scope="module")
def model() -> opensim.Model:
    return load_model(MODEL)


@pytest.fixture(scope="module")
def walk(model: opensim.Model) -> dict[str, np.ndarray]:
    """Markers of a known movement, each off by up to 5 mm, as skin moves."""
    poses = [{n: 0.2 * np.sin(0.3 * i + k) for k, n in enumerate(ANGLES)} for i in range(FRAMES)]
    rng = np.random.default_rng(3)
    drawn = rng.uniform(-0.005, 0.005, size=(100, FRAMES, 3))
    return {n: p + drawn[i] for i, (n, p) in enumerate(markers(model, poses).items())}


def coded(solved: MarkerSolution, code: str) -> Notice:
    """Return the one notice of a code."""
    (found,) = notices.coded(solved.notes, code)
    return found


def solve(model: opensim.Model, walk: dict[str, np.ndarray], **given: object) -> MarkerSolution:
    return solve_markers(model, TIME_S, walk, rate_hz=RATE_HZ, **given)


def largest_deg(one: MarkerSolution, other: MarkerSolution) -> float:
    """Return how far the angles of two solutions are apart at most."""
    assert set(one.coordinates_rad) == set(other.coordinates_rad)
    apart = [
        np.nanmax(np.abs(one.coordinates_rad[n] - v)) for n, v in other.coordinates_rad.items()
    ]
    return float(np.rad2deg(max(apart)))


def holed(path: np.ndarray, frames: slice | list[int]) -> np.ndarray:
    """Return a path that is seen in these frames alone."""
    out = np.full_like(path, np.nan)
    out[frames] = path[frames]
    return out


@pytest.mark.parametrize("seen", [[], [0], [3, 9], [0, 1, 2, 3, 4]])
def test_labels_filled_in_few_frames_change_nothing(
    model: opensim.Model, walk: dict[str, np.ndarray], seen: list[int]
) -> None:
    """Those of the shanks and feet come and go; all others are there in every frame."""
    rare = [n for n in walk if n[1:] in ("KNE", "ANK", "HEE", "TOE", "TIB", "THI")]
    assert 4 <= len(rare) < len(walk) - 6
    wanted = solve(model, {n: p for n, p in walk.items() if n not in rare})
    found = solve(model, {n: holed(p, seen) if n in rare else p for n, p in walk.items()})
    assert largest_deg(found, wanted) < SAME_DEG
    assert not set(found.markers) & set(rare)
    told = coded(found, "reference.labels_rarely_filled")
    assert set(told.subject) == set(rare)
    assert np.isfinite(found.coordinates_rad["pelvis_list"]).all()


def test_a_trial_that_is_measured_in_part_keeps_all_labels(
    model: opensim.Model, walk: dict[str, np.ndarray]
) -> None:
    """Where all labels are seen in the same few frames, they are the trial."""
    inside = slice(4, 9)
    found = solve(model, {n: holed(p, inside) for n, p in walk.items()})
    whole = solve(model, walk)
    assert found.markers == whole.markers
    assert np.flatnonzero(np.isfinite(found.coordinates_rad["pelvis_list"])).tolist() == [
        *range(4, 9)
    ]
    assert coded(found, "reference.too_few_markers").values["frames"] == FRAMES - 5
    here = found.coordinates_rad["hip_flexion_r"] - whole.coordinates_rad["hip_flexion_r"]
    assert np.rad2deg(np.nanmax(np.abs(here))) < SAME_DEG


def test_coordinates_without_a_marker_are_missing(
    model: opensim.Model, walk: dict[str, np.ndarray]
) -> None:
    bodies = {
        m.getName(): m.getParentFrame().findBaseFrame().getName() for m in model.getMarkerSet()
    }
    legless = {n: p for n, p in walk.items() if bodies[n] in ("pelvis", "torso")}
    found = solve(model, legless)
    assert {"pelvis_tilt", "lumbar_bending"} <= set(found.coordinates_rad)
    absent = {"hip_flexion_r", "hip_rotation_l", "knee_angle_r"}
    assert not absent & set(found.coordinates_rad)
    assert set(found.R_GB) == {"pelvis", "torso"}
    assert absent <= set(coded(found, "reference.not_determined").subject)
    # and frame by frame: a leg whose markers are hidden for a while is absent for that while
    left = [n for n in walk if bodies[n].endswith("_l")]
    seen = np.ones((2, len(walk)), dtype=bool)
    seen[1, [list(walk).index(n) for n in left]] = False
    coordinates, turned = MarkerReach(model, tuple(walk)).of_frames(seen)
    names = [c.getName() for c in model.getCoordinateSet()]
    at = names.index("hip_flexion_l"), names.index("hip_flexion_r")
    assert coordinates[:, at].tolist() == [[True, True], [False, True]]
    thigh = [b.getName() for b in model.getBodySet()].index("femur_l")
    assert turned[:, thigh].tolist() == [True, False]


def test_a_leg_that_is_hidden_for_a_while_is_missing_for_that_while(
    model: opensim.Model, walk: dict[str, np.ndarray]
) -> None:
    hidden = ("LKNE", "LKNM", "LANK", "LANM", "LHEE", "LTOE")  # a quarter of all markers
    seen = [*range(4), *range(8, FRAMES)]
    found = solve(model, {n: holed(p, seen) if n in hidden else p for n, p in walk.items()})
    for name in ("hip_rotation_l", "knee_angle_l"):
        assert np.flatnonzero(np.isfinite(found.coordinates_rad[name])).tolist() == seen, name
    for body in ("femur_l", "tibia_l"):
        assert np.flatnonzero(np.isfinite(found.R_GB[body][:, 0])).tolist() == seen, body
    for name in ("hip_rotation_r", "pelvis_list", "lumbar_bending"):
        assert np.isfinite(found.coordinates_rad[name]).all(), name
    told = coded(found, "reference.not_determined_at_times")
    assert {"hip_rotation_l", "knee_angle_l"} <= set(told.subject)
    assert told.values["frames"] == FRAMES - len(seen)


def test_nothing_to_follow_is_refused(model: opensim.Model, walk: dict[str, np.ndarray]) -> None:
    apart = {n: holed(p, [i % FRAMES]) for i, (n, p) in enumerate(walk.items())}
    with pytest.raises(SolveError, match="filled most often, in frames of 12: "):
        solve(model, apart)
    with pytest.raises(ModelError, match="of a weight above 0, found LASI"):
        solve(model, walk, weights={n: float(n == "LASI") for n in walk})


def test_weights_are_those_of_opensims_own_tool(
    model: opensim.Model, walk: dict[str, np.ndarray], tmp_path: Path
) -> None:
    weights = {n: float(1 + 20 * (i % 3 == 0)) if i % 7 else 0.0 for i, n in enumerate(walk)}
    found = solve(model, walk, weights=weights)
    wanted = tool(walk, weights, tmp_path)
    for name in ANGLES:
        ours = np.rad2deg(found.coordinates_rad[name])
        assert np.abs(ours - wanted[name]).max() < SAME_DEG, name
    assert largest_deg(found, solve(model, walk)) > 10 * SAME_DEG
    left_out = [n for n, w in weights.items() if w == 0.0]
    assert list(coded(found, "reference.weightless").subject) == left_out
    assert found.weights == {n: w for n, w in weights.items() if w > 0.0}


def tool(walk: dict[str, np.ndarray], weights: dict[str, float], folder: Path) -> dict:
    """Return what OpenSim's inverse kinematics tool makes of markers and a task set, degrees."""
    write_trc(folder / "w.trc", walk, RATE_HZ)
    job = opensim.InverseKinematicsTool()
    job.set_model_file(str(MODEL))
    job.set_marker_file(str(folder / "w.trc"))
    job.setStartTime(0.0)
    job.setEndTime(float(TIME_S[-1]))
    job.set_report_errors(False)
    job.set_output_motion_file(str(folder / "w.mot"))
    tasks = opensim.IKTaskSet()
    for name, weight in weights.items():
        task = opensim.IKMarkerTask()
        task.setName(name)
        task.setWeight(weight)
        tasks.cloneAndAppend(task)
    job.set_IKTaskSet(tasks)
    job.run()
    table = opensim.TimeSeriesTable(str(folder / "w.mot"))
    return {n: table.getDependentColumn(n).to_numpy() for n in table.getColumnLabels()}
