"""What a view says in plain words: the first lines of a report, and numbers as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from opensim_pelvis.report.reference_words import compared
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View
from opensim_pelvis.types.date import has_zone

ROTATION: Final = "pelvic_rotation_range_deg"
_MARKERS: Final = "pelvic_rotation_range_optical_deg"
_BAND: Final = {"fast_with_high_rotation": "in", "fast_with_low_rotation": "below"}
"""Rules about the coach's band of a fast pace, and what is said where one fires."""
_TRUNK: Final = {"counter_rotation": "counter", "pelvis_and_trunk_as_one_block": "block"}
"""Rules about trunk and pelvis, and what is said where one fires."""
MAX_REASONS: Final = 3
"""Causes that the headline of an unreliable result names; consequences follow them."""
SLOWEST_MPS: Final = 0.001
"""Nobody who moves is slower; a pace would have more minutes than anybody reads."""


def find_measure(view: View, name: str) -> dict[str, Any] | None:
    """Return a measure of a view by its name."""
    return next((m for m in view["measures"] if m["name"] == name), None)


def find_row(view: View, name: str, side: str = "body") -> dict[str, Any] | None:
    """Return the numbers of a measure and side; None where there is no mean."""
    measure = find_measure(view, name)
    rows = measure["rows"] if measure else []
    return next((r for r in rows if r["side"] == side and r["mean"] is not None), None)


def half_of(row: dict[str, Any]) -> float | None:
    """Return half the width of the interval of a row: its expanded uncertainty, if known."""
    return None if row["low"] is None else float(row["high"] - row["low"]) / 2.0


def pace(speed_mps: float | None) -> str | None:
    """Return minutes and seconds a kilometre.

    >>> pace(3.6)
    '4:38 min/km'
    """
    if speed_mps is None or speed_mps < SLOWEST_MPS:
        return None
    minutes, seconds = divmod(round(1000.0 / speed_mps), 60)
    return f"{minutes}:{seconds:02d} min/km"


def when(view: View, texts: Texts) -> str:
    """Return the date of a recording as its source states it, or that none is stated."""
    words, date = texts["page"], view["recording"]["date"]
    if date is None:
        return words["date_unknown"]
    has_time = "T" in date["start"]
    zone = f" ({words['no_zone']})" if has_time and not has_zone(date["start"]) else ""
    return f"{texts.moment(date['start'])}{zone}"


def speed_of(view: View) -> float | None:
    """Return the speed of a recording, m/s: as measured or stated."""
    row = find_row(view, "speed_mps")
    given: float | None = row["mean"] if row else view["activity"]["speed_mps"]
    return given


def who_and_when(view: View, texts: Texts) -> list[str]:
    """Return who was measured, when, where and how fast, as far as it is known."""
    words, speed = texts["page"], speed_of(view)
    date = when(view, texts)
    known = [
        words.get(view["subject"]["sex"] or ""),
        date if view["recording"]["date"] else f"{words['date']}: {date}",
        words.get(view["activity"]["surface"] or ""),
        f"{texts.number(speed, 'mps')} m/s ({pace(speed)})" if pace(speed) else None,
    ]
    return [part for part in known if part]


def headline(view: View, texts: Texts) -> list[str]:
    """Return what happened in plain sentences: pelvis, hips, trunk, and how sure it is."""
    words = texts["headline"]
    if find_row(view, ROTATION) is None:
        return [words["none"]]
    if view["quality"]["verdict"] == "rejected":
        return [words["rejected"], *reasons_of(view, texts)]
    parts = (_rotation, _pelvis, _hips, _drop, _trunk, _timing, _sure)
    said = [" ".join(part(view, texts)) for part in parts]
    return [text for text in said if text]


def reasons_of(view: View, texts: Texts) -> list[str]:
    """Return what is told first of a result that is unreliable; no number of it is a finding."""
    notes = [note for note in view["notes"] if not isinstance(note, str)]  # texts are of old files
    told = [note for note in notes if note["severity"] != "note"]
    errors = [note for note in told if note["severity"] == "error"]
    return [texts.said(note) for note in (errors or told)[:MAX_REASONS]]


def _rotation(view: View, texts: Texts) -> Iterator[str]:
    words, measure, row = (
        texts["headline"],
        find_measure(view, ROTATION),
        find_row(view, ROTATION),
    )
    if measure is None or row is None:
        return
    mean = row["mean"]
    half = half_of(row)
    key = "rotation" if half is None else "rotation_sure"
    yield words[key].format(range=texts.degrees(mean), half=texts.degrees(half))
    references = measure["published"]
    if references and not compared(references):
        yield from _not_compared(view, references, texts)
    own_sex_first = sorted(compared(references), key=lambda one: one["label"] == "people")
    for band in own_sex_first[:1]:
        who = who_of(band, texts)
        key, side = against(band, mean, half, words)
        yield words[f"rotation_published_{key}"].format(
            who=who,
            low=texts.number(band["low"], "deg"),
            high=texts.number(band["high"], "deg"),
            side=side,
            speed=texts.written(band["speed_mps"], ".1f"),
            n=band["n"],
            source=band["source"],
        )
    coach = measure["coach"]
    if [band["label"] for band in coach] == ["fast"]:
        (band,) = coach
        over = half is not None and mean - half > band["high"]
        key = _fired(view, _BAND, "above" if over else "near")
        low, high = (texts.written(band[end], "g") for end in ("low", "high"))
        yield words[f"rotation_coach_{key}"].format(low=low, high=high)


def _not_compared(view: View, references: list[dict[str, Any]], texts: Texts) -> Iterator[str]:
    """Say why rotation is not compared with reference values, and give those of few people."""
    words, row = texts["headline"], find_row(view, "speed_mps")
    known = [one["speed_mps"] for one in references if one["speed_mps"] is not None]
    stated = None if row is None else row["mean"]  # older files state it in the table alone
    speed = known[0] if known else stated
    if speed is None:
        yield words["rotation_no_speed"]
        return
    yield words["rotation_no_reference"].format(speed=texts.written(speed, ".1f"))
    for one in references:
        if one["standing"] == "few_people":
            value = texts.degrees(one["value"])
            yield words["rotation_few"].format(
                n=one["n"], who=who_of(one, texts), value=value, source=one["source"]
            )


def _fired(view: View, said: Mapping[str, str], otherwise: str) -> str:
    """Return what is said where one of some rules fires."""
    fires = [finding["rule"] for finding in view["findings"] if finding["status"] == "fires"]
    return next((word for rule, word in said.items() if rule in fires), otherwise)


def who_of(reference: dict[str, Any], texts: Texts) -> str:
    """Return the people of a reference in the plural."""
    words = texts["headline"]
    return {"female": words["women"], "male": words["men"]}.get(reference["label"], words["people"])


def against(band: dict[str, Any], mean: float, half: float | None, words: Any) -> tuple[str, str]:
    """Return whether a value is in, near or out of a band, and on which side of its nearer end.

    It is near where its interval holds that end; without an interval it is in or out.
    """
    over, under = mean - band["high"], band["low"] - mean
    off = max(over, under)
    key = "near" if half is not None and abs(off) <= half else "out" if off > 0.0 else "in"
    return key, "" if key == "in" else words["above" if over >= under else "below"]


def _pelvis(view: View, texts: Texts) -> Iterator[str]:
    words = texts["headline"]
    tilt = find_row(view, "pelvic_tilt_mean_deg")
    obliquity = find_row(view, "pelvic_obliquity_range_deg")
    if tilt and obliquity:
        direction = words["forward"] if tilt["mean"] >= 0.0 else words["backward"]
        yield words["tilt"].format(
            tilt=texts.degrees(abs(tilt["mean"])),
            direction=direction,
            obliquity=texts.degrees(obliquity["mean"]),
        )


def _hips(view: View, texts: Texts) -> Iterator[str]:
    words, name = texts["headline"], "thigh_extension_peak_deg"
    right, left = find_row(view, name, "right"), find_row(view, name, "left")
    if right is None or left is None:
        return
    yield words["hips"].format(right=texts.degrees(right["mean"]), left=texts.degrees(left["mean"]))
    measure = find_measure(view, name)
    difference = measure["right_minus_left"] if measure else None
    if difference and difference["difference"] is not None and difference["low"] is not None:
        inside = difference["low"] <= 0.0 <= difference["high"]
        yield words["hips_equal" if inside else "hips_differ"].format(
            difference=texts.degrees(difference["difference"]),
            low=texts.degrees(difference["low"]),
            high=texts.degrees(difference["high"]),
        )


def _drop(view: View, texts: Texts) -> Iterator[str]:
    sides = [find_row(view, "pelvic_drop_deg", side) for side in ("right", "left")]
    if sides[0] and sides[1]:
        yield texts["headline"]["drop"].format(
            right=texts.degrees(sides[0]["mean"]), left=texts.degrees(sides[1]["mean"])
        )


def _trunk(view: View, texts: Texts) -> Iterator[str]:
    turned = find_row(view, "trunk_rotation_range_deg")
    phase = find_row(view, "pelvis_trunk_phase_deg")
    if turned and phase:
        yield texts["headline"][f"trunk_{_fired(view, _TRUNK, 'unsure')}"].format(
            range=texts.degrees(turned["mean"]), phase=texts.degrees(phase["mean"])
        )


def _timing(view: View, texts: Texts) -> Iterator[str]:
    words, cadence = texts["headline"], find_row(view, "cadence_spm")
    if cadence is None:
        return
    right, left = (find_row(view, "contact_time_s", side) for side in ("right", "left"))
    contact = ""
    if right and left:
        halves = half_of(right), half_of(left)
        contact = words["contact" if None in halves else "contact_sure"].format(
            right=texts.number(right["mean"], "s"),
            left=texts.number(left["mean"], "s"),
            right_half=texts.number(halves[0], "s"),
            left_half=texts.number(halves[1], "s"),
        )
    yield words["timing"].format(cadence=texts.written(cadence["mean"], ".0f"), contact=contact)


def _sure(view: View, texts: Texts) -> Iterator[str]:
    words, measure, row = (
        texts["headline"],
        find_measure(view, ROTATION),
        find_row(view, ROTATION),
    )
    if measure is None or row is None:
        return
    if row["low"] is None:
        yield words["few"].format(n=row["n"])
    else:
        yield words["sure"].format(n=row["n"], half=_half(row, texts))
        shown = find_row(view, _MARKERS)
        if shown is not None and shown["low"] is not None:
            yield words["sure_markers"].format(
                range=texts.degrees(shown["mean"]), half=_half(shown, texts)
            )


def _half(row: dict[str, Any], texts: Texts) -> str:
    """Return half the width of an interval in words, at least what is written."""
    return texts.degrees(max(half_of(row) or 0.0, 0.1))
