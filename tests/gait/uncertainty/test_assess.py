"""The budget of the demonstration and of a recording with pelvis and trunk alone."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.gait.uncertainty.priors import number
from opensim_pelvis.simulate import Session, Turn, demo_sensors, demo_truth
from opensim_pelvis.simulate.demo import demo_runner
from opensim_pelvis.types import Estimate, Result
from tests.benchmarks.interval_coverage import ABOUT, true_analysis
from tests.mistakes import analyse
from tests.mistakes.case import sound

OPTICAL = "pelvic_rotation_range_optical_deg"


@pytest.fixture(scope="module")
def demo() -> Result:
    return analyse(sound())


def found(result: Result, name: str, side: str = "body") -> Estimate:
    assert result.running is not None
    estimate = result.running.estimate(name, side)
    assert estimate is not None
    return estimate


def part(estimate: Estimate, term: str) -> float:
    return next((t.standard for t in estimate.terms if t.name == term), 0.0)


def test_every_mean_and_every_difference_has_an_estimate(demo: Result) -> None:
    running = demo.running
    assert running is not None
    known = {(e.name, e.side) for e in running.estimates}
    assert {(s.name, s.side) for s in running.summaries} <= known
    assert {(a.name, "right minus left") for a in running.asymmetries} <= known
    for a in running.asymmetries:
        estimate = found(demo, a.name, "right minus left")
        assert (a.difference, a.low, a.high) == (estimate.value, estimate.low, estimate.high)
    for estimate in running.estimates:
        assert np.isfinite([estimate.value, estimate.u95, estimate.standard]).all()
        squares = sum(t.standard**2 for t in estimate.terms)
        assert estimate.standard == pytest.approx(squares**0.5)


def test_the_known_range_of_the_demonstration_is_what_markers_would_show(demo: Result) -> None:
    shown = found(demo, OPTICAL)
    assert shown.low < 15.0 < shown.high
    assert shown.value == pytest.approx(15.0, abs=1.0)
    assert part(shown, "markers") > 1.5
    assert part(found(demo, "pelvic_rotation_range_deg"), "markers") == 0.0


def test_fast_motion_is_taken_out_of_ranges_and_peaks(demo: Result) -> None:
    running = demo.running
    assert running is not None
    whole = running.summary("pelvic_rotation_range_deg")
    slow = running.summary("pelvic_rotation_slow_range_deg")
    assert whole is not None
    assert slow is not None
    estimate = found(demo, "pelvic_rotation_range_deg")
    assert estimate.value == pytest.approx(slow.mean + 0.15, abs=0.1)
    extra = whole.mean - estimate.value
    assert part(estimate, "fast motion") == pytest.approx((0.01 + extra**2 / 3.0) ** 0.5, abs=0.01)


def test_a_lean_counts_twice_in_the_difference_of_drop_and_not_in_that_of_tilt(
    demo: Result,
) -> None:
    sideways = number("pose", "sideways_deg")
    for side in ("right", "left"):
        assert part(found(demo, "pelvic_drop_deg", side), "pose") == pytest.approx(sideways, 0.02)
    apart = found(demo, "pelvic_drop_deg", "right minus left")
    assert part(apart, "pose") == pytest.approx(2.0 * sideways, rel=0.02)
    tilt = found(demo, "pelvic_tilt_at_contact_deg", "right")
    assert part(tilt, "pose") == pytest.approx(number("pose", "forward_pelvis_deg"), rel=0.02)
    level = found(demo, "pelvic_tilt_at_contact_deg", "right minus left")
    assert part(level, "pose") < 0.2


def test_facing_is_in_mean_rotation_and_twice_in_its_difference_at_contact(demo: Result) -> None:
    facing = number("facing", "person_deg")
    mean = found(demo, "pelvic_rotation_mean_deg")
    assert part(mean, "facing") == pytest.approx(facing, rel=0.02)
    apart = found(demo, "pelvic_rotation_at_contact_deg", "right minus left")
    assert part(apart, "facing") == pytest.approx(2.0 * facing, rel=0.02)
    assert part(found(demo, "pelvic_rotation_range_deg"), "facing") < 0.05
    assert not apart.beyond_zero


def test_errors_of_events_enter_what_is_read_at_them(demo: Result) -> None:
    shank = found(demo, "shank_angle_at_contact_deg", "right")
    assert part(shank, "events") > 0.5
    assert part(found(demo, "pelvic_tilt_mean_deg"), "events") < 0.1
    running = demo.running
    assert running is not None
    error = {d.name: d.error for d in running.definitions}["contact_time_s"]
    assert part(found(demo, "contact_time_s", "right"), "events") == pytest.approx(error)


def test_without_thighs_there_is_no_answer_for_markers(demo: Result) -> None:
    few = analyse(sound().only("pelvis", "torso"))
    assert few.running is not None
    assert few.running.estimate(OPTICAL) is None
    assert found(few, "trunk_forward_lean_mean_deg").u95 == pytest.approx(
        found(demo, "trunk_forward_lean_mean_deg").u95, rel=0.1
    )


def test_a_stated_axis_is_as_unsure_as_people_mount_sensors(demo: Result) -> None:
    running = demo.running
    assert running is not None
    name = "pelvic_obliquity_at_contact_deg"
    heading = part(found(demo, name, "right"), "heading")
    # tilt at contact turns into obliquity by its sine: about 7.4 degrees of 57.3, times 5 and more
    tilt = found(demo, "pelvic_tilt_at_contact_deg", "right").value
    assert heading == pytest.approx(5.1 * np.sin(np.deg2rad(tilt)), rel=0.15)


def test_between_turns_the_model_is_held_against_sensors_along_the_same_path() -> None:
    back = [
        Turn(start_s=at, duration_s=3.0, angle_rad=np.pi * (-1.0) ** k)
        for k, at in enumerate((6.0, 12.0, 18.0, 24.0))
    ]
    session = Session(duration_s=30.0, surface="overground", turns=tuple(back))
    result = analyse(sound(demo_runner(), session).only("pelvis"))
    estimate = found(result, "pelvic_rotation_range_deg")
    assert part(estimate, "model") < 0.05, "the pelvis of the model is that of its sensor"
    assert part(estimate, "pose") < 0.2


def test_intervals_of_the_demonstration_hold_what_its_sites_do_in_the_same_strides(
    demo: Result,
) -> None:
    sites = true_analysis(demo_truth(), demo_sensors())
    for name in ABOUT:
        for side in ("body", "right", "left"):
            true = sites.summary(name, side)
            if true is None or name == OPTICAL:
                continue
            estimate = found(demo, name, side)
            assert estimate.low < true.mean < estimate.high, (name, side)
    bones = true_analysis(demo_truth(), None).summary("pelvic_rotation_range_deg")
    assert bones is not None
    assert found(demo, OPTICAL).low < bones.mean < found(demo, OPTICAL).high
    assert found(demo, "pelvic_rotation_range_deg").high < bones.mean, "the site lags behind"
