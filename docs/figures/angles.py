"""Draw senses, orders and one stride of the angles: ``python docs/figures/angles.py``."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import splev, splprep

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.angle_definitions import DEFINITIONS, baker_angles
from opensim_pelvis.rotations import from_euler, to_euler
from opensim_pelvis.simulate import Session, Truth, simulate_runner

IMG = Path(__file__).resolve().parents[1] / "img"
BODY, TURN, OTHER, NEUTRAL = "#0b4f8a", "#c2500a", "#3f3f46", "#8a94a3"
SHOWN_DEG = 22.0
FIRST = {"color": BODY, "lw": 3.0, "ls": "-"}
SECOND = {"color": TURN, "lw": 2.4, "ls": "--"}

Outline = list[tuple[float, float]]

# Outlines of the right half, from the middle at the top or front to the middle below or behind.
PELVIS_ABOVE = [(0.0, -0.3), (0.42, -0.12), (0.62, 0.3), (0.74, 0.52), (0.95, 0.3), (0.88, -0.2),
                (0.45, -0.58), (0.0, -0.66)]  # fmt: skip
PELVIS_BEHIND = [(0.0, 0.4), (0.3, 0.5), (0.68, 0.7), (0.95, 0.5), (0.78, 0.05), (0.6, -0.3),
                 (0.35, -0.62), (0.14, -0.3), (0.0, -0.3)]  # fmt: skip
TRUNK_ABOVE = [(0.0, 0.34), (0.5, 0.34), (0.92, 0.16), (0.92, -0.14), (0.5, -0.28), (0.0, -0.3)]
TRUNK_BEHIND = [(0.0, 1.52), (0.3, 1.48), (0.66, 1.34), (0.6, 0.8), (0.44, 0.3), (0.42, 0.0),
                (0.0, 0.0)]  # fmt: skip
# Whole outlines, seen from the right.
PELVIS_RIGHT = [(-0.72, 0.3), (-0.4, 0.68), (0.2, 0.7), (0.7, 0.36), (0.42, 0.02), (0.56, -0.4),
                (0.2, -0.64), (-0.2, -0.5), (-0.28, -0.08)]  # fmt: skip
TRUNK_RIGHT = [(-0.26, 0.0), (-0.36, 0.9), (-0.16, 1.48), (0.14, 1.48), (0.36, 0.95), (0.26, 0.3),
               (0.26, 0.0)]  # fmt: skip


def main() -> None:
    plt.rcParams |= {"font.size": 12, "svg.hashsalt": "opensim-pelvis"}
    IMG.mkdir(exist_ok=True)
    save(draw_senses(), "angles_pelvis_trunk")
    save(draw_thigh(), "angles_thigh")
    save(draw_orders(), "angles_orders")
    save(draw_stride(simulate_runner(session=Session(duration_s=8.0, rate_hz=200.0))),
         "angles_stride")  # fmt: skip


def save(figure: Figure, name: str) -> None:
    figure.savefig(IMG / f"{name}.png", dpi=110)
    figure.savefig(IMG / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def draw_senses() -> Figure:
    """Draw each pelvis and trunk angle at a positive value against its zero."""
    figure, grid = plt.subplots(2, 3, figsize=(12, 8.2), layout="constrained")
    columns = (("seen from above", "travel", "right"), ("seen from behind", "up", "right"),
               ("seen from the right", "up", "travel"))  # fmt: skip
    turned = (
        (mirrored(PELVIS_ABOVE), mirrored(PELVIS_BEHIND), smooth(PELVIS_RIGHT)),
        (mirrored(TRUNK_ABOVE), mirrored(TRUNK_BEHIND), smooth(TRUNK_RIGHT)),
    )
    signs = ((1, 1, -1), (1, -1, -1))
    for row, column in np.ndindex(2, 3):
        axes = grid[row, column]
        view, up, across = columns[column]
        upright = row == 1 and column > 0
        draw_turn(axes, turned[row][column], signs[row][column], upright=upright)
        definition = DEFINITIONS[3 * row + column]
        axes.set_title(f"{definition.name}\n+ {definition.positive}", fontsize=12.5, color=BODY)
        axes.text(0.5, 0.0, view, transform=axes.transAxes, ha="center", va="top", color=OTHER)
        compass(axes, up, across)
        if column < 2:
            height = 0.5 if upright else 0.0
            axes.text(-1.2, height, "L", color=OTHER, ha="center", va="center")
            axes.text(1.2 if upright else 1.72, height, "R", color=OTHER, ha="center", va="center")
    grid[1, 0].set_ylim(-1.7, 1.5)
    for axes, head, sign in ((grid[1, 0], (0.0, 0.05), 1), (grid[1, 1], (0.0, 1.8), -1),
                             (grid[1, 2], (0.06, 1.8), -1)):  # fmt: skip
        draw_head(axes, head, sign * SHOWN_DEG, nose=axes is not grid[1, 1])
    return figure


def draw_turn(axes: Axes, shape: FloatArray, sign: int, *, upright: bool) -> None:
    """Draw a segment at zero (dashed) and at a positive angle, with the arrow between."""
    axes.plot(*shape.T, color=NEUTRAL, ls="--", lw=1.6)
    axes.fill(*rotated(shape, sign * SHOWN_DEG).T, fc=BODY + "22", ec=BODY, lw=2.4)
    start, radius = (90.0, 2.25) if upright else (0.0, 1.3)
    spoke = np.array([[0.0, 0.0], [radius + 0.1, 0.0]])
    for degrees, colour, style in ((0.0, NEUTRAL, "--"), (sign * SHOWN_DEG, BODY, "-")):
        axes.plot(*rotated(spoke, start + degrees).T, color=colour, ls=style, lw=1.3)
    arc(axes, start, start + sign * SHOWN_DEG, radius)
    axes.set_aspect("equal")
    axes.set_xlim(-1.8, 1.8)
    axes.set_ylim((-0.6, 2.6) if upright else (-1.6, 1.2))
    axes.axis("off")


def draw_head(axes: Axes, centre: tuple[float, float], degrees: float, *, nose: bool) -> None:
    """Draw a head at zero and turned; its nose points forward in the picture."""
    around = np.deg2rad(np.linspace(0.0, 360.0, 73))
    circle = 0.26 * np.column_stack([np.cos(around), np.sin(around)])
    if nose:
        forward = np.pi / 2 if centre[0] == 0.0 else 0.0
        circle[np.abs(around - forward) < 0.09] *= 1.4
        if forward == 0.0:
            circle[-1] = circle[0] = (0.36, 0.0)
    head = circle + centre
    axes.plot(*head.T, color=NEUTRAL, ls="--", lw=1.6, zorder=1)
    axes.fill(*rotated(head, degrees).T, fc="white", ec=BODY, lw=2.4, zorder=4)


def arc(axes: Axes, start_deg: float, end_deg: float, radius: float) -> None:
    """Draw a curved arrow about the origin, from zero to the positive angle."""
    along = np.deg2rad(np.linspace(start_deg, end_deg, 30))
    points = radius * np.column_stack([np.cos(along), np.sin(along)])
    axes.plot(*points[:-3].T, color=TURN, lw=2.6)
    axes.annotate("", points[-1], points[-5], arrowprops={
        "arrowstyle": "-|>", "color": TURN, "lw": 2.6, "shrinkA": 0, "shrinkB": 0,
        "mutation_scale": 18})  # fmt: skip
    middle = 1.13 * points[len(points) // 2]
    axes.text(*middle, "+", color=TURN, fontsize=17, weight="bold", ha="center", va="center")


def compass(axes: Axes, up: str, across: str) -> None:
    """Draw the two directions of the picture into its lower left corner."""
    style = {"arrowstyle": "->", "color": OTHER, "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
    for tip in ((0.04, 0.19), (0.17, 0.06)):
        axes.annotate("", tip, (0.04, 0.06), xycoords="axes fraction", arrowprops=style)
    text = {"transform": axes.transAxes, "color": OTHER, "fontsize": 11}
    axes.text(0.04, 0.2, up, ha="left", va="bottom", **text)
    axes.text(0.18, 0.06, across, ha="left", va="center", **text)


def draw_thigh() -> Figure:
    """Draw thigh extension as positive behind the vertical and negative before it."""
    figure, axes = plt.subplots(figsize=(6.2, 5.6), layout="constrained")
    thigh = np.array([[0.0, 0.0], [0.0, -1.5]])
    axes.plot([0, 0], [0.25, -1.9], color=NEUTRAL, ls="--", lw=1.6)
    axes.text(0.05, -1.96, "vertical through the hip", ha="center", va="top", color=OTHER)
    for degrees, colour, style in ((-26.0, BODY, "-"), (34.0, OTHER, (0, (4, 1.5)))):
        line = rotated(thigh, degrees)
        axes.plot(*line.T, color=colour, ls=style, lw=9 if degrees < 0 else 5,
                  solid_capstyle="round")  # fmt: skip
        axes.plot(*line[1], "o", ms=13, mfc="white", mec=colour, mew=2.4)
    axes.plot(0, 0, "o", ms=15, mfc="white", mec=BODY, mew=2.4, zorder=4)
    axes.text(0.12, 0.12, "hip", va="bottom", color=OTHER)
    arc(axes, -90.0, -116.0, 1.1)
    axes.text(-0.78, -1.62, "knee behind hip:\npositive", ha="right", va="center", color=BODY)
    axes.text(1.02, -1.42, "knee before hip:\nnegative", ha="left", va="center", color=OTHER)
    axes.set_title("thigh_extension_r, thigh_extension_l\n+ " + DEFINITIONS[-1].positive,
                   color=BODY, fontsize=12.5)  # fmt: skip
    axes.annotate("", (1.75, 0.3), (0.95, 0.3), arrowprops={"arrowstyle": "->", "color": OTHER})
    axes.text(1.35, 0.36, "travel", ha="center", va="bottom", color=OTHER)
    axes.text(0.5, -0.02, "seen from the right", transform=axes.transAxes, ha="center", va="top",
              color=OTHER)  # fmt: skip
    axes.set_aspect("equal")
    axes.set_xlim(-2.0, 2.0)
    axes.set_ylim(-2.15, 0.7)
    axes.axis("off")
    return figure


def two_orders(lag_deg: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return one motion over a stride, read in Baker's and in OpenSim's order, degrees.

    Its true rotation and obliquity have ranges of 18 and 12 degrees, the anterior tilt is 20
    throughout. The signs of all readings are the clinical ones.
    """
    phase = np.linspace(0.0, 1.0, 201)
    rotation = 9.0 * np.cos(2 * np.pi * phase)
    obliquity = 6.0 * np.cos(2 * np.pi * phase - np.deg2rad(lag_deg))
    turns = np.column_stack([rotation, -obliquity, np.full(phase.size, -20.0)])
    R_TB = from_euler("YXZ", np.deg2rad(turns))
    baker = np.rad2deg(baker_angles(R_TB)) * [1.0, -1.0, -1.0]
    opensim = np.rad2deg(to_euler("ZXY", R_TB))[:, ::-1] * [1.0, -1.0, -1.0]
    return phase, baker, opensim


def draw_orders() -> Figure:
    """Draw the same motion read in both orders."""
    phase, baker, opensim = two_orders(lag_deg=0.0)
    figure, panels = plt.subplots(1, 3, figsize=(12, 4.4), layout="constrained")
    titles = (
        ("axial rotation, right side forward", "pelvic_axial_rotation", "pelvis_rotation"),
        ("obliquity, right side up", "pelvic_obliquity", "-pelvis_list"),
        ("anterior tilt", "pelvic_anterior_tilt", "-pelvis_tilt"),
    )
    for column, (axes, (title, ours, theirs)) in enumerate(zip(panels, titles, strict=True)):
        for values, name, style in ((baker, ours, FIRST), (opensim, theirs, SECOND)):
            line = values[:, column]
            spread = f"{name}, range {np.ptp(line):.1f}"
            axes.plot(100 * phase, line, label=spread, **style)
        axes.set_title(title)
        axes.set_xlabel("stride (%)")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False)
        tidy(axes)
    panels[0].set_ylim(-13, 13)
    panels[1].set_ylim(-13, 13)
    panels[2].set_ylim(7, 33)
    panels[0].set_ylabel("degrees")
    return figure


def draw_stride(truth: Truth) -> Figure:
    """Draw pelvis against trunk rotation over one stride of the simulated runner."""
    contact, *events = [e for e in truth.events if e.time_s > truth.steady_s[0]]
    while (contact.label, contact.context) != ("initial contact", "Right"):
        contact, *events = events
    length_s = 1.0 / truth.runner.stride_hz
    percent = 100.0 * (truth.time_s - contact.time_s) / length_s
    shown = (percent >= 0.0) & (percent <= 100.5)
    figure, axes = plt.subplots(figsize=(9, 5.0), layout="constrained")
    for name, style in (("pelvic_axial_rotation", FIRST), ("trunk_axial_rotation", SECOND)):
        axes.plot(percent[shown], np.rad2deg(truth.angles[name][shown]), label=name, **style)
    for event in (contact, *events):
        at = 100.0 * (event.time_s - contact.time_s) / length_s
        if at < 99.0:
            axes.axvline(at, color=NEUTRAL, lw=1, ls=":")
            word = f"{event.context.lower()}\n{event.label}"
            axes.text(at + 0.8, 14.6, word, color=OTHER, fontsize=11, va="top")
    axes.set_title("Simulated runner: counter-rotation of pelvis and trunk", pad=10)
    axes.set_xlabel("stride (%), from right initial contact")
    axes.set_ylabel("degrees, + right side forward")
    axes.set_xlim(0, 100)
    axes.set_ylim(-12, 15)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2, frameon=False)
    tidy(axes)
    return figure


def tidy(axes: Axes) -> None:
    axes.axhline(0.0, color=NEUTRAL, lw=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e5e7eb", lw=0.8)


def mirrored(half: Outline) -> FloatArray:
    """Return the smooth outline whose right half is given."""
    left = [(-x, y) for x, y in reversed(half) if x > 0.0]
    return smooth([*half, *left])


def smooth(outline: Outline) -> FloatArray:
    """Return a smooth closed curve through points."""
    closed = np.array([*outline, outline[0]])
    curve, _ = splprep(closed.T, s=0.0, per=True)
    return np.column_stack(splev(np.linspace(0.0, 1.0, 200), curve))


def rotated(points: FloatArray, degrees: float) -> FloatArray:
    """Return points of the picture turned about its origin, anticlockwise."""
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return points @ np.array([[c, s], [-s, c]])


if __name__ == "__main__":
    main()
