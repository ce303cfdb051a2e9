"""How much a logo may ask for, seen before anything of it is drawn or unpacked."""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.notices.plain_words import value_words

MAX_PIXELS: Final = 40_000_000
"""Of a picture: more than any logo, and 160 MB when it is unpacked."""
MAX_SHAPE: Final = 40.0
"""Width for one of height, or height for one of width."""
MAX_ELEMENTS: Final = 20_000
MAX_DRAWN: Final = 100_000
"""Elements that are drawn when those used again and again are counted each time."""
MAX_FILTERS: Final = 20

_SVG: Final = "{http://www.w3.org/2000/svg}"
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_LENGTH: Final = re.compile(_NUMBER.pattern + r"\s*(?:px|pt|pc|mm|cm|in|em|ex|Q)?")
_REFERENCE: Final = re.compile(r"url\(\s*['\"]?#([^'\")\s]+)")
_DATA: Final = re.compile(r"data:image/(?:png|jpeg);base64,([A-Za-z0-9+/=\s]+)")
_MANY: Final = (
    f"wanted a logo of at most {MAX_PIXELS // 10**6} million pixels, at most "
    f"{MAX_SHAPE:.0f} times as long as wide"
)
_TOO_MUCH: Final = "Save it again as a plain logo, as PNG or SVG."


def check_picture(content: bytes, where: str) -> None:
    """See from its header that a PNG or JPEG has the size of a logo; it is not unpacked.

    Raises
    ------
    SettingsError
        When it is another thing, or unpacks to more than `MAX_PIXELS`.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
                width, height = picture.size
    except Image.DecompressionBombError:
        raise SettingsError(f"{where}{_MANY}, found far more. {_TOO_MUCH}") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise SettingsError(
            f"{where}wanted an image (PNG or JPEG), found something else. {_TOO_MUCH}"
        ) from None
    too_long = max(width, height) > MAX_SHAPE * min(width, height)
    if width * height > MAX_PIXELS or too_long:
        raise SettingsError(f"{where}{_MANY}, found {width} x {height}. {_TOO_MUCH}")


def check_drawing(root: ElementTree.Element, path: Path) -> None:
    """See that a cleaned SVG has the shape and the work of a logo.

    Raises
    ------
    SettingsError
        When it is too long for its height, too large, used by itself, or multiplies what it draws.
    """
    elements = list(root.iter())
    fault = (
        _shape_fault(root)
        or _count_fault(elements)
        or _repeat_fault(root, {e.get("id", ""): e for e in elements})
    )
    if fault is not None:
        raise SettingsError(f"{path}: wanted a logo, found an SVG that {fault}. {_TOO_MUCH}")
    for element in elements:
        for key, value in element.attrib.items():
            embedded = _DATA.fullmatch(value.strip()) if key.endswith("href") else None
            if embedded is not None:
                _check_embedded(embedded.group(1), path)


def _check_embedded(text: str, path: Path) -> None:
    try:
        content = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        content = b""
    check_picture(content, f"{path}: an embedded image: ")


def _shape_fault(root: ElementTree.Element) -> str | None:
    stated = [root.get("width"), root.get("height")]
    box = _NUMBER.findall(root.get("viewBox", "").replace(",", " "))
    lengths = [_length(text) for text in stated]
    sizes = [*lengths, *map(float, box[2:4])]
    if any(size is not None and not 0.0 < size < 1e6 for size in sizes):
        shown = ", ".join(
            f"{key}={value_words(root.get(key))[:40]}"
            for key in ("width", "height", "viewBox")
            if key in root.attrib
        )
        return f"has no valid drawing size ({shown})"
    area = [float(x) for x in box[2:4]] if len(box) >= 4 else [None, None]
    for width, height in (lengths, area, _mixed(lengths, box)):
        if width and height and not 1.0 / MAX_SHAPE <= width / height <= MAX_SHAPE:
            return f"is {width:g} wide for a height of {height:g}"
    return None


def _mixed(lengths: list[float | None], box: list[str]) -> list[float | None]:
    """Return width and height where one is stated and the other comes from the view box."""
    if len(box) < 4 or None not in lengths:
        return [None, None]
    return [w if w is not None else float(b) for w, b in zip(lengths, box[2:4], strict=True)]


def _length(text: str | None) -> float | None:
    """Return a length in its own unit; None where it is not stated or a share of the page."""
    if text is None or text.strip().endswith("%") or text.strip() == "auto":
        return None
    found = _LENGTH.fullmatch(text.strip())
    return float(_NUMBER.match(text.strip()).group()) if found else -1.0  # type: ignore[union-attr]


def _count_fault(elements: list[ElementTree.Element]) -> str | None:
    filters = sum(element.tag == f"{_SVG}filter" for element in elements)
    if len(elements) > MAX_ELEMENTS:
        return f"has {len(elements)} elements, more than {MAX_ELEMENTS}"
    if filters > MAX_FILTERS:
        return f"has {filters} filters, more than {MAX_FILTERS}"
    return None


def _repeat_fault(root: ElementTree.Element, named: dict[str, ElementTree.Element]) -> str | None:
    """Return a fault where references lead in a circle, or multiply to too much work."""
    known: dict[int, int] = {}
    open_: set[int] = set()

    def weigh(element: ElementTree.Element) -> int:
        key = id(element)
        if key in known:
            return known[key]
        if key in open_:
            return MAX_DRAWN + 1
        open_.add(key)
        work = 1 + sum(weigh(part) for part in (*element, *_used(element, named)))
        open_.discard(key)
        known[key] = min(work, MAX_DRAWN + 1)
        return known[key]

    try:
        work = weigh(root)
    except RecursionError:  # a chain of references longer than any drawing's
        work = MAX_DRAWN + 1
    if work > MAX_DRAWN:
        return "repeats its elements too often, or refers to itself"
    return None


def _used(
    element: ElementTree.Element, named: dict[str, ElementTree.Element]
) -> Iterator[ElementTree.Element]:
    """Yield what an element has drawn by reference: by ``use``, pattern, mask, marker, filter."""
    for key, value in element.attrib.items():
        names = _REFERENCE.findall(value)
        if key.endswith("href") and value.startswith("#"):
            names.append(value[1:])
        for name in names:
            if name in named:
                yield named[name]
