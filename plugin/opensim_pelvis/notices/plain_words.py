"""Words for people: what went wrong in plain English, text that cannot harm, messages that end.

No text of Python or of a library reaches a person: `words_of` says in plain words what such an
error means. `present` is the last door of a message, at the edge where it is printed.
"""

from __future__ import annotations

import datetime
import errno
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

LIMIT: Final = 400
"""Characters of a message in all, the word "error" included."""
_CELL: Final = 60
"""Quoted text of a file, and names, are shortened in the middle beyond this."""
_WORD: Final = 120
"""Anything without a blank, a path above all, is shortened in the middle beyond this."""

_ERRNO: Final = {
    errno.ENOENT: "there is no such file or folder",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a part of the path is a file",
    errno.EEXIST: "it exists already",
    errno.ENOSPC: "the disk is full",
    errno.EROFS: "the disk is read-only",
    errno.EMFILE: "too many files are open (raise the limit, `ulimit -n`)",
    errno.ENFILE: "too many files are open on this computer",
    errno.EIO: "the disk or the connection failed",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its links form a loop",
    errno.EBUSY: "another program uses it",
    errno.ETXTBSY: "another program uses it",
    errno.EFBIG: "the file would be too large",
    errno.ENOMEM: "the memory is full",
    errno.EPIPE: "the receiving program has ended",
    errno.EBADF: "it is closed",
}
if hasattr(errno, "EDQUOT"):
    _ERRNO[errno.EDQUOT] = "the disk quota of this account is exceeded"

_NO_NUMBER: Final = re.compile(
    r"(?:could not convert string to float: |invalid literal for int\(\) with base \d+: )"
    r"b?(?P<cell>'.*'|\".*\")",
    re.DOTALL,
)
_HARMFUL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f]"
)
"""Control characters, escape sequences of terminals, marks that turn the writing direction,
marks and blanks without width (not those that join letters), halves of characters that no
encoding has; tabs and line ends are none of them."""


def words_of(fault: BaseException) -> str:
    """Return what an error of Python or of a library means, in plain words, without a full stop.

    >>> words_of(FileNotFoundError(2, "No such file or directory"))
    'there is no such file or folder'
    >>> words_of(ValueError("could not convert string to float: 'fast'"))
    "'fast' is not a number"
    """
    if isinstance(fault, UnicodeError):
        at = f" (byte {fault.start})" if isinstance(fault, UnicodeDecodeError) else ""
        return f"the text has another encoding than stated, or is not text{at}"
    if isinstance(fault, OSError):
        return _ERRNO.get(fault.errno or 0, "the file or device is not usable")
    if isinstance(fault, MemoryError | RecursionError):
        return "it is too large or too deeply nested for the available memory"
    if isinstance(fault, KeyError) and fault.args and isinstance(fault.args[0], str):
        return f"'{shorten(fault.args[0], _CELL)}' is missing"
    number = _NO_NUMBER.search(str(fault))
    if number is not None:
        return f"'{shorten(number['cell'][1:-1], _CELL)}' is not a number"
    return "its content is damaged or of another kind"


def value_words(value: object) -> str:
    """Return a value that stands in a file, or that a caller gave, as files write it.

    >>> value_words([True, datetime.date(2026, 1, 1), {"a": None}])
    '[true, 2026-01-01, { a = nothing }]'
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | Path):
        return f"'{value}'"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key} = {value_words(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(value_words, value))}]"
    return str(value)


def harmless(text: str) -> str:
    r"""Return text whose control characters are shown and not obeyed.

    >>> harmless("pelvis\x1b[31m")
    'pelvis\\x1b[31m'
    """
    return _HARMFUL.sub(lambda found: _shown(found.group()), text)


def shorten(text: str, width: int) -> str:
    """Return text of at most ``width`` characters, the middle left out.

    >>> shorten("a very long name of a sensor", 15)
    'a ver ... ensor'
    """
    if len(text) <= width:
        return text
    kept = max(width - 5, 2)
    return f"{text[: kept - kept // 2].rstrip()} ... {text[len(text) - kept // 2 :].lstrip()}"


def present(message: str, *, details: Sequence[str] = (), whole: bool = False) -> str:
    """Return a message as it is printed.

    Parameters
    ----------
    message : str
        One sentence or more; faults that were gathered stand below, a line each after ``  - ``.
    details : sequence of str
        Lines that only those who ask for all of it see.
    whole : bool
        Nothing is shortened or left out, for ``--verbose``.
    """
    text = harmless(message)
    if whole:
        return "\n".join([text, *(f"  - {harmless(line)}" for line in details)])
    text = re.sub(r"'([^'\n]{61,})'", lambda cell: f"'{shorten(cell[1], _CELL)}'", text)
    text = re.sub(rf"\S{{{_WORD + 1},}}", lambda word: shorten(word.group(), _WORD), text)
    limit = LIMIT - len("error: ")
    if len(text) <= limit:
        return text
    lines = text.split("\n")
    items = [i for i, line in enumerate(lines) if line.startswith("  - ")]
    if len(items) < 2:
        return _cut(text, limit)
    head, tail = lines[: items[0]], lines[items[-1] + 1 :]
    return _cut_list("\n".join(head), lines[items[0] : items[-1] + 1], "\n".join(tail), limit)


def _cut_list(head: str, items: list[str], tail: str, limit: int) -> str:
    """Return a list of faults with as many of them as there is room for, one at least."""
    head, tail = _cut(head, limit // 3), _cut(tail, limit // 3) if tail else ""
    kept: list[str] = []
    for item in items:
        left = len(items) - len(kept) - 1
        parts = [head, *kept, item, *([_more(left)] if left else []), *([tail] if tail else [])]
        if len("\n".join(parts)) > limit:
            break
        kept.append(item)
    left = len(items) - len(kept)
    more, last = [_more(left)] if left else [], [tail] if tail else []
    if not kept:
        more = [_more(left - 1)] if left > 1 else []
        room = limit - len("\n".join([head, "", *more, *last]))
        kept = [_cut(items[0], room)]
    return "\n".join([head, *kept, *more, *last])


def _more(number: int) -> str:
    return f"  - and {number} more; -v lists all"


def _cut(text: str, limit: int) -> str:
    """Return the beginning and the end, where it says what to do, at blanks."""
    if len(text) <= limit:
        return text
    mark = " ... (-v: all) ... "
    room = max(limit - len(mark), 20)
    first, last = text[: room * 3 // 5], text[len(text) - room * 2 // 5 :]
    return f"{first.rpartition(' ')[0] or first}{mark}{last.partition(' ')[2] or last}"


def _shown(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
