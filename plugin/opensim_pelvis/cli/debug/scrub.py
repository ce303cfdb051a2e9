"""Takes from a text all that may be personal: what is not known to be ours is replaced.

Texts are not searched for what is bad: a word stays only where this program's own messages have
it, and where it is no part of what the user gave (paths, names, numbers of the person).
"""

from __future__ import annotations

import ast
import functools
import re
import string
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Final

from opensim_pelvis.notices import Entry, catalogue

MAX_LETTERS: Final = 4000
GONE: Final = "<...>"

ENDINGS: Final = frozenset(
    [
        ".txt",
        ".csv",
        ".tsv",
        ".toml",
        ".xml",
        ".json",
        ".c3d",
        ".trc",
        ".mot",
        ".sto",
        ".mvnx",
        ".h5",
        ".hdf5",
        ".osim",
        ".html",
        ".pdf",
        ".png",
        ".jpg",
        ".svg",
        ".gpx",
        ".tcx",
        ".fit",
        ".md",
        ".zip",
        ".xlsx",
        ".mat",
        ".bvh",
    ]
)
"""Endings that say what a file is; any other may be a part of a name."""

_WORD: Final = re.compile(r"\S+")
_BARE: Final = re.compile(r"^[^\w<>+-]*(.*?)[^\w%°<>]*$")
_NUMBER: Final = re.compile(r"[+-]?\d{1,5}(\.\d+)?(e[+-]?\d{1,3})?%?")
_LATIN: Final = re.compile(r"[A-Za-z][A-Za-z_'-]*")
_VALUE_PARTS: Final = re.compile(r"\W+|_+")


def scrub(text: str, secrets: frozenset[str] = frozenset()) -> str:
    """Return a text of the program in which all that is not the program's own is ``<...>``.

    Parameters
    ----------
    text : str
        A message, a note.
    secrets : set of str
        From `parts_of`: words and numbers that the user gave; they go even where the program's own
        messages have them.
    """
    words = [_kept(word, secrets) for word in _WORD.findall(text[:MAX_LETTERS])]
    return re.sub(rf"(?:{GONE} )+{GONE}", GONE, " ".join(words))


def parts_of(values: Iterable[object]) -> frozenset[str]:
    """Return what must not be told of some values: each whole, its words and its numbers."""
    found: set[str] = set()
    for value in values:
        whole = str(value).strip()
        found |= {whole, *_VALUE_PARTS.split(whole), *whole.split()}
        if isinstance(value, float | int):
            found |= {f"{value:g}", f"{value:.1f}", f"{value:.2f}"}
    return frozenset(part.casefold() for part in found if part)


def path_words(path: str | PurePath) -> str:
    """Return a path without its names: its ending alone, where that tells the kind."""
    ending = PurePath(str(path)).suffix.lower()
    return f"<path{ending if ending in ENDINGS else ''}>"


def _kept(word: str, secrets: frozenset[str]) -> str:
    match = _BARE.match(word)
    bare = match[1] if match else word
    pieces = {bare, *_VALUE_PARTS.split(bare)}
    if any(piece.casefold() in secrets for piece in pieces if piece):
        return GONE
    if not bare:
        return word if word.isascii() and len(word) == 1 else GONE
    if not word.isascii():
        return GONE
    ours = _NUMBER.fullmatch(bare) or (_LATIN.fullmatch(bare) and bare in vocabulary())
    return word if ours else GONE


def _said(entry: Entry) -> str:
    """Return what is always said of a code: units and joints too, no names of values."""
    parts = [part for text in (entry.text, entry.one) for part in string.Formatter().parse(text)]
    ends = [re.split("[;|]", spec or "", maxsplit=1)[1:] for _, _, spec, _ in parts]
    return " ".join([*(literal for literal, *_ in parts), *(text for end in ends for text in end)])


@functools.cache
def vocabulary() -> frozenset[str]:
    """Return the words of the program's own messages: its texts, not its comments and sources."""
    words = {word for entry in catalogue().values() for word in _LATIN.findall(_said(entry))}
    package = Path(__file__).resolve().parents[2]
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_bytes())
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in docs:
                words |= set(_LATIN.findall(node.value if isinstance(node.value, str) else ""))
            elif isinstance(node, ast.arg) and path.parent == package / "cli":
                words.add(node.arg)
    return frozenset(word for word in words if len(word) < 25)
