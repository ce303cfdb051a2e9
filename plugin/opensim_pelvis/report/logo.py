"""A laboratory's logo: as a data URI for the page and as a picture for the PDF.

An SVG is cleaned of all that is no drawing before either sees it: scripts, foreign content, event
handlers, and every reference that leads out of the file. It is drawn by resvg, which runs nothing
and asks no network.
"""

from __future__ import annotations

import base64
import io
import re
import struct
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.io.documents import read_xml
from opensim_pelvis.report.drawing import draw_svg
from opensim_pelvis.report.logo_bounds import check_drawing, check_picture

TYPES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
}
MAX_SVG_BYTES: Final = 1024 * 1024
HEIGHT_PX: Final = 320
"""Of a drawn SVG: 34 points high, it has more than 600 dots an inch."""

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"

_DRAWING: Final = frozenset(
    {
        *("svg", "g", "defs", "symbol", "use", "switch", "title", "desc", "style", "image"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "marker"),
        *("text", "tspan", "textPath", "clipPath", "mask", "pattern"),
        *("linearGradient", "radialGradient", "stop"),
        *("filter", "feGaussianBlur", "feOffset", "feBlend", "feFlood", "feComposite"),
        *("feMerge", "feMergeNode", "feColorMatrix", "feDropShadow"),
    }
)
"""Elements that are kept; all others go, with what is in them."""

_INSIDE: Final = re.compile(r"#[^\s]+|data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]+")
_STYLE_OUT: Final = re.compile(r"@import|@font-face|expression\(|javascript:", re.IGNORECASE)
_URL: Final = re.compile(r"url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
_ESCAPE: Final = "\\"


def logo_uri(path: Path) -> str:
    """Return a logo as a data URI; an SVG cleaned."""
    svg = path.suffix.lower() == ".svg"
    content = clean_svg(path) if svg else _sound_picture(path)
    return f"data:{TYPES[path.suffix.lower()]};base64,{base64.b64encode(content).decode('ascii')}"


def logo_picture(path: Path) -> bytes:
    """Return a logo as a PNG; an SVG is drawn, and a picture written anew.

    Raises
    ------
    SettingsError
        When it cannot be drawn.
    """
    from PIL import Image

    try:
        if path.suffix.lower() == ".svg":
            return draw_svg(clean_svg(path).decode("utf-8"), HEIGHT_PX)
        drawn = io.BytesIO()
        with Image.open(io.BytesIO(_sound_picture(path)), formats=("PNG", "JPEG")) as picture:
            picture.convert("RGBA").save(drawn, format="PNG")
        return drawn.getvalue()
    except (OSError, ValueError, SyntaxError, struct.error) as fault:
        raise SettingsError(
            f"{path}: wanted an image, found one that cannot be drawn. Save it again as PNG or "
            "plain SVG."
        ) from fault


def clean_svg(path: Path) -> bytes:
    """Return an SVG with its drawing alone, nothing that runs or leads out of the file.

    Raises
    ------
    SettingsError
        When it is no SVG, declares XML entities, or asks for more than a logo does.
    """
    root = read_xml(path, SettingsError, "an SVG", limit=MAX_SVG_BYTES)
    if root.tag != f"{{{SVG}}}svg":
        raise SettingsError(f"{path}: wanted an SVG, found other XML (<{root.tag}>)")
    _clean(root)
    check_drawing(root, path)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    text = ElementTree.tostring(root, encoding="unicode")
    return text.encode("utf-8")


def _sound_picture(path: Path) -> bytes:
    """Return the bytes of a picture whose size is that of a logo, before anything unpacks it."""
    content = path.read_bytes()
    check_picture(content, f"{path}: ")
    return content


def _clean(element: ElementTree.Element) -> None:
    for child in list(element):
        name = child.tag.removeprefix(f"{{{SVG}}}") if isinstance(child.tag, str) else ""
        if name in _DRAWING and not (name == "style" and _leads_out(child.text or "")):
            _clean(child)
        else:
            element.remove(child)
    for key, value in list(element.attrib.items()):
        plain = key.rpartition("}")[2].lower()
        leads = not _INSIDE.fullmatch(value.strip()) if plain == "href" else _leads_out(value)
        if plain.startswith("on") or leads:
            del element.attrib[key]


def _leads_out(style: str) -> bool:
    """Return whether a style or a value refers to something outside, or hides what it says."""
    return bool(_STYLE_OUT.search(style) or _URL.search(style) or _ESCAPE in style)
