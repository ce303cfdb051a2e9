"""A model made as large as a person, by the markers of a static trial."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Final

import numpy as np
import opensim

from opensim_pelvis.errors import ModelError
from opensim_pelvis.frames import R_LG, FloatArray
from opensim_pelvis.kinematics.osim.marker_ik import pose_markers
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import inverse, rotate

PLAUSIBLE: Final = (0.5, 1.8)
"""Factors beyond this are a wrong unit or a wrong marker name, no person."""

MIN_PAIR_M: Final = 0.05
"""Markers nearer than this tell little about size."""


def scale_to_static(model: Any, static_m: Mapping[str, FloatArray]) -> Notice:
    """Scale the bodies of a model and move its markers to where they were stuck on.

    Each body gets one factor: measured by model distances of its markers, summed over pairs. A
    body with fewer than two takes the mean factor of the others. Then the pose that fits the
    static trial best is found, and each marker goes to its measured place on its body, as
    OpenSim's scale tool does it.

    Parameters
    ----------
    model : opensim.Model
        Changed in place.
    static_m : mapping of str to (t, 3) array
        Markers of the static trial in L (z up), called as in the model; their mean is taken.

    Returns
    -------
    Notice
        The factors, and that of the bodies that have none of their own.

    Raises
    ------
    ModelError
        When no body has two markers, or a factor is not that of a person.
    """
    known = {marker.getName().upper(): marker for marker in model.getMarkerSet()}
    places: dict[str, FloatArray] = {}
    for name, path in static_m.items():
        seen = path[np.isfinite(path).all(axis=1)]
        if name.upper() in known and seen.size:
            places[name.upper()] = rotate(inverse(R_LG), seen.mean(axis=0))
    factors = _factors({name: known[name] for name in places}, places)
    if not factors:
        raise ModelError(
            "static trial: no body of the model has two of its markers. Check the marker names."
        )
    wrong = {b: f for b, f in factors.items() if not PLAUSIBLE[0] <= f <= PLAUSIBLE[1]}
    if wrong:
        told = ", ".join(f"{body} {factor:.2f}" for body, factor in wrong.items())
        raise ModelError(
            f"static trial: wanted scale factors of {PLAUSIBLE[0]:g} to {PLAUSIBLE[1]:g}, found "
            f"{told}. Check the file's unit and the marker names."
        )
    mean = float(np.mean(list(factors.values())))
    _scale(model, factors, mean)
    _move_markers(model, places)
    return notice("reference.model_scaled", *factors, factors=factors, others=mean)


def _factors(markers: Mapping[str, Any], places: Mapping[str, FloatArray]) -> dict[str, float]:
    """Return the factor of each body with two markers or more."""
    by_body: dict[str, list[str]] = {}
    for name, marker in markers.items():
        by_body.setdefault(marker.getParentFrame().findBaseFrame().getName(), []).append(name)
    found = {}
    for body, names in by_body.items():
        ours, theirs = 0.0, 0.0
        for one, other in combinations(names, 2):
            local = [_local(markers[name]) for name in (one, other)]
            distance = float(np.linalg.norm(local[0] - local[1]))
            if distance >= MIN_PAIR_M:
                ours += distance
                theirs += float(np.linalg.norm(places[one] - places[other]))
        if ours > 0.0:
            found[body] = theirs / ours
    return found


def _local(marker: Any) -> FloatArray:
    place = marker.get_location()
    return np.array([place.get(k) for k in range(3)])


def _scale(model: Any, factors: Mapping[str, float], mean: float) -> None:
    scales = opensim.ScaleSet()
    for body in model.getBodySet():
        factor = factors.get(body.getName(), mean)
        scale = opensim.Scale()
        scale.setSegmentName(body.getName())
        scale.setScaleFactors(opensim.Vec3(factor, factor, factor))
        scale.setApply(True)
        scales.cloneAndAppend(scale)
    model.scale(model.initSystem(), scales, True)


def _move_markers(model: Any, places: Mapping[str, FloatArray]) -> None:
    """Put each marker where it was measured, in the pose that fits all of them best."""
    known = {marker.getName().upper(): marker.getName() for marker in model.getMarkerSet()}
    state = pose_markers(model, {known[name]: place for name, place in places.items()})
    model.realizePosition(state)
    moved = {}
    for name, place in places.items():
        frame = model.getMarkerSet().get(known[name]).getParentFrame()
        transform = frame.getTransformInGround(state)
        turn = transform.R().convertRotationToQuaternion()
        R_GB = np.array([turn.get(k) for k in range(4)])
        origin = np.array([transform.p().get(k) for k in range(3)])
        moved[known[name]] = opensim.Vec3(*rotate(inverse(R_GB), place - origin).tolist())
    for name, local in moved.items():
        model.updMarkerSet().get(name).set_location(local)
    model.finalizeConnections()
    model.initSystem()
