"""Holds forward, as it was stated or found, against the forward of the movement itself.

Pelvis and trunk pitch twice a stride and roll once, are pushed sideways once and forward and back
twice: that tells the axis across the body, and the phase of the fore-aft push which way is forward.
Neither needs a mounting or a pose. How pelvis and trunk lean in the movement tells as well: people
lean forward, not back or sideways. A heading axis that is another one is off by 90 or 180 degrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.calibration.wearers.features import describe
from opensim_pelvis.calibration.wearers.habits import HABITS
from opensim_pelvis.calibration.wearers.identify import identify_wearers, signals_of
from opensim_pelvis.calibration.wearers.likelihood import phase_fit
from opensim_pelvis.calibration.wearers.windows import find_windows
from opensim_pelvis.config.calibration_methods import method_of
from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.quality.posture import (
    LEAN_SIGMA_DEG,
    SEGMENTS,
    UPPER,
    USUAL,
    Inclination,
    in_strides,
    mean_inclinations,
)
from opensim_pelvis.rotations import inverse, rotate
from opensim_pelvis.types import NOT_CHECKED, Evidence
from opensim_pelvis.types.segments import BODIES, segment_of, side_of

NAME: Final = "forward"

TURNS_DEG: Final = (0.0, 180.0, 90.0, -90.0)
"""How far the true forward may be to the left of the one that is used."""

OTHERWISE: Final = 0.01
"""How likely each of the other three is before anything is known; a choice."""

ACROSS: Final = 10.0
"""Concentration of the axis across the body about the true one: 18 degrees; simulated people show
up to 20 (``tests/quality/test_forward_axis.py``)."""

SUREST: Final = 0.99
"""So sure at most that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What the movement of one sensor says of forward, radians.

    Parameters
    ----------
    body : str
    across_rad : float
        From the forward that is used to one square to the axis across the body, positive to the
        left; it points forward or backward.
    surge_rad : float
        Phase that tells which, as in `Features.surge_rad`; NaN without acceleration.
    """

    body: str
    across_rad: float
    surge_rad: float


def examine_forward(examined: Examined) -> Iterator[Evidence]:
    """Tell whether forward is another axis of the sensors than the one that is used."""
    definition, kind = definition_of(NAME), examined.settings.activity.kind
    found = () if kind is None else find_movements(examined)
    if kind is None or not found:
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    leans: Mapping[str, Inclination] = {}
    kept = in_strides(examined)
    if method_of(examined.placement.pose.method).still and kept.any():
        leans = mean_inclinations(examined, kept)
    weights = weigh(found, leans, kind)
    wrong = 1.0 - float(weights[0])
    check = definition.found(min(wrong, SUREST), (examined.settings.calibration.base,))
    notes: tuple[Notice, ...] = ()
    if check.verdict != "good":
        off_deg = TURNS_DEG[1 + int(np.argmax(weights[1:]))]
        code = "forward_elsewhere" if check.verdict == "rejected" else "forward_may_be_elsewhere"
        base = examined.settings.calibration.base
        axis = _axis_ahead(examined, base, float(np.deg2rad(off_deg)))
        notes = (notice(f"heading.{code}", base, sensor=base, off_deg=abs(off_deg), axis=axis),)
        if off_deg == TURNS_DEG[1]:
            notes = _with_sign(examined, notes)
    yield Evidence(check=check, notes=notes)


def _with_sign(examined: Examined, notes: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Return what is told where the accelerometers may have the opposite sign.

    Up, forward and every force are then reversed and turning is not: the movement is that of a
    person in the mirror, forward opposite and sides exchanged. One sensor alone cannot tell.
    """
    if any(origin.origin == "vendor" for origin in examined.recording.origins):
        return notes
    aligned = examined.aligned
    columns = [k for k, body in enumerate(aligned.bodies) if body in BODIES]
    stated = tuple(aligned.bodies[k] for k in columns)
    if all(side_of(body) == "body" for body in stated):
        return (*notes, notice("signals.acceleration_sign_possible"))
    turning, force = aligned.angular_velocity_radps, aligned.acceleration_mps2
    found = identify_wearers(
        rate_hz=aligned.rate_hz,
        R_ES=aligned.R_ES[:, columns],
        angular_velocity_radps=None if turning is None else turning[:, columns],
        acceleration_mps2=None if force is None else force[:, columns],
        candidates=stated,
    )
    mirrored = found.untold is None and all(
        side_of(likely) != side_of(body)
        for likely, body in zip(found.likely, stated, strict=True)
        if side_of(body) != "body"
    )
    return (notice("signals.acceleration_sign_seen"), *notes) if mirrored else notes


def weigh(
    found: tuple[Movement, ...], leans: Mapping[str, Inclination], kind: ActivityKind
) -> FloatArray:
    """Return how likely forward lies at each of `TURNS_DEG`.

    Parameters
    ----------
    found : tuple of Movement
    leans : mapping of str to Inclination
        Of bodies, against the standing pose; may be empty.
    kind : {"running", "walking"}
    """
    habits = HABITS[kind]
    scores = np.log([1.0 - 3.0 * OTHERWISE, *[OTHERWISE] * 3])
    for k, turn in enumerate(np.deg2rad(TURNS_DEG)):
        for row in found:
            sign = habits[segment_of(row.body)].sign
            ways = [
                phase_fit(np.array(row.across_rad + half - turn), (0.0, ACROSS))
                + phase_fit(np.array(row.surge_rad + half), sign)
                for half in (0.0, np.pi)
            ]
            scores[k] += float(np.logaddexp(*ways)) - np.log(2.0)
        scores[k] -= 0.5 * _lean_misfit(leans, kind, float(turn))
    share = np.exp(scores - scores.max())
    return np.asarray(share / share.sum())


def find_movements(examined: Examined) -> tuple[Movement, ...]:
    """Return what pelvis and trunk say of forward; nothing where nobody moves steadily."""
    aligned, placement = examined.aligned, examined.placement
    unknown = placement.heading.unknown
    worn = [
        k
        for k, body in enumerate(aligned.bodies)
        if segment_of(body) in UPPER and aligned.sensors[k] not in unknown
    ]
    if not worn:
        return ()
    signals = signals_of(
        aligned.rate_hz,
        aligned.R_ES,
        aligned.angular_velocity_radps,
        aligned.acceleration_mps2,
        worn,
    )
    windows = find_windows(signals.angular_velocity_radps, aligned.rate_hz)
    if not windows:
        return ()
    features = describe(signals, windows)
    rows = []
    for s, k in enumerate(worn):
        body, up = aligned.bodies[k], features.up[s]
        R_BS = placement.R_BS[placement.bodies.index(body)]
        ahead = rotate(inverse(R_BS), np.array([1.0, 0.0, 0.0]))
        across = np.cross(up, features.right[s])
        angle = np.arctan2(np.cross(ahead, across) @ up, ahead @ across)
        rows.append(
            Movement(body=body, across_rad=float(angle), surge_rad=float(features.surge_rad[s]))
        )
    return tuple(rows)


def _lean_misfit(leans: Mapping[str, Inclination], kind: ActivityKind, turn_rad: float) -> float:
    """Return the squared misfit of pelvis and trunk to what is usual, at best for a common lean."""
    forward, side, weights = [], [], []
    c, s = np.cos(turn_rad), np.sin(turn_rad)
    for segment in UPPER:
        usual = USUAL[kind][segment]
        for body in SEGMENTS[segment]:
            if body in leans:
                lean = leans[body]
                ahead = c * lean.forward_deg - s * lean.right_deg - usual.forward_deg
                forward.append(ahead)
                side.append(s * lean.forward_deg + c * lean.right_deg)
                weights.append((usual.sigma_deg, usual.side_sigma_deg))
    spreads = np.array(weights).reshape(-1, 2)
    return sum(
        _misfit(np.array(off), spread)
        for off, spread in zip((forward, side), spreads.T, strict=True)
    )


def _misfit(off_deg: FloatArray, spread_deg: FloatArray) -> float:
    """Return the squared misfit with a common lean of its own spread taken out."""
    if not off_deg.size:
        return 0.0
    w = 1.0 / spread_deg**2
    lean = float(w @ off_deg) / float(w.sum() + 1.0 / LEAN_SIGMA_DEG**2)
    return float(w @ (off_deg - lean) ** 2 + (lean / LEAN_SIGMA_DEG) ** 2)


def _axis_ahead(examined: Examined, body: str, turn_rad: float) -> str:
    """Return the axis of the sensor on a body that points forward, turned to the left."""
    R_BS = examined.placement.R_BS[examined.placement.bodies.index(body)]
    ahead = np.array([np.cos(turn_rad), 0.0, -np.sin(turn_rad)])
    vector = rotate(inverse(R_BS), ahead)
    axis = int(np.argmax(np.abs(vector)))
    return f"{'-' if vector[axis] < 0.0 else ''}{'xyz'[axis]}"
