"""How a sensor sits on its body, in words: ``"x up, z back"`` becomes a rotation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from opensim_pelvis.frames import AXES, axis_vector
from opensim_pelvis.rotations import from_matrix
from opensim_pelvis.types.segments import side_of

Mounting = tuple[float, float, float, float]
"""``R_BS`` as a unit quaternion, scalar first."""

WANTED: Final = (
    'two axes of the sensor case and their directions on the standing body, such as "x up, z back" '
    "(up, down, forward, back, left, right, out, in), or R_BS as four numbers w, x, y, z"
)

_WAYS: Final[Mapping[str, tuple[float, float, float]]] = {
    "up": (0.0, 1.0, 0.0),
    "down": (0.0, -1.0, 0.0),
    "forward": (1.0, 0.0, 0.0),
    "back": (-1.0, 0.0, 0.0),
    "right": (0.0, 0.0, 1.0),
    "left": (0.0, 0.0, -1.0),
}
_SAME: Final = {
    "front": "forward",
    "backward": "back",
    "upward": "up",
    "downward": "down",
    "outward": "out",
    "inward": "in",
}
_SIDEWAYS: Final = {
    ("out", "right"): "right",
    ("out", "left"): "left",
    ("in", "right"): "left",
    ("in", "left"): "right",
}


def parse_mounting(value: Any, body: str) -> Mounting | None:
    """Return the rotation of a mounting, or None where it cannot be understood.

    Parameters
    ----------
    value : str or four numbers
    body : str
        Its side gives ``out`` and ``in`` their sense.

    Examples
    --------
    >>> [round(part, 3) for part in parse_mounting("x forward, y up", "pelvis")]
    [1.0, 0.0, 0.0, 0.0]
    """
    if isinstance(value, str):
        return _from_words(value, body)
    numbers = isinstance(value, list | tuple) and len(value) == 4
    if not numbers or not all(isinstance(part, int | float) for part in value):
        return None
    q = np.array(value, dtype=np.float64)
    length = float(np.linalg.norm(q))
    return _as_tuple(q / length) if abs(length - 1.0) < 0.01 else None


def _from_words(text: str, body: str) -> Mounting | None:
    axes, ways = [], []
    for part in text.lower().replace(" and ", ",").split(","):
        words = part.split()
        if len(words) != 2 or words[0] not in AXES:
            return None
        way = _SAME.get(words[1], words[1])
        way = _SIDEWAYS.get((way, side_of(body)), way)
        if way not in _WAYS:
            return None
        axes.append(axis_vector(words[0]))
        ways.append(np.array(_WAYS[way]))
    if len(axes) != 2 or abs(axes[0] @ axes[1]) > 0.5 or abs(ways[0] @ ways[1]) > 0.5:
        return None
    in_case = np.stack([*axes, np.cross(axes[0], axes[1])], axis=1)
    on_body = np.stack([*ways, np.cross(ways[0], ways[1])], axis=1)
    return _as_tuple(from_matrix(on_body @ in_case.T))


def _as_tuple(q: Any) -> Mounting:
    w, x, y, z = (float(part) for part in q)
    return w, x, y, z
