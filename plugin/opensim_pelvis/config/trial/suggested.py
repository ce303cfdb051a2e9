"""Who wears which sensor where nobody stated it: by a mapping beside the recording, or by names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.io.documents import is_xml
from opensim_pelvis.types.segments import BODIES, Leg, Segment, as_body, segment_of, side_of

MAPPING_FILES: Final = 20
"""XML files of a folder that are looked into."""

_SEGMENTS: Final[Mapping[tuple[str, ...], Segment]] = {
    ("pelvis",): "pelvis",
    ("sacrum",): "pelvis",
    ("lumbar",): "pelvis",
    ("torso",): "trunk",
    ("trunk",): "trunk",
    ("thorax",): "trunk",
    ("sternum",): "trunk",
    ("chest",): "trunk",
    ("t", "8"): "trunk",
    ("femur",): "thigh",
    ("thigh",): "thigh",
    ("upper", "leg"): "thigh",
    ("tibia",): "shank",
    ("shank",): "shank",
    ("lower", "leg"): "shank",
    ("ankle",): "shank",
    ("foot",): "foot",
    ("calcn",): "foot",
}
"""What laboratories call a sensor, in words: the segment that wears it."""

_SIDES: Final[Mapping[str, Leg]] = {"left": "left", "l": "left", "right": "right", "r": "right"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Who may wear a sensor.

    Parameters
    ----------
    body : str
    source : str
        ``"name"``, ``"file"`` or ``"movement"``.
    file : str
        Name of the mapping file.
    probability : float
        Of a suggestion from movement.
    """

    body: str
    source: Literal["name", "file", "movement"]
    file: str = ""
    probability: float = 1.0


def body_named(identifier: str) -> str | None:
    """Return the body that a sensor is called by; None where its name says nothing.

    >>> [body_named(n) for n in ("LFemur", "Left Upper Leg", "RightFoot", "T8", "00B42279")]
    ['femur_l', 'femur_l', 'calcn_r', 'torso', None]
    """
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", as_body(identifier))
    words = [word.lower() for word in parts]
    sides = [_SIDES[word] for word in words if word in _SIDES]
    segment = _SEGMENTS.get(tuple(word for word in words if word not in _SIDES))
    if segment is None or len(sides) > 1:
        return None
    side = sides[0] if sides else "body"
    found = [body for body in BODIES if (segment_of(body), side_of(body)) == (segment, side)]
    return found[0] if found else None


def suggest_stated(identifiers: Iterable[str], path: Path) -> dict[str, Suggestion]:
    """Return who wears which sensor by a mapping of OpenSense beside the recording, else by names.

    Two sensors with one body are left out: somebody has to say which of them it is.

    Parameters
    ----------
    identifiers : iterable of str
    path : Path
        The recording: a file or a folder.
    """
    named = {name: body for name in identifiers if (body := body_named(name)) is not None}
    counts = Counter(named.values())
    found = {
        name: Suggestion(body=body, source="name")
        for name, body in named.items()
        if counts[body] == 1
    }
    mapped = _mapping_beside(path, set(identifiers))
    taken = {one.body for one in mapped.values()}
    return {name: one for name, one in found.items() if one.body not in taken} | mapped


def _mapping_beside(path: Path, identifiers: set[str]) -> dict[str, Suggestion]:
    """Return what the only mapping of these sensors says; nothing where there are two or none."""
    folder = path if path.is_dir() else path.parent
    plain = {_plain(name): name for name in identifiers}
    found = []
    for file in sorted(folder.glob("*.xml"))[:MAPPING_FILES]:
        try:
            worn = read_sensor_map(file) if is_xml(file) else {}
        except SettingsError:  # another XML file
            continue
        rows = {
            plain[_plain(name)]: Suggestion(body=body, source="file", file=file.name)
            for name, body in worn.items()
            if _plain(name) in plain and body in BODIES
        }
        if rows:
            found.append(rows)
    return found[0] if len(found) == 1 else {}


def _plain(name: str) -> str:
    """Return a name as mappings are matched with recordings: XML puts ``_`` before a digit."""
    return name.lstrip("_").casefold()
