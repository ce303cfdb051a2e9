"""Segments from skin markers, as Vicon's Plug-in Gait defines them.

Definitions: Plug-in Gait reference guide (Vicon); Davis et al. 1991
(doi:10.1016/0167-9457(91)90046-Z) and Kadaba et al. 1990 (doi:10.1002/jor.1100080310) for the
lower limb, Gutierrez et al. 2003 (Gait Posture 18:37) for the thorax. Hip centres
are Harrington's regressions where the file holds none (Harrington et al. 2007,
doi:10.1016/j.jbiomech.2006.02.003).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray, UpAxis
from opensim_pelvis.kinematics.filled_markers import MIN_FILLED
from opensim_pelvis.notices import Notice, as_notice, notice, say
from opensim_pelvis.rotations import from_matrix
from opensim_pelvis.types.segments import Leg, body_on
from opensim_pelvis.validation.naming import some_of

PELVIS: Final = ("LASI", "RASI", "LPSI", "RPSI")
PELVIS_WITH_SACRUM: Final = ("LASI", "RASI", "SACR")
THORAX: Final = ("C7", "T10", "CLAV", "STRN")

_SIDES: Final[tuple[tuple[Leg, str, float], ...]] = (("right", "R", 1.0), ("left", "L", -1.0))


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MarkerTrial:
    """Marker positions over time in a laboratory frame with z up.

    Parameters
    ----------
    name : str
    rate_hz : float
    time_s : (t,) array
    positions_m : mapping of str to (t, 3) array
        In L; NaN where a marker was not seen.
    source : Notice
        What was read, and how axes and units were turned.
    up_axis : str or None
        Of the file, before it was turned.
    left_out : mapping of str to Notice
        Markers that the file has in a way that cannot be used, and why.
    subjects : tuple of str
        Whose the markers are, by the prefixes of their labels.
    notes : tuple of Notice
    """

    name: str
    rate_hz: float
    time_s: FloatArray
    positions_m: Mapping[str, FloatArray]
    source: Notice
    up_axis: UpAxis | None = None
    left_out: Mapping[str, Notice] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    notes: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", as_notice(self.source))  # others give plain texts

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return which of these markers the trial does not have."""
        return [name for name in names if name not in self.positions_m]

    def filled(self, names: Sequence[str]) -> int:
        """Return in how many frames all of these markers were seen."""
        seen = [np.isfinite(self.positions_m[name]).all(axis=1) for name in names]
        return int(np.all(seen, axis=0).sum())

    def note_missing(self, code: str, names: Sequence[str]) -> Notice:
        """Return which of these are not there, with the reason where one is known."""
        missing = self.missing(names)
        why = next((self.left_out[n] for n in missing if n in self.left_out), None)
        code = code if why is None else f"{code}_because"
        return notice(code, *missing, markers=missing, why=why)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MarkerSegments:
    """Orientations of segments in L: axes of OpenSim's bodies (x forward, y up, z right).

    Parameters
    ----------
    R_LB : mapping of body to (t, 4) array
        Any of ``pelvis torso femur_r femur_l tibia_r tibia_l``; NaN where a marker is missing.
    absent : mapping of body to Notice
        Why a body is not there.
    methods : mapping of body to Notice
        How each body's frame was made.
    notes : tuple of Notice
        Labels that were passed over for others that are filled more often.
    """

    R_LB: Mapping[str, FloatArray]
    absent: Mapping[str, Notice] = field(default_factory=dict)
    methods: Mapping[str, Notice] = field(default_factory=dict)
    notes: tuple[Notice, ...] = ()


def segments_from_markers(trial: MarkerTrial, *, needed: bool = True) -> MarkerSegments:
    """Return the segments that a trial's markers define.

    Parameters
    ----------
    trial : MarkerTrial
        Markers called as in Plug-in Gait. The thigh wants hip and knee centres (``RHJC``,
        ``RKJC``), or Vicon's femur origins (``RFEO``, the knee centre); hip centres are
        computed from the pelvis where they are absent.
    needed : bool
        Whether a trial without a pelvis is an error; else it has no segment.

    Raises
    ------
    ComparisonError
        When the trial has no pelvis.
    """
    if trial.missing(PELVIS) and trial.missing(PELVIS_WITH_SACRUM):
        if not needed:
            return MarkerSegments(R_LB={}, absent={"pelvis": notice("reference.no_markers_of_it")})
        raise ComparisonError(_say_no_pelvis(trial))
    R_LB: dict[str, FloatArray] = {"pelvis": frame_of(*pelvis_axes(trial))}
    iliac = _prefer(trial, PELVIS, PELVIS_WITH_SACRUM)
    methods = {"pelvis": notice("segment.pelvis" if iliac else "segment.pelvis_with_sacrum")}
    absent: dict[str, Notice] = {}
    if trial.missing(THORAX):
        absent["torso"] = trial.note_missing("reference.no_marker", THORAX)
    else:
        R_LB["torso"] = _thorax(trial)
        methods["torso"] = notice("segment.thorax")
    for side, letter, outward in _SIDES:
        thigh, shank = body_on(side, "thigh"), body_on(side, "shank")
        found = _thigh(trial, letter, outward)
        if isinstance(found, Notice):
            absent[thigh] = found
        else:
            R_LB[thigh], methods[thigh] = found
        if not trial.missing([f"{letter}{end}" for end in ("KJC", "AJC", "ANK")]):
            R_LB[shank] = _shank(trial, letter, outward)
            methods[shank] = notice("segment.shank")
    return MarkerSegments(R_LB=R_LB, absent=absent, methods=methods, notes=_passed_over(trial))


def _passed_over(trial: MarkerTrial) -> tuple[Notice, ...]:
    """Return a note on labels that are filled too rarely beside what can replace them."""
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(PELVIS, PELVIS_WITH_SACRUM)]
    for _, letter, _ in _SIDES:
        pairs += [(_femur(letter), _knee(letter)), ((f"{letter}HJC",), PELVIS)]
    rare = [
        name
        for first, other in pairs
        if not trial.missing(first) and not _prefer(trial, first, other)
        for name in first
        if name not in other and trial.filled([name]) < MIN_FILLED * trial.filled(other)
    ]
    if not rare:
        return ()
    return (
        notice("reference.labels_rarely_filled", *rare, markers=rare, percent=100.0 * MIN_FILLED),
    )


def _prefer(trial: MarkerTrial, first: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether the first markers are all there, and not rarely filled beside the others."""
    if trial.missing(first):
        return False
    return bool(trial.missing(other)) or trial.filled(first) >= MIN_FILLED * trial.filled(other)


def _femur(letter: str) -> tuple[str, ...]:
    return tuple(f"{letter}FE{end}" for end in "OAP")


def _knee(letter: str) -> tuple[str, ...]:
    return f"{letter}KJC", f"{letter}KNE"


def _say_no_pelvis(trial: MarkerTrial) -> str:
    twins = [name for name in (*PELVIS, "SACR") if name in trial.left_out]
    found = (
        f"{some_of(twins)} cannot be used: {say(trial.left_out[twins[0]])}"
        if twins
        else f"found {some_of(sorted(trial.positions_m)) or 'no marker'}"
    )
    return (
        f"{trial.name}: the pelvis needs the markers {', '.join(PELVIS)} (or SACR for the last "
        f"two); {found}. Give the labels of your file with --markers map.toml."
    )


def harrington_hip_centre(trial: MarkerTrial, side: Literal["r", "l"]) -> FloatArray:
    """Return a hip joint centre in L from the pelvic markers, (t, 3), metres.

    From the mean pelvic depth (mid ASIS to mid PSIS) and width (between ASIS) of the trial:
    Harrington et al. 2007, equations with one predictor each; error about 5 to 8 mm.
    """
    p = trial.positions_m
    left, right = p["LASI"], p["RASI"]
    back = (p["LPSI"] + p["RPSI"]) / 2.0
    front = (left + right) / 2.0
    depth = _mean_length(front - back)
    width = _mean_length(right - left)
    forward = -0.24 * depth - 0.0099
    up = -0.30 * width - 0.0109
    outward = (0.33 * width + 0.0073) * (1.0 if side == "r" else -1.0)
    x, y, z = pelvis_axes(trial)
    return front + forward * x + up * y + outward * z


def _mean_length(between: FloatArray) -> float:
    lengths = np.linalg.norm(between, axis=1)
    return float(np.nanmean(lengths)) if np.isfinite(lengths).any() else float("nan")


def pelvis_axes(trial: MarkerTrial) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the pelvis's axes in L, x forward, y up, z right, each (t, 3)."""
    p = trial.positions_m
    iliac = _prefer(trial, PELVIS, PELVIS_WITH_SACRUM)
    back = (p["LPSI"] + p["RPSI"]) / 2.0 if iliac else p["SACR"]
    return axes_along(p["RASI"] - p["LASI"], (p["LASI"] + p["RASI"]) / 2.0 - back)


def axes_along(right: FloatArray, forward: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return axes x, y, z, each (t, 3): z to the right, x nearest to forward.

    >>> x, y, z = axes_along(np.array([[0.0, -2.0, 0.0]]), np.array([[3.0, 1.0, 0.0]]))
    >>> [(axis.round() + 0.0).tolist()[0] for axis in (x, y, z)]
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]
    """
    z = _unit(right)
    y = _unit(np.cross(z, forward))
    return np.cross(y, z), y, z


def _thorax(trial: MarkerTrial) -> FloatArray:
    p = trial.positions_m
    y = _unit(p["C7"] + p["CLAV"] - p["STRN"] - p["T10"])
    forward = p["CLAV"] + p["STRN"] - p["C7"] - p["T10"]
    z = _unit(np.cross(forward, y))
    return frame_of(np.cross(y, z), y, z)


def _thigh(trial: MarkerTrial, letter: str, outward: float) -> tuple[FloatArray, Notice] | Notice:
    """Return the thigh's frame and how it was made, or why there is none."""
    p = trial.positions_m
    stored = _femur(letter)
    if _prefer(trial, stored, _knee(letter)):
        origin, ahead, up = (p[name] for name in stored)
        y = _unit(up - origin)
        z = _unit(np.cross(_unit(ahead - origin), y))
        return frame_of(np.cross(y, z), y, z), notice("segment.thigh_of_vicon")
    knee, marker = _knee(letter)
    if trial.missing([knee, marker]):
        return trial.note_missing("reference.no_knee", [knee, marker])
    hip, how = p.get(f"{letter}HJC"), notice("segment.thigh")
    if hip is None or not _prefer(trial, (f"{letter}HJC",), PELVIS):
        if trial.missing(PELVIS):
            return notice("reference.no_hip_centre", marker=f"{letter}HJC")
        hip = harrington_hip_centre(trial, "r" if letter == "R" else "l")
        how = notice("segment.thigh_of_harrington")
    y = _unit(hip - p[knee])
    x = _unit(np.cross(y, outward * (p[marker] - p[knee])))
    return frame_of(x, y, np.cross(x, y)), how


def _shank(trial: MarkerTrial, letter: str, outward: float) -> FloatArray:
    p = trial.positions_m
    y = _unit(p[f"{letter}KJC"] - p[f"{letter}AJC"])
    x = _unit(np.cross(y, outward * (p[f"{letter}ANK"] - p[f"{letter}AJC"])))
    return frame_of(x, y, np.cross(x, y))


def _unit(v: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(v / np.linalg.norm(v, axis=-1, keepdims=True))


def frame_of(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """Return quaternions of frames whose axes are given in L; NaN where an axis is."""
    matrix = np.stack([x, y, z], axis=-1)
    out = np.full((x.shape[0], 4), np.nan)
    present = np.isfinite(matrix).all(axis=(1, 2))
    if present.any():
        out[present] = from_matrix(matrix[present])
    return out
