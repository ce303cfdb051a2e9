"""Draw how a recording becomes files: ``python docs/figures/architecture.py``."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

IMG = Path(__file__).resolve().parents[1] / "img"
INK, RECORD, MUTED = "#1e293b", "#0f5c9c", "#64748b"
STAGE, DOOR, FILES = "#e2ecf6", "#fdeccb", "#f1f5f9"
WIDTH, HEIGHT, STEP = 1.72, 1.0, 3.04
TOP, MIDDLE, BOTTOM = 5.6, 3.25, 0.9

Place = tuple[float, float]


def main() -> None:
    plt.rcParams |= {"svg.hashsalt": "opensim-pelvis", "font.family": "DejaVu Sans"}
    figure, axes = plt.subplots(figsize=(13.6, 7.2), layout="constrained")
    draw(axes)
    axes.set_xlim(-1.0, 13.6)
    axes.set_ylim(-0.4, 7.15)
    axes.set_aspect("equal")
    axes.axis("off")
    IMG.mkdir(exist_ok=True)
    figure.savefig(IMG / "architecture.png", dpi=110)
    figure.savefig(IMG / "architecture.svg", metadata={"Date": None})


def draw(axes: Axes) -> None:
    """Draw two rows of stages, what feeds them, and the legend."""
    top = [(column(i), TOP) for i in range(5)]
    bottom = [(column(i), BOTTOM) for i in range(5)]
    box(axes, top[0], "io/readers/", "file or folder\nto SI units", DOOR)
    box(axes, top[1], "timeline/", "one clock,\naccount of gaps", STAGE)
    box(axes, top[2], "calibration/", "average the\nstill pose", STAGE)
    box(axes, top[3], "calibration/", "which way\nis forward", STAGE)
    box(axes, top[4], "calibration/", "sensor to body,\nearth to ground", STAGE)
    box(axes, bottom[0], "calibration/", "all samples in\nOpenSim ground", STAGE)
    box(axes, bottom[1], "kinematics/solve/", "inverse\nkinematics", STAGE)
    box(axes, bottom[2], "kinematics/", "named clinical\nangles", STAGE)
    box(axes, bottom[3], "gait/", "strides, measures,\nfindings", STAGE)
    box(axes, bottom[4], "io/exporters/", "one kind of\nfile each", DOOR)
    box(axes, (column(0), MIDDLE), "config/", "trial.toml, flags:\nTrialSettings", FILES)
    axes.text(
        column(0), MIDDLE - 0.72, "reaches every stage", ha="center", color=MUTED, fontsize=11
    )
    box(axes, (column(2), MIDDLE), "kinematics/osim/", "build or load\nthe model", STAGE)
    for names, row in (
        (("Recording", "Aligned-\nRecording", "Calibration-\nPose", "Heading"), top),
        (("Sensor-\nOrientations", "Kinematics", "Angles", "Result"), bottom),
    ):
        for name, start, end in zip(names, row, row[1:], strict=False):
            arrow(axes, right(start), left(end))
            label(axes, ((start[0] + end[0]) / 2, start[1] + 0.1), name)
    join_rows(axes, top[4], bottom[0])
    feed_model(axes, (column(2), MIDDLE), top[4], bottom[1])
    arrow(axes, (column(0), TOP + 1.25), (column(0), TOP + HEIGHT / 2), MUTED)
    axes.text(column(0), TOP + 1.31, "recording", ha="center", color=MUTED, fontsize=11.5)
    arrow(axes, (column(4), BOTTOM - HEIGHT / 2), (column(4), BOTTOM - 1.0), MUTED)
    axes.text(column(4), BOTTOM - 1.2, ".osim .sto .mot .c3d .json .xml", ha="center",
              va="center", color=MUTED, fontsize=11.5)  # fmt: skip
    legend(axes)


def join_rows(axes: Axes, start: Place, end: Place) -> None:
    """Lead the placement from the end of the first row to the beginning of the second."""
    level = (MIDDLE + BOTTOM) / 2
    path = [(start[0] + 0.45, start[1] - HEIGHT / 2), (start[0] + 0.45, level), (end[0], level)]
    axes.plot(*zip(*path, strict=True), color=INK, lw=1.5, solid_joinstyle="round")
    arrow(axes, path[-1], (end[0], end[1] + HEIGHT / 2))
    kinematics = column(1) + 0.42
    axes.plot(kinematics, level, "o", color=INK, ms=5)
    arrow(axes, (kinematics, level), (kinematics, end[1] + HEIGHT / 2))
    label(axes, (start[0] - 1.9, level + 0.08), "Placement")


def feed_model(axes: Axes, model: Place, placement: Place, kinematics: Place) -> None:
    """Lead the model to placement (default pose) and to inverse kinematics."""
    across = (placement[0] - 0.45, model[1])
    axes.plot([model[0] + WIDTH / 2, across[0]], [model[1]] * 2, color=INK, lw=1.5)
    arrow(axes, across, (across[0], placement[1] - HEIGHT / 2))
    label(axes, ((model[0] + across[0]) / 2 + 0.4, model[1] + 0.08), "BodyModel (default pose)")
    turn = (kinematics[0] - 0.42, model[1])
    axes.plot(
        [turn[0]] * 2, [BOTTOM + HEIGHT, MIDDLE - HEIGHT / 2], color="white", lw=9, zorder=1.5
    )
    axes.plot([model[0] - WIDTH / 2, turn[0]], [model[1]] * 2, color=INK, lw=1.5)
    arrow(axes, turn, (turn[0], kinematics[1] + HEIGHT / 2))
    label(axes, ((model[0] - WIDTH / 2 + turn[0]) / 2, model[1] + 0.08), "BodyModel")


def legend(axes: Axes) -> None:
    """Say what the colours mean."""
    y = TOP + 1.31
    for x, colour, text in (
        (3.2, STAGE, "stage: a plain function"),
        (6.5, DOOR, "door for plug-ins (entry points)"),
    ):
        axes.add_patch(FancyBboxPatch((x, y), 0.34, 0.2, boxstyle="round,pad=0.02",
                                      fc=colour, ec=INK, lw=0.8))  # fmt: skip
        axes.text(x + 0.5, y + 0.1, text, va="center", color=INK, fontsize=11.5)
    axes.text(10.75, y + 0.1, "Record", va="center", color=RECORD, fontsize=11.5, weight="bold")
    axes.text(11.6, y + 0.1, "what travels", va="center", color=INK, fontsize=11.5)


def box(axes: Axes, centre: Place, name: str, does: str, colour: str) -> None:
    """Draw a stage with its room and what it does."""
    corner = (centre[0] - WIDTH / 2, centre[1] - HEIGHT / 2)
    axes.add_patch(FancyBboxPatch(corner, WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.1",
                                  fc=colour, ec=INK, lw=1.2, zorder=2))  # fmt: skip
    axes.text(centre[0], centre[1] + 0.28, name, ha="center", va="center", color=INK,
              fontsize=11.5 if len(name) < 15 else 10, weight="bold", zorder=3)  # fmt: skip
    axes.text(centre[0], centre[1] - 0.14, does, ha="center", va="center", color=INK,
              fontsize=11, zorder=3)  # fmt: skip


def label(axes: Axes, place: Place, record: str) -> None:
    axes.text(*place, record, ha="center", va="bottom", color=RECORD, fontsize=10.8, weight="bold")


def arrow(axes: Axes, start: Place, end: Place, colour: str = INK) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)


def column(index: int) -> float:
    return index * STEP


def left(centre: Place) -> Place:
    return centre[0] - WIDTH / 2, centre[1]


def right(centre: Place) -> Place:
    return centre[0] + WIDTH / 2, centre[1]


if __name__ == "__main__":
    main()
