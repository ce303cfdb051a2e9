"""What may be a name: of a trial, and so of files and folders that are written.

Names come from the command line, from trial files, from recordings and from files that somebody
else sent. A name never leads out of the folder for results, whoever chose it.
"""

from __future__ import annotations

import unicodedata
from pathlib import PurePath
from typing import Final

from opensim_pelvis.errors import SettingsError

MAX_BYTES: Final = 120
"""File systems take 255 bytes a name; the longest ending of ours needs a part of them."""

_SEPARATORS: Final = frozenset('/\\:*?"<>|')
_RESERVED: Final = frozenset(
    (
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"),
    )
)
_HIDDEN_CATEGORIES: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
_CONTROL_CATEGORIES: Final = frozenset(("Cc", "Cs", "Zl", "Zp"))
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what follows, so that it reads as another text."""
_JOINERS: Final = "\u200c\u200d"
"""Letters of no width that the scripts of India and Iran need inside a word."""


def name_fault(text: object) -> str | None:
    """Return why a text cannot be a name, or None where it can.

    >>> name_fault("walk 01") is None
    True
    >>> name_fault("../walk")
    "it contains '/'"
    """
    if not isinstance(text, str):
        return "it is not text"
    bad = [letter for letter in text if letter in _SEPARATORS]
    hidden = [letter for letter in text if _is_hidden(letter)]
    stem = text.split(".", 1)[0].strip().lower()
    if not text.strip():
        return "it is empty"
    if bad:
        return f"it contains '{bad[0]}'"
    if hidden:
        return f"it contains the invisible character U+{ord(hidden[0]):04X}"
    if text.startswith((".", "-", "~", " ")):
        return f"it begins with '{text[0]}'"
    if text.endswith((".", " ")):
        return f"it ends with '{text[-1]}'"
    if stem in _RESERVED:
        return "Windows reserves that name for a device"
    if len(text.encode()) > MAX_BYTES:
        return f"it has {len(text.encode())} bytes, more than {MAX_BYTES}"
    return None


def text_fault(text: str) -> str | None:
    r"""Return why a text cannot be shown and stored everywhere, or None where it can.

    It need not be a file's name: slashes, and letters without width, may be in it.

    >>> text_fault("a\x00")
    'it contains the invisible character U+0000'
    """
    bad = [letter for letter in text if _is_control(letter)]
    return f"it contains the invisible character U+{ord(bad[0]):04X}" if bad else None


def check_name(text: object, what: str) -> str:
    """Return a name in its composed form (NFC), fit for files and folders.

    Parameters
    ----------
    text : object
        What is to be a name; anything but a text is refused.
    what : str
        Where it came from and how to choose another, for the message.

    Raises
    ------
    SettingsError
        When it cannot be a name.
    """
    fault = name_fault(text)
    if fault is not None or not isinstance(text, str):
        shown = ascii(text) if not isinstance(text, str) or not text.isprintable() else f"'{text}'"
        raise SettingsError(
            f"{what}: wanted a name of letters, digits, spaces, '_', '-' and '.', found "
            f"{shown if len(shown) < 60 else shown[:40] + '...'}: {fault}. Give another name "
            "(--name)."
        )
    return unicodedata.normalize("NFC", text)


def derive_name(path: PurePath | str) -> str:
    """Return a name for what lies at a path: the path's last part, with what no name may have cut.

    A name is only made shorter or gets ``_`` for what may not stand in it, so that a recording
    called ``run:1`` can be analysed without more ado.

    >>> derive_name("recordings/run:1")
    'run_1'
    """
    text = "".join(
        "_" if _is_barred(letter) else letter
        for letter in unicodedata.normalize("NFC", PurePath(path).name)
    )
    text = text.lstrip(".-~ ").rstrip(". ")
    while len(text.encode()) > MAX_BYTES:
        text = text[:-1].rstrip(". ")
    return text if name_fault(text) is None else f"trial_{text}" if text else "trial"


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in _HIDDEN_CATEGORIES and letter not in _JOINERS


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in _CONTROL_CATEGORIES or letter in _TURNING


def _is_barred(letter: str) -> bool:
    return letter in _SEPARATORS or _is_hidden(letter)
