"""Reads ``measures.toml``: what is said of each measure, for screen, page, PDF and tables alike."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from opensim_pelvis.language import Text
from opensim_pelvis.types import UNITS, MeasureDefinition, Place

PLACES: tuple[Place, ...] = get_args(Place)


@cache
def definitions() -> tuple[MeasureDefinition, ...]:
    """Return every measure's definition, in the order in which results list them."""
    text = (
        files("opensim_pelvis.gait.measures").joinpath("measures.toml").read_text(encoding="utf-8")
    )
    return tuple(_definition(name, row) for name, row in tomllib.loads(text).items())


def definition_of(name: str) -> MeasureDefinition:
    """Return the definition of a measure; KeyError where there is none of that name."""
    return {definition.name: definition for definition in definitions()}[name]


WORDS = ("label", "short", "definition", "positive", "source", "error_source", "error_short")


def texts() -> Iterator[Text]:
    """Return every text of the definitions of measures."""
    for row in definitions():
        yield from (Text(f"measure.{row.name}.{word}", getattr(row, word)) for word in WORDS)


def shown_in(place: Place) -> tuple[MeasureDefinition, ...]:
    """Return the measures that a place shows, in its order.

    >>> [d.name for d in shown_in("sessions")][:2]
    ['pelvic_rotation_range_deg', 'pelvic_obliquity_range_deg']
    """
    found = [definition for definition in definitions() if place in definition.shown]
    return tuple(sorted(found, key=lambda definition: definition.shown[place]))


def _definition(name: str, row: Mapping[str, Any]) -> MeasureDefinition:
    """Return the record of a row; ValueError where it is not whole."""
    try:
        found = MeasureDefinition(name=name, **row)
    except TypeError as fault:
        raise ValueError(f"measures.toml: {name}: {fault}") from None
    strange = set(found.shown) - set(PLACES)
    if found.unit not in UNITS or not name.endswith(f"_{found.unit}") or strange:
        raise ValueError(f"measures.toml: {name}: unit, or shown in {', '.join(strange)}")
    if math.isfinite(found.error) != bool(found.error_short):
        raise ValueError(
            f"measures.toml: {name}: error_short, where an error is known, and only there"
        )
    return found
