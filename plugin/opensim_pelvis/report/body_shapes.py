"""The moving runner as solids: pelvis and rib cage as measured, the rest of a body about them.

A point of a solid stands in an anchor: a frame of axes forward, up and right that moves with a
body, or a landmark. What no sensor measured has its usual place and is marked as such. Breadths of
the outline are a picture, no measurement; pelvis, trunk and legs are as long as in the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np

from opensim_pelvis.frames import FloatArray

Part: TypeAlias = Literal["pelvis", "trunk", "right", "left", "rest"]
Place: TypeAlias = tuple[int, float, float, float]
"""Number of an anchor, and metres forward, up and right in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """One solid of the body.

    Parameters
    ----------
    part : Part
    measured : bool
        Whether a sensor tells where it is.
    balls : sequence of (Place, float)
        Its surface is the skin around these balls; radii in metres.
    belts : sequence of sequence of Place
        Closed lines around it.
    plan : sequence of sequence of Place
        Closed lines that show it from above, the second one a hole.
    behind : float
        Metres by which it counts as further away than it is.
    """

    part: Part
    measured: bool = True
    balls: Sequence[tuple[Place, float]]
    belts: Sequence[Sequence[Place]] = ()
    plan: Sequence[Sequence[Place]] = ()
    behind: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class Body:
    """Solids with their anchors.

    Parameters
    ----------
    anchors : list of array, shape (f, 4, 3)
        At each instant the origin, and the axes forward, up and right.
    solids : list of Solid
    """

    anchors: list[FloatArray] = field(default_factory=list)
    solids: list[Solid] = field(default_factory=list)

    def add(self, origin: FloatArray, axes: FloatArray | None = None) -> int:
        """Add an anchor, upright unless axes are given, and return its number."""
        upright = np.broadcast_to(np.eye(3), (origin.shape[0], 3, 3))
        turned = upright if axes is None else axes
        self.anchors.append(np.concatenate([origin[:, None, :], turned], axis=1))
        return len(self.anchors) - 1

    def where(self, places: Sequence[Place], frames: slice = slice(None)) -> FloatArray:
        """Return where points are at some instants, metres in T, shape (f, n, 3)."""
        numbers = [place[0] for place in places]
        anchors = np.stack(self.anchors)[numbers][:, frames]
        local = np.array([place[1:] for place in places])
        moved: FloatArray = anchors[:, :, 0] + np.einsum("ni,nfij->nfj", local, anchors[:, :, 1:])
        return moved.swapaxes(0, 1)


_PELVIS: Final = 5
_HIPS: Final = 4
_LEG: Final = ("hip", "knee", "ankle", "heel", "toe")
_POINTS: Final = {2: 2, 4: 3, 6: 5}
"""Points of a leg's line to joints that are known: its last point goes back to the ankle."""
_DOWN_M: Final = {"knee": (0.0, -0.41, 0.0), "ankle": (0.0, -0.4, 0.0),
                  "heel": (-0.05, -0.05, 0.0), "toe": (0.13, -0.06, 0.0)}  # fmt: skip
"""Where a joint that is not known hangs below the one before; heel and toe below the ankle."""
_RADIUS_M: Final = {"hip": 0.075, "knee": 0.05, "ankle": 0.034, "heel": 0.03, "toe": 0.022}
_BONES: Final = (("hip", "knee"), ("knee", "ankle"), ("heel", "ankle", "toe"))
_STRAIGHT: Final = (("hip", "knee", "ankle"), ("heel", "ankle", "toe"))
"""Thigh and shank, in one where neither is known."""
_TRUNK_M: Final = (0.40, 0.37)
"""Height and breadth of shoulders of a trunk that is not measured."""
_ROD_M: Final = 0.02
_LEAST_M2: Final = 1e-4
"""Landmarks that span less have no direction to speak of."""
_BELT: Final = 20
_BRIM: Final = (
    (-0.60, 0.0), (-0.54, 0.20), (-0.28, 0.46), (0.10, 0.60), (0.50, 0.53), (0.42, 0.34),
    (0.36, 0.0),
)  # fmt: skip
"""The right half of a pelvis from above: depths forward, breadths to the right."""


def body_of(skeleton: Mapping[str, Any], *, walking: bool = False) -> Body:
    """Return the body around the lines of a skeleton.

    Parameters
    ----------
    skeleton : mapping
        As `view_skeleton.skeleton_of` makes it.
    walking : bool
        Whether arms hang down; a runner's are bent.

    Returns
    -------
    Body
        Where landmarks are lacking that solids need, thin rods along the lines.
    """
    lines: dict[str, list[FloatArray]] = {}
    for line in skeleton["lines"]:
        lines.setdefault(line["part"], []).append(np.asarray(line["points"], dtype=float))
    shapes = [points.shape[1] for points in lines.get("pelvis", [])]
    body = Body()
    ring, hips = lines["pelvis"] if shapes == [_PELVIS, _HIPS] else [np.zeros((1, 5, 3))] * 2
    right, forward = ring[:, 0] - ring[:, 1], ring[:, :2].mean(axis=1) - ring[:, 2:4].mean(axis=1)
    if not _spread(right, forward):
        _rods(body, lines)
        return body
    legs: dict[Part, int] = {"right": 0, "left": 2}
    for side, at in legs.items():
        _leg(body, side, hips[:, at], lines.get(side, []))
    waist = _pelvis(body, ring)
    _trunk(body, hips[:, 1], lines.get("trunk", []), waist, walking=walking)
    return body


def _rods(body: Body, lines: Mapping[str, Sequence[FloatArray]]) -> None:
    for part in get_args(Part):
        for points in lines.get(part, ()):
            ends = [(body.add(points[:, k]), 0.0, 0.0, 0.0) for k in range(points.shape[1])]
            for one, other in pairwise(ends):
                body.solids.append(Solid(part=part, balls=((one, _ROD_M), (other, _ROD_M))))


def _leg(body: Body, side: Part, hip: FloatArray, lines: Sequence[FloatArray]) -> None:
    """Add thigh, shank and foot; what is not known hangs down."""
    points = lines[0] if lines else hip[:, None, :]
    known = _POINTS.get(points.shape[1], 1)
    joints: dict[str, Place] = {}
    for k, name in enumerate(_LEG):
        if k < known:
            joints[name] = (body.add(points[:, k]), 0.0, 0.0, 0.0)
        else:
            before = joints["ankle" if name in {"heel", "toe"} else _LEG[k - 1]]
            x, y, z = (a + b for a, b in zip(before[1:], _DOWN_M[name], strict=True))
            joints[name] = (before[0], x, y, z)
    for bone in _BONES if known > 1 else _STRAIGHT:
        measured = _LEG.index(bone[-1]) < known
        balls = [(joints[name], _RADIUS_M[name]) for name in bone]
        body.solids.append(Solid(part=side, measured=measured, balls=balls))


def _pelvis(body: Body, ring: FloatArray) -> list[Place]:
    """Add the pelvis about its spines, and return the belt of the waist."""
    asis, psis = ring[:, :2].mean(axis=1), ring[:, 2:4].mean(axis=1)
    right = ring[:, 0] - ring[:, 1]
    axes = _axes(right, np.cross(right, asis - psis))
    anchor = body.add((asis + psis) / 2.0, axes)
    broad = float(np.linalg.norm(ring[:, 0] - ring[:, 1], axis=1).mean())
    deep = float(np.linalg.norm(asis - psis, axis=1).mean())
    sizes = ((0.06, 0.54, 0.52), (0.0, 0.60, 0.60), (-0.085, 0.66, 0.62), (-0.15, 0.4, 0.36))
    belts = [_belt(anchor, 0.0, y, deep * b, broad * a) for y, a, b in sizes]
    half = [(anchor, deep * x, 0.0, broad * z) for x, z in _BRIM]
    other = [(anchor, deep * x, 0.0, -broad * z) for x, z in _BRIM[-2:0:-1]]
    body.solids.append(
        Solid(
            part="pelvis",
            balls=[(place, 0.0) for belt in belts for place in belt],
            belts=belts[:3],
            plan=(_smooth([*half, *other]), _belt(anchor, -0.08 * deep, 0.0, 0.26 * deep,
                                                  0.24 * broad)),
        )
    )  # fmt: skip
    return _belt(anchor, 0.0, 0.06, 0.42 * deep, 0.44 * broad)


def _trunk(
    body: Body, base: FloatArray, lines: Sequence[FloatArray], waist: list[Place], *, walking: bool
) -> None:
    """Add rib cage, waist, head and arms; upright and not measured without a sensor on it."""
    known = [points.shape[1] for points in lines] == [5, 3]
    tall, broad = _TRUNK_M
    axes = None
    if known:
        right, left = lines[0][:, 0], lines[0][:, 2]
        up = (right + left) / 2.0 - base
        known = _spread(right - left, up)
    if known:
        axes = _axes(right - left, up)
        tall = float(np.linalg.norm(up, axis=1).mean())
        broad = float(np.linalg.norm(right - left, axis=1).mean())
    anchor = body.add(base, axes)
    sizes = ((0.25, 0.34, 0.25), (0.5, 0.41, 0.29), (0.75, 0.40, 0.28), (0.96, 0.25, 0.18))
    belts = [_belt(anchor, 0.0, y * tall, broad * b, broad * a) for y, a, b in sizes]
    around = [(place, 0.0) for place in (*waist, *belts[0])]
    body.solids.append(Solid(part="rest", balls=around, behind=0.5))
    body.solids.append(
        Solid(part="trunk", measured=known, belts=belts[:3] if known else (),
              balls=[(place, 0.0) for belt in belts for place in belt],
              plan=(_belt(anchor, 0.0, 0.8 * tall, 0.27 * broad, 0.52 * broad),) if known else ())
    )  # fmt: skip
    head = (((anchor, 0.02, tall + 0.16, 0.0), 0.08), ((anchor, 0.015, tall + 0.22, 0.0), 0.092))
    neck = (((anchor, 0.0, tall, 0.0), 0.048), ((anchor, 0.01, tall + 0.06, 0.0), 0.042))
    body.solids.extend(Solid(part="rest", measured=False, balls=balls) for balls in (neck, head))
    elbow, hand = ((-0.03, -0.3), (0.04, -0.54)) if walking else ((-0.11, -0.26), (0.12, -0.3))
    for sign in (1.0, -1.0):
        shoulder = (anchor, 0.0, tall - 0.03, sign * 0.5 * broad)
        bent = (anchor, elbow[0], tall + elbow[1], sign * (0.5 * broad + 0.05))
        held = (anchor, hand[0], tall + hand[1], sign * (0.5 * broad + 0.01))
        for one, other in (((shoulder, 0.046), (bent, 0.036)), ((bent, 0.034), (held, 0.03))):
            body.solids.append(Solid(part="rest", measured=False, balls=(one, other)))


def _spread(one: FloatArray, other: FloatArray) -> bool:
    """Return whether two vectors are far from lying in one line, at every instant."""
    return bool(np.linalg.norm(np.cross(one, other), axis=1).min() > _LEAST_M2)


def _axes(right: FloatArray, up: FloatArray) -> FloatArray:
    """Return axes forward, up and right: right as it is, up as near as can be; shape (f, 3, 3)."""
    z = right / np.linalg.norm(right, axis=1, keepdims=True)
    y = up - (up * z).sum(axis=1, keepdims=True) * z
    y = y / np.linalg.norm(y, axis=1, keepdims=True)
    return np.stack([np.cross(y, z), y, z], axis=1)


def _belt(anchor: int, x: float, y: float, forward: float, right: float) -> list[Place]:
    """Return an ellipse in the horizontal plane of an anchor."""
    turns = np.linspace(0.0, 2.0 * np.pi, _BELT, endpoint=False)
    return [
        (anchor, round(x + forward * float(np.cos(t)), 4), y, round(right * float(np.sin(t)), 4))
        for t in turns
    ]


def _smooth(corners: Sequence[Place], steps: int = 4) -> list[Place]:
    """Return a closed line through corners (Catmull and Rom's)."""
    points = np.array([corner[1:] for corner in corners])
    before, after, last = (np.roll(points, k, axis=0) for k in (1, -1, -2))
    found = []
    for k in range(len(points)):
        for t in np.arange(steps) / steps:
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3,
                       -(t**2) + t**3)  # fmt: skip
            mixed = zip(weights, (before, points, after, last), strict=True)
            x, y, z = (sum(w * p[k] for w, p in mixed) / 2.0).round(4)
            found.append((corners[0][0], float(x), float(y), float(z)))
    return found
