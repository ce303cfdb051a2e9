"""Two motions on one clock and in one world, with everything that was fitted told.

The two systems do not share a forward direction, so one turn about the vertical is always
fitted. Their segments may be defined differently, too: a constant turn of each body is fitted
only when asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import BoolArray, FloatArray, turn_about_vertical
from opensim_pelvis.kinematics.angle_definitions import baker_angles
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import (
    inverse,
    is_present,
    mean_rotation,
    multiply,
    to_euler,
)
from opensim_pelvis.validation.clock_offset import interpolate
from opensim_pelvis.validation.continuous import MIN_SAMPLES
from opensim_pelvis.validation.foot_events import StrideSpan, strides_of
from opensim_pelvis.validation.naming import some_of
from opensim_pelvis.validation.reference_motion import Motion
from opensim_pelvis.validation.sync import Synchronisation

FitOn = Literal["still", "whole"]
BodyOffset = Literal["none", "still", "whole"]

MIN_STILL_S: Final = 0.5
"""Shorter standing does not fix a heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentSettings:
    """What may be fitted between two worlds.

    Parameters
    ----------
    window_s : (float, float) or None
        Part that is compared, on the reference's clock; all that both have unless given.
    heading_on : str or None
        ``still``: the estimate's calibration pose; ``whole``: all that is compared. Still where
        both saw it, unless given.
    body_offset : str
        ``none``, or the part on which a constant turn of each body is fitted.
    """

    window_s: tuple[float, float] | None = None
    heading_on: FitOn | None = None
    body_offset: BodyOffset = "none"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Pair:
    """Two motions at the same instants, in the reference's world.

    Parameters
    ----------
    time_s : (t,) array
        On the reference's clock.
    rate_hz : float
    estimate, reference : mapping of body to (t, 4) array
    estimate_coordinates, reference_coordinates : mapping of str to (t,) array
        Radians; the coordinates that both were given as such.
    strides : tuple of StrideSpan
        On the reference's clock.
    heading_rad : float
        Turn about the vertical that was given to the estimate; NaN without a common body.
    heading_source : Notice
    body_offsets_deg : mapping of body to (float, float, float)
        Turns about y, x and z (in this order) given to the estimate's bodies; empty unless asked.
    body_offset_source : Notice
    notes : tuple of Notice
    """

    time_s: FloatArray
    rate_hz: float
    estimate: Mapping[str, FloatArray]
    reference: Mapping[str, FloatArray]
    estimate_coordinates: Mapping[str, FloatArray]
    reference_coordinates: Mapping[str, FloatArray]
    strides: tuple[StrideSpan, ...]
    heading_rad: float
    heading_source: Notice
    body_offsets_deg: Mapping[str, tuple[float, float, float]]
    body_offset_source: Notice
    notes: tuple[Notice, ...] = ()


def align_motions(
    estimate: Motion, reference: Motion, sync: Synchronisation, settings: AlignmentSettings
) -> Pair:
    """Bring an estimate to a reference's clock and world.

    Raises
    ------
    ComparisonError
        When they share no time, no body and no coordinate.
    """
    theirs = sync.to_reference(estimate.time_s)
    low, high = max(theirs[0], reference.time_s[0]), min(theirs[-1], reference.time_s[-1])
    both = (reference.time_s >= low) & (reference.time_s <= high)
    bodies, names = _shared(estimate, reference)
    if both.sum() < MIN_SAMPLES:
        raise ComparisonError(
            f"{estimate.name} and {reference.name} have no samples in common: with an offset of "
            f"{sync.offset_s:g} s the result covers {theirs[0]:.2f}-{theirs[-1]:.2f} s and the "
            f"reference {reference.time_s[0]:.2f}-{reference.time_s[-1]:.2f} s, which share "
            f"{int(both.sum())} samples (at least {MIN_SAMPLES} are needed)"
        )
    time_s = reference.time_s[both]
    moved = {body: interpolate(estimate.R_GB[body], theirs, time_s) for body in bodies}
    wanted = {body: reference.R_GB[body][both] for body in bodies}
    window = _window(settings.window_s, time_s, reference.name)
    still = _still(estimate, sync, time_s)
    heading, heading_source, notes = _fit_heading(moved, wanted, window, still, settings.heading_on)
    turn = turn_about_vertical(0.0 if np.isnan(heading) else heading)
    moved = {body: multiply(turn, q) for body, q in moved.items()}
    offsets, offset_source = _fit_bodies(moved, wanted, window, still, settings.body_offset)
    moved = {body: multiply(q, offsets[body]) if offsets else q for body, q in moved.items()}
    return Pair(
        time_s=time_s[window],
        rate_hz=reference.rate_hz,
        estimate={body: q[window] for body, q in moved.items()},
        reference={body: q[window] for body, q in wanted.items()},
        estimate_coordinates={
            n: np.interp(time_s, theirs, estimate.coordinates_rad[n])[window] for n in names
        },
        reference_coordinates={n: reference.coordinates_rad[n][both][window] for n in names},
        strides=_strides(estimate, reference, sync),
        heading_rad=heading,
        heading_source=heading_source,
        body_offsets_deg={body: _in_degrees(q) for body, q in offsets.items()},
        body_offset_source=offset_source,
        notes=tuple(notes),
    )


def refuse_strangers(estimate: Motion, reference: Motion) -> None:
    """Raise where two motions share no segment and no coordinate."""
    if any(_shared(estimate, reference)):
        return
    raise ComparisonError(
        f"{estimate.name} and {reference.name} have no segment and no coordinate in common. The "
        f"result has {some_of(_held_by(estimate))}; the reference {some_of(_held_by(reference))}"
    )


def _shared(estimate: Motion, reference: Motion) -> tuple[list[str], list[str]]:
    """Return bodies and coordinates that both have."""
    bodies = [body for body in estimate.R_GB if body in reference.R_GB]
    return bodies, [n for n in estimate.coordinates_rad if n in reference.coordinates_rad]


def _held_by(motion: Motion) -> list[str]:
    """Return segments and coordinates of a motion in words."""
    return [*motion.R_GB, *motion.coordinates_rad] or ["none"]


def _window(wanted: tuple[float, float] | None, time_s: FloatArray, name: str) -> BoolArray:
    if wanted is None:
        return np.ones(time_s.size, dtype=bool)
    inside = (time_s >= wanted[0]) & (time_s <= wanted[1])
    if not inside.any():
        raise ComparisonError(
            f"wanted the window {wanted[0]:g}-{wanted[1]:g} s of {name} (--window), but both "
            f"systems cover {time_s[0]:.2f}-{time_s[-1]:.2f} s"
        )
    return np.asarray(inside)


def _still(estimate: Motion, sync: Synchronisation, time_s: FloatArray) -> BoolArray | None:
    """Return which samples are of the calibration pose; None where too few are."""
    if estimate.still_s is None:
        return None
    start, end = sync.to_reference(np.array(estimate.still_s))
    inside = (time_s >= start) & (time_s <= end)
    covered = float(time_s[inside][-1] - time_s[inside][0]) if inside.any() else 0.0
    return np.asarray(inside) if covered >= MIN_STILL_S else None


def _fit_heading(
    moved: Mapping[str, FloatArray],
    wanted: Mapping[str, FloatArray],
    window: BoolArray,
    still: BoolArray | None,
    on: FitOn | None,
) -> tuple[float, Notice, list[Notice]]:
    """Return the mean difference of heading of the pelvis (or the first body), and its story."""
    if not moved:
        return float("nan"), notice("aligned.no_body"), []
    notes = []
    if on == "still" and still is None:
        notes.append(notice("compare.pose_not_seen"))
    use_still = still is not None and on != "whole"
    part = still if use_still and still is not None else window
    body = "pelvis" if "pelvis" in moved else next(iter(moved))
    pair = [baker_angles(q[part])[:, 0] for q in (wanted[body], moved[body])]
    difference = pair[0] - pair[1]
    seen = np.isfinite(difference)
    if not seen.any() and use_still and on is None:
        heading, source, _ = _fit_heading(moved, wanted, window, None, None)
        return heading, source, [notice("compare.missing_in_pose", body, body=body)]
    if not seen.any():
        raise ComparisonError(
            f"the {body} is never measured by both systems at the same "
            f"time{' in the calibration pose' if use_still else ''}: fill its marker gaps in the "
            "motion capture software, or compare another part (--window, --heading-on whole)"
        )
    heading = float(np.angle(np.exp(1j * difference[seen]).mean()))
    code = "aligned.heading_in_pose" if use_still else "aligned.heading_on_all"
    return heading, notice(code, body, body=body), notes


def _fit_bodies(
    moved: Mapping[str, FloatArray],
    wanted: Mapping[str, FloatArray],
    window: BoolArray,
    still: BoolArray | None,
    on: BodyOffset,
) -> tuple[dict[str, FloatArray], Notice]:
    if on == "none":
        return {}, notice("aligned.offset_none")
    if on == "still" and still is None:
        raise ComparisonError(
            "--body-offset still needs the static trial, but the reference does not include it. "
            "Use --body-offset whole."
        )
    part = still if on == "still" and still is not None else window
    found = {}
    for body, q in moved.items():
        turn = multiply(inverse(q), wanted[body])[part]
        if not is_present(turn).any():
            raise ComparisonError(f"the {body} is missing in the part used to fit its offset")
        found[body] = mean_rotation(turn)
    return found, notice("aligned.offset_in_pose" if on == "still" else "aligned.offset_on_all")


def _strides(estimate: Motion, reference: Motion, sync: Synchronisation) -> tuple[StrideSpan, ...]:
    if not estimate.strides:
        return reference.strides or strides_of(reference.events)
    ends = sync.to_reference(np.array([(s.start_s, s.end_s) for s in estimate.strides]))
    return tuple(
        StrideSpan(side=s.side, start_s=float(a), end_s=float(b))
        for s, (a, b) in zip(estimate.strides, ends, strict=True)
    )


def _in_degrees(q: FloatArray) -> tuple[float, float, float]:
    y, x, z = np.rad2deg(to_euler("YXZ", q))
    return float(y), float(x), float(z)
