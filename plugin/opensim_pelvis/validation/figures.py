"""Figures of a comparison: curves, Bland-Altman, clocks, events; Matplotlib without a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from opensim_pelvis import fonts
from opensim_pelvis.validation.agreement import AngleAgreement
from opensim_pelvis.validation.compare import Comparison
from opensim_pelvis.validation.foot_events import EventAgreement

COLUMNS: Final = 3
PANEL_INCHES: Final = (3.6, 2.4)
DPI: Final = 130
REFERENCE_COLOUR: Final = "#1b1b1b"
ESTIMATE_COLOUR: Final = "#c8501e"
MAX_DOTS: Final = 2000
SIDE_MARKS: Final = {"right": "o", "left": "^"}


def draw_figures(comparison: Comparison, directory: Path) -> tuple[Path, ...]:
    """Draw all figures of a comparison as PNG."""
    angles = comparison.table.angles
    found = [
        _panels(comparison, _draw_curve, directory / "curves.png", "Angle over time, degrees"),
        _panels(
            comparison,
            _draw_bland_altman,
            directory / "bland_altman.png",
            "Difference (estimate - reference) over mean, degrees",
        ),
    ]
    if any(angle.normalised.shape[0] for angle in angles):
        found.append(
            _panels(comparison, _draw_stride, directory / "strides.png", "Over the stride, degrees")
        )
    if comparison.sync.curve.size:
        found.append(_draw_sync(comparison, directory / "synchronisation.png"))
    if comparison.events:
        found.append(_draw_events(comparison, directory / "events.png"))
    return tuple(found)


def _panels(comparison: Comparison, draw: Any, path: Path, title: str) -> Path:
    angles = comparison.table.angles
    rows = max(1, -(-len(angles) // COLUMNS))
    figure = Figure(
        figsize=(PANEL_INCHES[0] * COLUMNS, PANEL_INCHES[1] * rows + 0.4), layout="constrained"
    )
    axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axis, angle in zip(axes, angles, strict=False):
        draw(axis, angle, comparison)
        axis.set_title(angle.name, fontsize=9)
        axis.tick_params(labelsize=7)
    for axis in axes[len(angles) :]:
        axis.set_axis_off()
    figure.suptitle(f"{title}: {comparison.estimate.name} - {comparison.reference.name}")
    handles, labels = axes[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)
    _save(figure, path)
    return path


def _draw_curve(axis: Any, angle: AngleAgreement, comparison: Comparison) -> None:
    time_s = comparison.table.time_s
    axis.plot(time_s, angle.reference_deg, color=REFERENCE_COLOUR, lw=1.0, label="reference")
    axis.plot(time_s, angle.estimate_deg, color=ESTIMATE_COLOUR, lw=1.0, label="estimate")
    axis.set_xlabel("s", fontsize=7)


def _draw_bland_altman(axis: Any, angle: AngleAgreement, comparison: Comparison) -> None:
    mean = (angle.estimate_deg + angle.reference_deg) / 2.0
    difference = angle.estimate_deg - angle.reference_deg
    step = max(1, mean.size // MAX_DOTS)
    axis.plot(mean[::step], difference[::step], ".", ms=1.5, color=ESTIMATE_COLOUR, alpha=0.5)
    limits = angle.limits
    if limits is None:
        return
    for value, interval in (
        (limits.bias, limits.bias_interval),
        (limits.lower, limits.lower_interval),
        (limits.upper, limits.upper_interval),
    ):
        axis.axhline(
            value, color=REFERENCE_COLOUR, lw=0.9, ls="-" if value == limits.bias else "--"
        )
        if np.isfinite(interval).all():
            axis.axhspan(*interval, color=REFERENCE_COLOUR, alpha=0.12, lw=0)


def _draw_stride(axis: Any, angle: AngleAgreement, comparison: Comparison) -> None:
    if not angle.normalised.shape[0]:
        return
    percent = np.linspace(0.0, 100.0, angle.normalised.shape[2])
    systems = (1, REFERENCE_COLOUR, "reference"), (0, ESTIMATE_COLOUR, "estimate")
    for row, colour, label in systems:
        mean = angle.normalised[:, row].mean(axis=0)
        spread = angle.normalised[:, row].std(axis=0)
        axis.plot(percent, mean, color=colour, lw=1.2, label=f"{label}, ±1 SD")
        axis.fill_between(percent, mean - spread, mean + spread, color=colour, alpha=0.15, lw=0)
    for start, end, _ in angle.map.differs if angle.map else ():
        axis.axvspan(start, end, ymax=0.03, color=REFERENCE_COLOUR, lw=0)
    axis.set_xlabel("% of the stride; bar: the two differ (SPM)", fontsize=7)


def _draw_sync(comparison: Comparison, path: Path) -> Path:
    sync = comparison.sync
    figure = Figure(figsize=(7.0, 2.8), layout="constrained")
    axis = figure.subplots()
    axis.plot(sync.curve_s, sync.curve, color=REFERENCE_COLOUR, lw=0.8)
    axis.axvline(sync.offset_s, color=ESTIMATE_COLOUR, lw=1.0)
    axis.set_xlabel("offset, s")
    axis.set_ylabel("correlation of angular speeds")
    axis.set_title(
        f"offset {sync.offset_s:.4f} s; next best {sync.rival:.0%} of the best", fontsize=9
    )
    _save(figure, path)
    return path


def _draw_events(comparison: Comparison, path: Path) -> Path:
    """Draw the error of each contact and toe-off over time, with bias and 95 % limits."""
    count = len(comparison.events)
    figure = Figure(figsize=(4.6 * count, 3.0), layout="constrained")
    axes = figure.subplots(1, count, squeeze=False, sharey=True)[0]
    for axis, event in zip(axes, comparison.events, strict=True):
        _draw_event(axis, event)
    axes[0].set_ylabel("estimate - reference, ms", fontsize=8)
    names = f"{comparison.estimate.name} - {comparison.reference.name}"
    figure.suptitle(f"Times of events: {names}", fontsize=10)
    _save(figure, path)
    return path


def _draw_event(axis: Any, event: EventAgreement) -> None:
    error_ms = 1000.0 * event.error_s
    for side, mark in SIDE_MARKS.items():
        of_side = np.array([each == side for each in event.sides])
        colour = ESTIMATE_COLOUR if side == "right" else REFERENCE_COLOUR
        axis.plot(event.time_s[of_side], error_ms[of_side], mark, ms=3.5, color=colour, label=side)
    axis.axhline(float(error_ms.mean()), color=REFERENCE_COLOUR, lw=0.9)
    if event.limits is not None:
        for value in (event.limits.lower, event.limits.upper):
            axis.axhline(1000.0 * value, color=REFERENCE_COLOUR, lw=0.9, ls="--")
    axis.set_title(
        f"{event.kind}: {event.matched} matched, {event.missed} missed, {event.extra} extra",
        fontsize=9,
    )
    axis.set_xlabel("s of the reference", fontsize=8)
    axis.tick_params(labelsize=7)
    axis.legend(fontsize=7)


def _save(figure: Figure, path: Path) -> None:
    """Write a figure; names in it may be of any script."""
    fonts.show_letters([figure])
    with fonts.boxes_for_missing():
        figure.savefig(path, dpi=DPI)
