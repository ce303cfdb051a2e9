"""Reads ``terms.toml``: what is known beforehand of the inputs of a budget."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from opensim_pelvis.types.uncertainty import TERMS, TermName


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is said of one term, and the numbers that it starts from.

    Parameters
    ----------
    name : str
    label : str
        For people.
    what : str
        How it is computed from the recording.
    source : str
        Why its numbers are what they are.
    numbers : mapping of str to float
    """

    name: TermName
    label: str
    what: str
    source: str
    numbers: Mapping[str, float]


@cache
def priors() -> Mapping[TermName, Prior]:
    """Return every term by its name.

    Raises
    ------
    ValueError
        When a term has no row, or a row no term.

    Examples
    --------
    >>> priors()["heading"].numbers["stated_axis_deg"]
    5.0
    """
    text = files("opensim_pelvis.gait.uncertainty").joinpath("terms.toml")
    rows = tomllib.loads(text.read_text(encoding="utf-8"))
    names = {name.replace("_", " "): name for name in rows}
    if set(names) != set(TERMS):
        raise ValueError(f"terms.toml: {', '.join(sorted(set(names) ^ set(TERMS)))}")
    out: dict[TermName, Prior] = {}
    for name in TERMS:
        row = dict(rows[names[name]])
        words = {key: row.pop(key) for key in ("label", "what", "source")}
        out[name] = Prior(name=name, numbers=row, **words)
    return out


def number(term: TermName, key: str) -> float:
    """Return a number that a term starts from."""
    return float(priors()[term].numbers[key])
