"""Sensors on shanks and feet leave pelvis, trunk and thighs where their own sensors have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.config.settings import SubjectSettings
from opensim_pelvis.errors import SolveError
from opensim_pelvis.kinematics.osim import tool_check
from opensim_pelvis.kinematics.osim.build import build_model
from opensim_pelvis.kinematics.osim.model import describe_model
from opensim_pelvis.kinematics.osim.prepare import Prepared, prepare
from opensim_pelvis.kinematics.osim.skeleton import Observability
from opensim_pelvis.kinematics.osim.tool_check import CHECKED_FRAMES, doubt_tool
from opensim_pelvis.kinematics.osim.weights import LIGHT, all_follow, choose_weights
from opensim_pelvis.kinematics.solve import solve_batch
from opensim_pelvis.rotations import angle_between, inverse, multiply
from opensim_pelvis.types import Kinematics, SensorOrientations
from opensim_pelvis.types.segments import BODIES
from tests.kinematics.osim.test_engines import MOUNTINGS, TRUTH, orientations_of
from tests.kinematics.test_solve import placement_of

NOISE_DEG = 6.0  # of each sensor by itself: what skin, headings and real knees leave a hinge by
SAME_DEG = 0.01  # the issue's own figure
UPPER = ("pelvis", "torso", "femur_r", "femur_l")
BELOW = ("tibia_r", "tibia_l", "calcn_r", "calcn_l")
NOISY = orientations_of(BODIES, noise_deg=NOISE_DEG)
Solved = tuple[Prepared, SensorOrientations, Kinematics]


def solve(
    bodies: tuple[str, ...], sensed: tuple[str, ...] = (), stated: Mapping[str, float] | None = None
) -> Solved:
    """Return what a run does from the model on; ``sensed`` gives the model its play."""
    model = describe_model(build_model(SubjectSettings(), sensed), "")
    columns = [BODIES.index(body) for body in bodies]
    sensors = tuple(f"{body}_imu" for body in bodies)
    orientations = replace(NOISY, sensors=sensors, R_GS=NOISY.R_GS[:, columns])
    placement = placement_of(bodies)
    ready = prepare(model, placement, orientations, stated=stated or {}, headless=())
    found = solve_batch(
        ready.model,
        orientations,
        ready.observability,
        placement=placement,
        weights=ready.weights,
    )
    return ready, orientations, found


def off_sensor_deg(found: Kinematics, body: str) -> float:
    """Return how far a body is from where its own sensor alone has it, at most."""
    own = multiply(NOISY.R_GS[:, BODIES.index(body)], inverse(MOUNTINGS[body]))
    return float(np.rad2deg(angle_between(found.R_GB[:, found.bodies.index(body)], own).max()))


@pytest.fixture(scope="module")
def with_play() -> Solved:
    return solve(BODIES, BODIES)


@pytest.fixture(scope="module")
def with_hinges() -> Solved:
    return solve(BODIES)


def test_with_play_every_body_follows_its_sensor_at_equal_weights(with_play: Solved) -> None:
    ready, _, found = with_play
    assert set(ready.weights.values()) == {1.0}
    assert max(off_sensor_deg(found, body) for body in BODIES) < SAME_DEG
    for name in ("knee_adduction", "knee_rotation", "ankle_inversion", "ankle_rotation"):
        for side in "rl":
            angle = found.values_rad[:, found.coordinates.index(f"{name}_{side}")]
            assert np.rad2deg(np.abs(angle).max()) > 1.0, "what a hinge would have hidden"


@pytest.mark.parametrize("side", ["r", "l"])
@pytest.mark.parametrize(
    ("joint", "second", "body", "marker"),
    [("knee", "adduction", "tibia", "ANK"), ("ankle", "inversion", "calcn", "TOE")],
)
def test_play_is_positive_to_the_midline_on_both_sides(
    side: str, joint: str, second: str, body: str, marker: str
) -> None:
    model = build_model(SubjectSettings(), BODIES)
    state = model.initSystem()
    lower = model.getMarkerSet().get(f"{side.upper()}{marker}")
    frame = model.getBodySet().get(f"{body}_{side}")

    def to_the_midline(turned: str) -> tuple[float, float]:
        """Return how far the lower end lies, and the front points, to the midline."""
        for name in (second, "rotation"):
            coordinate = model.getCoordinateSet().get(f"{joint}_{name}_{side}")
            coordinate.setValue(state, 0.3 if name == turned else 0.0)
        model.realizePosition(state)
        inward = -1.0 if side == "r" else 1.0
        forward = frame.getTransformInGround(state).R().get(2, 0)
        return inward * lower.getLocationInGround(state).get(2), inward * forward

    assert to_the_midline(second)[0] - to_the_midline("")[0] > 0.005
    assert to_the_midline("rotation")[1] == pytest.approx(np.sin(0.3))


def test_a_joint_has_play_only_between_two_sensors() -> None:
    def turns(sensed: tuple[str, ...]) -> set[str]:
        found = describe_model(build_model(SubjectSettings(), sensed), "").coordinates
        return {name for name in found if name.startswith(("knee", "ankle"))}

    hinges = {f"{joint}_angle_{side}" for joint in ("knee", "ankle") for side in "rl"}
    assert turns(("pelvis", "tibia_r", "femur_l", "calcn_l")) == hinges
    knee = {"knee_adduction_r", "knee_rotation_r"}
    assert turns(("pelvis", "femur_r", "tibia_r", "calcn_l")) == hinges | knee
    ankle = {"ankle_inversion_l", "ankle_rotation_l"}
    assert turns(("pelvis", "tibia_l", "calcn_l")) == hinges | ankle


@pytest.mark.parametrize("sensed", [BODIES, ()], ids=["play", "hinges"])
def test_more_sensors_leave_pelvis_and_trunk_as_they_are(sensed: tuple[str, ...]) -> None:
    _, _, few = solve(("pelvis", "torso"), sensed[:2])
    for bodies in (UPPER, BODIES):
        _, _, more = solve(bodies, sensed)
        for name in few.coordinates:
            one, other = (k.values_rad[:, k.coordinates.index(name)] for k in (few, more))
            assert np.rad2deg(np.abs(one - other).max()) < SAME_DEG


def test_hinges_pull_the_thighs_by_little_by_default_and_by_much_at_equal_weights(
    with_hinges: Solved,
) -> None:
    ready, _, light = with_hinges
    assert ready.weights == {body: LIGHT if body in BELOW else 1.0 for body in BODIES}
    _, _, equal = solve(BODIES, stated=dict.fromkeys(BELOW, 1.0))
    for thigh in ("femur_r", "femur_l"):
        assert off_sensor_deg(light, thigh) < 1.0
        assert off_sensor_deg(equal, thigh) > 10.0


def test_a_weight_that_is_stated_stands_and_zero_or_no_heading_drops_a_sensor() -> None:
    ready, _, found = solve(BODIES, stated={"tibia_r": 3.0, "calcn_l": 0.0})
    assert (ready.weights["tibia_r"], ready.weights["tibia_l"]) == (3.0, LIGHT)
    assert "calcn_l" not in ready.worn
    assert "ankle_angle_l" not in found.coordinates


@pytest.mark.parametrize(
    ("worn", "light"),
    [
        (("pelvis", "tibia_r"), set()),  # hip and knee together turn a shank any way
        (("pelvis", "femur_r", "tibia_r"), {"tibia_r"}),
        (("pelvis", "femur_r", "calcn_r"), {"calcn_r"}),
        (("pelvis", "tibia_r", "calcn_r"), {"calcn_r"}),
        (("pelvis", "torso", "femur_r", "femur_l"), set()),
    ],
)
def test_only_a_sensor_that_would_pull_counts_for_little(
    worn: tuple[str, ...], light: set[str]
) -> None:
    observability = Observability(describe_model(build_model(SubjectSettings()), ""))
    weights = choose_weights(observability, worn, {})
    assert weights == {body: LIGHT if body in light else 1.0 for body in worn}


def test_a_trunk_that_cannot_follow_its_sensor_counts_in_full() -> None:
    osim = build_model(SubjectSettings())
    osim.updCoordinateSet().get("lumbar_bending").setDefaultLocked(True)
    observability = Observability(describe_model(osim, ""))
    assert not observability.can_follow("torso", "pelvis")
    assert choose_weights(observability, ("pelvis", "torso"), {}) == {"pelvis": 1.0, "torso": 1.0}


def test_the_tool_follows_for_sure_only_at_equal_weights(with_play: Solved) -> None:
    ready, _, _ = with_play
    assert all_follow(ready.observability, BODIES, {})
    assert all_follow(ready.observability, BODIES, dict.fromkeys(BODIES, 2.0))
    assert not all_follow(ready.observability, BODIES, {"tibia_r": 0.02})


def test_where_opensims_tool_stays_behind_it_is_said_by_how_much(
    with_play: Solved, with_hinges: Solved
) -> None:
    ready, orientations, found = with_play
    assert doubt_tool(found, ready, orientations) == []
    ready, orientations, found = with_hinges
    (note,) = doubt_tool(found, ready, orientations)
    assert note.code == "kinematics.tool_behind"
    assert note.values["frames"] == min(CHECKED_FRAMES, TRUTH.time_s.size)
    apart = dict(note.values["apart_deg"])
    assert {name.split("_")[0] for name in apart} == {"knee", "ankle"}, "hips are followed"
    assert all(0.2 < angle < 10.0 for angle in apart.values())


def test_a_tool_that_fails_is_said_and_stops_nothing(
    with_hinges: Solved, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SolveError("no")

    monkeypatch.setattr(tool_check, "run_tool", fail)
    ready, orientations, found = with_hinges
    assert [note.code for note in doubt_tool(found, ready, orientations)] == [
        "kinematics.tool_failed"
    ]


def test_the_fastest_complete_frames_are_checked(
    with_hinges: Solved, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[np.ndarray] = []

    def ours(
        model: object, orientations: object, rows: np.ndarray, weights: object
    ) -> dict[str, np.ndarray]:
        asked.append(rows)
        return dict.fromkeys(found.coordinates, values[rows, 0] + 2.0 * np.pi)

    ready, orientations, found = with_hinges
    values = np.zeros((400, len(found.coordinates)))
    values[200:300] = np.linspace(0.0, 4.0 * np.pi, 100)[:, None]
    values[300:] = 4.0 * np.pi
    values[240] = np.nan
    moved = replace(found, **grown(values))
    monkeypatch.setattr(tool_check, "run_tool", ours)
    assert doubt_tool(moved, ready, orientations) == []
    assert asked[0].size == CHECKED_FRAMES
    assert 240 not in asked[0]
    assert 200 <= asked[0][0] < asked[0][-1] <= 300


def grown(values: np.ndarray) -> dict[str, np.ndarray]:
    """Return what replaces the arrays of a solution by those of other values."""
    n = values.shape[0]
    return {
        "time_s": np.arange(n) / 25.0,
        "values_rad": values,
        "errors_rad": np.zeros((n, len(BODIES))),
        "R_GB": np.zeros((n, len(BODIES), 4)),
        "p_GB_m": np.zeros((n, len(BODIES), 3)),
    }
