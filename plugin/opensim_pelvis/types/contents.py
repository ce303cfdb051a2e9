"""What a known file holds that is no recording of inertial sensors."""

from __future__ import annotations

from dataclasses import dataclass

from opensim_pelvis.notices import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContents:
    """A file of a known kind without inertial sensors, in words.

    Parameters
    ----------
    title : str
        Kind of file, and its name.
    facts : tuple of (str, str)
        What it holds: a word for it, and how much or which.
    uses : tuple of str
        What the file can serve for, each with the command.
    notes : tuple of Notice
        What is doubtful about the file.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    uses: tuple[str, ...] = ()
    notes: tuple[Notice, ...] = ()
