"""Which offset is the right one, if any: how well it lays one recording over the other.

An offset must account for how the segments turn, and be the only one that does. Where strides are
so alike that several do, or another trial of the person would, what changes from stride to stride
decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.validation.clock_offset import Timing, explained_turning, fit_timing
from opensim_pelvis.validation.stride_changes import StrideChanges, compare_changes

MIN_EXPLAINED: Final = 0.5
"""Part of the reference's angular velocity, as vectors, that the estimate's must account for.

Measured: 0.70 and more for one walk by sensors and cameras, below 0.02 for walks and runs of
different people whose angular speeds correlate by up to 0.70.
"""

MAX_LEFT: Final = 0.5
"""The best offset is ambiguous where it leaves more than this part of what another leaves."""

ROUGHNESS: Final = 0.005
"""A part of the turning that noise and sampling may leave, and so proves nothing."""

SHARED_SCORE: Final = 5.0
"""Changes from stride to stride that match so much above chance belong to one trial.

Measured by ``tests/benchmarks/one_trial.py``: one trial of a simulated runner whose stride times
vary by 1 % scores 8.6 and more where soft tissue moves by 0.7 degrees, 3.5 and more at 1.5 degrees;
of 288 pairs of two trials none comes to 5. Steady gait by two sensors on neighbouring segments: 5.0
to 6.8.
"""

SEARCHED_SCORE: Final = 6.0
"""The same for a shift that was searched for: the highest of many may be 5 by chance."""

CHANCE_SCORE: Final = 3.0
"""Below this they match no better than those of two trials."""

NEARLY_ALL: Final = 0.97
"""Where so much of the turning is accounted for, strides that are all alike are no other trial."""

CLEAR_SCORE: Final = 0.7
"""Part of the score that another shift may reach where this one is to be the only one."""

MAX_DRIFT_ERROR_PPM: Final = 25.0
"""A drift is applied where it is known to this standard error: about what crystals differ by."""

MAX_REFINEMENT_S: Final = 0.1
"""Rotations move the offset of angular speeds by at most this; further, they fit something else."""

WHAT_TO_DO: Final = (
    "Check that both are of the same trial, or give the offset with --offset SECONDS."
)


class OtherMovementError(ComparisonError):
    """Two recordings do not show the same movement, at any offset."""


Side = tuple[Mapping[str, FloatArray], FloatArray]
"""Orientations of segments, and their times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One offset that may be the right one."""

    offset_s: float
    explained: float
    timing: Timing | None


def lay_over(
    offset_s: float,
    estimate: Side,
    reference: Side,
) -> Match:
    """Refine one offset, and see how much of the turning it explains."""
    timing = fit_timing(*estimate, *reference, offset_s=offset_s)
    if timing is not None and abs(timing.offset_s - offset_s) > MAX_REFINEMENT_S:
        timing = None
    at_s = offset_s if timing is None else timing.offset_s
    explained = explained_turning(*estimate, *reference, offset_s=at_s)
    return Match(
        offset_s=at_s, explained=explained if np.isfinite(explained) else -1.0, timing=timing
    )


def by_changes(match: Match, estimate: Side, reference: Side) -> tuple[Match, StrideChanges]:
    """Compare what changes from stride to stride, and move by whole strides where it says so."""
    changes = _changes_at(match, estimate, reference)
    other = changes.other_score
    if other >= SEARCHED_SCORE and changes.score < CLEAR_SCORE * other:
        there = lay_over(match.offset_s + changes.other_shift_s, estimate, reference)
        moved = _changes_at(there, estimate, reference)
        if _is_clear(moved) and moved.score >= SEARCHED_SCORE:
            return there, moved
    return match, changes


def refuse_doubt(best: Match, others: Sequence[Match], changes: StrideChanges) -> None:
    """Raise where the best match is none, or of another trial, or another is about as good."""
    if best.explained < MIN_EXPLAINED:
        raise OtherMovementError(
            "the two recordings do not show the same movement: at the best offset "
            f"({best.offset_s:.2f} s) the estimate explains {max(best.explained, 0.0):.0%} of "
            f"the reference's angular movement, wanted at least {MIN_EXPLAINED:.0%}. {WHAT_TO_DO}"
        )
    if _is_clear(changes):
        return
    for other in others:
        left = (1.0 - best.explained + ROUGHNESS) / (1.0 - other.explained + ROUGHNESS)
        if left > MAX_LEFT:
            raise ComparisonError(
                "the offset between the two recordings is ambiguous: a second offset, "
                f"{abs(other.offset_s - best.offset_s):.2f} s away, fits about equally well, "
                "since the strides are similar. Record a start, a stop or a jump in both, or "
                "give the offset with --offset SECONDS."
            )
    if changes.score < CHANCE_SCORE and best.explained < NEARLY_ALL:
        raise ComparisonError(
            "the two recordings seem to be different trials with similar movement: over "
            f"{changes.strides:.0f} steady strides, stride-to-stride changes match no better "
            f"than by chance (score {changes.score:.1f}, wanted at least {CHANCE_SCORE:g}). "
            f"{WHAT_TO_DO}"
        )


def _changes_at(
    match: Match,
    estimate: Side,
    reference: Side,
) -> StrideChanges:
    turning, time_s = estimate
    timing = match.timing
    late_s = np.zeros(time_s.size)
    if timing is not None and timing.drift_error_ppm <= MAX_DRIFT_ERROR_PPM:
        late_s = 1e-6 * timing.drift_ppm * (time_s - timing.middle_s)
    return compare_changes(turning, match.offset_s + time_s + late_s, *reference)


def _is_clear(changes: StrideChanges) -> bool:
    return changes.score >= SHARED_SCORE and changes.other_score <= CLEAR_SCORE * changes.score
