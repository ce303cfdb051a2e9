"""What each input does to the means of a motion made by hand, and by how much it is unsure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf, nan, sqrt
from typing import Final, get_args

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.uncertainty.changes import Change, changes_of, data_of, measure_all
from opensim_pelvis.gait.uncertainty.read_from import bodies_read
from opensim_pelvis.types import Event, Placement, RunningAnalysis, SensorOrientations
from opensim_pelvis.types.placement import HeadingMethod
from tests.gait.uncertainty.motion_by_hand import (
    CADENCE,
    LEAN,
    LENGTH_S,
    NAMES,
    OBLIQUITY,
    PHASE,
    RATE_HZ,
    ROTATION,
    SHANK,
    SIDES,
    STILL,
    TILT,
    TILT_OFF,
    TIME_S,
    analysis_of,
    motion_of,
    placed,
    pose,
    strides_at,
    worn,
)


def changed(
    R_GB: Mapping[str, FloatArray],
    placement: Placement,
    analysis: RunningAnalysis | None = None,
    orientations: SensorOrientations | None = None,
) -> list[Change]:
    analysis = analysis or analysis_of()
    sensors = {body: R_GB[body] for body in R_GB if body in placement.bodies}
    found = orientations or worn(sensors)
    return changes_of(analysis, motion_of(R_GB, analysis.strides), placement, found)


UPRIGHT: Final = {body: pose() for body in ("pelvis", "torso", "femur_r", "tibia_r")}
WORN: Final = ("pelvis", "torso", "femur_r")
MODEL: Final = ("model", 1.0 / sqrt(3.0))
PELVIS: Final = [("pose", 2.7), ("pose", 1.5), ("heading", np.rad2deg(0.05))]
TRUNK: Final = [("pose", 3.5), ("pose", 1.5), ("heading", 10.0), ("facing", 3.0)]
LEG: Final = [("pose", 2.0), ("pose", 1.5), ("heading", 0.0), ("facing", 3.0)]


@pytest.mark.parametrize(
    ("method", "of_pelvis", "of_all"),
    [
        ("axis", [], [("facing", 6.0), ("heading", 5.0)]),
        ("mounting", [], [("facing", 6.0)]),
        ("swing", [("facing", 6.0)], []),
        ("sacral slope", [("facing", 6.0)], []),
    ],
)
def test_inputs_are_unsure_by_body_and_by_how_forward_was_told(
    method: HeadingMethod, of_pelvis: list[tuple[str, float]], of_all: list[tuple[str, float]]
) -> None:
    assert method in get_args(HeadingMethod)
    found = changed(UPRIGHT, placed(WORN, method, pelvis=0.05, torso=inf))
    sizes = [(c.term, c.size) for c in found]
    # no measure is read of the thigh, but the shank, without a sensor, hangs on it
    wanted = [*PELVIS, *of_pelvis, *TRUNK, *LEG, *LEG, *of_all, MODEL]
    assert [term for term, _ in sizes] == [term for term, _ in wanted]
    np.testing.assert_allclose([s for _, s in sizes], [s for _, s in wanted])
    assert {c.freedom for c in found} == {inf}


def each(change: Change) -> dict[tuple[str, str], float]:
    """Return what a change does, without the means that it leaves as they are."""
    return {key: round(value, 6) for key, value in change.each.items() if abs(value) > 1e-6}


def test_a_degree_of_an_input_changes_the_measures_read_of_its_body_alone() -> None:
    found = changed(UPRIGHT, placed(WORN))
    assert [c.term for c in found[:4]] == ["pose", "pose", "heading", "facing"]
    forward, sideways, heading, facing = found[:4]
    both = ("right", "left")
    tilts = {(name, side): -1.0 for name in (TILT, TILT_OFF) for side in both}
    assert each(forward) == tilts
    assert each(sideways) == {(OBLIQUITY, "right"): -1.0, (OBLIQUITY, "left"): 1.0}
    assert each(heading) == {}  # upright
    assert each(facing) == {(ROTATION, "body"): 1.0}
    assert forward.each.keys() == {*tilts, (OBLIQUITY, "right"), (OBLIQUITY, "left"),
                                   (ROTATION, "body"), (SHANK, "right")}  # fmt: skip
    assert each(found[4]) == {(LEAN, "body"): -1.0}
    assert found[4].each.keys() == {(LEAN, "body")}
    assert each(found[12]) == {(SHANK, "right"): 1.0}
    together = next(c for c in changed(UPRIGHT, placed(WORN, "axis")) if c.size == 6.0)
    assert each(together) == {(ROTATION, "body"): 1.0}


def events(label: str, *uncertainty_s: float) -> tuple[Event, ...]:
    return tuple(Event(time_s=0.0, label=label, context="Left", uncertainty_s=u)
                 for u in uncertainty_s)  # fmt: skip


def test_later_events_read_later_values() -> None:
    tilting = {"pelvis": pose(tilt=10.0 * TIME_S - 20.0)}
    told = (*events("initial contact", 0.01, 0.02, 0.06), *events("toe-off", 0.03))
    found = changed(tilting, placed(("pelvis",)), analysis_of(events=told))
    contact, off = (c for c in found if c.term == "events")
    assert (contact.size, contact.freedom) == (0.02, 6.0)
    assert (off.size, off.freedom) == (0.03, 6.0)
    assert each(contact) == {(TILT, "right"): 10.0, (TILT, "left"): 10.0}
    assert each(off) == {(TILT_OFF, "right"): 10.0, (TILT_OFF, "left"): 10.0}
    unknown = (*events("initial contact", nan), *events("toe-off", 0.03))
    found = changed(tilting, placed(("pelvis",)), analysis_of(events=unknown))
    assert [c.size for c in found if c.term == "events"] == [0.03]


def test_instants_that_are_no_contacts_are_not_tried() -> None:
    cycles = replace(SIDES, kind="cycle")
    found = changed(
        UPRIGHT, placed(WORN), analysis_of(cycles, events=events("initial contact", 0.01))
    )
    assert "events" not in {c.term for c in found}


def test_the_model_is_what_sensors_show_less_what_it_shows() -> None:
    """The sensors started 3 s before the model's motion, and have a body that it has not."""
    later = np.concatenate([np.full(300, -50.0), 10.0 * TIME_S - 20.0])
    at_sensors = {"torso": pose(tilt=later + 2.0, time_s=later),
                  "pelvis": pose(tilt=later + 5.0, time_s=later)}  # fmt: skip
    solved = {"pelvis": pose(tilt=10.0 * TIME_S - 20.0)}
    placement = placed(("pelvis", "torso"))
    found = changed(solved, placement, orientations=worn(at_sensors, start_s=-3.0))[-1]
    assert (found.term, found.size, found.freedom) == ("model", pytest.approx(1.0 / sqrt(3.0)), inf)
    assert each(found) == {(name, s): 5.0 for name in (TILT, TILT_OFF) for s in ("right", "left")}


@pytest.mark.parametrize(
    ("solved_deg", "placed_deg", "wanted"),
    [
        ((30.0, 30.0, 30.0), (50.0, 50.0, 50.0), 20.0),
        ((179.0, 179.0, 179.0), (181.0, 181.0, 181.0), 2.0),
        ((181.0, 181.0, 181.0), (179.0, 179.0, 179.0), -2.0),
        ((90.25, 90.25, 90.25), (-90.25, -90.25, -90.25), 179.5),
        ((-89.75, -89.75, -89.75), (89.75, 89.75, 89.75), 179.5),
        ((100.0, 100.0, 100.0), (175.0, 182.0, 189.0), 82.0),  # on the circle 182, not 62
    ],
)
def test_phases_differ_by_the_shorter_way_round(
    solved_deg: tuple[float, ...], placed_deg: tuple[float, ...], wanted: float
) -> None:
    strides = strides_at(1.0, 1.8, 2.6, left=(1.4,))
    part = 2.0 * np.pi * (TIME_S - 1.0) / LENGTH_S
    rows = np.clip(np.floor((TIME_S - 1.0 + 1e-9) / LENGTH_S), 0, 2).astype(int)
    pelvis = pose(yaw=5.0 * np.sin(part))
    both = [
        {"pelvis": pelvis,
         "torso": pose(yaw=5.0 * np.sin(part - np.deg2rad(np.array(lags)[rows])))}
        for lags in (solved_deg, placed_deg)
    ]  # fmt: skip
    analysis = analysis_of(strides, (PHASE,))
    found = changed(both[0], placed(("pelvis", "torso")), analysis, worn(both[1]))[-1]
    assert found.each == {(PHASE, "body"): pytest.approx(wanted, abs=0.1)}


def test_sixteen_kept_strides_that_stand_closest_together_are_tried() -> None:
    # 18 strides: three 2 s apart, then one a second; the seventh is excluded
    start = np.concatenate([[1.0, 3.0], 5.0 + np.arange(17.0)])
    strides = strides_at(*start, out=6)
    time_s = np.arange(0.0, 24.0, 1.0 / RATE_HZ)
    curved = {"pelvis": pose(tilt=0.05 * (time_s - 10.0) ** 2, time_s=time_s)}
    analysis = analysis_of(strides, (TILT,), events("initial contact", 0.01))
    found = next(c for c in changed(curved, placed(("pelvis",)), analysis) if c.term == "events")
    tried = np.delete(start, 6)[-16:]
    slope = 0.1 * (tried - 10.0).mean()
    assert found.each[TILT, "right"] == pytest.approx(slope, abs=1e-3)


@pytest.mark.parametrize("torso_from_s", [0.0, 30.0])
def test_strides_are_tried_in_which_each_measure_is_known(torso_from_s: float) -> None:
    """The pelvis has samples until 21 s, the trunk from some time on, strides are denser at 30."""
    start = np.concatenate([1.0 + np.arange(18.0), 30.0 + LENGTH_S * np.arange(18.0)])
    strides = strides_at(*start)
    time_s = np.arange(0.0, 47.0, 1.0 / RATE_HZ)
    moving = {"pelvis": pose(tilt=time_s, time_s=time_s), "torso": pose(time_s=time_s)}
    moving["pelvis"][time_s > 21.0] = nan
    moving["torso"][time_s < torso_from_s - 1.0] = nan
    values = np.column_stack([
        np.where(start < 20.0, start, nan), np.where(start >= torso_from_s, 0.0, nan)
    ])  # fmt: skip
    analysis = replace(
        analysis_of(strides, (TILT, LEAN), events("initial contact", 0.01)), values=values
    )
    found = changed(moving, placed(("pelvis", "torso")), analysis)
    assert next(c for c in found if c.term == "events").each[TILT, "right"] == pytest.approx(1.0)
    leans = [c for c in found if (LEAN, "body") in c.each]
    assert [(c.term, c.each[LEAN, "body"]) for c in leans[:1]] == [("pose", pytest.approx(-1.0))]


def test_each_measure_is_read_of_its_bodies_and_of_what_they_hang_on() -> None:
    bodies = ("pelvis", "torso", "femur_r", "tibia_r", "calcn_r", "femur_l")
    names = (*NAMES, "heel_ahead_at_contact_m", "hip_extension_peak_deg", "pelvic_drop_deg")
    motion = motion_of(dict.fromkeys(bodies, pose()))
    motion = replace(motion, table={**motion.table, "hip_flexion_r": STILL, "hip_flexion_l": STILL})
    found = bodies_read(analysis_of(names=names), data_of(analysis_of(names=names), motion))
    assert found == {
        TILT: {"pelvis"},
        TILT_OFF: {"pelvis"},
        OBLIQUITY: {"pelvis"},
        ROTATION: {"pelvis"},
        LEAN: {"torso"},
        SHANK: {"tibia_r", "femur_r", "pelvis"},
        PHASE: {"pelvis", "torso"},
        CADENCE: set(),
        "heel_ahead_at_contact_m": {"calcn_r", "tibia_r", "femur_r", "pelvis"},
        "hip_extension_peak_deg": {"pelvis", "femur_r", "femur_l"},
        "pelvic_drop_deg": {"pelvis"},
    }


def test_angles_and_lengths_are_computed_where_they_can_be_had() -> None:
    analysis, motion = analysis_of(), motion_of({"pelvis": pose(tilt=4.0)})
    found = measure_all(analysis, motion)
    assert found.keys() == {TILT, TILT_OFF, OBLIQUITY, ROTATION}
    np.testing.assert_allclose(found[TILT], 4.0)
    assert measure_all(analysis, motion, {OBLIQUITY, CADENCE}).keys() == {OBLIQUITY}
