"""The section on agreement: its numbers are those of the comparison, on the page and in the PDF."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opensim_pelvis.cli.commands import app
from opensim_pelvis.errors import ExportError
from opensim_pelvis.report.again import stage_reports, write_reports
from opensim_pelvis.report.agreement_words import curve_rows
from opensim_pelvis.report.flow import Flow
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.parts import matplotlib_figures
from opensim_pelvis.report.pdf import MAX_PAGES, write_pdf
from opensim_pelvis.report.pdf_agreement import PAGES, set_agreement
from opensim_pelvis.report.texts import MINUS, NONE, read_texts
from opensim_pelvis.report.view import View
from tests.exporting import without_figures, without_pdf

from .conftest import HOSTILE
from .test_pdf import pages_of

number = read_texts().number


@pytest.fixture(scope="module")
def numbers(compared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((compared / "found" / "agreement.json").read_text("utf-8"))
    return found


def cells_of(page: str) -> dict[str, dict[str, str]]:
    """Return angle to column to what stands in the cell."""
    found = {}
    for name, row in re.findall(r'<tr data-angle="(\w+)">(.*?)</tr>', page):
        found[name] = {
            key: unescape(text)
            for key, text in re.findall(r'data-key="(\w+)"[^>]*>(.*?)</td>', row)
        }
    return found


def read(text: str) -> list[float]:
    return [float(x.replace(MINUS, "-")) for x in re.findall(rf"{MINUS}?\d+\.\d+", text)]


def test_comparing_makes_the_report_again_with_a_section(compared: Path) -> None:
    found = compared / "found"
    page = (found / "whole_report.html").read_text(encoding="utf-8")
    assert '<section id="agreement"' in page
    assert page.count('id="figure-agreement-') == len(
        json.loads((found / "agreement.json").read_text("utf-8"))["angles"]
    ) + len(("clocks", "events"))
    before = (compared / "out" / "whole" / "whole_report.html").read_text(encoding="utf-8")
    assert 'id="agreement"' not in before
    assert MAX_PAGES < len(pages_of(found / "whole_report.pdf")) <= MAX_PAGES + PAGES


def test_numbers_of_the_page_are_those_of_the_comparison(
    compared: Path, numbers: dict[str, Any]
) -> None:
    page = (compared / "found" / "whole_report.html").read_text(encoding="utf-8")
    cells = cells_of(page)
    assert list(cells) == [row["angle"] for row in numbers["angles"]]
    for row in numbers["angles"]:
        shown = cells[row["angle"]]
        for key, names, half in (
            ("bias", ("loa_bias", "loa_bias_ci_low", "loa_bias_ci_high"), 0.05),
            ("rmse", ("rmse",), 0.05),
            ("rmse0", ("rmse_without_offset",), 0.05),
            ("limits", ("loa_lower", "loa_upper"), 0.05),
            ("r", ("r",), 0.005),
            ("range", ("range_bias", "range_bias_ci_low", "range_bias_ci_high"), 0.05),
            ("icc", ("range_icc_a1", "range_icc_a1_ci_low", "range_icc_a1_ci_high"), 0.005),
        ):
            told = [row[name] for name in names]
            assert read(shown[key]) == pytest.approx(told, abs=half + 1e-9), (row["angle"], key)
        assert int(shown["strides"]) == row["strides"] > 10
    events = re.findall(r'<tr data-event="\d+">(.*?)</tr>', page)
    assert len(events) == len(numbers["events"]) == 2
    for text, event in zip(events, numbers["events"], strict=True):
        assert re.findall(r'data-key="matched">(\d+)<', text) == [str(event["matched"])]
        (bias,) = re.findall(r'data-key="event_bias">([^ ]+) ', text)
        assert read(bias) == pytest.approx([1000.0 * event["bias_s"]], abs=0.05)


def test_the_pdf_has_the_same_numbers(compared_view: View, numbers: dict[str, Any]) -> None:
    flow = Flow("", 9)
    set_agreement(flow, compared_view, read_texts())
    words = set(flow.words)
    for row in numbers["angles"]:
        for key in ("rmse", "rmse_without_offset"):
            assert number(row[key], "deg") in words, (row["angle"], key)
    whole = " ".join(flow.words)
    assert all(" ".join(note.split()[:3]) in whole for note in numbers["notes"])


def test_clocks_worlds_and_what_is_not_comparable_are_told(compared_view: View) -> None:
    absent = {"torso": "only optical has it, so none of its angles is compared"}
    view = {**compared_view, "agreement": {**compared_view["agreement"], "absent": absent}}
    page = unescape(render_page(view))
    sync = view["agreement"]["synchronisation"]
    assert f"{number(1000.0 * sync['offset_s'], 'm')} ms were added to the times here" in page
    assert f"standard error {number(1000.0 * sync['uncertainty_s'], 'm')} ms" in page
    assert f"the second-best offset reaches {100.0 * sync['rival']:.0f} % of that" in page
    turn = number(view["agreement"]["alignment"]["heading_deg"], "deg")
    assert f"rotated by {turn}° about the vertical" in page
    assert 'Trunk: <span lang="en">only optical has it' in page


def test_numbers_of_a_figure_stand_below_it(compared_view: View, odd_view: View) -> None:
    curves = compared_view["agreement"]["curves"]
    page = render_page(compared_view)
    assert page.count(f"<summary>{read_texts()['curves']['numbers']}</summary>") == len(
        curves["angles"]
    ) + len(compared_view["curves"]["angles"])
    angle = curves["angles"][0]
    means = [angle["over_stride"][system]["mean"] for system in ("estimate", "reference")]
    for percent, row in zip(
        range(0, 101, 10), curve_rows(angle, curves["time_s"], read_texts()), strict=True
    ):
        x, y = (mean[percent] for mean in means)
        assert row == (str(percent), *(number(value, "deg") for value in (x, y, x - y)))
    first, *_, last = curve_rows(
        odd_view["agreement"]["curves"]["angles"][0], curves["time_s"], read_texts()
    )
    assert first[0] == number(curves["time_s"][0], "m")
    assert first[2:] == (NONE, NONE)
    assert last[0] == number(curves["time_s"][-1], "m")


def test_a_stated_offset_is_told_as_such(compared: Path, tmp_path: Path) -> None:
    words = ["compare", str(compared / "out"), str(compared / "other"), "--offset", "0"]
    with without_figures():
        assert CliRunner().invoke(app, [*words, "--out", str(tmp_path)]).exit_code == 0
    page = (tmp_path / "whole_report.html").read_text(encoding="utf-8")
    assert "given by the user: 0 s were added" in page
    assert 'id="figure-agreement-clocks"' not in page


def test_the_section_stands_where_the_lab_wants_it(compared_view: View) -> None:
    def order(lab: Lab) -> list[str]:
        return re.findall(r'<section id="(\w+)"', render_page(compared_view, lab))

    assert order(Lab(sections=("agreement", "methods"))) == ["agreement", "methods"]
    assert order(Lab(sections=("headline",))) == ["headline", "agreement"]


def test_names_that_mean_harm_stay_text(compared_view: View, tmp_path: Path) -> None:
    agreement = json.loads(json.dumps(compared_view["agreement"]))
    agreement["reference"] = {"name": HOSTILE, "source": HOSTILE}
    agreement["notes"] = [HOSTILE]
    for rows, key in ((agreement["angles"], "angle"), (agreement["curves"]["angles"], "name")):
        rows[0][key] = HOSTILE
    page = render_page({**compared_view, "agreement": agreement})
    assert HOSTILE not in page
    assert "<img src=x" not in page
    write_pdf({**compared_view, "agreement": agreement}, tmp_path / "a.pdf")


def test_report_takes_the_folder_and_refuses_another_recording(
    compared: Path, tmp_path: Path
) -> None:
    found = compared / "found"
    words = ["report", str(compared / "out"), "--agreement", str(found), "--out", str(tmp_path)]
    with without_pdf():
        assert CliRunner().invoke(app, words).exit_code == 0
    again = (tmp_path / "whole_report.html").read_bytes()
    assert again == (found / "whole_report.html").read_bytes()
    with pytest.raises(ExportError, match="comparison of the recording whole"):
        write_reports([compared / "other"], tmp_path, Lab(), agreements=[found])
    with pytest.raises(ExportError, match="is a second comparison of whole"):
        write_reports([compared / "out"], tmp_path, Lab(), agreements=[found, found])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "in it"),
        ("{", "is not valid JSON"),
        ("[]", "found other JSON"),
        ('{"format": "opensim-pelvis agreement", "format_version": 9}', "wanted version 1"),
    ],
)
def test_a_folder_without_a_comparison_is_told(
    content: str | None, told: str, compared: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(compared / "found", bad)
    (bad / "agreement.json").unlink()
    if content is not None:
        (bad / "agreement.json").write_text(content, encoding="utf-8")
    with pytest.raises(ExportError, match=rf"agreement\.json.*{told}"):
        write_reports([compared / "out"], tmp_path / "o", Lab(), agreements=[bad])


def test_figures_can_be_taken_out(compared_view: View, tmp_path: Path) -> None:
    name = "agreement-pelvic_axial_rotation"
    curves = compared_view["agreement"]["curves"]
    (angle,) = (row for row in curves["angles"] if row["name"] == "pelvic_axial_rotation")
    # one of each, since every figure is drawn in the same way and takes half a second
    view = {
        **compared_view,
        "curves": {**compared_view["curves"], "angles": compared_view["curves"]["angles"][:1]},
        "agreement": {**compared_view["agreement"], "curves": {**curves, "angles": [angle]}},
    }
    assert name in matplotlib_figures(view)
    with without_pdf():
        paths = stage_reports([view], tmp_path, Lab(), parts=True)
    assert {f"whole_report_{name}.{end}" for end in ("svg", "png")} <= {p.name for p in paths}
