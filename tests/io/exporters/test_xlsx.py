"""The workbook, read by another library: numbers are those of the summary, texts are texts."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from opensim_pelvis.io.exporters.summary import summarise
from opensim_pelvis.io.exporters.xlsx import LONGEST_TEXT, XlsxExporter
from opensim_pelvis.io.exporters.xlsx_sheets import sheets_of
from opensim_pelvis.io.registry import Exporter
from opensim_pelvis.notices import advise, notice, wrap
from opensim_pelvis.notices.plain_words import harmless
from opensim_pelvis.simulate import Session
from opensim_pelvis.types import Check, Quality, Result
from tests.io.exporters.sample_result import make_result
from tests.running_cases import run_case

EXACT = 1e-15  # sixteen digits are written
SHEETS = (*("trial", "measures", "strides", "curves", "quality", "absent", "notices", "settings"),)
EVIL = ("=1+1", "+cmd|'/c calc'!A1", "-2+3", "@SUM(A1)", "\t=1", "http://x.y", "{=1}", "1e5x")


@pytest.fixture(scope="module")
def result() -> Result:
    return run_case(session=Session(duration_s=9.0, rate_hz=100.0))[1]


@pytest.fixture(scope="module")
def book(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return opened(result, tmp_path_factory.mktemp("book"))


def opened(result: Result, folder: Path) -> Any:
    (path,) = XlsxExporter().write(result, folder)
    assert path.name == f"{result.name}.xlsx"
    return openpyxl.load_workbook(path)


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def close(found: Any, wanted: Any) -> bool:
    return found == (wanted if wanted is None else pytest.approx(wanted, rel=EXACT, abs=0.0))


def test_it_is_an_exporter_of_eight_sheets(book: Any) -> None:
    assert isinstance(XlsxExporter(), Exporter)
    assert tuple(book.sheetnames) == SHEETS
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])


def test_measures_are_those_of_the_summary(result: Result, book: Any) -> None:
    told = summarise(result)["running"]
    rows = rows_of(book["measures"])
    assert len(rows) == sum(len(sides) for sides in told["measures"].values()) > 50
    for row in rows:
        numbers = told["measures"][row["measure"]][row["side"].replace(" ", "_")]
        estimate = numbers.get("estimate") or {"value": None, "u95": None}
        assert close(row["estimate"], estimate["value"]), row
        assert close(row["u95"], estimate["u95"]), row
        for name in ("mean", "sd", "n", "effective_n"):
            known = numbers["difference"] if "difference" in numbers and name == "mean" else None
            assert close(row[name], numbers.get(name, known)), (row, name)
        assert (row["unit"], row["label"]) == tuple(
            told["definitions"][row["measure"]][key] for key in ("unit", "label")
        )
    assert any(row["u95"] is not None for row in rows)


def test_strides_and_curves_are_those_of_the_result(result: Result, book: Any) -> None:
    running = result.running
    assert running is not None
    rows = rows_of(book["strides"])
    assert len(rows) == running.strides.side.size
    assert [row["kept"] for row in rows] == running.strides.kept.tolist()
    assert {type(row["kept"]) for row in rows} == {bool}
    for number, definition in enumerate(running.definitions):
        for row, value in zip(rows, running.values[:, number], strict=True):
            assert close(row[definition.name], value if value == value else None)
    curves = rows_of(book["curves"])
    assert len(curves) == 202
    angle = running.curves.angles.index("pelvic_axial_rotation")
    left = [row["pelvic_axial_rotation_mean_deg"] for row in curves if row["side"] == "left"]
    assert left == pytest.approx(running.curves.mean_deg[1, :, angle].tolist(), rel=EXACT, abs=0.0)


def test_quality_absences_notices_and_settings_are_told(result: Result, tmp_path: Path) -> None:
    check = Check(name="pose", verdict="doubtful", value=1.25, unit="deg", limits=(1.0, 2.0))
    found = (notice("pose.few_samples", "pelvis_imu", samples=1), *wrap(("a note",)))
    told = replace(result, quality=Quality(checks=(check,)), notes=found)
    book = opened(told, tmp_path)
    (row,) = rows_of(book["quality"])
    wanted = ("pose", "doubtful", 1.25, "deg", 1.0, 2.0)
    keys = ("check", "verdict", "value", "unit", "doubtful_from", "rejected_from")
    assert tuple(row[key] for key in keys) == wanted
    items = {row["item"]: row["value"] for row in rows_of(book["trial"])}
    assert (items["name"], items["quality"]) == (result.name, "doubtful")
    assert [row["text"] for row in rows_of(book["notices"])] == list(map(advise, found))
    settings = {row["setting"]: row for row in rows_of(book["settings"])}
    assert settings["timeline.max_gap_s"]["value"] == result.settings.timeline.max_gap_s
    assert settings["timeline.max_gap_s"]["origin"] == "default"
    assert settings["activity.surface"]["origin"] == "given"
    identifier, body = next(iter(result.settings.sensors.items()))
    assert settings[f"sensors.{identifier}"]["value"] == body
    told = make_result()
    absent = {row["name"]: row["reason"] for row in rows_of(opened(told, tmp_path)["absent"])}
    assert absent == {
        "knee_angle_r": "no sensor on tibia_r",
        "thigh_extension_l": "no sensor on femur_l",
    }


def test_numbers_show_the_decimals_that_they_deserve(book: Any) -> None:
    shown = {}
    sheet = book["measures"]
    head = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        shown[row[0].value] = row[head.index("mean")].number_format
        assert row[head.index("n")].number_format in {"0", "General"}
    assert shown["pelvic_rotation_range_deg"] == "0.0"
    assert shown["contact_time_s"] == "0.000"
    assert shown["pelvic_step_mm"] == "0"


@pytest.mark.parametrize("text", EVIL)
def test_no_text_is_a_formula_or_a_link(result: Result, text: str, tmp_path: Path) -> None:
    subject = replace(result.settings.subject, id=text)
    settings = replace(result.settings, subject=subject, sensors={text: "pelvis"})
    book = opened(replace(result, settings=settings, notes=wrap((text,))), tmp_path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    found = [cell for cell in cells if cell.value is not None and text in str(cell.value)]
    assert len(found) >= 3
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    archive = zipfile.ZipFile(tmp_path / f"{result.name}.xlsx")
    sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_the_same_result_gives_the_same_bytes(result: Result, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        XlsxExporter().write(result, folder)
    name = f"{result.name}.xlsx"
    assert (first / name).read_bytes() == (second / name).read_bytes()
    archive = zipfile.ZipFile(io.BytesIO((first / name).read_bytes()))
    assert {info.date_time[:3] for info in archive.infolist()} == {(1980, 1, 1)}
    core = archive.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2


def test_without_strides_the_sheets_are_there_and_empty(tmp_path: Path) -> None:
    book = opened(make_result(), tmp_path)
    assert tuple(book.sheetnames) == SHEETS
    assert rows_of(book["measures"]) == rows_of(book["strides"]) == rows_of(book["curves"]) == []
    assert book["strides"]["A1"].value == "side"


def test_a_text_longer_than_a_cell_is_shortened(result: Result, tmp_path: Path) -> None:
    book = opened(replace(result, notes=wrap(("x" * 40_000,))), tmp_path)
    assert book["notices"]["B2"].value == "x" * LONGEST_TEXT


def test_characters_that_no_file_holds_are_shown(result: Result, tmp_path: Path) -> None:
    subject = replace(result.settings.subject, id="a\ud800b\x1b[31m\x00")
    book = opened(replace(result, settings=replace(result.settings, subject=subject)), tmp_path)
    items = {row["item"]: row["value"] for row in rows_of(book["trial"])}
    assert items["subject"] == harmless("a\ud800b\x1b[31m\x00")
    assert items["subject"].isprintable()


def test_every_row_has_a_cell_a_column(result: Result) -> None:
    for sheet in sheets_of(result):
        assert {len(row) for row in sheet.rows} <= {len(sheet.columns)}, sheet.name
