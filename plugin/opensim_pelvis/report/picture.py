"""The moving runner drawn: solids seen from any direction as outlines, for page and PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.report.body_shapes import Body, Part, Place, Solid
from opensim_pelvis.report.headline import find_row
from opensim_pelvis.report.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Where the runner is seen from, in parallel projection.

    Parameters
    ----------
    azimuth_deg : float
        0 from behind, 90 from the right.
    elevation_deg : float
        90 from above.
    plan : bool
        Whether pelvis and trunk alone are shown, as their plans.
    """

    azimuth_deg: float
    elevation_deg: float
    plan: bool = False

    def axes(self) -> FloatArray:
        """Return what goes to the right, up and towards the viewer, each in T; shape (3, 3)."""
        a, e = np.deg2rad(self.azimuth_deg), np.deg2rad(self.elevation_deg)
        right = np.array([np.sin(a), 0.0, np.cos(a)])
        towards = np.array([-np.cos(e) * np.cos(a), np.sin(e), np.cos(e) * np.sin(a)])
        return np.stack([right, np.cross(towards, right), towards])


CAMERAS: Final[Mapping[str, Camera]] = {
    "above": Camera(azimuth_deg=0.0, elevation_deg=90.0, plan=True),
    "behind": Camera(azimuth_deg=0.0, elevation_deg=0.0),
    "side": Camera(azimuth_deg=90.0, elevation_deg=0.0),
    "turned": Camera(azimuth_deg=38.0, elevation_deg=18.0),
}
STILL: Final = ("above", "behind", "side")
"""Pictures that nobody turns; they are on paper, too."""

ARCS: Final[Mapping[Part, tuple[float, str]]] = {
    "pelvis": (1.0, "pelvic_rotation_range_deg"), "trunk": (-1.0, "trunk_rotation_range_deg"),
}  # fmt: skip
"""Part to the side on which its arc stands (1 right), and the measure of which it tells."""

_CIRCLE: Final = 12
_MARGIN_M: Final = 0.03
_ARC_M: Final = (0.22, 0.33)
"""How far from the middle an arc begins and ends."""
_ABOVE_M: Final = ((-0.52, 0.52), (-0.24, 0.30))
"""The picture from above: across, and up; its arcs and their numbers have room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A solid as it is seen, metres to the right and up.

    Parameters
    ----------
    number : int
        Of the solid.
    part : Part
    measured : bool
    loops : list of array, shape (n, 2)
        Closed; a second one is a hole.
    belts : list of array, shape (n, 2)
        Lines on its near side.
    """

    number: int
    part: Part
    measured: bool
    loops: list[FloatArray]
    belts: list[FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """How far a part turns about the vertical, from above; angles + right side forward.

    Parameters
    ----------
    part : Part
    side : float
        1 on the right, -1 on the left.
    turns_deg : array, shape (f,)
        At every instant of the stride.
    mean : float or None
        Mean range of all strides, degrees; None where there is none, or none to rely on.
    """

    part: Part
    side: float
    turns_deg: FloatArray
    mean: float | None

    def ends(self) -> tuple[float, float]:
        """Return the least and the largest turn of the stride that is shown."""
        return float(self.turns_deg.min()), float(self.turns_deg.max())

    def at(self, turn_deg: float, inner: bool = False) -> tuple[float, float]:
        """Return where a turn stands on the arc: metres to the right and up."""
        radius, turn = _ARC_M[not inner], np.deg2rad(turn_deg)
        return self.side * radius * float(np.cos(turn)), self.side * radius * float(np.sin(turn))


def outlines(body: Body, camera: Camera, frame: int) -> list[Outline]:
    """Return solids as they are seen at one instant, the furthest first."""
    axes = camera.axes()
    found = []
    for number, solid in enumerate(body.solids):
        if camera.plan and not solid.plan:
            continue
        depth, outline = _seen(body, solid, number, axes, frame, plan=camera.plan)
        found.append((number if camera.plan else depth, outline))
    return [outline for _, outline in sorted(found, key=lambda pair: pair[0])]


def box(body: Body, camera: Camera) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ranges across and up that hold every instant."""
    if camera.plan:
        return _ABOVE_M
    axes = camera.axes()[:2]
    ends = []
    for solid in body.solids:
        places, radii = zip(*solid.balls, strict=True)
        points = body.where(places) @ axes.T
        around = np.array(radii)[None, :, None]
        ends += [(points - around).min(axis=(0, 1)), (points + around).max(axis=(0, 1))]
    (left, low), (right, high) = np.min(ends, axis=0) - _MARGIN_M, np.max(ends, axis=0) + _MARGIN_M
    return (float(left), float(right)), (float(low), float(high))


def arcs(body: Body, view: View) -> list[Arc]:
    """Return the arcs of pelvis and trunk; their numbers are those of the measures."""
    found = []
    sound = view["quality"]["verdict"] != "rejected"
    for part, (side, measure) in ARCS.items():
        solid = next((s for s in body.solids if s.part == part and s.measured and s.plan), None)
        row = find_row(view, measure) if sound else None
        if solid is not None:
            across = body.anchors[solid.plan[0][0][0]][:, 3]
            turns = np.rad2deg(np.arctan2(across[:, 0], across[:, 2]))
            mean = row["mean"] if row else None
            found.append(Arc(part=part, side=side, turns_deg=turns, mean=mean))
    return found


def moving(body: Body, view: View) -> dict[str, Any]:
    """Return a body as the page's script moves it: anchors, solids and cameras as plain numbers."""
    return {
        "anchors": [_plain(anchor) for anchor in body.anchors],
        "solids": [
            {
                "balls": [[*place, radius] for place, radius in solid.balls],
                "belts": solid.belts,
                "plan": solid.plan,
                "behind": solid.behind,
            }
            for solid in body.solids
        ],
        "cameras": {
            name: [one.azimuth_deg, one.elevation_deg, one.plan] for name, one in CAMERAS.items()
        },
        "arcs": {
            arc.part: {"side": arc.side, "turns": arc.turns_deg.round(2).tolist()}
            for arc in arcs(body, view)
        },
        "frames": len(body.anchors[0]),
        "radii": _ARC_M,
        "circle": _CIRCLE,
        "duration_s": view["skeleton"]["duration_s"],
    }


def _plain(anchor: FloatArray) -> list[list[float]]:
    upright = bool((anchor[:, 1:] == np.eye(3)).all())
    kept: list[list[float]] = (
        anchor[:, : 1 if upright else 4].reshape(len(anchor), -1).round(4).tolist()
    )
    return kept


def _seen(
    body: Body, solid: Solid, number: int, axes: FloatArray, frame: int, *, plan: bool
) -> tuple[float, Outline]:
    """Return how near a solid is, and its outline."""

    def flat(places: Sequence[Place]) -> FloatArray:
        there: FloatArray = body.where(places, slice(frame, frame + 1))[0] @ axes.T
        return there

    middle = flat([place for place, _ in solid.balls])
    depth = float(middle[:, 2].mean()) - solid.behind
    if plan:
        loops, belts = [flat(line)[:, :2] for line in solid.plan], []
    else:
        turns = np.linspace(0.0, 2.0 * np.pi, _CIRCLE, endpoint=False)
        circle = np.stack([np.cos(turns), np.sin(turns)], axis=1)
        radii = np.array([radius for _, radius in solid.balls])
        points = middle[:, None, :2] + radii[:, None, None] * circle
        loops = [_hull(points.reshape(-1, 2))]
        belts = [line for belt in solid.belts for line in _near(flat(belt))]
    return depth, Outline(
        number=number, part=solid.part, measured=solid.measured, loops=loops, belts=belts
    )


def _near(belt: FloatArray) -> list[FloatArray]:
    """Return the part of a closed line that is nearer than its middle."""
    near = belt[:, 2] >= belt[:, 2].mean()
    starts = np.flatnonzero(near & ~np.roll(near, 1))
    found = []
    for start in starts:
        turned, seen = np.roll(belt, -start, axis=0), np.roll(near, -start)
        end = int(np.argmin(seen)) if not seen.all() else len(seen)
        found.append(turned[:end, :2])
    return [line for line in found if len(line) > 1]


def _hull(points: FloatArray) -> FloatArray:
    """Return the corners of the convex hull, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in points.round(4)})

    def half(of: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        out: list[tuple[float, float]] = []
        for x, y in of:
            while len(out) > 1:
                (ax, ay), (bx, by) = out[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0.0:
                    break
                out.pop()
            out.append((x, y))
        return out[:-1]

    return np.array(half(ordered) + half(ordered[::-1]))
