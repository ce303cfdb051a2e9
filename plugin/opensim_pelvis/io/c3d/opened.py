"""An opened C3D file: its parameters and the facts by which its data are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice

BLOCK: Final = 512
INTEL: Final = 84
DEC: Final = 85
MIPS: Final = 86
PROCESSORS: Final = {INTEL: "Intel", DEC: "DEC", MIPS: "MIPS"}

Parameter = list[str] | FloatArray


class Stored(NamedTuple):
    """How a parameter is stored: type (-1, 1, 2, 4), how many values, the first, and where.

    ``first`` is NaN of a text; ``place`` is the byte of the file at which the values begin.
    """

    kind: int
    size: int
    first: float
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The parameter section.

    Parameters
    ----------
    parameters : mapping of str to list of str or array
        By ``GROUP:NAME`` in capitals.
    stored : mapping of str to Stored
        By ``GROUP:NAME`` as it is spelled.
    deviations : tuple of str
        Where the section is not laid out as ezc3d takes for granted.
    """

    parameters: Mapping[str, Parameter]
    stored: Mapping[str, Stored]
    deviations: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class C3dFile:
    """A C3D file: its parameters (``GROUP:NAME``), and the facts to find data by.

    Parameters
    ----------
    path : Path
    size : int
        Bytes of the file.
    processor : int
        84 Intel, 85 DEC, 86 MIPS.
    section : Section
    points, channels, channel_samples, first_frame, frames, data_block : int
        ``channel_samples`` is the number of analog samples in a frame of points.
    is_float : bool
    rate_hz : float
        Frames of points a second, NaN where neither the parameters nor the header state it.
    rate_source : Notice
        Where that is known from.
    header_events : tuple of (float, str)
        Times in seconds and labels of the events in the header.
    whole : bool
        Whether the length of the file is that of the data that it states.
    notes : tuple of Notice
    loaded : dict
        What ezc3d has read already; not part of the value.
    """

    path: Path
    size: int
    processor: int
    section: Section = field(repr=False)
    points: int
    channels: int
    channel_samples: int
    first_frame: int
    frames: int
    data_block: int
    is_float: bool
    rate_hz: float
    rate_source: Notice = field(default_factory=lambda: notice("word.c3d_header"))
    header_events: tuple[tuple[float, str], ...] = ()
    whole: bool = True
    notes: tuple[Notice, ...] = ()
    loaded: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict, repr=False)

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Parameters by ``GROUP:NAME``."""
        return self.section.parameters

    @property
    def order(self) -> str:
        """Order of bytes, as NumPy writes it."""
        return ">" if self.processor == MIPS else "<"

    @property
    def frame_words(self) -> int:
        """Numbers in one frame of points and channels."""
        return self.points * 4 + self.channels * self.channel_samples

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame of points and channels."""
        return self.frame_words * (4 if self.is_float else 2)

    @property
    def channel_hz(self) -> float:
        """Samples of the analog channels a second, NaN where not known."""
        return self.rate_hz * self.channel_samples

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, with its continuations (``LABELS2``, ``LABELS3`` ...)."""
        found: list[str] = []
        for number in range(1, 256):
            value = self.parameters.get(name if number == 1 else f"{name}{number}")
            if not isinstance(value, list):
                return found
            found += value
        return found

    def text(self, name: str) -> str:
        """Return a text, empty where there is none."""
        return next(iter(self.texts(name)), "")

    def numbers(self, name: str) -> FloatArray:
        """Return numbers in one row, with their continuations; empty where there are none."""
        found = []
        for number in range(1, 256):
            value = self.parameters.get(name if number == 1 else f"{name}{number}")
            if not isinstance(value, np.ndarray):
                break
            found.append(value)
        return np.concatenate(found) if found else np.zeros(0)

    def number(self, name: str) -> float:
        """Return one number, NaN where there is none."""
        return float(next(iter(self.numbers(name)), np.nan))

    def note(self, code: str, **values: object) -> Notice:
        """Return a notice on this file."""
        return notice(code, self.path.name, file=self.path.name, **values)

    def noting(self, code: str, **values: object) -> C3dFile:
        """Return the file with one more notice."""
        return replace(self, notes=(*self.notes, self.note(code, **values)))

    def count(self, name: str) -> int | None:
        """Return a count that is stored as a word without sign, None where there is none."""
        value = self.number(name)
        if not np.isfinite(value) or value != int(value):
            return None
        whole = int(value)
        return whole % 65536 if -32768 <= whole < 0 else whole
