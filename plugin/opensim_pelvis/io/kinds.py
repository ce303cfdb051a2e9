"""Files that are no recordings of sensors: what they are, by content, and what to give instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HEAD_BYTES: Final = 8192
_TAR_MARK: Final = slice(257, 262)
_EXPORT: Final = "export the sensor signals as text from the software that wrote it"
_OWN: Final = "results of this program: give the original recording"
_MARKERS: Final = (
    "use it as the reference of `opensim-pelvis compare`, and give a sensor recording here"
)
_MOTION: Final = "give a sensor recording here; `opensim-pelvis compare` reads motions"
_UNPACK: Final = "unpack it and give the folder"
_TABLE: Final = (
    "save the sheet as text (csv) and describe its columns in a mapping file (--mapping), or use "
    "the text export of the sensor software"
)
_MAKER: Final = "open it in"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is known, and no recording: what it is called and what to do."""

    name: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Row:
    """How a kind is told: from the first bytes and the ending (lower case, with its dot)."""

    knows: Callable[[bytes, str], bool]
    name: str
    advice: str


def _begins(*marks: bytes) -> Callable[[bytes, str], bool]:
    return lambda head, _: head.startswith(marks)


def _text(pattern: str) -> Callable[[bytes, str], bool]:
    found = re.compile(pattern.encode(), re.IGNORECASE | re.MULTILINE | re.DOTALL)
    return lambda head, _: b"\0" not in head and found.search(head) is not None


def _packed(member: bytes) -> Callable[[bytes, str], bool]:
    return lambda head, _: head.startswith(b"PK\x03\x04") and member in head


def _ends(*endings: str) -> Callable[[bytes, str], bool]:
    return lambda _, ending: ending in endings


def _ole(*endings: str) -> Callable[[bytes, str], bool]:
    return lambda head, ending: head.startswith(b"\xd0\xcf\x11\xe0") and ending in endings


_is_trial: Final = _text(
    r"^\s*\[(recording|sensors|calibration|subject|activity|solver|mountings)\]"
)

_ROWS: Final = (
    _Row(_begins(b"HIERARCHY"), "a BVH animation", f"it contains joints, not sensors; {_EXPORT}"),
    _Row(_packed(b"xl/"), "an Excel workbook", _TABLE),
    _Row(_packed(b"application/vnd.oasis.opendocument"), "an OpenDocument file", _TABLE),
    _Row(_packed(b"word/"), "a Word document", _EXPORT),
    _Row(_packed(b"ppt/"), "a presentation", _EXPORT),
    _Row(_packed(b".npy"), "an archive of NumPy arrays", "save the table as csv with a mapping"),
    _Row(_ole(".xls", ".xlt"), "an Excel workbook (old)", _TABLE),
    _Row(_ole(".doc", ".ppt", ".msg"), "an Office document", _EXPORT),
    _Row(_begins(b"\xd0\xcf\x11\xe0"), "an Office document", _EXPORT),
    _Row(_begins(b"PK\x03\x04", b"PK\x05\x06"), "a zip archive", _UNPACK),
    _Row(_begins(b"\x1f\x8b"), "a compressed file (gzip)", _UNPACK),
    _Row(_begins(b"7z\xbc\xaf\x27\x1c"), "a compressed file (7z)", _UNPACK),
    _Row(_begins(b"Rar!\x1a\x07"), "a compressed file (rar)", _UNPACK),
    _Row(_begins(b"BZh"), "a compressed file (bzip2)", _UNPACK),
    _Row(_begins(b"\xfd7zXZ\0"), "a compressed file (xz)", _UNPACK),
    _Row(_begins(b"\x28\xb5\x2f\xfd"), "a compressed file (zstd)", _UNPACK),
    _Row(lambda head, _: head[_TAR_MARK] == b"ustar", "a tar archive", _UNPACK),
    _Row(_begins(b"%PDF-"), "a PDF", _EXPORT),
    _Row(_begins(b"{\\rtf"), "a text document (rtf)", _EXPORT),
    _Row(
        _begins(b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file"),
        "a MATLAB file",
        "save its signals as csv in MATLAB",
    ),
    _Row(
        lambda head, ending: ending == ".mat" and head.startswith(b"\x89HDF"),
        "a MATLAB file (7.3)",
        "save its signals as csv in MATLAB",
    ),
    _Row(_begins(b"\x89HDF\r\n"), "an HDF5 file that is not from APDM", _EXPORT),
    _Row(_begins(b"SQLite format 3\0"), "a database (SQLite)", _EXPORT),
    _Row(_begins(b"PAR1", b"ARROW1", b"FEA1"), "a table of Arrow (Parquet, Feather)", _EXPORT),
    _Row(_begins(b"XDF:"), "an XDF file (Lab Streaming Layer)", _EXPORT),
    _Row(_begins(b"#ROSBAG"), "a ROS bag", _EXPORT),
    _Row(_begins(b"glTF"), "an animation (glTF)", f"it contains joints, not sensors; {_EXPORT}"),
    _Row(_begins(b"%!PS"), "a PostScript file", _EXPORT),
    _Row(_begins(b"L\0\0\0\x01\x14\x02\0"), "a Windows shortcut", "give its target"),
    _Row(_begins(b"\x93NUMPY"), "a NumPy array", "save it as csv with column names"),
    _Row(
        lambda head, _: head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05" and len(head) > 1,
        "a Python pickle",
        "it is never opened, since it can execute code; save the signals as csv",
    ),
    _Row(
        _begins(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"),
        "a picture",
        _EXPORT,
    ),
    _Row(
        lambda head, _: head[4:8] == b"ftyp" or head.startswith((b"\x1a\x45\xdf\xa3", b"OggS")),
        "a video or sound",
        _EXPORT,
    ),
    _Row(
        lambda head, _: head[:4] == b"RIFF" and head[8:11] in (b"AVI", b"WAV", b"WEB"),
        "a video, sound or picture",
        _EXPORT,
    ),
    _Row(_begins(b"ID3", b"fLaC"), "a sound", _EXPORT),
    _Row(_begins(b"MZ", b"\x7fELF"), "a program", _EXPORT),
    _Row(
        lambda head, _: head[8:12] == b".FIT",
        "a watch's track (FIT)",
        "it contains speed, not sensor signals: give it with --speed-file",
    ),
    _Row(
        _text(r"<gpx\b|<TrainingCenterDatabase\b"),
        "a watch's track",
        "it contains speed, not sensor signals: give it with --speed-file",
    ),
    _Row(_text(r"<OpenSimDocument\b"), "an OpenSim model or set-up", "give a model with --model"),
    _Row(_text(r"\A\W*(<!doctype html|<html)"), "a web page", _EXPORT),
    _Row(_text(r"<svg\b"), "a picture (SVG)", _EXPORT),
    _Row(_text(r"\APathFileType\s+\d+"), "a TRC with markers", _MARKERS),
    _Row(
        _text(r"^endheader\s+time\s[^\n]*(_v[xyz]\b|_p[xyz]\b|_force|_moment|_torque)"),
        "an OpenSim table of forces",
        _MOTION,
    ),
    _Row(_text(r"^endheader\s+time\s"), "an OpenSim table of coordinates", _MOTION),
    _Row(_text(r'\A\s*\{.*"(opensim_pelvis|format_version|clinical|stride)'), "a JSON file", _OWN),
    _Row(
        _text(r'\A\s*[\{\[]\s*(["\{\[\]\}\d]|$)'),
        "a JSON file",
        f"a table of signals is needed; {_EXPORT}",
    ),
    _Row(
        lambda head, ending: ending == ".toml" and _is_trial(head, ending),
        "a trial file",
        "[recording] path must name the recording itself",
    ),
    _Row(
        _is_trial,
        "a trial file",
        "give it the ending .toml",
    ),
    _Row(
        _text(r"^\s*\[(columns|channels|table|units)\b"),
        "a mapping file",
        "give the recording here and this file with --mapping",
    ),
    _Row(
        _text(r'\A(\s*(#[^\n]*\n)?)*"?[\w .-]+"?\s*=\s*"(pelvis|torso|femur|tibia|calcn)'),
        "a sensor map",
        "give the recording here and this file with --sensors",
    ),
    _Row(
        _ends(".mtb"),
        "a raw file of Xsens MT Manager",
        f"{_MAKER} MT Manager, export ASCII",
    ),
    _Row(_ends(".mvn"), "a raw file of Xsens MVN", f"{_MAKER} MVN Analyze and export MVNX"),
    _Row(
        _ends(".dot"),
        "a raw file of Movella DOT",
        f"{_MAKER} its Data Exporter, export csv",
    ),
    _Row(_ends(".ximu3"), "a raw file of x-IMU3", f"{_MAKER} the x-IMU3 GUI, convert it"),
    _Row(
        _ends(".apdm"),
        "a raw file of APDM",
        f"{_MAKER} Moveo Explorer, export HDF5",
    ),
    _Row(_ends(".hpf", ".shpf"), "a raw file of Delsys", f"{_MAKER} Trigno Discover, export csv"),
    _Row(_ends(".cwa"), "a raw file of Axivity", f"{_MAKER} OmGui and export csv"),
    _Row(_ends(".edf", ".bdf"), "an EDF or BDF file", _EXPORT),
    _Row(_ends(".qtm"), "a raw file of Qualisys", f"{_MAKER} QTM and export C3D"),
    _Row(_ends(".fbx"), "an FBX animation", f"it contains joints, not sensors; {_EXPORT}"),
    _Row(_ends(".amc", ".asf"), "an animation", f"it contains joints, not sensors; {_EXPORT}"),
)
"""In this order: what is told from content first, from the ending last."""


def describe_kind(path: Path, *, text: bool = True) -> Kind | None:
    """Return what a file is that no reader knows; None where that is not known either.

    Parameters
    ----------
    path : Path
        A file; read are its first bytes.
    text : bool
        Whether kinds of text count, too.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return None
    if not text and _is_text(head):
        return None
    head = head.removeprefix(b"\xef\xbb\xbf")
    for row in _ROWS:
        if row.knows(head, path.suffix.lower()):
            return Kind(row.name, row.advice)
    return None


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and not head.startswith((b"PK", b"%PDF-", b"\xff", b"\xfe"))
