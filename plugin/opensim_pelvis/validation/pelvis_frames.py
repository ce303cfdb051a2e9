"""Which markers the pelvis of a reference follows: front and back of it turn differently.

The markers over the anterior spines rise with hip flexion, those over the posterior spines follow
the sacrum, as a belt does. None of the frames is that of the bone.

``psis``: z (+ right) from LPSI to RPSI; x nearest to the line from mid PSIS to mid ASIS.
``asis``: z from LASI to RASI; x likewise, from SACR where there are no PSIS. Plug-in Gait.
``asis-psis``: the four markers as one rigid body, by least squares about their mean shape
(Soderkvist and Wedin 1993, doi:10.1016/0021-9290(93)90098-Y); its axes are those of ``asis`` in the
mean shape.

Angles and signs are those of `kinematics.angle_definitions`: rotation + right side forward,
obliquity + right side up, tilt + anterior. Rotation and obliquity are those of z alone. Two markers
do not determine a tilt: with ``psis`` and ``asis`` it is that of x.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.rotations import from_matrix, multiply
from opensim_pelvis.validation.clusters import follow_shape
from opensim_pelvis.validation.markers import (
    PELVIS,
    PELVIS_WITH_SACRUM,
    MarkerTrial,
    axes_along,
    frame_of,
    pelvis_axes,
)
from opensim_pelvis.validation.naming import some_of

PelvisFrame = Literal["psis", "asis-psis", "asis"]


def orient_pelvis(trial: MarkerTrial, frame: PelvisFrame) -> tuple[FloatArray, Notice]:
    """Return the pelvis by one of its frames, and how it was made.

    Parameters
    ----------
    trial : MarkerTrial
        Markers called as in Plug-in Gait: LASI, RASI, LPSI, RPSI.
    frame : str
        ``psis``, ``asis-psis`` or ``asis``, as above.

    Returns
    -------
    (t, 4) array
        R_LB, axes of the body x forward, y up, z right; NaN where a marker is not seen.
    Notice

    Raises
    ------
    ComparisonError
        When markers are missing, or are never seen together.

    Examples
    --------
    >>> at = {"LASI": (0.1, 0.1, 1.0), "RASI": (0.1, -0.1, 1.0)}
    >>> at |= {"LPSI": (-0.1, 0.05, 1.0), "RPSI": (-0.1, -0.05, 1.0 + 0.1 * np.tan(0.2))}
    >>> markers = {name: np.array([place]) for name, place in at.items()}
    >>> standing = MarkerTrial(
    ...     name="one", rate_hz=1.0, time_s=np.zeros(1), positions_m=markers, source="made"
    ... )
    >>> from opensim_pelvis.frames import R_LG
    >>> from opensim_pelvis.kinematics.angle_definitions import baker_angles
    >>> from opensim_pelvis.rotations import inverse
    >>> for frame in ("psis", "asis"):  # right side up: a negative turn about x
    ...     R_LB, _ = orient_pelvis(standing, frame)
    ...     print(frame, baker_angles(multiply(inverse(R_LG), R_LB))[0, 1].round(6) + 0.0)
    psis -0.2
    asis 0.0
    """
    markers = trial.positions_m
    if trial.missing(PELVIS) and (frame != "asis" or trial.missing(PELVIS_WITH_SACRUM)):
        raise ComparisonError(_say_missing(trial, frame))
    if frame == "asis":
        sacrum = bool(trial.missing(PELVIS))
        how = notice("segment.pelvis_with_sacrum" if sacrum else "segment.pelvis")
        return frame_of(*pelvis_axes(trial)), how
    if frame == "psis":
        forward = markers["LASI"] + markers["RASI"] - markers["LPSI"] - markers["RPSI"]
        axes = axes_along(markers["RPSI"] - markers["LPSI"], forward)
        return frame_of(*axes), notice("segment.pelvis_of_psis")
    points = np.stack([markers[name] for name in PELVIS], axis=1)
    matrix, misfit_m, shape = follow_shape(trial.name, "pelvis", points)
    left, right, *back = shape
    still = axes_along((right - left)[None], ((left + right - back[0] - back[1]) / 2.0)[None])
    # Three of four would follow another mixture of front and back.
    seen = np.isfinite(points).all(axis=(1, 2))
    found = np.full((points.shape[0], 4), np.nan)
    found[seen] = multiply(from_matrix(matrix[seen]), frame_of(*still)[0])
    misfit_mm = 1000.0 * float(np.median(misfit_m[seen]))
    return found, notice("segment.pelvis_of_four", misfit_mm=misfit_mm)


def _say_missing(trial: MarkerTrial, frame: PelvisFrame) -> str:
    missing = trial.missing(PELVIS)
    why = next((f": {say(trial.left_out[n])}" for n in missing if n in trial.left_out), "")
    return (
        f"{trial.name}: --pelvis {frame} needs the markers {', '.join(PELVIS)}; missing: "
        f"{some_of(missing)}{why}; found: {some_of(sorted(trial.positions_m)) or 'none'}. Give "
        "the labels of your file with --markers map.toml, or choose another frame."
    )
