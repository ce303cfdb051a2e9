"""The first lines of a report, from numbers written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from opensim_pelvis.report.headline import headline, when
from opensim_pelvis.report.texts import read_texts

WORDS = read_texts()["headline"]
ROTATION = "pelvic_rotation_range_deg"


def row(mean: float, side: str = "body", **changes: Any) -> dict[str, Any]:
    return {"side": side, "mean": mean, "low": mean - 0.5, "high": mean + 0.5, "n": 20, **changes}


def measure(name: str, *rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    none = {
        "published": [],
        "coach": [],
        "error": None,
        "error_source": "",
        "right_minus_left": None,
    }
    return {"name": name, "rows": list(rows), **none, **changes}


def said(*measures: dict[str, Any], verdict: str = "good") -> str:
    view: Any = {
        "measures": list(measures),
        "quality": {"verdict": verdict},
        "norms": {"choice.block_phase": {"value": 60.0}},
    }
    return "\n".join(headline(view, read_texts()))


def rotation(mean: float, error: float | None = 4.0, label: str = "female") -> dict[str, Any]:
    return measure(
        ROTATION,
        row(mean),
        published=[{"label": label, "low": 8.0, "high": 14.0}],
        coach=[{"label": "fast", "low": 10.0, "high": 12.0}],
        error=error,
        error_source="Lin 2023, somewhere",
    )


def published(key: str, side: str = "", error: str = "4.0°", who: str = "women") -> str:
    return str(WORDS[f"rotation_published_{key}"]).format(
        who=who, low="8", high="14", side=side, error=error
    )


@pytest.mark.parametrize(
    ("mean", "key", "side"),
    [
        (8.0, "in", ""), (14.0, "in", ""), (14.1, "near", "above"), (18.0, "near", "above"),
        (18.1, "out", "above"), (7.9, "near", "below"), (4.0, "near", "below"),
        (3.9, "out", "below"),
    ],
)  # fmt: skip
def test_rotation_outside_the_published_means_counts_beyond_the_known_error(
    mean: float, key: str, side: str
) -> None:
    found = said(rotation(mean))
    assert published(key, side) in found
    others = {"in", "near", "out"} - {key}
    assert not any(published(other, s) in found for other in others for s in ("above", "below"))


def test_without_a_known_error_any_distance_is_outside() -> None:
    assert published("out", "above", "\N{EN DASH}°") in said(rotation(14.1, error=None))
    assert published("in", who="men") in said(rotation(9.0, label="male"))


@pytest.mark.parametrize(
    ("mean", "key", "side"), [(11.0, "in", ""), (12.1, "out", "above"), (9.9, "out", "below")]
)
def test_rotation_is_held_against_the_band_of_a_fast_pace(mean: float, key: str, side: str) -> None:
    words = WORDS[f"rotation_coach_{key}"].format(low="10", high="12", side=side)
    assert words in said(rotation(mean))
    assert words not in said(rotation(mean), verdict="rejected")


@pytest.mark.parametrize(("tilt", "direction"), [(7.0, "forward"), (-7.0, "backward")])
def test_tilt_is_told_with_its_direction(tilt: float, direction: str) -> None:
    measures = (
        measure("pelvic_tilt_mean_deg", row(tilt)),
        measure("pelvic_obliquity_range_deg", row(9.0)),
    )
    wanted = WORDS["tilt"].format(tilt="7.0°", direction=WORDS[direction], obliquity="9.0°")
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
    contact = measure("contact_time_s", row(0.21, "right"), row(0.24, "left"))
    found = said(rotation(10.0), drop, contact, measure("cadence_spm", row(172.4)))
    assert WORDS["drop"].format(right="5.0°", left="3.0°") in found
    times = WORDS["contact"].format(right="0.210", left="0.240")
    assert WORDS["timing"].format(cadence="172", contact=times) in found


@pytest.mark.parametrize(
    ("phase", "key"),
    [(120.0, "trunk_counter"), (119.0, "trunk_block"), (240.0, "trunk_counter"),
     (241.0, "trunk_block"), (355.0, "trunk_block")],
)  # fmt: skip
def test_trunk_counters_the_pelvis_within_60_degrees_of_half_a_stride(
    phase: float, key: str
) -> None:
    trunk = measure("trunk_rotation_range_deg", row(20.0))
    found = said(rotation(10.0), trunk, measure("pelvis_trunk_phase_deg", row(phase)))
    assert WORDS[key].format(range="20.0°", phase=f"{phase:.1f}°") in found


def test_how_sure_it_is_is_half_the_interval() -> None:
    found = said(rotation(10.0))
    assert WORDS["sure"].format(n=20, half="0.5°", error="4.0°", source="Lin 2023") in found
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
