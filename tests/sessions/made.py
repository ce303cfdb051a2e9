"""Sessions made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opensim_pelvis.sessions.session import Measured, Part, Session, Side

ROTATION = "pelvic_rotation_range_deg"
PHASE = "pelvis_trunk_phase_deg"


def measured(value: float, **terms: float) -> Measured:
    """Return a measure; terms by name with ``_`` for a space, of strides with nine degrees."""
    told = terms or {"strides": 0.5}
    parts = (
        Part(name=name.replace("_", " "), standard=size, freedom=9.0 if name == "strides" else 1e9)
        for name, size in told.items()
    )
    return Measured(value=value, parts=tuple(parts))


def session(
    name: str, values: Mapping[tuple[str, Side], Measured] | float = 12.0, **facts: Any
) -> Session:
    """Return a session of S01 at 3.6 m/s; a number is its range of pelvic rotation."""
    if isinstance(values, float):
        values = {(ROTATION, "body"): measured(values)}
    told: dict[str, Any] = {
        "subject": "S01", "verdict": "good", "kind": "running", "speed_mps": 3.6,
        "sex": "female", "height_m": 1.7, "sensors": {"pelvis": "1", "torso": "2"},
    }  # fmt: skip
    return Session(name=name, values=values, **(told | facts))
