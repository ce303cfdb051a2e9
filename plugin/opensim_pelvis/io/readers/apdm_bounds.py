"""What an HDF5 file may ask for before anything of it is read.

HDF5 lets a file of a few bytes declare as many numbers as it likes, take them from other files, or
unpack to any size. Nothing of that is a recording.
"""

from __future__ import annotations

import math
from typing import Any, Final

import h5py

from opensim_pelvis.errors import ReadError

MAX_LINKS: Final = 100_000
"""Groups and datasets of a file; a recording has some dozens a sensor."""
MAX_NUMBERS: Final = 50_000_000
"""Of a dataset: four columns of 128 Hz for 27 hours."""
MAX_IN_ALL: Final = 200_000_000
"""Of all datasets that are read together: 1.6 GB as numbers of 64 bits."""
MAX_RATIO: Final = 60
"""Bytes declared for one stored; compressed signals of sensors have up to about 10."""
_SMALL_BYTES: Final = 1_000_000
"""So much may be declared however little is stored."""
_MAX_CHUNK_BYTES: Final = 256 * 1024 * 1024


def check_links(file: Any, path: object) -> None:
    """Refuse a file that leads to other files, or has more entries than any recording.

    Raises
    ------
    ReadError
    """
    seen = 0

    def visit(name: bytes, info: Any) -> str | None:
        nonlocal seen
        seen += 1
        if info.type not in (h5py.h5l.TYPE_HARD, h5py.h5l.TYPE_SOFT):
            return f"'{name.decode('utf-8', 'replace')[:60]}' links to another file"
        return f"there are more than {MAX_LINKS} entries" if seen > MAX_LINKS else None

    fault = file.id.links.visit(visit, info=True)
    if fault is not None:
        raise ReadError(f"{path}: wanted a self-contained recording, but {fault}. Export it again.")


class Budget:
    """Counts the numbers that datasets of one file declare, and refuses what no recording has."""

    def __init__(self, path: object) -> None:
        self.path = path
        self.numbers = 0

    def allow(self, dataset: Any) -> None:
        """Count a dataset before it is read.

        Raises
        ------
        ReadError
            Naming the dataset, where its numbers lie elsewhere, are not there or are too many.
        """
        fault = self._fault(dataset)
        if fault is not None:
            raise ReadError(
                f"{self.path}: {str(dataset.name)[:80]} {fault}. The file is damaged or not a "
                "recording. Export it again."
            )
        self.numbers += math.prod(dataset.shape)

    def _fault(self, dataset: Any) -> str | None:
        properties = dataset.id.get_create_plist()
        count = math.prod(dataset.shape)
        declared, stored = count * dataset.dtype.itemsize, dataset.id.get_storage_size()
        chunk = math.prod(dataset.chunks or (1,)) * dataset.dtype.itemsize
        if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count():
            return "has its data in other files"
        if count > MAX_NUMBERS or chunk > _MAX_CHUNK_BYTES:
            return f"declares {count} numbers, more than a day of any sensor"
        if self.numbers + count > MAX_IN_ALL:
            return f"and those before it declare more than {MAX_IN_ALL} numbers"
        if declared > _SMALL_BYTES and declared > MAX_RATIO * stored:
            return f"declares {declared} bytes, but {stored} are stored"
        return None
