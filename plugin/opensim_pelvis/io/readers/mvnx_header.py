"""The top of an MVNX file: everything before its frames, read by the XML parser itself.

Nothing is ever fetched or expanded: a document type with declarations of its own is refused.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.readers._rates import usable
from opensim_pelvis.io.tables.cells import to_number
from opensim_pelvis.io.tables.text_files import HEAD_BYTES, text_fault
from opensim_pelvis.notices.plain_words import words_of

VERSIONS: Final = ("3", "4")
"""MVNX versions whose structure is known (MVN user manual MV0319P, 14.4, for version 3)."""

MAX_HEAD_BYTES: Final = 16 * 1024 * 1024
"""Longer than any list of segments and points; frames that have not begun by then never do."""

_FRAMES: Final = re.compile(rb"<frames\b[^<>]*+>")
_SHOWN: Final = 5
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class MvnxHeader:
    """What stands before the frames.

    Parameters
    ----------
    path : Path
    fields : mapping of str to str
        Attributes of ``mvnx``, ``mvn`` and ``subject``, for display.
    segments, sensors : tuple of str
        Labels in the order of the frames' numbers.
    rate_hz : float or None
        ``frameRate``.
    size_bytes : int
        Where the frames begin.
    """

    path: Path
    fields: Mapping[str, str]
    segments: tuple[str, ...]
    sensors: tuple[str, ...]
    rate_hz: float | None
    size_bytes: int


def looks_like_mvnx(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of MVNX."""
    return text_fault(head) is None and b"<mvnx" in _COMMENT.sub(b"", head)


def read_mvnx_header(path: Path) -> MvnxHeader:
    """Return the header of an MVNX file; ReadError where it is none, or damaged."""
    head, end = _read_until_frames(path)
    bare = _COMMENT.sub(b"", head)
    if b"<!ENTITY" in bare or re.search(rb"<!DOCTYPE[^<>\[]*+\[", bare):
        raise ReadError(
            f"{path}: the file declares XML entities, which are not supported. Export the "
            "recording again with MVN."
        )
    elements = _parse(path, head)
    names = [name for name, _ in elements]
    by_name = dict(reversed(elements))
    version = by_name.get("mvnx", {}).get("version", "")
    if version not in VERSIONS:
        raise ReadError(
            f"{path}: MVNX version {' or '.join(VERSIONS)} is supported, found version "
            f"'{version}'. Export the recording with MVN Studio 4 or later."
        )
    segments = tuple(a.get("label", "") for n, a in elements if n == "segment")
    sensors = tuple(a.get("label", "") for n, a in elements if n == "sensor")
    faults = _count_faults(by_name, segments, sensors)
    if "subject" not in names or not segments:
        faults.append("wanted a <subject> with <segments>, found none")
    if faults:
        raise ReadError(f"{path}: {'; '.join(faults)}. Export the recording again.")
    subject = by_name["subject"]
    return MvnxHeader(
        path=path,
        fields=_fields(version, by_name.get("mvn", {}), subject),
        segments=segments,
        sensors=sensors,
        rate_hz=_positive(path, subject.get("frameRate")),
        size_bytes=end,
    )


def _read_until_frames(path: Path) -> tuple[bytes, int]:
    """Return the text up to and with the start tag of the frames, and its length."""
    head = b""
    try:
        with path.open("rb") as stream:
            while len(head) < MAX_HEAD_BYTES:
                block = stream.read(HEAD_BYTES)
                before = max(len(head) - HEAD_BYTES, 0)
                head += block
                found = _FRAMES.search(head, before)
                if found is not None:
                    head = head[: found.end()]
                    break
                if not block:
                    break
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault
    damage = text_fault(head)
    if damage is not None:
        raise ReadError(f"{path}: {damage}")
    if not looks_like_mvnx(head):
        raise ReadError(f"{path}: wanted an MVNX file, found no <mvnx> element")
    if not _FRAMES.search(head):
        raise ReadError(f"{path}: the file is truncated before its <frames>. Export it again.")
    return head, len(head)


def _parse(path: Path, head: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return name and attributes of every element, in order."""
    elements = _Elements()
    try:
        ET.XMLParser(target=elements).feed(head)
    except (ET.ParseError, LookupError, ValueError) as fault:
        raise ReadError(
            f"{path}: the XML is damaged before the frames{_line_of(fault)}. Export the recording "
            "again with MVN."
        ) from fault
    if not elements.found or elements.found[-1][0] != "frames":
        raise ReadError(f"{path}: the XML is damaged before the frames. Export it again.")
    return elements.found


def _line_of(fault: Exception) -> str:
    return f", on line {fault.position[0]}" if isinstance(fault, ET.ParseError) else ""


class _Elements:
    """Takes what the XML parser finds."""

    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Keep the name, without its namespace, and the attributes of an element."""
        self.found.append((tag.rpartition("}")[2], dict(attributes)))


def _count_faults(
    by_name: Mapping[str, Mapping[str, str]], segments: tuple[str, ...], sensors: tuple[str, ...]
) -> list[str]:
    faults = []
    for key, labels, kind in (
        ("segmentCount", segments, "segments"),
        ("sensorCount", sensors, "sensors"),
    ):
        for name in ("frames", "subject"):
            stated = by_name.get(name, {}).get(key)
            if stated is not None and stated != str(len(labels)):
                faults.append(
                    f"<{name}> states {key} {stated}, but {len(labels)} {kind} are listed"
                )
        counts = Counter(labels)
        twice = sorted(label for label in counts if not label or counts[label] > 1)[:_SHOWN]
        if twice:
            faults.append(f"{kind} must have different labels, found {', '.join(twice)} twice")
    return faults


def _fields(version: str, mvn: Mapping[str, str], subject: Mapping[str, str]) -> dict[str, str]:
    shown = {"MVNX version": version, "MVN version": mvn.get("version", "")}
    for key in (
        "label",
        "frameRate",
        "recDate",
        "recDateMSecsSinceEpoch",
        "configuration",
        "userScenario",
    ):
        shown[key] = subject.get(key, "")
    return {key: value for key, value in shown.items() if value}


def _positive(path: Path, text: str | None) -> float | None:
    if text is None:
        return None
    rate = usable(to_number(text.strip()))
    if rate is None:
        raise ReadError(f"{path}: frameRate must be a number above zero, found '{text[:40]}'")
    return rate
