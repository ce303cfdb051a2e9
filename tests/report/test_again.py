"""Reports made again, side by side, and in parts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from opensim_pelvis.cli.commands import app
from opensim_pelvis.errors import ExportError, OpenSimPelvisError, SettingsError
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.report.again import find_views, write_reports
from opensim_pelvis.report.exporter import PdfExporter, ReportExporter
from opensim_pelvis.report.figures import figures_of
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.parts import matplotlib_figures, save_parts, tables
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, read_view, view_of
from opensim_pelvis.types import Result
from tests.exporting import without_pdf
from tests.report.whole import write_whole


def test_a_report_made_again_is_the_same(result: Result, tmp_path: Path) -> None:
    SummaryExporter().write(result, tmp_path)
    page, numbers = ReportExporter().write(result, tmp_path)
    (pdf,) = PdfExporter().write(result, tmp_path)
    again = write_reports([numbers], tmp_path / "again", Lab())
    assert [path.name for path in again] == ["whole_report.html", "whole_report.pdf"]
    assert again[0].read_bytes() == page.read_bytes()
    assert again[1].read_bytes() == pdf.read_bytes()


def test_several_recordings_get_a_page_of_their_own(
    view: View, pelvis_result: Result, tmp_path: Path
) -> None:
    for one in (view, {**view, "name": "later"}, view_of(pelvis_result)):
        write_whole(one, tmp_path / f"{one['name']}_report.json")
    with without_pdf():
        written = write_reports([tmp_path], tmp_path / "out", Lab())
    assert {path.name for path in written} >= {"comparison_report.html", "comparison_report.pdf"}
    page = (tmp_path / "out" / "comparison_report.html").read_text(encoding="utf-8")
    assert re.findall(r'data-recording="(\w+)"', page) == ["later", "pelvis", "whole"]


def test_the_command_writes_reports_and_tells_faults(view: View, tmp_path: Path) -> None:
    numbers = write_whole(view, tmp_path / "whole_report.json")
    lab = tmp_path / "lab.toml"
    lab.write_text('name = "Laboratory 7"\n', encoding="utf-8")
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["report", str(numbers), "--lab", str(lab), "--out", str(out)])
    assert done.exit_code == 0
    assert done.output.split() == [str(out / f"whole_report.{end}") for end in ("html", "pdf")]
    assert "Laboratory 7" in (out / "whole_report.html").read_text(encoding="utf-8")
    lab.write_text("nam = 1\n", encoding="utf-8")
    failed = CliRunner().invoke(app, ["report", str(numbers), "--lab", str(lab), "--out", str(out)])
    assert isinstance(failed.exception, SettingsError)


def test_what_is_no_result_is_named(view: View, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExportError) as caught:
        find_views([tmp_path / "nothing", tmp_path / "empty"])
    assert "nothing" in str(caught.value)
    assert "empty" in str(caught.value)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_whole(view, tmp_path / folder / "x_report.json")
    with pytest.raises(ExportError, match="several recordings are named whole"):
        write_reports([tmp_path / "a", tmp_path / "b"], tmp_path / "out", Lab())


@pytest.mark.parametrize("key", ["quality", "curves", "measures", "versions", "name"])
def test_numbers_that_lack_a_part_are_an_error_and_no_traceback(
    view: View, tmp_path: Path, key: str
) -> None:
    path = write_whole({k: v for k, v in view.items() if k != key}, tmp_path / "a_report.json")
    with pytest.raises(OpenSimPelvisError, match=r"[Rr]un the trial again|name of the recording"):
        write_reports([path], tmp_path / "out", Lab())


def test_single_figures_and_tables_can_be_taken(result: Result, view: View, tmp_path: Path) -> None:
    drawn = matplotlib_figures(result)
    assert set(drawn) == set(figures_of(view, read_texts()))
    assert {"cadence", "counter-share", "curve-pelvic_axial_rotation"} <= set(drawn)
    measures = tables(view)["measures"]
    row = measures[measures["measure"] == "pelvic_rotation_range_deg"].iloc[0]
    assert result.running is not None
    estimate = result.running.estimate("pelvic_rotation_range_deg")
    assert estimate is not None
    assert (row["mean"], row["low"]) == (estimate.value, estimate.low)
    written = save_parts(view, tmp_path)
    assert {path.suffix for path in written} == {".svg", ".png", ".csv"}
    table = pd.read_csv(tmp_path / "whole_report_curves.csv")
    assert list(table.columns) == ["curve", "side", "percent", "mean_deg", "sd_deg"]


def test_a_report_of_version_2_is_made_again(view: View, tmp_path: Path) -> None:
    known = {"absent", "clock", "model", "ranges", "pose", "heading", "headings", "strides"}
    checks = [check for check in view["quality"]["checks"] if check["name"] in known]
    view = {**view, "quality": {**view["quality"], "checks": checks}}  # what version 2 knew
    old = json.loads(json.dumps(view))
    old["format_version"] = 2
    levels = {"good": "good", "doubtful": "careful", "rejected": "poor"}
    checks = [
        {
            "key": check["name"],
            "level": levels[check["verdict"]],
            "worst": str(check["total"])
            if check["total"]
            else check["state"] or "".join(check["subject"]),
            "value": check["value"],
            "limits": check["limits"],
        }
        for check in view["quality"]["checks"]
    ]
    old["quality"] = {"level": levels[view["quality"]["verdict"]], "checks": checks}
    for measure in old["measures"]:
        for key in ("label", "needs_pose", "short", "shown", "norm"):
            del measure[key]
    path = tmp_path / "whole_report.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert render_page(read_view(path)) == render_page(view)
