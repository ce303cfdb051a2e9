"""Describes settings, recordings and faults by kinds, counts and numbers, without names."""

from __future__ import annotations

import functools
import linecache
import sys
import sysconfig
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from opensim_pelvis.cli.debug.scrub import ENDINGS, GONE, path_words, scrub, vocabulary
from opensim_pelvis.config.trial.setting_definitions import definitions
from opensim_pelvis.notices import say

if TYPE_CHECKING:
    from opensim_pelvis.config.settings import TrialSettings

OTHER_FLAGS: Final = frozenset(
    [
        "--overwrite",
        "--reference",
        "--heading-on",
        "--body-offset",
        "--offset",
        "--window",
        "--version",
        "--help",
        "-h",
        "-v",
        "--verbose",
    ]
)
"""Flags of no setting whose values are words or numbers of the program."""

COMMANDS: Final = frozenset(
    [
        "demo",
        "run",
        "inspect",
        "readers",
        "init",
        "cohort",
        "report",
        "texts",
        "compare",
        "pool",
        "selftest",
    ]
)

_SIGNALS: Final = (
    "time_s", "R_ES", "acceleration_mps2", "free_acceleration_mps2", "angular_velocity_radps",
    "magnetic_field",
)  # fmt: skip


def command_words(arguments: list[str]) -> list[str]:
    """Return a command line: commands, flags and harmless values; paths as their endings."""
    told, kept = [], False
    for word in arguments:
        flag, _, value = word.partition("=")
        if word.startswith("-") and not _is_value(word):
            kept = flag in kept_flags()
            known = kept or flag in _flags() or scrub_flag(flag) in vocabulary()
            told.append(flag if known else GONE)
            told += [_value_words(value, kept)] if value else []
        elif word in COMMANDS:
            told.append(word)
        else:
            told.append(_value_words(word, kept))
    return told


@functools.cache
def kept_flags() -> frozenset[str]:
    """Return the flags whose values are included; of all others only the name is kept."""
    kept = (
        flag
        for one in definitions()
        if one.flag and not one.personal
        for flag in one.flag.split("/")
    )
    return OTHER_FLAGS | frozenset(kept)


@functools.cache
def _flags() -> frozenset[str]:
    return frozenset(flag for one in definitions() for flag in one.flag.split("/") if flag)


def harmless_values(arguments: list[str]) -> set[str]:
    """Return the words of a command line that `command_words` tells as they are."""
    return set(arguments) & set(command_words(arguments))


def scrub_flag(flag: str) -> str:
    """Return a flag as the command line's functions spell it."""
    return flag.strip("-").replace("-", "_")


def _value_words(word: str, kept: bool) -> str:
    if kept and _is_value(word):
        return word
    return path_words(word) if PurePath(word).suffix.lower() in ENDINGS else GONE


def _is_value(word: str) -> bool:
    """Return whether a word is a number, or one of the program's own lists."""
    try:
        float(word)
    except ValueError:
        return word in _choices()
    return word.isascii()


def plain_settings(settings: TrialSettings) -> dict[str, Any]:
    """Return settings as plain data: numbers and the program's own words; names of files not.

    What may tell who was measured is left out, and a table of which nothing else is left.
    """
    told: dict[str, Any] = {
        name: _plain(getattr(settings, name)) for name in ("sensors", "mountings")
    }
    for one in definitions():
        if not one.personal or one.kind == "path":
            value = _plain(getattr(getattr(settings, one.section), one.key))
            told.setdefault(one.section, {})[one.key] = value
    return told


def _plain(settings: Any) -> Any:
    if isinstance(settings, PurePath):
        return path_words(settings)
    if isinstance(settings, Mapping):
        items = enumerate(settings.items(), start=1)
        return {f"<{n}>": _plain(value) for n, (_, value) in items}
    if isinstance(settings, list | tuple):
        return [_plain(value) for value in settings]
    if isinstance(settings, str):
        return settings if settings in _choices() else GONE
    return settings if settings is None or isinstance(settings, bool | int | float) else GONE


def describe_recording(recording: Any, secrets: frozenset[str]) -> dict[str, Any]:
    """Return the reader, rates, shapes and notes of a recording; sensors are numbered."""
    import numpy as np

    sensors = []
    for number, sensor in enumerate(recording.sensors, start=1):
        arrays = {name: getattr(sensor, name) for name in _SIGNALS}
        sensors.append(
            {
                "sensor": number,
                "samples": int(sensor.counter.size),
                "lost counts": int(np.maximum(np.diff(sensor.counter) - 1, 0).sum()),
                **{
                    name: {"shape": list(a.shape), "missing": int(np.isnan(a).any(axis=-1).sum())
                           if a.ndim > 1 else int(np.isnan(a).sum())}
                    for name, a in arrays.items() if a is not None
                },
            }
        )  # fmt: skip
    return {
        "reader": scrub(recording.reader),
        "rate_hz": recording.rate_hz,
        "rate_source": scrub(say(recording.rate_source), secrets),
        "world_frame": scrub(say(recording.world_frame), secrets),
        "files": [
            {"kind": path_words(file.path), "size_bytes": file.size_bytes}
            for file in recording.files
        ],
        "sensors": sensors,
        "notes": [scrub(say(note), secrets) for note in recording.notes],
    }


def describe_fault(fault: BaseException, secrets: frozenset[str]) -> list[dict[str, Any]]:
    """Return an exception and those behind it: kind, message without names, places in the code."""
    told: list[dict[str, Any]] = []
    seen: set[int] = set()
    link: BaseException | None = fault
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        told.append(
            {
                "kind": f"{_module_words(type(link).__module__)}.{scrub_name(type(link).__name__)}",
                "message": scrub(str(link), secrets),
                "places": [_place(frame) for frame in traceback.extract_tb(link.__traceback__)],
            }
        )
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return told


def locals_of(trace: TracebackType | None) -> Iterator[Any]:
    """Give the values that the functions of a traceback held, the innermost last."""
    while trace is not None:
        yield from list(trace.tb_frame.f_locals.values())
        trace = trace.tb_next


def secret_values(settings: Any, recording: Any) -> list[object]:
    """Return what a run's settings and recording hold of a person, and every name in them."""
    found: list[object] = []
    if settings is not None:
        personal = (one for one in definitions() if one.personal)
        found += [getattr(getattr(settings, one.section), one.key) for one in personal]
        found += settings.sensors
    if recording is not None:
        found += [recording.name, *(sensor.identifier for sensor in recording.sensors)]
        found += [file.path for file in recording.files]
        found += [recording.date.text] if recording.date else []
    return [value for value in found if value is not None]


def scrub_name(name: str) -> str:
    """Return a name in the code, where it may be one: letters, digits and underscores."""
    return name if name.isidentifier() and name.isascii() else GONE


def _place(frame: traceback.FrameSummary) -> str:
    """Return a place in the code of this program or of a library; nothing of other code."""
    path = Path(frame.filename)
    for root, words in _roots():
        if path.is_relative_to(root):
            line = linecache.getline(frame.filename, frame.lineno or 0).strip()
            inside = path.relative_to(root).as_posix()
            return f"{words}/{inside}:{frame.lineno} in {frame.name}: {line}"
    if "site-packages" in path.parts:
        inside = "/".join(path.parts[path.parts.index("site-packages") + 1 :])
        return f"library/{inside}:{frame.lineno}"
    return "<other code>"


def _roots() -> list[tuple[Path, str]]:
    own = Path(__file__).resolve().parents[2]
    folders = {key: Path(sysconfig.get_path(key)) for key in ("purelib", "platlib", "stdlib")}
    return [(own, "opensim_pelvis"), *((folder, key) for key, folder in folders.items())]


def _module_words(module: str) -> str:
    top = module.partition(".")[0]
    known = top == "opensim_pelvis" or top in sys.stdlib_module_names
    return module if known else "library"


@functools.cache
def _choices() -> frozenset[str]:
    """Return every word that a setting may be: those of the program's own lists."""
    from opensim_pelvis.io.registry import READERS, list_plugins
    from opensim_pelvis.types.segments import BODIES

    choices = (word for one in definitions() for word in one.choices)
    return frozenset({*BODIES, *list_plugins(READERS), *choices})
