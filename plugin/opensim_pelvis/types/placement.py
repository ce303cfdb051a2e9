"""How sensors sit on bodies, and which way is forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import hypot
from typing import Literal

from opensim_pelvis.config.calibration_methods import CalibrationMethod, WindowSource, method_of
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types._shapes import check_shape

HeadingMethod = Literal["axis", "swing", "mounting", "sacral slope"]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class CalibrationPose:
    """The averaged still pose that placement rests on.

    Parameters
    ----------
    window_s : (float, float)
        Start and end on the aligned clock.
    window_source : str
        ``"given"`` or ``"found"``.
    method : str
        How the pose was taken: a name in `opensim_pelvis.config.calibration_methods`.
    R_ES : (s, 4) array
        Mean orientation of each sensor over the window.
    samples : (s,) int array
        Samples averaged, per sensor.
    spread_rad : (s,) array
        Root-mean-square angle of the samples from their mean, per sensor.
    heading_s : float or None
        When headings were those of ``R_ES``, where slow turns were taken out; else the window's
        middle.
    """

    window_s: tuple[float, float]
    window_source: WindowSource
    method: CalibrationMethod
    R_ES: FloatArray
    samples: IntArray
    spread_rad: FloatArray
    heading_s: float | None = None

    @property
    def window_told(self) -> Notice:
        """Where the window comes from."""
        return notice(method_of(self.method).window_words[self.window_source])

    @property
    def middle_s(self) -> float:
        """Return the instant whose headings the pose has."""
        return sum(self.window_s) / 2.0 if self.heading_s is None else self.heading_s


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorHeading:
    """How one sensor came to its heading, and how sure it is.

    Parameters
    ----------
    sensor : str
    source : Notice
        Given axis, own motion, known mounting, common heading, or several.
    offset_rad : float
        Heading used less the common one.
    sigma_rad : float
        Standard deviation of the heading used; infinite where nothing tells.
    swing_rad, swing_sigma_rad, swing_ratio : float
        Own plane of swing less the common heading, its standard deviation, and the ratio of
        its eigenvalues; NaN where the sensor shows none.
    joint_rad, joint_sigma_rad : float
        The same from the acceleration of the joint with the pelvis; NaN where it does not tell.
    ties_rad : float
        Standard error of the ties by which the heading was carried across holes, all together;
        part of ``sigma_rad``. 0 without any.
    own_weight : float
        Share of the sensor's own estimate in the heading used, 0 to 1.
    drift_rad : float
        Range of the drift that was removed; 0 where none was.
    drift_sigma_rad : float
        Standard error of that, furthest from the pose, drift that was not told from natural
        variation included; part of ``sigma_rad``. NaN where drift could not be looked for.
    verdict : str
        ``"good"``, ``"doubtful"``, ``"untested"`` (nothing could contradict the common heading)
        or ``"unknown"``.
    """

    sensor: str
    source: Notice
    offset_rad: float
    sigma_rad: float
    swing_rad: float = float("nan")
    swing_sigma_rad: float = float("nan")
    swing_ratio: float = float("nan")
    joint_rad: float = float("nan")
    joint_sigma_rad: float = float("nan")
    ties_rad: float = 0.0
    own_weight: float = 0.0
    drift_rad: float = 0.0
    drift_sigma_rad: float = float("nan")
    verdict: Literal["good", "doubtful", "untested", "unknown"] = "good"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Heading:
    """Which way each sensor's earth frame faces, against forward in the calibration pose.

    Parameters
    ----------
    heading_rad : (s,) array
        Heading of "forward" in each sensor's E, from its x axis, positive to the left. One
        value for all sensors where a single base sensor gives it.
    method : str
        ``"axis"``, ``"swing"``, ``"mounting"`` or ``"sacral slope"``.
    tilt_rad : float
        Elevation of the axis that was used above the horizontal plane; NaN without an axis.
    confidence : str
        ``"given"``, ``"good"`` or ``"doubtful"``.
    description : Notice
        What was taken as forward, and why.
    sensors : tuple of SensorHeading
        How each sensor came to its heading; empty where one axis decided for all.
    drift_rad : (t, s) array or None
        What each sensor's heading has turned by since the pose, positive to the left; taken
        from all samples. None where nothing is corrected.
    drift_description : Notice
        What was found about slow turns, and done.
    """

    heading_rad: FloatArray
    method: HeadingMethod
    tilt_rad: float
    confidence: Literal["given", "good", "doubtful"]
    description: Notice
    sensors: tuple[SensorHeading, ...] = ()
    drift_rad: FloatArray | None = None
    drift_description: Notice = field(default_factory=lambda: notice("drift.not_looked_for"))
    notes: tuple[Notice, ...] = ()

    @property
    def told(self) -> Notice:
        """What was taken as forward, and how sure that is."""
        if self.confidence == "given":
            return self.description
        sure, told = self.confidence, self.description
        return notice("forward.with_confidence", description=told, confidence=sure)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Sensors whose heading nothing tells."""
        return tuple(row.sensor for row in self.sensors if row.verdict == "unknown")


StepKind = Literal["moved", "may have moved", "movement changed", "heading jump"]
"""What a `SensorStep` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorStep:
    """An instant from which a sensor's placement or heading no longer describes it.

    Parameters
    ----------
    sensor, body : str
    kind : str
        ``"moved"`` on the body, ``"may have moved"``, ``"movement changed"`` (several sensors at
        once: speed, posture, a bend) or ``"heading jump"`` (the orientation turned about the
        vertical, the sensor did not).
    from_s, to_s : float
        Last instant before and first after it, on the aligned clock.
    vertical_rad : float
        Turn about the vertical, positive to the left.
    horizontal_rad : float
        Turn about a horizontal axis, without sign.
    left_out_s : float
        Time for which the sensor's orientations are left out because of it.
    """

    sensor: str
    body: str
    kind: StepKind
    from_s: float
    to_s: float
    vertical_rad: float
    horizontal_rad: float
    left_out_s: float = 0.0

    @property
    def time_s(self) -> float:
        """The middle of the time in which it happened."""
        return 0.5 * (self.from_s + self.to_s)

    @property
    def size_rad(self) -> float:
        """The whole turn."""
        return hypot(self.vertical_rad, self.horizontal_rad)


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
    verdict : str
        ``"good"`` or ``"doubtful"``; a rejected calibration is a `PlacementError`.
    zero_known : bool
        Whether the zero of all angles is the model's default pose; not where the mean of a
        movement stands for the pose.
    steps : tuple of SensorStep
        Where sensors moved on their bodies or headings jumped, in order of time.
    steps_checked : float
        Share of the strides around which sensors that move were looked for; NaN without strides.
    notes : tuple of Notice
    """

    sensors: tuple[str, ...]
    bodies: tuple[str, ...]
    R_BS: FloatArray
    R_GE: FloatArray
    pose: CalibrationPose
    heading: Heading
    quality: Mapping[str, float] = field(default_factory=dict)
    verdict: Literal["good", "doubtful"] = "good"
    zero_known: bool = True
    steps: tuple[SensorStep, ...] = ()
    steps_checked: float = float("nan")
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        s = len(self.sensors)
        check_shape("Placement", "R_BS", self.R_BS, s, 4)
        check_shape("Placement", "R_GE", self.R_GE, s, 4)

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
        check_shape("SensorOrientations", "R_GS", self.R_GS, t, s, 4)
