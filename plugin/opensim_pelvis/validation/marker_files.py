"""Markers from TRC and C3D files: metres, z up, the names of Plug-in Gait, short gaps filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import AXES, FloatArray, UpAxis, earth_from_world
from opensim_pelvis.io.c3d import open_c3d, rates_contradict, read_points
from opensim_pelvis.io.documents import read_toml
from opensim_pelvis.kinematics.plugin_gait import PIG_ANGLES
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import rotate
from opensim_pelvis.types.segments import BODIES
from opensim_pelvis.validation.foot_events import FootEvent, read_c3d_events
from opensim_pelvis.validation.marker_gaps import MAX_MARKER_GAP_S, fill, without_unmeasured
from opensim_pelvis.validation.marker_names import Trajectory, name_markers
from opensim_pelvis.validation.markers import MarkerTrial
from opensim_pelvis.validation.naming import list_some, some_of
from opensim_pelvis.validation.sheets import read_sheet
from opensim_pelvis.validation.trc_files import read_trc

METRES: Final = {"m": 1.0, "mm": 1e-3, "cm": 1e-2}


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MarkerFile:
    """A file of markers, and the Plug-in Gait angles that it may hold.

    Parameters
    ----------
    trial : MarkerTrial
    pig_angles_deg : mapping of str to (t, 3) array
    events : tuple of FootEvent
    """

    trial: MarkerTrial
    pig_angles_deg: Mapping[str, FloatArray]
    events: tuple[FootEvent, ...] = ()


def read_markers(
    path: Path, *, names: Mapping[str, str] | None = None, up_axis: UpAxis | None = None
) -> MarkerFile:
    """Read the markers of a ``.c3d`` or ``.trc`` file.

    Parameters
    ----------
    path : Path
    names : mapping of str to str, optional
        Our name to the file's. Names that differ from ours in case only, or by a prefix
        ``subject:``, are found without it.
    up_axis : str, optional
        Needed for a TRC, which does not state it, and for a C3D without ``POINT:Y_SCREEN``.

    Raises
    ------
    ReadError, ComparisonError
        When the file is damaged, or does not say what must be known.
    """
    if path.is_dir():
        raise ComparisonError(f"{path}: wanted a marker file (.c3d, .trc), found a folder")
    is_c3d = path.suffix.lower() == ".c3d"
    return (_read_c3d if is_c3d else _read_trc)(path, names or {}, up_axis)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MarkerMap:
    """What a mapping file says: our name to the lab's own, and plates of markers by body."""

    names: Mapping[str, str] = field(default_factory=dict)
    clusters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_marker_map(path: Path) -> MarkerMap:
    """Return the tables ``[markers]`` and ``[clusters]`` of a mapping file.

    Raises
    ------
    ComparisonError
        When the file is not there or holds neither.
    """
    content = read_toml(path, ComparisonError, "marker names in TOML")
    names, clusters = content.get("markers", {}), content.get("clusters", {})
    texts = isinstance(names, dict) and all(isinstance(v, str) for v in names.values())
    lists = isinstance(clusters, dict) and all(
        isinstance(v, list) and all(isinstance(name, str) for name in v) for v in clusters.values()
    )
    unknown = sorted(set(clusters) - set(BODIES)) if lists else []
    if not (texts and lists and (names or clusters)) or unknown:
        raise ComparisonError(
            f'{path}: wanted tables [markers] with lines such as LASI = "L_Asis", or [clusters] '
            f'with lines such as femur_r = ["RT1", "RT2", "RT3"], found '
            f"{', '.join(unknown or content) or 'nothing'}. Bodies: {', '.join(BODIES)}."
        )
    plates = {body: tuple(name.upper() for name in markers) for body, markers in clusters.items()}
    return MarkerMap(names=dict(names), clusters=plates)


def _read_c3d(path: Path, names: Mapping[str, str], up_axis: UpAxis | None) -> MarkerFile:
    file = open_c3d(path)
    if not file.points:
        channels = file.texts("ANALOG:LABELS")[: file.channels]
        raise ComparisonError(
            f"{path}: wanted markers or angles, found only {file.channels} analog channels "
            f"({some_of(channels, 3) or 'without labels'}). Give the file with the trajectories."
        )
    points, notes = read_points(file)
    labels = file.texts("POINT:LABELS")[: file.points]
    unit = file.text("POINT:UNITS").lower()
    if unit not in METRES:
        raise ComparisonError(
            f"{path}: wanted POINT:UNITS m, cm or mm, found {unit or 'nothing'}. Export the file "
            "with its unit."
        )
    screen = file.text("POINT:Y_SCREEN").lower().removeprefix("+")
    up = up_axis or next((axis for axis in AXES if axis == screen), None)
    if up is None:
        raise ComparisonError(_no_up_axis(path, "POINT:Y_SCREEN is missing"))
    rate_hz = file.rate_hz
    if not np.isfinite(rate_hz):
        raise ComparisonError(
            f"{path}: wanted the point rate, but neither POINT:RATE, the header nor ANALOG:RATE "
            "states one that is valid. Export the file with its rate."
        )
    if rates_contradict(file):
        raise ComparisonError(
            f"{path}: POINT:RATE is {rate_hz:g} Hz, but the header states another rate, and "
            f"ANALOG:RATE with {file.channel_samples} samples per frame does too: the rates "
            "contradict each other. Export the file again."
        )
    columns = [(label, points[:, i]) for i, label in enumerate(labels) if label]
    stored = {label: p for label, p in columns if label in PIG_ANGLES}
    others = set().union(*(file.texts(f"POINT:{g}") for g in file.texts("POINT:TYPE_GROUPS")))
    kept = [
        (label, METRES[unit] * p) for label, p in columns if label not in {*others, *PIG_ANGLES}
    ]
    start_s = (file.first_frame - 1) / rate_hz
    said = notice("motion.c3d", unit=unit, up=up)
    events, told = read_c3d_events(file)
    notes = tuple(dict.fromkeys((*notes, *told)))
    return MarkerFile(
        trial=_trial(path, rate_hz, start_s, kept, names, up, said, notes),
        pig_angles_deg=stored,
        events=events,
    )


def _read_trc(path: Path, names: Mapping[str, str], up_axis: UpAxis | None) -> MarkerFile:
    file = read_trc(path, *read_sheet(path))
    if up_axis is None:
        raise ComparisonError(_no_up_axis(path, "a TRC file does not state it (OpenSim uses y)"))
    said = notice("motion.trc", unit=file.unit, up=up_axis)
    found, rate_hz, start_s = file.trajectories, file.rate_hz, file.start_s
    trial = _trial(path, rate_hz, start_s, found, names, up_axis, said, file.notes)
    return MarkerFile(trial=trial, pig_angles_deg={})


def _no_up_axis(path: Path, why: str) -> str:
    return (
        f"{path}: wanted the upward axis of the laboratory, but {why}. Give it with "
        "--up-axis, for example --up-axis y."
    )


def _trial(
    path: Path,
    rate_hz: float,
    start_s: float,
    found: Sequence[Trajectory],
    names: Mapping[str, str],
    up_axis: UpAxis,
    source: Notice,
    notes: tuple[Notice, ...],
) -> MarkerTrial:
    """Turn markers upright, give them our names and fill short gaps, saying so."""
    measured, unmeasured = without_unmeasured(_apart(found), rate_hz, start_s)
    labels = [label for label, _ in found]
    named = name_markers(path, list(zip(labels, measured.values(), strict=True)), names)
    turn = earth_from_world(up_axis)
    positions, filled, unseen = {}, 0, []
    for name, p in named.positions.items():
        if p.size and not np.isfinite(p).any():
            unseen.append(name)
            continue
        whole, count = fill(p, rate_hz)
        filled += count
        positions[name] = rotate(turn, whole)
    notes += (*unmeasured, *named.notes)
    if unseen:
        told = notice("reference.labels_never_filled", *unseen, names=list_some(unseen))
        notes += (told,)
    if filled:
        notes += (notice("reference.gaps_filled", samples=filled, limit_s=MAX_MARKER_GAP_S),)
    size = found[0][1].shape[0] if found else 0
    return MarkerTrial(
        name=path.stem,
        rate_hz=rate_hz,
        time_s=start_s + np.arange(size) / rate_hz,
        positions_m=positions,
        source=source,
        up_axis=up_axis,
        left_out={**named.left_out, **dict.fromkeys(unseen, notice("reference.never_seen"))},
        subjects=named.subjects,
        notes=notes,
    )


def _apart(found: Sequence[Trajectory]) -> dict[str, FloatArray]:
    """Return trajectories by labels that each stand once, in their order."""
    out: dict[str, FloatArray] = {}
    for label, p in found:
        times = 1
        while (key := label if times == 1 else f"{label} ({times})") in out:
            times += 1
        out[key] = p
    return out
