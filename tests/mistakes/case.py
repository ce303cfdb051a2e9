"""What a recording is broken in: the recording and what the laboratory says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from opensim_pelvis.config.settings import (
    ActivitySettings,
    CalibrationSettings,
    FusionSettings,
    SubjectSettings,
)
from opensim_pelvis.pipeline import run
from opensim_pelvis.simulate import SENSOR_MAP, demo_sensors, demo_truth, simulate_sensors
from opensim_pelvis.simulate.mountings import HEADING_AXIS
from opensim_pelvis.simulate.runner import RunnerSettings, Session
from opensim_pelvis.simulate.sensors import SensorSettings
from opensim_pelvis.types import Recording, Result, SensorSignals


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Case:
    """One trial: a recording, and what is said of it.

    Parameters
    ----------
    recording : Recording
    sensors : mapping of str to str
        Identifier to body, as the laboratory states it.
    still_s : float
        The subject stands until then.
    """

    recording: Recording
    sensors: Mapping[str, str]
    still_s: float
    calibration: CalibrationSettings
    fusion: FusionSettings = field(default_factory=FusionSettings)
    subject: SubjectSettings = field(default_factory=SubjectSettings)
    activity: ActivitySettings = field(default_factory=ActivitySettings)

    def worn_on(self, body: str) -> str:
        """Return the identifier of the sensor that is said to be on a body."""
        return next(name for name, on in self.sensors.items() if on == body)

    def changed(self, body: str, change: Callable[[SensorSignals], SensorSignals]) -> Case:
        """Return the case with the sensor of a body changed."""
        name = self.worn_on(body)
        rows = (change(s) if s.identifier == name else s for s in self.recording.sensors)
        return replace(self, recording=replace(self.recording, sensors=tuple(rows)))

    def all_changed(self, change: Callable[[SensorSignals], SensorSignals]) -> Case:
        """Return the case with every sensor changed."""
        rows = tuple(map(change, self.recording.sensors))
        return replace(self, recording=replace(self.recording, sensors=rows))

    def only(self, *bodies: str) -> Case:
        """Return the case in which only some bodies wear a sensor."""
        kept = {self.worn_on(body) for body in bodies}
        rows = tuple(s for s in self.recording.sensors if s.identifier in kept)
        worn = {name: body for name, body in self.sensors.items() if name in kept}
        return replace(self, recording=replace(self.recording, sensors=rows), sensors=worn)

    def fused(self) -> Case:
        """Return the case whose orientations are computed here."""
        return replace(self, fusion=replace(self.fusion, orientations="fused"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One way to break a recording.

    Parameters
    ----------
    name : str
    make : callable
        Takes the sound case, returns the broken one.
    causes : tuple of str
        Codes of notices, or their beginnings, that name the cause.
    check : str
        Name of the check that is there for it; empty where the recording ought to be refused.
    lesser : bool
        Something is lost but nothing is wrong: "doubtful" or a right result is enough.
    """

    name: str
    make: Callable[[Case], Case]
    causes: tuple[str, ...]
    check: str
    lesser: bool = False


def sound(
    runner: RunnerSettings | None = None,
    session: Session | None = None,
    sensors: SensorSettings | None = None,
) -> Case:
    """Return a recording that is right; the demonstration's where nothing is given."""
    from opensim_pelvis.simulate import simulate_runner

    truth = demo_truth() if runner is None else simulate_runner(runner, session or Session())
    recording = replace(simulate_sensors(truth, sensors or demo_sensors()), notes=())
    who = truth.runner
    return Case(
        recording=recording,
        sensors=dict(SENSOR_MAP),
        still_s=truth.session.still_s,
        calibration=CalibrationSettings(
            window_s=(0.0, truth.session.still_s), heading_axis=HEADING_AXIS
        ),
        subject=SubjectSettings(
            id="simulated", sex=who.sex, height_m=who.height_m, mass_kg=who.mass_kg
        ),
        activity=ActivitySettings(
            kind="running", speed_mps=who.speed_mps, surface=truth.session.surface
        ),
    )


def analyse(case: Case) -> Result:
    """Return what the program makes of a case."""
    return run(
        case.recording,
        sensors=case.sensors,
        fusion=case.fusion,
        calibration=case.calibration,
        subject=case.subject,
        activity=case.activity,
    )


def figures(result: Result) -> dict[str, float]:
    """Return the numbers that a report shows first; NaN where they are absent."""
    found = dict.fromkeys(FIGURES, float("nan"))
    if result.running is not None:
        for row in result.running.summaries:
            if row.name in found and not np.isfinite(found[row.name]):
                found[row.name] = row.mean
    return found


FIGURES = (
    "pelvic_rotation_range_deg",
    "pelvic_obliquity_range_deg",
    "pelvic_tilt_mean_deg",
    "trunk_rotation_range_deg",
    "hip_extension_peak_deg",
    "pelvic_drop_deg",
    "cadence_spm",
)
