"""The command line: parses arguments, calls, prints; nothing else.

Heavy modules are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from opensim_pelvis.cli import populations
from opensim_pelvis.cli import results as cli_results
from opensim_pelvis.cli.debug.gather import DebugGroup, keep
from opensim_pelvis.cli.options import (
    Out,
    Overwrite,
    TrialPath,
    tables_of,
    with_settings,
)
from opensim_pelvis.cli.screen import examples
from opensim_pelvis.cli.screen.grouped_help import OUTPUT
from opensim_pelvis.cli.screen.words import counted, spoken, word
from opensim_pelvis.cli.spoken_command import SpokenCommand
from opensim_pelvis.errors import NoSensorsError, PluginError, SettingsError, TimelineError

app = typer.Typer(
    cls=DebugGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

command = partial(app.command, cls=SpokenCommand)


def main() -> None:
    """Run the command line; how it ends, and with which exit code, is `cli.screen.endings`."""
    from opensim_pelvis.cli.screen.endings import end, leave

    leave(end(app))


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"opensim-pelvis {version('opensim-pelvis')}")
        raise typer.Exit


@app.callback(epilog=examples.TOP_EXAMPLES)
def top(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
    debug: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write diagnostics for a fault report, without personal data."
        ),
    ] = None,
) -> None:
    """Pelvis, trunk and hip kinematics from wearable inertial sensors, with OpenSim."""


@command(epilog=examples.DEMO_EXAMPLES)
def demo(out: Out, overwrite: Overwrite = False) -> None:
    """Simulate a runner and analyse the recording."""
    from opensim_pelvis.cli.execute import execute
    from opensim_pelvis.cli.screen.console import waiting
    from opensim_pelvis.config.trial.run_request import read_request
    from opensim_pelvis.io.output import check_output
    from opensim_pelvis.simulate.demo import DEMO_NAME, deliver_demo

    check_output(out, DEMO_NAME, overwrite=overwrite)
    typer.echo(word("command.demo_before"))
    tables = {"report": {"language": spoken().source}}
    with waiting("simulating"):
        trial = deliver_demo(out, overwrite=overwrite)
    settings, defaults = read_request(trial, tables)
    execute(settings, defaults, out, overwrite=overwrite)
    typer.echo("\n" + word("command.demo_after"))


@command(epilog=examples.RUN_EXAMPLES)
@with_settings("run")
def run(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="Trial file (.toml), a folder with a trial.toml, or a recording: file or folder.",
        ),
    ],
    out: Out,
    sensors: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Body of each sensor: TOML, or OpenSense's myIMUMappings.xml.",
            rich_help_panel="Sensors and calibration",
        ),
    ] = None,
    sensor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID=BODY",
            help="Body of one sensor. [repeatable]",
            rich_help_panel="Sensors and calibration",
        ),
    ] = None,
    overwrite: Overwrite = False,
    **flags: Any,
) -> None:
    """Analyse a recording: angles, gait events, measures, report.

    Flags take precedence over the trial file. The trial file that `opensim-pelvis init` writes
    describes every setting.
    """
    from opensim_pelvis.cli.execute import execute
    from opensim_pelvis.config.trial.run_request import read_request
    from opensim_pelvis.config.trial.trial_file import find_trial

    path = find_trial(path) or path
    tables = tables_of(flags) | {"report": {"language": spoken().source}}
    settings, defaults = read_request(path, tables, sensor_map=sensors, sensors=sensor or ())
    told = [sensors] if sensors is not None else []
    execute(settings, defaults, out, sources=told, overwrite=overwrite)


@command(epilog=examples.INSPECT_EXAMPLES)
@with_settings("inspect")
def inspect(path: TrialPath, **flags: Any) -> None:
    """Show sensors, signals, sampling rates and gaps."""
    from opensim_pelvis.cli.screen.console import make_console, waiting

    with waiting("starting up"):
        from opensim_pelvis.cli.screen.file_contents import render_contents
        from opensim_pelvis.cli.screen.recordings import render_recording
        from opensim_pelvis.config.trial.run_request import read_request
        from opensim_pelvis.io.reading import read_without_rate
        from opensim_pelvis.notices import Notice, notice
        from opensim_pelvis.timeline.align import audit_recording
        from opensim_pelvis.timeline.clocks import unify_clocks
        from opensim_pelvis.timeline.integrity import describe_ledger
        from opensim_pelvis.timeline.matching import match_sensors

    settings, _ = read_request(path, tables_of(flags))
    try:
        with waiting("reading"):
            recording = read_without_rate(settings.recording)
    except NoSensorsError as found:
        make_console().print(render_contents(found.contents))
        return
    keep(settings=settings, recording=recording)
    warnings: tuple[Notice, ...] = ()
    ledger, worn = None, {}
    try:
        recording = unify_clocks(recording, settings.timeline)
        ledger = audit_recording(recording, max_gap_s=settings.timeline.max_gap_s)
        warnings += describe_ledger(ledger, recording.rate_hz)
        if settings.sensors:
            pairs = match_sensors(recording, settings.sensors)
            worn = {signals.identifier: body for signals, body in pairs}
    except (TimelineError, SettingsError) as fault:
        warnings += (notice("timeline.impossible", error=type(fault).__name__, text=str(fault)),)
    make_console().print(render_recording(recording, ledger, worn, warnings))


@command()
def readers() -> None:
    """List the supported file formats."""
    from opensim_pelvis.cli.screen.console import make_console
    from opensim_pelvis.cli.screen.recordings import reader_words, render_readers
    from opensim_pelvis.io.registry import READERS, list_plugins, load_reader

    found: dict[str, tuple[str, str, str]] = {}
    broken: list[str] = []
    for name in list_plugins(READERS):
        try:
            plugin = load_reader(name)
            found[name] = reader_words(name, plugin)
        except PluginError as fault:
            broken.append(str(fault))
    make_console().print(render_readers(found, broken))


@command(epilog=examples.INIT_EXAMPLES)
@with_settings("init")
def init(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A recording: file or folder.")],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE", help="The trial file to write.", rich_help_panel=OUTPUT),
    ] = Path("trial.toml"),
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            "--force",
            help="Replace a trial file that init wrote.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    **flags: Any,
) -> None:
    """Write a trial file with every setting, to fill in."""
    from opensim_pelvis.cli.screen.console import waiting

    with waiting("starting up"):
        from opensim_pelvis.calibration.wearers.suggest import suggest_wearers
        from opensim_pelvis.config.trial.run_request import read_request
        from opensim_pelvis.config.trial.template import FIRST_LINE, write_trial
        from opensim_pelvis.io.delivery import check_file
        from opensim_pelvis.io.reading import read_recording

    check_file(out, sources=(path,), first_line=FIRST_LINE, kept=True, overwrite=overwrite)
    settings, _ = read_request(path, tables_of(flags))
    with waiting("reading"):
        recording = read_recording(settings.recording)
        write_trial(out, recording, settings.recording, suggest_wearers(recording, path))
    sensors = counted("sensors", len(recording.sensors))
    typer.echo(word("command.enter_bodies", file=str(out), sensors=sensors))
    typer.echo(f"  opensim-pelvis run {out} --out results/")


@command()
def selftest() -> None:
    """Test this installation on simulated recordings."""
    from opensim_pelvis.cli.debug.gather import versions
    from opensim_pelvis.cli.screen.checks import outcome_line
    from opensim_pelvis.cli.screen.console import awaited
    from opensim_pelvis.cli.screen.endings import EXIT_ERROR
    from opensim_pelvis.cli.selftest.run import run_checks

    typer.echo(", ".join(f"{name} {version}" for name, version in versions().items()))
    failed = 0
    for outcome in awaited(run_checks(), "checking"):
        failed += bool(outcome.why)
        typer.echo(outcome_line(outcome))
    typer.echo(word("command.failed", count=failed) if failed else word("command.passed"))
    if failed:
        raise typer.Exit(EXIT_ERROR)


command(epilog=examples.COHORT_EXAMPLES)(populations.cohort)
command(epilog=examples.REFERENCE_EXAMPLES)(populations.reference)
command(epilog=examples.REPEATABILITY_EXAMPLES)(populations.repeatability)
command(epilog=examples.REPORT_EXAMPLES)(cli_results.report)
command()(cli_results.texts)
command(epilog=examples.COMPARE_EXAMPLES)(cli_results.compare)
command(epilog=examples.POOL_EXAMPLES)(populations.pool)
