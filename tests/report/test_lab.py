"""Lab files and translations are read, or refused with every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.report.lab import Lab, read_lab
from opensim_pelvis.report.sections import section_names
from opensim_pelvis.report.texts import read_texts


def write(folder: Path, text: str, name: str = "lab.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_lab_file_all_sections_are_shown() -> None:
    assert read_lab(None) == Lab()
    assert Lab().sections == section_names()


def test_a_lab_file_is_read_relative_to_itself(tmp_path: Path, logo: Path) -> None:
    path = write(tmp_path, f'name = "A"\nlogo = "{logo.name}"\nsections = ["headline"]\n')
    lab = read_lab(path)
    assert (lab.name, lab.logo, lab.sections) == ("A", logo, ("headline",))
    assert str(lab.logo_uri).startswith("data:image/png;base64,")


def test_every_fault_of_a_lab_file_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, 'nme = "A"\nheader = 3\nlogo = "no.png"\nsections = ["head", "head"]\n')
    with pytest.raises(SettingsError) as caught:
        read_lab(path)
    told = str(caught.value)
    for part in ("lab.toml", "nme", "header", "no.png", "unknown section head", "is repeated"):
        assert part in told


@pytest.mark.parametrize("text", [None, "name = ", "\udcff"])
def test_a_lab_file_that_is_none_is_an_error(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "lab.toml"
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=r"lab\.toml"):
        read_lab(path)


def test_a_translation_stands_over_the_english_texts(tmp_path: Path) -> None:
    text = (
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgctxt "report.page.title"\nmsgid "Running report"\nmsgstr "Laufbericht"\n'
    )
    write(tmp_path, text, "de.po")
    lab = read_lab(write(tmp_path, 'texts = "de.po"\n'))
    texts = read_texts(lab.language)
    assert texts["page"]["title"] == "Laufbericht"
    assert texts["page"]["trial"] == read_texts()["page"]["trial"]
    assert texts.number(-3.25, "m") == "\N{MINUS SIGN}3,25"


@pytest.mark.parametrize("name", ["klingon", "absent.po", "texts-de.toml"])
def test_a_language_that_cannot_be_read_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="texts: "):
        read_lab(write(tmp_path, f'texts = "{name}"\n'))
