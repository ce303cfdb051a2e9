"""A methods paragraph for a manuscript, with the definitions that were used.

Its texts stand in ``notices.toml`` under ``manuscript``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from opensim_pelvis.gait.optical.thighs import HARMONICS
from opensim_pelvis.language import ENGLISH, Language
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.validation.compare import Comparison
from opensim_pelvis.validation.continuous import MAX_LAG_S
from opensim_pelvis.validation.foot_events import MAX_APART_S
from opensim_pelvis.validation.speed_match import CUTOFF_HZ
from opensim_pelvis.validation.thigh_part import MOST_PART


def describe_methods(comparison: Comparison, language: Language = ENGLISH) -> str:
    """Return the paragraph as Markdown text; numbers are those of this comparison."""
    parts = [say(part, language) for part in _parts(comparison)]
    if comparison.notes:
        doubts = "\n".join(f"- {say(note, language)}" for note in comparison.notes)
        parts.append(f"{say(notice('manuscript.doubts'), language)}\n\n{doubts}")
    return "\n\n".join(parts) + "\n"


def _parts(comparison: Comparison) -> Iterator[Notice]:
    """Yield what was done, a notice a paragraph."""
    pair, table = comparison.pair, comparison.table
    estimate, reference = comparison.estimate, comparison.reference
    yield notice("manuscript.title", estimate=estimate.name, reference=reference.name)
    yield notice("manuscript.adapt")
    yield notice(
        "manuscript.data",
        estimate=estimate.source,
        reference=reference.source,
        samples=pair.time_s.size,
        rate_hz=pair.rate_hz,
        from_s=pair.time_s[0],
        to_s=pair.time_s[-1],
        strides=table.strides,
    )
    yield _timing(comparison)
    yield notice(
        "manuscript.alignment",
        heading=_heading(comparison),
        offsets=pair.body_offset_source,
        travel=table.travel_source,
    )
    yield notice("manuscript.angles")
    yield notice("manuscript.curves", lag_s=MAX_LAG_S)
    yield notice("manuscript.limits", grouping=table.grouping)
    yield notice("manuscript.reliability")
    if any(angle.thighs for angle in table.angles):
        yield notice("manuscript.thighs", harmonics=HARMONICS, part=MOST_PART)
    if comparison.events:
        yield notice("manuscript.events", apart_s=MAX_APART_S)
    if any(angle.map for angle in table.angles):
        yield notice("manuscript.over_stride")


def _heading(comparison: Comparison) -> Notice:
    pair = comparison.pair
    if math.isnan(pair.heading_rad):
        return notice("manuscript.no_heading")
    turned_deg = math.degrees(pair.heading_rad)
    return notice("manuscript.heading", turned_deg=turned_deg, source=pair.heading_source)


def _timing(comparison: Comparison) -> Notice:
    sync = comparison.sync
    if not sync.segments:
        return notice("manuscript.stated", offset_s=sync.offset_s, drift_ppm=sync.drift_ppm)
    code, values = "manuscript.synchronised", {}
    changes = sync.changes
    if changes is not None and not math.isnan(changes.score):
        code = "manuscript.synchronised_by_strides"
        values = {
            "strides": changes.strides,
            "changes": changes.correlation,
            "score": changes.score,
        }
    return notice(
        code,
        cutoff_hz=CUTOFF_HZ,
        segments=sync.segments,
        correlation=sync.correlation,
        rival=sync.rival,
        offset_s=sync.offset_s,
        error_ms=1000.0 * sync.uncertainty_s,
        drift_ppm=sync.drift_estimate_ppm,
        drift_error_ppm=sync.drift_error_ppm,
        drift=notice("word.applied" if sync.drift_known else "word.not_applied"),
        **values,
    )
