"""A language is a file by stable keys: what is reworded is fuzzy, what does not fit is English."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from typer.testing import CliRunner

from opensim_pelvis.cli.commands import app
from opensim_pelvis.cli.translation import all_texts, as_text, write_texts
from opensim_pelvis.errors import ExportError, SettingsError
from opensim_pelvis.language import ENGLISH, Text, read_language, state_of, updated
from opensim_pelvis.notices import as_plain, from_plain, notice, say, say_plain
from opensim_pelvis.notices.document import document

KEY = "notice.pose.few_samples.text"
TEXTS = (
    Text("a.title", "Title of {name}"),
    Text("a.count", "{count} sensors", "{count} sensor"),
    Text("a.new", "New"),
)


def written(path: Path, *rows: tuple[str, str, str], locale: str = "de") -> Path:
    """Write a translation of rows of key, English and translation."""
    catalogue = Catalog(locale=locale, fuzzy=False)
    for key, english, other in rows:
        catalogue.add(english, other, context=key)
    path.write_text(as_text(catalogue), encoding="utf-8")
    return path


def test_a_reworded_text_keeps_its_translation_and_is_fuzzy(tmp_path: Path) -> None:
    path = written(tmp_path / "de.po", ("a.title", "Heading of {name}", "Titel von {name}"))
    language = read_language(path)
    assert language.text("a.title", "Title of {name}") == "Titel von {name}"
    state = state_of(language, TEXTS)
    assert (state.done, state.fuzzy, state.missing) == ((), ("a.title",), ("a.count", "a.new"))


def test_a_translation_that_asks_for_other_names_is_left_for_english(tmp_path: Path) -> None:
    rows = ("a.title", "Title of {name}", "{nobody}"), ("a.old", "Old", "Alt")
    language = read_language(written(tmp_path / "de.po", *rows))
    assert language.text("a.title", "Title of {name}") == "Title of {name}"
    state = state_of(language, TEXTS)
    assert (state.unfit, state.gone) == (("a.title",), ("a.old",))


def test_an_updated_file_marks_what_was_reworded_and_keeps_what_is_gone(tmp_path: Path) -> None:
    rows = ("a.title", "Heading of {name}", "Titel von {name}"), ("a.old", "Old", "Alt")
    with written(tmp_path / "de.po", *rows).open("rb") as file:
        made = updated(read_po(file), TEXTS)
    title = made.get("Title of {name}", "a.title")
    assert title is not None
    assert (title.string, title.fuzzy) == ("Titel von {name}", True)
    assert title.previous_id == ["Heading of {name}"]
    counted = made.get("{count} sensor", "a.count")
    assert counted is not None
    assert counted.id == ("{count} sensor", "{count} sensors")
    text = as_text(made)
    assert '#~ msgctxt "a.old"' in text
    assert '#| msgid "Heading of {name}"' in text


def test_an_updated_file_is_the_same_when_it_is_updated_again(tmp_path: Path) -> None:
    path = write_texts(tmp_path / "de.po", code="de")
    before = path.read_bytes()
    assert write_texts(path).read_bytes() == before


def test_plural_forms_are_those_of_the_language(tmp_path: Path) -> None:
    catalogue = Catalog(locale="pl", fuzzy=False)
    forms = ("{count} czujnik", "{count} czujniki", "{count} czujników")
    catalogue.add(("{count} sensor", "{count} sensors"), forms, context="a.count")
    path = tmp_path / "pl.po"
    path.write_text(as_text(catalogue), encoding="utf-8")
    language = read_language(path)
    found = [language.plural("a.count", "one", "{count} many", n) for n in (1, 2, 5, 22)]
    assert found == [forms[0], forms[1], forms[2], forms[1]]


def test_a_notice_is_said_in_a_language_with_the_notices_in_it_and_its_numbers(
    tmp_path: Path,
) -> None:
    drift = "notice.heading.drift_removed.text"
    texts = {text.key: text.english for text in all_texts()}
    other = "gedreht ({span_min:.1f} min): {turned_deg:.0f}"
    language = read_language(written(tmp_path / "de.po", (drift, texts[drift], other)))
    found = notice("heading.drift_removed", span_min=0.5, turned_deg={"torso_imu": 3.25})
    assert say(found, language) == "gedreht (0,5 min): torso_imu 3"
    assert as_plain(found, language)["values"]["turned_deg"] == {"torso_imu": 3.25}
    assert say_plain(as_plain(found), language) == say(found, language)
    assert from_plain(as_plain(found)) == found
    outer = notice("stage.pose", from_s=0.0, to_s=1.5, source=found)
    assert say(outer, language) == f"0,00 to 1,50 s, {say(found, language)}"


def test_what_is_not_known_any_more_is_said_as_it_was_written() -> None:
    told = {"code": "gone.code", "severity": "note", "subject": [], "values": {}, "text": "Old."}
    assert say_plain(told, ENGLISH) == "Old."
    assert say_plain("plain", ENGLISH) == "plain"


def test_dates_are_written_as_the_language_writes_them(tmp_path: Path) -> None:
    language = read_language(written(tmp_path / "de.po"))
    assert language.moment(datetime.date(2026, 11, 24)) == "24.11.2026"
    moment = datetime.datetime(2026, 11, 24, 10, 30, 5)
    assert language.moment(moment) == "24.11.2026, 10:30:05"
    ahead = datetime.timezone(datetime.timedelta(hours=1))
    zoned = moment.replace(tzinfo=ahead)
    assert language.moment(zoned) == "24.11.2026, 10:30:05 UTC+01:00"


def test_the_page_of_notices_is_in_a_language_too(tmp_path: Path) -> None:
    key = "notice.recording.simulated.meaning"
    path = written(tmp_path / "de.po", (key, "No person was measured.", "Niemand wurde gemessen."))
    assert "Niemand wurde gemessen." in document(read_language(path))


def test_every_text_has_a_key_of_its_own_and_fits_itself() -> None:
    texts = all_texts()
    assert len({text.key for text in texts}) == len(texts) > 1000
    assert {key.partition(".")[0] for key in (text.key for text in texts)} >= {
        "notice", "measure", "angle", "rule", "drill", "norm", "report", "screen", "reader",
    }  # fmt: skip


def test_texts_begins_a_file_brings_it_up_to_date_and_takes_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    run = CliRunner().invoke
    assert run(app, ["texts", str(path)]).exception is not None  # no language is stated
    done = run(app, ["texts", str(path), "--language", "de"])
    assert done.exit_code == 0, done.output
    assert "0 texts translated" in done.output
    earlier = tmp_path / "texts-de.toml"
    earlier.write_text('[page]\ntitle = "Laufbericht"\n[analysis]\n"Running report" = "?"\n')
    taken = tmp_path / "taken.po"
    done = run(app, ["texts", str(taken), "--language", "de", "--from", str(earlier)])
    assert "2 texts translated" in done.output or "1 texts translated" in done.output, done.output
    with pytest.raises(ExportError):
        write_texts(taken, code="de", earlier=earlier)


@pytest.mark.parametrize("text", ["not a po", 'msgid "a\n', ""])
def test_what_is_no_translation_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    path.write_text(text)
    with pytest.raises(SettingsError, match="wanted"):
        read_language(path)


def test_what_is_no_language_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="texts FILE"):
        read_language("klingon")
    with pytest.raises(SettingsError, match=r"--from old\.toml"):
        read_language(tmp_path / "old.toml")
    with pytest.raises(SettingsError, match="no translation could be read"):
        read_language(tmp_path / "absent.po")
    assert read_language("en") is read_language(None) is ENGLISH


def test_a_language_of_the_package_is_found_by_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "de.po", ("screen.command.passed", "all checks passed", "alles gut"))
    monkeypatch.setattr("opensim_pelvis.language.po_files.files", lambda _: tmp_path)
    assert read_language("de").text("screen.command.passed", "all checks passed") == "alles gut"
    done = CliRunner().invoke(app, ["readers", "--language", "de"])
    assert done.exit_code == 0
    assert "de: " in done.stderr  # most of it is missing
    with pytest.raises(SettingsError, match="en, de"):
        read_language("fr")


@pytest.mark.parametrize("rule", ["n/0", "n-5", "n+7"])
def test_a_rule_of_plurals_that_has_no_form_gives_english(rule: str, tmp_path: Path) -> None:
    path = written(tmp_path / "de.po", ("a.count", "{count} sensors", "{count} Sensoren"))
    text = path.read_text(encoding="utf-8").replace("plural=(n != 1)", f"plural=({rule})")
    path.write_text(text, encoding="utf-8")
    found = read_language(path).plural("a.count", "one", "{count} sensors", 2)
    assert found in {"{count} sensors", "{count} Sensoren"}


def test_a_rule_of_plurals_that_is_none_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "de.po")
    text = path.read_text(encoding="utf-8").replace("plural=(n != 1)", "plural=(import os)")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        read_language(path)
