"""Inverse kinematics of a trial: the model it needs, the engine that is asked for, its check."""

from __future__ import annotations

from dataclasses import replace

from opensim_pelvis.calibration.sensor_to_segment import orient_headless
from opensim_pelvis.config.settings import SolverSettings, TrialSettings
from opensim_pelvis.kinematics.engine_definitions import Solve, engine_of, load
from opensim_pelvis.notices import notice
from opensim_pelvis.types import (
    AlignedRecording,
    BodyModel,
    EngineCheck,
    Kinematics,
    Placement,
    Progress,
    SensorOrientations,
)


def load_model_of(settings: TrialSettings, aligned: AlignedRecording) -> BodyModel:
    """Return the model that the settings name, or one built for the person and the sensors."""
    from opensim_pelvis.kinematics.osim.model import (
        build_model,
        describe_model,
        load_model,
        require_bodies,
    )

    path = settings.solver.model
    if path is None:
        weights = settings.solver.weights
        osim = build_model(settings.subject, [b for b in aligned.bodies if weights.get(b, 1.0)])
        source = ""
    else:
        osim = load_model(path)
        source = str(path)
    require_bodies(osim, aligned.bodies)
    return describe_model(osim, source)


def solve(
    model: BodyModel,
    orientations: SensorOrientations,
    placement: Placement,
    settings: SolverSettings,
    progress: Progress | None,
) -> tuple[BodyModel, Kinematics, EngineCheck | None]:
    """Return the model with its sensors, what inverse kinematics found, and the check of it."""
    from opensim_pelvis.kinematics.osim.engine_check import check_kinematics
    from opensim_pelvis.kinematics.osim.prepare import prepare
    from opensim_pelvis.kinematics.osim.tool_check import doubt_tool

    headless = orient_headless(placement, orientations)
    ready = prepare(model, placement, orientations, stated=settings.weights, headless=headless)
    engine: Solve = load(engine_of(settings.engine).solve)
    kinematics = engine(
        ready.model,
        orientations,
        ready.observability,
        placement=placement,
        weights=ready.weights,
        progress=progress,
    )
    told = doubt_tool(kinematics, ready, orientations)
    kinematics = replace(kinematics, weights=ready.weights, notes=(*kinematics.notes, *told))
    if headless:
        known = ready.observability.find_determined(placement.bodies).coordinates
        lost = {n for n, k in zip(model.coordinates, known, strict=True) if k}
        absent = {
            n: notice("absent.needs_heading", n, bodies=tuple(headless)) if n in lost else why
            for n, why in kinematics.absent.items()
        }
        kinematics = replace(kinematics, absent=absent)
    check = None
    if settings.check_engine:
        check = check_kinematics(
            kinematics,
            ready.model,
            orientations,
            ready.observability,
            placement=placement,
            weights=ready.weights,
        )
    return ready.model, kinematics, check
