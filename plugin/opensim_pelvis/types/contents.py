"""What a known file holds that is no recording of inertial sensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opensim_pelvis.notices import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContents:
    """A file of a known kind without inertial sensors.

    Parameters
    ----------
    title : Notice
        Kind of file, and its name.
    facts : mapping of str to Notice
        What it holds, such as ``"points"``, and how much or which.
    uses : tuple of Notice
        What the file can serve for, each with the command.
    notes : tuple of Notice
        What is doubtful about the file.
    """

    title: Notice
    facts: Mapping[str, Notice]
    uses: tuple[Notice, ...] = ()
    notes: tuple[Notice, ...] = ()
