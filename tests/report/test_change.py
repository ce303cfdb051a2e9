"""Whether two sessions of a person differ: the verdict, its uncertainty, and when there is none."""

from __future__ import annotations

from copy import deepcopy
from math import hypot
from typing import Any

import numpy as np
import pytest

from opensim_pelvis.report.change import Change, change_between, rules, speed_of
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.several import change_words, comparison, intro, render_several
from opensim_pelvis.report.several_pdf import set_comparison
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_measures import ROTATION
from opensim_pelvis.simulate import draw_runner
from opensim_pelvis.simulate.draw_style import curve_range
from tests.benchmarks.change_rates import tell, with_less

MINUS = "\N{MINUS SIGN}"


def session(
    view: View,
    name: str,
    rotation: float | None,
    u95: float | None = 1.0,
    *,
    verdict: str = "good",
    speed: float | None = 3.6,
    kind: str = "running",
) -> View:
    """Return a session with a range of rotation; ``speed`` both stated and measured."""
    made: Any = deepcopy({**view, "name": name})
    made["quality"]["verdict"] = verdict
    made["activity"] |= {"speed_mps": speed, "kind": kind}
    for measure in made["measures"]:
        for row in measure["rows"]:
            if measure["name"] == ROTATION:
                ends = {} if rotation is None or u95 is None else {
                    "low": rotation - u95, "high": rotation + u95
                }  # fmt: skip
                row |= {"low": None, "high": None, "mean": rotation} | ends
            if measure["name"] == "speed_mps":
                row["mean"] = speed
    return made  # type: ignore[no-any-return]


def said(change: Change | None) -> str:
    return change_words(change, read_texts())


def test_a_change_has_the_uncertainty_of_both_sessions_and_of_two_placements(view: View) -> None:
    found = change_between(session(view, "a", 20.0, 1.5), session(view, "b", 10.0, 2.0))
    assert found is not None
    assert found.degrees == pytest.approx(-10.0)
    assert found.u95 == pytest.approx(hypot(1.5, 2.0, 1.96 * 1.4, 1.96 * 0.7))
    assert (found.seen, found.refusal, found.doubtful) == (True, None, False)
    assert said(found) == f"changed by {MINUS}10.0 ± 4.0°"
    back = change_between(session(view, "b", 10.0, 2.0), session(view, "a", 20.0, 1.5))
    assert said(back) == "changed by +10.0 ± 4.0°"


def test_a_difference_within_its_uncertainty_is_a_bound_either_way(view: View) -> None:
    for later in (13.0, 11.0):
        found = change_between(session(view, "a", 12.0), session(view, "b", later))
        assert found is not None
        assert not found.seen
        bound = 1.0 + hypot(1.0, 1.0, 1.96 * 0.84, 1.96 * 0.07 * later)
        assert found.bound == pytest.approx(bound)
        assert said(found) == f"no change larger than {bound:.1f}°"
    assert not Change(degrees=2.0, u95=2.0).seen, "at its uncertainty, zero is in the interval"
    assert Change(degrees=-2.1, u95=2.0).seen


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ({"verdict": "rejected"}, "not compared: a recording is rejected"),
        ({"kind": "walking"}, "not compared: the activities differ"),
        ({"speed": None}, "not compared: a speed is not stated"),
        ({"speed": 3.81}, "not compared: the speeds differ"),
        ({"speed": 3.39}, "not compared: the speeds differ"),
        ({"u95": None}, "not compared: an uncertainty is unknown"),
    ],
)
def test_what_cannot_be_compared_says_why(view: View, later: dict[str, Any], words: str) -> None:
    one, other = session(view, "a", 12.0), session(view, "b", 19.0, **later)
    for pair in ((one, other), (other, one)):
        found = change_between(*pair)
        assert found is not None
        assert (found.seen, said(found)) == (False, words)


@pytest.mark.parametrize("speed", [3.4, 3.6, 3.8])
def test_speeds_up_to_the_limit_are_equal(view: View, speed: float) -> None:
    found = change_between(session(view, "a", 12.0), session(view, "b", 19.0, speed=speed))
    assert found is not None
    assert found.seen
    assert rules()["speed"]["most_mps"] == 0.2


def test_the_measured_speed_counts_and_the_stated_one_without_it(view: View) -> None:
    made: Any = session(view, "a", 12.0, speed=3.6)
    made["activity"]["speed_mps"] = 3.0
    assert speed_of(made) == 3.6
    made["measures"] = [m for m in made["measures"] if m["name"] != "speed_mps"]
    assert speed_of(made) == 3.0
    made["activity"]["speed_mps"] = None
    assert speed_of(made) is None


def test_a_session_without_pelvic_rotation_has_no_change(view: View) -> None:
    one, none = session(view, "a", 12.0), session(view, "b", None)
    assert change_between(one, none) is None
    assert change_between(none, one) is None
    assert said(None) == ""


def test_a_doubtful_recording_is_compared_and_named_so(view: View) -> None:
    one, other = session(view, "a", 12.0), session(view, "b", 19.0, verdict="doubtful")
    for pair in ((one, other), (other, one)):
        assert said(change_between(*pair)).endswith("° (a recording is doubtful)")


def test_a_rejected_recording_is_not_the_one_that_others_are_compared_with(view: View) -> None:
    sessions = (("a", 5.0, "rejected"), ("b", 12.0, "good"), ("c", 20.0, "good"))
    views = [session(view, name, x, verdict=verdict) for name, x, verdict in sessions]
    changes = [row["change"] for row in comparison(views)]
    assert changes[:2] == [None, None]
    assert changes[2].degrees == pytest.approx(8.0)
    last = [session(view, "a", 12.0), session(view, "b", 20.0, verdict="rejected")]
    assert comparison(last)[1]["change"].refusal == "rejected"


def test_people_are_not_compared_with_each_other(view: View) -> None:
    other: Any = session(view, "b", 20.0)
    other["subject"]["id"] = "S02"
    assert [row["change"] for row in comparison([session(view, "a", 12.0), other])] == [None, None]


def test_page_and_pdf_say_the_verdict_and_what_it_counts(view: View) -> None:
    views = [session(view, "a", 12.0), session(view, "b", 20.0)]
    texts = read_texts()
    words = said(change_between(*views))
    assert words.startswith("changed by +8.0 ± ")
    assert "(7 % of each range, standard deviation)" in intro(texts)
    assert "by more than 0.2 m/s" in intro(texts)
    page = render_several(views)
    assert intro(texts) in page
    assert f'<td class="verdict">{words}</td>' in page
    flow = set_comparison(views, Lab(), texts)
    assert any(words.split()[0] in text for text in flow.words)


def test_the_benchmark_counts_verdicts_and_the_width_of_those_compared() -> None:
    changes = [
        Change(degrees=5.0, u95=1.0), Change(degrees=1.0, u95=3.0), Change(degrees=-1.0, u95=2.0),
        None, Change(refusal="rejected"),
    ]  # fmt: skip
    assert tell(0.4, changes) == "| 40 % | 1 | 2 | 2 | 2.0 | 2.5 |\n"


def test_the_benchmark_makes_the_curve_of_rotation_smaller_and_nothing_else() -> None:
    runner = draw_runner(np.random.default_rng(1), "running")
    less = with_less(runner, 0.4)
    assert runner.style is not None
    assert less.style is not None
    for name, curve in runner.style.trunk.items():
        part = 0.6 if name == "pelvic_axial_rotation" else 1.0
        assert curve_range(less.style.trunk[name]) == pytest.approx(part * curve_range(curve))
    assert less.pelvic_rotation_range_deg == pytest.approx(0.6 * runner.pelvic_rotation_range_deg)
