"""Notices: the file of codes, how sentences are made, and that code and file agree."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from typer.main import get_command

from opensim_pelvis.cli.commands import app
from opensim_pelvis.gait.events.methods import methods
from opensim_pelvis.io.exporters.summary import summarise
from opensim_pelvis.notices import (
    SEVERITIES,
    Notice,
    as_plain,
    catalogue,
    notice,
    say,
    wrap,
)
from opensim_pelvis.notices.document import PARTS, document
from opensim_pelvis.types import Result
from tests.conftest import ROOT

PACKAGE = ROOT / "plugin" / "opensim_pelvis"


MAKERS: Final[Mapping[str, frozenset[str]]] = {
    "notice": frozenset(),
    "note_file": frozenset({"file"}),
    "note": frozenset({"file"}),
    "noting": frozenset({"file"}),
}
"""What makes a notice of a code, and the values that it gives by itself."""


def calls() -> list[tuple[Path, ast.Call, frozenset[str]]]:
    """Return every call that makes a notice, and what its maker gives by itself."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in MAKERS:
                    found.append((path, node, MAKERS[name]))
    return found


def literals() -> set[str]:
    """Return all texts in the package that could be codes, or the beginnings of some.

    Those of methods stand in a table.
    """
    told = {code for method in methods().values() for code in (method.code, method.measured)}
    return told | {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


# --- sentences -----------------------------------------------------------------------------


def test_one_and_many_are_said_in_their_own_words() -> None:
    assert say(notice("timeline.dropped", packets=1)) == "1 lost packet"
    assert say(notice("timeline.dropped", packets=2)) == "2 lost packets"
    assert say(notice("timeline.dropped", packets=0)) == "0 lost packets"


def test_mappings_lists_units_and_parts_are_said() -> None:
    far = {"torso_imu": np.float64(13.6), "femur_r_imu": 11.2}
    text = say(notice("pose.not_as_before", *far, at_s=9.04, turned_deg=far))
    assert "at 9.0 s, " in text
    assert "torso_imu 14 degrees, femur_r_imu 11 degrees." in text
    assert say(notice("word.times", times_s=[1.0, 2.5])) == "1.00 s, 2.50 s"
    facts = [notice("timeline.dropped", packets=3), notice("timeline.zero_quaternions", count=1)]
    both = notice("timeline.samples", "a", sensors=["a", "b"], facts=facts)
    assert say(both) == "a, b: 3 lost packets, 1 zero quaternion"
    groups = [
        notice("fusion.group", origin=origin, sensors=sensors)
        for origin, sensors in {"vendor": ["a", "b"], "vqf 6D": ["c"]}.items()
    ]
    mixed = notice("fusion.mixed", origins=groups)
    assert say(mixed).endswith("(vendor: a, b; vqf 6D: c)")


def test_plain_data_holds_parts_and_no_number_that_json_does_not_know() -> None:
    part = notice("timeline.dropped", packets=3)
    found = as_plain(notice("timeline.samples", "a", sensors=["a"], facts=[part], x=np.nan))
    assert json.loads(json.dumps(found, allow_nan=False)) == {
        "code": "timeline.samples",
        "severity": "note",
        "subject": ["a"],
        "values": {"sensors": ["a"], "facts": [as_plain(part)], "x": None},
        "text": "a: 3 lost packets",
    }


def test_an_unknown_code_and_a_value_of_no_kind_are_refused() -> None:
    with pytest.raises(KeyError):
        notice("pose.no_such")
    with pytest.raises(TypeError, match="numbers, names and lists"):
        notice("plugin.text", text=Path("x"))


def test_a_plain_text_of_another_package_is_wrapped() -> None:
    (found,) = wrap(["one line"])
    assert (found.code, found.severity, say(found)) == ("plugin.text", "note", "one line")
    assert wrap([found]) == (found,)


def test_a_recording_takes_plain_texts(result: Result) -> None:
    found = replace(result.recording, notes=("said by a plug-in",))  # type: ignore[arg-type]
    assert [note.code for note in found.notes] == ["plugin.text"]


# --- the file ------------------------------------------------------------------------------


def test_every_entry_is_whole_and_can_be_said() -> None:
    for code, entry in catalogue().items():
        assert entry.severity in SEVERITIES
        assert entry.meaning, code
        assert entry.text == entry.text.strip(), code
        assert not entry.count or entry.count in fields(entry.text) | fields(entry.one), code
        assert fields(entry.one) <= fields(entry.text), code


def test_every_flag_that_a_notice_names_is_one() -> None:
    known = {flag for command in get_command(app).commands.values()  # type: ignore[attr-defined]
             for parameter in command.params for flag in parameter.opts}  # fmt: skip
    for entry in catalogue().values():
        named = re.findall(r"(?<![\w-])--[a-z][a-z-]*", f"{entry.text} {entry.one} {entry.remedy}")
        assert set(named) <= known, (entry.code, set(named) - known)


def test_every_code_is_used_and_every_call_names_one() -> None:
    texts = literals()
    unused = [c for c in catalogue() if c not in texts and not _is_made(c, texts)]
    assert not unused
    for path, call, _ in calls():
        code = call.args[0]
        if isinstance(code, ast.Constant):
            assert code.value in catalogue(), f"{path.name}:{call.lineno}: {code.value}"


def _is_made(code: str, texts: set[str]) -> bool:
    """Return whether a code is put together of a beginning and an end in the package."""
    return any(code.startswith(text) and "." in text and len(text) < len(code) for text in texts)


def test_every_call_gives_what_the_sentence_names() -> None:
    """Where code and values stand in the call; the rest is said in the tests of the stages."""
    for path, call, own in calls():
        code = call.args[0]
        given = {keyword.arg for keyword in call.keywords}
        if isinstance(code, ast.Constant) and None not in given:
            wanted = fields(catalogue()[code.value].text) - own
            assert wanted <= given, f"{path.name}:{call.lineno}: {wanted - given}"


def test_the_page_is_that_of_the_file() -> None:
    page = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
    assert page == document()
    assert all(f"**`{code}`**" in page for code in catalogue() if code.split(".")[0] not in PARTS)


# --- results -------------------------------------------------------------------------------


def test_the_summary_has_notices_as_data(result: Result) -> None:
    summary = json.loads(json.dumps(summarise(result)))
    assert [n["text"] for n in summary["notices"]] == summary["notes"]
    assert all(set(n) == set(as_plain(result.notes[0])) for n in summary["notices"])
    assert "recording.simulated" in [n["code"] for n in summary["notices"]]


def test_no_person_was_measured_is_told_by_the_code_alone(result: Result) -> None:
    from opensim_pelvis.report.view import view_of

    assert view_of(result)["recording"]["simulated"]
    subject = replace(result.settings.subject, id="simulated twin")
    settings = replace(result.settings, subject=subject)
    real = replace(result.recording, notes=())
    assert not view_of(replace(result, settings=settings, recording=real))["recording"]["simulated"]


def test_what_concerns_most_angles_stands_first() -> None:
    grave = [code for code, entry in catalogue().items() if entry.severity == "error"]
    assert {"heading.unknown", "heading.contradicted", "pose.of_movement"} <= set(grave)
    assert all(isinstance(n, Notice) for n in (notice("heading.no_north"),))
