"""XML of bounded size and nesting, in any encoding, without entities."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from opensim_pelvis.io.documents.files import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_PARTS,
    DocumentError,
    ErrorType,
    FaultError,
    decode,
    raise_too_deep,
    read_bytes,
    without_mark,
)

_NO_TEXT: Final = frozenset(
    {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"}
)
"""Codecs of Python that no XML document is written in."""

_UNMARKED: Final = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How a document without a byte-order mark begins."""

_DECLARATION: Final = re.compile(r"\s*+<\?xml\b[^>]{0,500}?\?>")
_DECLARED: Final = re.compile(rb"""^\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_XML_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def read_xml(
    path: Path,
    error: ErrorType = DocumentError,
    wanted: str = "an XML file",
    limit: int = MAX_BYTES,
) -> ElementTree.Element:
    """Return the root of an XML document, in whichever encoding it declares.

    Parameters
    ----------
    path : Path
    error : type
        What is raised where it cannot be read, or declares entities.
    wanted : str
        What the file should be, for the message.
    limit : int
        Bytes.
    """
    return _parse_xml(path, read_xml_text(path, error, wanted, limit), error, wanted)


def read_xml_text(
    path: Path,
    error: ErrorType = DocumentError,
    wanted: str = "an XML file",
    limit: int = MAX_BYTES,
) -> str:
    """Return the text of an XML document without its declaration; see `read_xml`.

    For libraries that parse by themselves: the text has no entities, but may be damaged.
    """
    content = read_bytes(path, error, limit)
    try:
        text = decode(content, _declared(content))
    except FaultError as fault:
        raise error(f"{path}: wanted {wanted}, found something else: {fault}") from fault
    if "<!ENTITY" in text and "<!ENTITY" in _XML_COMMENT.sub("", text):
        raise error(
            f"{path}: wanted {wanted}, found one that declares XML entities, which are not "
            "supported. Save the file without them."
        )
    if text.count("<") > 2 * MAX_PARTS or text.count("=") > 4 * MAX_PARTS:
        raise error(f"{path}: wanted {wanted}, found more than {MAX_PARTS} elements in it")
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def is_xml(path: Path) -> bool:
    """Return whether a file begins like XML; False where it cannot be read."""
    try:
        with path.open("rb") as stream:
            head, _ = without_mark(stream.read(4096))
    except (OSError, ValueError):
        return False
    return head.replace(b"\0", b"").lstrip().startswith(b"<")


def _parse_xml(path: Path, text: str, error: ErrorType, wanted: str) -> ElementTree.Element:
    parser = ElementTree.XMLParser(target=_BoundedBuilder(), encoding="utf-8")
    try:
        parser.feed(text.encode("utf-8", errors="surrogatepass"))
        root = parser.close()
    except ElementTree.ParseError as fault:
        line = fault.position[0] if text.strip() else 0
        where = f"damaged XML on line {line}" if line else "an empty file"
        raise error(
            f"{path}: wanted {wanted}, found {where}. It may be truncated. Save it again."
        ) from fault
    except FaultError as fault:
        raise error(f"{path}: wanted {wanted}: {fault}") from fault
    return root


class _BoundedBuilder(ElementTree.TreeBuilder):
    """Builds a tree that is not nested too deeply."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: Any, attrs: Any, /) -> ElementTree.Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise_too_deep()
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> ElementTree.Element:
        self._depth -= 1
        return super().end(tag)


def _declared(content: bytes) -> str | None:
    """Return the encoding that XML without a byte-order mark is in, None for UTF-8."""
    for begin, name in _UNMARKED:
        if content.startswith(begin):
            return name
    found = _DECLARED.match(content)
    if found is None:
        return None
    stated = found[1].decode("ascii")
    try:
        known = codecs.lookup(stated).name
        if known.startswith(("utf-16", "utf-32")):
            return None  # it was read as single bytes, so it is not what it states
        sample = b"<?xml".decode(known) if known not in _NO_TEXT else ""
    except (LookupError, UnicodeError, ValueError):
        known, sample = "", ""
    if sample != "<?xml":
        raise FaultError(f"the encoding '{stated}' is unknown. Save the file as UTF-8.")
    return known
