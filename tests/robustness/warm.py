"""Processes that begin with the libraries of others loaded: forks of one that loaded them.

Loading takes most of the time of a program that is stopped early. What happens meanwhile is
tested in processes from nothing; all else may begin here. Our own modules are loaded in each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

# The fork leaves the loop and runs the code at the top level, so that it ends as a program does.
PARENT = """
import json, os, sys
import numba, numpy, opensim, pandas, rich.console, rich.table, typer
import scipy.interpolate, scipy.optimize, scipy.signal, scipy.spatial.transform, scipy.stats
assert not any(name.startswith("opensim_pelvis") for name in sys.modules)
code = None
for line in sys.stdin:
    wanted = json.loads(line)
    child = os.fork()
    if not child:
        os.setsid()
        os.chdir(wanted["folder"])
        for number, path in enumerate((os.devnull, os.devnull, wanted["error"])):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
        sys.argv = ["-c", *wanted["words"]]
        code = wanted["code"]
        break
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
if code is not None:
    exec(code, {"__name__": "__main__"})
"""


class Ended(NamedTuple):
    """How a program ended."""

    code: int
    error: str


class Warm:
    """A process with the libraries loaded, which runs programs in forks of itself."""

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", PARENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "80"},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self._process.communicate()

    def run(self, folder: Path, *words: str, code: str) -> Ended:
        """Run Python code in a fork, in a folder and a session of its own, and wait for its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as name:
            error = Path(name) / "error"
            wanted = {"folder": str(folder), "words": words, "code": code, "error": str(error)}
            self._process.stdin.write(json.dumps(wanted) + "\n")
            self._process.stdin.flush()
            return Ended(int(self._process.stdout.readline()), error.read_text(encoding="utf-8"))
