"""Paragraphs of "Where to change what" are executed: a dummy is added, and arrives.

Measures, angles, calibration methods, sections and engines have files of their own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from opensim_pelvis.cli.commands import app
from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.io import output, reading, registry
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.io.registry import EXPORTERS, READERS, Match
from opensim_pelvis.kinematics.anthropometry import published as tables
from opensim_pelvis.kinematics.anthropometry import sizes
from opensim_pelvis.notices import notice, say
from opensim_pelvis.notices.catalogue import Entry, catalogue
from opensim_pelvis.notices.document import document
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.view import view_of
from opensim_pelvis.simulate import SensorSettings, Session, simulate_runner, simulate_sensors
from opensim_pelvis.types import Recording, Result
from tests.exporting import PAGE_AND_PDF, without

FIRST = b"recording of a dummy"
HOME = "tests_dummy_plugin"


class DummyReader:
    description = "format of a dummy"
    gives = "orientation"
    tried_on = "nothing"

    def sniff(self, path: Path) -> Match:
        found = path.is_file() and path.read_bytes().startswith(FIRST)
        return Match(found, "its first line" if found else "another first line")

    def read(self, settings: RecordingSettings) -> Recording:
        truth = simulate_runner(session=Session(duration_s=4.0, rate_hz=50.0))
        made = simulate_sensors(truth, SensorSettings(), ("pelvis",))
        return replace(made, reader="dummy", name=settings.path.stem)


class DummyExporter:
    description = "file of a dummy"
    optional: tuple[str, ...] = ()

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        path = directory / f"{result.name}_dummy.txt"
        path.write_text(f"{len(result.clinical.names)} angles\n", encoding="utf-8")
        return (path,)


@pytest.fixture
def with_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entry points of a package that has a reader and an exporter, beside those that there are."""
    package = ModuleType(HOME)
    package.Reader, package.Exporter = DummyReader, DummyExporter  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, HOME, package)
    theirs = {
        READERS: EntryPoint("dummy", f"{HOME}:Reader", READERS),
        EXPORTERS: EntryPoint("dummy", f"{HOME}:Exporter", EXPORTERS),
    }
    known: Callable[..., Any] = registry.entry_points
    monkeypatch.setattr(
        registry, "entry_points", lambda *, group: [*known(group=group), theirs[group]]
    )


@pytest.mark.usefixtures("with_plugins")
def test_add_a_format(tmp_path: Path) -> None:
    path = tmp_path / "walk.dummy"
    path.write_bytes(FIRST)
    assert registry.find_reader(path) == "dummy"
    recording = reading.read(path)
    assert (recording.reader, recording.name) == ("dummy", "walk")
    listed = CliRunner().invoke(app, ["readers"])
    assert "format of a dummy" in listed.output
    shown = CliRunner().invoke(app, ["inspect", str(path)])
    assert shown.exit_code == 0, shown.output
    assert "dummy" in shown.output


@pytest.mark.usefixtures("with_plugins")
def test_add_an_exporter(result: Result, tmp_path: Path) -> None:
    with without(*PAGE_AND_PDF):
        written = output.write(replace(result, name="walk"), tmp_path)
    assert written.missing == {}
    path = tmp_path / "walk" / "walk_dummy.txt"
    assert path in written.files
    assert path.read_text(encoding="utf-8") == "8 angles\n"
    manifest = json.loads((tmp_path / "walk" / "walk_manifest.json").read_text(encoding="utf-8"))
    assert path.name in json.dumps(manifest["files"])


@pytest.fixture
def with_code() -> Iterator[None]:
    known: Any = catalogue()
    known["dummy.seen"] = Entry(
        code="dummy.seen",
        severity="warning",
        text="a dummy was seen {count} times",
        one="a dummy was seen once",
        count="count",
        meaning="Nothing follows.",
        remedy="Look away.",
    )
    yield
    del known["dummy.seen"]


@pytest.mark.usefixtures("with_code")
def test_say_something_new(result: Result, tmp_path: Path) -> None:
    told = notice("dummy.seen", "pelvis_imu", count=3)
    assert (told.severity, say(told)) == ("warning", "a dummy was seen 3 times")
    assert say(notice("dummy.seen", count=1)) == "a dummy was seen once"
    again = replace(result, name="walk", notes=(*result.notes, told))
    SummaryExporter().write(again, tmp_path)
    summary = json.loads((tmp_path / "walk_summary.json").read_text(encoding="utf-8"))
    row = summary["notices"][-1]
    assert (row["code"], row["severity"], row["subject"]) == (
        "dummy.seen",
        "warning",
        ["pelvis_imu"],
    )
    assert (row["values"], row["text"]) == ({"count": 3}, "a dummy was seen 3 times")
    assert "a dummy was seen 3 times" in render_page(view_of(again))
    page = document()
    assert "**`dummy.seen`** (warning)" in page
    assert "Look away." in page


def test_change_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from opensim_pelvis.config.settings import SubjectSettings
    from opensim_pelvis.kinematics.osim.model import build_model, describe_model

    subject = SubjectSettings(height_m=1.7, mass_kg=60.0, sex="female")
    before = describe_model(build_model(subject), "before").xml
    assert describe_model(build_model(subject), "again").xml == before
    longer = tuple(1.1 * part for part in tables.PROPORTIONS["thigh"])
    changed = {**tables.PROPORTIONS, "thigh": longer}
    monkeypatch.setattr(sizes, "PROPORTIONS", changed)
    after = describe_model(build_model(subject), "after").xml
    assert before != after
