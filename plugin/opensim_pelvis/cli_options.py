"""Options that several commands share: what they are called, what their help says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from opensim_pelvis.interruption import remember_output

TrialPath = Annotated[
    Path, typer.Argument(metavar="PATH", help="A trial.toml, or a recording: a file or a folder.")
]
Reader = Annotated[str | None, typer.Option(help="Format; found by content unless given.")]
Rate = Annotated[float | None, typer.Option(help="Samples a second, if the file is silent.")]
UpAxis = Annotated[
    str | None, typer.Option(metavar="AXIS", help="Upward axis of the file's world: z, y, ...")
]
Mapping_ = Annotated[
    Path | None,
    typer.Option("--mapping", help="Mapping file of columns or channels, or a ready-made one."),
]
Date = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help="Start of the recording: 2026-11-24 or 2026-11-24T10:30."),
]
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="Folder for the results; made if need be.", callback=remember_output
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help="Replace results of another person or recording, or files changed since; never "
        "what this program did not write.",
    ),
]


def recording_flags(
    reader: str | None,
    rate: float | None,
    up_axis: str | None,
    mapping: Path | None,
    name: str | None,
    date: str | None = None,
) -> dict[str, Any]:
    """Return the part of the settings that says how a recording is read."""
    return {
        "reader": reader,
        "rate_hz": rate,
        "up_axis": up_axis,
        "mapping": from_here(mapping),
        "name": name,
        "date": date,
    }


def from_here(path: Path | None) -> Path | None:
    """Return a flag's path so that the trial file's folder does not come before it."""
    return None if path is None else path.absolute()
