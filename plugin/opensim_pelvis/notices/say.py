"""Makes sentences of notices, and plain data for files."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from typing import Any, Final

from opensim_pelvis.notices.catalogue import catalogue
from opensim_pelvis.notices.record import Notice, Value

JOINT: Final = ", "


def say(notice: Notice) -> str:
    """Return the sentence of a notice, in English.

    Texts in ``notices.toml`` name values as Python's format strings do, with three additions: a
    list is said joined by commas, or by what follows a bar (``{names:| and }``); a mapping as its
    names, each with its number, which the format concerns (``{errors:.0f}``: ``femur_r 7,
    femur_l 8``), and a unit after a semicolon (``{errors:.0f; degrees}``); and a notice among the
    values as its own sentence.

    Examples
    --------
    >>> from opensim_pelvis.notices import notice
    >>> say(notice("heading.drift_removed", span_min=0.5, turned_deg={"torso_imu": 3.2}))[:70]
    'heading drift was corrected (degrees, within 0.5 min): torso_imu 3. Th'
    """
    entry = catalogue()[notice.code]
    single = entry.one and notice.values[entry.count] == 1
    return _WORDS.vformat(entry.one if single else entry.text, (), notice.values)


def advise(notice: Notice) -> str:
    """Return the sentence of a notice with its remedy, for the person who ran the program.

    Examples
    --------
    >>> from opensim_pelvis.notices import notice
    >>> advise(notice("events.sides_as_in_running"))
    'left and right were assigned as in running, since no activity was given. Give --activity.'
    """
    remedy = catalogue()[notice.code].remedy
    return f"{say(notice)}. {remedy}" if remedy else say(notice)


def as_plain(notice: Notice) -> dict[str, Any]:
    """Return a notice as JSON knows it: code, severity, subject, values, text."""
    return {
        "code": notice.code,
        "severity": notice.severity,
        "subject": list(notice.subject),
        "values": {name: _plain(value) for name, value in notice.values.items()},
        "text": say(notice),
    }


def _plain(value: Value) -> Any:
    if isinstance(value, Notice):
        return as_plain(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class _Words(string.Formatter):
    """Python's format strings over the values of a notice."""

    def format_field(self, value: Any, spec: str) -> str:
        whole, bar, joint = spec.partition("|")
        joint = joint if bar else JOINT
        if isinstance(value, Mapping):
            return joint.join(f"{k} {self.format_field(v, whole)}" for k, v in value.items())
        if isinstance(value, tuple):
            return joint.join(self.format_field(item, whole) for item in value)
        spec, _, unit = whole.partition(";")
        if isinstance(value, Notice):
            return say(value)
        return f"{super().format_field(value, spec)}{unit}"


_WORDS: Final = _Words()
