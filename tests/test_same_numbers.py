"""What people read says one thing: screen, workbook and C3D against the summary of one run.

Each file is parsed by a reader that is not ours, the screen by its columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ezc3d
import openpyxl
import pytest
from rich.console import Console

from opensim_pelvis.cli.screen.closing import closing_lines
from opensim_pelvis.cli.screen.measures_table import short_label
from opensim_pelvis.cli.screen.tables import render_result
from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.io import output
from opensim_pelvis.io.exporters.c3d_plug_in_gait import ANALYSIS
from opensim_pelvis.io.output import Written
from opensim_pelvis.simulate import Session
from opensim_pelvis.types import Result
from opensim_pelvis.types.measure import KEY_MEASURE
from tests.exporting import PAGE_AND_PDF, without
from tests.running_cases import run_case

WIDTH = 200
DOUBLE, SINGLE = 1e-15, 2e-6  # as the formats store numbers


@pytest.fixture(scope="module")
def result() -> Result:
    return run_case(session=Session(duration_s=12.0, rate_hz=100.0))[1]


@pytest.fixture(scope="module")
def written(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Written:
    with without(*PAGE_AND_PDF):
        return output.write(result, tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="module")
def measures(written: Written) -> dict[str, Any]:
    (path,) = written.folder.glob("*_summary.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["running"]["measures"]
    return found


def shown(*parts: object) -> list[str]:
    console = Console(width=WIDTH)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get().splitlines()


def rows_of_the_screen(result: Result) -> Iterator[tuple[str, str, list[str]]]:
    """Yield label, side and the other cells of each row of the table of measures."""
    lines = iter(shown(render_result(result, ())))
    head = next(line for line in lines if line.split()[:2] == ["measure", "side"])
    side_at, value_at = head.index("side"), head.index("estimate") - 3
    next(lines)
    label = ""
    for line in lines:
        if not line.strip():
            return
        label = line[:side_at].strip() or label
        yield label, line[side_at:value_at].strip(), re.split(r"\s{2,}", line[value_at:].strip())


def test_the_screen_has_the_numbers_of_the_summary(
    result: Result, measures: dict[str, Any]
) -> None:
    names = {short_label(one): one for one in shown_in("screen")}
    rows = list(rows_of_the_screen(result))
    wanted = [
        (name, side) for one in names.values() if (name := one.name) in measures
        for side in measures[name] if side != "right_minus_left"
    ]  # fmt: skip
    assert len(rows) == len(wanted) > 15
    for label, side, (value, interval, spread, strides) in rows:
        one, told = names[label], measures[names[label].name][side or "body"]
        estimate, form = told["estimate"], f".{one.digits}f"
        low, high = (estimate["value"] + sign * estimate["u95"] for sign in (-1.0, 1.0))
        assert value == format(estimate["value"], form), label
        assert interval == f"{low:{form}} to {high:{form}}", label
        assert spread == format(told["sd"], form), label
        assert strides == str(told["n"]), label


def test_the_last_lines_have_the_numbers_of_the_summary(
    result: Result, written: Written, measures: dict[str, Any]
) -> None:
    estimate = measures[KEY_MEASURE]["body"]["estimate"]
    value = str(closing_lines(result, written)[1])
    assert re.findall(r"-?\d+\.\d", value) == [f"{estimate[key]:.1f}" for key in ("value", "u95")]


def test_the_workbook_has_the_numbers_of_the_summary(
    written: Written, measures: dict[str, Any]
) -> None:
    (path,) = written.folder.glob("*.xlsx")
    head, *rows = openpyxl.load_workbook(path)["measures"].iter_rows(values_only=True)
    for row in (dict(zip(head, cells, strict=True)) for cells in rows):
        told = measures[row["measure"]][row["side"].replace(" ", "_")]
        estimate = told["estimate"]
        for key, number in (("estimate", estimate["value"]), ("u95", estimate["u95"])):
            assert row[key] == pytest.approx(number, rel=DOUBLE, abs=0.0), row
        mean = told["mean"] if "mean" in told else told["difference"]
        assert row["mean"] == pytest.approx(mean, rel=DOUBLE, abs=0.0), row
    assert {row[0] for row in rows} == measures.keys()


def test_the_c3d_file_has_the_numbers_of_the_summary(
    written: Written, measures: dict[str, Any]
) -> None:
    (path,) = written.folder.glob("*.c3d")
    group = ezc3d.c3d(str(path))["parameters"]["ANALYSIS"]
    names, contexts, values = (group[key]["value"] for key in ("NAMES", "CONTEXTS", "VALUES"))
    known = {one.name: one for one in ANALYSIS}
    assert set(names) == known.keys()
    for name, context, value in zip(names, contexts, values, strict=True):
        sides = measures[known[name].measure]
        told = sides.get(context.lower(), sides.get("body"))["estimate"]["value"]
        assert value == pytest.approx(known[name].factor * told, rel=SINGLE), (name, context)


def test_files_of_one_run_lie_together(written: Written) -> None:
    ends = {Path(path).name.removeprefix(written.folder.name) for path in written.files}
    assert {".xlsx", ".c3d", "_summary.json", "_measures.csv"} <= ends
