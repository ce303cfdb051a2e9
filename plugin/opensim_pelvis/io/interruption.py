"""What happens when somebody stops the program: it ends soon, says so once, and leaves nothing.

Ctrl-C, Ctrl-Break, the end of the terminal and a polite kill are one thing. The main thread gets
a `KeyboardInterrupt`, once: everything on its way cleans up. A thread beside it sees the signal at
the same moment, and ends the process where the main thread has not come back in time, because
compiled code does not look or something swallowed the exception.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

INTERRUPTED: Final = 130
"""Exit code, 128 and the number of SIGINT, as shells have it."""
GRACE_S: Final = 1.0
"""How long the main thread may clean up."""
STAGING: Final = ".opensim-pelvis-"
"""How folders begin in which results wait until they are whole."""

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_ENTRIES: Final = 5000
"""Entries of an output folder that are remembered; so many are never results of ours."""

Snapshot = dict[str, tuple[int, int]]


class _Watch:
    """The one state: signals belong to the process."""

    active = False
    hooked = False
    signalled = False
    said = threading.Lock()
    made: list[Path]
    out: Path | None = None
    file: Path | None = None
    before: Snapshot


_watch: Final = _Watch()
_watch.made, _watch.before = [], {}


@contextmanager
def watched(*, to_the_end: bool = False) -> Iterator[None]:
    """End the process soon after a signal, while this lasts; of several, the outermost counts.

    Where it lasts to the end of the process, a signal that comes later finds the work done, and
    changes nothing.
    """
    if _watch.active or threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = {number: signal.getsignal(number) for number in _signals()}
    ours = {n for n, how in earlier.items() if how in (signal.SIG_DFL, signal.default_int_handler)}
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    _watch.active, _watch.signalled, _watch.out, _watch.made = True, False, None, []
    _watch.file = None
    if not _watch.hooked:  # it cannot be taken away again
        sys.addaudithook(_note_folder)
        _watch.hooked = True
    hooks = threading.excepthook, sys.unraisablehook
    threading.excepthook = _quiet(hooks[0])
    sys.unraisablehook = _quiet(hooks[1])
    woken = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    for number in ours:
        signal.signal(number, _interrupt)
    threading.Thread(target=_wait, args=(receiver, ours), name="signals", daemon=True).start()
    try:
        yield
    finally:
        if not _watch.signalled:  # a process that was stopped ends; a second signal is harmless
            for number in ours:
                signal.signal(number, signal.SIG_IGN if to_the_end else earlier[number])
        signal.set_wakeup_fd(woken)
        threading.excepthook, sys.unraisablehook = hooks
        _watch.active = False
        sender.close()


def remember_output(folder: Path) -> Path:
    """Remember what is in the folder of results, so that the last line says what is true."""
    _watch.out, _watch.before = folder, _look(folder)
    return folder


def note_file(path: Path) -> None:
    """Remember a single file that was written, for the same purpose."""
    _watch.file = path


def end_interrupted() -> int:
    """Clear up, say once that the program was interrupted, and return the exit code.

    A process that was stopped by a signal ends here: no thread that still works holds it.
    """
    with suppress(KeyboardInterrupt):
        if not _watch.said.acquire(blocking=False):
            time.sleep(GRACE_S)  # the other thread is ending the process
        try:
            _clear_up()
            _say(f"interrupted: {_what_changed()}")
        finally:
            if not _watch.signalled:
                _watch.said.release()
    if _watch.signalled:
        _leave()
    return INTERRUPTED


def output_changed() -> bool:
    """Return whether anything in the folder of results is not as it was, or a file was written."""
    changed = _watch.out is not None and _look(_watch.out) != _watch.before
    return changed or _watch.file is not None


def _signals() -> list[int]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise once: a second signal must not stop what cleans up."""
    if not _watch.signalled:
        _watch.signalled = True
        raise KeyboardInterrupt


def _wait(receiver: socket.socket, ours: set[int]) -> None:
    """End the process some time after a signal, should the main thread not have done so."""
    with receiver:
        while told := receiver.recv(1):
            if told[0] in ours:
                time.sleep(GRACE_S)
                _watch.signalled = True
                end_interrupted()


def _quiet(hook: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return a hook that keeps still about what else ends in a program that was stopped."""

    def tell(told: Any) -> None:
        if not _watch.signalled:
            hook(told)

    return tell


def _note_folder(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "os.mkdir" and _watch.active:
        with suppress(TypeError, ValueError):
            _watch.made.append(Path(os.path.abspath(os.fsdecode(arguments[0]))))  # noqa: PTH100


def _clear_up() -> None:
    """Remove folders of this run in which results waited, and those that it made and left empty."""
    import shutil

    for folder in reversed(_watch.made):
        if folder.name.startswith(STAGING) and not (folder / "journal.json").exists():
            # renamed first: where the main thread is still writing, it must not swap in a part
            dead = folder.with_name(f"{folder.name}-dead")
            with suppress(OSError):
                folder.rename(dead)
            shutil.rmtree(dead, ignore_errors=True)
        with suppress(OSError):
            folder.rmdir()


def _what_changed() -> str:
    if not output_changed():
        return "nothing was changed"
    return f"files written so far are in {_watch.file or _watch.out}"


def _look(folder: Path) -> Snapshot:
    """Return the entries of a folder and of those in it, with size and time of change."""
    found: Snapshot = {}
    for place in (str(folder), *_folders(folder)):
        with suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.name.startswith(STAGING) or len(found) >= _ENTRIES:
                    continue
                with suppress(OSError):
                    facts = entry.stat(follow_symlinks=False)
                    size = 0 if entry.is_dir() else facts.st_size
                    time_ns = 0 if entry.is_dir() else facts.st_mtime_ns
                    found[entry.path] = (time_ns, size)
    return found


def _folders(folder: Path) -> list[str]:
    with suppress(OSError), os.scandir(folder) as entries:
        return [e.path for e in entries if e.is_dir() and not e.name.startswith(STAGING)]
    return []


def _say(line: str) -> None:
    with suppress(OSError, ValueError, AttributeError):
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K\x1b[?25h")  # a bar that was being drawn, a hidden cursor
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _leave() -> NoReturn:
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    os._exit(INTERRUPTED)
