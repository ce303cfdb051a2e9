"""The posture in the static trial, told from the movement after it.

The static trial defines every angle's zero. A body that leant, bent its knees or faced away from
the belt shifts the mean posture of all later strides by as much, in segments that a wrong sensor
could not shift together. How people stand against how they run is known within a few degrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.config.calibration_methods import method_of
from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import BoolArray, FloatArray, turn_about_vertical
from opensim_pelvis.notices import notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.rotations import inverse, multiply, rotate
from opensim_pelvis.types import NOT_CHECKED, Evidence
from opensim_pelvis.types.segments import BODIES, segment_of

MOST_SAMPLES: Final = 20000


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How far the mean of a segment's strides leans forward of its standing pose, degrees."""

    forward_deg: float
    sigma_deg: float
    side_sigma_deg: float


# Pelvis, thighs and shanks running: markers of two men at 2.5 to 4.5 m/s, standing against running
# (rbds_running; pelvis 4.5 to 12, thighs -11 to -16.5, shanks 27 to 41). Trunk: Teng & Powers 2015,
# groups of 3.6 and 10.8. Walking: sensors of gaittoolbox_walk and opensense_walk. Sigmas are the
# spread of these, widened for so few people.
USUAL: Final[Mapping[ActivityKind, Mapping[str, Usual]]] = {
    "running": {
        "pelvis": Usual(forward_deg=7.0, sigma_deg=4.0, side_sigma_deg=2.0),
        "trunk": Usual(forward_deg=7.0, sigma_deg=4.5, side_sigma_deg=2.5),
        "thigh": Usual(forward_deg=-13.5, sigma_deg=4.0, side_sigma_deg=2.5),
        "shank": Usual(forward_deg=33.0, sigma_deg=6.0, side_sigma_deg=3.5),
    },
    "walking": {
        "pelvis": Usual(forward_deg=-2.0, sigma_deg=4.0, side_sigma_deg=2.0),
        "trunk": Usual(forward_deg=4.0, sigma_deg=5.0, side_sigma_deg=2.5),
        "thigh": Usual(forward_deg=-11.0, sigma_deg=4.0, side_sigma_deg=2.5),
        "shank": Usual(forward_deg=10.0, sigma_deg=4.0, side_sigma_deg=3.5),
    },
}
"""Mean inclination over strides against the standing pose, by what was done and by segment."""

LEAN_SIGMA_DEG: Final = 6.0
"""How far people lean who were told to stand upright; a choice. It decides how much evidence is
wanted before a lean is believed."""

SEGMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    segment: tuple(body for body in BODIES if segment_of(body) == segment)
    for segment in ("pelvis", "trunk", "thigh", "shank")
}
UPPER: Final = ("pelvis", "trunk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclination:
    """The mean of one body over strides, against its standing pose, degrees."""

    forward_deg: float
    right_deg: float
    left_turn_deg: float


def examine_posture(examined: Examined) -> Iterator[Evidence]:
    """Yield what the strides tell of the static trial: lean, bent legs, facing.

    Notes
    -----
    Assumes that segments lean in running or walking as people's do (`USUAL`); a runner who leans
    more than 12 degrees further than they is told of a static trial that was sound.
    """
    names = ("faced_ahead", "stood_upright", "legs_straight")
    method = method_of(examined.placement.pose.method)
    activity = examined.settings.activity.kind
    kept = in_strides(examined)
    if not method.still or activity is None or not kept.any():
        yield from (Evidence(check=definition_of(n).state("good", NOT_CHECKED)) for n in names)
        return
    found = mean_inclinations(examined, kept)
    facing = _facing(examined, found)
    yield facing
    if facing.check.verdict == "rejected":  # forward and sideways are not what they are called
        yield from (Evidence(check=definition_of(n).state("good", NOT_CHECKED)) for n in names[1:])
        return
    yield from _lean(found, USUAL[activity])
    yield from _legs(found, USUAL[activity])


def mean_inclinations(examined: Examined, kept: BoolArray) -> dict[str, Inclination]:
    """Return the mean of each body that has a sensor, as its sensor shows it.

    Parameters
    ----------
    examined : Examined
    kept : (t,) bool array
        The samples to look at.
    """
    at = np.flatnonzero(kept)
    at = at[:: max(1, at.size // MOST_SAMPLES)]
    placement = examined.placement
    to_travel = turn_about_vertical(-examined.angles.travel_rad[at])
    found = {}
    for i, body in enumerate(placement.bodies):
        R_GB = multiply(examined.orientations.R_GS[at, i], inverse(placement.R_BS[i]))
        R_TB = multiply(to_travel, R_GB)
        R_TB = R_TB[np.isfinite(R_TB[:, 0])]
        if not R_TB.size or placement.sensors[i] in placement.heading.unknown:
            continue
        up, ahead = rotate(R_TB, np.array([0.0, 1.0, 0.0])), rotate(R_TB, np.array([1.0, 0.0, 0.0]))
        found[body] = Inclination(
            forward_deg=_mean_deg(up[:, 0], up[:, 1]),
            right_deg=_mean_deg(up[:, 2], up[:, 1]),
            left_turn_deg=_mean_deg(-ahead[:, 2], ahead[:, 0]),
        )
    return found


def _mean_deg(sine: FloatArray, cosine: FloatArray) -> float:
    """Return the mean of angles given as legs of a triangle, about their circular mean."""
    length = np.hypot(sine, cosine)
    centre = np.arctan2((sine / length).mean(), (cosine / length).mean())
    away = np.arctan2(sine, cosine) - centre
    away -= 2.0 * np.pi * np.rint(away / (2.0 * np.pi))
    return float(np.rad2deg(centre + away.mean()))


def in_strides(examined: Examined) -> BoolArray:
    """Return the samples that lie in a kept stride; in any stride where none is kept."""
    strides, time_s = examined.running.strides, examined.kinematics.time_s
    rows = strides.kept if strides.kept.any() else np.ones(strides.side.size, dtype=bool)
    step = np.zeros(time_s.size + 1)
    np.add.at(step, np.searchsorted(time_s, strides.start_s[rows]), 1.0)
    np.add.at(step, np.searchsorted(time_s, strides.end_s[rows]), -1.0)
    return np.asarray(np.cumsum(step)[:-1] > 0.0)


def _segments(
    found: Mapping[str, Inclination], usual: Mapping[str, Usual], part: str
) -> dict[str, float]:
    """Return how far each segment differs from what is usual; of both legs their mean."""
    out = {}
    for segment, bodies in SEGMENTS.items():
        worn = [getattr(found[body], part) for body in bodies if body in found]
        if len(worn) == len(bodies):
            expected = usual[segment].forward_deg if part == "forward_deg" else 0.0
            out[segment] = float(np.mean(worn)) - expected
    return out


def _common(off: Mapping[str, float], sigmas: Mapping[str, float]) -> float:
    """Return the lean that all segments share, drawn towards none as far as they are few."""
    if not off:
        return 0.0
    weights = {segment: 1.0 / sigmas[segment] ** 2 for segment in off}
    pull = sum(weights.values()) + 1.0 / LEAN_SIGMA_DEG**2
    return -sum(weights[segment] * value for segment, value in off.items()) / pull


def _lean(found: Mapping[str, Inclination], usual: Mapping[str, Usual]) -> Iterator[Evidence]:
    definition = definition_of("stood_upright")
    forward = _segments(found, usual, "forward_deg")
    side = _segments(found, usual, "right_deg")
    if not forward:
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    upper = {s: v for s, v in forward.items() if s in UPPER} or forward
    lean = _common(upper, {s: usual[s].sigma_deg for s in usual})
    tilt = _common(side, {s: usual[s].side_sigma_deg for s in usual})
    size = float(np.hypot(lean, tilt))
    check = definition.found(size)
    code = {"good": "", "doubtful": "stance.may_have_leant", "rejected": "stance.leant"}
    told = code[check.verdict]
    notes = (notice(told, forward_deg=lean, right_deg=tilt),) if told else ()
    yield Evidence(check=check, notes=notes)


def _legs(found: Mapping[str, Inclination], usual: Mapping[str, Usual]) -> Iterator[Evidence]:
    definition = definition_of("legs_straight")
    forward = _segments(found, usual, "forward_deg")
    thighs = {b: found[b].forward_deg for b in SEGMENTS["thigh"] if b in found}
    if "thigh" not in forward:
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    upper = {s: v for s, v in forward.items() if s in UPPER}
    lean = -_common(upper, {s: usual[s].sigma_deg for s in usual})
    off = {body: value - usual["thigh"].forward_deg - lean for body, value in thighs.items()}
    check = definition.of_worst({body: abs(value) for body, value in off.items()})
    if check.verdict == "good":
        yield Evidence(check=check)
        return
    both = min(off.values()) * max(off.values()) > 0.0 and min(map(abs, off.values())) > 0.5 * max(
        map(abs, off.values())
    )
    code = "stance.legs_bent" if both else "stance.one_leg"
    worst = check.subject[0]
    yield Evidence(check=check, notes=(notice(code, worst, body=worst, off_deg=abs(off[worst])),))


def _facing(examined: Examined, found: Mapping[str, Inclination]) -> Evidence:
    definition = definition_of("faced_ahead")
    turned = [found[body].left_turn_deg for s in UPPER for body in SEGMENTS[s] if body in found]
    if examined.settings.activity.surface != "treadmill" or not turned:
        return Evidence(check=definition.state("good", NOT_CHECKED))
    mean = float(np.rad2deg(np.angle(np.exp(1j * np.deg2rad(turned)).sum())))
    check = definition.found(abs(mean))
    code = {"good": "", "doubtful": "stance.may_have_faced_away", "rejected": "stance.faced_away"}
    told = code[check.verdict]
    side = "right" if mean > 0.0 else "left"
    notes = (notice(told, off_deg=abs(mean), side=side),) if told else ()
    return Evidence(check=check, notes=notes)
