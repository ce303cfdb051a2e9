"""Lists under the tables: what is absent, what is told, which defaults were taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from opensim_pelvis.notices import Notice, say


def sentences(notes: Iterable[Notice]) -> list[str]:
    """Return what notices say, each sentence once."""
    return list(dict.fromkeys(say(note) for note in notes))


def reasons(absent: Mapping[str, Notice]) -> list[str]:
    """Return a line a reason, with all that is absent for it."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, reason in absent.items():
        names[say(reason)].append(name)
    return [f"{', '.join(same)}: {why}" for why, same in names.items()]


def by_section(defaults: Iterable[str]) -> list[str]:
    """Return the settings that nobody gave, a line a table of the trial file."""
    sections: defaultdict[str, list[str]] = defaultdict(list)
    for line in defaults:
        section, _, words = line.removesuffix(" (default)").partition(".")
        sections[section].append(words)
    return [f"[{section}] {'; '.join(words)}" for section, words in sections.items()]
