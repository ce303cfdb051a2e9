"""Angles over the stride and measures over the run, thinned so that a page stays small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.gait.strides.curves import normalise, stride_angles
from opensim_pelvis.kinematics.angle_definitions import definitions
from opensim_pelvis.types import AngleCurve, Result, RunningAnalysis, Strides
from opensim_pelvis.types.running import SIDES

MAX_STRIDES: Final = 40
"""Single strides shown a side, evenly spread over the run."""

STRIDE_POINTS: Final = 51
MAX_POINTS: Final = 300
"""Strides shown as points over the run."""

MAX_BLOCKS: Final = 30
FEWEST_A_BLOCK: Final = 5

HIP_EXTENSION: Final = AngleCurve(
    name="hip_extension",
    label="Hip joint extension",
    rising="up: thigh behind the pelvis",
    mirrored=False,
    rank=40,
)
"""The one curve of OpenSim's coordinates."""


class Drawn(NamedTuple):
    """A curve with its angle in right and in left strides, and the sign it is drawn with."""

    curve: AngleCurve
    right: str
    left: str
    sign: float


def drawn_curves() -> tuple[Drawn, ...]:
    """Return the curves of a report in their order."""
    sources: dict[AngleCurve, dict[str, str]] = {}
    for d in definitions():
        if d.curve is not None:
            sides = ("right", "left") if d.side == "body" else (d.side,)
            sources.setdefault(d.curve, {}).update(dict.fromkeys(sides, d.name))
    found = [Drawn(curve, names["right"], names["left"], 1.0) for curve, names in sources.items()]
    found.append(Drawn(HIP_EXTENSION, "hip_flexion_r", "hip_flexion_l", -1.0))
    return tuple(sorted(found, key=lambda drawn: drawn.curve.rank))


def curves_of(result: Result) -> dict[str, Any]:
    """Return mean, spread and some single strides of each curve, and the events within them.

    Mirrored curves of left strides have the other sign, so that the same movement of either
    side gives the same curve.
    """
    running = result.running
    if running is None or not running.strides.kept.any():
        return {"angles": [], "events": {}}
    table = stride_angles(result.clinical, result.kinematics, running.strides)
    time_s = result.kinematics.time_s
    angles = []
    for drawn in drawn_curves():
        curve = drawn.curve
        sides: dict[str, Any] = {}
        for code, source in enumerate((drawn.right, drawn.left)):
            sign = -drawn.sign if curve.mirrored and code == 1 else drawn.sign
            found = _side(running, table, time_s, code, source, sign)
            if found is not None:
                sides[SIDES[code]] = found
        if sides:
            known = {
                key: _usual(u95, running.curves.angles, (drawn.right, drawn.left))
                for key, u95 in (
                    ("u95", running.curves.u95_deg),
                    ("u95_shape", running.curves.u95_shape_deg),
                )
            }
            angles.append({"name": curve.name, "mirrored": curve.mirrored, **known, **sides})
    return {"angles": angles, "events": _events(running.strides)}


def _usual(
    u95_deg: FloatArray | None, angles: Sequence[str], sources: tuple[str, str]
) -> float | None:
    """Return the median over the stride of an uncertainty, of the side with the larger one."""
    if u95_deg is None:
        return None
    sides = [
        u95_deg[code, :, angles.index(source)]
        for code, source in enumerate(sources)
        if source in angles
    ]
    found = [float(np.median(side)) for side in sides if np.isfinite(side).all()]
    return round(max(found), 3) if found else None


def series_of(result: Result) -> dict[str, Any]:
    """Return measures over the run: single strides, thinned, and means of blocks of strides."""
    running = result.running
    if running is None or not running.strides.kept.any():
        return {}
    strides, column = running.strides, {d.name: i for i, d in enumerate(running.definitions)}
    series: dict[str, Any] = {}
    for name in (definition.name for definition in shown_in("run")):
        if name not in column:
            continue
        sides: dict[str, Any] = {}
        scope = running.definitions[column[name]].scope
        for code in (0, 1) if scope == "side" else (_main_side(running),):
            values = running.values[:, column[name]]
            rows = strides.kept & (strides.side == code) & np.isfinite(values)
            if not rows.any():
                continue
            side = SIDES[code] if scope == "side" else "body"
            sides[side] = _over_time(strides.start_s[rows], values[rows])
        if sides:
            series[name] = sides
    return series


def _main_side(running: RunningAnalysis) -> int:
    """Return the side whose strides stand for the whole body: that with more kept strides."""
    kept = running.strides.kept
    return int(
        (kept & (running.strides.side == 1)).sum() > (kept & (running.strides.side == 0)).sum()
    )


def _side(
    running: RunningAnalysis,
    table: dict[str, FloatArray],
    time_s: FloatArray,
    code: int,
    source: str,
    sign: float,
) -> dict[str, Any] | None:
    curves, strides = running.curves, running.strides
    if source not in curves.angles:
        return None
    column = curves.angles.index(source)
    if not curves.n[code, column]:
        return None
    rows = np.flatnonzero(strides.kept & (strides.side == code))
    single = np.rad2deg(
        normalise(table[source], time_s, strides.start_s[rows], strides.end_s[rows], STRIDE_POINTS)
    )
    single = single[np.isfinite(single).all(axis=1)]
    return {
        "mean": np.round(sign * curves.mean_deg[code, :, column], 3),
        "sd": np.round(curves.sd_deg[code, :, column], 3),
        "n": int(curves.n[code, column]),
        "strides": np.round(sign * single[_spread(single.shape[0], MAX_STRIDES)], 2),
    }


def _events(strides: Strides) -> dict[str, dict[str, float]]:
    """Return the mean place of toe-offs and the other leg's contact, percent of the stride."""
    if strides.kind != "contact":
        return {}
    length = strides.end_s - strides.start_s
    found: dict[str, dict[str, float]] = {}
    for code, side in enumerate(SIDES):
        rows = strides.kept & (strides.side == code)
        places = {}
        for name in ("toe_off", "opposite_contact", "opposite_toe_off"):
            part = ((getattr(strides, f"{name}_s") - strides.start_s) / length)[rows]
            if np.isfinite(part).any():
                places[name] = round(100.0 * float(np.nanmean(part)), 2)
        found[side] = places
    return found


def _over_time(at_s: FloatArray, values: FloatArray) -> dict[str, Any]:
    some = _spread(at_s.size, MAX_POINTS)
    blocks = max(1, min(MAX_BLOCKS, at_s.size // FEWEST_A_BLOCK))
    return {
        "time_s": np.round(at_s[some], 2),
        "values": np.round(values[some], 3),
        "block_time_s": [round(float(part.mean()), 2) for part in np.array_split(at_s, blocks)],
        "block_mean": [round(float(part.mean()), 3) for part in np.array_split(values, blocks)],
    }


def _spread(count: int, most: int) -> IntArray:
    """Return at most so many indices, evenly spread."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, most)).round().astype(np.int64))
