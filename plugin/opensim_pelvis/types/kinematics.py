"""The model, and what inverse kinematics found on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types._shapes import check_shape

FACING: Final = "pelvis_rotation"
"""OpenSim's name for the turn of the pelvis about the vertical."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Landmark:
    """A named point fixed to a body: an anatomical landmark or a joint centre."""

    name: str
    body: str
    position_b_m: tuple[float, float, float]
    kind: Literal["landmark", "joint_centre"]
    description: str = ""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class BodyModel:
    """An OpenSim model as text, with the facts about it that other stages need.

    Parameters
    ----------
    name : str
    xml : str
        The ``.osim`` document.
    source : str
        Path of the file; empty where the model was built for the subject.
    bodies, coordinates : tuple of str
        In the model's order; coordinates are the rotational, independent ones.
    default_R_GB : mapping of str to (4,) array
        Orientation of each body in the model's default pose.
    ranges_rad : mapping of str to (float, float)
        Range of each coordinate.
    landmarks : tuple of Landmark
    """

    name: str
    xml: str
    source: str
    bodies: tuple[str, ...]
    coordinates: tuple[str, ...]
    default_R_GB: Mapping[str, FloatArray]
    ranges_rad: Mapping[str, tuple[float, float]]
    landmarks: tuple[Landmark, ...] = ()
    notes: tuple[Notice, ...] = ()

    @property
    def told(self) -> Notice:
        """Where the model is from."""
        if self.source:
            return notice("model.file", file=self.source)
        return notice("model.built", name=self.name)

    def limits_rad(self, coordinate: str) -> tuple[float, float] | None:
        """Return the range that a coordinate may be held against; None where it turns freely.

        Which way the pelvis faces is no matter of anatomy, whatever range a model states for it.
        """
        low, high = self.ranges_rad[coordinate]
        free = coordinate == FACING or high - low >= 2.0 * np.pi - 1e-6
        return None if free else (low, high)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Kinematics:
    """What inverse kinematics found.

    Parameters
    ----------
    time_s : (t,) array
    rate_hz : float
    coordinates : tuple of str
        Only those that the worn sensors determine.
    values_rad : (t, c) array
        NaN where a missing sensor leaves a coordinate undetermined.
    sensors : tuple of str
    errors_rad : (t, s) array
        Angle between measured and model sensor frame.
    bodies : tuple of str
        Bodies whose orientation the sensors determine.
    R_GB : (t, b, 4) array
    p_GB_m : (t, b, 3) array
        Body origins in G with the pelvis where the model has it: translation is not measured.
    engine : str
    accuracy : Notice
        How close to the optimum the engine was told to go.
    absent : mapping of str to Notice
        Coordinate to the reason why it is not there.
    weights : mapping of str to float
        IK weight of each body's sensor, as the engine was told; 0 where it was dropped.
    solve_s : float
        Time that the engine took, without what ``compile_s`` counts.
    compile_s : float
        Time waited before for the exact engine to be compiled, or loaded once it was.
    """

    time_s: FloatArray
    rate_hz: float
    coordinates: tuple[str, ...]
    values_rad: FloatArray
    sensors: tuple[str, ...]
    errors_rad: FloatArray
    bodies: tuple[str, ...]
    R_GB: FloatArray
    p_GB_m: FloatArray
    engine: str
    accuracy: Notice
    absent: Mapping[str, Notice] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    solve_s: float = 0.0
    compile_s: float = 0.0
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        t = self.time_s.shape[0]
        check_shape("Kinematics", "values_rad", self.values_rad, t, len(self.coordinates))
        check_shape("Kinematics", "errors_rad", self.errors_rad, t, len(self.sensors))
        check_shape("Kinematics", "R_GB", self.R_GB, t, len(self.bodies), 4)
        check_shape("Kinematics", "p_GB_m", self.p_GB_m, t, len(self.bodies), 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCheck:
    """A sample of frames, solved once more with OpenSim's solver.

    Parameters
    ----------
    engine : Notice
        What the sample was solved with, and how accurately.
    frames : int
    max_difference_rad : float
        Largest angle between the two answers, of any body in any frame.
    max_excess_rad2 : float
        Largest cost of ours above OpenSim's, sum of squared angles; negative when ours is lower
        in every frame.
    """

    engine: Notice
    frames: int
    max_difference_rad: float
    max_excess_rad2: float
