"""Lists under the tables: what is absent, what is told, which defaults were taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from opensim_pelvis.cli.screen.words import advised, spoken, term, told
from opensim_pelvis.config.trial.defaults import split_default
from opensim_pelvis.notices import Notice
from opensim_pelvis.quality.definitions import word_in
from opensim_pelvis.types import Quality


def sentences(notes: Iterable[Notice]) -> list[str]:
    """Return what notices say, each sentence once."""
    return list(dict.fromkeys(advised(note) for note in notes))


def reasons(absent: Mapping[str, Notice]) -> list[str]:
    """Return a line a reason, with all that is absent for it."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, reason in absent.items():
        names[told(reason)].append(name)
    return [f"{', '.join(same)}: {why}" for why, same in names.items()]


def by_section(defaults: Iterable[str]) -> list[str]:
    """Return the settings that nobody gave, a line a table of the trial file."""
    sections: defaultdict[str, list[str]] = defaultdict(list)
    for line in defaults:
        section, key, words = split_default(line, spoken())
        sections[section].append(f"{key} = {words}")
    return [f"[{section}] {'; '.join(words)}" for section, words in sections.items()]


def quality_words(quality: Quality) -> str:
    """Return the verdict, and the checks behind it where it is not good.

    >>> from opensim_pelvis.types import Check
    >>> quality_words(Quality(checks=(Check(name="pose", verdict="doubtful"),)))
    'doubtful: pose'
    """
    worst = [check.name for check in quality.checks if check.verdict != "good"]
    named = (word_in(name, spoken()) for name in worst)
    verdict = term(quality.verdict)
    return f"{verdict}: {', '.join(named)}" if worst else verdict
