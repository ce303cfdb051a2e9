"""What in a C3D file can be read, and is yet not as it should be."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from opensim_pelvis.c3d_file.record import BLOCK, C3dFile

_SAME_RATE: Final = 1e-3
_CHUNK: Final = 2**20


def doubt_channel_rate(file: C3dFile) -> tuple[str, ...]:
    """Return a note where ANALOG:RATE is not that of the samples in each frame."""
    stated, known = file.number("ANALOG:RATE"), file.channel_hz
    if not (file.channels and math.isfinite(stated) and math.isfinite(known)):
        return ()
    if abs(stated - known) <= _SAME_RATE * known:
        return ()
    return (
        f"{file.path.name}: ANALOG:RATE says {stated:g} Hz, but {file.channel_samples} samples a "
        f"frame at {file.rate_hz:g} Hz are {known:g} Hz",
    )


def doubt_rest(path: Path, end: int) -> tuple[str, ...]:
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
    return (
        f"{path.name}: {size} bytes stand behind the data that the file states, and were not read: "
        "make sure that it is one whole file (two may have been joined)",
    )
