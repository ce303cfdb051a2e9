"""What a run is told: frozen settings, read once from a trial file and from flags.

Units stand in the names. Every value that nobody stated is a default of these classes and is
printed and saved with the results (`list_defaults`).
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.frames import UpAxis

Engine = Literal["opensim", "opensim-tool"]
Sex = Literal["female", "male"]
Surface = Literal["treadmill", "overground"]
ActivityKind = Literal["running", "walking"]

BODIES: Final = (
    "pelvis",
    "torso",
    "femur_r",
    "femur_l",
    "tibia_r",
    "tibia_l",
    "calcn_r",
    "calcn_l",
)
"""Bodies of our own model, in the order in which sensors are listed everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """``[recording]``: which file or folder, and what the file does not say itself.

    ``path`` is relative to the trial file. ``reader`` is found by content, ``rate_hz`` is read
    from the file, ``name`` is the file's or folder's name, unless given. ``up_axis`` is the
    upward axis of the file's world where the format leaves it open. ``mapping`` is a file
    that describes the columns of a generic table.
    """

    path: Path
    reader: str | None = None
    rate_hz: float | None = None
    name: str | None = None
    up_axis: UpAxis | None = None
    mapping: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSettings:
    """``[calibration]``: the still pose and the direction that counts as forward.

    ``window_s`` is the start and end of standing still, found when not given.
    ``heading_axis`` is the axis of the ``base`` body's sensor that points forward in that pose
    (OpenSense's meaning); estimated when not given. ``max_spread_deg`` is how far the samples
    of the window may lie from their mean, root mean square, for the pose to count as still.
    """

    method: Literal["static"] = "static"
    window_s: tuple[float, float] | None = None
    base: str = "pelvis"
    heading_axis: UpAxis | None = None
    max_spread_deg: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectSettings:
    """``[subject]``: who ran; height, mass and sex scale the model."""

    id: str | None = None
    sex: Sex | None = None
    height_m: float | None = None
    mass_kg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySettings:
    """``[activity]``: what was done; ``surface`` decides how the direction of travel is found."""

    kind: ActivityKind | None = None
    speed_mps: float | None = None
    surface: Surface | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverSettings:
    """``[solver]``: model, engine, gap filling and sensor weights.

    ``model`` is the path of another ``.osim`` file. ``weights`` gives a body's sensor more or
    less say in inverse kinematics (1 unless given). ``max_gap_s`` is the longest hole in a
    sensor's samples that is bridged.
    """

    model: Path | None = None
    engine: Engine = "opensim"
    max_gap_s: float = 0.05
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSettings:
    """Everything that a run is told, the content of ``trial.toml``.

    ``sensors`` maps a sensor's identifier in the file to the body that wore it.
    """

    recording: RecordingSettings
    sensors: Mapping[str, str] = field(default_factory=dict)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    subject: SubjectSettings = field(default_factory=SubjectSettings)
    activity: ActivitySettings = field(default_factory=ActivitySettings)
    solver: SolverSettings = field(default_factory=SolverSettings)
