"""The few numbers of the running analysis that the command line shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table

from opensim_pelvis.cli.screen.words import number, spoken, term, told, word
from opensim_pelvis.gait.measures.definitions import shown_in
from opensim_pelvis.guidance.finding_words import drill_in, finding_text
from opensim_pelvis.notices import notice
from opensim_pelvis.types import Estimate, MeasureDefinition, RunningAnalysis
from opensim_pelvis.types.running import Summary

KINDS: Final = {"coach band": "coach", "published norm": "published"}
"""Kind of a finding to the key of its word."""


def stride_facts(running: RunningAnalysis) -> Mapping[str, str]:
    """Return how many strides were found, kept and excluded, and how events were found."""
    strides = running.strides
    if strides.side.size == 0:
        return {"strides": word("running.none", why=no_strides(running))}
    excluded = ", ".join(
        word("running.excluded", count=count, reason=notice(f"exclusion.{reason}"))
        for reason, count in strides.excluded.items()
    )
    counts: dict[str, Any] = {"kept": int(strides.kept.sum()), "all": strides.side.size}
    facts = {
        "strides": word("running.kept_excluded", **counts, excluded=excluded)
        if excluded
        else word("running.kept", **counts),
        "start": term(running.events.start_label),
    }
    methods = list(dict.fromkeys(map(told, running.events.methods.values())))
    many = len(methods) > 1
    return facts | {
        f"source {number}" if many else "source": words
        for number, words in enumerate(methods, start=1)
    }


def no_strides(running: RunningAnalysis) -> str:
    """Return why there is no stride."""
    return "; ".join(map(told, running.events.notes)) or word("running.no_steps")


def add_measures(table: Table, running: RunningAnalysis) -> Table:
    """Fill a table: estimate with its interval, spread and strides, right and left where there are.

    The table has the columns measure, side, estimate, 95 % interval, spread and strides.
    """
    for definition in shown_in("screen"):
        words = short_label(definition)
        for summary in running.summaries:
            if summary.name == definition.name:
                found = running.estimate(summary.name, summary.side)
                table.add_row(words, *_cells(summary, found, definition.digits))
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
                form = f"+.{definition.digits}f"
                key = "trend" if s.side == "body" else "trend_of_side"
                lines.append(
                    word(
                        f"running.{key}",
                        measure=words,
                        side=term(s.side),
                        change=number(s.trend.slope_per_10min, form),
                        low=number(s.trend.low, form),
                        high=number(s.trend.high, form),
                    )
                )
    return lines


def finding_lines(running: RunningAnalysis) -> list[str]:
    """Return a line a finding: what kind of source it rests on, and what it says."""
    return [
        f"{word(f'running.{KINDS[finding.kind]}')}: {finding_text(finding, spoken())}"
        for finding in running.findings
    ]


def drill_lines(running: RunningAnalysis) -> list[str]:
    """Return the drills of the findings that fire, each once."""
    drills = {drill.name: drill for finding in running.findings for drill in finding.drills}
    said = (drill_in(drill, spoken()) for drill in drills.values())
    return [f"{drill.name}: {drill.purpose} {drill.dose}" for drill in said]


def _cells(s: Summary, found: Estimate | None, digits: int) -> tuple[str, ...]:
    """Return side, best estimate, its interval, spread and strides; means without an estimate."""
    side, form = "" if s.side == "body" else term(s.side), f".{digits}f"
    value, low, high = (
        (s.mean, s.low, s.high) if found is None else (found.value, found.low, found.high)
    )
    interval = word("running.few")
    if low == low:
        interval = word("running.interval", low=number(low, form), high=number(high, form))
    spread = number(s.sd, form) if s.sd == s.sd else "-"
    return side, number(value, form), interval, spread, str(s.n)


def short_label(definition: MeasureDefinition) -> str:
    """Return what a measure is called where there is little room."""
    part = "short" if definition.short else "label"
    return spoken().text(f"measure.{definition.name}.{part}", definition.short or definition.label)
