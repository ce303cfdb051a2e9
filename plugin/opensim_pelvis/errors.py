"""Everything that can go wrong, as one tree.

::

    OpenSimPelvisError
    ├── SettingsError      a trial file, a flag or a sensor map cannot be used
    ├── ReadError          a recording cannot be read            (also a ValueError)
    │   ├── MissingRateError   it states no sampling rate
    │   └── NoSensorsError     a sound file holds no inertial sensors
    ├── TimelineError      samples cannot be put on one clock
    ├── FusionError        orientations cannot be had from the signals
    ├── PlacementError     sensors cannot be tied to the body
    ├── ModelError         a model lacks what the sensors need
    ├── SolveError         inverse kinematics failed
    ├── ExportError        results cannot be written
    ├── ComparisonError    results cannot be set against a reference
    └── PluginError        a reader or exporter plug-in is missing, broken or ambiguous

A message names the file or sensor, what was wanted, what was found and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opensim_pelvis.types import FileContents


class OpenSimPelvisError(Exception):
    """Base of every error that this package raises on purpose.

    ``details`` are further lines, shown to those who ask for the whole message.
    """

    details: tuple[str, ...] = ()


class SettingsError(OpenSimPelvisError):
    """A trial file, a command-line flag or a sensor map cannot be used."""


class ReadError(OpenSimPelvisError, ValueError):
    """A recording cannot be read."""


class MissingRateError(ReadError):
    """A recording states no sampling rate, and none was given.

    ``likely_hz`` is what the steps of its time column come close to, where there is one.
    """

    def __init__(self, message: str, likely_hz: float | None = None) -> None:
        super().__init__(message)
        self.likely_hz = likely_hz


class NoSensorsError(ReadError):
    """A sound file of a known kind holds no inertial sensors; ``contents`` says what it holds."""

    def __init__(self, message: str, contents: FileContents) -> None:
        super().__init__(message)
        self.contents = contents


class TimelineError(OpenSimPelvisError):
    """Samples of several sensors cannot be put on one clock."""


class FusionError(OpenSimPelvisError):
    """Orientations cannot be had from the recorded signals."""


class PlacementError(OpenSimPelvisError):
    """Sensors cannot be tied to the body segments."""


class ModelError(OpenSimPelvisError):
    """An OpenSim model lacks what the sensors or the angles need."""


class SolveError(OpenSimPelvisError):
    """Inverse kinematics failed."""


class ExportError(OpenSimPelvisError):
    """Results cannot be written."""


class ComparisonError(OpenSimPelvisError):
    """Results cannot be set against a reference."""


class PluginError(OpenSimPelvisError):
    """A reader or exporter plug-in is missing, broken or ambiguous."""


def raise_faults(error: type[OpenSimPelvisError], subject: str, faults: Sequence[str]) -> None:
    """Raise all faults found in one place as one error; do nothing when there are none.

    Parameters
    ----------
    error : type
        Class from the tree above.
    subject : str
        What the faults belong to, usually a file or a folder.
    faults : sequence of str
        One sentence or more each: what was wanted, what was found, what to do.

    Examples
    --------
    >>> raise_faults(ReadError, "walk.csv", [])
    >>> raise_faults(ReadError, "walk.csv", ["line 3: wanted 5 columns, found 4"])
    Traceback (most recent call last):
    opensim_pelvis.errors.ReadError: walk.csv: line 3: wanted 5 columns, found 4
    """
    if not faults:
        return
    if len(faults) == 1:
        raise error(f"{subject}: {faults[0]}")
    listed = "\n".join(f"  - {fault}" for fault in faults)
    raise error(f"{subject}: {len(faults)} faults\n{listed}")
