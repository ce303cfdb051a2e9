"""What changed between the sessions of a person, in words and as tables, for page and PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.report.sessions_of import Known
from opensim_pelvis.report.texts import Texts
from opensim_pelvis.sessions.change import Change, Comparison
from opensim_pelvis.sessions.definitions import rules


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A measure of two sessions in words; ``seen`` where it changed."""

    measure: str
    first: str
    later: str
    verdict: str
    detectable: str
    source: str
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTable:
    """Two sessions of a person in words."""

    title: str
    first: str
    later: str
    told: tuple[str, ...]
    rows: tuple[ChangeRow, ...]


def intro(texts: Texts) -> str:
    """Return what the page is, and what a change counts."""
    return texts["several"]["text"].format(speed=texts.written(rules().most_apart_mps, ".1f"))


def change_tables(
    compared: Iterable[Comparison], known: Known | None, texts: Texts
) -> list[ChangeTable]:
    """Return a table for every session that is compared with a person's first."""
    return [_table(one, known or Known(), texts) for one in compared]


def change_words(change: Change, texts: Texts) -> str:
    """Return a change in words: by how much with its uncertainty, or why there is none."""
    words, unit = texts["several"], definition_of(change.measure).unit
    if change.refusal is not None:
        return texts["not_compared"][change.refusal]
    if change.seen:
        sign = "+" if change.difference > 0.0 else ""
        size = f"{sign}{texts.number(change.difference, unit)}"
        return words["changed"].format(change=size, u95=amount(change.u95, unit, texts))
    return words["unchanged"].format(bound=amount(change.bound, unit, texts))


def amount(value: float, unit: str, texts: Texts) -> str:
    """Return a number with its unit, which does not stand on a line of its own."""
    said, number = unbroken(texts["unit"][unit]), texts.number(value, unit)
    return f"{number}{said}" if unit == "deg" else f"{number}\N{NO-BREAK SPACE}{said}".rstrip()


def unbroken(unit: str) -> str:
    """Return a unit that is not broken between lines after its stroke.

    >>> len(unbroken("m/s")) - len("m/s")
    2
    """
    return unit.replace("/", "\N{WORD JOINER}/\N{WORD JOINER}")


def label_of(change: Change, texts: Texts) -> str:
    """Return what a measure of one side is called."""
    label = texts["measure"][change.measure]
    return label if change.side == "body" else f"{label}, {texts['measures'][change.side]}"


def _table(one: Comparison, known: Known, texts: Texts) -> ChangeTable:
    names = {"first": one.first.name, "later": one.later.name}
    whole = one.refusal is not None
    rows = () if whole else tuple(_row(change, texts) for change in one.changes)
    return ChangeTable(
        title=texts["changes"]["title"].format(**names),
        told=tuple(_told(one, known, texts)),
        rows=rows,
        **names,
    )


def _told(one: Comparison, known: Known, texts: Texts) -> Iterator[str]:
    """Yield what the comparison counts, sentence by sentence."""
    words = texts["changes"]
    if one.refusal is not None:
        yield texts["not_compared"][one.refusal]
        return
    yield words[one.worn.replace(" ", "_")]
    speeds = (one.first.speed_mps, one.later.speed_mps)
    yield words["speeds"].format(
        first=texts.written(speeds[0], ".2f"), later=texts.written(speeds[1], ".2f")
    )
    if one.doubtful:
        yield words["doubtful"]
    if known.slopes and speeds[0] != speeds[1]:
        yield words["slopes"].format(
            measures=", ".join(texts["measure"][name] for name in known.slopes)
        )
    if known.repeatability is not None:
        yield words["own_file"].format(
            file=known.repeatability.file, least=texts.written(rules().least_freedom, "g")
        )


def _row(change: Change, texts: Texts) -> ChangeRow:
    unit = definition_of(change.measure).unit
    return ChangeRow(
        measure=label_of(change, texts),
        first=texts.number(change.first, unit),
        later=texts.number(change.later, unit),
        verdict=change_words(change, texts),
        detectable="" if change.refusal else amount(change.u95, unit, texts),
        source="" if change.refusal else source_words(change, texts),
        seen=change.seen,
    )


def source_words(change: Change, texts: Texts) -> str:
    """Return where the uncertainty of a change is from."""
    words = texts["changes"]
    freedom = texts.written(change.own_freedom, ".1f")
    if change.basis == "own repeats":
        return words["own"].format(freedom=freedom)
    anew = any(part.name == "placement" for part in change.parts)
    said = words["budget_anew" if anew else "budget"]
    few = change.own_freedom is not None
    return words["few"].format(source=said, freedom=freedom) if few else said
