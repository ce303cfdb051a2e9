"""The few numbers of the running analysis that the command line shows."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from opensim_pelvis.guidance.words import finding_text
from opensim_pelvis.metrics.definitions import shown_in
from opensim_pelvis.notices import say
from opensim_pelvis.types import MeasureDefinition, RunningAnalysis
from opensim_pelvis.types.running import Summary, excluded_words


def stride_facts(running: RunningAnalysis) -> Mapping[str, str]:
    """Return how many strides were found, kept and excluded, and how events were found."""
    strides = running.strides
    if strides.side.size == 0:
        return {
            "strides": "none found: " + ("; ".join(map(say, running.events.notes)) or "no steps")
        }
    excluded = ", ".join(f"{count} {reason}" for reason, count in excluded_words(strides).items())
    kept = int(strides.kept.sum())
    facts = {
        "strides": f"{kept} of {strides.side.size} kept"
        + (f" (excluded: {excluded})" if excluded else ""),
        "start at": running.events.start_label,
    }
    methods = list(dict.fromkeys(map(say, running.events.methods.values())))
    many = len(methods) > 1
    return facts | {
        f"source {number}" if many else "source": words
        for number, words in enumerate(methods, start=1)
    }


def add_measures(table: Table, running: RunningAnalysis) -> Table:
    """Fill a table: mean with its interval, spread and strides, right and left where they differ.

    The table has the columns measure, side, mean, 95 % interval, spread and strides.
    """
    for definition in shown_in("screen"):
        words = short_label(definition)
        for summary in running.summaries:
            if summary.name == definition.name:
                table.add_row(words, *_cells(summary, definition.digits))
                words = ""
    return table


def trend_lines(running: RunningAnalysis) -> list[str]:
    """Return how the measures on the screen change over a long run, where that is sure."""
    lines = []
    for definition in shown_in("screen"):
        words = short_label(definition)
        for s in running.summaries:
            if (
                s.name == definition.name
                and s.trend is not None
                and s.trend.low * s.trend.high > 0.0
            ):
                side = "" if s.side == "body" else f", {s.side}"
                digits = definition.digits
                low, high = f"{s.trend.low:+.{digits}f}", f"{s.trend.high:+.{digits}f}"
                change = f"{s.trend.slope_per_10min:+.{digits}f}"
                lines.append(f"{words}{side}: {change} in ten minutes ({low} to {high})")
    return lines


def finding_lines(running: RunningAnalysis) -> list[str]:
    """Return a line a finding: what kind of source it rests on, and what it says."""
    return [f"{finding.kind}: {finding_text(finding)}" for finding in running.findings]


def drill_lines(running: RunningAnalysis) -> list[str]:
    """Return the drills of the findings that fire, each once."""
    drills = {drill.name: drill for finding in running.findings for drill in finding.drills}
    return [f"{drill.name}: {drill.purpose} {drill.dose}" for drill in drills.values()]


def _cells(s: Summary, digits: int) -> tuple[str, ...]:
    side = "" if s.side == "body" else s.side
    interval = f"{s.low:.{digits}f} to {s.high:.{digits}f}" if s.low == s.low else "too few"
    spread = f"{s.sd:.{digits}f}" if s.sd == s.sd else "-"
    return side, f"{s.mean:.{digits}f}", interval, spread, str(s.n)


def short_label(definition: MeasureDefinition) -> str:
    """Return what a measure is called where there is little room."""
    return definition.short or definition.label
