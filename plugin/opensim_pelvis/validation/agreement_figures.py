"""Figures of a comparison: curves, Bland-Altman, clocks, events; Matplotlib without a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from opensim_pelvis.language import ENGLISH, Language, fonts
from opensim_pelvis.language.ticks import write_ticks
from opensim_pelvis.notices import Wordbook, term
from opensim_pelvis.validation.agreement import AngleAgreement
from opensim_pelvis.validation.compare import Comparison
from opensim_pelvis.validation.foot_events import EventAgreement

COLUMNS: Final = 3
PANEL_INCHES: Final = (3.6, 2.4)
DPI: Final = 130
REFERENCE_COLOUR: Final = "#1b1b1b"
ESTIMATE_COLOUR: Final = "#c8501e"
MAX_DOTS: Final = 2000
WORDS: Final = Wordbook(
    "comparison.figure",
    {
        "curves": "Angle over time, degrees",
        "bland_altman": "Difference (estimate - reference) over mean, degrees",
        "strides": "Over the stride, degrees",
        "title": "{what}: {estimate} - {reference}",
        "reference": "reference",
        "estimate": "estimate",
        "spread": "{system}, ±1 SD",
        "seconds": "time, s",
        "percent": "% of the stride; bar: significant difference (SPM)",
        "offset": "offset, s",
        "correlation": "correlation of angular speeds",
        "found": "offset {offset_s:.4f} s; second best {rival:.0%} of it",
        "error": "estimate - reference, ms",
        "events": "Timing of gait events",
        "event": "{kind!t}: {matched} matched, {missed} missed, {extra} extra",
        "time": "time in the reference, s",
    },
)
SIDE_MARKS: Final = {"right": "o", "left": "^"}


def draw_figures(
    comparison: Comparison, directory: Path, language: Language = ENGLISH
) -> tuple[Path, ...]:
    """Draw all figures of a comparison as PNG."""
    draws = {"curves": _draw_curve, "bland_altman": _draw_bland_altman}
    if any(angle.normalised.shape[0] for angle in comparison.table.angles):
        draws["strides"] = _draw_stride
    found = [
        _panels(comparison, draw, directory / f"{name}.png", WORDS.word(name, language), language)
        for name, draw in draws.items()
    ]
    if comparison.sync.curve.size:
        found.append(_draw_sync(comparison, directory / "synchronisation.png", language))
    if comparison.events:
        found.append(_draw_events(comparison, directory / "events.png", language))
    return tuple(found)


def _panels(comparison: Comparison, draw: Any, path: Path, title: str, language: Language) -> Path:
    angles = comparison.table.angles
    rows = max(1, -(-len(angles) // COLUMNS))
    figure = Figure(
        figsize=(PANEL_INCHES[0] * COLUMNS, PANEL_INCHES[1] * rows + 0.4), layout="constrained"
    )
    axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axis, angle in zip(axes, angles, strict=False):
        draw(axis, angle, comparison, language)
        axis.set_title(angle.name, fontsize=9)
        axis.tick_params(labelsize=7)
    for axis in axes[len(angles) :]:
        axis.set_axis_off()
    figure.suptitle(_titled(title, comparison, language))
    handles, labels = axes[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)
    _save(figure, path, language)
    return path


def _draw_curve(
    axis: Any, angle: AngleAgreement, comparison: Comparison, language: Language
) -> None:
    time_s = comparison.table.time_s
    labels = (WORDS.word(key, language) for key in ("reference", "estimate"))
    values = (angle.reference_deg, REFERENCE_COLOUR), (angle.estimate_deg, ESTIMATE_COLOUR)
    for (degrees, colour), label in zip(values, labels, strict=True):
        axis.plot(time_s, degrees, color=colour, lw=1.0, label=label)
    axis.set_xlabel(WORDS.word("seconds", language), fontsize=7)


def _draw_bland_altman(
    axis: Any, angle: AngleAgreement, comparison: Comparison, language: Language
) -> None:
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


def _draw_stride(
    axis: Any, angle: AngleAgreement, comparison: Comparison, language: Language
) -> None:
    if not angle.normalised.shape[0]:
        return
    percent = np.linspace(0.0, 100.0, angle.normalised.shape[2])
    systems = (1, REFERENCE_COLOUR, "reference"), (0, ESTIMATE_COLOUR, "estimate")
    for row, colour, label in systems:
        mean = angle.normalised[:, row].mean(axis=0)
        spread = angle.normalised[:, row].std(axis=0)
        axis.plot(
            percent,
            mean,
            color=colour,
            lw=1.2,
            label=WORDS.word("spread", language, system=WORDS.word(label, language)),
        )
        axis.fill_between(percent, mean - spread, mean + spread, color=colour, alpha=0.15, lw=0)
    for start, end, _ in angle.map.differs if angle.map else ():
        axis.axvspan(start, end, ymax=0.03, color=REFERENCE_COLOUR, lw=0)
    axis.set_xlabel(WORDS.word("percent", language), fontsize=7)


def _draw_sync(comparison: Comparison, path: Path, language: Language) -> Path:
    sync = comparison.sync
    figure = Figure(figsize=(7.0, 2.8), layout="constrained")
    axis = figure.subplots()
    axis.plot(sync.curve_s, sync.curve, color=REFERENCE_COLOUR, lw=0.8)
    axis.axvline(sync.offset_s, color=ESTIMATE_COLOUR, lw=1.0)
    axis.set_xlabel(WORDS.word("offset", language))
    axis.set_ylabel(WORDS.word("correlation", language))
    axis.set_title(
        WORDS.word("found", language, offset_s=float(sync.offset_s), rival=float(sync.rival)),
        fontsize=9,
    )
    _save(figure, path, language)
    return path


def _draw_events(comparison: Comparison, path: Path, language: Language) -> Path:
    """Draw the error of each contact and toe-off over time, with bias and 95 % limits."""
    count = len(comparison.events)
    figure = Figure(figsize=(4.6 * count, 3.0), layout="constrained")
    axes = figure.subplots(1, count, squeeze=False, sharey=True)[0]
    for axis, event in zip(axes, comparison.events, strict=True):
        _draw_event(axis, event, language)
    axes[0].set_ylabel(WORDS.word("error", language), fontsize=8)
    title = _titled(WORDS.word("events", language), comparison, language)
    figure.suptitle(title, fontsize=10)
    _save(figure, path, language)
    return path


def _draw_event(axis: Any, event: EventAgreement, language: Language) -> None:
    error_ms = 1000.0 * event.error_s
    for side, mark in SIDE_MARKS.items():
        of_side = np.array([each == side for each in event.sides])
        colour = ESTIMATE_COLOUR if side == "right" else REFERENCE_COLOUR
        label = term(side, language)
        axis.plot(event.time_s[of_side], error_ms[of_side], mark, ms=3.5, color=colour, label=label)
    axis.axhline(float(error_ms.mean()), color=REFERENCE_COLOUR, lw=0.9)
    if event.limits is not None:
        for value in (event.limits.lower, event.limits.upper):
            axis.axhline(1000.0 * value, color=REFERENCE_COLOUR, lw=0.9, ls="--")
    axis.set_title(
        WORDS.word(
            "event",
            language,
            kind=event.kind,
            matched=event.matched,
            missed=event.missed,
            extra=event.extra,
        ),
        fontsize=9,
    )
    axis.set_xlabel(WORDS.word("time", language), fontsize=8)
    axis.tick_params(labelsize=7)
    axis.legend(fontsize=7)


def _titled(what: str, comparison: Comparison, language: Language) -> str:
    """Return what a figure shows, of which two systems."""
    names = {"estimate": comparison.estimate.name, "reference": comparison.reference.name}
    return WORDS.word("title", language, what=what, **names)


def _save(figure: Figure, path: Path, language: Language) -> None:
    """Write a figure; names in it may be of any script."""
    write_ticks([figure], language)
    fonts.show_letters([figure])
    with fonts.boxes_for_missing():
        figure.savefig(path, dpi=DPI)
