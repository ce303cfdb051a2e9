"""What may be a name, wherever it comes from."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensim_pelvis.config.names import check_name, derive_name, name_fault
from opensim_pelvis.config.trial.trial_file import settings_from_tables
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.report.view import read_view, view_of, write_view
from tests.io.exporters.sample_result import make_result

ALLOWED = ("walk", "walk 01", "sim[1]", "a.b", "跑步", "Łódź", "कदम", "runner-3_x", "é" * 60)
REFUSED = (
    "", " ", ".", "..", "...", ".hidden", "a/b", "a\\b", "C:", "c:walk", "../x", "/etc", "a\nb",
    "a\x00b", "CON", "con", "nul.txt", "COM1", "lpt9.a", "walk.", "walk ", " walk", "x" * 121,
    "跑" * 61, "a\u202eb", "a?b", "a*b", '"', "a|b", "\ud800", "\x7f", "COM¹",
)  # fmt: skip
CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "report-path-traversal"


@pytest.mark.parametrize("name", ALLOWED)
def test_letters_of_every_script_may_be_a_name(name: str) -> None:
    assert check_name(name, "x") == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("name", [*REFUSED, None, 3, ["a"], {}, True])
def test_what_no_system_takes_is_refused_everywhere(name: object, tmp_path: Path) -> None:
    assert name_fault(name) is not None
    with pytest.raises(SettingsError, match="wanted a name") as told:
        check_name(name, "--name")
    assert len(str(told.value)) < 400
    with pytest.raises(SettingsError, match=r"recording\.name"):
        settings_from_tables(
            {"recording": {"path": "a", "name": name}}, folder=tmp_path, subject="trial.toml"
        )


@given(st.text())
def test_a_name_stays_in_its_folder(text: str) -> None:
    if name_fault(text) is None:
        path = Path("/out") / f"{check_name(text, 'x')}_report.html"
        assert path.parent == Path("/out")
        assert len(path.name.encode()) < 255


def test_a_composed_letter_is_one_name() -> None:
    assert check_name("e\u0301", "x") == "\u00e9" == derive_name("e\u0301")


@given(st.text())
def test_a_name_derived_from_any_path_is_one(text: str) -> None:
    assert name_fault(derive_name(text)) is None


@pytest.mark.parametrize("name", [n for n in REFUSED if n != "\ud800"])
def test_a_strangers_report_cannot_name_a_place(tmp_path: Path, name: str) -> None:
    path = write_view(view_of(make_result()), tmp_path / "x_report.json")
    content = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(content | {"name": name}), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"x_report\.json: name"):
        read_view(path)


def test_the_report_of_the_case_is_refused(tmp_path: Path) -> None:
    if not CASE.is_dir():
        pytest.skip("the folder of cases is not here")
    shutil.copy(CASE / "x_report.json", tmp_path)
    with pytest.raises(SettingsError, match=r"x_report\.json: name"):
        read_view(tmp_path / "x_report.json")
