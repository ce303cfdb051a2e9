"""The command line in this process: what it prints, how it tells faults, its exit code.

What belongs to a process alone (streams, signals, limits) is tested in processes elsewhere:
`test_environment.py`, `test_interruption.py`, `test_cli.py` and the files beside it.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

from opensim_pelvis.cli.commands import app
from opensim_pelvis.cli.screen.endings import end


def run_command(
    *words: object, cwd: Path | None = None, columns: int = 100
) -> CompletedProcess[str]:
    """Return exit code and output of a command."""
    out, err = io.StringIO(), io.StringIO()
    arguments = ["opensim-pelvis", *map(str, words)]
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or Path.cwd()),
        mock.patch.dict(os.environ, COLUMNS=str(columns)),
        mock.patch.object(sys, "argv", arguments),
        _as_it_was(),
    ):
        code = end(app)
    return CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """Bring back what a command changes for its process: filters of warnings, a level of logs."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    with warnings.catch_warnings():
        try:
            yield
        finally:
            logger.setLevel(level)
