"""The body in pictures: solids stand where landmarks say, and every camera looks the right way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.report.body_shapes import Body, Solid, body_of
from opensim_pelvis.report.charts.chart import Area, Words
from opensim_pelvis.report.pdf_motion import picture_chart
from opensim_pelvis.report.picture import CAMERAS, arcs, box, moving, outlines
from opensim_pelvis.report.picture_page import pictures
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import Result

FORWARD, UP, RIGHT = np.eye(3)
WRITTEN_M = 1e-3


def standing(turn_deg: float = 0.0) -> dict:
    """Return landmarks of somebody upright, turned to the left side: + right side forward."""
    turn = np.deg2rad(turn_deg)
    R_TB = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])

    def line(part: str, *points: tuple[float, float, float]) -> dict:
        return {"part": part, "points": [[(R_TB @ point).tolist() for point in points]] * 3}

    spines = [(0.09, 0.0, 0.12), (0.09, 0.0, -0.12), (-0.09, 0.02, -0.05), (-0.09, 0.02, 0.05)]
    right = [(0.0, -0.08, 0.09), (0.0, -0.5, 0.09), (0.0, -0.9, 0.09), (-0.05, -0.95, 0.09)]
    toe = (0.15, -0.95, 0.09)
    other = [(x, y, -z) for x, y, z in (*right, toe, right[2])]
    shoulders = [(0.0, 0.45, 0.18), (-0.08, 0.5, 0.0), (0.0, 0.45, -0.18), (0.06, 0.44, 0.0)]
    return {
        "side": "right",
        "start_s": 0.0,
        "duration_s": 0.7,
        "lines": [
            line("pelvis", *spines, spines[0]),
            line("pelvis", right[0], (-0.02, 0.05, 0.0), other[0], right[0]),
            line("trunk", *shoulders, shoulders[0]),
            line("trunk", (-0.02, 0.05, 0.0), (-0.07, 0.3, 0.0), (-0.08, 0.5, 0.0)),
            line("right", *right, toe, right[2]),
            line("left", *other),
        ],
    }


def named(body: Body, part: str) -> list[Solid]:
    return [solid for solid in body.solids if solid.part == part]


@pytest.mark.parametrize(
    ("camera", "right", "up", "towards"),
    [("behind", RIGHT, UP, -FORWARD), ("side", FORWARD, UP, RIGHT), ("above", RIGHT, FORWARD, UP)],
)
def test_a_camera_shows_what_its_name_says(camera, right, up, towards) -> None:
    np.testing.assert_allclose(CAMERAS[camera].axes(), [right, up, towards], atol=1e-12)


def test_the_axes_of_any_camera_are_a_rotation() -> None:
    axes = replace(CAMERAS["turned"], azimuth_deg=200.0, elevation_deg=-30.0).axes()
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)


@pytest.mark.parametrize("turn_deg", [0.0, 12.0, -7.5])
def test_an_arc_is_the_turn_of_the_spines(turn_deg: float, view: View) -> None:
    body = body_of(standing(turn_deg))
    pelvis, trunk = arcs(body, {**view, "skeleton": standing(turn_deg)})
    assert (pelvis.part, trunk.part) == ("pelvis", "trunk")
    np.testing.assert_allclose(pelvis.turns_deg, turn_deg, atol=1e-9)
    np.testing.assert_allclose(trunk.turns_deg, turn_deg, atol=1e-9)
    across, up = pelvis.at(turn_deg)
    assert across > 0.0
    assert np.sign(up) == np.sign(turn_deg)  # right side forward: up, on the right
    across, up = trunk.at(turn_deg)
    assert across < 0.0
    assert np.sign(up) == -np.sign(turn_deg)  # and the left side back


def test_the_arc_of_a_run_is_its_clinical_rotation(view: View) -> None:
    pelvis = arcs(body_of(view["skeleton"]), view)[0]
    row = next(m for m in view["measures"] if m["name"] == "pelvic_rotation_range_deg")["rows"][0]
    assert pelvis.mean == row["mean"]
    low, high = pelvis.ends()
    assert high - low == pytest.approx(row["mean"], abs=2.5)  # one stride
    curve = next(c for c in view["curves"]["angles"] if c["name"] == "pelvic_axial_rotation")
    mean = np.array(curve[view["skeleton"]["side"]]["mean"])[::2]
    assert np.corrcoef(pelvis.turns_deg, mean)[0, 1] > 0.95


def test_a_rejected_result_has_no_number_on_its_arcs(view: View) -> None:
    poor = {**view, "quality": {**view["quality"], "verdict": "rejected"}}
    body = body_of(view["skeleton"])
    assert [arc.mean for arc in arcs(body, poor)] == [None, None]
    texts = read_texts()
    number = texts.degrees(arcs(body, view)[0].mean)
    assert number in pictures(body, view, texts)["above"]
    assert number not in pictures(body, poor, texts)["above"]


def test_the_pelvis_holds_its_landmarks_and_legs_reach_their_joints() -> None:
    body = body_of(standing())
    (pelvis,) = named(body, "pelvis")
    (behind,) = (o for o in outlines(body, CAMERAS["behind"], 0) if o.part == "pelvis")
    (loop,) = behind.loops
    low, high = loop.min(axis=0), loop.max(axis=0)
    assert low[0] < -0.12 < 0.12 < high[0]
    assert low[1] < -0.08 < 0.02 < high[1]
    places = body.where([place for place, _ in pelvis.balls])[0]
    assert np.abs(places[:, 2].mean()) < WRITTEN_M  # as far to the right as to the left
    thigh, shank, foot = named(body, "right")
    ends = body.where([place for place, _ in thigh.balls])[0]
    np.testing.assert_allclose(ends, [[0.0, -0.08, 0.09], [0.0, -0.5, 0.09]], atol=1e-12)
    assert all(solid.measured for solid in (thigh, shank, foot))


def test_what_is_not_measured_is_drawn_as_such(pelvis_result: Result) -> None:
    body = body_of(view_of(pelvis_result)["skeleton"])
    assert [solid.measured for solid in named(body, "pelvis")] == [True]
    assert not any(s.measured for side in ("right", "left", "trunk") for s in named(body, side))
    for name in ("behind", "side"):
        (low, high) = box(body, CAMERAS[name])[1]
        assert 1.4 < high - low < 2.0  # a whole body
    knee = standing()
    knee["lines"][4]["points"] = [points[:2] for points in knee["lines"][4]["points"]]
    thigh, shank, foot = named(body_of(knee), "right")
    assert [s.measured for s in (thigh, shank, foot)] == [True, False, False]
    gone = standing()
    gone["lines"] = gone["lines"][:4]
    for side, away in (("right", 0.09), ("left", -0.09)):
        leg, _ = named(body_of(gone), side)
        hip = body_of(gone).where([leg.balls[0][0]])[0, 0]
        assert hip[2] == pytest.approx(away)
        assert not leg.measured
    head = [s for s in named(body_of(standing()), "rest") if not s.measured]
    assert len(head) == 6  # neck, head, and two arms of two parts each


def test_landmarks_that_lack_give_rods_and_no_solids() -> None:
    few = standing()
    few["lines"] = [few["lines"][5]]
    body = body_of(few)
    assert len(body.solids) == 5
    assert {len(solid.balls) for solid in body.solids} == {2}
    assert outlines(body, CAMERAS["above"], 0) == []


@pytest.mark.parametrize("line", [0, 2])
def test_landmarks_in_one_place_have_no_direction(line: int, view: View) -> None:
    flat = standing()
    points = flat["lines"][line]["points"]
    flat["lines"][line]["points"] = [[frame[0]] * len(frame) for frame in points]
    body = body_of(flat)
    measured = {solid.part for solid in body.solids if solid.measured and solid.plan}
    assert measured == (set() if line == 0 else {"pelvis"})
    for camera in CAMERAS.values():
        for outline in outlines(body, camera, 1):
            assert np.isfinite(np.concatenate(outline.loops)).all()
    assert pictures(body, {**view, "skeleton": flat}, read_texts())


def test_the_nearer_solid_is_drawn_later() -> None:
    body = body_of(standing())
    right = [o.part for o in outlines(body, CAMERAS["side"], 0) if o.part in {"right", "left"}]
    assert right == ["left"] * 3 + ["right"] * 3
    other = replace(CAMERAS["side"], azimuth_deg=-90.0)
    left = [o.part for o in outlines(body, other, 0) if o.part in {"right", "left"}]
    assert left == ["right"] * 3 + ["left"] * 3


def test_belts_are_seen_on_the_near_side_alone() -> None:
    body = body_of(standing())
    (pelvis,) = (o for o in outlines(body, CAMERAS["behind"], 0) if o.part == "pelvis")
    whole = len(named(body, "pelvis")[0].belts[0])
    assert len(pelvis.belts) == 3
    assert all(len(belt) <= whole // 2 + 1 for belt in pelvis.belts)


def test_an_outline_is_the_hull_of_its_balls() -> None:
    body = Body()
    at = body.add(np.array([[0.0, 0.0, 0.0]]))
    body.solids.append(Solid(part="rest", balls=(((at, 0, 0, 0.0), 0.1), ((at, 0, 0, 0.5), 0.1))))
    ((loop,),) = [one.loops for one in outlines(body, CAMERAS["behind"], 0)]
    assert loop[:, 0].min() == pytest.approx(-0.1)
    assert loop[:, 0].max() == pytest.approx(0.6)
    x, y = loop.T
    area = 0.5 * (x * np.roll(y, -1) - np.roll(x, -1) * y).sum()
    assert area == pytest.approx(0.2 * 0.5 + 3.0 * 0.1**2, rel=0.01)  # counter-clockwise


def test_every_instant_is_inside_its_picture(view: View) -> None:
    body = body_of(view["skeleton"])
    for name in ("behind", "side", "turned"):
        (left, right), (low, high) = box(body, CAMERAS[name])
        for frame in (0, 13, 40):
            points = np.concatenate([o.loops[0] for o in outlines(body, CAMERAS[name], frame)])
            assert left < points[:, 0].min() < points[:, 0].max() < right
            assert low < points[:, 1].min() < points[:, 1].max() < high


def test_paper_shows_the_same_outlines(view: View) -> None:
    body, texts = body_of(view["skeleton"]), read_texts()
    chart = picture_chart(body, view, "behind", texts)
    areas = [mark for mark in chart.marks if isinstance(mark, Area)]
    seen = outlines(body, CAMERAS["behind"], 0)
    assert len(areas) == len(seen)
    for area, outline in zip(areas, seen, strict=True):
        np.testing.assert_array_equal(area.loops[0], outline.loops[0])
    above = picture_chart(body, view, "above", texts)
    number = texts.degrees(arcs(body, view)[0].mean)
    assert number in [mark.text for mark in above.marks if isinstance(mark, Words)]


def test_the_page_is_given_upright_anchors_as_places_alone(view: View) -> None:
    body = body_of(view["skeleton"])
    told = moving(body, view)
    sizes = {len(anchor[0]) for anchor in told["anchors"]}
    assert sizes == {3, 12}
    assert told["frames"] == len(told["anchors"][0]) == 51
