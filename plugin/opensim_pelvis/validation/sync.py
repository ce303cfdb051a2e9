"""Two recordings of one movement on one clock, without a trigger.

How fast a segment turns does not depend on any frame or mounting. Its angular speed, as each
system saw it, is the pattern that is laid over the other by cross-correlation; where another
offset fits about as well the match is refused. Where all segments together do not agree, since one
system has some of them wrong, those are taken that agree by themselves. What is left, fractions of
a sample and drift, comes from the rotations themselves (`timing`). Whether both are of one trial,
or of two that are alike, shows in what changes from stride to stride (`stride_changes`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import nan
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.validation.matches import (
    MAX_DRIFT_ERROR_PPM,
    MAX_REFINEMENT_S,
    SHARED_SCORE,
    Match,
    OtherMovementError,
    Side,
    by_changes,
    lay_over,
    refuse_doubt,
)
from opensim_pelvis.validation.seen import refuse_short, seen_by_both
from opensim_pelvis.validation.speed_match import RATE_HZ, SpeedMatch, match_speeds
from opensim_pelvis.validation.stride_changes import StrideChanges

AGREES_ALONE: Final = 0.7
"""Part of the angular velocity that a segment alone must account for where all together do not.

Measured: 0.78 to 0.86 for the pelvis of one walk by sensors and cameras; above `MIN_EXPLAINED`,
since each of several may match by chance.
"""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Synchronisation:
    """How the estimate's clock stands to the reference's: ``t_ref = offset + t (1 + drift)``.

    Parameters
    ----------
    offset_s : float
        Added to the estimate's times.
    drift_ppm : float
        Applied; 0 where it is not known (``drift_known`` is False).
    drift_known : bool
        Whether its standard error is within `MAX_DRIFT_ERROR_PPM`, or it was stated.
    uncertainty_s : float
        Standard error of the alignment in the middle of the overlap; NaN where stated.
    drift_estimate_ppm, drift_error_ppm : float
        What the recordings say, and its standard error, applied or not.
    correlation : float
        Of the angular speeds once aligned.
    explained : float
        Part of the reference's angular velocity that the estimate's accounts for.
    rival : float
        Height of the next best peak as a part of the best.
    changes : StrideChanges or None
        How far what changes from stride to stride is the same in both; None where stated.
    segments : tuple of str
        What was compared.
    notes : tuple of Notice
        Segments that both have and that do not agree, so that they were not used.
    curve_s, curve : (n,) array
        Correlation over offset, for a figure.
    """

    offset_s: float
    drift_ppm: float
    drift_known: bool
    uncertainty_s: float
    drift_estimate_ppm: float
    drift_error_ppm: float
    correlation: float
    explained: float
    rival: float
    changes: StrideChanges | None
    segments: tuple[str, ...]
    curve_s: FloatArray
    curve: FloatArray
    notes: tuple[Notice, ...] = ()

    @property
    def confidence(self) -> str:
        """``stated``; ``good``: changes from stride to stride are shared; ``fair``: not known."""
        if self.changes is None:
            return "stated"
        return "good" if self.changes.score >= SHARED_SCORE else "fair"

    def to_reference(self, time_s: FloatArray) -> FloatArray:
        """Return the estimate's times on the reference's clock."""
        return np.asarray(self.offset_s + time_s * (1.0 + 1e-6 * self.drift_ppm))


def synchronise(
    estimate: Mapping[str, FloatArray],
    estimate_time_s: FloatArray,
    reference: Mapping[str, FloatArray],
    reference_time_s: FloatArray,
) -> Synchronisation:
    """Find the offset and drift between the clocks of two recordings.

    Parameters
    ----------
    estimate, reference : mapping of body to (t, 4) array
        Orientations seen from worlds with y up, of any heading.
    estimate_time_s, reference_time_s : (t,) array
        Evenly spaced.

    Raises
    ------
    ComparisonError
        When they share no segment, overlap too little, do not match, or match in two ways.
    """
    shared = tuple(body for body in estimate if body in reference)
    if not shared:
        raise ComparisonError(
            "synchronisation by the movement needs a segment in both recordings: the estimate "
            f"has {', '.join(estimate) or 'none'}, the reference "
            f"{', '.join(reference) or 'none'}. Give the offset with --offset SECONDS."
        )
    refuse_short("estimate", estimate_time_s)
    refuse_short("reference", reference_time_s)
    shared = seen_by_both(shared, estimate, estimate_time_s, reference, reference_time_s)
    sides = (estimate, estimate_time_s), (reference, reference_time_s)
    try:
        return _synchronise(shared, *sides)
    except OtherMovementError:
        agreeing = _find_agreeing(shared, *sides)
        if not 0 < len(agreeing) < len(shared):
            raise
    apart = tuple(body for body in shared if body not in agreeing)
    note = notice("compare.segments_apart", *apart, used=agreeing, apart=apart)
    return replace(_synchronise(agreeing, *sides), notes=(note,))


def _find_agreeing(shared: tuple[str, ...], estimate: Side, reference: Side) -> tuple[str, ...]:
    """Return the most segments that show the same movement by themselves, at one offset."""
    alone: dict[str, Match] = {}
    for body in shared:
        with suppress(OtherMovementError):
            found = match_speeds((body,), estimate, reference)
            match = _lay_over_all((body,), found, estimate, reference)[0]
            if match.explained >= AGREES_ALONE:
                alone[body] = match
    groups = [
        tuple(
            body
            for body, other in alone.items()
            if abs(other.offset_s - one.offset_s) < MAX_REFINEMENT_S
        )
        for one in sorted(alone.values(), key=lambda match: -match.explained)
    ]
    return max(groups, key=len, default=())


def _lay_over_all(
    bodies: Sequence[str], found: SpeedMatch, estimate: Side, reference: Side
) -> list[Match]:
    """Return a match of these segments at each offset that their speeds allow, best first."""
    sides = _only(bodies, estimate), _only(bodies, reference)
    matches = [lay_over(offset_s, *sides) for offset_s in found.offsets_s]
    return sorted(matches, key=lambda match: -match.explained)


def _only(bodies: Sequence[str], side: Side) -> Side:
    orientations, time_s = side
    return {body: orientations[body] for body in bodies}, time_s


def _synchronise(bodies: tuple[str, ...], estimate: Side, reference: Side) -> Synchronisation:
    """Find offset and drift from some segments together."""
    speeds = match_speeds(bodies, estimate, reference)
    found = _lay_over_all(bodies, speeds, estimate, reference)
    best, changes = by_changes(found[0], _only(bodies, estimate), _only(bodies, reference))
    refuse_doubt(best, [match for match in found if match is not best], changes)
    timing = best.timing
    known = timing is not None and timing.drift_error_ppm <= MAX_DRIFT_ERROR_PPM
    drift = timing.drift_ppm if timing is not None and known else 0.0
    middle_s = timing.middle_s if timing is not None else 0.0
    return Synchronisation(
        offset_s=best.offset_s - 1e-6 * drift * middle_s,
        drift_ppm=drift,
        drift_known=known,
        uncertainty_s=1.0 / RATE_HZ if timing is None else timing.offset_error_s,
        drift_estimate_ppm=nan if timing is None else timing.drift_ppm,
        drift_error_ppm=nan if timing is None else timing.drift_error_ppm,
        correlation=float(np.interp(best.offset_s, speeds.curve_s, speeds.curve)),
        explained=best.explained,
        rival=speeds.rival,
        changes=changes,
        segments=bodies,
        curve_s=speeds.curve_s,
        curve=speeds.curve,
    )


def state_timing(offset_s: float, drift_ppm: float = 0.0) -> Synchronisation:
    """Return a synchronisation that the user stated."""
    return Synchronisation(
        offset_s=offset_s,
        drift_ppm=drift_ppm,
        drift_known=True,
        uncertainty_s=nan,
        drift_estimate_ppm=nan,
        drift_error_ppm=nan,
        correlation=nan,
        explained=nan,
        rival=nan,
        changes=None,
        segments=(),
        curve_s=np.zeros(0),
        curve=np.zeros(0),
    )
