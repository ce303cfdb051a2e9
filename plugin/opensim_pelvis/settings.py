"""What a run is told: frozen settings, read once from a trial file and from flags.

Units stand in the names. Every value that nobody stated is a default of these classes and is
printed and saved with the results (`list_defaults`).
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from opensim_pelvis.calibration_methods import CalibrationMethod
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.frames import UpAxis
from opensim_pelvis.sampling import find_rate_fault

Engine = Literal["exact", "opensim", "opensim-tool"]
OrientationChoice = Literal["vendor", "fused"]
GyroscopeSamples = Literal["mean", "instant"]
Synchronise = Literal["auto", "movement", "trigger", "start"]
Sex = Literal["female", "male"]
Surface = Literal["treadmill", "overground"]
SensorHeadings = Literal["auto", "common", "body"]
ActivityKind = Literal["running", "walking"]
EventChoice = Literal["imported", "sensors"]

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
    that describes the columns of a generic table. ``date`` is when the recording began, with or
    without a time of day and a time zone; it wins over the date that the recording states.
    ``simulated`` says that no person was measured; results then say so.
    """

    path: Path
    reader: str | None = None
    rate_hz: float | None = None
    name: str | None = None
    up_axis: UpAxis | None = None
    mapping: Path | None = None
    date: datetime.date | None = None
    simulated: bool = field(default=False, metadata={"told": False})

    def __post_init__(self) -> None:
        fault = None if self.rate_hz is None else find_rate_fault(self.rate_hz)
        if fault is not None:
            raise SettingsError(f"[recording] rate_hz (--rate): {fault}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSettings:
    """``[timeline]``: how sensors with clocks or rates of their own come onto one timeline.

    ``rate_hz`` is the rate of the common timeline, the highest of the sensors' rates unless
    given. ``synchronise`` is by what clocks are brought together: ``movement`` that all sensors
    share, ``trigger`` (the times of ``trigger_s``), the common ``start``, or ``auto``: the best
    of these that there is. ``trigger_s`` is the time of one common event on each sensor's own
    clock. Recordings that come with a common count are left as they are.
    """

    rate_hz: float | None = None
    synchronise: Synchronise = "auto"
    trigger_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSettings:
    """``[calibration]``: the still pose and the direction that counts as forward.

    ``method`` is ``static`` (a still pose) or ``movement`` (nobody stood still: the mean posture of
    steady walking or running stands for the pose, and the zero of angles is not known).
    ``window_s`` is the start and end of standing still, or of that movement; found when not given.
    ``heading_axis`` is the axis of the ``base`` body's sensor that points forward in that pose
    (OpenSense's meaning); estimated when not given. ``max_spread_deg`` is how far the samples
    of the window may lie from their mean, root mean square, for the pose to count as still.

    ``sensor_headings`` is ``common`` (one heading for all sensors), ``body`` (each leg sensor's
    own plane of swing) or ``auto`` (both, weighed by their uncertainty). ``drift`` is ``auto``
    (slow turns of single sensors are followed through cyclic motion) or ``none``. ``placement``
    is an earlier run in which the sensors sat as now: its folder, summary or calibrated model.
    ``flexion_window_s`` is a stretch in which the subject swings the legs straight forward and
    back from the hip: the thighs' plane of swing is then read there alone.
    """

    method: CalibrationMethod = "static"
    window_s: tuple[float, float] | None = None
    base: str = "pelvis"
    heading_axis: UpAxis | None = None
    max_spread_deg: float = 2.0
    sensor_headings: SensorHeadings = "auto"
    drift: Literal["auto", "none"] = "auto"
    placement: Path | None = None
    flexion_window_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionSettings:
    """``[fusion]``: where orientations come from.

    ``orientations`` is ``vendor`` (the maker's where the recording has them, ours where it has
    raw signals alone) or ``fused`` (ours for every sensor). ``magnetometer`` lets our fusion take
    the heading from the magnetic field; it is off unless stated, since treadmills, force plates
    and floors are of steel (``docs/fusion.md``). ``gyroscope`` is what a sample of the gyroscope
    is to our fusion: ``mean`` over the step that ends there, or the value of that ``instant``.
    """

    orientations: OrientationChoice = "vendor"
    magnetometer: bool = False
    gyroscope: GyroscopeSamples = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectSettings:
    """``[subject]``: who ran; height, mass and sex scale the model."""

    id: str | None = None
    sex: Sex | None = None
    height_m: float | None = None
    mass_kg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySettings:
    """``[activity]``: what was done; ``surface`` decides how the direction of travel is found.

    ``speed_file`` is a table of speed over time (``time_s``, ``speed_mps``) or a track (GPX, TCX,
    FIT), which starts at ``speed_start_s`` on the clock of the results. ``events_file`` is a table
    of contacts and toe-offs from elsewhere (``time_s``, ``label``, ``side``) on that clock, or a
    C3D file with marked events or force plates, whose first frame is at ``events_start_s`` on it.
    ``events`` is ``imported`` (events that come with the recording or in a file win) or
    ``sensors`` (they are not looked at).
    """

    kind: ActivityKind | None = None
    speed_mps: float | None = None
    surface: Surface | None = None
    speed_file: Path | None = None
    speed_start_s: float | None = None
    events_file: Path | None = None
    events_start_s: float | None = None
    events: EventChoice = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverSettings:
    """``[solver]``: model, engine, gap filling and sensor weights.

    ``model`` is the path of another ``.osim`` file. ``engine`` is ``exact`` (ours, all frames at
    once), ``opensim`` (a loop over OpenSim's solver) or ``opensim-tool`` (OpenSim's own tool).
    ``check_engine`` solves a sample of the frames with OpenSim as well and reports the
    difference. ``weights`` gives a body's sensor more or less say in inverse kinematics (1
    unless given). ``max_gap_s`` is the longest hole in a sensor's samples that is bridged.
    """

    model: Path | None = None
    engine: Engine = "exact"
    check_engine: bool = False
    max_gap_s: float = 0.05
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """``[report]``: ``lab`` is a file with the laboratory's name, logo and choice of sections."""

    lab: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSettings:
    """Everything that a run is told, the content of ``trial.toml``.

    ``sensors`` maps a sensor's identifier in the file to the body that wore it. ``mountings``
    maps a body to ``R_BS`` of its sensor, where that is known (``[mountings]``).
    """

    recording: RecordingSettings
    sensors: Mapping[str, str] = field(default_factory=dict)
    mountings: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    fusion: FusionSettings = field(default_factory=FusionSettings)
    timeline: TimelineSettings = field(default_factory=TimelineSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    subject: SubjectSettings = field(default_factory=SubjectSettings)
    activity: ActivitySettings = field(default_factory=ActivitySettings)
    solver: SolverSettings = field(default_factory=SolverSettings)
    report: ReportSettings = field(default_factory=ReportSettings)


SECTIONS: Final[Mapping[str, type]] = {
    "recording": RecordingSettings,
    "fusion": FusionSettings,
    "timeline": TimelineSettings,
    "calibration": CalibrationSettings,
    "subject": SubjectSettings,
    "activity": ActivitySettings,
    "solver": SolverSettings,
    "report": ReportSettings,
}
"""Tables of a trial file whose keys are fixed, and the record that each becomes."""

_WORDS_FOR_UNSET: Final[Mapping[str, str]] = {
    "recording.reader": "found by content",
    "recording.rate_hz": "read from the file",
    "recording.name": "name of the file or folder",
    "recording.up_axis": "as the format defines it",
    "recording.mapping": "none",
    "recording.date": "as the recording states it",
    "timeline.rate_hz": "the highest of the sensors' rates",
    "timeline.trigger_s": "none",
    "calibration.window_s": "found",
    "calibration.heading_axis": "estimated",
    "calibration.placement": "none",
    "calibration.flexion_window_s": "none: walking or running itself",
    "activity.speed_file": "none",
    "activity.speed_start_s": "none",
    "activity.events_file": "none",
    "activity.events_start_s": "none",
    "subject.height_m": "height of the unscaled model",
    "subject.mass_kg": "mass of the unscaled model",
    "solver.model": "pelvis_trunk.osim of this package",
    "solver.weights": "1 for every sensor",
    "report.lab": "none",
}


def list_defaults(
    settings: TrialSettings, given: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[str, ...]:
    """Name every value that nobody stated.

    Parameters
    ----------
    settings : TrialSettings
    given : mapping of table to mapping of key, optional
        What the trial file and the flags said. Without it, a value counts as not stated when
        it equals the default of its record.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> trial = TrialSettings(recording=RecordingSettings(path=Path("walk")))
    >>> "calibration.base = pelvis (default)" in list_defaults(trial)
    True
    """
    lines: list[str] = []
    for section, record in SECTIONS.items():
        values = getattr(settings, section)
        for item in fields(record):
            if not item.metadata.get("told", True):
                continue
            value = getattr(values, item.name)
            if given is None:
                stated = value != _default_of(item)
            else:
                stated = item.name in given.get(section, {})
            if not stated:
                words = _WORDS_FOR_UNSET.get(f"{section}.{item.name}", "not stated")
                shown = words if value is None or value == {} else value
                shown = str(shown).lower() if isinstance(shown, bool) else shown
                lines.append(f"{section}.{item.name} = {shown} (default)")
    return tuple(lines)


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the choice most like a word, or an empty text.

    >>> nearest("pelvs", ("pelvis", "torso"))
    " Did you mean 'pelvis'?"
    """
    by_lower = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return f" Did you mean '{by_lower[close[0]]}'?" if close else ""


def _default_of(item: Any) -> Any:
    """Return a dataclass field's default; MISSING where it has none."""
    return item.default if item.default_factory is MISSING else item.default_factory()
