"""The figures of the PDF, drawn with matplotlib as vectors from the same view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.report import style
from opensim_pelvis.report.figures import SHARES, pair_curves, pair_side
from opensim_pelvis.report.figures_runs import CADENCE_RANGE, span_of, top_of
from opensim_pelvis.report.headline import find_measure, find_row, half_of
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = {"solid": "-", "dash": "--"}
TITLE_OVER_AXES = 1.15  # of the width of the axes; the space between two figures takes the rest


def draw_curve(
    axes: Axes, curve: Mapping[str, Any], events: Mapping[str, Mapping[str, float]], texts: Texts
) -> None:
    """Draw one angle over the stride: means, spread, toe-off and the other foot's contact."""
    words = texts["curves"]
    for side in (side for side in ("right", "left") if side in curve):
        mean, sd = curve[side]["mean"], curve[side]["sd"]
        percent = range(len(mean))
        colour = style.SIDE_COLOURS[side]
        if None not in sd:
            low = [m - s for m, s in zip(mean, sd, strict=True)]
            high = [m + s for m, s in zip(mean, sd, strict=True)]
            axes.fill_between(percent, low, high, color=colour, alpha=0.2, lw=0)
        dash = DASHES[style.SIDE_DASHES[side]]
        axes.plot(percent, mean, dash, color=colour, lw=1.4, label=words[side])
        for name, at in events.get(side, {}).items():
            if name != "opposite_toe_off":
                axes.axvline(at, color=colour, lw=0.7, ls=":" if name == "toe_off" else "-.")
    dress(axes, words[curve["name"]], words[f"{curve['name']}_positive"])
    axes.set_xlim(0, 100)
    axes.set_xlabel(words["percent"], fontsize=6.5, labelpad=1)


def draw_pair(axes: Axes, view: View, texts: Texts) -> None:
    """Draw pelvis and trunk over one stride; nothing where one of them was not measured."""
    side = pair_side(view)
    pair = pair_curves(view, side) if side else None
    if pair is None:
        _absent(axes, texts["counter"]["absent"])
        return
    words = texts["counter"]
    axes.plot(pair[0], "-", color=style.PELVIS, lw=1.6, label=words["pelvis"])
    axes.plot(pair[1], "--", color=style.TRUNK, lw=1.6, label=words["trunk"])
    axes.legend(fontsize=6.5, frameon=False, loc="best")
    title = words["time_left"] if side == "left" else words["time"]
    dress(axes, texts["section"]["counter"], title)
    axes.set_xlim(0, 100)
    axes.set_xlabel(texts["curves"]["percent"], fontsize=6.5, labelpad=1)


def draw_loop(axes: Axes, view: View, texts: Texts) -> None:
    """Draw trunk against pelvis, with the lines of counter-rotation and of one block."""
    side = pair_side(view)
    pair = pair_curves(view, side) if side else None
    if pair is None:
        _absent(axes, "")
        return
    words = texts["counter"]
    reach = 1.15 * max(abs(value) for value in (*pair[0], *pair[1]))
    axes.plot([-reach, reach], [reach, -reach], "--", color=style.SOFT, lw=0.7)
    axes.plot([-reach, reach], [-reach, reach], ":", color=style.SOFT, lw=0.7)
    axes.plot(*pair, color=style.INK, lw=1.3)
    axes.plot(pair[0][:100:10], pair[1][:100:10], "o", color=style.INK, ms=2.6)
    axes.plot(pair[0][:1], pair[1][:1], "o", mec=style.INK, mfc="#e69f00", ms=5)
    axes.text(0.95 * reach, -0.98 * reach, words["counter_line"], fontsize=6, ha="right")
    axes.text(0.7 * reach, 0.9 * reach, words["block_line"], fontsize=6, ha="right")
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_aspect("equal")
    dress(axes, words["angle"], "")
    axes.set_xlabel(words["x"], fontsize=6.5, labelpad=1)
    axes.set_ylabel(words["y"], fontsize=6.5, labelpad=1)


def draw_shares(axes: Axes, view: View, texts: Texts) -> None:
    """Draw the parts of the stride in which pelvis and trunk turn alike or not."""
    means = {m["name"]: m["rows"][0]["mean"] for m in view["measures"] if m["name"] in SHARES}
    if len(means) < len(SHARES) or None in means.values():
        _absent(axes, "")
        return
    hatches = ("", "//", "..", "")
    left = 0.0
    for name, colour, hatch in zip(SHARES, style.SHARES, hatches, strict=True):
        label = f"{texts['counter'][name]} {texts.written(means[name], '.1f')} %"
        axes.barh(0, means[name], left=left, color=colour, ec=style.INK, lw=0.6, hatch=hatch,
                  label=label)  # fmt: skip
        left += means[name]
    axes.set_xlim(0, 100)
    axes.set_ylim(-0.5, 0.5)
    axes.legend(
        fontsize=6.5, frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.2)
    )
    dress(axes, texts["counter"]["share"], "")
    axes.set_yticks([])


def draw_cadence(axes: Axes, view: View, texts: Texts) -> None:
    """Draw the article's figure with this runner in it."""
    words = texts["cadence"]
    rotation, cadence = find_row(view, "pelvic_rotation_range_deg"), find_row(view, "cadence_spm")
    measure = find_measure(view, "pelvic_rotation_range_deg")
    if rotation is None or cadence is None or measure is None:
        return
    low, high = draw_bands(axes, [cadence], view, texts)
    half = half_of(rotation) or 0.0
    axes.errorbar(
        [cadence["mean"]], [rotation["mean"]], yerr=[half], fmt="D", ms=7,
        color=style.RIGHT, capsize=4, label=words["mean"],
    )  # fmt: skip
    for place, band in enumerate(measure["published"]):
        name = words["published"].format(who=texts["measures"][band["label"]])
        at = high - (0.02 + 0.03 * place) * (high - low)
        dash = "-" if band["label"] == "female" else ":"
        axes.plot([at, at], [band["low"], band["high"]], dash, marker="_", color=style.PUBLISHED,
                  lw=3, label=name)  # fmt: skip
    axes.set_ylim(0.0, top_of([rotation["mean"]], half))
    axes.legend(fontsize=6.5, frameon=False, loc="lower left")
    dress(axes, texts["section"]["cadence"], "")


def draw_bands(
    axes: Axes, cadences: Sequence[Mapping[str, Any] | None], view: View, texts: Texts
) -> tuple[float, float]:
    """Draw the article's regions; return the range of cadence that holds everybody."""
    words = texts["cadence"]
    means = [cadence["mean"] for cadence in cadences if cadence is not None]
    low = min([CADENCE_RANGE[0], *(mean - 5.0 for mean in means)])
    high = max([CADENCE_RANGE[1], *(mean + 5.0 for mean in means)])
    value = {key: norm["value"] for key, norm in view["norms"].items()}
    box: dict[str, Any] = {"fc": style.COACH, "ec": style.COACH_INK, "lw": 0.5, "zorder": 0}
    axes.axhspan(value["coach.fast_rotation_low"], value["coach.fast_rotation_high"], **box)
    axes.fill_between(
        [max(value["choice.quick_cadence"], low), high], 0, value["coach.low_rotation"], **box
    )
    axes.axhline(value["coach.overstride_rotation"], color=style.COACH_INK, lw=0.7, ls="--")
    ink: dict[str, Any] = {"fontsize": 6.5, "color": style.COACH_INK}
    axes.text(low + 0.5, value["coach.fast_rotation_high"] - 0.3, words["fast"], va="top", **ink)
    axes.text(low + 0.5, value["coach.overstride_rotation"] - 0.3, words["over"], va="top", **ink)
    axes.text(high - 0.5, 0.3, words["low"], ha="right", **ink)
    axes.set_xlim(low, high)
    axes.set_ylim(0.0, top_of([]))
    axes.set_xlabel(words["x"], fontsize=7, labelpad=1)
    axes.set_ylabel(words["y"], fontsize=7, labelpad=2)
    return low, high


def draw_change(axes: Axes, view: View, name: str, texts: Texts) -> None:
    """Draw one measure over the run."""
    for side, series in view["series"][name].items():
        colour = style.SIDE_COLOURS[side]
        minutes = [at / 60.0 for at in series["time_s"]]
        axes.plot(minutes, series["values"], ".", color=colour, alpha=0.4, ms=3.5, mew=0)
        blocks = [at / 60.0 for at in series["block_time_s"]]
        dash = DASHES[style.SIDE_DASHES[side]]
        label = texts["measures"][side]
        axes.plot(blocks, series["block_mean"], dash, color=colour, lw=1.2, label=label)
    if len(view["series"][name]) > 1:
        axes.legend(fontsize=6, frameon=False, ncols=2)
    dress(axes, texts["measure"].get(name, name), texts["unit"][definition_of(name).unit])
    axes.set_xlabel(texts["change"]["x"], fontsize=6.5, labelpad=1)
    axes.ticklabel_format(useOffset=False)
    axes.set_ylim(*span_of(name, view["series"][name]))


def dress(axes: Axes, title: str, note: str) -> None:
    """Give axes their title, a note below it, and quiet lines."""
    said = axes.set_title(title, fontsize=8.5, fontweight="bold", loc="left", pad=10 if note else 4)
    wide, room = said.get_window_extent().width, TITLE_OVER_AXES * axes.bbox.width
    if wide > room:  # a long label, or a language of long words, must not run into the next figure
        said.set_fontsize(8.5 * room / wide)
    if note:
        axes.text(0, 1.02, note, transform=axes.transAxes, fontsize=6.2, color=style.SOFT)
    axes.tick_params(labelsize=6.5, length=2.5, pad=1.5)
    axes.grid(color=style.GRID, lw=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _absent(axes: Axes, words: str) -> None:
    axes.axis("off")
    axes.text(0, 0.5, words, fontsize=7, color=style.SOFT, wrap=True)
