"""A movement as one system saw it: orientations of bodies, coordinates, strides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind, Surface
from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import R_LG, FloatArray
from opensim_pelvis.kinematics.plugin_gait import from_plug_in_gait
from opensim_pelvis.notices import Notice, as_notice, notice
from opensim_pelvis.rotations import (
    EulerOrder,
    from_euler,
    inverse,
    multiply,
    to_euler,
    unwrap_present,
)
from opensim_pelvis.validation.clusters import orient_clusters
from opensim_pelvis.validation.foot_events import FootEvent, StrideSpan
from opensim_pelvis.validation.markers import MarkerTrial, segments_from_markers
from opensim_pelvis.validation.pelvis_frames import PelvisFrame, orient_pelvis

OPENSIM_ORDER: Final[EulerOrder] = "ZXY"
"""Body-fixed order of pelvis, hips and lumbar joint in our model, Rajagopal's and gait2392."""

JOINTS: Final[Mapping[str, tuple[str, str, tuple[str, str, str], tuple[float, float, float]]]] = {
    "lumbar": (
        "pelvis",
        "torso",
        ("lumbar_extension", "lumbar_bending", "lumbar_rotation"),
        (1.0, 1.0, 1.0),
    ),
    "hip_r": (
        "pelvis",
        "femur_r",
        ("hip_flexion_r", "hip_adduction_r", "hip_rotation_r"),
        (1.0, 1.0, 1.0),
    ),
    "hip_l": (
        "pelvis",
        "femur_l",
        ("hip_flexion_l", "hip_adduction_l", "hip_rotation_l"),
        (1.0, -1.0, -1.0),
    ),
}
"""Parent, child, coordinates in their order (about z, x, y) and signs, as OpenSim has them."""

PELVIS: Final = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")

_TRANSLATION: Final = re.compile(r"_t[xyz]$")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Motion:
    """One recording of a movement.

    Parameters
    ----------
    name : str
    rate_hz : float
    time_s : (t,) array
        Evenly spaced.
    R_GB : mapping of body to (t, 4) array
        In a ground with y up; its heading is the system's own.
    coordinates_rad : mapping of str to (t,) array
        Joint coordinates that were given as such.
    turning : mapping of body to (t, 4) array
        Orientations that turn with a body, whatever they are otherwise (its sensor's): used to
        bring clocks together; ``R_GB`` where empty.
    source : Notice
        What was read and how it became orientations.
    strides : tuple of StrideSpan
    events : tuple of FootEvent
    surface : str or None
    gait : str or None
        Running or walking, where the user stated it.
    subject : str or None
        Identifier of the person.
    still_s : (float, float) or None
        When the person stood still for calibration.
    marker_weights : mapping of str to float
        Weight of each marker that inverse kinematics followed.
    notes : tuple of Notice
    """

    name: str
    rate_hz: float
    time_s: FloatArray
    R_GB: Mapping[str, FloatArray]
    coordinates_rad: Mapping[str, FloatArray] = field(default_factory=dict)
    turning: Mapping[str, FloatArray] = field(default_factory=dict)
    source: Notice
    strides: tuple[StrideSpan, ...] = ()
    events: tuple[FootEvent, ...] = ()
    surface: Surface | None = None
    gait: ActivityKind | None = None
    subject: str | None = None
    still_s: tuple[float, float] | None = None
    marker_weights: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", as_notice(self.source))  # others give plain texts


def motion_from_markers(
    trial: MarkerTrial,
    clusters: Mapping[str, Sequence[str]] | None = None,
    *,
    pelvis: PelvisFrame | None = None,
) -> Motion:
    """Return the motion that markers define: plates, and the segments of Plug-in Gait.

    Parameters
    ----------
    trial : MarkerTrial
    clusters : mapping of body to names of markers, optional
    pelvis : str, optional
        Which markers the pelvis follows (`validation.pelvis_frames`); as in Plug-in Gait, with
        SACR where PSIS are rarely seen, unless given.

    Raises
    ------
    ComparisonError
        When there is no pelvis, or two are asked for.
    """
    plates, notes = orient_clusters(trial, clusters or {})
    if pelvis is not None and "pelvis" in plates:
        raise ComparisonError(
            f"{trial.name}: the pelvis is a cluster of the mapping (--markers) and a frame "
            f"(--pelvis {pelvis}). Omit one of them."
        )
    chosen = None if pelvis is None else orient_pelvis(trial, pelvis)
    segments = segments_from_markers(trial, needed="pelvis" not in plates)
    R_LB, methods = {**segments.R_LB}, {**segments.methods}
    if chosen is not None:
        R_LB["pelvis"], methods["pelvis"] = chosen
    made = [notice("segment.made", body, body=body, how=how) for body, how in methods.items()]
    absent = tuple(
        notice("reference.body_absent", body, body=body, why=why)
        for body, why in segments.absent.items()
        if body not in plates
    )
    if plates:
        notes += (notice("reference.plates", *plates, bodies=list(plates)),)
    return Motion(
        name=trial.name,
        rate_hz=trial.rate_hz,
        time_s=trial.time_s,
        R_GB={body: multiply(inverse(R_LG), q) for body, q in {**R_LB, **plates}.items()},
        source=notice("motion.of_markers", markers=trial.source, segments=made),
        subject=trial.subjects[0] if len(trial.subjects) == 1 else None,
        notes=(*trial.notes, *segments.notes, *absent, *notes),
    )


def motion_from_pig_angles(trial: MarkerTrial, angles_deg: Mapping[str, FloatArray]) -> Motion:
    """Return the motion that stored Plug-in Gait angles describe.

    Vicon keeps (0, 0, 0) where it has no angle; such samples are absent here.
    """
    seen = {
        name: np.where((values == 0.0).all(axis=1, keepdims=True), np.nan, values)
        for name, values in angles_deg.items()
    }
    size = next(iter(seen.values())).shape[0]
    return Motion(
        name=trial.name,
        rate_hz=trial.rate_hz,
        time_s=trial.time_s[0] + np.arange(size) / trial.rate_hz
        if trial.time_s.size
        else np.arange(size) / trial.rate_hz,
        R_GB=from_plug_in_gait(seen),
        source=notice("motion.of_stored_angles", markers=trial.source),
        notes=trial.notes,
    )


def motion_from_coordinates(
    name: str, time_s: FloatArray, coordinates_rad: Mapping[str, FloatArray], source: Notice
) -> Motion:
    """Return the motion that OpenSim coordinates describe.

    Orientations are made from coordinates called as in our model, whose order is z-x-y. A pelvis
    with other coordinates (``pelvis_obliquity``) has another order, which a table does not
    state: then joint coordinates alone are compared.
    """
    values = {n: v for n, v in coordinates_rad.items() if not _TRANSLATION.search(n)}
    R_GB: dict[str, FloatArray] = {}
    notes: list[Notice] = []
    if all(n in values for n in PELVIS):
        R_GB["pelvis"] = from_euler(OPENSIM_ORDER, np.stack([values[n] for n in PELVIS], axis=1))
        for parent, child, names, signs in JOINTS.values():
            if all(n in values for n in names):
                turn = np.stack([values[n] for n in names], axis=1) * np.array(signs)
                R_GB[child] = multiply(R_GB[parent], from_euler(OPENSIM_ORDER, turn))
        source = notice("motion.of_coordinates", source=source)
    else:
        notes.append(notice("reference.no_pelvis_angles", name, file=name, coordinates=PELVIS))
    rate_hz = (time_s.size - 1) / float(time_s[-1] - time_s[0])
    return Motion(
        name=name,
        rate_hz=rate_hz,
        time_s=time_s,
        R_GB=R_GB,
        coordinates_rad=values,
        source=source,
        notes=tuple(notes),
    )


def joint_angles(R_GB: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return hip and lumbar angles in OpenSim's order and signs, radians.

    Parameters
    ----------
    R_GB : mapping of body to (t, 4) array

    Returns
    -------
    dict of coordinate to (t,) array
    """
    found: dict[str, FloatArray] = {}
    for parent, child, names, signs in JOINTS.values():
        if parent in R_GB and child in R_GB:
            relative = multiply(inverse(R_GB[parent]), R_GB[child])
            columns = to_euler(OPENSIM_ORDER, relative).T
            found |= {
                n: unwrap_present(s * c) for n, s, c in zip(names, signs, columns, strict=True)
            }
    return found
