"""What in a C3D file can be read, and is yet not as it should be."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from opensim_pelvis.io.c3d.opened import BLOCK
from opensim_pelvis.notices import Notice, notice

_CHUNK: Final = 2**20


def doubt_rest(path: Path, end: int) -> tuple[Notice, ...]:
    """Return a note where whole blocks of anything but zeros stand behind the data.

    Parameters
    ----------
    path : Path
    end : int
        Byte behind the last one of the data.
    """
    start = -(-end // BLOCK) * BLOCK
    size, found = 0, False
    with path.open("rb") as stream:
        stream.seek(start)
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            found = found or any(chunk)
    if not found:
        return ()
    return (notice("c3d.bytes_behind", path.name, file=path.name, bytes=size),)
