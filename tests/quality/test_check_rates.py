"""Every check carries how often it is wrong, counted by the benchmarks."""

from __future__ import annotations

import tomllib

import pytest

from opensim_pelvis.quality import check_rates as reading
from opensim_pelvis.quality.check_rates import rates
from opensim_pelvis.quality.definitions import definitions
from opensim_pelvis.quality.document import document
from tests import check_rates
from tests.mistakes import MISTAKES


@pytest.mark.parametrize("name", list(definitions()))
def test_every_check_has_a_rate_of_false_alarms_and_of_misses(name: str) -> None:
    known = rates()
    often, of = known.false_alarms[name]
    assert 0 <= often <= of
    assert (name in known.misses) != (name in known.untried)
    if name in known.misses:
        missed, tried = known.misses[name]
        assert 0 <= missed <= tried
        assert tried == sum(mistake.check == name for mistake in MISTAKES)


def test_no_rate_is_of_a_check_that_is_gone() -> None:
    known = rates()
    assert {*known.false_alarms, *known.misses, *known.untried} == set(definitions())
    assert {mistake.check for mistake in MISTAKES} <= set(definitions())


def test_the_page_shows_rates_and_the_commands_that_counted_them() -> None:
    page = document()
    often, of = rates().misses["wearers"]
    assert f"{often} of {of} (" in page
    assert f"`{rates().sound_command}`" in page
    assert f"`{rates().broken_command}`" in page


def test_counts_are_written_as_they_are_read(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rates()
    path = tmp_path / "check_rates.toml"  # type: ignore[operator]
    path.write_text(check_rates.FILE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(check_rates, "FILE", path)
    check_rates.write_rates("broken", "a command", {"pose": (1, 3)})
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert table["broken"] == {"command": "a command", "checks": {"pose": [1, 3]}}
    assert {k: tuple(v) for k, v in table["sound"]["checks"].items()} == before.false_alarms
    assert table["untried"] == before.untried
    assert reading.rates() is before


def test_a_command_is_kept_without_what_only_says_how_it_ran() -> None:
    said = check_rates.command_line("tests/b.py", ["--jobs", "1", "--people", "3", "--write"])
    assert said == "python tests/b.py --people 3"
