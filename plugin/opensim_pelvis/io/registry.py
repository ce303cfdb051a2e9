"""Finds readers and exporters by entry point; imports none until it is asked for.

Third parties add a format by naming a class in the entry-point group
``opensim_pelvis.readers`` or ``opensim_pelvis.exporters`` of their own distribution; the
built-in formats come through the same door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from glob import escape
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import PluginError, ReadError
from opensim_pelvis.io.delivery import recording_entries
from opensim_pelvis.io.kinds import describe_kind
from opensim_pelvis.notices.plain_words import words_of
from opensim_pelvis.types import Recording, Result

READERS: Final = "opensim_pelvis.readers"
EXPORTERS: Final = "opensim_pelvis.exporters"

_UTF16: Final = (
    "wanted UTF-8 text, found UTF-16: save it as UTF-8 (in a text editor: Save as, Encoding)"
)
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_OWN_ENDS: Final = ("_report.json", "_summary.json", "_report.html", "_model.osim")
"""How files of results end."""


@dataclass(frozen=True, slots=True)
class Match:
    """A reader's answer to a path: is it mine, and why (or why not)."""

    matches: bool
    reason: str


@runtime_checkable
class Reader(Protocol):
    """What a reader offers; it is made without arguments.

    ``description`` says what it reads, ``gives`` which signals, ``tried_on`` which real file it
    was tried on, or "not tested on a real file".
    """

    description: str
    gives: str
    tried_on: str

    def sniff(self, path: Path) -> Match:
        """Say from the content whether this reader reads ``path``, and why."""
        ...

    def read(self, settings: RecordingSettings) -> Recording:
        """Read ``settings.path``; raise ``ReadError`` naming all faults at once."""
        ...


@runtime_checkable
class Exporter(Protocol):
    """What an exporter offers; it is made without arguments.

    ``optional`` names the ends of those file names that not every result gets, so that none is
    left over from an earlier run.
    """

    description: str
    optional: tuple[str, ...]

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write files called by ``result.name`` into an existing directory; return them."""
        ...


def list_plugins(group: str) -> Mapping[str, EntryPoint]:
    """Return the entry points of a group by name.

    Raises
    ------
    PluginError
        When two distributions offer the same name.
    """
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        other = found.get(point.name)
        if other is not None and other.value != point.value:
            raise PluginError(
                f"two plug-ins of group {group} are named '{point.name}': {other.value} and "
                f"{point.value}. Uninstall one of the two packages."
            )
        found[point.name] = point
    return dict(sorted(found.items()))


def load_reader(name: str) -> Reader:
    """Return the reader of that name; PluginError where it is missing or broken."""
    reader = _load(READERS, name)
    if not isinstance(reader, Reader):
        raise PluginError(
            f"plug-in '{name}' must offer description, gives, tried_on, sniff and read"
        )
    return reader


def load_exporter(name: str) -> Exporter:
    """Return the exporter of that name; PluginError where it is missing or broken."""
    exporter = _load(EXPORTERS, name)
    if not isinstance(exporter, Exporter):
        raise PluginError(f"plug-in '{name}' offers no description, optional and write")
    return exporter


def find_reader(path: Path) -> str:
    """Return the name of the one reader that claims a path by its content.

    Raises
    ------
    ReadError
        When no reader or more than one claims it; the readers' reasons are its details.
    """
    claims: dict[str, str] = {}
    refusals: dict[str, str] = {}
    for name in list_plugins(READERS):
        try:
            match = load_reader(name).sniff(path)
        except PluginError as fault:
            refusals[name] = str(fault)
            continue
        except OSError as fault:
            raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault
        (claims if match.matches else refusals)[name] = match.reason
    if len(claims) == 1:
        return next(iter(claims))
    if claims:
        listed = "\n".join(f"  - {name}: {why}" for name, why in claims.items())
        raise ReadError(
            f"{path}: {len(claims)} readers recognise it\n{listed}\nSelect one with --reader "
            "NAME ([recording] reader)."
        )
    damaged = refusals.get("c3d") if _is_c3d(path) else None
    unknown = ReadError(damaged or _plain_fault(path) or _unknown(path))
    unknown.details = tuple(f"{name}: {why}" for name, why in refusals.items())
    raise unknown


def _is_c3d(path: Path) -> bool:
    """Whether a file says that it is C3D: its own reader then knows best what is wrong with it."""
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError:
        return False
    return head[1:2] == b"\x50" and b"\0" < head[:1] < b"\x80" and b"\0" in head


def _unknown(path: Path) -> str:
    """Return what to say of a path that nobody knows."""
    entries = recording_entries(path) if path.is_dir() else []
    folders = [f.name for f in entries if f.is_dir()]
    inside = (
        (f" It contains folders ({', '.join(folders[:5])}): give one of them.") if folders else ""
    )
    shown = sorted(path.iterdir()) if path.is_dir() else []
    results = next((f.name for f in shown if f.name.endswith(_OWN_ENDS)), None)
    if results is not None:
        inside = f" It contains results ({results}): give the original recording."
    cameras = [entry for entry in entries if entry.is_file() and _is_c3d(entry)]
    if len(cameras) > 1 and len(cameras) == sum(entry.is_file() for entry in entries):
        names = ", ".join(entry.name for entry in cameras[:3])
        more = f" and {len(cameras) - 3} more" if len(cameras) > 3 else ""
        return (
            f"{path}: contains {len(cameras)} C3D files ({names}{more}), none with sensors of a "
            "known manufacturer. `opensim-pelvis inspect FILE` shows the content of one. Give a "
            "file with sensor signals itself; `opensim-pelvis compare` uses a file with markers "
            "as reference."
        )
    return (
        f"{path}: no reader supports this format.{inside} `opensim-pelvis readers` lists the "
        "formats; use a mapping file (--mapping) for a plain table. -v shows the reasons."
    )


def _plain_fault(path: Path) -> str | None:
    """Return why nobody can read a path, where that is plain without knowing any format."""
    if path.is_dir():
        entries = recording_entries(path)
        if not entries and any(not entry.name.startswith(".") for entry in path.iterdir()):
            return f"{path}: wanted a recording, but the folder contains only results"
        files = [entry for entry in entries if entry.is_file()]
        files = files or [file for folder in entries for file in sorted(folder.glob("*.*"))]
        faults = [_plain_fault(file) for file in files]
        if faults:
            return faults[0] if all(faults) else None
        return f"{path}: wanted a recording, but the folder is empty"
    if not path.is_file():
        named = path.parent.is_dir() and any(path.parent.glob(f"{escape(path.name)}*"))
        pattern = bool(set("*?") & set(path.name))
        return None if named or pattern else f"{path}: there is no such file or folder"
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as fault:
        return f"{path}: cannot be read: {words_of(fault)}"
    if not head:
        return f"{path}: the file is empty"
    if head.startswith(_UTF16_MARKS):
        return f"{path}: {_UTF16}"
    return _fault_of_kind(path)


def _fault_of_kind(path: Path, *, text: bool = True) -> str | None:
    kind = describe_kind(path, text=text)
    if kind is None:
        return None
    return f"{path}: wanted a sensor recording, found {kind.name}: {kind.advice}"


def find_mapped(path: Path) -> str:
    """Return the name of the reader that reads a path through a mapping: c3d, or table for text."""
    if load_reader("c3d").sniff(path).matches:
        return "c3d"
    fault = _fault_of_kind(path, text=False) if path.is_file() else None
    if fault is not None:
        raise ReadError(fault)
    return "table"


def _load(group: str, name: str) -> Any:
    points = list_plugins(group)
    kind = group.rsplit(".", 1)[1][:-1]
    if name not in points:
        flag = f" (--{kind})" if group == READERS else ""
        raise PluginError(f"no {kind} is named '{name}'{flag}. Available: {', '.join(points)}.")
    try:
        return points[name].load()()
    except Exception as fault:  # a third party's code may fail in any way
        broken = PluginError(
            f"{kind} '{name}' ({points[name].value}) cannot be loaded. Repair or uninstall that "
            "package; -v shows the reason."
        )
        broken.details = (f"{type(fault).__name__}: {fault}",)
        raise broken from fault
