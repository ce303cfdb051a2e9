"""The command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys


def in_own_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from opensim_pelvis.cli.commands import main; main()",
        *arguments,
    ]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=dict(os.environ, **environment),
    )
