"""What any APDM file gives, before its sensors are put on one count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.io.tables.sample_clock import Lines
from opensim_pelvis.notices import Notice

UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "acceleration_mps2": {"m/s^2": 1.0, "m/s/s": 1.0, "g": GRAVITY_MPS2},
    "angular_velocity_radps": {"rad/s": 1.0, "deg/s": float(np.deg2rad(1.0))},
    "magnetic_field": {"uT": 1e-6, "µT": 1e-6, "μT": 1e-6, "T": 1.0},
}
"""Units that are known for each signal, with their factor to m/s^2, rad/s and T."""

WIDTHS: Final[Mapping[str, int]] = {
    "acceleration_mps2": 3,
    "angular_velocity_radps": 3,
    "magnetic_field": 3,
    "R_ES": 4,
}


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ApdmSensor:
    """One Opal: its number, the label it was given, and its signals in SI units.

    ``signals`` has the names of ``WIDTHS``; ``time_us`` counts microseconds from 1970 or from
    the start of the file.
    """

    number: str
    label: str
    time_us: FloatArray
    signals: Mapping[str, FloatArray]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ApdmFile:
    """The sensors of one file; ``lines`` are those of the rows, None in a binary file."""

    path: Path
    layout: str
    rate_hz: float | None
    rate_source: Notice
    sensors: tuple[ApdmSensor, ...]
    lines: Lines | None
    header: Mapping[str, str]
    notes: tuple[Notice, ...] = ()
