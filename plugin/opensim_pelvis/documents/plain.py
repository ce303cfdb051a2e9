"""Records and arrays as tables, lists, numbers and texts, ready for JSON."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import Any

from opensim_pelvis.documents.records import ABSENT
from opensim_pelvis.notices import Notice, say


def to_plain(value: Any, *, digits: int | None = None) -> Any:
    """Return a value as JSON knows it.

    Parameters
    ----------
    value
        A record becomes a table without its keys that are absent, an array a list, a path or a
        date a text, a notice its sentence, and a number that is not finite None.
    digits : int, optional
        Decimal places of floating-point numbers; all unless given.

    Examples
    --------
    >>> to_plain({"a": (1, float("nan")), "b": PurePath("c/d")})
    {'a': [1, None], 'b': 'c/d'}
    """
    if hasattr(value, "tolist"):  # NumPy's, which is not worth loading for this
        return to_plain(value.tolist(), digits=digits)
    if isinstance(value, Notice):
        return say(value)
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((item.name, getattr(value, item.name)) for item in fields(value))
        return {key: to_plain(part, digits=digits) for key, part in pairs if part is not ABSENT}
    if isinstance(value, Mapping):
        return {str(key): to_plain(part, digits=digits) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(part, digits=digits) for part in value]
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        rounded = value if digits is None else round(value, digits)
        return rounded if math.isfinite(value) else None
    return value
