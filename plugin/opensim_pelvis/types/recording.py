"""What a reader gives: the signals of each sensor, in SI units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from opensim_pelvis.config.sampling import find_rate_fault
from opensim_pelvis.errors import ReadError
from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.notices import Notice, as_notice, notice, wrap
from opensim_pelvis.types._shapes import check_shape
from opensim_pelvis.types.date import RecordingDate
from opensim_pelvis.types.event import Event
from opensim_pelvis.types.inspection import Inspection


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
        Sample number, strictly increasing; a hole is a dropped packet. On the recording's
        common count, or the sensor's own where ``time_s`` is given.
    time_s : (n,) array or None
        Time of each sample, strictly increasing, where samples of different sensors do not
        lie on one count: other rates, jitter, or clocks of their own (`Recording.clocks`).
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
    accelerometer_range_mps2, gyroscope_range_radps : float
        Where the sensor clips, if the file says so; NaN where it does not.
    R_BS : (4,) array or None
        Sensor case seen from the body, where the format itself ties the axes to a body, as
        the segments of a suit; then nothing is left to calibrate.
    file : str
        Name of the file that the sensor came from.
    dropped_packets : int or None
        Packets that were lost, once the sensor was resampled and ``counter`` no longer tells.
    """

    identifier: str
    counter: IntArray
    time_s: FloatArray | None = None
    R_ES: FloatArray | None = None
    acceleration_mps2: FloatArray | None = None
    free_acceleration_mps2: FloatArray | None = None
    angular_velocity_radps: FloatArray | None = None
    magnetic_field: FloatArray | None = None
    magnetic_unit: str = "a.u."
    accelerometer_range_mps2: float = float("nan")
    gyroscope_range_radps: float = float("nan")
    R_BS: FloatArray | None = None
    file: str = ""
    dropped_packets: int | None = None

    def __post_init__(self) -> None:
        n = self.counter.shape[0]
        check_shape("SensorSignals", "counter", self.counter, None)
        if self.R_ES is not None:
            check_shape("SensorSignals", "R_ES", self.R_ES, n, 4)
        if self.time_s is not None:
            check_shape("SensorSignals", "time_s", self.time_s, n)
        if self.R_BS is not None:
            check_shape("SensorSignals", "R_BS", self.R_BS, 4)
        for name in (
            "acceleration_mps2",
            "free_acceleration_mps2",
            "angular_velocity_radps",
            "magnetic_field",
        ):
            signal = getattr(self, name)
            if signal is not None:
                check_shape("SensorSignals", name, signal, n, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrientationOrigin:
    """Where the orientations of one sensor come from, and what its raw signals showed.

    Parameters
    ----------
    identifier : str
    origin : str
        ``"vendor"``, ``"vqf 6D"`` (gyroscope and accelerometer) or ``"vqf 9D"`` (with
        magnetometer).
    accelerometer_clipped, gyroscope_clipped : int
        Samples at the end of the sensor's range, where the true value is larger.
    gyroscope_bias_radps : (float, float, float) or None
        Mean estimated bias in S; None where there is no gyroscope.
    rest_share, magnetic_disturbed_share : float
        Parts of the recording in which the sensor rested, and in which the magnetic field was
        not that of the place; NaN where not known.
    reason : Notice
        Why the orientations come from there.
    rate_hz : float
        The sensor's own sampling rate, with which its signals were fused; NaN for a vendor's.
    gyroscope_clipped_events : int
        Runs of clipped samples of one axis.
    gyroscope_lost_rad : float
        Largest estimated turn that one such run under-reads; NaN without one.
    accelerometer_lost_mps2 : float
        Estimated part of the mean acceleration that clipping cut off; NaN without clipping.
    bridged_samples : int
        Samples that were made up so that integration could go on, and dropped again.
    heading_breaks_s : tuple of float
        Seconds from the sensor's first sample at which its heading starts anew, not tied to
        the one before.
    heading_ties_s, heading_tie_errors_rad : tuple of float
        Seconds from the first sample at which the heading goes on after a long hole, tied to the
        one before, and the standard error of each tie.
    gravity_mps2, gravity_error_mps2 : float
        Gravity as gyroscope and accelerometer show it, and how far it is from 9.81 m/s^2 at one
        place, where that is more than sound sensors show and nothing explains it; else NaN.
    """

    identifier: str
    origin: Literal["vendor", "vqf 6D", "vqf 9D"]
    accelerometer_clipped: int = 0
    gyroscope_clipped: int = 0
    gyroscope_bias_radps: tuple[float, float, float] | None = None
    rest_share: float = float("nan")
    magnetic_disturbed_share: float = float("nan")
    reason: Notice = field(default_factory=lambda: notice("origin.unstated"))
    rate_hz: float = float("nan")
    gyroscope_clipped_events: int = 0
    gyroscope_lost_rad: float = float("nan")
    accelerometer_lost_mps2: float = float("nan")
    bridged_samples: int = 0
    heading_breaks_s: tuple[float, ...] = ()
    heading_ties_s: tuple[float, ...] = ()
    heading_tie_errors_rad: tuple[float, ...] = ()
    gravity_mps2: float = float("nan")
    gravity_error_mps2: float = float("nan")


ClockMethod = Literal["counter", "shared clock", "trigger", "movement", "start"]
"""How a sensor's clock was brought to that of the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEstimate:
    """How one sensor's clock runs against that of the first sensor.

    Parameters
    ----------
    identifier : str
    rate_hz : float
        The sensor's own sampling rate.
    offset_s : float
        What was added to the sensor's times at their start.
    drift_ppm : float
        By how many millionths the sensor's clock runs fast; NaN where it was not estimated.
    uncertainty_s : float
        Standard error of the alignment; NaN where it is not known.
    drift_error_ppm : float
        Standard error of the drift; NaN where it was not estimated.
    method : ClockMethod
        ``"counter"``, ``"shared clock"``, ``"trigger"``, ``"movement"`` or ``"start"``.
    """

    identifier: str
    rate_hz: float
    offset_s: float = 0.0
    drift_ppm: float = float("nan")
    uncertainty_s: float = float("nan")
    drift_error_ppm: float = float("nan")
    method: ClockMethod = "counter"


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
        Sampling rate of the common count; the highest of the sensors' rates where they differ.
    rate_source : Notice
        Where the rate was read: a header field, a time column, the user.
    counter_source : Notice
        What the common count rests on: a counter, the time column, the number of the row.
    world_frame : Notice
        The world axes of the file, and where they are known from. A reader of somebody else may
        give this and both sources as texts.
    sensors : tuple of SensorSignals
        In the order of the files.
    files : tuple of InputFile
    header : mapping of str to str
        Header fields of the first file, for display.
    start_s : float
        Time of count zero on the file's own clock, seconds.
    date : RecordingDate or None
        When the recording began, where the format or the user states it; never the date of
        a file.
    clocks : str
        ``"common"``: equal counters mean one instant. ``"shared"``: every sensor has
        ``time_s``, on one clock. ``"own"``: every sensor has ``time_s`` on a clock of its own,
        with an unknown offset and drift.
    origins : tuple of OrientationOrigin
        Where the orientations come from, a row a sensor, once that was decided (``fusion``).
    clock_estimates : tuple of ClockEstimate
        What was found about clocks, a row a sensor, once they were brought together.
    events : tuple of Event
        Events that the file holds or its force plates show, in seconds from count zero; context
        ``"General"`` where the side is not known.
    inspection : Inspection
        What the signals show about themselves, once they were inspected (``timeline``).
    notes : tuple of Notice
        What is doubtful, in plain words.
    """

    name: str
    reader: str
    rate_hz: float
    rate_source: Notice
    counter_source: Notice
    world_frame: Notice
    sensors: tuple[SensorSignals, ...]
    files: tuple[InputFile, ...]
    header: Mapping[str, str] = field(default_factory=dict)
    start_s: float = 0.0
    date: RecordingDate | None = None
    clocks: Literal["common", "shared", "own"] = "common"
    origins: tuple[OrientationOrigin, ...] = ()
    clock_estimates: tuple[ClockEstimate, ...] = ()
    events: tuple[Event, ...] = ()
    inspection: Inspection = field(default_factory=Inspection)
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        fault = find_rate_fault(self.rate_hz)
        if fault is not None:
            raise ReadError(f"{self.name} (reader '{self.reader}'): {fault}")
        if not all(isinstance(sensor, SensorSignals) for sensor in self.sensors):
            raise ReadError(
                f"{self.name} (reader '{self.reader}'): sensors: wanted SensorSignals, found a "
                "value of another type"
            )
        object.__setattr__(self, "notes", wrap(self.notes))  # readers of others give plain texts
        for name in ("rate_source", "counter_source", "world_frame"):
            object.__setattr__(self, name, as_notice(getattr(self, name)))

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Sensor identifiers in file order."""
        return tuple(sensor.identifier for sensor in self.sensors)
