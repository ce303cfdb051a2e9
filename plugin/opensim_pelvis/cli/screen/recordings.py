"""What the command line shows of a recording, and the formats that are understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.console import Group, RenderableType

from opensim_pelvis.calibration.wearers.case_axes import describe_cases
from opensim_pelvis.cli.screen.case_table import render_cases
from opensim_pelvis.cli.screen.clock_table import render_clocks
from opensim_pelvis.cli.screen.layout import facts_grid, heading_line, listed, make_table
from opensim_pelvis.cli.screen.lists import sentences
from opensim_pelvis.cli.screen.words import counted, spoken, told, word
from opensim_pelvis.errors import PluginError
from opensim_pelvis.fusion.fuse import can_fuse
from opensim_pelvis.io.reading import NO_RATE
from opensim_pelvis.io.registry import READERS, Reader, list_plugins, load_reader
from opensim_pelvis.language import ENGLISH, Text
from opensim_pelvis.notices import Notice
from opensim_pelvis.types import IntegrityLedger, Recording, SensorIntegrity, SensorSignals

_SIGNALS: Final = (
    "R_ES",
    "acceleration_mps2",
    "free_acceleration_mps2",
    "angular_velocity_radps",
    "magnetic_field",
)
_READER_FACTS: Final = ("reads", "gives", "tried")


def render_recording(
    recording: Recording,
    ledger: IntegrityLedger | None,
    worn: Mapping[str, str],
    warnings: Sequence[Notice],
) -> RenderableType:
    """Return what is in a recording: where its clock comes from, and a row a sensor.

    Parameters
    ----------
    recording : Recording
    ledger : IntegrityLedger or None
        None where the sensors cannot be put on one clock.
    worn : mapping of str to str
        Identifier to body, where it is known.
    warnings : sequence of Notice
    """
    rows = {} if ledger is None else {row.identifier: row for row in ledger.sensors}
    span = max((row.expected_samples for row in rows.values()), default=0)
    known = recording.rate_source.code != NO_RATE
    table = make_table("|sensor", "worn_by", "signals", ">samples", ">gaps", ">dropped", "bad_rows")
    for sensor in recording.sensors:
        row = rows.get(sensor.identifier)
        cells = row and (str(row.gaps), str(row.dropped_packets), _bad_rows(row))
        table.add_row(
            sensor.identifier,
            worn.get(sensor.identifier, "-"),
            _signals(sensor),
            str(sensor.counter.size),
            *(cells or ("-",) * 3),
        )
    total = sum(file.size_bytes for file in recording.files) / 1e6
    source = recording.rate_source
    facts = {
        "reader": recording.reader,
        "fusion": _fusion_words(recording),
        "rate": word("result.rate", rate_hz=recording.rate_hz, source=source)
        if known
        else told(source),
        "length": _length_words(recording, span, known=known),
        "recorded": date_words(recording),
        "clock": word(
            "recording.clock", source=recording.counter_source, start_s=recording.start_s
        ),
        "world": told(recording.world_frame),
        "files": word("recording.files", count=len(recording.files), megabytes=total),
    }
    return Group(
        heading_line(
            word(
                "title.recording",
                name=recording.name,
                sensors=counted("sensors", len(recording.sensors)),
            )
        ),
        facts_grid(facts),
        table,
        *render_cases(describe_cases(recording)),
        *render_clocks(recording),
        *listed(word("title.warnings"), sentences((*recording.notes, *warnings))),
    )


READER_WORDS: Final = ("description", "gives", "tried_on")


def reader_words(name: str, reader: Reader) -> tuple[str, str, str]:
    """Return what a reader reads, what it gives and what it was tried on."""
    description, gives, tried_on = (
        spoken().text(f"reader.{name}.{part}", getattr(reader, part)) for part in READER_WORDS
    )
    return description, gives, tried_on


def reader_texts() -> Iterator[Text]:
    """Return what is said of every reader that can be loaded."""
    for name in list_plugins(READERS):
        try:
            reader = load_reader(name)
        except PluginError:
            continue
        yield from (Text(f"reader.{name}.{part}", getattr(reader, part)) for part in READER_WORDS)


def render_readers(
    readers: Mapping[str, tuple[str, str, str]], broken: Sequence[str]
) -> RenderableType:
    """Return the formats that are understood: name to (description, gives, tried on)."""
    table = make_table("reader", "", "")
    for name, words in readers.items():
        for place, (title, text) in enumerate(zip(_READER_FACTS, words, strict=True), start=1):
            last = place == len(_READER_FACTS)
            table.add_row(name if place == 1 else "", word(f"fact.{title}"), text, end_section=last)
    return Group(table, *listed(word("title.broken"), broken))


def date_words(recording: Recording) -> str:
    """Return when the recording began and who says so."""
    if recording.date is None:
        return word("result.date_unknown")
    date = recording.date
    moment = date.text if spoken() is ENGLISH else spoken().moment(date.start)
    return word("result.date", moment=moment, source=date.source)


def _length_words(recording: Recording, span: int, *, known: bool) -> str:
    if not span:
        return word("recording.unknown")
    if not known:
        return word("recording.samples", samples=span)
    return word("recording.length", seconds=span / recording.rate_hz, samples=span)


def _fusion_words(recording: Recording) -> str:
    """Return which sensors our fusion could give orientations, and which have none at all."""
    able = [s for s in recording.sensors if can_fuse(s)]
    lost = [s for s in recording.sensors if s.R_ES is None and not can_fuse(s)]
    field = sum(s.magnetic_field is not None for s in able)
    words = word("recording.fusion", able=len(able), all=len(recording.sensors))
    words += word("recording.field", field=field) if able else word("recording.needs")
    return words + (word("recording.lost", lost=len(lost)) if lost else "")


def _signals(sensor: SensorSignals) -> str:
    found = (word(f"signal.{name}") for name in _SIGNALS if getattr(sensor, name) is not None)
    return ", ".join(found) or word("recording.none")


def _bad_rows(row: SensorIntegrity) -> str:
    counts = {
        "missing": row.nan_quaternions,
        "zero": row.zero_quaternions,
        "nonunit": row.nonunit_quaternions,
    }
    found = (word(f"bad.{name}", count=count) for name, count in counts.items() if count)
    return ", ".join(found) or word("recording.none")
