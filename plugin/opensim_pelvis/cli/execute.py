"""What the commands `run` and `demo` do with their settings: run, write, show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from opensim_pelvis.cli.debug.gather import keep, timed
from opensim_pelvis.cli.screen.console import make_console, show_progress
from opensim_pelvis.cli.screen.endings import EXIT_INCOMPLETE, verbose
from opensim_pelvis.cli.screen.words import speaking, word
from opensim_pelvis.config.settings import TrialSettings

if TYPE_CHECKING:
    from opensim_pelvis.io.output import Written
    from opensim_pelvis.types import Progress, Recording, Result


def execute(
    settings: TrialSettings,
    defaults: tuple[str, ...],
    out: Path,
    *,
    sources: Sequence[Path] = (),
    overwrite: bool,
) -> None:
    """Run the job, write its files, and show what was found; with -v all of it.

    Raises
    ------
    typer.Exit
        With `EXIT_INCOMPLETE` when an exporter failed without which the others can be written.
    """
    with show_progress() as tell:
        tell("starting up", 0, 1)  # libraries take seconds to load
        from opensim_pelvis.io.delivery import check_writable
        from opensim_pelvis.report.lab import lab_of

        check_writable(out)
        lab = lab_of(settings.report)  # a fault in it is told before the work, not after
        settings = replace(settings, report=replace(settings.report, language=lab.texts))
        keep(settings=settings)
        with speaking(lab.language):
            result, written = _run(settings, defaults, out, sources, overwrite, timed(tell))
    with speaking(lab.language):
        _show(result, written)
        for exporter, why in written.missing.items():
            typer.echo(word("command.missing", exporter=exporter, why=why), err=True)
    if written.missing:
        raise typer.Exit(EXIT_INCOMPLETE)


def _run(
    settings: TrialSettings,
    defaults: tuple[str, ...],
    out: Path,
    sources: Sequence[Path],
    overwrite: bool,
    tell: Progress,
) -> tuple[Result, Written]:
    from opensim_pelvis import pipeline
    from opensim_pelvis.io.output import check_output, write

    def accept(recording: Recording) -> None:
        inputs = tuple(file.sha256 for file in recording.files)
        name = pipeline.name_of(recording, settings)
        check_output(out, name, settings, inputs=inputs, sources=sources, overwrite=overwrite)

    tell("starting up", 1, 1)
    result = pipeline.run_trial(settings, defaults=defaults, progress=tell, accept=accept)
    keep(recording=result.recording, notes=result.notes)
    return result, write(result, out, sources=sources, overwrite=overwrite, progress=tell)


def _show(result: Result, written: Written) -> None:
    from opensim_pelvis.cli.screen.closing import attention, closing_lines
    from opensim_pelvis.cli.screen.tables import render_result

    console = make_console()
    above = [render_result(result, written.files)] if verbose() else attention(result)
    for part in (*above, *(("",) if above else ())):
        console.print(part)
    for line in closing_lines(result, written):
        console.print(line, soft_wrap=line.no_wrap or False)
