"""Records and arrays as tables, lists, numbers and texts, ready for JSON."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import PurePath
from typing import Any

from opensim_pelvis.io.documents.records import ABSENT
from opensim_pelvis.notices import Notice, say


def to_plain(value: Any, *, digits: int | None = None, told: Callable[[Notice], Any] = say) -> Any:
    """Return a value as JSON knows it.

    Parameters
    ----------
    value
        A record becomes a table without its keys that are absent, an array a list, a path or a
        date a text, and a number that is not finite None.
    digits : int, optional
        Decimal places of floating-point numbers; all unless given.
    told : callable, optional
        What a notice becomes: its sentence unless given.

    Examples
    --------
    >>> to_plain({"a": (1, float("nan")), "b": PurePath("c/d")})
    {'a': [1, None], 'b': 'c/d'}
    """
    plain = partial(to_plain, digits=digits, told=told)
    if hasattr(value, "tolist"):  # NumPy's, which is not worth loading for this
        return plain(value.tolist())
    if isinstance(value, Notice):
        return told(value)
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((item.name, getattr(value, item.name)) for item in fields(value))
        return {key: plain(part) for key, part in pairs if part is not ABSENT}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        rounded = value if digits is None else round(value, digits)
        return rounded if math.isfinite(value) else None
    return value
