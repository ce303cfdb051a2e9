"""Inverse kinematics from markers by OpenSim's solver, on a model that carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import opensim

from opensim_pelvis.errors import ModelError, SolveError
from opensim_pelvis.frames import R_LG, BoolArray, FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import inverse, rotate, unwrap_present

MARKER_ACCURACY: Final = 1e-5
"""Of the solver, as OpenSim's tool has it by default."""

MIN_MARKERS: Final = 6
"""Fewer markers cannot hold a pelvis and what hangs on it."""

MIN_SEEN: Final = 0.75
"""Part of the markers that a frame must have; below it the frame is absent."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MarkerSolution:
    """What markers say about a model.

    Parameters
    ----------
    time_s : (t,) array
    coordinates_rad : mapping of str to (t,) array
        Rotational coordinates; NaN in frames with too few markers.
    R_GB : mapping of body to (t, 4) array
    markers : tuple of str
        The model's names of the markers that were followed.
    rms_error_m : float
        Root mean square distance between measured and model markers.
    notes : tuple of Notice
    """

    time_s: FloatArray
    coordinates_rad: Mapping[str, FloatArray]
    R_GB: Mapping[str, FloatArray]
    markers: tuple[str, ...]
    rms_error_m: float
    notes: tuple[Notice, ...] = ()


def solve_markers(
    model: Any, time_s: FloatArray, positions_m: Mapping[str, FloatArray], *, rate_hz: float
) -> MarkerSolution:
    """Solve every frame, all markers with weight 1.

    Parameters
    ----------
    model : opensim.Model
        Scaled to the person.
    time_s : (t,) array
    positions_m : mapping of str to (t, 3) array
        In L (z up); names are matched to the model's without regard to case.
    rate_hz : float

    Raises
    ------
    ModelError
        When the model shares too few markers.
    SolveError
        When OpenSim fails.
    """
    known = {marker.getName().upper(): marker.getName() for marker in model.getMarkerSet()}
    shared = {known[n.upper()]: p for n, p in positions_m.items() if n.upper() in known}
    if len(shared) < MIN_MARKERS:
        raise ModelError(
            f"model '{model.getName()}': wanted at least {MIN_MARKERS} markers of the file in "
            f"the model, found {', '.join(shared) or 'none'}. The model has "
            f"{', '.join(known.values())}."
        )
    measured = np.stack([rotate(inverse(R_LG), p) for p in shared.values()], axis=1)
    seen = np.isfinite(measured).all(axis=2)
    kept = seen.mean(axis=1) >= MIN_SEEN
    if not kept.any():
        raise SolveError(
            f"model '{model.getName()}': no frame has {MIN_SEEN:.0%} of the shared markers"
        )
    values, quaternions, error_m = _solve(model, tuple(shared), time_s, measured, kept, rate_hz)
    left_out = [n for n in positions_m if n.upper() not in known]
    notes = [notice("reference.not_in_model", *left_out, markers=left_out)] if left_out else []
    if not kept.all():
        notes.append(notice("reference.too_few_markers", frames=(~kept).sum()))
    rotational = [
        i
        for i, c in enumerate(model.getCoordinateSet())
        if c.getMotionType() == opensim.Coordinate.Rotational
    ]
    names = [c.getName() for c in model.getCoordinateSet()]
    bodies = [body.getName() for body in model.getBodySet()]
    return MarkerSolution(
        time_s=time_s,
        coordinates_rad={names[i]: unwrap_present(values[:, i]) for i in rotational},
        R_GB={body: quaternions[:, i] for i, body in enumerate(bodies)},
        markers=tuple(shared),
        rms_error_m=error_m,
        notes=tuple(notes),
    )


def _solve(
    model: Any,
    names: tuple[str, ...],
    time_s: FloatArray,
    measured: FloatArray,
    kept: BoolArray,
    rate_hz: float,
) -> tuple[FloatArray, FloatArray, float]:
    """Return coordinates (t, c), quaternions (t, b, 4) and the root mean square marker error."""
    coordinates = list(model.getCoordinateSet())
    bodies = list(model.getBodySet())
    markers = [model.getMarkerSet().get(name) for name in names]
    values = np.full((time_s.size, len(coordinates)), np.nan)
    quaternions = np.full((time_s.size, len(bodies), 4), np.nan)
    squares: list[float] = []
    state = model.initSystem()
    solver = _solver(model, _reference(names, time_s, measured, rate_hz))
    assembled = False
    for frame in np.flatnonzero(kept).tolist():
        state.setTime(float(time_s[frame]))
        try:
            (solver.track if assembled else solver.assemble)(state)
        except RuntimeError as fault:
            reason = str(fault).strip().splitlines()[0]
            raise SolveError(
                f"OpenSim's marker solver failed at {time_s[frame]:.3f} s: {reason}"
            ) from fault
        assembled = True
        model.realizePosition(state)
        values[frame] = [c.getValue(state) for c in coordinates]
        for i, body in enumerate(bodies):
            q = body.getTransformInGround(state).R().convertRotationToQuaternion()
            quaternions[frame, i] = [q.get(k) for k in range(4)]
        for marker, place in zip(markers, measured[frame], strict=True):
            at = marker.getLocationInGround(state)
            squares.append(sum((at.get(k) - place[k]) ** 2 for k in range(3)))
    return values, quaternions, float(np.sqrt(np.nanmean(squares)))


def pose_markers(model: Any, places_m: Mapping[str, FloatArray]) -> Any:
    """Return the state of a model that fits one set of markers best.

    Parameters
    ----------
    model : opensim.Model
    places_m : mapping of str to (3,) array
        In G (y up), by the model's names.

    Raises
    ------
    SolveError
        When OpenSim fails.
    """
    still = np.stack(list(places_m.values()))[None].repeat(2, axis=0)
    state = model.initSystem()
    solver = _solver(model, _reference(tuple(places_m), np.array([0.0, 0.01]), still, 100.0))
    state.setTime(0.0)
    try:
        solver.assemble(state)
    except RuntimeError as fault:
        reason = str(fault).strip().splitlines()[0]
        raise SolveError(f"OpenSim's marker solver failed on the static trial: {reason}") from fault
    return state


def _solver(model: Any, reference: Any) -> Any:
    solver = opensim.InverseKinematicsSolver(
        model, reference, opensim.SimTKArrayCoordinateReference(), float("inf")
    )
    solver.setAccuracy(MARKER_ACCURACY)
    return solver


def _reference(
    names: tuple[str, ...], time_s: FloatArray, measured: FloatArray, rate_hz: float
) -> Any:
    """Return OpenSim's table of markers in G, metres, with weights of 1."""
    table = opensim.TimeSeriesTableVec3()
    table.setColumnLabels(list(names))
    table.addTableMetaDataString("DataRate", f"{rate_hz:.6f}")
    table.addTableMetaDataString("Units", "m")
    for time, row in zip(time_s.tolist(), measured, strict=True):
        cells = opensim.RowVectorVec3(len(names))
        for column, place in enumerate(row.tolist()):
            cells[column] = opensim.Vec3(*place)
        table.appendRow(time, cells)
    weights = opensim.SetMarkerWeights()
    for name in names:
        weights.cloneAndAppend(opensim.MarkerWeight(name, 1.0))
    return opensim.MarkersReference(table, weights)
