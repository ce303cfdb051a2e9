"""How simulated sensors sit on the body, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from opensim_pelvis.config.settings import BODIES
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.simulate.soft_tissue import SoftTissue


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch in which no packet of a body's sensor arrived."""

    body: str
    start_s: float
    length_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """A magnetic disturbance that turns the heading of a body's sensor for a while.

    The heading goes over smoothly to ``angle_rad`` within ``rise_s``, and back in the same time
    after ``length_s``; an infinite length stays.
    """

    body: str
    start_s: float
    angle_rad: float
    rise_s: float = 10.0
    length_s: float = float("inf")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SensorSettings:
    """How the sensors sit and what is wrong with them; the default is clean.

    Parameters
    ----------
    mountings : mapping of str to (4,) array
        ``R_BS`` by body; `typical_mountings` for the others.
    positions_m : mapping of str to (3,) array
        Sensor in the body's frame; `TYPICAL_POSITIONS_M` for the others.
    heading_rad : float or mapping of str to float
        Heading of the runner's forward in E, from its x axis, positive to the left; one for
        all sensors or one by body (the others 0).
    gyroscope_noise_radps, accelerometer_noise_mps2, magnetic_noise : float
        Standard deviation of white noise, per sample and axis.
    orientation_noise_rad : float
        Standard deviation of white noise of the orientation, per axis.
    orientation_drift_rad : float
        Random walk of the orientation's heading: standard deviation after 60 s.
    heading_drift_radps : mapping of str to float
        Steady turn of a body's sensor heading from the start of the recording.
    disturbances : tuple of Disturbance
    wobble_rad : float
        Largest turn of a sensor on soft tissue, about its own x axis; all signals contain it.
    soft_tissue : mapping of str to SoftTissue
        Skin under a body's sensor; all signals contain what it does.
    gaps : tuple of Gap
    dropped_fraction : float
        Chance of each packet to be lost.
    counter_start : int
        Packet counter of the first sample.
    late_start_s, early_end_s : mapping of str to float
        By how much a body's sensor starts later or ends earlier than the recording.
    clock_offset_s, clock_drift_ppm : mapping of str to float
        A body's sensor takes the sample of time t at ``t (1 + drift) + offset`` instead.
    clocks : str
        ``"common"``: samples are counted. ``"shared"``: they are stamped with true time.
        ``"own"``: they are stamped by the sensor's clock, which shows t at
        ``t (1 + drift) + offset``.
    rate_hz : mapping of str to float
        Sampling rate of a body's sensor; the session's for the others. Needs stamps.
    clock_jitter_s : float
        Samples are taken, and stamped, up to this much off the beat. Needs stamps.
    gyroscope_range_radps, accelerometer_range_mps2 : float
        Signals are cut off there.
    magnetometer : bool
    seed : int
        The same seed gives the same noise, whichever other sensors are worn.
    """

    mountings: Mapping[str, FloatArray] = field(default_factory=dict)
    positions_m: Mapping[str, Sequence[float]] = field(default_factory=dict)
    heading_rad: float | Mapping[str, float] = 0.0
    gyroscope_noise_radps: float = 0.0
    accelerometer_noise_mps2: float = 0.0
    magnetic_noise: float = 0.0
    orientation_noise_rad: float = 0.0
    orientation_drift_rad: float = 0.0
    heading_drift_radps: Mapping[str, float] = field(default_factory=dict)
    disturbances: tuple[Disturbance, ...] = ()
    wobble_rad: float = 0.0
    soft_tissue: Mapping[str, SoftTissue] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    dropped_fraction: float = 0.0
    counter_start: int = 0
    late_start_s: Mapping[str, float] = field(default_factory=dict)
    early_end_s: Mapping[str, float] = field(default_factory=dict)
    clock_offset_s: Mapping[str, float] = field(default_factory=dict)
    clock_drift_ppm: Mapping[str, float] = field(default_factory=dict)
    clocks: Literal["common", "shared", "own"] = "common"
    rate_hz: Mapping[str, float] = field(default_factory=dict)
    clock_jitter_s: float = 0.0
    gyroscope_range_radps: float = np.inf
    accelerometer_range_mps2: float = np.inf
    magnetometer: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for bodies that do not exist and impossible fractions."""
        named = {gap.body for gap in self.gaps} | {fault.body for fault in self.disturbances}
        for mapping in (
            self.mountings,
            self.positions_m,
            self.heading_rad if isinstance(self.heading_rad, Mapping) else {},
            self.heading_drift_radps,
            self.soft_tissue,
            self.late_start_s,
            self.early_end_s,
            self.clock_offset_s,
            self.clock_drift_ppm,
            self.rate_hz,
        ):
            named |= set(mapping)
        faults = [f"no body is called '{body}'" for body in sorted(named - set(BODIES))]
        if not 0.0 <= self.dropped_fraction < 1.0:
            faults.append(f"dropped_fraction must lie in 0 to 1, got {self.dropped_fraction}")
        if self.clocks == "common" and (self.rate_hz or self.clock_jitter_s):
            faults.append('rate_hz and clock_jitter_s need clocks = "shared" or "own"')
        raise_faults(SettingsError, "simulated sensors", faults)
