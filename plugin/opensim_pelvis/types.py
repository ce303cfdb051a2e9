"""The records that travel between stages; shapes are checked where a record is born.

Axes of arrays come in the order time, sensor or body, component. Orientations are unit
quaternions, scalar first, with rows of NaN where a sample is missing (see ``rotations``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

    from opensim_pelvis.settings import TrialSettings


def _check_shape(owner: str, name: str, array: np.ndarray, *shape: int | None) -> None:
    """Raise ValueError unless ``array`` has the given shape (None: any length)."""
    wanted = tuple("any" if size is None else size for size in shape)
    same_rank = array.ndim == len(shape)
    if not same_rank or any(
        w is not None and w != f for w, f in zip(shape, array.shape, strict=True)
    ):
        raise ValueError(f"{owner}.{name} wants shape {wanted}, got {array.shape}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that was read: where it lay, how large it was, and its SHA-256 as hex."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SensorSignals:
    """What one sensor recorded, in SI units and the sensor's own frame.

    Parameters
    ----------
    identifier : str
        The sensor's name in the file, as the user writes it in ``[sensors]``.
    counter : (n,) int array
        Sample number on the recording's common count, strictly increasing; a hole is a
        dropped packet.
    R_ES : (n, 4) array or None
        Orientation in E, exactly as read (not yet normalised: the timeline inspects it).
    acceleration_mps2 : (n, 3) array or None
        Specific force in S.
    free_acceleration_mps2 : (n, 3) array or None
        Acceleration without gravity, in E, where the device gives it.
    angular_velocity_radps : (n, 3) array or None
        In S.
    magnetic_field : (n, 3) array or None
        In S, in ``magnetic_unit``.
    magnetic_unit : str
        ``"T"``, or ``"a.u."`` where the maker scales to the local field.
    file : str
        Name of the file that the sensor came from.
    """

    identifier: str
    counter: IntArray
    R_ES: FloatArray | None = None
    acceleration_mps2: FloatArray | None = None
    free_acceleration_mps2: FloatArray | None = None
    angular_velocity_radps: FloatArray | None = None
    magnetic_field: FloatArray | None = None
    magnetic_unit: str = "a.u."
    file: str = ""

    def __post_init__(self) -> None:
        n = self.counter.shape[0]
        _check_shape("SensorSignals", "counter", self.counter, None)
        if self.R_ES is not None:
            _check_shape("SensorSignals", "R_ES", self.R_ES, n, 4)
        for name in (
            "acceleration_mps2",
            "free_acceleration_mps2",
            "angular_velocity_radps",
            "magnetic_field",
        ):
            signal = getattr(self, name)
            if signal is not None:
                _check_shape("SensorSignals", name, signal, n, 3)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Recording:
    """Everything one reader took from a file or a folder.

    Parameters
    ----------
    name : str
        Trial name that results are called by.
    reader : str
        Name of the reader.
    rate_hz : float
        Sampling rate of the common count.
    rate_source : str
        Where the rate was read: a header field, a time column, the user.
    counter_source : str
        What the common count rests on: ``"PacketCounter"``, ``"time column"``, ``"row number"``.
    world_frame : str
        The world axes of the file in words, and where that is known from.
    sensors : tuple of SensorSignals
        In the order of the files.
    files : tuple of InputFile
    header : mapping of str to str
        Header fields of the first file, for display.
    start_s : float
        Time of count zero on the file's own clock, seconds.
    notes : tuple of str
        What is doubtful, in plain words.
    """

    name: str
    reader: str
    rate_hz: float
    rate_source: str
    counter_source: str
    world_frame: str
    sensors: tuple[SensorSignals, ...]
    files: tuple[InputFile, ...]
    header: Mapping[str, str] = field(default_factory=dict)
    start_s: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Sensor identifiers in file order."""
        return tuple(sensor.identifier for sensor in self.sensors)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorIntegrity:
    """What happened to the samples of one sensor; every field but the first two is a count.

    ``absent_samples`` are the samples of the common clock for which nothing can be said in
    the end: not recorded, not usable, and not in a gap short enough to fill.
    """

    sensor: str
    identifier: str
    rows: int
    expected_samples: int
    late_start_samples: int
    early_end_samples: int
    dropped_packets: int
    nan_quaternions: int
    zero_quaternions: int
    nonunit_quaternions: int
    sign_flips: int
    gaps: int
    longest_gap_samples: int
    filled_gaps: int
    filled_samples: int
    absent_samples: int


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class IntegrityLedger:
    """The account of all samples: one row a sensor, and sensors that nobody asked for."""

    sensors: tuple[SensorIntegrity, ...]
    unmatched: tuple[str, ...] = ()
    max_gap_s: float = 0.0

    def to_frame(self) -> pd.DataFrame:
        """Return the ledger as a table, one row a sensor."""
        import pandas as pd

        names = [f.name for f in fields(SensorIntegrity)]
        rows = [[getattr(s, n) for n in names] for s in self.sensors]
        return pd.DataFrame(rows, columns=names).set_index("sensor")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class AlignedRecording:
    """All sensors on one clock with equal steps.

    Parameters
    ----------
    time_s : (t,) array
        Starts at 0, the first sample of any sensor that is used.
    rate_hz : float
    sensors : tuple of str
        Labels ``<body>_imu``, one a sensor.
    bodies : tuple of str
        OpenSim body of each sensor.
    identifiers : tuple of str
        Name of each sensor in the file.
    R_ES : (t, s, 4) array
        Unit quaternions, continuous in sign; NaN where absent.
    acceleration_mps2, angular_velocity_radps, magnetic_field : (t, s, 3) array or None
        NaN where absent; None where no sensor has the signal.
    ledger : IntegrityLedger
    notes : tuple of str
    """

    time_s: FloatArray
    rate_hz: float
    sensors: tuple[str, ...]
    bodies: tuple[str, ...]
    identifiers: tuple[str, ...]
    R_ES: FloatArray
    ledger: IntegrityLedger
    acceleration_mps2: FloatArray | None = None
    angular_velocity_radps: FloatArray | None = None
    magnetic_field: FloatArray | None = None
    magnetic_unit: str = "a.u."
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        t, s = self.time_s.shape[0], len(self.sensors)
        _check_shape("AlignedRecording", "R_ES", self.R_ES, t, s, 4)
        for name in ("acceleration_mps2", "angular_velocity_radps", "magnetic_field"):
            signal = getattr(self, name)
            if signal is not None:
                _check_shape("AlignedRecording", name, signal, t, s, 3)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class CalibrationPose:
    """The averaged still pose that placement rests on.

    Parameters
    ----------
    window_s : (float, float)
        Start and end on the aligned clock.
    window_source : str
        ``"given"`` or ``"found"``.
    R_ES : (s, 4) array
        Mean orientation of each sensor over the window.
    samples : (s,) int array
        Samples averaged, per sensor.
    spread_rad : (s,) array
        Root-mean-square angle of the samples from their mean, per sensor.
    """

    window_s: tuple[float, float]
    window_source: str
    R_ES: FloatArray
    samples: IntArray
    spread_rad: FloatArray


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Heading:
    """Which way each sensor's earth frame faces, against forward in the calibration pose.

    Parameters
    ----------
    heading_rad : (s,) array
        Heading of "forward" in each sensor's E, from its x axis, positive to the left. One
        value for all sensors where a single base sensor gives it.
    method : str
        ``"axis"``, ``"swing"`` or ``"sacral slope"``.
    tilt_rad : float
        Elevation of the axis that was used above the horizontal plane; NaN without an axis.
    confidence : str
        ``"given"``, ``"good"`` or ``"doubtful"``.
    description : str
        One line for people: what was taken as forward, and why.
    """

    heading_rad: FloatArray
    method: str
    tilt_rad: float
    confidence: Literal["given", "good", "doubtful"]
    description: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Placement:
    """How each sensor sits on its body, and how E becomes G.

    Parameters
    ----------
    sensors, bodies : tuple of str
    R_BS : (s, 4) array
        Sensor case seen from the body; written into the model as ``<body>_imu`` frames.
    R_GE : (s, 4) array
        Earth seen from ground, heading included, one a sensor.
    pose : CalibrationPose
    heading : Heading
    quality : mapping of str to float
        Numbers with their unit in the key.
    notes : tuple of str
    """

    sensors: tuple[str, ...]
    bodies: tuple[str, ...]
    R_BS: FloatArray
    R_GE: FloatArray
    pose: CalibrationPose
    heading: Heading
    quality: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        s = len(self.sensors)
        _check_shape("Placement", "R_BS", self.R_BS, s, 4)
        _check_shape("Placement", "R_GE", self.R_GE, s, 4)

    @property
    def R_GS_calibration(self) -> FloatArray:
        """Averaged calibration orientations in G, shape (s, 4)."""
        from opensim_pelvis.rotations import multiply

        return multiply(self.R_GE, self.pose.R_ES)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SensorOrientations:
    """Sensor orientations in OpenSim ground, what inverse kinematics follows."""

    time_s: FloatArray
    rate_hz: float
    sensors: tuple[str, ...]
    R_GS: FloatArray

    def __post_init__(self) -> None:
        t, s = self.time_s.shape[0], len(self.sensors)
        _check_shape("SensorOrientations", "R_GS", self.R_GS, t, s, 4)


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
        Path of the file, or how it was built.
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
    notes: tuple[str, ...] = ()


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
    accuracy : str
        How close to the optimum the engine was told to go, in words.
    absent : mapping of str to str
        Coordinate to the reason why it is not there.
    solve_s : float
        Time that the engine took.
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
    accuracy: str
    absent: Mapping[str, str] = field(default_factory=dict)
    solve_s: float = 0.0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        t = self.time_s.shape[0]
        _check_shape("Kinematics", "values_rad", self.values_rad, t, len(self.coordinates))
        _check_shape("Kinematics", "errors_rad", self.errors_rad, t, len(self.sensors))
        _check_shape("Kinematics", "R_GB", self.R_GB, t, len(self.bodies), 4)
        _check_shape("Kinematics", "p_GB_m", self.p_GB_m, t, len(self.bodies), 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCheck:
    """A sample of frames, solved once more with OpenSim's solver.

    Parameters
    ----------
    engine : str
        What the sample was solved with, and how accurately.
    frames : int
    max_difference_rad : float
        Largest difference of any coordinate in any frame.
    max_excess_rad2 : float
        Largest cost of ours above OpenSim's, sum of squared angles; negative when ours is lower
        in every frame.
    """

    engine: str
    frames: int
    max_difference_rad: float
    max_excess_rad2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AngleDefinition:
    """One row of the table of angles: what it is, its sense, and where it is defined."""

    name: str
    group: Literal["pelvis", "trunk", "thigh"]
    description: str
    positive: str
    order: str
    source: str


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Angles:
    """Named clinical angles over time.

    Parameters
    ----------
    time_s : (t,) array
    definitions : tuple of AngleDefinition
    values_rad : (t, a) array
        One column a definition; continuous; NaN where absent.
    travel_rad : (t,) array
        Heading of T in G.
    travel_source : str
    absent : mapping of str to str
        Angle to the reason why it is not there.
    """

    time_s: FloatArray
    definitions: tuple[AngleDefinition, ...]
    values_rad: FloatArray
    travel_rad: FloatArray
    travel_source: str
    absent: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        t = self.time_s.shape[0]
        _check_shape("Angles", "values_rad", self.values_rad, t, len(self.definitions))

    @property
    def names(self) -> tuple[str, ...]:
        """Angle names in column order."""
        return tuple(definition.name for definition in self.definitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An instant of the gait cycle with its source and uncertainty."""

    time_s: float
    label: str
    context: Literal["Left", "Right", "General"]
    source: str = ""
    uncertainty_s: float = float("nan")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Result:
    """One trial from recording to angles: what exporters, reports and comparisons read."""

    name: str
    settings: TrialSettings
    recording: Recording
    aligned: AlignedRecording
    placement: Placement
    model: BodyModel
    orientations: SensorOrientations
    kinematics: Kinematics
    clinical: Angles
    engine_check: EngineCheck | None = None
    events: tuple[Event, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    defaults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def coordinates(self) -> pd.DataFrame:
        """OpenSim coordinates in degrees, OpenSim's names and signs; index ``time_s``."""
        return _angle_table(
            self.kinematics.time_s, self.kinematics.coordinates, self.kinematics.values_rad
        )

    @property
    def angles(self) -> pd.DataFrame:
        """Clinical angles in degrees, one column a name; index ``time_s``."""
        return _angle_table(self.clinical.time_s, self.clinical.names, self.clinical.values_rad)


def _angle_table(
    time_s: FloatArray, names: tuple[str, ...], values_rad: FloatArray
) -> pd.DataFrame:
    """Return radians as a table in degrees for people."""
    import pandas as pd

    index = pd.Index(time_s, name="time_s")
    return pd.DataFrame(np.rad2deg(values_rad), index=index, columns=pd.Index(names))
