"""The first lines of a report, from numbers written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pytest

from opensim_pelvis.notices import as_plain, notice
from opensim_pelvis.report.headline import MAX_REASONS, find_measure, find_row, headline, pace, when
from opensim_pelvis.report.texts import read_texts

WORDS = read_texts()["headline"]
ROTATION = "pelvic_rotation_range_deg"


def row(mean: float, side: str = "body", **changes: Any) -> dict[str, Any]:
    return {"side": side, "mean": mean, "low": mean - 0.5, "high": mean + 0.5, "n": 20, **changes}


REFERENCE = {
    "label": "female",
    "low": 8.0,
    "high": 14.0,
    "value": 11.0,
    "n": 30,
    "speed_mps": 3.2,
    "source": "a lab",
    "standing": "compared",
}


def measure(name: str, *rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    none = {
        "published": [],
        "coach": [],
        "error": None,
        "error_source": "",
        "error_short": "",
        "right_minus_left": None,
    }
    return {"name": name, "rows": list(rows), **none, **changes}


def said(
    *measures: dict[str, Any],
    verdict: str = "good",
    notes: Sequence[dict[str, Any]] = (),
    findings: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the first lines; findings are rules with their status."""
    view: Any = {
        "findings": [{"rule": rule, "status": status} for rule, status in findings.items()],
        "measures": list(measures),
        "quality": {"verdict": verdict},
        "notes": list(notes),
    }
    return "\n".join(headline(view, read_texts()))


def rotation(mean: float, half: float | None = 4.0, label: str = "female") -> dict[str, Any]:
    ends = (None, None) if half is None else (mean - half, mean + half)
    return measure(
        ROTATION,
        row(mean, low=ends[0], high=ends[1]),
        published=[{**REFERENCE, "label": label}],
        coach=[{"label": "fast", "low": 10.0, "high": 12.0}],
    )


def published(key: str, side: str = "", who: str = "women") -> str:
    return str(WORDS[f"rotation_published_{key}"]).format(
        who=who, low="8.0", high="14.0", side=side, speed="3.2", n=30, source="a lab"
    )


@pytest.mark.parametrize(
    ("mean", "key", "side"),
    [
        (10.6, "in", ""), (11.4, "in", ""), (11.6, "near", "above"), (16.4, "near", "above"),
        (16.6, "out", "above"), (10.4, "near", "below"), (5.6, "near", "below"),
        (5.4, "out", "below"),
    ],
)  # fmt: skip
def test_rotation_is_in_or_out_of_the_range_of_people_with_its_whole_interval(
    mean: float, key: str, side: str
) -> None:
    """Half an interval of 2.5 degrees, about people from 8 to 14."""
    found = said(rotation(mean, half=2.5))
    assert published(key, side) in found
    others = {"in", "near", "out"} - {key}
    assert not any(published(other, s) in found for other in others for s in ("above", "below"))


def test_rotation_is_called_neither_high_nor_low_without_a_reference_at_its_speed() -> None:
    older = {**REFERENCE, "speed_mps": None}
    unknown = {**older, "standing": "speeds_not_available", "low": 13.0, "high": 16.0}
    few = {**REFERENCE, "standing": "few_people", "low": None, "high": None, "n": 2}
    speed = measure("speed_mps", row(2.5))
    alone = {**rotation(6.0), "published": [unknown], "coach": []}
    said_alone = said(alone, speed).split("\n")[0]
    none = WORDS["rotation_no_reference"].format(speed="2.5")
    assert said_alone == f"{WORDS['rotation_sure'].format(range='6.0°', half='4.0°')} {none}"
    both = said({**alone, "published": [unknown, {**few, "speed_mps": 2.5}]}).split("\n")[0]
    shown = WORDS["rotation_few"].format(n=2, who="women", value="11.0°", source="a lab")
    assert both == f"{said_alone} {shown}"
    assert WORDS["rotation_no_speed"] in said(alone)
    assert WORDS["above"] not in both
    assert WORDS["below"] not in both


def test_without_an_uncertainty_any_distance_is_outside() -> None:
    assert published("out", "above") in said(rotation(14.1, half=None))
    assert WORDS["rotation"].format(range="14.1°") in said(rotation(14.1, half=None))
    assert WORDS["rotation_sure"].format(range="14.1°", half="4.0°") in said(rotation(14.1))
    assert published("in") in said(rotation(13.9, half=None))
    assert published("in", who="men") in said(rotation(11.0, half=1.0, label="male"))


@pytest.mark.parametrize(
    ("rule", "status", "key"),
    [
        ("fast_with_high_rotation", "fires", "in"), ("fast_with_low_rotation", "fires", "below"),
        ("fast_with_low_rotation", "cannot tell", "near"), ("counter_rotation", "fires", "near"),
    ],
)  # fmt: skip
def test_the_band_of_a_fast_pace_is_as_the_rules_have_it(rule: str, status: str, key: str) -> None:
    words = WORDS[f"rotation_coach_{key}"].format(low="10", high="12")
    assert words in said(rotation(11.0), findings={rule: status})
    assert words not in said(rotation(11.0), findings={rule: status}, verdict="rejected")


@pytest.mark.parametrize(("half", "key"), [(4.0, "above"), (4.2, "near"), (None, "near")])
def test_above_the_band_no_rule_speaks_and_the_whole_interval_counts(
    half: float | None, key: str
) -> None:
    assert WORDS[f"rotation_coach_{key}"].format(low="10", high="12") in said(rotation(16.1, half))


@pytest.mark.parametrize(
    ("tilt", "direction"), [(7.0, "forward"), (-7.0, "backward"), (-0.3, "backward")]
)
def test_tilt_is_told_with_its_direction(tilt: float, direction: str) -> None:
    measures = (
        measure("pelvic_tilt_mean_deg", row(tilt)),
        measure("pelvic_obliquity_range_deg", row(9.0)),
    )
    wanted = WORDS["tilt"].format(
        tilt=f"{abs(tilt):.1f}°", direction=WORDS[direction], obliquity="9.0°"
    )
    assert wanted in said(rotation(10.0), *measures)


@pytest.mark.parametrize(
    ("low", "high", "key"), [(0.0, 4.0, "hips_equal"), (0.1, 4.0, "hips_differ")]
)
def test_hips_differ_where_the_interval_leaves_zero_out(low: float, high: float, key: str) -> None:
    name = "thigh_extension_peak_deg"
    apart = {"difference": 2.0, "low": low, "high": high}
    hips = measure(name, row(12.0, "right"), row(10.0, "left"), right_minus_left=apart)
    found = said(rotation(10.0), hips)
    assert WORDS["hips"].format(right="12.0°", left="10.0°") in found
    values = {"difference": "2.0°", "low": f"{low:.1f}°", "high": "4.0°"}
    assert WORDS[key].format(**values) in found


def test_drop_and_contact_time_name_their_sides() -> None:
    drop = measure("pelvic_drop_deg", row(5.0, "right"), row(3.0, "left"))
    contact = measure("contact_time_s", row(0.21, "right"), row(0.24, "left", low=0.22, high=0.26))
    found = said(rotation(10.0), drop, contact, measure("cadence_spm", row(172.4)))
    assert WORDS["drop"].format(right="5.0°", left="3.0°") in found
    times = WORDS["contact_sure"].format(
        right="0.210", left="0.240", right_half="0.500", left_half="0.020"
    )
    assert WORDS["timing"].format(cadence="172", contact=times) in found
    few = row(0.21, "right", low=None, high=None), row(0.24, "left")
    bare = said(rotation(10.0), measure("contact_time_s", *few), measure("cadence_spm", row(172.4)))
    times = WORDS["contact"].format(right="0.210", left="0.240")
    assert WORDS["timing"].format(cadence="172", contact=times) in bare


@pytest.mark.parametrize(
    ("rule", "status", "key"),
    [
        ("counter_rotation", "fires", "counter"), ("counter_rotation", "cannot tell", "unsure"),
        ("pelvis_and_trunk_as_one_block", "fires", "block"),
        ("pelvis_and_trunk_as_one_block", "cannot tell", "unsure"), ("other", "fires", "unsure"),
    ],
)  # fmt: skip
def test_trunk_counters_the_pelvis_as_the_rules_have_it(rule: str, status: str, key: str) -> None:
    trunk = measure("trunk_rotation_range_deg", row(20.0))
    phase = measure("pelvis_trunk_phase_deg", row(120.0))
    found = said(rotation(10.0), trunk, phase, findings={rule: status})
    assert WORDS[f"trunk_{key}"].format(range="20.0°", phase="120.0°") in found


def test_how_sure_it_is_is_half_the_interval() -> None:
    found = said(rotation(10.0))
    assert WORDS["sure"].format(n=20, half="4.0°") in found
    few = measure(ROTATION, row(10.0, low=None, high=None, n=3))
    assert WORDS["few"].format(n=3) in said(few)


@pytest.mark.parametrize(
    ("start", "told"),
    [("2024-05-01", False), ("2024-05-01T10:00:00", True), ("2024-05-01T10:00:00+02:00", False)],
)
def test_a_time_of_day_without_a_zone_is_told(start: str, told: bool) -> None:
    view: Any = {"recording": {"date": {"start": start}}}
    words = read_texts()["page"]
    assert (f"({words['no_zone']})" in when(view, read_texts())) == told
    assert when({**view, "recording": {"date": None}}, read_texts()) == words["date_unknown"]


def test_a_pace_is_minutes_and_seconds_of_a_kilometre() -> None:
    assert pace(3.6) == "4:38 min/km"
    assert pace(1000.0 / 185.0) == "3:05 min/km"
    assert pace(1000.0 / 239.6) == "4:00 min/km"
    assert pace(0.001) == "16666:40 min/km"
    assert pace(0.0009) is None
    assert pace(None) is None


def test_numbers_of_a_measure_are_those_of_the_side_with_a_mean() -> None:
    rows = row(1.0, "right"), {**row(2.0, "left"), "mean": None}, row(3.0)
    view: Any = {"measures": [measure("a"), measure("b", *rows)]}
    assert find_measure(view, "b") is view["measures"][1]
    assert find_measure(view, "c") is None
    assert find_row(view, "b", "right") is rows[0]
    assert find_row(view, "b", "left") is None
    assert find_row(view, "b") is rows[2]
    assert find_row(view, "c") is None


def test_what_lacks_a_side_or_a_part_is_not_told() -> None:
    name = "thigh_extension_peak_deg"
    lacking = (
        measure(name, row(12.0, "right")),
        measure("pelvic_drop_deg", row(5.0, "left")),
        measure("pelvic_tilt_mean_deg", row(7.0)),
        measure("trunk_rotation_range_deg", row(20.0)),
        measure("contact_time_s", row(0.21, "right")),
        measure("cadence_spm", row(172.4)),
    )
    alone = said(rotation(10.0))
    timing = WORDS["timing"].format(cadence="172", contact="")
    assert sorted([*alone.split("\n"), timing]) == sorted(
        said(rotation(10.0), *lacking).split("\n")
    )
    other = (
        measure(name, row(12.0, "left")),
        measure("pelvic_drop_deg", row(5.0, "right")),
        measure("pelvic_obliquity_range_deg", row(7.0)),
        measure("pelvis_trunk_phase_deg", row(170.0)),
        measure("contact_time_s", row(0.21, "left")),
    )
    assert said(rotation(10.0), *other) == alone


def test_without_rotation_there_is_one_line() -> None:
    assert said() == WORDS["none"]
    assert said(measure(ROTATION, {**row(10.0), "mean": None})) == WORDS["none"]


def test_of_a_rejected_result_causes_are_told_and_no_number() -> None:
    lines = said(rotation(10.0), verdict="rejected").split("\n")
    assert lines == [WORDS["rejected"]]
    assert WORDS["rejected"] not in said(rotation(10.0))
    told = [as_plain(notice(code)) for code in ("recording.simulated", "recording.no_rate")]
    sentence = "the recording does not state a sampling rate"
    assert said(rotation(10.0), verdict="rejected", notes=told).split("\n")[1:] == [sentence]
    error = {**told[1], "severity": "error"}
    causes = said(rotation(10.0), verdict="rejected", notes=[told[1], *5 * [error]]).split("\n")
    assert len(causes) == 1 + MAX_REASONS


def test_of_two_bands_none_is_chosen_and_the_first_reference_is() -> None:
    fast = [{"label": label, "low": 10.0, "high": 12.0} for label in ("fast", "easy")]
    both = {**rotation(10.0), "published": [], "coach": fast}
    first = said(both).split("\n")[0]
    assert first == WORDS["rotation_sure"].format(range="10.0°", half="4.0°")
    two = [REFERENCE, {**REFERENCE, "low": 1.0, "high": 2.0}]
    line = said({**rotation(11.0, 1.0), "published": two}).split("\n")[0]
    assert published("in") in line
    assert line.count("a lab") == 1
    assert WORDS["rotation_no_reference"].format(speed="3.2") not in line
    both_sexes = {**REFERENCE, "label": "people", "low": 1.0, "high": 2.0}
    assert (
        said({**rotation(11.0, 1.0), "published": [both_sexes, REFERENCE]}).split("\n")[0] == line
    )
    easy = {**rotation(10.0), "published": [], "coach": fast[1:]}
    assert said(easy).split("\n")[0] == first


@pytest.mark.parametrize(
    ("low", "high", "key"),
    [(-4.0, 0.0, "hips_equal"), (-4.0, -0.1, "hips_differ"), (None, None, None)],
)
def test_hips_of_an_interval_below_zero_or_of_none(
    low: float | None, high: float | None, key: str | None
) -> None:
    apart = {"difference": -2.0, "low": low, "high": high}
    rows = row(10.0, "right"), row(12.0, "left")
    hips = measure("thigh_extension_peak_deg", *rows, right_minus_left=apart)
    line = said(rotation(10.0), hips)
    plain = WORDS["hips"].format(right="10.0°", left="12.0°")
    assert plain in line
    if key is None:
        assert said(rotation(10.0), {**hips, "right_minus_left": None}) == line
    else:
        texts = read_texts()
        values = {"difference": -2.0, "low": low, "high": high}
        wanted = WORDS[key].format(**{k: texts.degrees(v) for k, v in values.items()})
        assert wanted in line


def test_a_tilt_of_nothing_is_forward_and_an_interval_is_at_least_a_tenth() -> None:
    level = (
        measure("pelvic_tilt_mean_deg", row(0.0)),
        measure("pelvic_obliquity_range_deg", row(9.0)),
    )
    wanted = WORDS["tilt"].format(tilt="0.0°", direction=WORDS["forward"], obliquity="9.0°")
    assert wanted in said(rotation(10.0), *level)
    narrow = {**rotation(10.0), "rows": [row(10.0, low=9.99, high=10.01)]}
    assert WORDS["sure"].format(n=20, half="0.1°") in said(narrow)


def test_what_markers_would_show_stands_beside_what_the_site_does() -> None:
    name = "pelvic_rotation_range_optical_deg"
    shown = measure(name, row(15.0, low=10.5, high=19.5))
    wanted = WORDS["sure_markers"].format(range="15.0°", half="4.5°")
    assert wanted in said(rotation(12.0), shown)
    assert not any("markers" in line for line in said(rotation(12.0)))
