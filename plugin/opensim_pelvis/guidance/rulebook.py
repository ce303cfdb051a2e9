"""Reads rules and norms and holds them to their own rules; nothing is judged here."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.types import Drill

OPERATORS: Final = ("<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """One number with its unit, meaning, source, sample and caveat.

    ``spread`` is its standard uncertainty, 0 where the source gives none.
    """

    key: str
    value: float
    unit: str
    what: str
    source: str
    sample: str
    caveat: str
    spread: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A measure against a limit; ``norm`` is where limit and spread come from."""

    measure: str
    op: Literal["<", "<=", ">", ">="]
    limit: float
    norm: Norm | None
    spread: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: conditions that must all hold, and what is then said."""

    name: str
    kind: Literal["coach band", "published norm"]
    text: str
    strength: str
    conditions: tuple[Condition, ...]
    drills: tuple[Drill, ...]

    @property
    def source(self) -> str:
        """Return the sources of all limits, each once."""
        return "; ".join(dict.fromkeys(c.norm.source for c in self.conditions if c.norm))


def read_norms() -> Mapping[str, Norm]:
    """Return every norm by its key, such as ``coach.low_rotation``."""
    tables = tomllib.loads(_text("norms.toml"))
    return {
        f"{group}.{name}": Norm(key=f"{group}.{name}", **row)
        for group, rows in tables.items()
        for name, row in rows.items()
    }


def read_drills() -> tuple[Drill, ...]:
    """Return every drill, those of no rule, too."""
    rows = tomllib.loads(_text("rules.toml"))["drill"]
    return tuple(Drill(key=key, **row) for key, row in rows.items())


@functools.cache
def read_rules() -> tuple[Rule, ...]:
    """Return every rule.

    Raises
    ------
    SettingsError
        When a rule names a limit or drill that is not there, or mixes coach bands and
        published norms.
    """
    tables = tomllib.loads(_text("rules.toml"))
    return make_rules(tables, read_norms())


def make_rules(tables: Mapping[str, Any], norms: Mapping[str, Norm]) -> tuple[Rule, ...]:
    """Check tables of rules and make records of them."""
    drills = {key: Drill(key=key, **row) for key, row in tables.get("drill", {}).items()}
    faults: list[str] = []
    rules = []
    for row in tables["rule"]:
        name = row["name"]
        limits = [c["limit"] for c in row["conditions"] if "limit" in c]
        other = {"coach band": "published", "published norm": "coach"}[row["kind"]]
        faults += [f"{name}: no norm is called {key}" for key in limits if key not in norms]
        faults += [
            f"{name} is a {row['kind']} but uses {key}: coach bands and published norms are "
            "never mixed"
            for key in limits
            if key.startswith(f"{other}.")
        ]
        faults += [
            f"{name}: no drill is called {key}" for key in row["drills"] if key not in drills
        ]
        faults += [
            f"{name}: no operator {c['op']}" for c in row["conditions"] if c["op"] not in OPERATORS
        ]
        if not faults:
            rules.append(_rule(row, norms, drills))
    raise_faults(SettingsError, "rules.toml", faults)
    return tuple(rules)


def _rule(row: Mapping[str, Any], norms: Mapping[str, Norm], drills: Mapping[str, Drill]) -> Rule:
    conditions = tuple(
        Condition(
            measure=c["measure"],
            op=c["op"],
            limit=norms[c["limit"]].value if "limit" in c else float(c["value"]),
            norm=norms[c["limit"]] if "limit" in c else None,
            spread=norms[c["limit"]].spread if "limit" in c else 0.0,
        )
        for c in row["conditions"]
    )
    return Rule(
        name=row["name"],
        kind=row["kind"],
        text=row["text"],
        strength=row["strength"],
        conditions=conditions,
        drills=tuple(drills[key] for key in row["drills"]),
    )


def _text(name: str) -> str:
    return files("opensim_pelvis.guidance").joinpath(name).read_text(encoding="utf-8")
