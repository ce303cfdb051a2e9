"""Letters of every script in matplotlib's figures and in the PDF: which font has which letter.

DejaVu Sans, which matplotlib ships, has Latin, Greek, Cyrillic, Arabic and Hebrew. What it lacks
comes from Noto fonts that two packages ship (`manimgx-fonts`, `noto-cjk-sans-otc`; SIL Open Font
License). Typst, and matplotlib from 3.11 on, shape: conjuncts, vowel signs, joined letters and the
direction of writing. Fonts of the system are not used, so that a PDF is the same everywhere.
A letter that no font has is drawn as a box; it is no error.
"""

from __future__ import annotations

import functools
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASE: Final = "DejaVu Sans"
PACKAGES: Final = ("manimgx_fonts", "noto_cjk_sans_otc")
"""Packages that hold font files and nothing else; what is not installed is boxes."""

CJK: Final = "NotoSansCJK"
_FACES: Final = {"japanese": 0, "korean": 1, "chinese": 2}
"""Faces of the collection: they draw the Chinese characters as each country writes them."""

_FIRST: Final = "NotoSansArabic"
"""Letters that join must be of one font: before the base font where that lacks some."""

_TICK: Final = "$\\mathdefault{"
_LATIN: Final = "\N{LATIN SMALL LETTER LONG S}"
"""The base font has all letters up to it."""

_NO_BOX: Final = frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})


def show_letters(figures: Iterable[Figure]) -> str:
    """Give each text of some figures the fonts that its letters need; call it before saving.

    Parameters
    ----------
    figures : iterable of Figure
        Drawn, not yet saved; taken together, so that characters look alike in all of them.

    Returns
    -------
    str
        The letters that no font has, each once, in order; they are drawn as boxes.
    """
    from matplotlib.text import Text

    texts: list[Any] = [text for figure in figures for text in figure.findobj(Text)]
    for text in texts:  # a name is never mathematics; matplotlib's own tick labels may be
        text.set_parse_math(text.get_text().startswith(_TICK))
    words = "".join(dict.fromkeys("".join(text.get_text() for text in texts)))
    if not _lacking(words, None):
        return ""
    face = east_asian_face(words)
    for text in texts:
        names = families(text.get_text(), face)
        if len(names) > 1:
            text.set_fontfamily(list(names))
    return missing_letters(words)


@contextmanager
def boxes_for_missing() -> Iterator[None]:
    """Let letters that no font has be boxes, without matplotlib's warning about each."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .*missing from", UserWarning)
        yield


def families(words: str, face: int = 2) -> tuple[str, ...]:
    """Return the fonts for a text, as matplotlib's families: the base font alone where it does."""
    lacking = _lacking(words, None)
    names: list[str] = []
    for path in font_files():
        found = _lacking(lacking, path)
        if len(found) < len(lacking):
            names.append(_registered(path, face))
            if path.name.startswith(_FIRST):
                names.insert(0, names.pop())
                names.insert(1, BASE)
            lacking = found
    return tuple(dict.fromkeys((*names, BASE) if BASE in names else (BASE, *names)))


def missing_letters(words: str) -> str:
    """Return the letters of a text that no font has, each once."""
    lacking = _lacking("".join(dict.fromkeys(words)), None)
    for path in font_files():
        lacking = _lacking(lacking, path)
    return lacking


def text_width(words: str, bold: bool = False) -> float:
    """Return the width of a text as a part of the font's size, unshaped."""
    return sum(_advance(letter, bold) for letter in words)


def joins_previous(letter: str) -> bool:
    """Return whether a letter belongs to the one before it: a mark, a joiner, a variant."""
    return unicodedata.category(letter) in {"Mn", "Mc", "Me"} or letter in "\u200c\u200d"


def east_asian_face(words: str) -> int:
    """Return the face for Chinese characters: Japanese beside kana, Korean beside Hangul."""
    names = [unicodedata.name(letter, "") for letter in words]
    if any(name.startswith(("HIRAGANA", "KATAKANA")) for name in names):
        return _FACES["japanese"]
    if any(name.startswith("HANGUL") for name in names):
        return _FACES["korean"]
    return _FACES["chinese"]


@functools.cache
def font_files() -> tuple[Path, ...]:
    """Return the font files beside the base font, the large collection last."""
    files: list[Path] = []
    for package in PACKAGES:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            files += [p for p in Path(folder).iterdir() if p.suffix in {".ttf", ".otf", ".ttc"}]
    return tuple(sorted((p for p in files if "Italic" not in p.name), key=_rank))


def font_folders() -> tuple[Path, ...]:
    """Return the folders of all font files, the base font's first."""
    spec = find_spec("matplotlib")
    places = (spec.submodule_search_locations or ()) if spec else ()
    own = [Path(place) / "mpl-data" / "fonts" / "ttf" for place in places]
    return tuple(dict.fromkeys((*own, *(path.parent for path in font_files()))))


def _rank(path: Path) -> tuple[bool, str]:
    return path.name.startswith(CJK), path.name


def _lacking(words: str, path: Path | None) -> str:
    """Return the letters of a text that a font has not; of the base font for None."""
    return "".join(letter for letter in words if not _has(letter, path))


@functools.cache
def _has(letter: str, path: Path | None) -> bool:
    if path is None and (letter <= _LATIN or unicodedata.category(letter) in _NO_BOX - {"Mn"}):
        return True
    return ord(letter) in _advances(path or _base_font())


@functools.cache
def _advance(letter: str, bold: bool) -> float:
    for path in (_base_font(bold), *font_files()):
        found = _advances(path).get(ord(letter))
        if found is not None:
            return found
    return 0.0 if unicodedata.category(letter) in _NO_BOX else 1.0


@functools.cache
def _advances(path: Path) -> Mapping[int, float]:
    """Return the letters of a font with their widths; none of one that is broken."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, lazy=True, fontNumber=0) as font:
            widths, size = font["hmtx"].metrics, font["head"].unitsPerEm
            return {c: widths[name][0] / size for c, name in (font.getBestCmap() or {}).items()}
    except (OSError, TTLibError, KeyError):
        return {}


def _base_font(bold: bool = False) -> Path:
    return font_folders()[0] / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@functools.cache
def _registered(path: Path, face: int) -> str:
    """Make a font file known to matplotlib under a name of ours, also where bold is asked for."""
    import dataclasses

    from matplotlib.font_manager import fontManager

    known = fontManager.ttflist
    before = len(known)
    fontManager.addfont(str(path))
    added: Sequence[Any] = known[before:]
    faces = [entry for entry in added if entry.index == face] if path.suffix == ".ttc" else added
    entry = (faces or added)[0]
    name = f"{entry.name} of {path.parent.name}"
    del known[before:]
    for weight in (400, 700):
        known.append(dataclasses.replace(entry, name=name, weight=weight, style="normal"))
    return name
