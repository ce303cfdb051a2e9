"""English texts that come from the analysis and that a report shows: definitions, rules, drills.

Each stands in one place of the package (the table of measures, ``rules.toml``, ``norms.toml``
...), and is translated by itself: the section ``[analysis]`` of a translation has the English
text on the left and the other on the right.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from opensim_pelvis.angles import DEFINITIONS
from opensim_pelvis.guidance.tables import read_drills, read_norms, read_rules
from opensim_pelvis.guidance.words import (
    CANNOT_TELL,
    DISCLAIMER,
    NOT_KNOWN,
    REASONS,
    SEX_UNKNOWN,
)
from opensim_pelvis.metrics.definitions import definitions

DRILL_TEXTS = ("name", "purpose", "how", "dose", "avoid")
MEASURE_TEXTS = ("definition", "positive", "source", "error_source")
ANGLE_TEXTS = ("description", "positive", "order", "source")
NORM_TEXTS = ("unit", "what", "source", "sample", "caveat")


@functools.cache
def phrases() -> tuple[str, ...]:
    """Return every such text, each once, in the order of the tables."""
    return tuple(dict.fromkeys(text for text in _all() if any(c.isalpha() for c in text)))


def _all() -> Iterator[str]:
    yield from (DISCLAIMER, CANNOT_TELL, SEX_UNKNOWN, NOT_KNOWN, *REASONS.values())
    for rule in read_rules():
        yield from (rule.text, rule.strength)
    for rows, names in (
        (read_drills(), DRILL_TEXTS),
        (definitions(), MEASURE_TEXTS),
        (DEFINITIONS, ANGLE_TEXTS),
        (read_norms().values(), NORM_TEXTS),
    ):
        for row in rows:
            yield from (getattr(row, name) for name in names)
