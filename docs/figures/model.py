"""Draw the pelvis-trunk model from two sides: ``python docs/figures/model.py``."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.kinematics.anthropometry.mass import segment_inertia
from opensim_pelvis.kinematics.anthropometry.sizes import (
    DEFAULT_HEIGHT_M,
    DEFAULT_MASS_KG,
    body_origins,
    joint_geometry,
    landmarks,
)

OUT = Path(__file__).resolve().parents[1] / "img" / "model.png"
BONE, MARK, MASS, FRAME = "#334155", "#0f766e", "#b45309", ("#dc2626", "#16a34a", "#2563eb")
CENTRE_NAMES = {"back": "lumbar joint", "hip": "hip", "knee": "knee", "ankle": "ankle"}

Points = dict[str, FloatArray]


def main() -> None:
    origins = body_origins(height_m=DEFAULT_HEIGHT_M, sex=None)
    marks: Points = {
        mark.name: origins[mark.body] + mark.position_b_m
        for mark in landmarks(height_m=DEFAULT_HEIGHT_M, sex=None)
    }
    joints: Points = {
        joint.name: origins[joint.parent] + joint.position_parent_m
        for joint in joint_geometry(height_m=DEFAULT_HEIGHT_M, sex=None)[1:]
    }
    masses: Points = {
        part.body: origins[part.body] + part.com_b_m
        for part in segment_inertia(height_m=DEFAULT_HEIGHT_M, mass_kg=DEFAULT_MASS_KG, sex=None)
    }
    figure, (front, side) = plt.subplots(1, 2, figsize=(10, 9), sharey=True, layout="constrained")
    # seen from the front, the right side is on the left
    draw(front, joints, marks, masses, across=2, flip=-1.0)
    draw(side, joints, marks, masses, across=0, flip=1.0)
    label_front(front, joints, marks)
    label_side(side, joints, marks)
    axes_cross(front, origins["ground"] + (0.0, 0.0, 0.28), across=2, flip=-1.0)
    axes_cross(side, origins["ground"] + (-0.36, 0.0, 0.0), across=0, flip=1.0)
    front.set_title("from the front")
    side.set_title("from the right")
    front.set_ylabel("height (m)")
    front.legend(loc="upper left", bbox_to_anchor=(0.0, 0.92), frameon=False)
    OUT.parent.mkdir(exist_ok=True)
    figure.savefig(OUT, dpi=110)


def draw(
    axes: Axes, joints: Points, marks: Points, masses: Points, *, across: int, flip: float
) -> None:
    """Draw bones, joint centres, landmarks and centres of mass."""
    iliac = [marks[name] for name in ("RASI", "RPSI", "LPSI", "LASI", "RASI")]
    chest = [marks[name] for name in ("CLAV", "STRN", "T10", "C7", "CLAV")]
    lines = [iliac, chest, [joints["back"], marks["T10"]], [marks["RSHO"], marks["LSHO"]]]
    lines.append([joints["hip_r"], joints["back"], joints["hip_l"]])
    for side in "rl":
        leg = [joints[f"{joint}_{side}"] for joint in ("hip", "knee", "ankle")]
        heel, toe = (marks[f"{side.upper()}{name}"] for name in ("HEE", "TOE"))
        lines += [leg, [leg[-1], heel, toe, leg[-1]]]
    for line in lines:
        x, y = flat(np.array(line), across, flip)
        axes.plot(x, y, color=BONE, lw=2.2, solid_capstyle="round", solid_joinstyle="round")
    for points, style, name in (
        (joints, {"marker": "o", "s": 70, "color": BONE}, "joint centre"),
        (marks, {"marker": "o", "s": 26, "color": MARK}, "landmark (marker)"),
        (masses, {"marker": "x", "s": 46, "color": MASS}, "centre of mass"),
    ):
        x, y = flat(np.array(list(points.values())), across, flip)
        axes.scatter(x, y, zorder=3, label=name, **style)
    axes.axhline(0.0, color="#94a3b8", lw=1)
    axes.axhline(DEFAULT_HEIGHT_M, color="#94a3b8", lw=1, ls=":")
    axes.text(0.98, DEFAULT_HEIGHT_M, f"height {DEFAULT_HEIGHT_M} m", color="#64748b", va="bottom",
              ha="right", transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set_aspect("equal")
    axes.set_xlim(-0.5, 0.5)
    axes.set_ylim(-0.06, 1.8)
    axes.set_xticks([])
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def label_front(axes: Axes, joints: Points, marks: Points) -> None:
    """Name the joint centres beside the left leg and the landmarks beside the right."""
    for name in ("back", "hip_l", "knee_l", "ankle_l"):
        x, y = flat(joints[name], 2, -1.0)
        axes.annotate(CENTRE_NAMES[name.removesuffix("_l")], (x, y), (0.27, y), va="center",
                      arrowprops={"arrowstyle": "-", "color": "#cbd5e1"}, color=BONE)  # fmt: skip
    for name in ("RSHO", "RASI", "RGT", "RKNE", "RANK"):
        x, y = flat(marks[name], 2, -1.0)
        axes.annotate(name, (x, y), (-9, 0), textcoords="offset points", ha="right", va="center",
                      color=MARK)  # fmt: skip
    for name in ("RKNM", "RANM"):
        x, y = flat(marks[name], 2, -1.0)
        axes.annotate(name, (x, y), (7, 5), textcoords="offset points", va="bottom",
                      color=MARK, fontsize=8)  # fmt: skip


def label_side(axes: Axes, joints: Points, marks: Points) -> None:
    """Name the landmarks before and behind the body."""
    for name in ("CLAV", "STRN", "RASI", "RTOE"):
        axes.annotate(name, flat(marks[name], 0, 1.0), (9, 0), textcoords="offset points",
                      va="center", color=MARK)  # fmt: skip
    for name in ("C7", "T10", "RPSI", "RHEE"):
        axes.annotate(name, flat(marks[name], 0, 1.0), (-9, 0), textcoords="offset points",
                      ha="right", va="center", color=MARK)  # fmt: skip
    for name in ("back", "hip_r", "knee_r", "ankle_r"):
        x, y = flat(joints[name], 0, 1.0)
        axes.annotate(CENTRE_NAMES[name.removesuffix("_r")], (x, y), (0.16, y), va="center",
                      arrowprops={"arrowstyle": "-", "color": "#cbd5e1"}, color=BONE)  # fmt: skip


def axes_cross(axes: Axes, place: FloatArray, *, across: int, flip: float) -> None:
    """Draw the two axes of ground that lie in the picture."""
    for index in (1, across):
        tip = place + 0.13 * np.eye(3)[index]
        arrow = {"arrowstyle": "->", "color": FRAME[index], "lw": 1.8}
        axes.annotate("", flat(tip, across, flip), flat(place, across, flip), arrowprops=arrow)
        x, y = flat(place + 0.16 * np.eye(3)[index], across, flip)
        axes.text(x, y, "xyz"[index], color=FRAME[index], ha="center", va="center")


def flat(points: FloatArray, across: int, flip: float) -> tuple[FloatArray, FloatArray]:
    """Return the picture's coordinates of points in G."""
    return flip * points[..., across], points[..., 1]


if __name__ == "__main__":
    main()
