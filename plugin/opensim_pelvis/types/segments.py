"""The bodies that code knows, and how their sensors are called.

The only place where the name of a body, or of its sensor, is taken to mean something: whoever
wants the side or the segment of a body, or the body of a sensor, asks here. Bodies of another
model that this table does not list have no segment and no side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Segment = Literal["pelvis", "trunk", "thigh", "shank", "foot", "other"]
Leg = Literal["right", "left"]
LEGS: Final[tuple[Leg, Leg]] = ("right", "left")

_GROUND: Final = "ground"
_SENSOR: Final = "_imu"
"""What OpenSense puts behind the name of a body to name its sensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDefinition:
    """One body.

    Parameters
    ----------
    name : str
        OpenSim's.
    segment : str
        ``"other"`` for those that our own model does not have.
    side : str
        ``"body"`` for those in the middle.
    parent : str
        The body that a joint hangs it on.
    pair : str
        Name of the two that are one of either side; else its own.
    """

    name: str
    segment: Segment
    side: Literal["body", "right", "left"]
    parent: str
    pair: str


def _both(pair: str, segment: Segment, right: str, left: str) -> tuple[BodyDefinition, ...]:
    """Return a body of the right and the left side, hung on the bodies of these names."""
    return (
        BodyDefinition(name=f"{pair}_r", segment=segment, side="right", parent=right, pair=pair),
        BodyDefinition(name=f"{pair}_l", segment=segment, side="left", parent=left, pair=pair),
    )


_OWN: Final = (
    BodyDefinition(name="pelvis", segment="pelvis", side="body", parent="ground", pair="pelvis"),
    BodyDefinition(name="torso", segment="trunk", side="body", parent="pelvis", pair="torso"),
    *_both("femur", "thigh", "pelvis", "pelvis"),
    *_both("tibia", "shank", "femur_r", "femur_l"),
    *_both("calcn", "foot", "tibia_r", "tibia_l"),
)

_OTHERS: Final = (
    *_both("patella", "other", "femur_r", "femur_l"),
    *_both("talus", "other", "tibia_r", "tibia_l"),
    *_both("toes", "other", "calcn_r", "calcn_l"),
    *_both("humerus", "other", "torso", "torso"),
    *_both("ulna", "other", "humerus_r", "humerus_l"),
    *_both("radius", "other", "ulna_r", "ulna_l"),
    *_both("hand", "other", "radius_r", "radius_l"),
)
"""Further bodies of OpenSim's own models (gait2392; Rajagopal 2016, 10.1109/TBME.2016.2586891)."""

BODIES: Final = tuple(body.name for body in _OWN)
"""Bodies of our own model, in the order in which sensors are listed everywhere."""

DEFINITIONS: Final[Mapping[str, BodyDefinition]] = {b.name: b for b in (*_OWN, *_OTHERS)}
"""Every body by its name."""

PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    right.pair: (right.name, left.name)
    for right in _OWN
    for left in _OWN
    if right.pair == left.pair and (right.side, left.side) == ("right", "left")
}
"""Name of a pair to its right and its left body, of our own model."""


def segment_of(body: str) -> Segment:
    """Return which segment a body is.

    >>> segment_of("femur_l"), segment_of("head")
    ('thigh', 'other')
    """
    found = DEFINITIONS.get(body)
    return "other" if found is None else found.segment


def side_of(body: str) -> Literal["body", "right", "left"]:
    """Return the side of a body; ``"body"`` for one in the middle or unknown.

    >>> side_of("femur_l"), side_of("pelvis")
    ('left', 'body')
    """
    found = DEFINITIONS.get(body)
    return "body" if found is None else found.side


def parent_of(body: str) -> str | None:
    """Return the body that a joint hangs a body on; None for ground or what is not known.

    >>> parent_of("calcn_r"), parent_of("pelvis")
    ('tibia_r', None)
    """
    found = DEFINITIONS.get(body)
    return None if found is None or found.parent == _GROUND else found.parent


def body_on(side: Literal["body", "right", "left"], segment: Segment) -> str:
    """Return the body that is a segment of a side.

    >>> body_on("left", "shank")
    'tibia_l'
    """
    return next(body.name for body in _OWN if (body.side, body.segment) == (side, segment))


def sensor_of(body: str) -> str:
    """Return the label of the sensor on a body, as OpenSense has it.

    >>> sensor_of("pelvis")
    'pelvis_imu'
    """
    return f"{body}{_SENSOR}"


def body_of(sensor: str) -> str | None:
    """Return the body of a sensor's label; None for a text that is no such label.

    >>> body_of("pelvis_imu"), body_of("00B42279")
    ('pelvis', None)
    """
    body = sensor.removesuffix(_SENSOR)
    return body if body and body != sensor else None


def as_body(text: str) -> str:
    """Return the body that a text names, itself or by the label of its sensor.

    >>> as_body("pelvis_imu"), as_body("pelvis")
    ('pelvis', 'pelvis')
    """
    return body_of(text) or text
