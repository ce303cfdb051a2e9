"""Inverse kinematics from markers by OpenSim's solver, on a model that carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import opensim

from opensim_pelvis.errors import ModelError, SolveError
from opensim_pelvis.frames import R_LG, BoolArray, FloatArray
from opensim_pelvis.kinematics.filled_markers import (
    MIN_MARKERS,
    choose_labels,
    whole_frames,
)
from opensim_pelvis.kinematics.osim.marker_notices import (
    note_labels,
    note_undetermined,
    say_strangers,
    say_unfilled,
)
from opensim_pelvis.kinematics.osim.marker_reach import MarkerReach
from opensim_pelvis.notices import Notice
from opensim_pelvis.rotations import inverse, rotate, unwrap_present

MARKER_ACCURACY: Final = 1e-5
"""Of the solver, as OpenSim's tool has it by default."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MarkerSolution:
    """What markers say about a model.

    Parameters
    ----------
    time_s : (t,) array
    coordinates_rad : mapping of str to (t,) array
        Rotational coordinates that the markers determine; NaN in frames whose markers do not.
    R_GB : mapping of body to (t, 4) array
    markers : tuple of str
        The model's names of the markers that were followed.
    weights : mapping of str to float
        Of these markers.
    rms_error_m : float
        Root mean square distance between measured and model markers, each counted once.
    notes : tuple of Notice
    """

    time_s: FloatArray
    coordinates_rad: Mapping[str, FloatArray]
    R_GB: Mapping[str, FloatArray]
    markers: tuple[str, ...]
    weights: Mapping[str, float]
    rms_error_m: float
    notes: tuple[Notice, ...] = ()


def solve_markers(
    model: Any,
    time_s: FloatArray,
    positions_m: Mapping[str, FloatArray],
    *,
    rate_hz: float,
    weights: Mapping[str, float] | None = None,
) -> MarkerSolution:
    """Solve every frame that has enough of the markers that count (`choose_labels`).

    What the markers of a frame do not determine is NaN there; what they determine in no frame
    is left out.

    Parameters
    ----------
    model : opensim.Model
        Scaled to the person.
    time_s : (t,) array
    positions_m : mapping of str to (t, 3) array
        In L (z up); names are matched to the model's without regard to case.
    rate_hz : float
    weights : mapping of str to float, optional
        By names as in ``positions_m``; markers of weight 0 are not followed. All 1 unless given.

    Raises
    ------
    ModelError
        When the model shares too few markers.
    SolveError
        When no frame has enough of them, or OpenSim fails.
    """
    known = {marker.getName().upper(): marker.getName() for marker in model.getMarkerSet()}
    given = {n: 1.0 if weights is None else weights[n] for n in positions_m}
    shared = {n: known[n.upper()] for n in positions_m if n.upper() in known and given[n] > 0.0}
    if len(shared) < MIN_MARKERS:
        raise ModelError(say_strangers(model, shared.values(), weighted=weights is not None))
    measured = np.stack([rotate(inverse(R_LG), positions_m[n]) for n in shared], axis=1)
    seen = np.asarray(np.isfinite(measured).all(axis=2))
    chosen = choose_labels(seen)
    if chosen.sum() < MIN_MARKERS:
        raise SolveError(say_unfilled(model, tuple(shared.values()), seen))
    kept = whole_frames(seen[:, chosen])
    followed = {n: shared[n] for n, counts in zip(shared, chosen, strict=True) if counts}
    values, quaternions, error_m = _solve(
        model,
        {name: given[n] for n, name in followed.items()},
        time_s,
        measured[:, chosen],
        kept,
        rate_hz,
    )
    notes = note_labels(positions_m, known, shared, followed, kept)
    names = [c.getName() for c in model.getCoordinateSet()]
    bodies = [body.getName() for body in model.getBodySet()]
    reach = MarkerReach(model, tuple(followed.values()))
    coordinates, turned = reach.of_frames(seen[:, chosen])
    values[~coordinates] = np.nan
    quaternions[~turned] = np.nan
    unknown, told = note_undetermined(names, coordinates[kept])
    notes += told
    rotational = [
        i
        for i, c in enumerate(model.getCoordinateSet())
        if c.getMotionType() == opensim.Coordinate.Rotational and c.getName() not in unknown
    ]
    return MarkerSolution(
        time_s=time_s,
        coordinates_rad={names[i]: unwrap_present(values[:, i]) for i in rotational},
        R_GB={b: quaternions[:, i] for i, b in enumerate(bodies) if turned[kept, i].any()},
        markers=tuple(followed.values()),
        weights={name: given[n] for n, name in followed.items()},
        rms_error_m=error_m,
        notes=tuple(notes),
    )


def _solve(
    model: Any,
    weights: Mapping[str, float],
    time_s: FloatArray,
    measured: FloatArray,
    kept: BoolArray,
    rate_hz: float,
) -> tuple[FloatArray, FloatArray, float]:
    """Return coordinates (t, c), quaternions (t, b, 4) and the root mean square marker error."""
    coordinates = list(model.getCoordinateSet())
    bodies = list(model.getBodySet())
    markers = [model.getMarkerSet().get(name) for name in weights]
    values = np.full((time_s.size, len(coordinates)), np.nan)
    quaternions = np.full((time_s.size, len(bodies), 4), np.nan)
    squares: list[float] = []
    state = model.initSystem()
    solver = _solver(model, _reference(weights, time_s, measured, rate_hz))
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
    solver = _solver(
        model, _reference(dict.fromkeys(places_m, 1.0), np.array([0.0, 0.01]), still, 100.0)
    )
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
    weights: Mapping[str, float], time_s: FloatArray, measured: FloatArray, rate_hz: float
) -> Any:
    """Return OpenSim's table of markers in G, metres, with their weights."""
    table = opensim.TimeSeriesTableVec3()
    table.setColumnLabels(list(weights))
    table.addTableMetaDataString("DataRate", f"{rate_hz:.6f}")
    table.addTableMetaDataString("Units", "m")
    for time, row in zip(time_s.tolist(), measured, strict=True):
        cells = opensim.RowVectorVec3(len(weights))
        for column, place in enumerate(row.tolist()):
            cells[column] = opensim.Vec3(*place)
        table.appendRow(time, cells)
    followed = opensim.SetMarkerWeights()
    for name, weight in weights.items():
        followed.cloneAndAppend(opensim.MarkerWeight(name, weight))
    return opensim.MarkersReference(table, followed)
