"""What the command line shows at the end: short tables of what was found and how good it is.

Everything is plain text in 80 columns; colour and bold only repeat what the words say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.fusion.fuse import can_fuse
from opensim_pelvis.guidance.words import DISCLAIMER
from opensim_pelvis.notices import Notice, say
from opensim_pelvis.reading import NO_RATE
from opensim_pelvis.screen.clocks import render_clocks
from opensim_pelvis.screen.headings import HEADING_COLUMNS, add_headings
from opensim_pelvis.screen.lists import by_section, quality_words, reasons, sentences
from opensim_pelvis.screen.running import (
    add_measures,
    drill_lines,
    finding_lines,
    stride_facts,
    trend_lines,
)
from opensim_pelvis.types import (
    IntegrityLedger,
    Kinematics,
    Recording,
    Result,
    RunningAnalysis,
    SensorIntegrity,
    SensorSignals,
)

_SIGNALS: Final = (
    ("R_ES", "orientation"),
    ("acceleration_mps2", "acc"),
    ("free_acceleration_mps2", "free acc"),
    ("angular_velocity_radps", "gyr"),
    ("magnetic_field", "mag"),
)
_NAME_WIDTH: Final = 13  # RightShoulder
_READER_FACTS: Final = ("reads", "gives", "tried on")


def render_result(result: Result, files: Sequence[Path]) -> RenderableType:
    """Return what was found, how good it is, the key angles, what is absent and where files are."""
    aligned, kinematics, placement = result.aligned, result.kinematics, result.placement
    heading, (start_s, end_s) = placement.heading, placement.pose.window_s
    length_s = aligned.time_s.size / aligned.rate_hz
    pose = "still pose" if placement.pose.window_source in ("given", "found") else "pose"
    recording = result.recording
    parts: list[RenderableType] = [
        _heading(f"{result.name}: {_sensors(len(aligned.sensors))}, {length_s:.2f} s"),
        _facts(
            {
                "recorded": _date_words(recording),
                "rate": f"{aligned.rate_hz:g} Hz ({say(recording.rate_source)})",
                **_origin_words(result),
                pose: f"{start_s:.2f}-{end_s:.2f} s ({placement.pose.window_source})",
                "heading": say(heading.told),
                "drift": say(heading.drift_description),
                "calibration": placement.verdict,
                "quality": quality_words(result.quality),
                "engine": f"{kinematics.engine}; {say(kinematics.accuracy)}",
                "solved in": _time_words(kinematics),
                **_engine_check(result),
                "model": _model_words(result),
            }
        ),
        Text(),
        _sensor_quality(result),
        *([add_headings(_table(*HEADING_COLUMNS), heading)] if heading.sensors else []),
        *render_clocks(recording),
        _angle_ranges(result),
        *(_running(result.running) if result.running else []),
    ]
    parts += _listed("Absent", reasons({**kinematics.absent, **result.clinical.absent}))
    parts += _listed("Doubtful or worth knowing", sentences(result.notes))
    parts += _listed("Defaults taken", by_section(result.defaults))
    if files:
        names = ", ".join(path.name for path in files)
        parts += _listed(f"Files in {files[0].parent}", [names])
    return Group(*parts)


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
    seconds = f"{span / recording.rate_hz:.2f} s, " if known else ""
    table = _table("|sensor", "worn by", "signals", ">samples", ">gaps", ">dropped", "bad rows")
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
    source = say(recording.rate_source)
    facts = {
        "reader": recording.reader,
        "fusion": _fusion_words(recording),
        "rate": f"{recording.rate_hz:g} Hz ({source})" if known else source,
        "length": f"{seconds}{span} samples" if span else "not known",
        "recorded": _date_words(recording),
        "clock": f"{say(recording.counter_source)}, starts at {recording.start_s:g} s",
        "world frame": say(recording.world_frame),
        "files": f"{len(recording.files)}, {total:.1f} MB",
    }
    return Group(
        _heading(f"{recording.name}: {_sensors(len(recording.sensors))}"),
        _facts(facts),
        table,
        *render_clocks(recording),
        *_listed("Warnings", sentences((*recording.notes, *warnings))),
    )


def _date_words(recording: Recording) -> str:
    """Return when the recording began and who says so."""
    if recording.date is None:
        return "date not stated in the recording; give it with --date"
    return f"{recording.date.text} ({say(recording.date.source)})"


def render_readers(
    readers: Mapping[str, tuple[str, str, str]], broken: Sequence[str]
) -> RenderableType:
    """Return the formats that are understood: name to (description, gives, tried on)."""
    table = _table("reader", "", "")
    for name, words in readers.items():
        for number, (title, text) in enumerate(zip(_READER_FACTS, words, strict=True), start=1):
            last = number == len(_READER_FACTS)
            table.add_row(name if number == 1 else "", title, text, end_section=last)
    return Group(table, *_listed("Plug-ins that cannot be loaded", broken))


def _fusion_words(recording: Recording) -> str:
    """Return which sensors our fusion could give orientations, and which have none at all."""
    able = [s for s in recording.sensors if can_fuse(s)]
    lost = [s for s in recording.sensors if s.R_ES is None and not can_fuse(s)]
    field = sum(s.magnetic_field is not None for s in able)
    words = f"possible for {len(able)} of {len(recording.sensors)} sensors"
    words += f", with magnetic field for {field}" if able else " (needs gyr and acc)"
    return words + (f"; {len(lost)} without any orientation" if lost else "")


def _sensor_quality(result: Result) -> Table:
    """Return a row a sensor: gaps, how still it was, how well the model follows it."""
    aligned, placement = result.aligned, result.placement
    spreads = dict(zip(placement.sensors, np.rad2deg(placement.pose.spread_rad), strict=True))
    errors = dict(
        zip(result.kinematics.sensors, np.rad2deg(result.kinematics.errors_rad).T, strict=True)
    )
    table = _table("body", "|sensor", ">gaps", ">filled", ">absent s", ">pose", ">error", ">worst")
    table.title = "Sensors; spread in the pose and model error (rms, worst) in degrees"
    table.title_justify = "left"
    for body, row in zip(aligned.bodies, aligned.ledger.sensors, strict=True):
        table.add_row(
            body,
            row.identifier,
            str(row.gaps),
            str(row.filled_gaps),
            f"{row.absent_samples / aligned.rate_hz:.2f}",
            f"{spreads[row.sensor]:.2f}" if row.sensor in spreads else "-",
            *_rms_and_max(errors.get(row.sensor)),
        )
    return table


def _model_words(result: Result) -> str:
    model, told = result.model, say(result.model.told)
    names_itself = not model.source or model.source.startswith(model.name)
    return told if names_itself else f"{model.name} ({told})"


def _time_words(kinematics: Kinematics) -> str:
    words = f"{kinematics.solve_s:.2f} s"
    if kinematics.compile_s >= 1.0:
        words += f", after {kinematics.compile_s:.1f} s of compiling, the first time only"
    return words


def _origin_words(result: Result) -> dict[str, str]:
    """Return where the orientations come from, one phrase a kind."""
    kinds = {"vendor": "the maker's", "vqf 6D": "fused by VQF 6D", "vqf 9D": "fused by VQF 9D"}
    counts = Counter((origin.origin, say(origin.reason)) for origin in result.recording.origins)
    if not counts:
        return {}
    words = (f"{_sensors(n)} {kinds[kind]} ({why})" for (kind, why), n in counts.items())
    return {"orientations": "; ".join(words)}


def _engine_check(result: Result) -> dict[str, str]:
    check = result.engine_check
    if check is None:
        return {}
    return {
        "checked": f"{check.frames} frames with OpenSim's solver: bodies at most "
        f"{np.rad2deg(check.max_difference_rad):.2g} degrees apart, cost higher by "
        f"{check.max_excess_rad2:.1g} rad² at most"
    }


def _rms_and_max(values: FloatArray | None) -> tuple[str, str]:
    present = np.array([]) if values is None else values[np.isfinite(values)]
    if not present.size:
        return "-", "-"
    return f"{np.sqrt(np.mean(present**2)):.2f}", f"{present.max():.1f}"


def _angle_ranges(result: Result) -> Table:
    table = _table("angle, degrees", ">lowest", ">highest", ">range", "positive")
    table.title = "Over the whole trial, standing included"
    table.title_justify = "left"
    for definition, column in zip(
        result.clinical.definitions, np.rad2deg(result.clinical.values_rad).T, strict=True
    ):
        present = column[np.isfinite(column)]
        if present.size:
            low, high = present.min(), present.max()
            table.add_row(
                definition.name,
                f"{low:.1f}",
                f"{high:.1f}",
                f"{high - low:.1f}",
                definition.positive.split(" (")[0],
            )
    return table


def _running(running: RunningAnalysis) -> list[RenderableType]:
    """Return strides, measures and findings."""
    parts: list[RenderableType] = [_heading("Strides"), _facts(stride_facts(running))]
    if running.strides.kept.any():
        table = _table("measure", "side", ">mean", ">95 % interval", ">spread", ">strides")
        table.title = "Kept strides; degrees unless said; definitions and signs: docs/measures.md"
        table.title_justify = "left"
        parts.append(add_measures(table, running))
    parts += _listed("Changes over the run, 95 % interval", trend_lines(running))
    parts += _listed(f"Findings. {DISCLAIMER}", finding_lines(running))
    parts += _listed("Drills for these findings", drill_lines(running))
    return parts


def _sensors(number: int) -> str:
    return f"{number} sensor{'' if number == 1 else 's'}"


def _signals(sensor: SensorSignals) -> str:
    return ", ".join(w for name, w in _SIGNALS if getattr(sensor, name) is not None) or "none"


def _bad_rows(row: SensorIntegrity) -> str:
    counts = (
        (row.nan_quaternions, "missing"),
        (row.zero_quaternions, "zero"),
        (row.nonunit_quaternions, "non-unit"),
    )
    return ", ".join(f"{number} {words}" for number, words in counts if number) or "none"


def _heading(words: str) -> Text:
    return Text(f"\n{words}", style="bold")


def _facts(facts: Mapping[str, str]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        grid.add_row(Text(f"  {name}", style="dim"), value)
    return grid


def _table(*columns: str) -> Table:
    """Return an empty table: > begins a column that is flush right, | one of names to copy."""
    table = Table(box=SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
    for name in columns:
        right, copied = name.startswith(">"), name.startswith("|")
        table.add_column(
            name.lstrip(">|"),
            justify="right" if right else "left",
            overflow="fold" if copied else "ellipsis",
            min_width=_NAME_WIDTH if copied else None,
        )
    return table


def _listed(title: str, lines: Iterable[str]) -> list[RenderableType]:
    """Return a headed list, or nothing when there is nothing to say."""
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("  -", line)
    return [_heading(title), grid] if grid.row_count else []
