"""The few numbers of the running analysis that the command line shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.table import Table

from opensim_pelvis.notices import say
from opensim_pelvis.types import RunningAnalysis
from opensim_pelvis.types.running import Summary

SHOWN: Final[Mapping[str, str]] = {
    "cadence_spm": "cadence, steps/min",
    "speed_mps": "speed, m/s",
    "stride_length_m": "stride length, m",
    "contact_time_s": "contact time, s",
    "flight_time_s": "flight time, s",
    "pelvic_rotation_range_deg": "pelvic rotation range",
    "pelvic_rotation_slow_range_deg": "rotation, slow part",
    "pelvic_obliquity_range_deg": "pelvic obliquity range",
    "pelvic_tilt_range_deg": "pelvic tilt range",
    "pelvic_tilt_mean_deg": "pelvic tilt, mean",
    "pelvic_drop_deg": "pelvic drop in stance",
    "thigh_extension_peak_deg": "thigh extension, peak",
    "hip_extension_peak_deg": "hip extension, peak",
    "trunk_rotation_range_deg": "trunk rotation range",
    "trunk_forward_lean_mean_deg": "trunk lean, mean",
    "pelvis_trunk_phase_deg": "trunk phase lag",
    "shank_angle_at_contact_deg": "shank at contact",
}
"""Measures on the screen, with their words; degrees unless said."""


def stride_facts(running: RunningAnalysis) -> Mapping[str, str]:
    """Return how many strides were found, kept and excluded, and how events were found."""
    strides = running.strides
    if strides.side.size == 0:
        return {"strides": "none found: " + "; ".join(map(say, running.events.notes)) or "no steps"}
    excluded = ", ".join(f"{count} {reason}" for reason, count in strides.excluded.items())
    kept = int(strides.kept.sum())
    facts = {
        "strides": f"{kept} of {strides.side.size} kept"
        + (f" (excluded: {excluded})" if excluded else ""),
        "start at": running.events.start_label,
    }
    methods = list(dict.fromkeys(running.events.methods.values()))
    many = len(methods) > 1
    return facts | {
        f"source {number}" if many else "source": words
        for number, words in enumerate(methods, start=1)
    }


def add_measures(table: Table, running: RunningAnalysis) -> Table:
    """Fill a table: mean with its interval, spread and strides, right and left where they differ.

    The table has the columns measure, side, mean, 95 % interval, spread and strides.
    """
    for name, words in SHOWN.items():
        for summary in running.summaries:
            if summary.name == name:
                table.add_row(words, *_cells(summary))
                words = ""
    return table


def trend_lines(running: RunningAnalysis) -> list[str]:
    """Return how the measures on the screen change over a long run, where that is sure."""
    lines = []
    for name, words in SHOWN.items():
        for s in running.summaries:
            if s.name == name and s.trend is not None and s.trend.low * s.trend.high > 0.0:
                side = "" if s.side == "body" else f", {s.side}"
                digits = _digits(name)
                low, high = f"{s.trend.low:+.{digits}f}", f"{s.trend.high:+.{digits}f}"
                change = f"{s.trend.slope_per_10min:+.{digits}f}"
                lines.append(f"{words}{side}: {change} in ten minutes ({low} to {high})")
    return lines


def finding_lines(running: RunningAnalysis) -> list[str]:
    """Return a line a finding: what kind of source it rests on, and what it says."""
    return [f"{finding.kind}: {finding.text}" for finding in running.findings]


def drill_lines(running: RunningAnalysis) -> list[str]:
    """Return the drills of the findings that fire, each once."""
    drills = {drill.name: drill for finding in running.findings for drill in finding.drills}
    return [f"{drill.name}: {drill.purpose} {drill.dose}" for drill in drills.values()]


def _cells(s: Summary) -> tuple[str, ...]:
    digits = _digits(s.name)
    side = "" if s.side == "body" else s.side
    interval = f"{s.low:.{digits}f} to {s.high:.{digits}f}" if s.low == s.low else "too few"
    spread = f"{s.sd:.{digits}f}" if s.sd == s.sd else "-"
    return side, f"{s.mean:.{digits}f}", interval, spread, str(s.n)


def _digits(name: str) -> int:
    return 3 if name.endswith("_s") else 2 if name.endswith(("_m", "_mps")) else 1
