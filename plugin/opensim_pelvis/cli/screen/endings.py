"""How a command ends: its exit code, and the one message that says why.

0: all well. 2: refused, or an error; nothing was changed. 3: the results are there, something
optional is missing and the screen says what. 130: interrupted.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import sys
import warnings
from glob import glob
from typing import Annotated, Any, Final

import typer

from opensim_pelvis.cli.screen.streams import close_stdout, prepare_streams
from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.io.interruption import end_interrupted, output_changed, watched
from opensim_pelvis.notices.plain_words import present, words_of

EXIT_ERROR: Final = 2
EXIT_INCOMPLETE: Final = 3
_NARROW: Final = 52
PROGRAM: Final = "opensim-pelvis"
_COMPLETE: Final = "_OPENSIM_PELVIS_COMPLETE"
"""Variable in which a shell asks how a word can go on; the script that typer writes sets it."""

_verbose: list[bool] = []
"""Whether all is wanted, of a result or a message; one entry while a command runs."""


def end(app: typer.Typer) -> int:
    """Run a command line and return its exit code; what a person sees of a fault is told here."""
    prepare_streams()
    _be_quiet()
    _verbose.clear()
    try:
        with watched():
            try:
                return _flushed(_invoke(app))
            except OpenSimPelvisError as fault:
                return _tell(str(fault), fault.details)
            except OSError as fault:
                return _tell_device(fault)
            except MemoryError:
                return _tell("the memory is full: close other programs, or give a part of the file")
    except KeyboardInterrupt:
        return end_interrupted()


def verbose() -> bool:
    """Return whether all is to be shown."""
    return bool(_verbose)


def add_verbose(group: Any) -> Any:
    """Give every command of a group the flag -v, and return the group."""
    shape = typer.Typer(add_completion=False)
    shape.command()(_with_verbose)
    option = typer.main.get_command(shape).params[0]
    option.expose_value = False
    for command in (group, *group.commands.values()):
        command.params.append(option)
    return group


def _hear(wanted: bool) -> None:
    if wanted:
        _verbose.append(True)


def _with_verbose(
    verbose: Annotated[
        bool,
        typer.Option(
            "-v", "--verbose", callback=_hear, help="Show all tables, and error messages in full."
        ),
    ] = False,
) -> None:
    """Give typer something to make the flag of."""


def _invoke(app: typer.Typer) -> int:
    """Do what `typer.Typer.__call__` does, but leave interruptions and broken pipes to `end`."""
    command, words = add_verbose(typer.main.get_command(app)), sys.argv[1:]
    wanted = os.environ.get(_COMPLETE)
    if wanted:
        from typer.completion import shell_complete

        return shell_complete(command, {}, PROGRAM, _COMPLETE, wanted)
    if os.name == "nt":  # where no shell replaces patterns by names
        words = [found for word in words for found in (glob(word) or [word])]  # noqa: PTH207
    try:
        with command.make_context(PROGRAM, words, terminal_width=_help_width()) as context:
            command.invoke(context)
    except typer.Exit as left:
        return int(left.exit_code)
    except typer.Abort as left:  # an end of the input, where an answer was wanted
        raise KeyboardInterrupt from left
    except Exception as fault:
        if not hasattr(fault, "format_message"):
            raise
        return _tell_usage(fault)
    return 0


def _help_width() -> int | None:
    """Return the width of help on a narrow screen; None leaves it to typer, which takes 50."""
    columns = shutil.get_terminal_size().columns
    return columns - 1 if columns < _NARROW else None


def _tell_usage(fault: Any) -> int:
    """Show what is wrong with the words of the command line, as typer does."""
    context = getattr(fault, "ctx", None)
    lines = []
    if type(fault).__name__ == "NoArgsIsHelpError":
        lines = [fault.format_message()]
    else:
        if context is not None:
            lines = [context.get_usage(), f"Try '{context.command_path} --help' for help."]
        lines += ["", present(f"error: {fault.format_message()}", whole=verbose())]
    _say("\n".join(lines))
    return int(fault.exit_code)


def _tell(message: str, details: tuple[str, ...] = ()) -> int:
    _say(f"error: {present(message, details=details, whole=verbose())}")
    return EXIT_ERROR


def _tell_device(fault: OSError) -> int:
    """Tell of a file or device that failed; a reader that has seen enough is no fault."""
    if fault.filename is not None:
        return _tell(f"{fault.filename}: {words_of(fault)}")
    if _flush("\n") is not None:  # what was held back is gone after the first fault: try again
        return _flushed(0, fault)
    try:
        os.getcwd()  # noqa: PTH109
    except OSError:
        return _tell("the current folder was deleted: go to another one (cd) and try again")
    if "usable temporary" in str(fault):
        return _tell("no folder for temporary files can be written: name one in TMPDIR")
    return _tell(words_of(fault))


def _flushed(code: int, fault: OSError | None = None) -> int:
    """Bring what was printed to where it goes, and return the exit code."""
    fault = _flush() or fault
    if fault is None:
        return code
    close_stdout()
    if fault.errno in (errno.EPIPE, errno.EINVAL):  # Windows says EINVAL of a pipe that is closed
        return code
    _tell(f"the output could not be written: {words_of(fault)}")
    if not output_changed():
        return EXIT_ERROR
    _say("The results were written.")
    return EXIT_INCOMPLETE


def _flush(text: str = "") -> OSError | None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as fault:
        return fault
    return None


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        typer.echo(text, err=True)


def _be_quiet() -> None:
    """Keep what libraries say to programmers off the screen, unless Python was asked for it."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def leave(code: int) -> None:
    """End this process; a thread that still prepares something does not hold it."""
    import threading

    current = threading.current_thread()
    if any(t is not current and not t.daemon and t.is_alive() for t in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)
