"""What is told first: value, verdict, action and trust, from numbers written by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from opensim_pelvis.report.charts.chart import Area, Block, Line, Points, Words
from opensim_pelvis.report.first_screen import SCALE_DEG, First, first_of, scale_chart
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.pdf import set_pages
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import Result

TEXTS = read_texts()
WORDS = TEXTS["first"]
ROTATION = "pelvic_rotation_range_deg"
REFERENCE = {
    "label": "female", "low": 8.0, "high": 14.0, "value": 11.0, "n": 30, "speed_mps": 3.2,
    "source": "a lab", "standing": "compared",
}  # fmt: skip
FAST = {"label": "fast", "low": 15.0, "high": 20.0}
SLOW = [{"label": "low", "low": None, "high": 5.0}, {"label": "over", "low": None, "high": 10.0}]


def row(mean: float, half: float | None = 1.0) -> dict[str, Any]:
    low, high = (None, None) if half is None else (mean - half, mean + half)
    return {"side": "body", "mean": mean, "low": low, "high": high, "n": 20}


def made(
    mean: float | None = 12.0,
    *,
    half: float | None = 1.0,
    published: tuple[dict[str, Any], ...] = (),
    coach: list[dict[str, Any]] | None = None,
    speed: float | None = 3.2,
    verdict: str = "good",
    kind: str = "running",
    findings: tuple[dict[str, Any], ...] = (),
) -> View:
    """Return what the first screen reads of a view."""
    measures = []
    if mean is not None:
        measures.append(
            {"name": ROTATION, "rows": [row(mean, half)], "published": list(published),
             "coach": coach or []}
        )  # fmt: skip
    if speed is not None:
        measures.append({"name": "speed_mps", "rows": [row(speed)], "published": [], "coach": []})
    checks = [
        {"name": "absent", "verdict": verdict, "state": ""},
        {"name": "strides", "verdict": "good", "state": ""},
        {"name": "order", "verdict": "good", "state": "not_checked"},
    ]
    return {
        "measures": measures,
        "quality": {"verdict": verdict, "checks": checks},
        "activity": {"kind": kind, "speed_mps": speed},
        "findings": list(findings),
        "notes": [],
    }


def told(view: View) -> tuple[First, dict[str, str]]:
    first = first_of(view, TEXTS)
    return first, {answer.kind: answer.short for answer in first.answers}


@pytest.mark.parametrize(
    ("mean", "key"), [(11.0, "in"), (13.5, "near"), (14.5, "near"), (15.1, "above"), (6.9, "below")]
)
def test_the_verdict_takes_the_whole_interval(mean: float, key: str) -> None:
    first, short = told(made(mean, published=(REFERENCE,)))
    assert short["good"] == WORDS[f"verdict_{key}"].format(who="women")
    assert first.value == f"{mean:.1f}°"
    assert first.half == "± 1.0°"
    assert "3.2 m/s" in first.answers[0].reason


def test_without_a_reference_nobody_is_called_high_or_low() -> None:
    other = {**REFERENCE, "standing": "outside_speeds"}
    assert told(made(published=(other,)))[1]["good"] == WORDS["neither"]
    first, short = told(made(published=(other,), speed=None))
    assert short["good"] == WORDS["not_compared"]
    assert first.answers[0].reason == WORDS["no_speed"]
    first, _ = told(made(kind="walking"))
    assert first.answers[0].reason == WORDS["walking"]


def test_of_two_references_that_of_the_own_sex_counts() -> None:
    people = {**REFERENCE, "label": "people", "low": 20.0, "high": 30.0}
    _, short = told(made(11.0, published=(people, REFERENCE)))
    assert short["good"] == WORDS["verdict_in"].format(who="women")


def test_a_rejected_result_tells_trust_first_and_no_verdict() -> None:
    first, short = told(made(11.0, published=(REFERENCE,), verdict="rejected"))
    assert [answer.kind for answer in first.answers] == ["trust", "do", "good"]
    assert first.withheld
    assert short["good"] == WORDS["not_judged"]
    assert short["trust"] == WORDS["trust_rejected"].format(checks=TEXTS.check("absent"))
    said = " ".join(answer.short + answer.reason for answer in first.answers)
    assert "11" not in said
    marks = scale_chart(made(11.0, verdict="rejected"), TEXTS).marks
    assert not any(isinstance(mark, Points | Line) for mark in marks)


def test_trust_counts_the_checks_that_were_made_and_names_those_that_failed() -> None:
    assert told(made())[1]["trust"] == WORDS["trust_good"].format(n=2)
    _, short = told(made(verdict="doubtful"))
    assert short["trust"] == WORDS["trust_doubtful"].format(checks=TEXTS.check("absent"))
    assert short["do"] == WORDS["do_doubtful"]
    few = first_of(made(half=None), TEXTS)
    assert few.half == ""
    assert few.answers[2].reason == TEXTS["headline"]["few"].format(n=20)


def test_what_to_do_is_what_findings_ask_for() -> None:
    drill = {"name": "Lunge"}
    fires = {"status": "fires", "drills": [drill], "text": "Because of this."}
    first, short = told(made(findings=(fires,)))
    assert short["do"] == WORDS["drills"].format(names="Lunge")
    assert first.answers[1].reason == "Because of this."
    first, short = told(made())
    assert short["do"] == WORDS["no_drill"]
    assert "3.2 m/s" in first.answers[1].reason
    assert told(made(speed=None))[0].answers[1].reason == WORDS["again"]
    # nothing is asked of a runner whose recording is not good
    assert told(made(findings=(fires,), verdict="doubtful"))[1]["do"] == WORDS["do_doubtful"]


def test_the_scale_has_run_people_and_coach_apart() -> None:
    chart = scale_chart(made(12.0, half=2.0, published=(REFERENCE,), coach=[FAST]), TEXTS)
    (own,) = (mark for mark in chart.marks if isinstance(mark, Points))
    (whisker, *caps) = (mark for mark in chart.marks if isinstance(mark, Line))
    (people,) = (mark for mark in chart.marks if isinstance(mark, Block))
    (coach,) = (mark for mark in chart.marks if isinstance(mark, Area))
    assert list(own.x) == [12.0]
    assert list(whisker.x) == [10.0, 14.0]
    assert [cap.x[0] for cap in caps] == [10.0, 14.0]
    assert (people.left, people.right) == (8.0, 14.0)
    assert {x for x, _ in coach.loops[0]} == {15.0, 20.0}
    assert coach.dash == "dash"
    lines = [own.y[0], people.low, coach.loops[0][0][1]]
    assert [int(-y) for y in lines] == [0, 1, 2]
    assert chart.x_limits == (0.0, SCALE_DEG)
    labels = [mark.text for mark in chart.marks if isinstance(mark, Words)]
    assert len(labels) == 3
    assert "women" in labels[1]


def test_the_scale_holds_whoever_is_beyond_and_has_no_line_for_nobody() -> None:
    wide = scale_chart(made(40.0, half=2.0), TEXTS)
    assert wide.x_limits == (0.0, 43.0)
    assert wide.y_limits == (-1.0, 0.0)
    coach = [mark for mark in scale_chart(made(coach=SLOW), TEXTS).marks if isinstance(mark, Area)]
    assert [max(x for x, _ in area.loops[0]) for area in coach] == [10.0, 5.0]  # the wider first
    assert scale_chart(made(None), TEXTS) is None


def test_the_page_and_the_pdf_tell_the_summarys_value(view: View, result: Result) -> None:
    assert result.running is not None
    estimate = result.running.estimate(ROTATION)
    assert estimate is not None
    value, half = TEXTS.degrees(estimate.value), f"± {TEXTS.degrees(estimate.u95)}"
    page = render_page(view)
    assert f'<p class="value"><strong>{value}</strong> <span>{half}</span></p>' in page
    assert f"{value} {half}" in set_pages(view, Lab(), TEXTS).words


def test_a_withheld_value_is_one_press_away_on_the_page(poor_result: Result) -> None:
    view = view_of(poor_result)
    page = render_page(view)
    section = re.search(r'<section id="headline".*?</section>', page, flags=re.DOTALL)
    assert section is not None
    value = first_of(view, TEXTS).value
    shut = re.sub(r"<details.*?</details>", "", section[0], flags=re.DOTALL)
    assert value not in shut
    assert value in section[0]
    assert section[0].index('data-answer="trust"') < section[0].index('data-answer="good"')
    words = set_pages(view, Lab(sections=("headline",)), TEXTS).words
    assert not any(value in said for said in words)


def test_a_lab_without_the_moving_body_has_it_nowhere(view: View) -> None:
    assert 'data-picture="' not in render_page(view, Lab(sections=("headline", "measures")))
    beside = render_page(view)
    alone = render_page(view, Lab(sections=("motion", "measures")))
    for page in (beside, alone):
        assert re.findall('data-picture="([a-z]+)"', page) == ["above", "behind", "side", "turned"]


def test_without_strides_there_is_no_value(no_strides_result: Result) -> None:
    view = view_of(replace(no_strides_result, name="still"))
    first = first_of(view, TEXTS)
    assert (first.value, first.half) == ("", "")
    assert first.answers[0].reason == WORDS["no_strides"]
    page = render_page(view)
    assert WORDS["no_value"] in page
    assert 'data-figure="scale"' not in page
