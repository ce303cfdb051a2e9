"""What a report shows is what the analysis found, and survives its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ExportError
from opensim_pelvis.gait.measures.definitions import definitions
from opensim_pelvis.io.exporters.summary import SummaryExporter, summarise
from opensim_pelvis.report.headline import headline
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, read_view, view_of, write_view
from opensim_pelvis.report.view_curves import MAX_POINTS, MAX_STRIDES, drawn_curves
from opensim_pelvis.types import VERDICTS, Result

WRITTEN_DEG = 6e-4  # the view keeps three decimals

number = read_texts().number


def test_a_view_reads_back_from_its_files(view: View, result: Result, tmp_path: Path) -> None:
    SummaryExporter().write(result, tmp_path)
    path = write_view(view, tmp_path / "whole_report.json")
    assert read_view(path) == json.loads(json.dumps(view))
    first = path.read_bytes()
    assert write_view(read_view(path), path).read_bytes() == first


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "opensim-pelvis report"}', "{"])
def test_a_file_that_is_no_view_is_an_error_that_says_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x_report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExportError, match=r"x_report\.json.*(wanted|Run the trial again)"):
        read_view(path)


def test_measures_are_those_of_the_summary(view: View, result: Result) -> None:
    summary = summarise(result)["running"]["measures"]
    assert {m["name"] for m in view["measures"]} <= set(summary)
    for measure in view["measures"]:
        for row in measure["rows"]:
            told = summary[measure["name"]][row["side"]]
            best = told["estimate"]
            assert (row["mean"], row["sd"], row["n"]) == (best["value"], told["sd"], told["n"])
            assert row["low"] == pytest.approx(best["value"] - best["u95"])
            assert row["high"] == pytest.approx(best["value"] + best["u95"])


MIRRORED = ("pelvic_axial_rotation", "pelvic_obliquity", "trunk_axial_rotation")


def test_left_curves_are_mirrored_where_they_say_so(view: View, result: Result) -> None:
    running = result.running
    assert running is not None
    by_name = {curve["name"]: curve for curve in view["curves"]["angles"]}
    for drawn in drawn_curves():
        for code, (side, source) in enumerate((("right", drawn.right), ("left", drawn.left))):
            mirrored = drawn.curve.name in MIRRORED and side == "left"
            turned = mirrored or source in ("hip_flexion_r", "hip_flexion_l")
            column = running.curves.angles.index(source)
            expected = (-1.0 if turned else 1.0) * running.curves.mean_deg[code, :, column]
            shown = by_name[drawn.curve.name][side]["mean"]
            np.testing.assert_allclose(shown, expected, atol=WRITTEN_DEG)


def test_the_skeleton_turns_as_the_pelvis_does(view: View) -> None:
    skeleton = view["skeleton"]
    pelvis = next(line for line in skeleton["lines"] if line["part"] == "pelvis")
    points = np.array(pelvis["points"])  # RASI, LASI, LPSI, RPSI, RASI
    across = points[:, 0] - points[:, 1]  # from left to right
    turned = np.rad2deg(np.arctan2(across[:, 0], across[:, 2]))  # + right side forward
    curve = next(c for c in view["curves"]["angles"] if c["name"] == "pelvic_axial_rotation")
    mean = np.array(curve[skeleton["side"]]["mean"])[::2]
    assert np.abs((turned - turned.mean()) - (mean - mean.mean())).max() < 2.5  # one stride


def test_a_view_stays_small_however_long_the_run(view: View) -> None:
    for curve in view["curves"]["angles"]:
        for side in ("right", "left"):
            assert len(curve[side]["strides"]) <= MAX_STRIDES
    for sides in view["series"].values():
        for series in sides.values():
            assert len(series["values"]) <= MAX_POINTS


@pytest.mark.parametrize(
    ("which", "verdict"),
    [("result", "good"), ("pelvis_result", "doubtful"), ("poor_result", "rejected"),
     ("no_strides_result", "rejected")],
)  # fmt: skip
def test_the_light_is_the_worst_of_its_checks(
    which: str, verdict: str, request: pytest.FixtureRequest
) -> None:
    quality = view_of(request.getfixturevalue(which))["quality"]
    assert quality["verdict"] == verdict
    worst = max(VERDICTS.index(check["verdict"]) for check in quality["checks"])
    assert VERDICTS[worst] == verdict


def test_the_headline_says_what_was_found_and_how_sure_it_is(view: View) -> None:
    said = " ".join(headline(view, read_texts()))
    rotation = next(m for m in view["measures"] if m["name"] == "pelvic_rotation_range_deg")
    assert f"{rotation['rows'][0]['mean']:.1f}°" in said
    assert "counter-rotation to the pelvis" in said
    assert "at the site of the sensor" in said
    assert "For 3.6 m/s there is no reference with enough people" in said


def test_unsafe_numbers_are_no_headline(poor_result: Result) -> None:
    said = headline(view_of(poor_result), read_texts())
    assert said[0] == read_texts()["headline"]["rejected"]
    assert len(said) > 1
    assert "°" not in said[0]
    assert "reference with enough people" not in " ".join(said)


def test_without_strides_the_headline_says_only_that(no_strides_result: Result) -> None:
    view = view_of(no_strides_result)
    assert headline(view, read_texts()) == [read_texts()["headline"]["none"]]
    assert view["skeleton"] is None


def test_every_measure_and_check_has_its_words(view: View) -> None:
    texts = read_texts()
    assert {m["name"] for m in view["measures"]} <= set(texts["measure"])
    assert {definition.name for definition in definitions()} <= set(texts["measure"])
    assert all(texts.check(check["name"]) for check in view["quality"]["checks"])
    assert set(view["methods"]) <= set(texts["methods"])


def test_numbers_are_shown_with_a_true_minus_and_never_as_minus_zero() -> None:
    assert number(-3.04, "deg") == "\N{MINUS SIGN}3.0"
    assert number(-0.04, "deg") == "0.0"
    assert number(None, "deg") == "\N{EN DASH}"
