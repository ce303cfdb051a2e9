"""Ranges that people have: what lies beyond is a wrong sensor, not a runner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.types import NOT_CHECKED, VERDICTS, Check, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What people's angles do in walking and running, degrees.

    Parameters
    ----------
    range_deg : (float, float)
        Peak to peak within a stride beyond which it is unusual, and impossible.
    lowest_deg, highest_deg : (float, float) or None
        Values within a stride beyond which the angle is unusual, and impossible; only where the
        static trial gives the zero.
    """

    range_deg: tuple[float, float]
    lowest_deg: tuple[float, float] | None = None
    highest_deg: tuple[float, float] | None = None


# Largest found in sound recordings (two runners at 2.5 to 4.5 m/s, one at 2.2, a sprinter at
# 9.5 m/s from published markers, two walks): pelvic rotation 23.6, obliquity 19.8 (line of the
# ASIS), tilt 12.6, thigh 81, knee 135. Unusual is beyond these by a third, since skin adds
# to what joints do, impossible beyond the passive range of the joint or twice the largest found.
ANGLES: Final[Mapping[str, Bounds]] = {
    "pelvic_axial_rotation": Bounds(range_deg=(32.0, 45.0)),
    "pelvic_obliquity": Bounds(range_deg=(28.0, 40.0)),
    "pelvic_anterior_tilt": Bounds(
        range_deg=(20.0, 32.0), lowest_deg=(-20.0, -35.0), highest_deg=(38.0, 50.0)
    ),
    "trunk_axial_rotation": Bounds(range_deg=(55.0, 80.0)),
    "trunk_lateral_lean": Bounds(range_deg=(25.0, 40.0)),
    "trunk_forward_lean": Bounds(
        range_deg=(25.0, 40.0), lowest_deg=(-20.0, -35.0), highest_deg=(50.0, 70.0)
    ),
    "thigh_extension_r": Bounds(range_deg=(110.0, 135.0), highest_deg=(45.0, 60.0)),
    "thigh_extension_l": Bounds(range_deg=(110.0, 135.0), highest_deg=(45.0, 60.0)),
}
"""Clinical angles."""

COORDINATES: Final[Mapping[str, Bounds]] = {
    f"{name}_{side}": bounds
    for side in "rl"
    for name, bounds in {
        "hip_flexion": Bounds(
            range_deg=(110.0, 140.0), lowest_deg=(-35.0, -50.0), highest_deg=(115.0, 135.0)
        ),
        "hip_adduction": Bounds(range_deg=(40.0, 60.0)),
        "knee_angle": Bounds(
            range_deg=(150.0, 170.0), lowest_deg=(-15.0, -25.0), highest_deg=(150.0, 165.0)
        ),
    }.items()
}
"""OpenSim's coordinates; the other ones move with soft tissue and sensors more than with joints."""


def examine_anatomy(examined: Examined) -> Iterator[Evidence]:
    """Yield whether angles stay within what people's joints do."""
    definition = definition_of("anatomy")
    spans = stride_spans(examined)
    if not spans:
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    worst = max((_judged(name, *span, examined) for name, span in spans.items()), key=_rank)
    check = worst
    notes: tuple[Notice, ...] = ()
    if check.verdict != "good":
        code = "anatomy.unusual" if check.verdict == "doubtful" else "anatomy.impossible"
        limit = (check.limits or (0.0, 0.0))[VERDICTS.index(check.verdict) - 1]
        told = notice(
            code,
            *check.subject,
            angle=check.subject[0],
            found_deg=check.value,
            limit_deg=limit,
            what=check.state,
        )
        notes = (told,)
    shown = Check(
        name="anatomy",
        verdict=check.verdict,
        value=check.value,
        unit="deg",
        limits=check.limits,
        subject=check.subject,
    )
    yield Evidence(check=shown, notes=notes)


def stride_spans(examined: Examined) -> dict[str, tuple[float, float, float]]:
    """Return for each angle with bounds the range, the lowest and the highest of its strides.

    Medians over strides, degrees; of angles that no stride has, nothing.
    """
    strides, time_s = examined.running.strides, examined.kinematics.time_s
    rows = strides.kept if strides.kept.any() else np.ones(strides.side.size, dtype=bool)
    starts = np.searchsorted(time_s, strides.start_s[rows]).astype(np.int64)
    ends = np.searchsorted(time_s, strides.end_s[rows]).astype(np.int64)
    angles = dict(zip(examined.angles.names, examined.angles.values_rad.T, strict=True))
    solved = zip(examined.kinematics.coordinates, examined.kinematics.values_rad.T, strict=True)
    wanted = {name: angles[name] for name in ANGLES if name in angles}
    wanted |= {name: values for name, values in solved if name in COORDINATES}
    found = {}
    for name, values in wanted.items():
        spans = _spans(np.rad2deg(values), starts, ends)
        if spans.size:
            low, high = np.median(spans, axis=0)
            found[name] = (float(np.median(spans[:, 1] - spans[:, 0])), float(low), float(high))
    return found


def _spans(values: FloatArray, starts: IntArray, ends: IntArray) -> FloatArray:
    """Return lowest and highest value of each stride that is whole, shape (n, 2)."""
    some = ends > starts
    if not some.any():
        return np.empty((0, 2))
    edges = np.column_stack([starts[some], ends[some]]).ravel()
    padded = np.append(values, np.nan)  # a stride may end with the last value
    spans = np.stack([f.reduceat(padded, edges)[::2] for f in (np.minimum, np.maximum)], axis=1)
    return np.asarray(spans[np.isfinite(spans).all(axis=1)])


def _judged(name: str, size: float, low: float, high: float, examined: Examined) -> Check:
    """Return the worst of the three looks at an angle; the state says which."""
    bounds = ANGLES.get(name) or COORDINATES[name]
    looks = [("range", size, bounds.range_deg)]
    if examined.placement.zero_known:
        looks += [("maximum", high, bounds.highest_deg)] if bounds.highest_deg else []
        looks += [("minimum", low, bounds.lowest_deg)] if bounds.lowest_deg else []
    checks = []
    for what, value, (unusual, impossible) in looks:
        sign = 1.0 if impossible > 0.0 else -1.0
        beyond = (sign * value > sign * unusual) + (sign * value > sign * impossible)
        checks.append(
            Check(
                name="anatomy",
                verdict=VERDICTS[int(beyond)],
                value=value,
                unit="deg",
                limits=(unusual, impossible),
                subject=(name,),
                state=what,
            )
        )
    return max(checks, key=_rank)


def _rank(check: Check) -> tuple[int, float]:
    """Order by verdict, then by how much of the way to the impossible was gone."""
    assert check.limits is not None
    assert check.value is not None
    return VERDICTS.index(check.verdict), check.value / check.limits[1]
