"""What the commands `run` and `demo` do with their settings: run, write, show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from opensim_pelvis import pipeline
from opensim_pelvis.cli.debug.gather import keep, timed
from opensim_pelvis.cli.screen.console import make_console, show_progress
from opensim_pelvis.cli.screen.endings import EXIT_INCOMPLETE
from opensim_pelvis.cli.screen.tables import render_result
from opensim_pelvis.cli.screen.words import speaking, word
from opensim_pelvis.config.settings import TrialSettings
from opensim_pelvis.io.delivery import check_writable
from opensim_pelvis.io.output import check_output, write
from opensim_pelvis.report.lab import lab_of
from opensim_pelvis.types import Recording


def execute(
    settings: TrialSettings,
    defaults: tuple[str, ...],
    out: Path,
    *,
    sources: Sequence[Path] = (),
    overwrite: bool,
) -> None:
    """Run the job, write its files and show the table at the end.

    Raises
    ------
    typer.Exit
        With `EXIT_INCOMPLETE` when an exporter failed without which the others can be written.
    """

    def accept(recording: Recording) -> None:
        inputs = tuple(file.sha256 for file in recording.files)
        name = pipeline.name_of(recording, settings)
        check_output(out, name, settings, inputs=inputs, sources=sources, overwrite=overwrite)

    check_writable(out)
    lab = lab_of(settings.report)  # a fault in it is told before the work, not after
    settings = replace(settings, report=replace(settings.report, language=lab.texts))
    keep(settings=settings)
    with speaking(lab.language):
        with show_progress() as tell:
            result = pipeline.run_trial(
                settings, defaults=defaults, progress=timed(tell), accept=accept
            )
            keep(recording=result.recording, notes=result.notes)
            written = write(result, out, sources=sources, overwrite=overwrite)
        make_console().print(render_result(result, written.files))
        for exporter, why in written.missing.items():
            typer.echo(word("command.missing", exporter=exporter, why=why), err=True)
    if written.missing:
        raise typer.Exit(EXIT_INCOMPLETE)
