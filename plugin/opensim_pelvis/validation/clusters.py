"""Orientation of a plate or any group of markers that is fixed to one body.

A cluster says how its body turns, not where the body's own axes are: a constant turn is unknown,
so angles want `--body-offset`. Rotation by least squares between the mean shape of the cluster and
each frame: Soderkvist and Wedin 1993 (J Biomech 26:1473).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.kinematics.filled_markers import MIN_FILLED
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import from_matrix
from opensim_pelvis.validation.markers import MarkerTrial
from opensim_pelvis.validation.naming import some_of

MIN_MARKERS: Final = 3

MAX_MISFIT_M: Final = 0.01
"""Root mean square distance from a rigid shape above which a frame is left out; a choice."""

FLAT: Final = 0.1
"""A cluster whose second extent is below this part of its first is a line."""


def orient_clusters(
    trial: MarkerTrial, clusters: Mapping[str, Sequence[str]]
) -> tuple[dict[str, FloatArray], tuple[Notice, ...]]:
    """Return each cluster's orientation in L, and notes.

    Parameters
    ----------
    trial : MarkerTrial
    clusters : mapping of body to names of markers
        Three markers or more, not in a line.

    Returns
    -------
    mapping of body to (t, 4) array
        Identity in the first frame that has all markers; NaN where fewer than three are seen, or
        where they do not keep their shape.
    tuple of Notice

    Raises
    ------
    ComparisonError
        When markers are missing, too few of them are filled, or they are in a line.
    """
    found: dict[str, FloatArray] = {}
    notes: list[Notice] = []
    for body, names in clusters.items():
        there = _filled(trial, body, names)
        points = np.stack([trial.positions_m[name] for name in there], axis=1)
        found[body], misfit_m = _orient(trial.name, body, points)
        loose = int((misfit_m > MAX_MISFIT_M).sum())
        notes.append(
            notice(
                "reference.cluster_loose" if loose else "reference.cluster",
                body,
                body=body,
                markers=len(there),
                misfit_mm=1000.0 * np.nanmedian(misfit_m),
                frames=loose,
                limit_mm=1000.0 * MAX_MISFIT_M,
            )
        )
        if rarely := [name for name in names if name in trial.positions_m and name not in there]:
            part = {"markers": rarely, "percent": 100.0 * MIN_FILLED}
            notes.append(notice("reference.labels_rarely_filled", *rarely, **part))
    return found, tuple(notes)


def _filled(trial: MarkerTrial, body: str, names: Sequence[str]) -> list[str]:
    """Return the markers of a plate without those that are never or rarely filled.

    Rarely: in less than `MIN_FILLED` of the frames that have the plate's best filled marker. A
    marker that the file does not list is asked for.
    """
    missing = [name for name in trial.missing(names) if name not in trial.left_out]
    empty = [name for name in trial.missing(names) if name in trial.left_out]
    seen = {
        name: int(np.isfinite(trial.positions_m[name]).all(axis=1).sum())
        for name in names
        if name in trial.positions_m
    }
    least = MIN_FILLED * max(seen.values(), default=0)
    there = [name for name, count in seen.items() if count >= least]
    if missing or len(there) < MIN_MARKERS:
        raise ComparisonError(
            f"{trial.name}: the cluster of {body} needs at least {MIN_MARKERS} markers that are "
            f"filled; missing: {some_of(missing) or 'none'}; not usable or never "
            f"filled: {some_of(empty) or 'none'}; given: {len(names)}"
        )
    return there


def follow_shape(
    trial: str, body: str, points: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return how a group of markers turns: least squares about its mean shape.

    Parameters
    ----------
    trial, body : str
        For the error.
    points : (t, m, 3) array

    Returns
    -------
    (t, 3, 3) array
        From the shape to each frame; NaN where fewer than `MIN_MARKERS` are seen.
    (t,) array
        Root mean square distance from the shape, in the unit of the points.
    (m, 3) array
        The mean shape, about its middle.

    Raises
    ------
    ComparisonError
        When no frame has all markers.
    """
    seen: BoolArray = np.asarray(np.isfinite(points).all(axis=2))
    whole = np.flatnonzero(seen.all(axis=1))
    if whole.size == 0:
        raise ComparisonError(f"{trial}: no frame has all markers of the cluster of {body}")
    shape = points[whole[0]]
    for _ in range(2):  # the second time about the mean shape
        matrix, misfit_m = _fit(shape, points, seen)
        kept = np.isfinite(matrix[:, 0, 0]) & seen.all(axis=1)
        centred = points[kept] - points[kept].mean(axis=1, keepdims=True)
        shape = np.einsum("tji,tmj->tmi", matrix[kept], centred).mean(axis=0)
    return matrix, misfit_m, shape


def _orient(trial: str, body: str, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    matrix, misfit_m, shape = follow_shape(trial, body, points)
    extents = np.linalg.svd(shape - shape.mean(axis=0), compute_uv=False)
    if extents[1] < FLAT * extents[0]:
        raise ComparisonError(
            f"{trial}: the markers of the cluster of {body} are collinear, so the rotation about "
            "their line is unknown. Add a marker off the line."
        )
    out = np.full((points.shape[0], 4), np.nan)
    good = np.isfinite(misfit_m) & (misfit_m <= MAX_MISFIT_M)
    out[good] = from_matrix(matrix[good])
    return out, misfit_m


def _fit(shape: FloatArray, points: FloatArray, seen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return rotations (t, 3, 3) from the shape to each frame, and the misfit of each, metres."""
    weight = seen[:, :, None].astype(np.float64)
    count = np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
    p = np.where(seen[:, :, None], points, 0.0)
    p = (p - (p * weight).sum(axis=1, keepdims=True) / count) * weight
    s = (shape[None] - (shape[None] * weight).sum(axis=1, keepdims=True) / count) * weight
    u, _, vt = np.linalg.svd(np.einsum("tmi,tmj->tij", p, s))
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    matrix = u @ vt
    rest = p - np.einsum("tij,tmj->tmi", matrix, s)
    misfit_m = np.sqrt(np.square(rest).sum(axis=(1, 2)) / count[:, 0, 0])
    few = seen.sum(axis=1) < MIN_MARKERS
    matrix[few], misfit_m[few] = np.nan, np.nan
    return matrix, misfit_m
