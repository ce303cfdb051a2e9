"""The command line: parses arguments, calls, prints; nothing else.

Heavy modules are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from opensim_pelvis import cli_results
from opensim_pelvis.cli_options import (
    Date,
    Mapping_,
    Out,
    Overwrite,
    Rate,
    Reader,
    TrialPath,
    UpAxis,
    from_here,
    recording_flags,
)
from opensim_pelvis.debug.gather import DebugGroup, keep
from opensim_pelvis.errors import NoSensorsError, PluginError, SettingsError, TimelineError
from opensim_pelvis.screen import examples

app = typer.Typer(
    cls=DebugGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; how it ends, and with which exit code, is `screen.endings`."""
    from opensim_pelvis.screen.endings import end, leave

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
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write what a report of a fault needs; nothing personal."
        ),
    ] = None,
) -> None:
    """Pelvic rotation from wearable motion sensors, with OpenSim."""


@app.command(epilog=examples.DEMO_EXAMPLES)
def demo(out: Out, overwrite: Overwrite = False) -> None:
    """Run the whole job on a simulated runner."""
    from opensim_pelvis.cli_run import execute
    from opensim_pelvis.output import check_output
    from opensim_pelvis.simulate.demo import DEMO_NAME, deliver_demo
    from opensim_pelvis.trial.request import read_request

    check_output(out, DEMO_NAME, overwrite=overwrite)
    typer.echo("This demonstration is SIMULATED: no person was measured.")
    settings, defaults = read_request(deliver_demo(out, overwrite=overwrite), {})
    execute(settings, defaults, out, overwrite=overwrite)
    typer.echo("\nAll of this is SIMULATED data: no person was measured.")


@app.command(epilog=examples.RUN_EXAMPLES)
def run(
    path: TrialPath,
    out: Out,
    sensors: Annotated[
        Path | None, typer.Option(help="Sensor map: map.toml, or OpenSense's myIMUMappings.xml.")
    ] = None,
    sensor: Annotated[
        list[str] | None, typer.Option(metavar="ID=BODY", help="One sensor; may be repeated.")
    ] = None,
    static: Annotated[
        tuple[float, float] | None,
        typer.Option(metavar="T0 T1", help="Seconds of standing still; found unless given."),
    ] = None,
    calibration: Annotated[
        str | None, typer.Option(help="static, or movement where nobody stood still.")
    ] = None,
    heading_axis: Annotated[
        str | None,
        typer.Option(metavar="AXIS", help="Base sensor's axis that points forward: x -x y ..."),
    ] = None,
    base: Annotated[str | None, typer.Option(help="Body whose sensor gives the heading.")] = None,
    sensor_headings: Annotated[
        str | None, typer.Option(help="auto, common or body: where each sensor's heading is from.")
    ] = None,
    drift: Annotated[str | None, typer.Option(help="auto or none: slow turns of sensors.")] = None,
    placement: Annotated[
        Path | None,
        typer.Option(help="Earlier results with the sensors as now: folder, summary or .osim."),
    ] = None,
    orientations: Annotated[
        str | None, typer.Option(help="vendor (where there are any) or fused from raw signals.")
    ] = None,
    magnetometer: Annotated[
        bool | None,
        typer.Option("--magnetometer/--no-magnetometer", help="Heading from the magnetic field."),
    ] = None,
    gyroscope: Annotated[
        str | None, typer.Option(help="mean or instant: what a gyroscope sample is, for fusion.")
    ] = None,
    reader: Reader = None,
    rate: Rate = None,
    up_axis: UpAxis = None,
    mapping: Mapping_ = None,
    name: Annotated[str | None, typer.Option(help="What the results are called.")] = None,
    date: Date = None,
    sync: Annotated[
        str | None, typer.Option(help="Own clocks by: auto, movement, trigger or start.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Another OpenSim model.")] = None,
    engine: Annotated[str | None, typer.Option(help="exact, opensim or opensim-tool.")] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BODY=W", help="Say of a body's sensor, 1 unless given: tibia=0.02; repeatable."
        ),
    ] = None,
    check_engine: Annotated[
        bool | None,
        typer.Option("--check-engine", help="Solve a sample of frames with OpenSim too."),
    ] = None,
    max_gap: Annotated[float | None, typer.Option(help="Longest hole to bridge, seconds.")] = None,
    subject: Annotated[str | None, typer.Option(help="Identifier of the person.")] = None,
    sex: Annotated[str | None, typer.Option(help="female or male.")] = None,
    height: Annotated[float | None, typer.Option(help="Metres; scales the model.")] = None,
    mass: Annotated[float | None, typer.Option(help="Kilograms; scales the model.")] = None,
    activity: Annotated[str | None, typer.Option(help="running or walking.")] = None,
    speed: Annotated[float | None, typer.Option(help="Metres a second.")] = None,
    surface: Annotated[str | None, typer.Option(help="treadmill or overground.")] = None,
    speed_file: Annotated[
        Path | None, typer.Option(help="Speed over time: csv, or a watch's GPX, TCX or FIT.")
    ] = None,
    speed_start: Annotated[
        float | None, typer.Option(help="When the watch's track starts, seconds of the results.")
    ] = None,
    events_file: Annotated[
        Path | None, typer.Option(help="Contacts and toe-offs from elsewhere: csv or C3D.")
    ] = None,
    events_start: Annotated[
        float | None, typer.Option(help="When that C3D's first frame is, seconds of the results.")
    ] = None,
    events: Annotated[
        str | None, typer.Option(help="imported (events that are given win) or sensors.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Turn a recording into OpenSim files and angles."""
    flags = {
        "recording": recording_flags(reader, rate, up_axis, mapping, name, date),
        "fusion": {
            "orientations": orientations,
            "magnetometer": magnetometer,
            "gyroscope": gyroscope,
        },
        "timeline": {"synchronise": sync},
        "calibration": {
            "method": calibration,
            "window_s": static,
            "heading_axis": heading_axis,
            "base": base,
            "sensor_headings": sensor_headings,
            "drift": drift,
            "placement": from_here(placement),
        },
        "subject": {"id": subject, "sex": sex, "height_m": height, "mass_kg": mass},
        "activity": {
            "kind": activity,
            "speed_mps": speed,
            "surface": surface,
            "speed_file": from_here(speed_file),
            "speed_start_s": speed_start,
            "events_file": from_here(events_file),
            "events_start_s": events_start,
            "events": events,
        },
        "solver": {
            "model": from_here(model),
            "engine": engine,
            "check_engine": check_engine,
            "max_gap_s": max_gap,
        },
    }
    from opensim_pelvis.cli_run import execute
    from opensim_pelvis.trial.request import read_request

    settings, defaults = read_request(
        path, flags, sensor_map=sensors, sensors=sensor or (), weights=weight or ()
    )
    told = [sensors] if sensors is not None else []
    execute(settings, defaults, out, sources=told, overwrite=overwrite)


@app.command(epilog=examples.INSPECT_EXAMPLES)
def inspect(
    path: TrialPath,
    reader: Reader = None,
    rate: Rate = None,
    up_axis: UpAxis = None,
    mapping: Mapping_ = None,
) -> None:
    """Show what a recording holds, and its gaps."""
    from opensim_pelvis.notices import Notice, notice
    from opensim_pelvis.reading import read_without_rate
    from opensim_pelvis.screen.console import make_console
    from opensim_pelvis.screen.contents import render_contents
    from opensim_pelvis.screen.tables import render_recording
    from opensim_pelvis.timeline.align import audit_recording
    from opensim_pelvis.timeline.clocks import unify_clocks
    from opensim_pelvis.timeline.integrity import describe_ledger
    from opensim_pelvis.timeline.matching import match_sensors
    from opensim_pelvis.trial.request import read_request

    flags = {"recording": recording_flags(reader, rate, up_axis, mapping, None)}
    settings, _ = read_request(path, flags)
    try:
        recording = read_without_rate(settings.recording)
    except NoSensorsError as found:
        make_console().print(render_contents(found.contents))
        return
    keep(settings=settings, recording=recording)
    warnings: tuple[Notice, ...] = ()
    ledger, worn = None, {}
    try:
        recording = unify_clocks(recording, settings.timeline)
        ledger = audit_recording(recording, max_gap_s=settings.solver.max_gap_s)
        warnings += describe_ledger(ledger, recording.rate_hz)
        if settings.sensors:
            pairs = match_sensors(recording, settings.sensors)
            worn = {signals.identifier: body for signals, body in pairs}
    except (TimelineError, SettingsError) as fault:
        warnings += (notice("timeline.impossible", error=type(fault).__name__, text=str(fault)),)
    make_console().print(render_recording(recording, ledger, worn, warnings))


@app.command()
def readers() -> None:
    """List the formats that are understood."""
    from opensim_pelvis.registry import READERS, list_plugins, load_reader
    from opensim_pelvis.screen.console import make_console
    from opensim_pelvis.screen.tables import render_readers

    found: dict[str, tuple[str, str, str]] = {}
    broken: list[str] = []
    for name in list_plugins(READERS):
        try:
            plugin = load_reader(name)
            found[name] = (plugin.description, plugin.gives, plugin.tried_on)
        except PluginError as fault:
            broken.append(str(fault))
    make_console().print(render_readers(found, broken))


@app.command(epilog=examples.INIT_EXAMPLES)
def init(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A recording: file or folder.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Trial file.")] = Path("trial.toml"),
    overwrite: Annotated[
        bool, typer.Option("--overwrite", "--force", help="Replace a file that init wrote.")
    ] = False,
    reader: Reader = None,
    rate: Rate = None,
    up_axis: UpAxis = None,
    mapping: Mapping_ = None,
) -> None:
    """Write a commented trial.toml to fill in."""
    from opensim_pelvis.delivery import check_file
    from opensim_pelvis.reading import read_recording
    from opensim_pelvis.trial.request import read_request
    from opensim_pelvis.trial.template import FIRST_LINE, write_trial

    check_file(out, sources=(path,), first_line=FIRST_LINE, kept=True, overwrite=overwrite)
    flags = {"recording": recording_flags(reader, rate, up_axis, mapping, None)}
    settings, _ = read_request(path, flags)
    recording = read_recording(settings.recording)
    write_trial(out, recording, settings.recording)
    typer.echo(f"{out}: {len(recording.sensors)} sensors listed. Say who wore which, then:")
    typer.echo(f"  opensim-pelvis run {out} --out results/")


@app.command()
def selftest() -> None:
    """Try this installation on a simulated run."""
    from opensim_pelvis.debug.gather import versions
    from opensim_pelvis.screen.endings import EXIT_ERROR
    from opensim_pelvis.selftest.run import run_checks

    typer.echo(", ".join(f"{name} {version}" for name, version in versions().items()))
    failed = 0
    for outcome in run_checks():
        failed += bool(outcome.why)
        typer.echo(outcome.line)
    typer.echo(f"{failed} failed" if failed else "all checks passed")
    if failed:
        raise typer.Exit(EXIT_ERROR)


app.command()(cli_results.cohort)
app.command(epilog=examples.REPORT_EXAMPLES)(cli_results.report)
app.command()(cli_results.texts)
app.command(epilog=examples.COMPARE_EXAMPLES)(cli_results.compare)
app.command(epilog=examples.POOL_EXAMPLES)(cli_results.pool)
