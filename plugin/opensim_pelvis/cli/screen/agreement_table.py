"""What the command line shows of a comparison: how the two were aligned, and a row an angle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from opensim_pelvis.cli.screen.layout import heading_line
from opensim_pelvis.cli.screen.words import advised, number, spoken, term, word
from opensim_pelvis.validation.agreement import AngleAgreement
from opensim_pelvis.validation.compare import Comparison
from opensim_pelvis.validation.foot_events import EventAgreement
from opensim_pelvis.validation.pooling import PooledAgreement

NARROW_DEG: Final = 7.0
"""Wider limits of agreement are shown without a decimal, to keep the table narrow."""


def render_comparison(comparison: Comparison, files: Sequence[Path]) -> RenderableType:
    """Return the alignment, a table of agreement, doubts and files."""
    pair, table = comparison.pair, comparison.table
    facts = [
        word(
            "comparison.compared",
            start_s=float(pair.time_s[0]),
            end_s=float(pair.time_s[-1]),
            samples=pair.time_s.size,
            strides=table.strides,
        ),
        _timing_words(comparison),
        _heading_words(comparison),
        word("comparison.bodies", source=pair.body_offset_source),
        word("comparison.travel", source=table.travel_source),
    ]
    parts: list[RenderableType] = [
        Text(
            word(
                "comparison.title",
                estimate=comparison.estimate.name,
                reference=comparison.reference.name,
            ),
            style="bold",
        ),
        _listed(facts, ""),
        _agreement(table.angles),
        Text(word("comparison.legend")),
        Text(word("comparison.legend_more")),
    ]
    parts += [Text(_event_words(event)) for event in comparison.events]
    if comparison.notes:
        parts.append(heading_line(word("title.notes")))
        parts.append(_listed([advised(note) for note in comparison.notes]))
    if files:
        names = ", ".join(path.name for path in files)
        parts.append(heading_line(word("title.files", folder=str(files[0].parent))))
        parts.append(_listed([names]))
    return Group(*parts)


def render_pooled(pooled: Sequence[PooledAgreement], file: Path) -> RenderableType:
    """Return a row an angle and value of the stride: bias with its interval, limits, spreads."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column(word("column.angle"), no_wrap=True)
    table.add_column(word("column.value"), no_wrap=True)
    for name in ("people", "strides", "bias", "interval_short", "limits"):
        table.add_column(word(f"column.{name}"), justify="right", no_wrap=True)
    for p in pooled:
        table.add_row(
            p.angle,
            term(p.value),
            str(p.subjects),
            str(p.strides),
            number(p.bias, ".1f"),
            "..".join(number(end, ".1f") for end in p.bias_interval),
            "..".join(number(end, ".1f") for end in (p.lower, p.upper))
            + ("" if p.converged else " *"),
        )
    words = [Text(word("comparison.pooled"))]
    if not all(p.converged for p in pooled):
        words.append(Text(word("comparison.boundary")))
    return Group(table, *words, Text("\n" + word("comparison.file", file=str(file))))


def _listed(lines: Sequence[str], mark: str = "-") -> Table:
    """Return lines that hang behind their mark."""
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row(f"  {mark}", Text(line))
    return grid


def _event_words(event: EventAgreement) -> str:
    limits = event.limits
    spread = "" if limits is None else f" +- {number(1000.0 * limits.sd, '.0f')}"
    return word(
        "comparison.event",
        kind=event.kind,
        error=f"{_shown(1000.0 * event.error_s.mean(), '.0f')}{spread}",
        matched=event.matched,
        missed=event.missed,
        extra=event.extra,
    )


def _heading_words(comparison: Comparison) -> str:
    pair = comparison.pair
    if math.isnan(pair.heading_rad):
        return word("comparison.heading_alone", source=pair.heading_source)
    turn = _shown(math.degrees(pair.heading_rad), ".2f")
    return word("comparison.heading", turn=turn, source=pair.heading_source)


def _timing_words(comparison: Comparison) -> str:
    sync = comparison.sync
    if not sync.segments:
        values = {"offset_s": sync.offset_s, "drift_ppm": sync.drift_ppm}
        return word("comparison.clocks_stated", **values)
    drift = word("comparison.drift_unknown")
    if sync.drift_known:
        drift = word("comparison.drift", drift=_shown(sync.drift_ppm, ".1f"))
    return word(
        "comparison.clocks",
        offset=_shown(sync.offset_s, ".4f"),
        error_ms=1000.0 * sync.uncertainty_s,
        drift=drift,
        correlation=float(sync.correlation),
        rival=float(sync.rival),
        confidence=sync.confidence,
    )


def _agreement(angles: Sequence[AngleAgreement]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(word("column.angle"), no_wrap=True)
    for name in ("bias", "rmse", "rmse0", "limits", "r", "lag", "range"):
        table.add_column(word(f"column.{name}"), justify="right", no_wrap=True)
    for angle in angles:
        curve, limits = angle.curve, angle.limits
        spread = next((part for part in angle.strides if part.value == "range"), None)
        table.add_row(
            angle.name,
            _shown(curve.bias, ".1f"),
            number(curve.rmse, ".1f"),
            number(curve.rmse_without_offset, ".1f"),
            "-" if limits is None else _band(limits.lower, limits.upper),
            _shown(curve.r, ".2f"),
            _shown(1000.0 * curve.lag_s, ".0f"),
            "-" if spread is None else _shown(spread.limits.bias, ".1f"),
        )
    return table


def _band(low: float, high: float) -> str:
    form = ".1f" if max(abs(low), abs(high)) < NARROW_DEG else ".0f"
    return f"{_shown(low, form)}..{_shown(high, form)}"


def _shown(value: float, form: str) -> str:
    if not math.isfinite(value):
        return "-"
    text = format(value, form)
    return spoken().digits(text.removeprefix("-") if float(text) == 0.0 else text)
