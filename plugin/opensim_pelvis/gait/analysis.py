"""The running analysis in order: events, strides, speed, measures, findings."""

from __future__ import annotations

from dataclasses import replace

from opensim_pelvis.config.settings import ActivitySettings, TrialSettings
from opensim_pelvis.gait.events.detect import detect_events
from opensim_pelvis.gait.events.imported import find_event_notes, read_events
from opensim_pelvis.gait.measures.compute import analyse_strides
from opensim_pelvis.gait.speeds import find_speed_notes, read_speeds, stride_speeds
from opensim_pelvis.gait.strides.segment import segment_strides
from opensim_pelvis.gait.uncertainty.assess import assess
from opensim_pelvis.guidance.references import hold_measures, read_reference_file
from opensim_pelvis.types import (
    AlignedRecording,
    Angles,
    Event,
    Kinematics,
    Placement,
    RunningAnalysis,
    SensorOrientations,
)


def check_files(settings: TrialSettings) -> None:
    """See, before long work, that the files of events, speeds and references can be used.

    Raises
    ------
    ReadError, SettingsError
        When one cannot.
    """
    activity = settings.activity
    if activity.events_file is not None:
        read_events(activity.events_file, activity.events_start_s)
    if activity.speed_file is not None:
        read_speeds(activity.speed_file, activity.speed_start_s)
    if settings.guidance.reference is not None:
        read_reference_file(settings.guidance.reference)


def analyse_running(
    aligned: AlignedRecording,
    placement: Placement,
    orientations: SensorOrientations,
    kinematics: Kinematics,
    angles: Angles,
    settings: TrialSettings,
) -> RunningAnalysis:
    """Return strides, measures and the references of one trial; findings wait for the quality.

    Raises
    ------
    ReadError
        When a file of events or speeds cannot be used.
    """
    activity = settings.activity
    events = detect_events(
        aligned,
        placement,
        orientations,
        kinematics,
        angles,
        activity=activity.kind,
        imported=_imported(activity, aligned),
    )
    strides = segment_strides(events, angles, surface=activity.surface)
    told = (*find_event_notes(activity), *find_speed_notes(activity))
    strides = replace(strides, notes=(*strides.notes, *told))
    analysis = analyse_strides(
        events,
        strides,
        angles,
        kinematics,
        speed_mps=stride_speeds(strides, activity),
        zero_known=placement.zero_known,
    )
    estimates, curves = assess(analysis, angles, kinematics, placement, orientations)
    differences = {e.name: e for e in estimates if e.side == "right minus left"}
    asymmetries = tuple(
        replace(a, difference=e.value, low=e.low, high=e.high)
        for a in analysis.asymmetries
        for e in (differences[a.name],)
    )
    analysis = replace(analysis, estimates=estimates, asymmetries=asymmetries, curves=curves)
    return replace(analysis, references=hold_measures(analysis, settings))


def _imported(activity: ActivitySettings, aligned: AlignedRecording) -> tuple[Event, ...]:
    """Return the events that win over the sensors': those of a file, else of the recording."""
    if activity.events == "sensors":
        return ()
    if activity.events_file is not None:
        return read_events(activity.events_file, activity.events_start_s)
    return aligned.events
