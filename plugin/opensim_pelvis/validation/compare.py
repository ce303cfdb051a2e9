"""One command's work: two motions in, agreement with its whole story out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import Surface
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.validation.agreement import MIN_STRIDES as MIN_OF_A_SIDE
from opensim_pelvis.validation.agreement import AgreementTable, measure_agreement
from opensim_pelvis.validation.alignment import (
    AlignmentSettings,
    Pair,
    align_motions,
    refuse_strangers,
)
from opensim_pelvis.validation.foot_events import EventAgreement, compare_events
from opensim_pelvis.validation.matches import SHARED_SCORE
from opensim_pelvis.validation.plausible import doubt_identity, refuse_still, refuse_too_few
from opensim_pelvis.validation.reference_motion import Motion
from opensim_pelvis.validation.sources import ReferenceSettings, open_estimate, open_reference
from opensim_pelvis.validation.stride_changes import MIN_STRIDES, StrideChanges
from opensim_pelvis.validation.stride_map import can_map
from opensim_pelvis.validation.sync import Synchronisation, state_timing, synchronise

OF_ANGLES: Final = ("pelvis", "torso", "femur_r", "femur_l")
"""Bodies whose angles are compared."""

OPPOSITE_R: Final = -0.8
"""Correlation below which two curves are each other's mirror image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSettings:
    """What a comparison is told.

    Parameters
    ----------
    estimate : Path
        Result folder, or an OpenSim table.
    reference : ReferenceSettings
    offset_s : float or None
        What to add to the estimate's times; found by the movement unless given.
    drift_ppm : float or None
        Only with ``offset_s``.
    alignment : AlignmentSettings
    surface : str or None
        That of the result unless given.
    """

    estimate: Path
    reference: ReferenceSettings
    offset_s: float | None = None
    drift_ppm: float | None = None
    alignment: AlignmentSettings = field(default_factory=AlignmentSettings)
    surface: Surface | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Comparison:
    """Agreement of an estimate with a reference, and how the two were brought together.

    Parameters
    ----------
    settings : ComparisonSettings
    estimate, reference : Motion
    sync : Synchronisation
    pair : Pair
    table : AgreementTable
    events : tuple of EventAgreement
    absent : mapping of str to Notice
        Angle or body to the reason why it is not compared.
    notes : tuple of Notice
        What is doubtful.
    """

    settings: ComparisonSettings
    estimate: Motion
    reference: Motion
    sync: Synchronisation
    pair: Pair
    table: AgreementTable
    events: tuple[EventAgreement, ...]
    absent: Mapping[str, Notice]
    notes: tuple[Notice, ...]


def compare(settings: ComparisonSettings) -> Comparison:
    """Read two recordings of one movement and measure their agreement.

    Raises
    ------
    ComparisonError, ReadError
        When one cannot be read, or they cannot be brought together soundly.
    """
    return compare_motions(
        open_estimate(settings.estimate), open_reference(settings.reference), settings
    )


def compare_motions(
    estimate: Motion, reference: Motion, settings: ComparisonSettings
) -> Comparison:
    """Measure the agreement of two motions that were read already."""
    refuse_too_few(estimate)
    refuse_too_few(reference)
    refuse_strangers(estimate, reference)
    for motion in (estimate, reference):
        refuse_still(motion)
    if settings.offset_s is None:
        sync = synchronise(
            estimate.turning or estimate.R_GB,
            estimate.time_s,
            reference.turning or reference.R_GB,
            reference.time_s,
        )
    else:
        sync = state_timing(settings.offset_s, settings.drift_ppm or 0.0)
    pair = align_motions(estimate, reference, sync, settings.alignment)
    surface = settings.surface or estimate.surface
    table = measure_agreement(pair, surface=surface, gait=estimate.gait or reference.gait)
    notes = (
        *doubt_identity(estimate, reference, table),
        *estimate.notes,
        *reference.notes,
        *_doubts(sync, table),
        *pair.notes,
    )
    return Comparison(
        settings=settings,
        estimate=estimate,
        reference=reference,
        sync=sync,
        pair=pair,
        table=table,
        events=_compare_events(estimate, reference, sync, pair),
        absent={**_not_shared(estimate, reference), **table.absent},
        notes=tuple(dict.fromkeys(notes)),
    )


def _compare_events(
    estimate: Motion, reference: Motion, sync: Synchronisation, pair: Pair
) -> tuple[EventAgreement, ...]:
    times = sync.to_reference(np.array([event.time_s for event in estimate.events]))
    moved = [replace(e, time_s=float(t)) for e, t in zip(estimate.events, times, strict=True)]
    window = float(pair.time_s[0]), float(pair.time_s[-1])
    return compare_events(moved, reference.events, window)


def _not_shared(estimate: Motion, reference: Motion) -> dict[str, Notice]:
    """Return the bodies that one system alone has."""
    found = {}
    for body in OF_ANGLES:
        seen = body in estimate.R_GB, body in reference.R_GB
        if seen[0] != seen[1]:
            name = estimate.name if seen[0] else reference.name
            found[body] = notice("compare.one_alone", body, name=name)
    return found


def _doubts(sync: Synchronisation, table: AgreementTable) -> list[Notice]:
    found = [*sync.notes]
    if sync.segments and not sync.drift_known:
        drift = {"drift_ppm": sync.drift_estimate_ppm, "error_ppm": sync.drift_error_ppm}
        found.append(notice("compare.drift_uncertain", **drift))
    if sync.changes is not None and sync.confidence != "good":
        found.append(_note_unproven(sync.changes))
    if not table.strides:
        found.append(notice("compare.no_stride"))
    elif not any(angle.strides for angle in table.angles):
        found.append(notice("compare.few_strides", strides=table.strides, least=MIN_OF_A_SIDE))
    elif not can_map():
        found.append(notice("compare.no_map"))
    opposite = [a.name for a in table.angles if a.curve.r < OPPOSITE_R]
    if opposite:
        found.append(notice("compare.opposite", *opposite, angles=opposite))
    return found


def _note_unproven(changes: StrideChanges) -> Notice:
    if math.isnan(changes.score):
        return notice("compare.unproven_steady", steady=changes.strides, wanted=MIN_STRIDES)
    return notice("compare.unproven_score", score=changes.score, wanted=SHARED_SCORE)
