"""Rows of settings: each beside a field that agrees with it."""

from __future__ import annotations

import datetime
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import pytest

from opensim_pelvis.config.settings import (
    SECTIONS,
)
from opensim_pelvis.config.trial import setting_definitions as rows
from opensim_pelvis.config.trial.settings_document import document
from opensim_pelvis.frames import AXES
from tests.config.test_setting_definitions import ROW
from tests.conftest import ROOT

HINTS: Final[Mapping[str, Any]] = {
    "text": str,
    "name": str,
    "body": str,
    "path": Path,
    "date": datetime.date,
    "switch": bool,
    "number": float,
    "window": tuple[float, float],
    "times": Mapping[str, float],
    "weights": Mapping[str, float],
}


def test_every_field_has_a_row_that_agrees_with_it() -> None:
    assert list(rows.sections()) == list(SECTIONS)
    for section, record in SECTIONS.items():
        found = {one.key: one for one in rows.of_section(section)}
        assert set(found) == {item.name for item in fields(record)}
        hints = get_type_hints(record)
        for item in fields(record):
            one = found[item.name]
            hint, optional = bare(hints[item.name])
            if one.kind == "choice":
                assert get_args(hint) == tuple(one.choices), one.name
            else:
                assert hint == HINTS[one.kind], one.name
            assert optional == (bool(one.not_given) and one.kind not in {"times", "weights"})
            assert one.required == (item.default is item.default_factory is MISSING), one.name
            if item.default not in (MISSING, None):
                assert item.default == one.default, one.name


def bare(hint: Any) -> tuple[Any, bool]:
    """Return a type without its None, and whether it had one."""
    if get_origin(hint) not in (types.UnionType, Union):
        return hint, False
    return next(part for part in get_args(hint) if part is not type(None)), True


def test_the_axes_are_those_of_the_frames() -> None:
    assert tuple(rows.definition_of("recording.up_axis").choices) == AXES


def test_no_flag_stands_twice_and_every_group_is_used() -> None:
    flags = [one.flag_name for one in rows.definitions() if one.flag]
    assert len(flags) == len(set(flags))
    assert {one.group for one in rows.definitions() if one.group} == set(rows.GROUPS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        *(({part: None}, part) for part in ("kind", "help", "personal", "unit", "low", "high")),
        ({"default": None}, "wanted one of default, not_given and required"),
        ({"default": None, "not_given": "none"}, "example is missing"),
        ({"required": True}, "wanted one of default, not_given and required"),
        ({"above": 0}, "wanted one of low and above"),
        ({"unit": "rad"}, "unit: wanted one of"),
        ({"unit": "s"}, "the key does not end with the unit, _s"),
        ({"kind": "angle"}, "kind: wanted one of"),
        ({"kind": "choice"}, "choices are missing"),
        ({"flag": "--dummy"}, "flag and group"),
        ({"flag": "--dummy", "group": "Dummies"}, "group: wanted one of"),
        ({"kind": "times", "flag": "--dummy", "group": "Subject"}, "given in a trial file"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_row_that_is_not_whole_is_refused(change: Mapping[str, Any], words: str) -> None:
    assert rows._definition("solver", "dummy_deg", ROW).limits == "from 0 to 1"
    row = {part: value for part, value in {**ROW, **change}.items() if value is not None}
    with pytest.raises(ValueError, match=rf"settings\.toml: solver\.dummy_deg: .*{words}"):
        rows._definition("solver", "dummy_deg", row)


@pytest.mark.parametrize(
    ("limits", "words", "inside", "outside"),
    [
        ({"low": 0, "high": 2}, "from 0 to 2", (0, 2), (-0.1, 2.1)),
        ({"above": 0, "below": 2}, "above 0, below 2", (0.1, 1.9), (0, 2)),
        ({"low": 0, "high": float("inf")}, "from 0", (0, 1e9), (-1e-9,)),
    ],
)
def test_limits_belong_to_the_range_or_not(
    limits: Mapping[str, float], words: str, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    row = {part: value for part, value in ROW.items() if part not in {"low", "high"}}
    one = rows._definition("solver", "dummy_deg", {**row, **limits})
    assert one.limits == words
    assert all(one.allows(value) for value in inside)
    assert not any(one.allows(value) for value in outside)


def test_the_page_is_made_of_the_rows() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == document(), (
        "python -m opensim_pelvis.config.trial.settings_document > docs/settings.md"
    )
