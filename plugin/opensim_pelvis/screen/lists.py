"""Lists under the tables: what is absent, what is told, which defaults were taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from opensim_pelvis.notices import Notice, advise, say
from opensim_pelvis.types import Quality


def sentences(notes: Iterable[Notice]) -> list[str]:
    """Return what notices say with their remedies, each sentence once."""
    return list(dict.fromkeys(advise(note) for note in notes))


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


def quality_words(quality: Quality) -> str:
    """Return the verdict, and the checks behind it where it is not good.

    >>> from opensim_pelvis.types import Check
    >>> quality_words(Quality(checks=(Check(name="pose", verdict="doubtful"),)))
    'doubtful: pose'
    """
    worst = [check.name.replace("_", " ") for check in quality.checks if check.verdict != "good"]
    return f"{quality.verdict}: {', '.join(worst)}" if worst else quality.verdict
