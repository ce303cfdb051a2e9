"""Writes the tables of docs/changes.md: ``python -m opensim_pelvis.sessions.document``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.gait.uncertainty.priors import priors
from opensim_pelvis.sessions.definitions import rules


def tables() -> str:
    """Return the terms with when they are common, and the measures with their placements."""
    return "\n".join((*_terms(), "", *_measures(), "", *_sources())) + "\n"


def _terms() -> Iterator[str]:
    yield "| term of both sessions | common | why |"
    yield "|---|---|---|"
    for name, prior in priors().items():
        row = rules().terms[name]
        yield f"| {prior.label} | {row.common} | {row.why} |"


def _measures() -> Iterator[str]:
    yield "| measure | running | walking | for each m/s | placements from | speed from |"
    yield "|---|---|---|---|---|---|"
    for name, row in rules().measures.items():
        unit = definition_of(name).unit
        sizes = (f"{row.placement[kind]:g} {unit}" for kind in ("running", "walking"))
        slope = f"{row.per_mps:g} {unit}" if row.per_mps else "unknown"
        keys = (row.source_key, row.speed_key or "")
        yield f"| `{name}` | {' | '.join(sizes)} | {slope} | {keys[0]} | {keys[1]} |"


def _sources() -> Iterator[str]:
    for key, text in rules().sources.items():
        yield f"- *{key}*: {text}."


if __name__ == "__main__":
    sys.stdout.write(tables())
