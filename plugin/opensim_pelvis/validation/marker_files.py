"""Markers from TRC and C3D files: metres, z up, the names of Plug-in Gait, short gaps filled."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline

from opensim_pelvis.c3d_file import open_c3d, read_points
from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import AXES, FloatArray, UpAxis, earth_from_world
from opensim_pelvis.rotations import rotate
from opensim_pelvis.settings import BODIES
from opensim_pelvis.validation.foot_events import FootEvent, read_c3d_events
from opensim_pelvis.validation.markers import MarkerTrial
from opensim_pelvis.validation.plugin_gait import PIG_ANGLES

MAX_MARKER_GAP_S: Final = 0.1
"""Longest hole in a marker's path that a cubic spline bridges; a choice."""

METRES: Final = {"m": 1.0, "mm": 1e-3, "cm": 1e-2}

_TRC_HEAD: Final = 5


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
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ComparisonError(f"{path}: marker names cannot be read: {fault}") from fault
    names, clusters = content.get("markers", {}), content.get("clusters", {})
    texts = isinstance(names, dict) and all(isinstance(v, str) for v in names.values())
    lists = isinstance(clusters, dict) and all(
        isinstance(v, list) and all(isinstance(name, str) for name in v) for v in clusters.values()
    )
    unknown = sorted(set(clusters) - set(BODIES)) if lists else []
    if not (texts and lists and (names or clusters)) or unknown:
        raise ComparisonError(
            f'{path}: tables [markers] with lines like LASI = "L_Asis", or [clusters] with lines '
            f'like femur_r = ["RT1", "RT2", "RT3"], were wanted, found '
            f"{', '.join(unknown or content) or 'nothing'}. Bodies: {', '.join(BODIES)}."
        )
    plates = {body: tuple(name.upper() for name in markers) for body, markers in clusters.items()}
    return MarkerMap(names=dict(names), clusters=plates)


def _read_c3d(path: Path, names: Mapping[str, str], up_axis: UpAxis | None) -> MarkerFile:
    file = open_c3d(path)
    points, notes = read_points(file)
    labels = file.texts("POINT:LABELS")[: file.points]
    unit = file.text("POINT:UNITS").lower()
    if unit not in METRES:
        raise ComparisonError(
            f"{path}: POINT:UNITS m, cm or mm was wanted, found {unit or 'nothing'}: export the "
            "file with its unit"
        )
    screen = file.text("POINT:Y_SCREEN").lower().removeprefix("+")
    up = up_axis or next((axis for axis in AXES if axis == screen), None)
    if up is None:
        raise ComparisonError(_no_up_axis(path, "POINT:Y_SCREEN is not there"))
    rate_hz = file.rate_hz
    if not np.isfinite(rate_hz):
        raise ComparisonError(
            f"{path}: the rate of the points was wanted, but neither POINT:RATE nor the header "
            "states it: export the file with its rate"
        )
    columns = {label: points[:, i] for i, label in enumerate(labels) if label}
    stored = {name: columns.pop(name) for name in PIG_ANGLES if name in columns}
    others = set().union(*(file.texts(f"POINT:{g}") for g in file.texts("POINT:TYPE_GROUPS")))
    kept = {label: METRES[unit] * p for label, p in columns.items() if label not in others}
    start_s = (file.first_frame - 1) / rate_hz
    said = f"C3D, {unit}, {up} up"
    return MarkerFile(
        trial=_trial(path, rate_hz, start_s, kept, names, up, said, notes),
        pig_angles_deg=stored,
        events=read_c3d_events(file),
    )


def _read_trc(path: Path, names: Mapping[str, str], up_axis: UpAxis | None) -> MarkerFile:
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as fault:
        raise ComparisonError(f"{path}: cannot be read: {fault.strerror or fault}") from fault
    if len(lines) <= _TRC_HEAD or not lines[0].startswith("PathFileType"):
        raise ComparisonError(f"{path}: a TRC file was wanted, but it does not begin like one")
    head = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=False))
    unit = head.get("Units", "").strip().lower()
    if unit not in METRES:
        raise ComparisonError(f"{path}: Units m, cm or mm were wanted, found {unit or 'nothing'}")
    if up_axis is None:
        raise ComparisonError(_no_up_axis(path, "a TRC file does not state it (OpenSim's are y)"))
    labels = [text.strip() for text in lines[3].split("\t")[2:] if text.strip()]
    rows = [line for line in lines[_TRC_HEAD:] if line.strip()]
    width = 2 + 3 * len(labels)
    values = np.full((len(rows), width), np.nan)
    for number, row in enumerate(rows):
        cells = row.rstrip("\r\n").split("\t")[:width]
        try:
            values[number, : len(cells)] = [float(c) if c.strip() else np.nan for c in cells]
        except ValueError as fault:
            raise ComparisonError(f"{path}: row {number + 1} of the data: {fault}") from fault
    time_s = values[:, 1]
    if len(rows) < 2 or not (np.diff(time_s) > 0.0).all():
        raise ComparisonError(f"{path}: times that rise were wanted in the second column")
    rate_hz = (time_s.size - 1) / float(time_s[-1] - time_s[0])
    found = {
        label: METRES[unit] * values[:, 2 + 3 * i : 5 + 3 * i] for i, label in enumerate(labels)
    }
    said = f"TRC, {unit}, {up_axis} up (stated by the user)"
    trial = _trial(path, rate_hz, float(time_s[0]), found, names, up_axis, said, ())
    return MarkerFile(trial=trial, pig_angles_deg={})


def _no_up_axis(path: Path, why: str) -> str:
    return f"{path}: the upward axis of the laboratory was wanted, but {why}. Give it: --up-axis y"


def _trial(
    path: Path,
    rate_hz: float,
    start_s: float,
    found: Mapping[str, FloatArray],
    names: Mapping[str, str],
    up_axis: UpAxis,
    source: str,
    notes: tuple[str, ...],
) -> MarkerTrial:
    """Turn markers upright, give them our names and fill short gaps, saying so."""
    missing = sorted(set(names.values()) - set(found))
    if missing:
        raise ComparisonError(
            f"{path}: the mapping asks for the markers {', '.join(missing)}, the file has "
            f"{', '.join(sorted(found))}"
        )
    ours = {theirs: name for name, theirs in names.items()}
    turn = earth_from_world(up_axis)
    called = {label: ours.get(label, label.rpartition(":")[2].upper()) for label in found}
    positions, filled, twins = {}, 0, set()
    for label, p in found.items():
        whole, count = _fill(np.where(np.isfinite(p), p, np.nan), rate_hz)
        filled += count
        name = called[label]
        if label not in ours and name in names:
            continue  # the user has said which one is meant
        if label not in ours and sum(name == other for other in called.values()) > 1:
            twins.add(name)  # two people, or two spellings: which one is meant must be said
        else:
            positions[name] = rotate(turn, whole)
    if twins:
        notes += (
            f"more than one marker is called {', '.join(sorted(twins))}: none was taken; name the "
            "one that is meant in --markers",
        )
    if filled:
        notes += (
            f"{filled} missing marker samples in gaps of at most {MAX_MARKER_GAP_S:g} s were "
            "filled by cubic splines; longer gaps stay",
        )
    size = next(iter(positions.values())).shape[0] if positions else 0
    return MarkerTrial(
        name=path.stem,
        rate_hz=rate_hz,
        time_s=start_s + np.arange(size) / rate_hz,
        positions_m=positions,
        source=source,
        notes=notes,
    )


def _fill(p: FloatArray, rate_hz: float) -> tuple[FloatArray, int]:
    """Return a path whose short inner gaps are bridged, and how many samples that were."""
    seen = np.isfinite(p).all(axis=1)
    rows = np.flatnonzero(seen)
    if rows.size < 4 or seen.all():
        return p, 0
    out = p.copy()
    before, after = rows[:-1], rows[1:]
    short = (after - before > 1) & (after - before - 1 <= MAX_MARKER_GAP_S * rate_hz)
    gaps = [np.arange(a + 1, b) for a, b in zip(before[short], after[short], strict=True)]
    if not gaps:
        return p, 0
    holes = np.concatenate(gaps)
    out[holes] = CubicSpline(rows, p[rows])(holes)
    return out, holes.size
