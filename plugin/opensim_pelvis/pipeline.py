"""From a recording to a result: the only file that knows every stage.

::

    read -> inspect -> fuse -> clocks -> align (one count) -> pose -> heading -> placement
         -> orientations in ground -> model with sensor frames -> inverse kinematics
         -> clinical angles -> events -> strides -> measures -> checks -> findings -> Result
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Any, Final

from opensim_pelvis.calibration.placement import orient_sensors
from opensim_pelvis.calibration.sensor_to_segment import calibrate_described, orient_headless
from opensim_pelvis.config.names import check_name, derive_name
from opensim_pelvis.config.settings import (
    ActivitySettings,
    CalibrationSettings,
    FusionSettings,
    GuidanceSettings,
    RecordingSettings,
    SolverSettings,
    SubjectSettings,
    TimelineSettings,
    TrialSettings,
)
from opensim_pelvis.config.trial.check_settings import as_sensors, check_settings
from opensim_pelvis.config.trial.defaults import list_defaults
from opensim_pelvis.config.trial.trial_file import find_trial, read_trial
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.fusion.fuse import fuse_recording
from opensim_pelvis.gait.analysis import analyse_running, check_files
from opensim_pelvis.guidance.engine import find_findings
from opensim_pelvis.io.documents import as_path
from opensim_pelvis.io.processes import finish_before_fork
from opensim_pelvis.io.reading import read_recording
from opensim_pelvis.kinematics.angles import compute_angles
from opensim_pelvis.kinematics.doubts import doubt_ranges, doubt_thighs
from opensim_pelvis.kinematics.engine_definitions import engine_of, load
from opensim_pelvis.kinematics.inverse import load_model_of, solve
from opensim_pelvis.quality import Examined, examine, judge, notes_of
from opensim_pelvis.timeline.align import align_recording
from opensim_pelvis.timeline.clocks import unify_clocks
from opensim_pelvis.timeline.inspect import inspect_signals
from opensim_pelvis.timeline.matching import keep_worn, match_sensors
from opensim_pelvis.types import (
    Progress,
    Recording,
    Result,
)

_REPORTED_VERSIONS: Final = (
    "opensim-pelvis",
    "opensim",
    "ezc3d",
    "numba",
    "numpy",
    "polars",
    "scipy",
    "vqf",
)


def run(
    recording: Recording | str | Path,
    *,
    sensors: Mapping[str, str] | None = None,
    fusion: FusionSettings | None = None,
    timeline: TimelineSettings | None = None,
    calibration: CalibrationSettings | None = None,
    subject: SubjectSettings | None = None,
    activity: ActivitySettings | None = None,
    solver: SolverSettings | None = None,
    guidance: GuidanceSettings | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run the whole job: on a recording that was read, a folder, or a trial file.

    Parameters
    ----------
    recording : Recording or path
        A path is a trial file (``.toml``), a folder with a ``trial.toml``, or a recording: file
        or folder.
    sensors : mapping of str to str, optional
        Identifier in the file to OpenSim body. May be left out where the identifiers are
        ``<body>_imu`` already, or a trial file has them.
    fusion, timeline, calibration, subject, activity, solver, guidance : settings, optional
        Each takes the place of that whole table of the trial file; defaults are those of the
        classes.
    progress : callable, optional
        Called with stage, work done and work in all.

    Returns
    -------
    Result

    Raises
    ------
    SettingsError, ReadError and other `OpenSimPelvisError`
        Naming what was wanted, what was found and what to do.

    Examples
    --------
    A simulated runner, whose pelvis rotates by 15 degrees in each stride:

    >>> from opensim_pelvis import ActivitySettings, CalibrationSettings, run
    >>> from opensim_pelvis.simulate import HEADING_AXIS, SENSOR_MAP, Session, simulate_runner
    >>> from opensim_pelvis.simulate import simulate_sensors
    >>> recording = simulate_sensors(simulate_runner(session=Session(duration_s=12.0)))
    >>> result = run(
    ...     recording,
    ...     sensors=SENSOR_MAP,
    ...     calibration=CalibrationSettings(window_s=(0.0, 2.0), heading_axis=HEADING_AXIS),
    ...     activity=ActivitySettings(kind="running", surface="treadmill"),
    ... )
    >>> rotation = result.measures.loc[("pelvic_rotation_range_deg", "body")]
    >>> float(round(rotation["mean"], 1)), int(rotation["n"])
    (15.0, 12)
    >>> result.strides["kept"].value_counts().to_dict()
    {True: 24, False: 1}
    """
    given = {
        "fusion": fusion,
        "timeline": timeline,
        "calibration": calibration,
        "subject": subject,
        "activity": activity,
        "solver": solver,
        "guidance": guidance,
    }
    stated: dict[str, Any] = {name: one for name, one in given.items() if one is not None}
    if sensors is not None:
        stated["sensors"] = as_sensors(sensors)
    if isinstance(recording, str | Path):
        settings = replace(_settings_at(as_path(recording, "recording", SettingsError)), **stated)
        check_settings(settings)
        return run_trial(settings, defaults=list_defaults(settings), progress=progress)
    if not isinstance(recording, Recording) or not isinstance(recording.name, str):
        raise SettingsError(
            "recording: wanted a Recording with a name, as returned by opensim_pelvis.read, or a "
            "path, found another type of value"
        )
    path = _path_of(recording)
    found = TrialSettings(recording=RecordingSettings(path=path, name=recording.name))
    settings = replace(found, **stated)
    check_settings(settings)
    _warm_up(settings.solver)
    return _run(recording, settings, list_defaults(settings), progress)


def run_trial(
    settings: TrialSettings,
    *,
    defaults: tuple[str, ...] = (),
    progress: Progress | None = None,
    accept: Callable[[Recording], None] | None = None,
) -> Result:
    """Read the recording that the settings name, and run the whole job on it.

    Parameters
    ----------
    settings : TrialSettings
    defaults : tuple of str
        The settings left at their default, as sentences; copied into the result.
    progress : callable, optional
    accept : callable, optional
        Called with the recording before the long work; raises where there is no use in it.
    """
    _warm_up(settings.solver)
    _tell(progress, "reading", 0, 1)
    recording = read_recording(settings.recording)
    _tell(progress, "reading", 1, 1)
    if accept is not None:
        accept(recording)
    return _run(recording, settings, defaults, progress)


def name_of(recording: Recording, settings: TrialSettings) -> str:
    """Return what the results of a recording are called.

    Raises
    ------
    SettingsError
        When the stated name cannot be one.
    """
    if settings.recording.name is not None:
        return check_name(settings.recording.name, "--name or [recording] name")
    return derive_name(recording.name)


def _warm_up(settings: SolverSettings) -> None:
    """Have the engine compiled, or loaded, while the recording is read and prepared."""
    place = engine_of(settings.engine).warm_up
    if place is not None:
        warm_up = load(place)

        def try_it() -> None:
            with suppress(Exception):  # told where the engine is needed, which tries again
                warm_up()

        thread = Thread(target=try_it, name="warm up")
        finish_before_fork(thread)
        thread.start()


def _run(
    recording: Recording,
    settings: TrialSettings,
    defaults: tuple[str, ...],
    progress: Progress | None,
) -> Result:
    check_files(settings)
    used = {sensor.identifier for sensor, _ in match_sensors(recording, settings.sensors)}
    recording = inspect_signals(recording, used, settings.fusion)
    gap_s, pose_s = settings.timeline.max_gap_s, settings.calibration.window_s
    recording = fuse_recording(
        recording, settings.fusion, used, max_gap_s=gap_s, pose_s=pose_s, progress=progress
    )
    recording, idle = keep_worn(recording, used)
    recording = unify_clocks(recording, settings.timeline)
    aligned = align_recording(recording, settings.sensors, max_gap_s=gap_s)
    ledger = replace(aligned.ledger, unmatched=(*idle, *aligned.ledger.unmatched))
    aligned = replace(aligned, ledger=ledger)
    _tell(progress, "calibration", 0, 1)
    model = load_model_of(settings, aligned)
    aligned, placement = calibrate_described(recording, aligned, model, settings)
    orientations = orient_sensors(aligned, placement)
    _tell(progress, "calibration", 1, 1)
    model, kinematics, check = solve(model, orientations, placement, settings.solver, progress)
    _tell(progress, "analysis", 0, 1)
    headless = orient_headless(placement, orientations)
    angles = compute_angles(kinematics, surface=settings.activity.surface, headless=headless)
    running = analyse_running(aligned, placement, orientations, kinematics, angles, settings)
    examined = Examined(
        settings=settings,
        recording=recording,
        aligned=aligned,
        placement=placement,
        orientations=orientations,
        model=model,
        kinematics=kinematics,
        angles=angles,
        running=running,
    )
    evidence = examine(examined)
    told = notes_of(evidence)
    quality = judge(recording, aligned, placement, model, kinematics, running, evidence)
    running = replace(running, findings=find_findings(running, settings, placement, quality))
    _tell(progress, "analysis", 1, 1)
    return Result(
        name=name_of(recording, settings),
        settings=settings,
        recording=recording,
        aligned=aligned,
        placement=placement,
        model=model,
        orientations=orientations,
        kinematics=kinematics,
        clinical=angles,
        engine_check=check,
        running=running,
        versions=_versions(),
        defaults=defaults,
        quality=quality,
        notes=(
            *(note for note in told if note.severity != "note"),
            *sorted(placement.notes, key=lambda note: note.severity != "error"),
            *notes_of(evidence, consequences=True),
            *model.notes,
            *kinematics.notes,
            *(doubt_ranges(model, kinematics) if placement.zero_known else ()),
            *doubt_thighs(kinematics),
            *angles.notes,
            *running.notes,
            *(note for note in told if note.severity == "note"),
            *recording.notes,
            *aligned.notes,
        ),
    )


def _versions() -> dict[str, str]:
    found = {name: version(name) for name in _REPORTED_VERSIONS}
    return found | {"python": platform.python_version()}


def _settings_at(path: Path) -> TrialSettings:
    """Return what a trial file states, or that a path is a recording."""
    trial = find_trial(path)
    return read_trial(trial) if trial else TrialSettings(recording=RecordingSettings(path=path))


def _path_of(recording: Recording) -> Path:
    """Return where a recording came from; one made in memory is called by its name."""
    return Path(recording.files[0].path if recording.files else recording.name)


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)
