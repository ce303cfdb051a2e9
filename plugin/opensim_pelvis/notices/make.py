"""Makes notices: the only way to one is through a code that `catalogue` has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from opensim_pelvis.notices.catalogue import catalogue
from opensim_pelvis.notices.record import Notice, Value

FOREIGN: Final = "plugin.text"
"""Code of a plain text that a reader of somebody else gave."""


def notice(code: str, *subject: str, **values: Any) -> Notice:
    """Return a notice of a code in ``notices.toml``.

    Parameters
    ----------
    code : str
    *subject : str
        What it is about; see `Notice`.
    **values
        What its text names, and more where that serves who reads the data. Numbers of NumPy
        become Python's, lists tuples.

    Raises
    ------
    KeyError
        When there is no such code.

    Examples
    --------
    >>> found = notice("pose.few_samples", "pelvis_imu", samples=1)
    >>> found.severity, found.subject, found.values
    ('warning', ('pelvis_imu',), {'samples': 1})
    """
    return Notice(
        code=code,
        severity=catalogue()[code].severity,
        subject=subject,
        values={name: _plain(value) for name, value in values.items()},
    )


def wrap(notes: Iterable[Notice | str]) -> tuple[Notice, ...]:
    """Return notices as they are, and each plain text as a notice that says it."""
    return tuple(map(as_notice, notes))


def as_notice(told: Notice | str) -> Notice:
    """Return a notice as it is, and a plain text as a notice that says it."""
    return told if isinstance(told, Notice) else notice(FOREIGN, text=told)


def _plain(value: Any) -> Value:
    if hasattr(value, "tolist"):  # NumPy's, which is not worth loading for this
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_plain(item) for item in value)
    if value is None or isinstance(value, Notice | bool | int | float | str):
        return value
    raise TypeError(
        f"a notice contains numbers, names and lists of them, not {type(value).__name__}"
    )
