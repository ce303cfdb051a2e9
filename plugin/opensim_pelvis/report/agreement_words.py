"""A comparison in plain words and as rows of tables: what the page and the PDF both set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from opensim_pelvis.kinematics.angle_definitions import definitions
from opensim_pelvis.report.texts import NONE, Texts

Agreement = Mapping[str, Any]

NBSP: Final = "\N{NO-BREAK SPACE}"

SMALL_DEG: Final = 2.0
LARGE_DEG: Final = 5.0
"""Errors of gait angles that are small, and that may mislead.

McGinley et al. 2009, doi:10.1016/j.gaitpost.2008.09.003, said of repeated gait analyses.
"""

COLUMNS: Final = (
    "angle", "bias", "rmse", "rmse0", "limits", "r", "range", "icc", "strides", "verdict",
)  # fmt: skip
EVENT_TEXTS: Final = {"initial contact": "contact", "toe-off": "toe_off"}
EVENT_COLUMNS: Final = ("event", "matched", "missed", "extra", "event_bias", "event_limits")


class Way(NamedTuple):
    """How one thing was done: what it is, in the words of the texts, and as a notice or text."""

    term: str
    told: str
    said: str | Mapping[str, Any]


def angle_title(name: str, texts: Texts) -> str:
    """Return what an angle is called; its own name where the texts have none."""
    return texts["angle"].get(name, name)


def event_title(kind: str, texts: Texts) -> str:
    """Return what a kind of event is called."""
    return texts["agreement"].get(EVENT_TEXTS.get(kind, ""), kind)


def angle_rows(agreement: Agreement, texts: Texts) -> list[dict[str, str]]:
    """Return a row an angle: a cell a column of `COLUMNS`, and ``name`` and ``level``."""
    return [_angle_row(row, texts) for row in agreement["angles"]]


def event_rows(agreement: Agreement, texts: Texts) -> list[dict[str, str]]:
    """Return a row a kind of event, milliseconds."""
    rows = []
    for event in agreement["events"]:
        low, high = event["bias_ci_s"] or (None, None)
        lower, upper = event["loa_s"] or (None, None)
        rows.append(
            {
                "event": event_title(event["kind"], texts),
                "matched": str(event["matched"]),
                "missed": str(event["missed"]),
                "extra": str(event["extra"]),
                "event_bias": _with_interval(
                    [_ms(texts, x) for x in (event["bias_s"], low, high)], texts
                ),
                "event_limits": _band(_ms(texts, lower), _ms(texts, upper), texts),
            }
        )
    return rows


def sentences(agreement: Agreement, texts: Texts) -> list[str]:
    """Return what is to be said of the pelvis and trunk, a sentence or two an angle."""
    words = texts["agreement"]
    told = {definition.name for definition in definitions() if definition.told}
    found = []
    for row in agreement["angles"]:
        if row["angle"] not in told or row["rmse"] is None:
            continue
        said = [
            words["said"].format(
                angle=angle_title(row["angle"], texts),
                rmse=_deg(texts, row["rmse"]),
                rmse0=_deg(texts, row["rmse_without_offset"]),
            )
        ]
        if row["loa_lower"] is not None:
            limits = {key: _deg(texts, row[f"loa_{key}"]) for key in ("lower", "upper")}
            said.append(words["said_limits"].format(**limits))
        if row.get("range_bias") is not None:
            said.append(_range_words(row, texts))
        if row.get("thighs_share") is not None:
            said.append(_thigh_words(row, texts))
        found.append(" ".join(said))
    return found


def ways(agreement: Agreement, texts: Texts) -> list[Way]:
    """Return how the two were brought together."""
    words, alignment = texts["agreement"], agreement["alignment"]
    start, end = agreement["compared_s"]
    compared = words["compared_value"].format(
        start=texts.number(start, "m"), end=texts.number(end, "m"), strides=agreement["strides"]
    )
    turn = alignment["heading_deg"]
    turned = "" if turn is None else words["heading_value"].format(turn=_deg(texts, turn))
    turns = "; ".join(
        f"{angle_title(body, texts)}: {', '.join(_deg(texts, turn) for turn in angles)}"
        for body, angles in alignment["body_offsets_deg"].items()
    )
    told = {
        "estimate": agreement["estimate"]["source"],
        "reference": agreement["reference"]["source"],
        "heading": alignment["heading_source"],
        "bodies": alignment["body_offset_source"],
        "travel": agreement["travel_source"],
        "grouping": agreement["grouping"],
        **agreement["told"],
    }
    return [
        Way(words["estimate"], "", told["estimate"]),
        Way(words["reference"], f"{agreement['reference']['name']}:", told["reference"]),
        Way(words["compared"], compared, ""),
        Way(words["clocks"], _clock_words(agreement["synchronisation"], texts), ""),
        Way(words["heading"], turned, told["heading"]),
        Way(words["bodies"], words["bodies_value"].format(turns=turns), told["bodies"])
        if turns
        else Way(words["bodies"], words["bodies_none"], ""),
        Way(words["travel"], "", told["travel"]),
        Way(words["grouping"], "", told["grouping"]),
    ]


def curve_rows(
    angle: Mapping[str, Any], time_s: Sequence[float], texts: Texts
) -> list[tuple[str, ...]]:
    """Return eleven rows of a figure: percent or seconds, this recording, the other, difference."""
    over = angle["over_stride"]
    if over:
        estimate, reference = (over[system]["mean"] for system in ("estimate", "reference"))
    else:
        estimate, reference = (angle["over_time"][s] for s in ("estimate", "reference"))
    last = len(estimate) - 1
    found = []
    for i in (round(last * part / 10) for part in range(11)):
        known = None not in (estimate[i], reference[i])
        apart = estimate[i] - reference[i] if known else None
        at = str(i) if over else texts.number(time_s[i], "m")
        found.append((at, *(texts.number(x, "deg") for x in (estimate[i], reference[i], apart))))
    return found


def _angle_row(row: Mapping[str, Any], texts: Texts) -> dict[str, str]:
    words, rmse = texts["agreement"], row["rmse"]
    level = "small" if rmse <= SMALL_DEG else "medium" if rmse <= LARGE_DEG else "large"
    bias = (row["loa_bias"], row["loa_bias_ci_low"], row["loa_bias_ci_high"])
    spread = [row.get(f"range_bias{end}") for end in ("", "_ci_low", "_ci_high")]
    icc = [row.get(f"range_icc_a1{end}") for end in ("", "_ci_low", "_ci_high")]
    return {
        "name": row["angle"],
        "level": level,
        "angle": angle_title(row["angle"], texts),
        "bias": _with_interval([texts.number(x, "deg") for x in bias], texts),
        "rmse": texts.number(rmse, "deg"),
        "rmse0": texts.number(row["rmse_without_offset"], "deg"),
        "limits": _band(
            texts.number(row["loa_lower"], "deg"), texts.number(row["loa_upper"], "deg"), texts
        ),
        "r": texts.number(row["r"], "m"),
        "range": _with_interval([texts.number(x, "deg") for x in spread], texts),
        "icc": _with_interval([texts.number(x, "m") for x in icc], texts),
        "strides": str(row["strides"]),
        "verdict": words[level],
    }


def _clock_words(sync: Mapping[str, Any], texts: Texts) -> str:
    words = texts["agreement"]
    if not sync["segments"]:
        return words["clocks_stated"].format(
            offset=_exact(texts, sync["offset_s"]), drift=_exact(texts, sync["drift_ppm"])
        )
    drift, error = sync["drift_estimate_ppm"], sync["drift_error_ppm"]
    said = words["clocks_found"].format(
        offset=texts.number(1000.0 * sync["offset_s"], "m"),
        error=texts.number(1000.0 * sync["uncertainty_s"], "m"),
        segments=", ".join(angle_title(body, texts) for body in sync["segments"]),
        r=texts.number(sync["correlation"], "m"),
        rival=texts.written(100.0 * sync["rival"], ".0f"),
        explained=texts.written(100.0 * sync["explained"], ".0f"),
    )
    changes = sync["changes"]
    said += " " + words[f"clocks_{sync['confidence']}"].format(
        strides=texts.written(changes["strides"], ".0f"),
        score=texts.number(changes["score"], "deg"),
    )
    if drift is None:
        return said
    key = "drift_applied" if sync["drift_known"] else "drift_unknown"
    drifted = words[key].format(
        drift=texts.written(drift, ".0f"), error=texts.written(error, ".0f")
    )
    return f"{said} {drifted}"


def _range_words(row: Mapping[str, Any], texts: Texts) -> str:
    words = texts["agreement"]
    bias, low, high = (row[f"range_bias{end}"] for end in ("", "_ci_low", "_ci_high"))
    if low is None:
        return ""
    key = "said_range_equal" if low <= 0.0 <= high else "said_range"
    return words[key].format(
        bias=_deg(texts, abs(bias)),
        side=words["larger" if bias > 0.0 else "smaller"],
        low=_deg(texts, low),
        high=_deg(texts, high),
    )


def _thigh_words(row: Mapping[str, Any], texts: Texts) -> str:
    """Return what the thighs account for, and what is left, of the difference over the stride."""
    key = "said_thighs" if row["thighs_are_reason"] else "said_not_thighs"
    return texts["agreement"][key].format(
        difference=_deg(texts, row["thighs_difference"]),
        rest=_deg(texts, row["thighs_rest"]),
        share=texts.written(100.0 * max(row["thighs_share"], 0.0), ".0f"),
    )


def _with_interval(cells: Sequence[str], texts: Texts) -> str:
    value, low, high = cells
    if NONE in (low, high):
        return value
    interval = texts["agreement"]["interval"].format(low=low, high=high)
    return f"{value} {interval.replace(' ', NBSP)}"


def _band(low: str, high: str, texts: Texts) -> str:
    if NONE in (low, high):
        return NONE
    return texts["measures"]["band"].format(low=low, high=high).replace(" ", NBSP)


def _exact(texts: Texts, value: float) -> str:
    """Return a number as the user stated it, to a millionth.

    >>> from opensim_pelvis.report.texts import read_texts
    >>> _exact(read_texts(), 0.0), _exact(read_texts(), -0.25)
    ('0', '\N{MINUS SIGN}0.25')
    """
    digits = f"{value:.6f}".rstrip("0").rstrip(".").partition(".")[2]
    return texts.written(value, f".{len(digits)}f")


def _ms(texts: Texts, seconds: float | None) -> str:
    return texts.number(None if seconds is None else 1000.0 * seconds, "deg")


def _deg(texts: Texts, value: float) -> str:
    return f"{texts.number(value, 'deg')}°"
