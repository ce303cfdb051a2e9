"""What counts as a finding: anything but a result or a refusal in words for people."""

from __future__ import annotations

import contextlib
import io
import traceback
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import opensim_pelvis
from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.notices.plain_words import present

PACKAGE: Final = Path(opensim_pelvis.__file__).parent.as_posix()

LONGEST: Final = 400
"""Letters of a message."""

FOREIGN: Final = (
    *("Traceback", "NoneType", "could not convert", "codec can't", "codec ", "invalid literal"),
    *("object has no attribute", "Errno", "list index", "not subscriptable", "KeyError"),
    *("unhashable", "dtype", "ndarray", "numpy", "positional argument", "broadcast", "TypeError"),
    *("ValueError", "IndexError", "object is not", "out of range for", "unpack", "not iterable"),
    *(
        "recursion",
        "__init",
        "__format__",
        "__get",
        "<class",
        "invalid continuation",
        "invalid start byte",
        "string index",
    ),
    *("unsupported operand", "not supported between", "zero-size array", "h5py", "<built-in"),
    *("Expecting value", "Expecting property", "Extra data: line", "not well-formed", "unclosed"),
    *("expected str", "no element found", "cannot identify image", "Unable to synchronously"),
    *("must be real number", "math range", "int too large", "Exceeds the limit", "set_int_max"),
)
"""Text of Python or a library that no person should meet."""


ALLOWED: Final = frozenset(
    "\n\t\u200c\u200d\u00ad\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
    "\U000110bd\U000110cd"
) | {chr(code) for code in range(0x13430, 0x13440)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that should not be.

    ``kind`` is the exception's type, or what else was wrong; ``frame`` the innermost place of
    ours; ``text`` what was said.
    """

    kind: str
    frame: str
    text: str


class SilentChangeError(AssertionError):
    """A value was changed without a sign."""


def judge(act: Callable[[], Any]) -> tuple[str, Finding | None]:
    """Call, and return ``"read"``, ``"refused"`` or ``"finding"`` with it."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            with contextlib.redirect_stderr(io.StringIO()) as shown:
                act()
        except OpenSimPelvisError as fault:
            finding = judge_message(str(fault), fault)
            return ("refused", None) if finding is None else ("finding", finding)
        except Exception as fault:
            return "finding", Finding(type(fault).__name__, frame_of(fault), str(fault)[:300])
    told = [w for w in said if not issubclass(w.category, DeprecationWarning | ResourceWarning)]
    if told:
        where = f"{Path(told[0].filename).name}:{told[0].lineno}"
        return "finding", Finding("warning", where, str(told[0].message)[:300])
    if "Traceback" in shown.getvalue():
        return "finding", Finding("traceback on the screen", "", shown.getvalue()[-300:])
    return "read", None


def judge_message(text: str, fault: BaseException | None = None) -> Finding | None:
    """Return what is wrong with a message as the command line prints it, if anything.

    `notices.plain_words.present` bounds messages and shows control letters, in one place; what
    it lets through, and words of Python that it cannot mend, are judged.
    """
    text = f"error: {present(text)}"
    where = "" if fault is None else frame_of(fault)
    if not text.removeprefix("error: ").strip():
        return Finding("empty message", where, "")
    foreign = next((word for word in FOREIGN if word in text), None)
    if foreign is not None:
        return Finding(f"message holds '{foreign}'", where, text[:600])
    if len(text) > LONGEST:
        return Finding(f"message longer than {LONGEST}", where, f"{len(text)}: {text[:300]}")
    if any(is_harmful(letter) for letter in text):
        return Finding("control letters in a message", where, ascii(text)[:300])
    return None


def is_harmful(letter: str) -> bool:
    """Return whether a terminal may obey a letter, or nobody sees it: controls, turns, halves.

    Marks that join letters or allow a hyphen belong to words; signs before numbers in Arabic,
    Syriac and Kaithi, and joints of hieroglyphs, are seen.
    """
    return letter not in ALLOWED and unicodedata.category(letter) in (
        "Cc",
        "Cf",
        "Cs",
        "Zl",
        "Zp",
    )


def frame_of(fault: BaseException) -> str:
    """Return the innermost frame of the package in a traceback: file, line, function."""
    found = "not ours"
    for frame in traceback.extract_tb(fault.__traceback__):
        name = frame.filename.replace("\\", "/")
        if name.startswith(PACKAGE):
            found = f"{name.removeprefix(PACKAGE).lstrip('/')}:{frame.lineno} {frame.name}"
    return found
