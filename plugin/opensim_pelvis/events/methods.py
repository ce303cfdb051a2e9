"""How each source finds events, and the error that is published for it.

These words stand in the results beside the events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Method:
    """How a source finds events: in words with its reference, and the errors published."""

    words: str
    contact_s: float
    toe_off_s: float


UNKNOWN: Final = float("nan")

METHODS: Final[Mapping[tuple[str, str], Method]] = {
    ("calcn", "running"): Method(
        "foot: minima of the sagittal angular velocity after and before mid-swing (Falbriard et "
        "al. 2018, doi:10.3389/fphys.2018.00610: precision 2 ms at contact and 4 ms at toe-off, "
        "bias of contact and flight time up to 12 ms, growing with speed)",
        0.012,
        0.012,
    ),
    ("calcn", "walking"): Method(
        "foot: minima of the sagittal angular velocity after and before mid-swing, as at the "
        "shank (Aminian et al. 2002, doi:10.1016/S0021-9290(02)00008-8); its error at the foot "
        "in walking is unknown",
        UNKNOWN,
        UNKNOWN,
    ),
    ("tibia", "walking"): Method(
        "shank: minima of the sagittal angular velocity after and before mid-swing (Aminian et "
        "al. 2002, doi:10.1016/S0021-9290(02)00008-8: contact 10 ms late on average, toe-off "
        "without significant error)",
        0.010,
        0.010,
    ),
    ("tibia", "running"): Method(
        "shank: minima of the sagittal angular velocity after and before mid-swing; the best "
        "shank methods agree with force plates within -97 to +132 ms at contact and -144 to "
        "+151 ms at toe-off (limits of agreement, PMC10255839)",
        0.058,
        0.075,
    ),
    ("knee", "running"): Method(
        "knee: peak extension (Fellin et al. 2010, doi:10.1016/j.jsams.2010.03.006: toe-off "
        "within 5 ms on optical data; unknown for sensors)",
        UNKNOWN,
        0.005,
    ),
}
"""Source and activity to method; the uncertainty of an event is the published error."""

CYCLES: Final = {
    "leg": (
        "swing: largest forward angular velocity of the segment; a cycle event, not initial contact"
    ),
    "steps": "pelvis: largest vertical acceleration, mid-stance in running and loading in "
    "walking; side from pelvic rotation; a cycle event, not initial contact (contact "
    "from the sacrum: limits of agreement -149 to +88 ms, side right in 82 %, "
    "PMC10255839)",
    "turns": "pelvis: right side furthest forward; a cycle event, not initial contact",
}
