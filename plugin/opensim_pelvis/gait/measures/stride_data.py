"""The table of measures, and what a measure is computed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.optical.equivalent import OpticalStrides, as_markers_would_show
from opensim_pelvis.gait.strides.curves import normalise, slow_part
from opensim_pelvis.gait.strides.segment import mean_between, sample_bounds
from opensim_pelvis.gait.strides.select import extreme_between
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import multiply, to_euler, unwrap_present
from opensim_pelvis.types import Kinematics, MeasureDefinition, Strides

SLOW_HARMONICS: Final = 5
"""Harmonics of the stride that count as slow; a choice, below the ringing of soft tissue."""


class AbsentError(Exception):
    """A measure cannot be computed from this recording; ``why`` says why."""

    def __init__(self, why: Notice) -> None:
        super().__init__(why.code)
        self.why = why


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class StrideData:
    """What every measure may use.

    Parameters
    ----------
    strides : Strides
    time_s : (t,) array
    angles : mapping of str to (t,) array
        Radians, clinical angles and OpenSim's coordinates (`gait.strides.curves.stride_angles`).
    kinematics : Kinematics
    travel_rad : (t,) array
        Direction of travel.
    speed_mps : (n,) array or None
        Of each stride, where it is known from outside.
    gait : str or None
        Running or walking, where it is known.
    """

    strides: Strides
    time_s: FloatArray
    angles: dict[str, FloatArray]
    kinematics: Kinematics
    travel_rad: FloatArray
    speed_mps: FloatArray | None = None
    gait: ActivityKind | None = None
    cache: dict[str, FloatArray] = field(default_factory=dict)

    def angle(self, name: str) -> FloatArray:
        """Return an angle over time in degrees, + as its definition says."""
        if name not in self.angles:
            raise AbsentError(notice("absent.angle", name, angle=name))
        key = f"deg {name}"
        if key not in self.cache:
            self.cache[key] = np.rad2deg(self.angles[name])
        return self.cache[key]

    def sided(self, name: str) -> tuple[FloatArray, FloatArray]:
        """Return the right and the left angle of a pair in degrees."""
        return self.angle(f"{name}_r"), self.angle(f"{name}_l")

    def one_sided(self, name: str) -> tuple[FloatArray | None, FloatArray | None]:
        """Return the angles of a pair, None for a side that is not determined."""
        found = [self.angle(f"{name}_{s}") if f"{name}_{s}" in self.angles else None for s in "rl"]
        if found[0] is None and found[1] is None:
            raise AbsentError(notice("absent.angle_of_either_side", name, angle=name))
        return found[0], found[1]

    def opensim_pelvis(self, name: Literal["tilt", "list", "rotation"]) -> FloatArray:
        """Return an angle of the pelvis in OpenSim's order and signs, in T, degrees.

        On a treadmill it is OpenSim's coordinate. Over ground that coordinate is read against
        the room, in which tilt and list change places when the runner goes to the side; here
        the axes go along with the direction of travel.
        """
        if "pelvis" not in self.kinematics.bodies:
            raise AbsentError(notice("absent.pelvis"))
        if "opensim tilt" not in self.cache:
            R_GB = self.kinematics.R_GB[:, self.kinematics.bodies.index("pelvis")]
            turns = to_euler("ZXY", multiply(turn_about_vertical(-self.travel_rad), R_GB))
            for column, key in enumerate(("tilt", "list", "rotation")):
                self.cache[f"opensim {key}"] = np.rad2deg(unwrap_present(turns[:, column]))
        return self.cache[f"opensim {name}"]

    def optical(self) -> OpticalStrides:
        """Return the strides as markers over ASIS and PSIS would show them."""
        return as_markers_would_show(self.angles, self.time_s, self.strides, self.gait)

    def span(self, values: FloatArray) -> FloatArray:
        """Return the range of values over each stride."""
        s = self.strides
        return self.high(values, s.start_s, s.end_s) - self.low(values, s.start_s, s.end_s)

    def slow_span(self, name: str) -> FloatArray:
        """Return the range of the slow part of an angle over each stride (`slow_part`)."""
        s = self.strides
        whole = normalise(self.angle(name), self.time_s, s.start_s, s.end_s)
        return np.asarray(np.ptp(slow_part(whole, SLOW_HARMONICS), axis=1))

    def high(self, values: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
        """Return the largest value in [start, end)."""
        return extreme_between(values, self.time_s, start, end, np.maximum)

    def low(self, values: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
        """Return the smallest value in [start, end)."""
        return extreme_between(values, self.time_s, start, end, np.minimum)

    def mean(self, values: FloatArray) -> FloatArray:
        """Return the mean over each stride."""
        first, stop = sample_bounds(self.strides, self.time_s)
        return mean_between(values, first, np.minimum(stop, self.time_s.size))

    def at(self, values: FloatArray, time_s: FloatArray) -> FloatArray:
        """Return values at instants, by straight lines; NaN where the instant is not known."""
        return np.interp(time_s, self.time_s, values, left=np.nan, right=np.nan)

    def curves(self, name: str) -> FloatArray:
        """Return an angle at 100 equal parts of each stride, degrees, shape (n, 100)."""
        key = f"curve {name}"
        if key not in self.cache:
            s = self.strides
            whole = normalise(self.angle(name), self.time_s, s.start_s, s.end_s)
            self.cache[key] = whole[:, :-1]
        return self.cache[key]

    def contact(self) -> FloatArray:
        """Return the instants of initial contact, which start the strides."""
        if self.strides.kind != "contact":
            raise AbsentError(notice("absent.no_contact"))
        return self.strides.start_s

    def toe_off(self) -> FloatArray:
        """Return the instants of toe-off of the leg that starts the stride."""
        self.contact()
        if not np.isfinite(self.strides.toe_off_s).any():
            raise AbsentError(notice("absent.no_toe_off"))
        return self.strides.toe_off_s

    @property
    def sign(self) -> FloatArray:
        """Return +1 for right and -1 for left strides."""
        return np.where(self.strides.side == 0, 1.0, -1.0)

    def by_side(
        self,
        pair: tuple[FloatArray | None, FloatArray | None],
        compute: Callable[[FloatArray], FloatArray],
    ) -> FloatArray:
        """Return a computation on the right column for right strides, left for left ones."""
        out = np.full(self.strides.side.size, np.nan)
        for code, values in enumerate(pair):
            if values is not None:
                rows = self.strides.side == code
                out[rows] = compute(values)[rows]
        return out


Compute = Callable[[StrideData], FloatArray]

MEASURES: Final[dict[str, tuple[MeasureDefinition, Compute]]] = {}
"""Name to definition and function; filled by `measure`."""


def measure(function: Compute) -> Compute:
    """Put a function into the table of measures: its name is that of a row in ``measures.toml``."""
    name = function.__name__
    MEASURES[name] = (definition_of(name), function)
    return function
