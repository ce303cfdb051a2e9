"""The end of a run on the screen: what needs attention, then three lines.

Colour only repeats what the words say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import RenderableType
from rich.text import Text

from opensim_pelvis.cli.screen.layout import listed
from opensim_pelvis.cli.screen.lists import quality_words, sentences
from opensim_pelvis.cli.screen.measures_table import no_strides, short_label
from opensim_pelvis.cli.screen.words import counted, number, told, word
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.types import Result, RunningAnalysis
from opensim_pelvis.types.measure import KEY_MEASURE

if TYPE_CHECKING:
    from opensim_pelvis.io.output import Written

MAX_SHOWN: Final = 5
"""Warnings that are shown without -v; those that are most severe come first."""
_LIGHTS: Final = {"good": "bold green", "doubtful": "bold yellow", "rejected": "bold red"}
_REPORT: Final = "_report.html"


def attention(result: Result) -> list[RenderableType]:
    """Return a list of what is wrong or doubtful, with what to do; nothing where all is well."""
    notes = sorted(
        (note for note in result.notes if note.severity != "note"),
        key=lambda note: note.severity != "error",
    )
    lines = sentences(notes)
    shown = lines[:MAX_SHOWN]
    if len(lines) > len(shown):
        shown.append(word("closing.more", count=len(lines) - len(shown)))
    return listed(word("closing.attention"), shown)


def closing_lines(result: Result, written: Written) -> tuple[Text, Text, Text]:
    """Return the light, the value with its uncertainty, and where the report is.

    The last is not wrapped, so that it can be copied whole.
    """
    light = Text(word("closing.quality", verdict=quality_words(result.quality)))
    light.stylize(_LIGHTS[result.quality.verdict])
    return light, Text(_value(result)), Text(_place(written), no_wrap=True)


def _value(result: Result) -> str:
    """Return the range of pelvic rotation with U, or why it is not there."""
    definition, running = definition_of(KEY_MEASURE), result.running
    label, form = short_label(definition), f".{definition.digits}f"
    summary = None if running is None else running.summary(KEY_MEASURE)
    if running is None or summary is None:
        return word("closing.none", measure=label, why=_why_none(running))
    if result.quality.verdict == "rejected":
        return word("closing.withheld", measure=label)
    found = running.estimate(KEY_MEASURE)
    if found is None:
        strides = counted("strides", summary.n)
        mean = number(summary.mean, form)
        return word("closing.mean", measure=label, value=mean, unit="°", strides=strides)
    value, u95 = number(found.value, form), number(found.u95, form)
    return word("closing.estimate", measure=label, value=value, u95=u95, unit="°")


def _why_none(running: RunningAnalysis | None) -> str:
    if running is None:
        return word("running.no_steps")
    if KEY_MEASURE in running.absent:
        return told(running.absent[KEY_MEASURE])
    strides = running.strides
    if strides.side.size:
        return word("closing.few", kept=int(strides.kept.sum()), all=strides.side.size)
    return no_strides(running)


def _place(written: Written) -> str:
    for path in written.files:
        if path.name.endswith(_REPORT):
            return word("closing.report", file=str(path))
    return word("closing.folder", file=str(written.folder))
