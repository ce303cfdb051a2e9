"""Markers become a motion by OpenSim's inverse kinematics: on a model, scaled and weighted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.validation.marker_weights import (
    check_labels,
    group,
    read_marker_weights,
    rename,
)
from opensim_pelvis.validation.markers import MarkerTrial
from opensim_pelvis.validation.reference_motion import Motion, motion_from_coordinates


def motion_by_inverse_kinematics(
    trial: MarkerTrial,
    model_file: Path,
    *,
    still_m: Mapping[str, FloatArray] | None = None,
    weights_file: Path | None = None,
    names: Mapping[str, str] | None = None,
) -> Motion:
    """Return the motion of a model that follows the markers of a trial.

    Parameters
    ----------
    trial : MarkerTrial
    model_file : Path
        With markers.
    still_m : mapping of str to (t, 3) array, optional
        Markers of the person standing, in L: the model is scaled by them.
    weights_file : Path, optional
        Weights of the markers; all 1 unless given.
    names : mapping of str to str, optional
        Our name of a marker to that of the laboratory.

    Raises
    ------
    ComparisonError, ModelError, SolveError
    """
    from opensim_pelvis.kinematics.osim.marker_ik import solve_markers
    from opensim_pelvis.kinematics.osim.marker_scale import scale_to_static
    from opensim_pelvis.kinematics.osim.model import load_model

    stated = None
    if weights_file is not None:
        stated = rename(read_marker_weights(weights_file), names or {})
    model = load_model(model_file)
    if weights_file is not None and stated is not None:
        known = [marker.getName() for marker in model.getMarkerSet()]
        check_labels(weights_file, stated, [*known, *trial.positions_m, *trial.left_out])
    notes: tuple[Notice, ...] = () if stated is None else stated.notes
    if still_m is not None:
        notes += (scale_to_static(model, still_m),)
    solved = solve_markers(
        model,
        trial.time_s,
        trial.positions_m,
        rate_hz=trial.rate_hz,
        weights=None if stated is None else stated.of(trial.positions_m),
    )
    told = {
        "markers": trial.source,
        "model": model_file.name,
        "count": len(solved.markers),
        "error_mm": 1000.0 * solved.rms_error_m,
    }
    source = notice("motion.by_inverse_kinematics", **told)
    if stated is not None:
        told |= {"file": stated.file, "sha256": stated.sha256, "groups": group(solved.weights)}
        source = notice("motion.by_weighted_inverse_kinematics", **told)
    motion = motion_from_coordinates(trial.name, solved.time_s, solved.coordinates_rad, source)
    return replace(
        motion,
        R_GB=solved.R_GB,
        marker_weights=solved.weights,
        notes=(*trial.notes, *notes, *solved.notes),
    )
