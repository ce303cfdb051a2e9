"""The commands over results of many people: parse, call, print; nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from opensim_pelvis.cli.options import Out, Overwrite, RepeatabilityFile, SlopesFile
from opensim_pelvis.cli.screen.grouped_help import OUTPUT
from opensim_pelvis.cli.screen.words import spoken, word

_Results = Annotated[
    list[Path],
    typer.Argument(metavar="RESULT", help="Results folders of run, or NAME_summary.json files."),
]
_Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace a file of this command.", rich_help_panel=OUTPUT),
]


def cohort(
    results: _Results,
    out: Out,
    repeatability: RepeatabilityFile = None,
    slopes: SlopesFile = None,
    overwrite: Overwrite = False,
) -> None:
    """Summarise many results: tables, correlations and a figure."""
    import json

    from opensim_pelvis.cli.screen.console import waiting
    from opensim_pelvis.notices import say_plain

    with waiting("writing"):
        from opensim_pelvis.cohort.write_cohort import write_cohort
        from opensim_pelvis.sessions.repeatability_file import read_repeatability
        from opensim_pelvis.sessions.slopes import read_slopes

        written = write_cohort(
            results,
            out,
            overwrite=overwrite,
            language=spoken(),
            own=None if repeatability is None else read_repeatability(repeatability),
            slopes=None if slopes is None else read_slopes(slopes),
        )
    facts = json.loads((out / "cohort.json").read_text(encoding="utf-8"))
    for name in facts["sessions_without_strides"]:
        typer.echo(word("command.no_strides", name=name), err=True)
    for copy in facts["notices"]:
        typer.echo(say_plain(copy, spoken()), err=True)
    for path in written:
        typer.echo(str(path))


def reference(
    results: _Results,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="The file to write (TOML), for run --reference.",
            rich_help_panel=OUTPUT,
        ),
    ] = Path("reference.toml"),
    overwrite: _Overwrite = False,
) -> None:
    """Make a reference of your own population."""
    from opensim_pelvis.cli.screen.console import waiting
    from opensim_pelvis.cli.screen.population_lines import population_lines
    from opensim_pelvis.notices import say

    with waiting("writing"):
        from opensim_pelvis.cohort.own_population import write_population

        made = write_population(results, out, overwrite=overwrite)
    for one in made.left_out:
        typer.echo(say(one, spoken()), err=True)
    for line in population_lines(made, out):
        typer.echo(line)


def repeatability(
    results: _Results,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="The file to write (TOML), for report --repeatability.",
            rich_help_panel=OUTPUT,
        ),
    ] = Path("repeatability.toml"),
    overwrite: _Overwrite = False,
) -> None:
    """Compute your own repeatability from repeated sessions."""
    from opensim_pelvis.cli.screen.console import waiting
    from opensim_pelvis.cli.screen.repeatability_lines import repeatability_lines
    from opensim_pelvis.notices import say

    with waiting("writing"):
        from opensim_pelvis.cohort.own_repeatability import write_repeatability

        made = write_repeatability(results, out, overwrite=overwrite)
    for one in made.left_out:
        typer.echo(say(one, spoken()), err=True)
    for line in repeatability_lines(made, out):
        typer.echo(line)


def pool(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR", help="Folders that compare wrote.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The table to write (CSV).")] = Path(
        "pooled.csv"
    ),
) -> None:
    """Pool comparisons of several people with a mixed model."""
    from opensim_pelvis.cli.screen.agreement_table import render_pooled
    from opensim_pelvis.cli.screen.console import make_console, waiting
    from opensim_pelvis.validation.pooling import pool_folders, write_pooled

    with waiting("comparing"):
        pooled = pool_folders(folders)
    make_console().print(render_pooled(pooled, write_pooled(pooled, out)))
