"""Ways in which a file of a recording is damaged, and files that are no recording at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hypothesis import strategies as st

SEPARATORS: Final = (b"\t", b";", b",", b" ")

RUBBISH: Final[dict[str, bytes]] = {
    "empty.txt": b"",
    "blank.csv": b"\n\n \n",
    "binary.c3d": bytes(range(256)) * 40,
    "zeros.bin": bytes(4096),
    "words.txt": "A report, of no use here; größer.\n".encode() * 20,
    "latin.txt": "größer\tkleiner\n1\t2\n".encode("latin-1") * 20,
    "other.csv": b"time,length,width\n0,1,2\n0.1,1,2\n",
    "data.json": b'{"time": [0, 1], "value": [1, 2]}',
    "data.xml": b"<?xml version='1.0'?><table><row a='1'/></table>",
    "archive.zip": b"PK\x03\x04\x14\x00\x00\x00" + bytes(200),
    "half.h5": b"\x89HDF\r\n\x1a\n" + bytes(300),
    "half.c3d": b"\x02\x50" + bytes(510),
}
"""Files that no reader may claim, by name."""


def write_rubbish(directory: Path) -> list[Path]:
    """Write files, folders and names that hold no recording; return their paths."""
    paths = []
    for name, content in RUBBISH.items():
        (directory / name).write_bytes(content)
        paths.append(directory / name)
        folder = directory / f"folder of {name}"
        folder.mkdir()
        (folder / name).write_bytes(content)
        paths.append(folder)
    empty = directory / "empty folder"
    empty.mkdir()
    return [*paths, empty, directory / "nowhere.csv", directory / "nowhere" / "at all"]


def is_text(content: bytes) -> bool:
    """Return whether lines and columns can be dropped from a file."""
    return b"\0" not in content and b"\n" in content


def find_rows(content: bytes) -> int:
    r"""Return where the rows of numbers of a text begin; its length where there are none.

    >>> find_rows(b"// Rate: 50\nx,y\n1,2\n3,4\n")
    16
    """
    position = 0
    for line in content.splitlines(keepends=True):
        if line.lstrip(b' "+-')[:1].isdigit():
            return position
        position += len(line)
    return position


def cut(data: st.DataObject, content: bytes) -> bytes:
    """Cut a file off anywhere; the last lines are tried most often."""
    tail = st.integers(max(0, len(content) - 200), len(content) - 1)
    return content[: data.draw(tail | st.integers(0, len(content) - 1), label="length")]


def flip(data: st.DataObject, content: bytes, start: int, end: int, count: int) -> bytes:
    """Set some bytes between two places to other values."""
    changed = bytearray(content)
    for _ in range(count):
        place = data.draw(st.integers(start, end - 1), label="place")
        likely = st.sampled_from(b'0123456789.,;-+eE \t\n"') | st.integers(0, 255)
        changed[place] = data.draw(likely, label="byte")
    return bytes(changed)


def drop_bytes(data: st.DataObject, content: bytes) -> bytes:
    """Take a stretch out of a file."""
    start = data.draw(st.integers(0, len(content) - 1), label="start")
    return content[:start] + content[start + data.draw(st.integers(1, 600), label="length") :]


def drop_lines(data: st.DataObject, content: bytes) -> bytes:
    """Take one to five lines out of a text, its header lines most often."""
    lines = content.splitlines(keepends=True)
    top = content[: find_rows(content)].count(b"\n")
    line = st.integers(0, len(lines) - 1) | st.integers(0, top)
    dropped = data.draw(st.sets(line, min_size=1, max_size=5), label="lines")
    return b"".join(text for number, text in enumerate(lines) if number not in dropped)


def drop_column(data: st.DataObject, content: bytes) -> bytes:
    """Take a column out of the rows of a text, and with them or not out of its column names."""
    lines = content.splitlines(keepends=True)
    there = [mark for mark in SEPARATORS if mark in lines[-1].strip()]
    if not there:
        return content
    mark = data.draw(st.sampled_from(there), label="separator")
    width = lines[-1].count(mark)
    column = data.draw(st.integers(0, width), label="column")
    first = data.draw(st.sampled_from([0, find_rows(content)]), label="from")
    place = 0
    for number, line in enumerate(lines):
        if place >= first and line.count(mark) == width:
            cells = line.rstrip(b"\r\n").split(mark)
            end = line[len(line.rstrip(b"\r\n")) :]
            lines[number] = mark.join(cells[:column] + cells[column + 1 :]) + end
        place += len(line)
    return b"".join(lines)


def pad_with_zeros(data: st.DataObject, content: bytes) -> bytes:
    """Cut a file off and fill it up with zero bytes, as a logger leaves it that lost its power."""
    return cut(data, content) + bytes(data.draw(st.integers(1, 4096), label="zeros"))


def add_blank_lines(data: st.DataObject, content: bytes) -> bytes:
    """Put blank lines between the rows of a text."""
    lines = content.splitlines(keepends=True)
    top = content[: find_rows(content)].count(b"\n")
    for place in sorted(data.draw(st.sets(st.integers(top, len(lines)), max_size=3)), reverse=True):
        lines[place:place] = [data.draw(st.sampled_from([b"\n", b"\r\n", b" \n"]), label="blank")]
    return b"".join(lines)


def shorten_row(data: st.DataObject, content: bytes) -> bytes:
    """Cut one row of a text short; its line end stays."""
    lines = content.splitlines(keepends=True)
    top = min(content[: find_rows(content)].count(b"\n"), len(lines) - 1)
    row = data.draw(st.integers(top, len(lines) - 1), label="row")
    text = lines[row].rstrip(b"\r\n")
    kept = data.draw(st.integers(0, max(0, 2 * len(text) // 3)), label="length")
    lines[row] = text[:kept] + lines[row][len(text) :]
    return b"".join(lines)
