"""The article's figure: pelvic rotation against cadence, coloured by pace, shaped by sex."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opensim_pelvis.cohort.runs import ROTATION
from opensim_pelvis.guidance.rulebook import read_norms
from opensim_pelvis.language import ENGLISH, Language, fonts
from opensim_pelvis.language.ticks import write_ticks
from opensim_pelvis.notices import Wordbook

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SHAPES: Final = {"female": "o", "male": "s", "not stated": "D"}

WORDS: Final = Wordbook(
    "cohort.figure",
    {
        "female": "women",
        "male": "men",
        "not_stated": "not stated",
        "pace": "pace, min/km",
        "cadence": "cadence, steps/min",
        "rotation": "pelvic rotation, range over the stride, degrees",
        "sessions": "{count} sessions",
        "fast": "coach band: faster than 4 min/km, any cadence",
        "low": "coach band: short strides, higher cadence",
        "over": "coach band: upright, overstriding runners are below",
    },
)


def draw_cohort(table: pd.DataFrame, path: Path, language: Language = ENGLISH) -> Path:
    """Draw a point a session with its confidence interval, and the coach bands behind.

    Parameters
    ----------
    table : DataFrame
        As `cohort.runs.read_cohort` returns it.
    path : Path
        PNG or SVG file.
    language : Language, optional
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    shown = table.dropna(subset=[ROTATION, "cadence_spm"])
    cadence, rotation = shown["cadence_spm"], shown[ROTATION]
    low, high = min([150.0, *(cadence - 4.0)]), max([200.0, *(cadence + 4.0)])
    axes.set_xlim(low, high)
    axes.set_ylim(0.0, max([24.0, *(rotation * 1.15)]))
    _draw_bands(axes, low, high, language)
    pace = shown["pace_min_per_km"]
    limits: dict[str, Any] = {"vmin": pace.min() - 0.05, "vmax": pace.max() + 0.05}
    points = None
    for sex, shape in SHAPES.items():
        rows = shown["sex"] == sex
        if not rows.any():
            continue
        part = shown[rows]
        off = [
            (part[ROTATION] - part["rotation_ci_low_deg"]).clip(lower=0.0).fillna(0.0),
            (part["rotation_ci_high_deg"] - part[ROTATION]).clip(lower=0.0).fillna(0.0),
        ]
        axes.errorbar(
            part["cadence_spm"], part[ROTATION], yerr=off, fmt="none", ecolor="#64748b", lw=1.0
        )
        known = pace[rows].notna()
        points = axes.scatter(
            part["cadence_spm"][known], part[ROTATION][known], c=pace[rows][known],
            marker=shape, s=70, cmap="viridis", edgecolor="#1e293b", lw=0.8, zorder=3, **limits,
        )  # fmt: skip
        axes.scatter(
            part["cadence_spm"][~known], part[ROTATION][~known], marker=shape, s=70,
            facecolor="none", edgecolor="#1e293b", zorder=3,
        )  # fmt: skip
        axes.scatter([], [], marker=shape, s=70, c="#94a3b8", edgecolor="#1e293b",
                     label=WORDS.word(sex.replace(" ", "_"), language))  # fmt: skip
    if points is not None and pace.notna().any():
        figure.colorbar(points, ax=axes, label=WORDS.word("pace", language))
    axes.set_xlabel(WORDS.word("cadence", language))
    axes.set_ylabel(WORDS.word("rotation", language))
    count = WORDS.word("sessions", language, count=len(shown))
    axes.legend(loc="lower left", frameon=False, title=count)
    axes.spines[["top", "right"]].set_visible(False)
    write_ticks([figure], language)
    fonts.show_letters([figure])
    with fonts.boxes_for_missing():
        figure.savefig(path, dpi=130)
    return path


def _draw_bands(axes: Axes, low: float, high: float, language: Language) -> None:
    """Draw the coach bands of the article, which are no published norms."""
    norms = read_norms()
    value = {name: norm.value for name, norm in norms.items()}
    band: dict[str, Any] = {"color": "#fdeccb", "lw": 0, "zorder": 0}
    axes.axhspan(value["coach.fast_rotation_low"], value["coach.fast_rotation_high"], **band)
    middle = (value["coach.fast_rotation_low"] + value["coach.fast_rotation_high"]) / 2.0
    ink: dict[str, Any] = {"color": "#92600a", "fontsize": 9, "va": "center"}
    axes.text(low + 0.5, middle, WORDS.word("fast", language), **ink)
    start = (value["choice.quick_cadence"] - low) / (high - low)
    axes.axhspan(0.0, value["coach.low_rotation"], xmin=start, **band)
    axes.text(
        high - 0.5, 0.6 * value["coach.low_rotation"],
        WORDS.word("low", language), ha="right", **ink,
    )  # fmt: skip
    axes.axhline(value["coach.overstride_rotation"], color="#d9a441", ls="--", lw=1.0, zorder=0)
    axes.text(
        low + 0.5, value["coach.overstride_rotation"] - 0.6,
        WORDS.word("over", language), **ink,
    )  # fmt: skip
