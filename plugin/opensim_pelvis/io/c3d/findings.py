"""What in a C3D file can be read, and is yet not as it should be."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from opensim_pelvis.io.c3d.opened import BLOCK, C3dFile
from opensim_pelvis.notices import Notice, notice

_SAME_RATE: Final = 1e-3
_CHUNK: Final = 2**20


def doubt_channel_rate(file: C3dFile) -> tuple[Notice, ...]:
    """Return a note where ANALOG:RATE is not that of the samples in each frame."""
    stated, known = file.number("ANALOG:RATE"), file.channel_hz
    if not (file.channels and math.isfinite(stated) and math.isfinite(known)):
        return ()
    if abs(stated - known) <= _SAME_RATE * known:
        return ()
    values = {"stated_hz": stated, "samples": file.channel_samples, "frame_hz": file.rate_hz}
    return (file.note("c3d.channel_rate_differs", **values, known_hz=known),)


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
