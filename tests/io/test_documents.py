"""Documents of a user: bounded, decoded, sound, or refused in plain words."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opensim_pelvis.io.documents import (
    DocumentError,
    is_xml,
    read_bytes,
    read_json,
    read_rows,
    read_text,
    read_toml,
    read_xml,
    read_xml_text,
    safe_cell,
)
from opensim_pelvis.io.documents.toml_text import MAX_TOML_BYTES

FOREIGN = re.compile(r"Expecting|codec|at line|Exceeds|invalid token|Traceback|'\w+Error")
DEEP = 200_000


def _written(folder: Path, content: bytes | str, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _refused(read: Callable[[Path], Any], path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        read(path)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert not FOREIGN.search(said)
    assert len(said.removeprefix(str(path))) <= 400
    return said


MARKED = [
    ("utf-8", codecs.BOM_UTF8),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
    ("utf-32-le", codecs.BOM_UTF32_LE),
    ("utf-32-be", codecs.BOM_UTF32_BE),
]


@pytest.mark.parametrize(("name", "mark"), MARKED)
def test_byte_order_marks_are_obeyed_everywhere(tmp_path: Path, name: str, mark: bytes) -> None:
    def write(text: str) -> Path:
        return _written(tmp_path, mark + text.encode(name))

    assert read_text(write("Übung\r\nzwei\rdrei")) == "Übung\nzwei\ndrei"
    assert read_toml(write('a = "Ü"\r\nb = 2\r\n')) == {"a": "Ü", "b": 2}
    assert read_json(write('{"a": ["Ü", 1.5, null]}')) == {"a": ["Ü", 1.5, None]}
    for declared in ("utf-8", name, "latin-1"):
        path = write(f'<?xml version="1.0" encoding="{declared}"?><a b="Ü"/>')
        assert is_xml(path)
        assert read_xml(path).get("b") == "Ü"


@pytest.mark.parametrize(
    "name", ["ISO-8859-1", "windows-1252", "cp437", "Shift_JIS", "gb18030", "koi8-r", "us-ascii"]
)
def test_declared_encodings_of_xml_are_obeyed(tmp_path: Path, name: str) -> None:
    letter = {"Shift_JIS": "あ", "gb18030": "骨", "koi8-r": "ж", "us-ascii": "z"}.get(name, "é")
    text = f"<?xml version='1.0' encoding='{name}' ?>\n<a><b>{letter}</b></a>"
    assert read_xml(_written(tmp_path, text.encode(name))).findtext("b") == letter


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_xml_without_a_mark_is_read(tmp_path: Path, name: str) -> None:
    path = _written(tmp_path, "<a>Ü</a>".encode(name))
    assert is_xml(path)
    assert read_xml(path).text == "Ü"


def test_xml_that_states_utf16_but_is_not_is_read(tmp_path: Path) -> None:
    path = _written(tmp_path, '<?xml version="1.0" encoding="utf-16"?><a>Ü</a>')
    assert read_xml(path).text == "Ü"


@pytest.mark.parametrize(
    "name", ["nonsense", "rot13", "zlib", "idna", "unicode_escape", "utf-7", "cp037", "a" * 40]
)
def test_encodings_that_are_none_are_refused(tmp_path: Path, name: str) -> None:
    path = _written(tmp_path, f'<?xml version="1.0" encoding="{name}"?><a>x</a>')
    assert f"the encoding '{name}' is unknown" in _refused(read_xml, path)


TOML_FAULTS = {
    "a = " + "[" * DEEP: "nesting exceeds 100",
    "a = " + "{b=" * DEEP: "nesting exceeds 100",
    ".".join("a" * 101) + " = 1": "more than 100 parts",
    " . ".join(['"a"'] * DEEP) + " = 1": "more than 100 parts",
    "[" + ".".join("a" * DEEP) + "]": "more than 100 parts",
    "a = " + "9" * 5000: "thousands of digits",
    "a = " + "9" * 30: "too many",
    "a = [0x" + "f" * 17 + "]": "too many",
    "a = 1\na = 2": "is repeated, line 2 ('a = 2')",
    "[a]\n[a]": "is repeated",
    "x = 1\na = 'b": "not valid TOML, line 2 ('a = 'b')",
    'a = "C:\\users"': "a Windows path in single quotes",
    "a = 2020-13-45": "not valid TOML, line 1",
    "a = [" + "1," * MAX_TOML_BYTES: "at most 4 MB",
    "a\0b = 1": "a zero byte on line 1",
}


@pytest.mark.parametrize("text", TOML_FAULTS, ids=lambda text: repr(text[:20]))
def test_faults_of_toml(tmp_path: Path, text: str) -> None:
    assert TOML_FAULTS[text] in _refused(read_toml, _written(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "a = '" + "[" * 200 + "'",
        'a = "' + "{\\" + '"' * 1 + "[" * 200 + '"',
        "a = '''\n" + "['" * 200 + "'''",
        'a = """\n' + '["' * 200 + '."""',
        "a = 1 # " + "[" * 200,
        'a = "' + "." * 300 + '"',
        "a = [" + "1.5, " * 300 + "]",
        "a = [" + "[1.5], " * 300 + "]",
    ],
)
def test_brackets_and_dots_in_texts_count_for_nothing(tmp_path: Path, text: str) -> None:
    assert "a" in read_toml(_written(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        " " * 1_000_000 + "=",
        "a " * 500_000,
        '"' * 999_999,
        "'" * 999_999,
        '"""' + '\\"""' * 200_000,
        '"\\' * 400_000,
        ".a" * 500_000,
        "a = [" + "1.5," * 200_000 + "]",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_long_toml_takes_time_in_proportion(tmp_path: Path, text: str) -> None:
    path = _written(tmp_path, text)
    if text.startswith("a = ["):
        assert len(read_toml(path)["a"]) == 200_000
    else:
        _refused(read_toml, path)


JSON_FAULTS = {
    "[" * DEEP: "nesting exceeds 100",
    '{"a":' * DEEP: "nesting exceeds 100",
    "[" + "[],".join([""] * 1_000_002) + "1]": "more than 1000000 lists",
    '{"a": ' + "9" * 5000 + "}": "5000 digits",
    '{"a": ' + "9" * 20 + "}": "20 digits",
    '{"a": 1e999}': "wanted finite numbers, found 1e999",
    '{"a": NaN}': "wanted finite numbers, found NaN",
    '{"a": -Infinity}': "wanted finite numbers, found -Infinity",
    '{"a": 1, "b": 2, "a": 3}': "'a' is repeated",
    '{"a": 1': "line 1, column 8 is not valid JSON",
    "": "line 1, column 1 is not valid JSON",
    '{"a": "\\ud800"}': "incomplete character",
    '{"\\udfff": 1}': "incomplete character",
    '{"a": "\0"}': "a zero byte",
}


@pytest.mark.parametrize("text", JSON_FAULTS, ids=lambda text: repr(text[:20]))
def test_faults_of_json(tmp_path: Path, text: str) -> None:
    assert JSON_FAULTS[text] in _refused(read_json, _written(tmp_path, text))


def test_json_within_its_bounds_is_read(tmp_path: Path) -> None:
    text = '{"a": "' + "[" * 200 + '\\"\\ud83d\\ude00", "b": 1e300, "c": -9223372036854775808}'
    found = read_json(_written(tmp_path, text))
    assert found == {"a": "[" * 200 + '"\N{GRINNING FACE}', "b": 1e300, "c": -(2**63)}


BOMB = '<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
XML_FAULTS = {
    "<a>" * DEEP: "nesting exceeds 100",
    "<a>" * 101 + "</a>" * 101: "nesting exceeds 100",
    "<a>" + "<b/>" * 2_000_001 + "</a>": "more than 1000000 elements",
    BOMB: "declares XML entities",
    OUTSIDE: "declares XML entities",
    BOMB.replace("ENTITY b", "ENTITY % b"): "declares XML entities",
    "<a>\n<b></a>": "damaged XML on line 2",
    "<a>&nbsp;</a>": "damaged XML on line 1",
    "<a b='1' b='2'/>": "damaged XML on line 1",
    "  \n": "an empty file",
    "<a>\0</a>": "a zero byte",
}


@pytest.mark.parametrize("text", XML_FAULTS, ids=lambda text: repr(text[:20]))
def test_faults_of_xml(tmp_path: Path, text: str) -> None:
    assert XML_FAULTS[text] in _refused(read_xml, _written(tmp_path, text))


@pytest.mark.parametrize("name", ["utf-16", "utf-32"])
def test_entities_do_not_hide_in_an_encoding(tmp_path: Path, name: str) -> None:
    assert "declares XML entities" in _refused(read_xml, _written(tmp_path, BOMB.encode(name)))


def test_xml_with_a_document_type_and_comments_is_read(tmp_path: Path) -> None:
    text = (
        '<!-- <!ENTITY --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><a><!-- b --><c/></a>'
    )
    root = read_xml(_written(tmp_path, text))
    assert [child.tag for child in root] == ["c"]
    assert read_xml_text(_written(tmp_path, '<?xml version="1.0"?>\n<a/>')) == "\n<a/>"


@pytest.mark.parametrize("read", [read_bytes, read_text, read_toml, read_json, read_xml])
def test_what_is_no_file_is_told(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    assert "there is no such file" in _refused(read, tmp_path / "none")
    assert "found a folder" in _refused(read, tmp_path)
    with pytest.raises(DocumentError, match="this is not a valid file name"):
        read(tmp_path / "a\0b")
    assert "cannot be read" in _refused(read, tmp_path / ("a" * 300))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_devices_are_no_documents() -> None:
    assert "a pipe or a device" in _refused(read_toml, Path("/dev/zero"))


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    for read in (read_text, read_toml, read_json, read_xml):
        path = _written(tmp_path, b"<a>\n<b>\xff\xfe\xfd</b></a>")
        assert "other bytes on line 2" in _refused(read, path)
    assert "wanted text in UTF-16" in _refused(read_text, _written(tmp_path, b"\xff\xfe\x00\xd8"))


def test_rows_are_read_by_their_columns(tmp_path: Path) -> None:
    text = '\ufeffside, a,b\r\n"left","1,5"\r\n\r\nright,2,x,more\n'
    rows = read_rows(_written(tmp_path, text), ("a", "side"))
    assert rows[0] == (2, {"side": "left", "a": "1,5", "b": ""})
    assert rows[1] == (4, {"side": "right", "a": "2", "b": "x"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "once each on the first line, found nothing"),
        ("a:b\n1:2\n", "wanted the columns a, b once each on the first line, found a:b"),
        ("a,b,a\n1,2,3\n", "found a, b, a"),
        ("a,b\n1," + "2" * 200_000, "found an unterminated cell near line"),
        ('a,b\n"1,' + "2,\n" * 100_000, "found an unterminated cell near line"),
        ("x" * 200_000, "found an unterminated cell near line"),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_tables_that_are_none_are_refused(tmp_path: Path, text: str, words: str) -> None:
    assert words in _refused(lambda path: read_rows(path, ("a", "b")), _written(tmp_path, text))


CELLS = ["=1+1", "+cmd|'/c calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "-", "=", "+1 s", "'=1"]


@pytest.mark.parametrize("cell", CELLS)
def test_texts_like_formulas_are_guarded_and_come_back(tmp_path: Path, cell: str) -> None:
    guarded = safe_cell(cell)
    assert isinstance(guarded, str)
    assert guarded[0] == "'"
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([["a"], [guarded]])
    if cell != "'=1":  # which reads as a guarded one
        assert read_rows(path, ("a",))[0][1]["a"] == cell


@pytest.mark.parametrize(
    "cell", ["-1.5", "+2", "-1e-5", -1.5, 3, None, "", "left", "a=b", "\N{MINUS SIGN}1"]
)
def test_numbers_and_plain_texts_are_no_formulas(cell: object) -> None:
    assert safe_cell(cell) == cell
