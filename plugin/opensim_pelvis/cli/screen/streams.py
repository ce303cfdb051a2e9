"""What the program prints to: any terminal, any encoding, closed or full."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from typing import Final

_ERRORS: Final = "opensim-pelvis"
_PLAIN: Final = {"±": "+-", "°": " deg", "²": "2", "³": "3", "·": "*", "…": "..."}
_PLAIN_MARKS: Final = {
    "\u2013": "-",
    "\u2014": "-",
    "\u2019": "'",
    "\u2212": "-",
    "\u2264": "<=",
    "\u00d7": "x",
}


def prepare_streams() -> None:
    """Make printing safe: closed streams lead nowhere, no letter is too much."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:  # else the next file that is opened would get what is printed
            os.open(os.devnull, os.O_RDWR)
    codecs.register_error(_ERRORS, _write_plainly)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError, ValueError):
                stream.reconfigure(errors=_ERRORS)


def close_stdout() -> None:
    """Let standard output lead nowhere, so that what could not be written is not tried again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        sys.stdout.flush()


def _write_plainly(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    text = fault.object[fault.start : fault.end]
    known = _PLAIN | _PLAIN_MARKS
    return "".join(known.get(c, ascii(c)[1:-1]) for c in text), fault.end
