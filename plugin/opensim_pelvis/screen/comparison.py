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

from opensim_pelvis.notices import advise
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
        f"compared: {pair.time_s[0]:.2f}-{pair.time_s[-1]:.2f} s of the reference, "
        f"{pair.time_s.size} samples, {table.strides} strides",
        _timing_words(comparison),
        _heading_words(comparison),
        f"offset of bodies: {pair.body_offset_source}",
        f"direction of travel: {table.travel_source}",
    ]
    parts: list[RenderableType] = [
        Text(f"{comparison.estimate.name} against {comparison.reference.name}", style="bold"),
        _listed(facts, ""),
        _agreement(table.angles),
        Text("Degrees; bias = estimate - reference; rmse0: bias removed; LoA: 95 % limits of"),
        Text("single samples; lag: ms; range: mean error of each stride's range of motion"),
    ]
    parts += [Text(_event_words(event)) for event in comparison.events]
    if comparison.notes:
        parts.append(Text("\nDoubtful or worth knowing", style="bold"))
        parts.append(_listed([advise(note) for note in comparison.notes]))
    if files:
        names = ", ".join(path.name for path in files)
        parts.append(Text(f"\nFiles in {files[0].parent}", style="bold"))
        parts.append(_listed([names]))
    return Group(*parts)


def render_pooled(pooled: Sequence[PooledAgreement], file: Path) -> RenderableType:
    """Return a row an angle and value of the stride: bias with its interval, limits, spreads."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("angle", no_wrap=True)
    table.add_column("value", no_wrap=True)
    for name in ("people", "strides", "bias", "95 %", "LoA"):
        table.add_column(name, justify="right", no_wrap=True)
    for p in pooled:
        table.add_row(
            p.angle,
            p.value,
            str(p.subjects),
            str(p.strides),
            f"{p.bias:.1f}",
            f"{p.bias_interval[0]:.1f}..{p.bias_interval[1]:.1f}",
            f"{p.lower:.1f}..{p.upper:.1f}" + ("" if p.converged else " *"),
        )
    words = [Text("Degrees; estimate - reference; LoA: of one stride of a new person")]
    if not all(p.converged for p in pooled):
        words.append(Text("* the fit is at a boundary (a spread of zero) or did not end: doubtful"))
    return Group(table, *words, Text(f"\nFile: {file}"))


def _listed(lines: Sequence[str], mark: str = "-") -> Table:
    """Return lines that hang behind their mark."""
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row(f"  {mark}", Text(line))
    return grid


def _event_words(event: EventAgreement) -> str:
    spread = "" if event.limits is None else f" +- {1000.0 * event.limits.sd:.0f}"
    return (
        f"{event.kind}: {_shown(1000.0 * event.error_s.mean(), '.0f')}{spread} ms, "
        f"{event.matched} matched, "
        f"{event.missed} missed, {event.extra} extra"
    )


def _heading_words(comparison: Comparison) -> str:
    pair = comparison.pair
    if math.isnan(pair.heading_rad):
        return f"heading: {pair.heading_source}"
    turn = _shown(math.degrees(pair.heading_rad), ".2f")
    return f"heading: {turn} degrees, from the {pair.heading_source}"


def _timing_words(comparison: Comparison) -> str:
    sync = comparison.sync
    if not sync.segments:
        return f"clocks: offset {sync.offset_s:g} s, drift {sync.drift_ppm:g} ppm (stated)"
    drift = f"drift {_shown(sync.drift_ppm, '.1f')} ppm" if sync.drift_known else "drift not known"
    offset = f"{_shown(sync.offset_s, '.4f')} s +- {1000.0 * sync.uncertainty_s:.1f} ms"
    return (
        f"clocks: offset {offset}, {drift}; "
        f"correlation {sync.correlation:.2f}, next best {sync.rival:.0%} of it; "
        f"confidence {sync.confidence}"
    )


def _agreement(angles: Sequence[AngleAgreement]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("angle", no_wrap=True)
    for name in ("bias", "rmse", "rmse0", "LoA", "r", "lag", "range"):
        table.add_column(name, justify="right", no_wrap=True)
    for angle in angles:
        curve, limits = angle.curve, angle.limits
        spread = next((part for part in angle.strides if part.value == "range"), None)
        table.add_row(
            angle.name,
            _shown(curve.bias, ".1f"),
            f"{curve.rmse:.1f}",
            f"{curve.rmse_without_offset:.1f}",
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
    return text.removeprefix("-") if float(text) == 0.0 else text
