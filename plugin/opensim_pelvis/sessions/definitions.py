"""Reads ``changes.toml``: which measures have a change, and what its uncertainty counts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.gait.measures.definitions import definitions
from opensim_pelvis.gait.uncertainty.priors import priors
from opensim_pelvis.types.uncertainty import TERMS

Common = Literal["never", "left on", "same calibration", "same sensors", "same person"]
"""When a term is common to two sessions: what moves both alike is no change."""

OWN_TERMS: Final = ("placement", "speed", "slope", "own repeats")
"""Terms that a change has beside those of its sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """When a term of both sessions is common to them, and why."""

    common: Common
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """A measure that has a change.

    Parameters
    ----------
    placement : mapping of str to float
        By activity: standard deviation between placements of the sensors, in the measure's unit.
    per_mps : float
        By how much people's values go with speed, in the measure's unit for each m/s.
    source_key, speed_key : str
        Of the sources of these numbers; ``speed_key`` is empty where ``per_mps`` is not known.
    """

    placement: Mapping[ActivityKind, float]
    source_key: str
    per_mps: float = 0.0
    speed_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What ``changes.toml`` holds."""

    most_apart_mps: float
    least_freedom: float
    terms: Mapping[str, Shared]
    own_terms: Mapping[str, str]
    sources: Mapping[str, str]
    measures: Mapping[str, Changing]


@cache
def rules() -> Rules:
    """Return ``changes.toml``.

    Raises
    ------
    ValueError
        When a term or measure is missing in it, or not known elsewhere.

    Examples
    --------
    >>> rules().most_apart_mps, rules().terms["strides"].common
    (0.2, 'never')
    """
    text = files("opensim_pelvis.sessions").joinpath("changes.toml").read_text(encoding="utf-8")
    return _rules(tomllib.loads(text))


def _rules(tables: Mapping[str, Any]) -> Rules:
    terms = {name.replace("_", " "): Shared(**row) for name, row in tables["term"].items()}
    known = {definition.name for definition in definitions()}
    faults = set(terms) ^ set(TERMS) | set(tables["measure"]) - known
    faults |= {row.common for row in terms.values()} - set(get_args(Common))
    faults |= {name.replace("_", " ") for name in tables["own_term"]} ^ set(OWN_TERMS)
    rows = tables["measure"].values()
    told = {row["source"] for row in rows} | {r["speed_source"] for r in rows if "per_mps" in r}
    faults |= told ^ set(tables["source"])
    if faults:
        raise ValueError(f"changes.toml: {', '.join(sorted(faults))}")
    return Rules(
        most_apart_mps=float(tables["speed"]["most_mps"]),
        least_freedom=float(tables["own"]["least_freedom"]),
        terms=terms,
        own_terms={n.replace("_", " "): row["label"] for n, row in tables["own_term"].items()},
        sources=tables["source"],
        measures={name: _changing(row) for name, row in tables["measure"].items()},
    )


def _changing(row: Mapping[str, Any]) -> Changing:
    kinds: tuple[ActivityKind, ...] = get_args(ActivityKind)
    return Changing(
        placement={kind: float(row[kind]) for kind in kinds},
        source_key=row["source"],
        per_mps=float(row.get("per_mps", 0.0)),
        speed_key=row.get("speed_source", ""),
    )


def term_label(name: str) -> str:
    """Return the label of a term, in English."""
    own = rules().own_terms.get(name)
    return next(p.label for n, p in priors().items() if n == name) if own is None else own
