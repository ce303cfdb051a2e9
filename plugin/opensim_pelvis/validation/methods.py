"""A methods paragraph for a manuscript, with the definitions that were used."""

from __future__ import annotations

import math

from opensim_pelvis.notices import say
from opensim_pelvis.validation.compare import Comparison
from opensim_pelvis.validation.continuous import MAX_LAG_S
from opensim_pelvis.validation.foot_events import MAX_APART_S
from opensim_pelvis.validation.sync import CUTOFF_HZ


def describe_methods(comparison: Comparison) -> str:
    """Return the paragraph as Markdown text; numbers are those of this comparison."""
    pair, table = comparison.pair, comparison.table
    parts = [
        f"# Methods: {comparison.estimate.name} against {comparison.reference.name}",
        "Adapt this text to your study; all numbers refer to this comparison only.",
        f"**Data.** Estimate: {comparison.estimate.source}. Reference: "
        f"{comparison.reference.source}. {pair.time_s.size} samples at {pair.rate_hz:.4g} Hz "
        f"({pair.time_s[0]:.2f} to {pair.time_s[-1]:.2f} s of the reference) and {table.strides} "
        "strides (both sides) were compared.",
        _timing(comparison),
        f"**Alignment.** {_heading(comparison)} Constant offsets between the segment definitions "
        f"of the two systems: {pair.body_offset_source}. Direction of travel: "
        f"{table.travel_source}.",
        "**Angles.** Pelvis and trunk: rotation, obliquity, tilt in this order (Baker 2001, "
        "doi:10.1016/S0966-6362(00)00083-7), relative to the direction of travel. Hip and lumbar "
        "angles: flexion, adduction, rotation (z-x-y), signs as in OpenSim.",
        "**Curves.** Differences are estimate minus reference. The root mean square error is "
        "given raw and with the bias removed, and as parts of offset, amplitude and shape whose "
        "squares add up (Kobayashi and Salam 2000, doi:10.2134/agronj2000.922345x). The lag is "
        f"that of the highest cross-correlation within {MAX_LAG_S:g} s. The coefficient of "
        "multiple correlation compares the two curves within each stride at 101 points "
        "(Ferrari et al. 2010, doi:10.1016/j.gaitpost.2010.02.009).",
        "**Limits of agreement.** 95 % limits with repeated measures from a one-way analysis of "
        "variance (Bland and Altman 2007, doi:10.1080/10543400701329422), intervals by variance "
        f"estimates recovery (Zou 2013, doi:10.1177/0962280211402548); {table.grouping}. Those "
        "of range and peaks use one value per stride (Bland and Altman 1986, "
        "doi:10.1016/S0140-6736(86)90837-8).",
        "**Reliability.** ICC(A,1) and ICC(C,1), two-way, single measurement, with 95 % "
        "intervals (McGraw and Wong 1996, doi:10.1037/1082-989X.1.1.30), over strides. Strides "
        "of one person are similar: these intervals apply to this person, not to a population.",
    ]
    if comparison.events:
        parts.append(
            "**Events.** Initial contacts and toe-offs of the same side were matched to the "
            f"nearest, within {MAX_APART_S:g} s; errors are estimate minus reference, with 95 % "
            "limits."
        )
    if any(angle.map for angle in table.angles):
        parts.append(
            "**Over the stride.** Statistical parametric mapping (Pataky et al. 2013, "
            "J Biomech 46:2394; spm1d): paired t test over strides at 101 points, "
            "two-sided, threshold by random field theory at a family-wise 0.05."
        )
    if comparison.notes:
        parts.append(
            ("**Warnings and notes.**\n\n") + "\n".join(f"- {say(n)}" for n in comparison.notes)
        )
    return "\n\n".join(parts) + "\n"


def _heading(comparison: Comparison) -> str:
    pair = comparison.pair
    if math.isnan(pair.heading_rad):
        return f"{pair.heading_source[0].upper()}{pair.heading_source[1:]}."
    return (
        "The systems share the vertical but not the forward direction. The estimate was rotated "
        f"by {math.degrees(pair.heading_rad):.2f} degrees about the vertical "
        f"({pair.heading_source})."
    )


def _timing(comparison: Comparison) -> str:
    sync = comparison.sync
    if not sync.segments:
        return (
            f"**Synchronisation.** Given by the user: {sync.offset_s:g} s were added to the "
            f"estimate's times (drift {sync.drift_ppm:g} ppm)."
        )
    drift = "applied" if sync.drift_known else "too uncertain, not applied"
    changes = sync.changes
    told = ""
    if changes is not None and not math.isnan(changes.score):
        told = (
            " Stride-to-stride changes (angular velocity minus that of the preceding stride; "
            f"{changes.strides:.0f} steady strides) correlated with r = "
            f"{changes.correlation:.2f}, {changes.score:.1f} times the root mean square of the "
            "correlations at other shifts."
        )
    return (
        f"**Synchronisation.** Without a trigger: angular speeds (low-pass {CUTOFF_HZ:g} Hz) of "
        f"{', '.join(sync.segments)} were cross-correlated (r = {sync.correlation:.3f}; the "
        f"second-best offset reached {sync.rival:.0%} of it), then the rotations were fitted by "
        "least squares, including constant rotations of both world frames and of the segments. "
        f"Offset {sync.offset_s:.4f} s, standard error {1000.0 * sync.uncertainty_s:.1f} ms "
        f"(jackknife over ten blocks of time); drift {sync.drift_estimate_ppm:.0f} +- "
        f"{sync.drift_error_ppm:.0f} ppm, {drift}.{told}"
    )
