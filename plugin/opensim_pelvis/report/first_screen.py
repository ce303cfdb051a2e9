"""The first screen: how much, is it good, what to do, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import Area, Block, Chart, Line, Mark, Points, Words
from opensim_pelvis.report.headline import (
    ROTATION,
    against,
    find_measure,
    find_row,
    half_of,
    reasons_of,
    who_of,
)
from opensim_pelvis.report.reference_words import compared
from opensim_pelvis.report.shown import drills_of, is_walking
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

SCALE_DEG = 25.0
"""The scale ends here, unless somebody is beyond."""
_NAMED = 2
"""Checks that are named where more have failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question with its answer in a few words, and the reason of it."""

    kind: Literal["good", "do", "trust"]
    question: str
    short: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What is told first of a recording.

    Parameters
    ----------
    value, half : str
        Range of pelvic rotation and its expanded uncertainty with their signs; empty where there
        is none.
    withheld : bool
        Whether the value is not to be relied on, and is shown to those who ask alone.
    answers : tuple of Answer
        In the order in which they are told: trust comes first where it is lost.
    """

    value: str
    half: str
    withheld: bool
    answers: tuple[Answer, ...]


def first_of(view: View, texts: Texts) -> First:
    """Return the answers that the first screen gives."""
    row = find_row(view, ROTATION)
    half = half_of(row) if row else None
    rejected = view["quality"]["verdict"] == "rejected"
    found = {
        "good": _verdict(view, texts),
        "do": _action(view, texts),
        "trust": _trust(view, texts),
    }
    order: tuple[Literal["good", "do", "trust"], ...] = ("good", "do", "trust")
    if rejected:
        order = ("trust", "do", "good")
    words = texts["first"]
    return First(
        value="" if row is None else texts.degrees(row["mean"]),
        half="" if half is None else f"± {texts.degrees(max(half, 0.1))}",
        withheld=rejected,
        answers=tuple(
            Answer(kind=kind, question=words[kind], short=found[kind][0], reason=found[kind][1])
            for kind in order
        ),
    )


def _verdict(view: View, texts: Texts) -> tuple[str, str]:
    """Return whether the rotation is that of other people at this speed, and what says so."""
    words, measure, row = texts["first"], find_measure(view, ROTATION), find_row(view, ROTATION)
    if row is None or measure is None:
        return words["not_judged"], words["no_strides"]
    if view["quality"]["verdict"] == "rejected":
        return words["not_judged"], words["not_reliable"]
    if is_walking(view):
        return words["not_compared"], words["walking"]
    band = _reference(measure)
    if band is None:
        speed = find_row(view, "speed_mps")
        if speed is None:
            return words["not_compared"], words["no_speed"]
        at = texts.written(speed["mean"], ".1f")
        return words["neither"], words["no_reference"].format(speed=at)
    key, _ = against(band, row["mean"], half_of(row), texts["headline"])
    if key == "out":
        key = "above" if row["mean"] > band["high"] else "below"
    ends = {end: texts.number(band[end], "deg") for end in ("low", "high")}
    at = texts.written(band["speed_mps"], ".1f")
    short = words[f"verdict_{key}"].format(who=who_of(band, texts))
    return short, words["range"].format(**ends, speed=at, n=band["n"])


def _reference(measure: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the reference at this speed: that of the runner's own sex before that of people."""
    known = sorted(compared(measure["published"]), key=lambda one: one["label"] == "people")
    return known[0] if known else None


def _action(view: View, texts: Texts) -> tuple[str, str]:
    words, drills = texts["first"], drills_of(view)
    verdict = view["quality"]["verdict"]
    if verdict != "good":
        return words[f"do_{verdict}"], words[f"do_{verdict}_text"]
    if drills:
        names = ", ".join(drill["name"] for drill in drills)
        holding = (f for f in view["findings"] if f["status"] == "fires" and f["drills"])
        return words["drills"].format(names=names), next(f["text"] for f in holding)
    speed = find_row(view, "speed_mps")
    if speed is None:
        return words["no_drill"], words["again"]
    at = texts.written(speed["mean"], ".1f")
    return words["no_drill"], words["again_at"].format(speed=at)


def _trust(view: View, texts: Texts) -> tuple[str, str]:
    words, checks, row = texts["first"], view["quality"]["checks"], find_row(view, ROTATION)
    verdict = view["quality"]["verdict"]
    if verdict == "good":
        made = sum(check["state"] != "not_checked" for check in checks)
        short = words["trust_good"].format(n=made)
    else:
        names = [texts.check(check["name"]) for check in checks if check["verdict"] == verdict]
        more = len(names) - _NAMED
        said = ", ".join(names[:_NAMED]) + (words["more"].format(n=more) if more > 0 else "")
        short = words[f"trust_{verdict}"].format(checks=said)
    if row is None:
        return short, words["no_strides"]
    if verdict == "rejected":
        return short, next(iter(reasons_of(view, texts)), words["not_reliable"])
    if row["low"] is None:
        return short, texts["headline"]["few"].format(n=row["n"])
    half = texts.degrees(max(half_of(row) or 0.0, 0.1))
    return short, words["sure"].format(half=half, n=row["n"])


def scale_chart(view: View, texts: Texts) -> Chart | None:
    """Return this run, other people and the coach's bands on one scale, a line each.

    None where there is no rotation.
    """
    words, measure, row = texts["first"], find_measure(view, ROTATION), find_row(view, ROTATION)
    if row is None or measure is None:
        return None
    sound = view["quality"]["verdict"] != "rejected"
    lines: list[list[Mark]] = [[_label(0, words["this_withheld"])]]
    if sound:
        lines = [_own(row, words["this"])]
    band, top = _reference(measure), SCALE_DEG
    if sound:
        top = max(top, row["mean"] + (half_of(row) or 0.0) + 1.0)
    if band is not None:
        top = max(top, band["high"] + 1.0)
        at = texts.written(band["speed_mps"], ".1f")
        label = words["others"].format(who=who_of(band, texts), speed=at, n=band["n"])
        lines.append(_other_people(len(lines), band, label))
    if measure["coach"]:
        lines.append(_coach(len(lines), measure["coach"], texts))
    return Chart(
        title=texts["curves"]["pelvic_axial_rotation"],
        x=texts["curves"]["degrees"],
        marks=[mark for line in lines for mark in line],
        x_limits=(0.0, top),
        y_limits=(-float(len(lines)), 0.0),
        y_ticks=False,
        size="scale",
    )


def _label(line: int, text: str, colour: str = style.INK) -> Words:
    return Words(x=0.0, y=-line - 0.06, text=text, colour=colour, size=6.5, up="below",
                 away_pt=1.0)  # fmt: skip


def _own(row: Mapping[str, Any], label: str) -> list[Mark]:
    y, mean, blue = -0.7, row["mean"], style.PELVIS
    marks: list[Mark] = [_label(0, label, blue)]
    if row["low"] is not None:
        marks.append(Line(x=[row["low"], row["high"]], y=[y, y], colour=blue, width=1.4))
        marks.extend(
            Line(x=[end, end], y=[y - 0.16, y + 0.16], colour=blue, width=1.4)
            for end in (row["low"], row["high"])
        )
    return [*marks, Points(x=[mean], y=[y], colour=blue, size=7.0)]


def _other_people(line: int, band: Mapping[str, Any], label: str) -> list[Mark]:
    y = -line - 0.7
    return [
        _label(line, label, style.PUBLISHED),
        Block(left=band["low"], right=band["high"], low=y - 0.15, high=y + 0.15,
              colour=style.PUBLISHED, edge=style.PUBLISHED),
    ]  # fmt: skip


def _coach(line: int, bands: list[dict[str, Any]], texts: Texts) -> list[Mark]:
    """Return the coach's bands, dashed to distinguish them from reference ranges."""
    y, words = -line - 0.7, texts["measures"]
    names = "; ".join(words[band["label"]] for band in bands)
    marks: list[Mark] = [_label(line, texts["first"]["coach"].format(names=names), style.COACH_INK)]
    for band in sorted(bands, key=lambda one: -float(one["high"])):
        left, right = float(band["low"] or 0.0), float(band["high"])
        around = [(left, y - 0.15), (right, y - 0.15), (right, y + 0.15), (left, y + 0.15)]
        marks.append(
            Area(loops=[around], colour=style.COACH, edge=style.COACH_INK, dash="dash", width=0.8)
        )
    return marks
