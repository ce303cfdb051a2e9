"""Gathers while a command runs, writes the file at its end, and tells of faults of the program."""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from typer.core import TyperGroup

from opensim_pelvis.errors import OpenSimPelvisError, SettingsError
from opensim_pelvis.notices import Notice, say
from opensim_pelvis.notices.plain_words import words_of

if TYPE_CHECKING:
    from opensim_pelvis.types import Progress

EXIT_FAULT: Final = 1
"""The program itself is at fault."""

FORMAT: Final = "opensim-pelvis debug"
_FLAG: Final = "--debug"


@dataclass
class Gathered:
    """What a command did so far; the one record that is filled while it runs."""

    arguments: list[str]
    started_s: float = field(default_factory=time.monotonic)
    stages: dict[str, list[float]] = field(default_factory=dict)
    settings: Any = None
    recording: Any = None
    notes: tuple[Notice, ...] = ()


_current: ContextVar[Gathered | None] = ContextVar("gathered", default=None)


class DebugGroup(TyperGroup):
    """The commands of the program; an exception that none of them expects ends in one line."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command and write the file that ``--debug`` asks for, however it ends."""
        with gathering(sys.argv[1:], ctx.params.get("debug")):
            return super().invoke(ctx)


@contextmanager
def gathering(arguments: list[str], file: Path | None) -> Iterator[Gathered]:
    """Gather while something runs; an unexpected exception becomes a line and exit code 1."""
    if file is not None:
        _check(file)
    gathered = Gathered(arguments)
    before = _current.set(gathered)
    fault: BaseException | None = None
    try:
        yield gathered
    except BaseException as found:
        fault = found
        if is_expected(found):
            raise
        typer.echo(fault_line(found, file), err=True)
        raise typer.Exit(EXIT_FAULT) from found
    finally:
        _current.reset(before)
        if file is not None:
            _write(gathered, fault, file)


def keep(*, settings: Any = None, recording: Any = None, notes: tuple[Notice, ...] = ()) -> None:
    """Remember what a command works on, for the file."""
    gathered = _current.get()
    if gathered is not None:
        gathered.settings = settings or gathered.settings
        gathered.recording = recording or gathered.recording
        gathered.notes = notes or gathered.notes


def timed(tell: Progress) -> Progress:
    """Return a progress function that also remembers when each stage began and last moved."""
    gathered = _current.get()
    if gathered is None:
        return tell

    def both(stage: str, done: int, total: int) -> None:
        now = round(time.monotonic() - gathered.started_s, 3)
        gathered.stages[stage] = [gathered.stages.get(stage, [now])[0], now]
        tell(stage, done, total)

    return both


def is_expected(fault: BaseException) -> bool:
    """Return whether an exception is no fault of the program: a refusal, a device, an end."""
    known = (OpenSimPelvisError, OSError, MemoryError, typer.Exit, typer.Abort)
    usage = hasattr(fault, "format_message")
    return isinstance(fault, known) or usage or not isinstance(fault, Exception)


def fault_line(fault: BaseException, file: Path | None) -> str:
    """Return the one line that tells of a fault of the program."""
    what = f"error: this is a fault in the program ({type(fault).__name__}), not in your files."
    if file is None:
        return (
            f"{what} Run the command again with --debug FILE before the command name "
            "(opensim-pelvis --debug FILE run ...) and send us that file. It contains no "
            "personal data."
        )
    return f"{what} Send us {file}. It contains no personal data."


def versions() -> dict[str, str]:
    """Return the versions of the program, Python, the system and all that the program needs."""
    found = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "opensim-pelvis": metadata.version("opensim-pelvis"),
    }
    for line in metadata.requires("opensim-pelvis") or ():
        name = line.split(";")[0].split(" ")[0]
        for mark in "[<>=!~(":
            name = name.split(mark)[0]
        if "extra ==" not in line:
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = "not installed"
    return found


def _check(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise SettingsError(f"--debug {file}: already exists. Give the name of a new file.")
    if not file.absolute().parent.is_dir():
        raise SettingsError(
            f"--debug {file}: its folder does not exist. Create it, or give another."
        )


def content(gathered: Gathered, fault: BaseException | None) -> dict[str, Any]:
    """Return what the file holds, as plain data without personal data."""
    from opensim_pelvis.cli.debug import shapes as describe
    from opensim_pelvis.cli.debug.scrub import parts_of, scrub

    held = list(describe.locals_of(fault.__traceback__)) if fault else []
    settings = gathered.settings or _last(held, "TrialSettings")
    recording = gathered.recording or _last(held, "Recording")
    harmless = describe.harmless_values(gathered.arguments)
    given = [word for word in gathered.arguments if word[:1] != "-" and word not in harmless]
    given += [word.partition("=")[2] for word in gathered.arguments if word[:1] == "-"]
    secrets = parts_of((*given, *describe.secret_values(settings, recording), *_user()))
    return {
        "format": FORMAT,
        "format_version": 1,
        "versions": versions(),
        "command": describe.command_words(gathered.arguments),
        "seconds": round(time.monotonic() - gathered.started_s, 3),
        "stages_s": {scrub(name): times for name, times in gathered.stages.items()},
        "settings": describe.plain_settings(settings) if settings else None,
        "recording": describe.describe_recording(recording, secrets) if recording else None,
        "notes": [scrub(say(note), secrets) for note in gathered.notes],
        "fault": describe.describe_fault(fault, secrets) if fault else None,
    }


def _last(values: list[Any], kind: str) -> Any:
    found = [value for value in values if type(value).__name__ == kind]
    return found[-1] if found else None


def _user() -> tuple[object, ...]:
    """Return the user's name, home and machine, as far as the system knows them."""
    import getpass

    try:
        return Path.home(), getpass.getuser(), platform.node(), Path.cwd()
    except (RuntimeError, KeyError, OSError, ImportError):
        return (platform.node(),)


def _write(gathered: Gathered, fault: BaseException | None, file: Path) -> None:
    try:
        told = content(gathered, fault)
    except Exception as why:  # a fault in telling of a fault must not hide the first
        kinds = [type(link).__name__ for link in (fault, why) if link is not None]
        told = {"format": FORMAT, "versions": versions(), "kinds": kinds}
    text = json.dumps(told, indent=1, default=lambda value: "<...>")
    try:
        with file.open("x", encoding="ascii") as stream:
            stream.write(text + "\n")
    except FileExistsError:
        typer.echo(f"--debug {file}: already exists, so nothing was written to it", err=True)
        return
    except OSError as why:
        with suppress(OSError):
            file.unlink()  # a part of it helps nobody
        typer.echo(f"--debug {file}: could not be written ({words_of(why)})", err=True)
        return
    typer.echo(f"{file}: diagnostic information for a bug report, without personal data", err=True)
