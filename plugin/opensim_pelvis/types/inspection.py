"""What the signals of sensors show about themselves, before anything is computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

SignalKind = Literal["orientation", "acceleration", "angular velocity"]

SIGNAL_FIELDS: Final[dict[SignalKind, str]] = {
    "orientation": "R_ES",
    "acceleration": "acceleration_mps2",
    "angular velocity": "angular_velocity_radps",
}
"""Field of `SensorSignals` that holds each signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A stretch in which a sensor shows earlier samples again instead of measuring.

    Parameters
    ----------
    identifier : str
    signals : tuple of SignalKind
        Which of its signals; the others were measured.
    start_s, end_s : float
        Times of the first and last of them, from the first sample of any sensor in use; of the
        sensor itself where it has a clock of its own.
    samples : int
        How many were made absent.
    share : float
        The same as a part of the sensor's samples.
    period_samples : int
        How long ago the sample was measured that is shown again; 1 where one is held.
    """

    identifier: str
    signals: tuple[SignalKind, ...]
    start_s: float
    end_s: float
    samples: int
    share: float
    period_samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Two sensors that show the same samples.

    Parameters
    ----------
    identifiers : (str, str)
    signals : tuple of SignalKind
    lag_samples : int
        By how many rows the second shows them later.
    share : float
        Part of the first sensor's moving samples that the second shows, too.
    """

    identifiers: tuple[str, str]
    signals: tuple[SignalKind, ...]
    lag_samples: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFit:
    """How the raw signals of one sensor fit the orientations that its file gives.

    Parameters
    ----------
    identifier : str
    gain : float
        Angular velocity of the gyroscope over that of the orientations; NaN where it is not known.
    gain_error : float
        Largest difference between parts of the recording and the whole.
    misfit : float
        Part of the gyroscope's signal that is not ``gain`` times the turning, root mean square.
    axes : str
        What the gyroscope's axes are in those of the orientations, such as ``"-y x z"``, where they
        are not the same; else empty.
    gravity : float
        Mean specific force over some seconds as a part of gravity; NaN where it is not known.
    gravity_tilt_rad : float
        Its angle to the vertical of the orientations.
    """

    identifier: str
    gain: float = float("nan")
    gain_error: float = float("nan")
    misfit: float = float("nan")
    axes: str = ""
    gravity: float = float("nan")
    gravity_tilt_rad: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """All that was found about the signals of a recording, as read."""

    repeats: tuple[Repeat, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    fits: tuple[RawFit, ...] = ()
