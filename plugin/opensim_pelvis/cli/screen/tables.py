"""What the command line shows at the end: short tables of what was found and how good it is.

Everything is plain text in 80 columns; colour and bold only repeat what the words say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from opensim_pelvis.cli.screen.clock_table import render_clocks
from opensim_pelvis.cli.screen.heading_table import HEADING_COLUMNS, add_headings
from opensim_pelvis.cli.screen.layout import facts_grid, heading_line, listed, make_table
from opensim_pelvis.cli.screen.lists import by_section, quality_words, reasons, sentences
from opensim_pelvis.cli.screen.measures_table import (
    add_measures,
    drill_lines,
    finding_lines,
    stride_facts,
    trend_lines,
)
from opensim_pelvis.cli.screen.recordings import date_words
from opensim_pelvis.cli.screen.words import counted, number, spoken, term, told, word
from opensim_pelvis.config.calibration_methods import method_of
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.guidance.finding_words import DISCLAIMER
from opensim_pelvis.types import (
    Kinematics,
    Result,
    RunningAnalysis,
)


def render_result(result: Result, files: Sequence[Path]) -> RenderableType:
    """Return what was found, how good it is, the key angles, what is absent and where files are."""
    aligned, kinematics, placement = result.aligned, result.kinematics, result.placement
    heading, (start_s, end_s) = placement.heading, placement.pose.window_s
    method = method_of(placement.pose.method)
    pose = spoken().text(f"calibration.{method.name}.pose_label", method.pose_label)
    recording = result.recording
    parts: list[RenderableType] = [
        heading_line(
            word(
                "title.result",
                name=result.name,
                sensors=counted("sensors", len(aligned.sensors)),
                seconds=aligned.time_s.size / aligned.rate_hz,
            )
        ),
        facts_grid(
            {
                "recorded": date_words(recording),
                "rate": word("result.rate", rate_hz=aligned.rate_hz, source=recording.rate_source),
                **_origin_words(result),
                "pose": word(
                    "result.window",
                    start_s=start_s,
                    end_s=end_s,
                    source=placement.pose.window_told,
                ),
                "heading": told(heading.told),
                "drift": told(heading.drift_description),
                "calibration": term(placement.verdict),
                "quality": quality_words(result.quality),
                "engine": word(
                    "result.engine", engine=kinematics.engine, accuracy=kinematics.accuracy
                ),
                "solved": _time_words(kinematics),
                **_engine_check(result),
                "model": _model_words(result),
            },
            pose=pose,
        ),
        Text(),
        _sensor_quality(result),
        *([add_headings(make_table(*HEADING_COLUMNS), heading)] if heading.sensors else []),
        *render_clocks(recording),
        _angle_ranges(result),
        *(_running(result.running, result.name) if result.running else []),
    ]
    parts += listed(word("title.absent"), reasons({**kinematics.absent, **result.clinical.absent}))
    parts += listed(word("title.notes"), sentences(result.notes))
    parts += listed(word("title.defaults"), by_section(result.defaults))
    if files:
        names = ", ".join(path.name for path in files)
        parts += listed(word("title.files", folder=str(files[0].parent)), [names])
    return Group(*parts)


def _sensor_quality(result: Result) -> Table:
    """Return a row a sensor: gaps, how still it was, how well the model follows it."""
    aligned, placement = result.aligned, result.placement
    spreads = dict(zip(placement.sensors, np.rad2deg(placement.pose.spread_rad), strict=True))
    errors = dict(
        zip(result.kinematics.sensors, np.rad2deg(result.kinematics.errors_rad).T, strict=True)
    )
    table = make_table(
        "body", "|sensor", ">gaps", ">filled", ">absent_s", ">pose", ">error", ">worst"
    )
    table.title = word("title.quality")
    table.title_justify = "left"
    for body, row in zip(aligned.bodies, aligned.ledger.sensors, strict=True):
        table.add_row(
            body,
            row.identifier,
            str(row.gaps),
            str(row.filled_gaps),
            number(row.absent_samples / aligned.rate_hz, ".2f"),
            number(spreads[row.sensor], ".2f") if row.sensor in spreads else "-",
            *_rms_and_max(errors.get(row.sensor)),
        )
    return table


def _model_words(result: Result) -> str:
    model, said = result.model, told(result.model.told)
    names_itself = not model.source or model.source.startswith(model.name)
    return said if names_itself else word("result.model", name=model.name, source=said)


def _time_words(kinematics: Kinematics) -> str:
    if kinematics.compile_s < 1.0:
        return word("result.solved", seconds=kinematics.solve_s)
    return word("result.compiled", seconds=kinematics.solve_s, compile_s=kinematics.compile_s)


def _origin_words(result: Result) -> dict[str, str]:
    """Return where the orientations come from, one phrase a kind."""
    counts = Counter((origin.origin, told(origin.reason)) for origin in result.recording.origins)
    words = (
        word(
            "result.origin",
            sensors=counted("sensors", n),
            kind=word(f"result.{kind.replace(' ', '_').lower()}"),
            why=why,
        )
        for (kind, why), n in counts.items()
    )
    return {"orientations": "; ".join(words)} if counts else {}


def _engine_check(result: Result) -> dict[str, str]:
    check = result.engine_check
    if check is None:
        return {}
    return {
        "checked": word(
            "result.checked",
            frames=check.frames,
            apart_deg=float(np.rad2deg(check.max_difference_rad)),
            excess=float(check.max_excess_rad2),
        )
    }


def _rms_and_max(values: FloatArray | None) -> tuple[str, str]:
    present = np.array([]) if values is None else values[np.isfinite(values)]
    if not present.size:
        return "-", "-"
    return number(np.sqrt(np.mean(present**2)), ".2f"), number(present.max(), ".1f")


def _angle_ranges(result: Result) -> Table:
    table = make_table("angle_degrees", ">lowest", ">highest", ">range", "positive")
    table.title = word("title.ranges")
    table.title_justify = "left"
    for definition, column in zip(
        result.clinical.definitions, np.rad2deg(result.clinical.values_rad).T, strict=True
    ):
        present = column[np.isfinite(column)]
        if present.size:
            low, high = present.min(), present.max()
            table.add_row(
                definition.name,
                number(low, ".1f"),
                number(high, ".1f"),
                number(high - low, ".1f"),
                spoken().text(f"angle.{definition.name}.brief", definition.brief),
            )
    return table


def _running(running: RunningAnalysis, name: str) -> list[RenderableType]:
    """Return strides, measures and findings."""
    parts: list[RenderableType] = [
        heading_line(word("title.strides")),
        facts_grid(stride_facts(running)),
    ]
    if running.strides.kept.any():
        table = make_table("measure", "side", ">mean", ">interval", ">spread", ">strides")
        table.title = word("title.measures", name=name)
        table.title_justify = "left"
        parts.append(add_measures(table, running))
    parts += listed(word("title.changes"), trend_lines(running))
    disclaimer = spoken().text("guidance.disclaimer", DISCLAIMER)
    parts += listed(word("title.findings", disclaimer=disclaimer), finding_lines(running))
    parts += listed(word("title.drills"), drill_lines(running))
    return parts
