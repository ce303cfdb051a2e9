"""A chart on matplotlib's axes, for who wants to change a figure or have its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opensim_pelvis.report import style
from opensim_pelvis.report.charts.chart import (
    Area,
    Band,
    Bar,
    Block,
    Bundle,
    Chart,
    Line,
    Mark,
    Points,
    Rule,
    Values,
    Words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES: Final = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}
_SHAPES: Final = {"circle": "o", "square": "s", "diamond": "D", "triangle": "^"}
_HATCHES: Final = {"": "", "/": "//", ".": ".."}


def draw_chart(axes: Axes, chart: Chart) -> None:
    """Draw a chart on axes."""
    x, y = chart.limits()
    axes.set_xlim(*x)
    axes.set_ylim(*y)
    for mark in chart.marks:
        _draw(axes, mark)
    axes.set_title(chart.title, fontsize=8.5, fontweight="bold", loc="left",
                   pad=10 if chart.note else 4)  # fmt: skip
    if chart.note:
        axes.text(0, 1.02, chart.note, transform=axes.transAxes, fontsize=6.2, color=style.SOFT)
    axes.set_xlabel(chart.x, fontsize=6.5, labelpad=1)
    axes.set_ylabel(chart.y, fontsize=6.5, labelpad=1)
    if chart.equal:
        axes.set_aspect("equal", anchor="N")
    if not chart.framed:
        axes.axis("off")
        return
    axes.tick_params(labelsize=6.5, length=2.5, pad=1.5)
    axes.ticklabel_format(useOffset=False)
    axes.grid(color=style.GRID, lw=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    if not chart.y_ticks:
        axes.set_yticks([])
    if chart.labelled():
        axes.legend(fontsize=6.5, frameon=False, ncols=4, loc="upper center",
                    bbox_to_anchor=(0.5, -0.12))  # fmt: skip


def _draw(axes: Axes, mark: Mark) -> None:
    label = getattr(mark, "label", "") or None
    match mark:
        case Line():
            axes.plot(_seen(mark.x), _seen(mark.y), _DASHES[mark.dash], color=mark.colour,
                      lw=mark.width, label=label)  # fmt: skip
        case Band():
            axes.fill_between(_seen(mark.x), _seen(mark.low), _seen(mark.high), color=mark.colour,
                              alpha=mark.opacity, lw=0)  # fmt: skip
        case Points():
            axes.plot(_seen(mark.x), _seen(mark.y), _SHAPES[mark.shape], ms=mark.size,
                      mec=mark.colour, mfc="none" if mark.hollow else mark.colour, mew=0.8,
                      alpha=mark.opacity, label=label)  # fmt: skip
        case Bar():
            ends = [mark.low, mark.high]
            axes.plot([mark.x, mark.x], ends, _DASHES[mark.dash], marker="_", ms=8,
                      color=mark.colour, lw=mark.width, label=label)  # fmt: skip
        case Rule():
            draw = axes.axvline if mark.axis == "x" else axes.axhline
            draw(mark.at, color=mark.colour, lw=mark.width, ls=_DASHES[mark.dash], label=label)
        case Block():
            _block(axes, mark, label)
        case Area():
            _area(axes, mark)
        case Bundle():
            return
        case Words():
            sides = {"right": (1.0, "left"), "center": (0.0, "center"), "left": (-1.0, "right")}
            ups = {"above": (1.0, "bottom"), "middle": (0.0, "center"), "below": (-1.0, "top")}
            (across, ha), (up, va) = sides[mark.side], ups[mark.up]
            axes.annotate(
                mark.text, (mark.x, mark.y), (across * mark.away_pt, up * mark.away_pt),
                textcoords="offset points", fontsize=mark.size, color=mark.colour, ha=ha, va=va,
                parse_math=False, annotation_clip=False,
            )  # fmt: skip


def _block(axes: Axes, mark: Block, label: str | None) -> None:
    from matplotlib.patches import Rectangle

    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    left, right = (e if v is None else v for v, e in ((mark.left, x0), (mark.right, x1)))
    low, high = (e if v is None else v for v, e in ((mark.low, y0), (mark.high, y1)))
    axes.add_patch(
        Rectangle((left, low), right - left, high - low, fc=mark.colour, ec=mark.edge, lw=0.6,
                  hatch=_HATCHES[mark.pattern], label=label)
    )  # fmt: skip


def _area(axes: Axes, mark: Area) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    paths = [Path([*loop, loop[0]], closed=True) for loop in mark.loops]
    whole = Path.make_compound_path(*paths)
    axes.add_patch(PathPatch(whole, fc=mark.colour, ec=mark.edge, lw=mark.width,
                             ls=_DASHES[mark.dash]))  # fmt: skip


def _seen(values: Values) -> list[float]:
    return [float("nan") if value is None else value for value in values]
