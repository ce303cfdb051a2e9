"""How each source finds events, and the error that is published for it.

What is said of each method, with its reference, stands in ``notices.toml`` under ``method``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Method:
    """How a source finds events: the code of what is said of it, and the errors published."""

    code: str
    contact_s: float
    toe_off_s: float


UNKNOWN: Final = float("nan")

METHODS: Final[Mapping[tuple[str, str], Method]] = {
    ("foot", "running"): Method("method.foot_running", 0.012, 0.012),
    ("foot", "walking"): Method("method.foot_walking", UNKNOWN, UNKNOWN),
    ("shank", "walking"): Method("method.shank_walking", 0.010, 0.010),
    ("shank", "running"): Method("method.shank_running", 0.058, 0.075),
    ("knee", "running"): Method("method.knee", UNKNOWN, 0.005),
}
"""Source and activity to method; the uncertainty of an event is the published error."""
