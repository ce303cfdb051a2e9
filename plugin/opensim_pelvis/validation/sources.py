"""What a user names becomes a motion: a result folder, markers, stored angles, OpenSim tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray, UpAxis
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.delivery import result_folders
from opensim_pelvis.io.documents import finite, is_file, is_folder, read_rows
from opensim_pelvis.io.results.coordinate_tables import coordinate_tables, name_of_table
from opensim_pelvis.io.results.summary_file import Summary, read_summary
from opensim_pelvis.io.tables.opensim_tables import read_table
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types.segments import as_body
from opensim_pelvis.validation.coordinate_files import read_coordinates
from opensim_pelvis.validation.foot_events import KINDS, FootEvent, StrideSpan
from opensim_pelvis.validation.marker_files import MarkerMap, read_marker_map, read_markers
from opensim_pelvis.validation.marker_motion import motion_by_inverse_kinematics
from opensim_pelvis.validation.markers import MarkerTrial
from opensim_pelvis.validation.pelvis_frames import PelvisFrame
from opensim_pelvis.validation.plausible import check_markers
from opensim_pelvis.validation.reference_motion import (
    Motion,
    motion_from_coordinates,
    motion_from_markers,
    motion_from_pig_angles,
)
from opensim_pelvis.validation.sheets import read_sheet
from opensim_pelvis.validation.theia import has_rotations, motion_from_rotations
from opensim_pelvis.validation.trc_files import is_trc

ReferenceKind = Literal["markers", "angles", "ik", "rotations"]

FEW_STRIDES: Final = 6
"""With fewer steady strides, the others are compared as well."""

TEXT_TABLES: Final = (".trc", ".mot", ".sto", ".csv", ".txt", ".tsv")
"""Endings of tables; what a table holds is seen from its content."""
SIDES: Final = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSettings:
    """How a reference is to be read.

    Parameters
    ----------
    path : Path
        ``.c3d``, ``.trc``, ``.mot``, ``.sto``, or a folder of results.
    kind : str or None
        ``markers``: segments of Plug-in Gait; ``angles``: Plug-in Gait's angles stored in a C3D;
        ``ik``: OpenSim's marker inverse kinematics on ``model``; ``rotations``: segments of
        Theia3D. Unless given: rotations where there are any, ``ik`` where a model is, markers.
    names : Path or None
        File with tables ``[markers]`` and ``[clusters]``.
    up_axis : str or None
    model : Path or None
        OpenSim model: with markers for inverse kinematics, scaled to the person unless there is
        a static trial; that of the coordinates for a table.
    static_trial : Path or None
        Markers of the person standing, to scale the model by.
    marker_weights : Path or None
        Weights of the markers in inverse kinematics (`marker_weights.read_marker_weights`).
    pelvis : str or None
        Which markers the pelvis follows (`pelvis_frames`); as in Plug-in Gait unless given.
    """

    path: Path
    kind: ReferenceKind | None = None
    names: Path | None = None
    up_axis: UpAxis | None = None
    model: Path | None = None
    static_trial: Path | None = None
    marker_weights: Path | None = None
    pelvis: PelvisFrame | None = None


def open_estimate(path: Path) -> Motion:
    """Return the motion of a result folder or of an OpenSim table."""
    return open_reference(ReferenceSettings(path=path))


def open_reference(settings: ReferenceSettings) -> Motion:
    """Return the motion that a reference holds.

    Raises
    ------
    ComparisonError, ReadError
        When it cannot be read, or leaves open what must be known.
    """
    path = settings.path
    if not (is_file(path) or is_folder(path)):
        raise ComparisonError(
            f"{path}: wanted a result or a reference, but the file or folder does not exist"
        )
    ending = path.suffix.lower()
    if path.is_dir():
        _refuse_markers(settings, "a folder of results")
        return _read_result(path)
    if ending in TEXT_TABLES:
        text, notes = read_sheet(path)
        if not is_trc(text):
            _refuse_unknown(path, text)
            _refuse_markers(settings, "a table of coordinates")
            return _pose_table(path, text, notes, settings.model)
    elif ending != ".c3d":
        raise ComparisonError(
            f"{path}: .c3d, .trc, .mot, .sto (or one of them saved as .csv by a spreadsheet) or "
            f"a folder of results is required, found {ending[:40] or 'no ending'}"
        )
    if ending == ".c3d" and settings.kind in (None, "rotations"):
        file = open_c3d(path)
        if has_rotations(file):
            _refuse_markers(settings, "rotations of segments")
            return motion_from_rotations(file, path, settings.up_axis)
    if settings.kind == "rotations":
        raise ComparisonError(f"{path}: wanted rotations of Theia3D, found none")
    return _read_marker_file(settings)


def _refuse_markers(settings: ReferenceSettings, found: str) -> None:
    """Raise where weights or a pelvis of markers are asked for, and there are no markers."""
    if settings.pelvis is not None:
        raise ComparisonError(
            f"{settings.path}: --pelvis {settings.pelvis} chooses among markers, but this is "
            f"{found}. Give the file with the markers, or omit --pelvis."
        )
    if settings.marker_weights is not None:
        raise ComparisonError(
            f"{settings.path}: {settings.marker_weights.name} weighs markers "
            f"(--marker-weights), but this is {found}. Give the file with the markers, or leave "
            "the weights out."
        )


def _refuse_unknown(path: Path, text: str) -> None:
    """Raise where a text is neither a TRC file nor a table of OpenSim."""
    if path.suffix.lower() == ".trc" or "endheader" not in text:
        raise ComparisonError(
            f"{path}: markers (a TRC file begins with PathFileType) or joint coordinates (an "
            "OpenSim table has a line endheader) are required, found neither. Export it again."
        )


def _read_marker_file(settings: ReferenceSettings) -> Motion:
    path = settings.path
    marker_map = read_marker_map(settings.names) if settings.names else MarkerMap()
    file = read_markers(path, names=marker_map.names, up_axis=settings.up_axis)
    check_markers(file.trial)
    if settings.kind == "ik" or (settings.kind is None and settings.model):
        return replace(
            _by_inverse_kinematics(file.trial, settings, marker_map.names), events=file.events
        )
    only_angles = settings.kind is None and not file.trial.positions_m and file.pig_angles_deg
    if settings.kind == "angles" or only_angles:
        if not file.pig_angles_deg:
            raise ComparisonError(f"{path}: wanted Plug-in Gait angles, found none")
        _refuse_markers(settings, "a file of stored angles")
        motion = motion_from_pig_angles(file.trial, file.pig_angles_deg)
        return replace(motion, events=file.events)
    motion = motion_from_markers(file.trial, marker_map.clusters, pelvis=settings.pelvis)
    return replace(motion, events=file.events)


def _by_inverse_kinematics(
    trial: MarkerTrial, settings: ReferenceSettings, names: Mapping[str, str]
) -> Motion:
    if settings.model is None:
        raise ComparisonError(
            f"{settings.path}: marker inverse kinematics needs a model with markers. Give it "
            "with --model FILE.osim."
        )
    still = None
    if settings.static_trial is not None:
        still = read_markers(settings.static_trial, names=names, up_axis=settings.up_axis).trial
    return motion_by_inverse_kinematics(
        trial,
        settings.model,
        still_m=None if still is None else still.positions_m,
        weights_file=settings.marker_weights,
        names=names,
    )


def _read_coordinates(path: Path, model: Path | None) -> Motion:
    """Return the motion of a table, its bodies posed on the model where there is one."""
    return _pose_table(path, *read_sheet(path), model)


def _pose_table(path: Path, text: str, notes: tuple[Notice, ...], model: Path | None) -> Motion:
    file = read_coordinates(path, text, notes)
    source = notice("motion.of_table", file=path.name)
    motion = motion_from_coordinates(path.stem, file.time_s, file.coordinates_rad, source)
    if model is None or not motion.coordinates_rad:
        return replace(motion, notes=(*file.notes, *motion.notes))
    from opensim_pelvis.validation.poses import pose_bodies

    return replace(
        motion,
        R_GB=pose_bodies(model, motion.coordinates_rad),
        source=notice("motion.by_forward_kinematics", source=source, model=model.name),
        notes=file.notes,
    )


def _read_result(folder: Path) -> Motion:
    """Return the motion of a folder that `opensim-pelvis run` wrote."""
    found = coordinate_tables(folder)
    if not found:
        inside = result_folders(folder)
        if len(inside) == 1 and inside[0] != folder:
            return _read_result(inside[0])
        found = [file for place in inside for file in coordinate_tables(place)]
    if len(found) != 1:
        names = ", ".join(path.relative_to(folder).as_posix() for path in found[:5]) or "none"
        raise ComparisonError(
            f"{folder}: wanted one result with NAME_ik.mot, found {names}. Give the folder of "
            "one result, or the .mot file itself."
        )
    name = name_of_table(found[0])
    model = folder / f"{name}_model.osim"
    motion = _read_coordinates(found[0], model if model.is_file() else None)
    stated = folder / f"{name}_summary.json"
    summary = read_summary(stated, ComparisonError) if stated.is_file() else None
    strides, stride_notes = _read_strides(folder / f"{name}_strides.csv")
    return replace(
        motion,
        name=name,
        notes=(*motion.notes, *stride_notes),
        turning=_read_sensors(folder / f"{name}_orientations.sto", motion.time_s),
        source=notice("motion.of_result", name=name, source=motion.source),
        strides=strides,
        events=_events(summary) if summary else (),
        surface=summary.settings.activity.surface if summary else None,
        gait=summary.settings.activity.kind if summary else None,
        subject=summary.settings.subject.id if summary else None,
        still_s=summary.calibration.window_s if summary else None,
    )


def _events(summary: Summary) -> tuple[FootEvent, ...]:
    return tuple(
        FootEvent(kind=row.label, side=row.context.lower(), time_s=row.time_s)
        for row in summary.events
        if row.label in KINDS
    )


def _read_sensors(path: Path, time_s: FloatArray) -> Mapping[str, FloatArray]:
    """Return each sensor's orientation under the name of its body, at these times."""
    if not path.is_file():
        return {}
    table = read_table(path)
    rows = np.searchsorted(time_s, table.time_s - 1e-6)
    found = {}
    for i, label in enumerate(table.labels):
        found[as_body(label)] = np.full((time_s.size, 4), np.nan)
        found[as_body(label)][rows] = table.values[:, i]
    return found


def _read_strides(path: Path) -> tuple[tuple[StrideSpan, ...], tuple[Notice, ...]]:
    """Return the strides that count, or all where too few do; none without the table."""
    if not path.is_file():
        return (), ()
    spans, kept = [], []
    for line, row in read_rows(path, ("side", "start_s", "end_s", "kept"), ComparisonError):
        start_s, end_s = (finite(row[name].strip()) for name in ("start_s", "end_s"))
        if start_s is None or end_s is None or not start_s < end_s or row["side"] not in SIDES:
            raise ComparisonError(
                f"{path}: line {line}: wanted a stride's side (left or right), start and end in "
                "seconds, found something else. The file was edited. Run the trial again."
            )
        span = StrideSpan(side=row["side"], start_s=start_s, end_s=end_s)
        spans.append(span)
        if row["kept"] == "yes":
            kept.append(span)
    if len(kept) >= FEW_STRIDES:
        return tuple(kept), ()
    note = notice("compare.few_steady", steady=len(kept), strides=len(spans))
    return tuple(spans), (note,) if spans else ()
