"""Plain trees become frozen records: every key that is used is checked on the way.

A record is a frozen dataclass; its annotations say what each key must hold. They are made of
``str``, ``bool``, ``int``, ``float``, ``Literal``, ``X | None``, ``tuple``, ``Mapping``, further
records and ``Any``, narrowed by `Within` and `OneOf` in ``Annotated``. Keys that no record names
are left out. A record's ``__post_init__`` may raise `FaultError` where its parts do not fit
together.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Mapping, Sized
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeVar, get_args, get_origin

from opensim_pelvis.io.documents.files import ErrorType, FaultError
from opensim_pelvis.io.documents.json_text import read_json

LARGEST: Final = 1e12
"""No number of ours is larger; one that is overflows in a figure."""

_SHOWN: Final = 40
_LISTED: Final = 12
_UNIONS: Final = (types.UnionType, typing.Union)
_PLAIN: Final = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}

ABSENT: Final[Any] = object()
"""Default of a key that a file may leave out, and that `to_plain` leaves out then."""

Record = TypeVar("Record")
_Convert = Callable[[Any, str], Any]


@dataclass(frozen=True, slots=True)
class Within:
    """Least and largest value of a number, or count of a list's entries."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OneOf:
    """The texts that a key may hold, where another table knows them."""

    words: tuple[str, ...]


def read_record(
    path: Path,
    kind: type[Record],
    error: ErrorType,
    *,
    wanted: str,
    remedy: str,
    older: Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = MappingProxyType({}),
) -> Record:
    """Read a JSON file of this program into a record.

    Parameters
    ----------
    path : Path
    kind : type
        A frozen dataclass whose first fields are ``format`` and ``format_version``.
    error : type
        What is raised where the file is another, or a key is missing or wrong.
    wanted, remedy : str
        What the file should be, and what to do where it is not, for the message.
    older : mapping of int to callable
        By earlier version: brings a tree of it to the form of today.
    """
    tree = read_json(path, error, wanted)
    hints: dict[str, Any] = _hints(kind)
    form, version = (get_args(hints[key])[0] for key in ("format", "format_version"))
    found = tree if isinstance(tree, dict) else {}
    if found.get("format") != form:
        raise error(f"{path}: format: wanted {wanted}, found other JSON. {remedy}")
    written = found.get("format_version")
    if type(written) is int and written in older:
        tree, written = {**older[written](found), "format_version": version}, version
    if written != version or isinstance(written, bool):
        raise error(
            f"{path}: format_version: wanted version {version}, which this program reads, found "
            f"{_show(written)}. {remedy}"
        )
    try:
        return record_of(kind, tree)
    except FaultError as fault:
        raise error(
            f"{path}: {fault}. The file was edited, or written by another version. {remedy}"
        ) from fault


def record_of(kind: type[Record], tree: Any) -> Record:
    """Return a plain tree as a record; a `FaultError` names the key, what was wanted and found.

    Examples
    --------
    >>> record_of(Within, {"low": 1.0, "high": 2.5})
    Within(low=1.0, high=2.5)
    """
    hint: Any = kind
    convert = _converter(hint)
    record: Record = convert(tree, "")
    return record


def check_lengths(**lists: Sized) -> None:
    """Raise a `FaultError` that names the lists where they are not of one length."""
    lengths = [len(one) for one in lists.values()]
    if len(set(lengths)) > 1:
        found = " and ".join(map(str, lengths))
        raise FaultError(f"{', '.join(lists)}: wanted lists of one length, found {found}")


def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


@functools.cache
def _converter(hint: Any, words: str = "") -> _Convert:
    """Return what checks and converts a value of a type; ``words`` say more than its own do."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda value, _: value
    if origin is Annotated:
        return _narrowed(parts[0], parts[1], words)
    if origin in _UNIONS:
        inner = _inner(hint)
        convert = _converter(inner, f"{words or _words(inner)} or null")
        return lambda value, place: None if value is None else convert(value, place)
    if origin is Literal:
        return _one_of(parts, words or _words(hint))
    if origin is tuple:
        return _listed(parts, words or _words(hint))
    if is_dataclass(hint):
        return _record(hint, words or _words(hint))
    if hint in _PLAIN:
        return _scalar(hint, -LARGEST, LARGEST, words or _words(hint))
    return _table(parts, words or _words(hint))


def _scalar(kind: Any, low: float, high: float, words: str) -> _Convert:
    allowed = (int, float) if kind is float else kind
    is_number = kind in (int, float)

    def convert(value: Any, place: str) -> Any:
        sound = isinstance(value, allowed) and (kind is bool or not isinstance(value, bool))
        if not sound or (is_number and not low <= value <= high):
            raise _fault(place, words, value)
        return value

    return convert


def _narrowed(hint: Any, limit: Within | OneOf, words: str) -> _Convert:
    said = words or _words(Annotated[hint, limit])
    if isinstance(limit, OneOf):
        return _one_of(limit.words, said)
    if hint in (int, float):
        return _scalar(hint, limit.low, limit.high, said)
    inner = _converter(hint, said)

    def convert(value: Any, place: str) -> Any:
        if not isinstance(value, list) or not limit.low <= len(value) <= limit.high:
            raise _fault(place, said, value)
        return inner(value, place)

    return convert


def _one_of(choices: tuple[Any, ...], words: str) -> _Convert:
    def convert(value: Any, place: str) -> Any:
        if isinstance(value, bool | list | dict) or value not in choices:
            raise _fault(place, words, value)
        return value

    return convert


def _listed(parts: tuple[Any, ...], words: str) -> _Convert:
    if parts[-1] is Ellipsis:
        each = _converter(parts[0])

        def convert(value: Any, place: str) -> Any:
            if not isinstance(value, list):
                raise _fault(place, words, value)
            return tuple([each(item, f"{place}[{i}]") for i, item in enumerate(value)])

        return convert
    converters = [_converter(part) for part in parts]

    def convert_each(value: Any, place: str) -> Any:
        if not isinstance(value, list) or len(value) != len(converters):
            raise _fault(place, words, value)
        pairs = zip(converters, value, strict=True)
        return tuple([take(item, f"{place}[{i}]") for i, (take, item) in enumerate(pairs)])

    return convert_each


def _table(parts: tuple[Any, ...], words: str) -> _Convert:
    key_of, value_of = (_converter(part) for part in parts)

    def convert(value: Any, place: str) -> Any:
        if not isinstance(value, dict):
            raise _fault(place, words, value)
        return {
            key_of(key, _inside(place, key)): value_of(item, _inside(place, key))
            for key, item in value.items()
        }

    return convert


def _record(kind: Any, words: str) -> _Convert:
    hints = _hints(kind)
    converters = {item.name: _converter(hints[item.name]) for item in fields(kind)}
    needed = {
        item.name: _words(hints[item.name])
        for item in fields(kind)
        if item.default is MISSING and item.default_factory is MISSING
    }

    def convert(value: Any, place: str) -> Any:
        if not isinstance(value, dict):
            raise _fault(place, words, value)
        for key, wanted in needed.items():
            if key not in value:
                raise FaultError(f"{_inside(place, key)}: wanted {wanted}, found nothing")
        known = {
            key: take(value[key], _inside(place, key))
            for key, take in converters.items()
            if key in value
        }
        try:
            return kind(**known)
        except FaultError as fault:
            raise FaultError(_inside(place, str(fault))) from fault

    return convert


def _inner(hint: Any) -> Any:
    return next(part for part in get_args(hint) if part is not type(None))


def _words(hint: Any) -> str:
    """Return what a type wants, in words."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _limit_words(parts[0], parts[1])
    if origin in _UNIONS:
        return f"{_words(_inner(hint))} or null"
    if origin is Literal:
        return _choice_words(parts)
    if origin is tuple:
        return "a list" if parts[-1] is Ellipsis else f"a list of {len(parts)}"
    return _PLAIN.get(hint, "a table" if hint is not Any else "a value")


def _limit_words(hint: Any, limit: Within | OneOf) -> str:
    if isinstance(limit, OneOf):
        return _choice_words(limit.words)
    low, high = f"{limit.low:g}", f"{limit.high:g}"
    if hint in (int, float):
        return f"{_PLAIN[hint]} from {low} to {high}"
    count = low if low == high else f"{low} to {high}" if limit.high < LARGEST else f"{low} or more"
    return f"a list of {count} entries"


def _choice_words(choices: tuple[Any, ...]) -> str:
    more = ", ..." if len(choices) > _LISTED else ""
    listed = ", ".join(str(choice) for choice in choices[:_LISTED])
    return f"one of {listed}{more}" if len(choices) > 1 else listed


def _inside(place: str, key: str) -> str:
    return f"{place}.{key[:_SHOWN]}" if place else key[:200]


def _fault(place: str, wanted: str, found: Any) -> FaultError:
    return FaultError(f"{place or 'the file'}: wanted {wanted}, found {_show(found)}")


def _show(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value[:_SHOWN]}'"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f"{value:.6g}"
