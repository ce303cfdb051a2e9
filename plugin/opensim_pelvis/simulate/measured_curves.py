"""Mean curves of measured people, and how much their strides vary: figures of a file.

The file is written from recordings by ``tests/benchmarks/measured_curves.py``; each entry has its
source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from scipy.interpolate import PchipInterpolator

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.gait_style import LEG_CURVES, Gait
from opensim_pelvis.simulate.harmonics import Harmonics

FILE: Final = "measured_curves.toml"
ORDER: Final = 12
_JOINTS: Final = 0.5  # stride differences of shanks and feet fit those of RBDS
_ROTATION: Final = 1.25  # makes up for what varies above harmonic 4 in the range of rotation
_SAMPLES: Final = 512


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MeasuredGait:
    """Curves of one person at one speed, sides averaged.

    Parameters
    ----------
    name, source : str
    gait : {"running", "walking"}
    speed_mps, stride_s, duty_factor : float
    curves : mapping of str to Harmonics
        Clinical angles, leg coordinates without side, place of the pelvis; trunk where it was
        measured.
    """

    name: str
    source: str
    gait: Gait
    speed_mps: float
    stride_s: float
    duty_factor: float
    curves: Mapping[str, Harmonics]

    def at_duty(self, duty_factor: float) -> Mapping[str, Harmonics]:
        """Return the curves as they would be with another duty factor.

        A leg's stance and swing are stretched, its contact stays. Pelvis and trunk, which follow
        both legs, are shifted so that the middle of stance stays where it was in them.
        """
        source = _stretched(np.arange(_SAMPLES) / _SAMPLES, duty_factor, self.duty_factor)
        later = (duty_factor - self.duty_factor) / 2.0
        return {
            name: series_of(curve.at(source)) if name in LEG_CURVES else curve.shifted(later)
            for name, curve in self.curves.items()
        }


def measured_gaits(gait: Gait) -> tuple[MeasuredGait, ...]:
    """Return all measured gaits of a kind."""
    return tuple(
        MeasuredGait(
            name=name,
            source=entry["source"],
            gait=entry["gait"],
            speed_mps=entry["speed_mps"],
            stride_s=entry["stride_s"],
            duty_factor=entry["duty_factor"],
            curves={curve: _harmonics(row) for curve, row in entry["curves"].items()},
        )
        for name, entry in _content().items()
        if entry.get("gait") == gait
    )


def measured_variation() -> Mapping[str, Sequence[float]]:
    """Return by curve the standard deviation between strides of its coefficients.

    Of the mean and of cosine and sine of each harmonic; degrees, metres for the pelvis' place.
    No trunk was measured over many strides: it varies as the pelvis does (choice). Joints are
    drawn one by one, while people make up in one joint for another: legs are scaled so that their
    segments, not their joints, vary as measured.
    """
    found: dict[str, Sequence[float]] = dict(_content()["variation"])
    for name in LEG_CURVES:
        found[name] = [_JOINTS * size for size in found[name]]
    found["pelvic_axial_rotation"] = [_ROTATION * size for size in found["pelvic_axial_rotation"]]
    for trunk, pelvis in (
        ("trunk_axial_rotation", "pelvic_axial_rotation"),
        ("trunk_lateral_lean", "pelvic_obliquity"),
        ("trunk_forward_lean", "pelvic_anterior_tilt"),
    ):
        found[trunk] = found[pelvis]
    return found


def series_of(values: FloatArray, order: int = ORDER) -> Harmonics:
    """Return the Fourier series of evenly spaced values over one stride."""
    c = np.fft.rfft(values) / values.size
    c[1:] *= 2.0
    return Harmonics(c[: order + 1])


@cache
def _content() -> dict[str, Any]:
    path = resources.files("opensim_pelvis.simulate").joinpath(FILE)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _harmonics(row: Sequence[float]) -> Harmonics:
    """Return the series of [mean, cos 1, sin 1, ...]."""
    pairs = np.asarray(row[1:], dtype=np.float64).reshape(-1, 2)
    return Harmonics(np.concatenate([[row[0]], pairs[:, 0] - 1j * pairs[:, 1]]))


def _stretched(phases: FloatArray, duty: float, measured_duty: float) -> FloatArray:
    """Return phases of the measured stride, by phases of a stride of another duty factor."""
    turns = np.arange(-1.0, 3.0)
    here, there = (np.sort(np.concatenate([turns, turns + d])) for d in (duty, measured_duty))
    return np.asarray(PchipInterpolator(here, there)(phases))
