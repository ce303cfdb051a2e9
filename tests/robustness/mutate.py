"""Damage to files, by a random number generator alone: the same number is the same damage.

Each operator takes bytes and a generator and returns bytes. `mutate` draws operators that suit the
content: cells and lines of a text, keys of TOML, JSON or XML, words of a binary file.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from random import Random
from typing import Any, Final

LARGEST: Final = 400_000
"""Bytes of an input; damage makes none larger."""

CELLS: Final = (
    *("", " ", "nan", "NaN", "inf", "-inf", "1e400", "-1e308", "1e-400", "0", "-0", "-1", "1", "2"),
    *("3", "7", "255", "256", "32767", "32768", "65535", "65536", "4294967295", "4294967296"),
    *("9223372036854775807", "9223372036854775808", "1e9", "1e18", "0.1", "0.5", "1_000", "0x10"),
    *("1,5", "1.2.3", "1e", "e", ".", "+", "-", "--1", "abc", "true", "null", "None", "{}", "[]"),
    *("\u0663", "\uff11\uff12", "\u00b2", "\u2460", "\u2212\u0031", "\u00a01", "\ufeff1"),
    *(
        '"',
        '""',
        '"1"',
        "'",
        "\\",
        "\t",
        "\r",
        "\x00",
        "\x0b",
        "\x1c",
        "\x85",
        "\u2028",
        "%s",
        "{0}",
    ),
    *("=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "../../x", "/etc/passwd", "C:\\x", "con", "a" * 300),
    *("9" * 400, "9" * 10_000, "0." + "1" * 5_000, " " * 70_000, "1" + " " * 70_000 + "1"),
    *("2026-11-24", "0001-01-01", "9999-12-31T23:59:59Z", "2026-13-45", "24:61:61", "1e5:00"),
    *(
        "\u4e2d\u6587",
        "\U0001f3c3",
        "\u202e",
        "e\u0301",
        "-1e-320",
        "1e308",
        "1.7976931348623157e308",
    ),
)
"""What a cell, a value or a number is replaced by."""

_NUMBER: Final = re.compile(rb"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_CELL: Final = re.compile(rb"[^\t,; \r\n=<>\"']+")
_TOML_PAIR: Final = re.compile(rb"^([^#\[\n=]+)=([^\n]*)$", re.MULTILINE)
_ELEMENT: Final = re.compile(rb"<[A-Za-z][^<>]*>")
_ATTRIBUTE: Final = re.compile(rb"""([\w:.-]+)=(["'])(.*?)\2""")

Operator = Callable[[bytes, Random], bytes]


def mutate(content: bytes, rng: Random) -> tuple[bytes, str]:
    """Return damaged content and the names of what was done; one to four operators."""
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 4))):
        operator = rng.choice(operators(content))
        content = operator(content, rng)[:LARGEST]
        names.append(operator.__name__)
    return content, "+".join(names)


def operators(content: bytes) -> tuple[Operator, ...]:
    """Return the operators that suit a content; those of its own kind stand there twice."""
    head = content[:64].lstrip()
    if b"\0" in content[:4096]:
        return (*BYTES, *WORDS, *WORDS)
    text = (*BYTES, *ENCODINGS)
    if head.startswith((b"{", b"[")) and _is_json(content):
        return (*text, *LINES, *JSON, *JSON, *JSON)
    if head.startswith((b"<", b"\xef\xbb\xbf<")):
        return (*text, *XML, *XML, *CELL_WISE)
    if len(_TOML_PAIR.findall(content)) > content.count(b"\n") // 3:
        return (*text, *LINES, *CELL_WISE, *TOML, *TOML)
    return (*text, *LINES, *LINES, *CELL_WISE, *CELL_WISE)


def hostile(rng: Random) -> bytes:
    """Return a value that a file should not hold."""
    return rng.choice(CELLS).encode("utf-8")


# --- bytes ---------------------------------------------------------------------------------


def flip(content: bytes, rng: Random) -> bytes:
    """Set one to eight bytes to others."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8)) if changed else 0):
        likely = rng.choice(b"0123456789.,;-+eE \t\n\r\"'<>[]{}=/\\&")
        changed[rng.randrange(len(changed))] = rng.choice((likely, rng.randrange(256)))
    return bytes(changed)


def insert(content: bytes, rng: Random) -> bytes:
    """Put bytes in anywhere."""
    at = rng.randrange(len(content) + 1)
    some = rng.choice((bytes(rng.choice((1, 2, 4, 64, 512))), rng.randbytes(rng.randint(1, 16))))
    return content[:at] + some + content[at:]


def delete(content: bytes, rng: Random) -> bytes:
    """Take a stretch out."""
    at = rng.randrange(len(content) + 1)
    return content[:at] + content[at + rng.choice((1, 2, 4, 17, 512, 3000)) :]


def duplicate(content: bytes, rng: Random) -> bytes:
    """Repeat a stretch."""
    at = rng.randrange(len(content) + 1)
    return content[:at] + content[at : at + rng.choice((1, 4, 100, 512, 4000))] + content[at:]


def cut(content: bytes, rng: Random) -> bytes:
    """End the file early."""
    return content[: rng.randrange(len(content) + 1)]


def swap(content: bytes, rng: Random) -> bytes:
    """Exchange two neighbouring stretches."""
    size = rng.choice((1, 2, 16, 128))
    at = rng.randrange(max(1, len(content) - 2 * size))
    one, two = content[at : at + size], content[at + size : at + 2 * size]
    return content[:at] + two + one + content[at + 2 * size :]


BYTES: Final = (flip, insert, delete, duplicate, cut, swap)


# --- words of binary files -----------------------------------------------------------------


def set_word(content: bytes, rng: Random) -> bytes:
    """Set a number of one, two, four or eight bytes to an extreme one; the head is likelier."""
    form, value = rng.choice(
        (
            *[("<B", x) for x in (0, 1, 0x7F, 0x80, 0xFF)],
            *[("<H", x) for x in (0, 1, 2, 0x7FFF, 0x8000, 0xFFFF)],
            *[("<I", x) for x in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)],
            *[("<Q", x) for x in (0, 1 << 31, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)],
            *[("<f", x) for x in (0.0, -1.0, 1e-30, 3e38, float("nan"), float("inf"))],
            *[("<d", x) for x in (0.0, -1.0, 1e300, float("nan"), float("inf"))],
        )
    )
    word = struct.pack(form, value)
    if len(content) <= len(word):
        return word
    end = len(content) if rng.random() < 0.4 else min(len(content), 2048)
    at = rng.randrange(max(1, end - len(word)))
    return content[:at] + word + content[at + len(word) :]


def nudge_word(content: bytes, rng: Random) -> bytes:
    """Add a small number to a word of two bytes."""
    if len(content) < 4:
        return content
    at = rng.randrange(min(len(content), rng.choice((512, 2048, len(content)))) - 1)
    (word,) = struct.unpack_from("<H", content, at)
    moved = (word + rng.choice((-256, -2, -1, 1, 2, 256))) % 65536
    return content[:at] + struct.pack("<H", moved) + content[at + 2 :]


def copy_over(content: bytes, rng: Random) -> bytes:
    """Lay one stretch over another."""
    size = rng.choice((2, 4, 16, 64))
    one, two = (rng.randrange(max(1, len(content) - size)) for _ in range(2))
    return content[:one] + content[two : two + size] + content[one + size :]


WORDS: Final = (set_word, nudge_word, copy_over)


# --- lines and cells -----------------------------------------------------------------------


def drop_lines(content: bytes, rng: Random) -> bytes:
    """Take one to five lines out."""
    lines = content.splitlines(keepends=True)
    for _ in range(rng.choice((1, 1, 2, 5))):
        if lines:
            del lines[_line(lines, rng)]
    return b"".join(lines)


def swap_lines(content: bytes, rng: Random) -> bytes:
    """Exchange two lines."""
    lines = content.splitlines(keepends=True)
    if lines:
        one, two = _line(lines, rng), _line(lines, rng)
        lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def double_lines(content: bytes, rng: Random) -> bytes:
    """Repeat a line, once or thousands of times."""
    lines = content.splitlines(keepends=True)
    if lines:
        at = _line(lines, rng)
        lines[at] = lines[at] * rng.choice((2, 2, 3, 2000))
    return b"".join(lines)


def truncate_line(content: bytes, rng: Random) -> bytes:
    """Cut one line short; its end stays."""
    lines = content.splitlines(keepends=True)
    if lines:
        at = _line(lines, rng)
        lines[at] = lines[at][: rng.randrange(len(lines[at]))] + b"\n"
    return b"".join(lines)


def break_line(content: bytes, rng: Random) -> bytes:
    """Put a line in, of a strange kind."""
    lines = content.splitlines(keepends=True)
    some = rng.choice(
        (b"\n", b"\r", b"#\n", b",,,,\n", b'"\n', b"nan\tnan\n", hostile(rng) + b"\n")
    )
    lines.insert(rng.randrange(len(lines) + 1), some)
    return b"".join(lines)


def set_cell(content: bytes, rng: Random) -> bytes:
    """Replace a cell."""
    return _replace(_CELL, content, rng, hostile(rng))


def set_number(content: bytes, rng: Random) -> bytes:
    """Replace a number."""
    return _replace(_NUMBER, content, rng, hostile(rng))


def set_top_number(content: bytes, rng: Random) -> bytes:
    """Replace a number among the first lines: counts, rates, versions."""
    size = min(len(content), 1200)
    return _replace(_NUMBER, content[:size], rng, hostile(rng)) + content[size:]


def nudge_number(content: bytes, rng: Random) -> bytes:
    """Add one to an integer, or take one away, or put a minus before it."""
    found = list(_NUMBER.finditer(content))
    if not found:
        return content
    match = rng.choice(found)
    try:
        value = b"%d" % (int(match[0]) + rng.choice((-1, 1, 10, -100)))
    except ValueError:
        value = b"-" + match[0]
    return content[: match.start()] + value + content[match.end() :]


def set_separator(content: bytes, rng: Random) -> bytes:
    """Replace one sort of mark by another, in all places or the first."""
    old, new = rng.sample((b",", b";", b"\t", b" ", b".", b"\n", b"=", b":", b'"'), 2)
    return content.replace(old, new, rng.choice((1, -1)))


LINES: Final = (drop_lines, swap_lines, double_lines, truncate_line, break_line)
CELL_WISE: Final = (set_cell, set_number, set_top_number, nudge_number, set_separator)


def _line(lines: list[bytes], rng: Random) -> int:
    """Return the place of a line; one of the first is likelier."""
    return rng.randrange(len(lines) if rng.random() < 0.5 else min(len(lines), 12))


def _replace(pattern: re.Pattern[bytes], content: bytes, rng: Random, value: bytes) -> bytes:
    found = list(pattern.finditer(content))
    if not found:
        return content + value
    match = rng.choice(found)
    return content[: match.start()] + value + content[match.end() :]


# --- encodings -----------------------------------------------------------------------------


def encode(content: bytes, rng: Random) -> bytes:
    """Write the same text in another encoding, or with a mark before it."""
    text = content.decode("utf-8", errors="replace")
    name = rng.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp037", "utf-7"))
    return text.encode(name, errors="replace")


def add_bytes_of_none(content: bytes, rng: Random) -> bytes:
    """Put in bytes that are no UTF-8."""
    at = rng.randrange(len(content) + 1)
    some = rng.choice(
        (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\0", b"\x80", b"\xf5\x80\x80\x80", b"\xb0")
    )
    return content[:at] + some + content[at:]


ENCODINGS: Final = (encode, add_bytes_of_none)


# --- TOML ----------------------------------------------------------------------------------

_TOML_VALUES: Final = (
    *(b"true", b"[]", b"{}", b'""', b'" "', b'"x"', b"0", b"-1", b"1e308", b"nan", b"inf", b"-inf"),
    *(
        b"1979-05-27",
        b"07:32:00",
        b"1979-05-27T07:32:00Z",
        b"[1, 2]",
        b'["a", "a"]',
        b"[[]]",
        b"1e400",
    ),
    *(
        b"9" * 5000,
        b"0x" + b"f" * 5000,
        b"[" * 3000,
        b"[" * 400 + b"]" * 400,
        b'"""',
        b"{a = {b = 1}}",
    ),
    *(
        b'"../../x"',
        b'"\\u0000"',
        b'"\\ud800"',
        b"'C:\\x'",
        b'"a\\nb"',
        b"[{}, {}]",
        b"[true]",
        b"9" * 30,
    ),
    *(
        b'"{sensor}"',
        b'"{"',
        b'"{0}"',
        b'"*"',
        b'"["',
        b'["", ""]',
        b"[nan, nan]",
        b'"m/s2"',
        b'"deg"',
    ),
    b"{a=" * 300 + b"1" + b"}" * 300,
)


def set_toml_value(content: bytes, rng: Random) -> bytes:
    """Give a key another value."""
    found = list(_TOML_PAIR.finditer(content))
    if not found:
        return content
    match = rng.choice(found)
    return content[: match.start(2)] + b" " + rng.choice(_TOML_VALUES) + content[match.end(2) :]


def set_toml_key(content: bytes, rng: Random) -> bytes:
    """Give a value another key: unknown, dotted, doubled or empty."""
    found = list(_TOML_PAIR.finditer(content))
    if not found:
        return content
    match, other = rng.choice(found), rng.choice(found)
    key = rng.choice(
        (b"x", b'""', b"a.b", other[1].strip(), b'"' + b"k" * 500 + b'"', b"a." * 500 + b"b")
    )
    return content[: match.start(1)] + key + b" " + content[match.end(1) :]


def add_toml_table(content: bytes, rng: Random) -> bytes:
    """Put in the head of a table: doubled, nested, an array, of a key's name."""
    lines = content.splitlines(keepends=True)
    keys = [m[1].strip() for m in _TOML_PAIR.finditer(content)] + [b"x"]
    heads = [line for line in lines if line.startswith(b"[")] + [b"[y]\n"]
    head = rng.choice((rng.choice(heads), b"[" + rng.choice(keys) + b"]\n", b"[[z]]\n", b"[]\n"))
    nest = b"[" + b".".join([rng.choice(keys)] * rng.choice((2, 500))) + b"]\n"
    lines.insert(rng.randrange(len(lines) + 1), rng.choice((head, nest)))
    return b"".join(lines)


TOML: Final = (set_toml_value, set_toml_value, set_toml_key, add_toml_table)


# --- JSON ----------------------------------------------------------------------------------

_JSON_VALUES: Final = (
    *(None, True, False, 0, -1, 1, 10**400, 1e308, "", "x", " ", "nan", "../../x", "\0", "\ud800"),
    *(
        [],
        {},
        [[]],
        [None],
        {"a": {}},
        [1, 2, 3],
        "a" * 3000,
        "<script>",
        "=1+1",
        2**63,
        0.5,
        "\u4e2d",
    ),
    *(
        "2026-11-24",
        ["a"],
        {"mean": None},
        {"value": "x"},
        [float("nan")],
        "12",
        [[1], [2, 3]],
        "a/b",
    ),
)


def change_json(content: bytes, rng: Random) -> bytes:
    """Delete, retype, rename, double or move one value, wherever it stands."""
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        return content
    holder, key = _place(tree, rng)
    if holder is None:
        return json.dumps(rng.choice(_JSON_VALUES)).encode()
    _change_value(holder, key, tree, rng)
    try:
        return json.dumps(tree).encode("utf-8")
    except (ValueError, RecursionError):
        return content


def _place(tree: Any, rng: Random) -> tuple[Any, Any]:
    """Return a holder and a key of it: a step down at a time, stopping anywhere."""
    holder, key, value = None, None, tree
    while isinstance(value, dict | list) and value:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        holder, key = value, rng.choice(keys)
        value = value[key]
        if rng.random() < 0.15:
            break
    return holder, key


def _change_value(holder: Any, key: Any, tree: Any, rng: Random) -> None:
    how = rng.randrange(6)
    if how == 0:
        del holder[key]
    elif how == 1 and isinstance(holder, dict):
        holder[rng.choice(("x", "", str(key) + " "))] = holder.pop(key)
    elif how == 2 and isinstance(holder, list):
        holder.append(holder[key])
    elif how == 3:
        other, place = _place(tree, rng)
        holder[key] = json.loads(json.dumps(other[place])) if other is not None else None
    else:
        holder[key] = rng.choice(_JSON_VALUES)


def nest_json(content: bytes, rng: Random) -> bytes:
    """Replace a number by something deep, long or not of JSON."""
    value = rng.choice(
        (b"[" * 100_000, b'{"a":' * 50_000, b"NaN", b"-Infinity", b"9" * 5000, b"1e999", b"'x'",
         b"[" * 900 + b"]" * 900, b"01", b"/*x*/1", b'"\\ud800"', b'"\\u0000"')
    )  # fmt: skip
    return _replace(_NUMBER, content, rng, value)


JSON: Final = (change_json, change_json, change_json, nest_json, set_number)


def _is_json(content: bytes) -> bool:
    return content.rstrip().endswith((b"}", b"]"))


# --- XML -----------------------------------------------------------------------------------

_BOMB: Final = (
    b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">' + b"".join(
        b'<!ENTITY c%d "%s">' % (k, (b"&c%d;" % (k - 1) if k else b"&b;") * 10) for k in range(9)
    ) + b"]>"
)  # fmt: skip


def set_attribute(content: bytes, rng: Random) -> bytes:
    """Give an attribute another value, or take it away."""
    found = list(_ATTRIBUTE.finditer(content))
    if not found:
        return content
    match = rng.choice(found)
    value = hostile(rng).replace(b'"', b"&quot;").replace(b"<", b"&lt;")
    new = rng.choice((b"", match[1] + b'="' + value + b'"', match[0] + b" " + match[0]))
    return content[: match.start()] + new + content[match.end() :]


def drop_element(content: bytes, rng: Random) -> bytes:
    """Take an element out with all that is in it, or double it."""
    found = list(_ELEMENT.finditer(content))
    if not found:
        return content
    match = rng.choice(found)
    name = re.split(rb"[\s/>]", match[0][1:], maxsplit=1)[0]
    end = content.find(b"</" + name + b">", match.end())
    stop = match.end() if match[0].endswith(b"/>") or end < 0 else end + len(name) + 3
    if rng.random() < 0.3:
        return content[:stop] + content[match.start() : stop] + content[stop:]
    return content[: match.start()] + content[stop:]


def rename_element(content: bytes, rng: Random) -> bytes:
    """Give all elements of one name another."""
    found = _ELEMENT.findall(content)
    if not found:
        return content
    name = re.split(rb"[\s/>]", rng.choice(found)[1:], maxsplit=1)[0]
    return re.sub(rb"(</?)" + re.escape(name) + rb"(?=[\s/>])", rb"\1x", content)


def set_declaration(content: bytes, rng: Random) -> bytes:
    """Declare another encoding, entities or a version of XML that there is not."""
    body = re.sub(rb"^(\xef\xbb\xbf)?\s*<\?xml[^>]*\?>", b"", content)
    name = rng.choice(
        (b"utf-16", b"utf-7", b"cp037", b"no-such", b"shift_jis", b"", b"ascii", b"hex")
    )
    declared = b'<?xml version="1.0" encoding="' + name + b'"?>'
    return rng.choice((declared, b'<?xml version="9.9"?>', _BOMB, b"\n\n")) + body


def nest_xml(content: bytes, rng: Random) -> bytes:
    """Put something deep or large into an element."""
    found = list(_ELEMENT.finditer(content))
    at = rng.choice(found).end() if found else 0
    some = rng.choice(
        (b"<a>" * 20_000 + b"</a>" * 20_000, b"&c8;", b"<![CDATA[x]]>", b"<!-- x -->", b"&#0;",
         b"&#x10FFFF;", b"&nothing;", b"<a>" * 300, b"<x:y/>", hostile(rng))
    )  # fmt: skip
    return content[:at] + some + content[at:]


XML: Final = (set_attribute, set_attribute, drop_element, rename_element, set_declaration, nest_xml)
