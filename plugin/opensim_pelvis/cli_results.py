"""The commands that start from results: parse, call, print; nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from opensim_pelvis.cli_options import Out, Overwrite


def cohort(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULT...", help="Summaries of runs, or folders.")
    ],
    out: Out,
    overwrite: Overwrite = False,
) -> None:
    """Put many runs side by side: tables, correlations and a figure."""
    import json

    from opensim_pelvis.cohort.write import write_cohort

    written = write_cohort(results, out, overwrite=overwrite)
    facts = json.loads((out / "cohort.json").read_text(encoding="utf-8"))
    for name in facts["sessions_without_strides"]:
        typer.echo(f"{name}: no stride of it was kept, so it has no measures", err=True)
    for copy in facts["copies"]:
        typer.echo(copy, err=True)
    for path in written:
        typer.echo(str(path))


def report(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT...", help="NAME_report.json of runs, or their folders."),
    ],
    out: Out,
    lab: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Laboratory's name, logo and sections.")
    ] = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="Single figures and tables as files, too.")
    ] = False,
    agreement: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Folder that compare wrote: a section of the report. One a recording.",
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Make reports again, and one of several recordings side by side."""
    from opensim_pelvis.report.again import write_reports
    from opensim_pelvis.report.lab import read_lab

    for path in write_reports(
        results,
        out,
        read_lab(lab),
        parts=parts,
        agreements=agreement or (),
        overwrite=overwrite,
    ):
        typer.echo(str(path))


def texts(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Translation, such as de.po.")],
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language of a new file: de, pt-BR, ...")
    ] = None,
    earlier: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Texts in TOML of an earlier version."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin the file anew.")] = False,
) -> None:
    """Write all texts to translate, or bring a translation to the texts of today."""
    from opensim_pelvis.language import read_language, state_of
    from opensim_pelvis.translation import all_texts, write_texts

    path = write_texts(file, code=language, earlier=earlier, overwrite=overwrite)
    state = state_of(read_language(path), all_texts())
    typer.echo(
        f"{path}: {len(state.done)} texts translated, {len(state.fuzzy)} fuzzy, "
        f"{len(state.missing)} missing, {len(state.unfit)} with other names in braces"
    )
    typer.echo("Translate msgid into msgstr; then: --language FILE, or texts = in the lab file.")


def compare(
    estimate: Annotated[Path, typer.Argument(metavar="RESULT", help="Folder, .mot or .sto.")],
    reference: Annotated[
        Path, typer.Argument(metavar="REFERENCE", help=".c3d, .trc, .mot, .sto or a folder.")
    ],
    out: Out,
    reference_kind: Annotated[
        str | None,
        typer.Option("--reference", help="markers, angles (Plug-in Gait), ik, rotations."),
    ] = None,
    markers: Annotated[
        Path | None, typer.Option(help='File with a table [markers]: LASI = "your name" ...')
    ] = None,
    up_axis: Annotated[
        str | None, typer.Option(metavar="AXIS", help="Upward axis of the laboratory: z, y, ...")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Model: with markers, or that of a .mot.")
    ] = None,
    static_trial: Annotated[
        Path | None, typer.Option(help="Markers of the person standing: scales the model.")
    ] = None,
    offset: Annotated[float | None, typer.Option(help="Add seconds to RESULT; else found.")] = None,
    drift: Annotated[float | None, typer.Option(help="Parts in a million, with --offset.")] = None,
    window: Annotated[
        tuple[float, float] | None,
        typer.Option(metavar="T0 T1", help="Part of the reference to compare, seconds."),
    ] = None,
    heading_on: Annotated[str | None, typer.Option(help="Fit heading: still or whole.")] = None,
    body_offset: Annotated[str, typer.Option(help="Of bodies: none, still or whole.")] = "none",
    surface: Annotated[str | None, typer.Option(help="treadmill or overground.")] = None,
    lab: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Laboratory's name, logo and sections.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Set a result against optical motion capture.

    The report of RESULT (a folder) is made again beside the numbers, with a section on the
    agreement: how far the two differ, both curves, clocks, and how they were brought together.
    """
    from opensim_pelvis.delivery import check_entries_of, deliver
    from opensim_pelvis.report.again import stage_reports, views_of
    from opensim_pelvis.report.lab import read_lab
    from opensim_pelvis.screen.comparison import render_comparison
    from opensim_pelvis.screen.console import make_console
    from opensim_pelvis.validation.compare import compare as compare_recordings
    from opensim_pelvis.validation.request import read_comparison
    from opensim_pelvis.validation.write import files_of_comparison, set_of, write_comparison

    settings = read_comparison(
        estimate,
        reference,
        kind=reference_kind,
        names=markers,
        up_axis=up_axis,
        model=model,
        static_trial=static_trial,
        offset_s=offset,
        drift_ppm=drift,
        window_s=window,
        heading_on=heading_on,
        body_offset=body_offset,
        surface=surface,
    )
    check_entries_of(set_of(settings, out, overwrite=overwrite), files_of_comparison(settings))
    laboratory = read_lab(lab)
    comparison = compare_recordings(settings)
    with deliver(set_of(settings, out, comparison, overwrite=overwrite)) as staged:
        files = [*write_comparison(comparison, staged.folder)]
        files += stage_reports(views_of(estimate, staged.folder), staged.folder, laboratory)
    make_console().print(render_comparison(comparison, [out / path.name for path in files]))


def pool(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR ...", help="Folders that compare wrote.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Table, csv.")] = Path("pooled.csv"),
) -> None:
    """Pool comparisons of several people."""
    from opensim_pelvis.screen.comparison import render_pooled
    from opensim_pelvis.screen.console import make_console
    from opensim_pelvis.validation.pooling import pool_folders, write_pooled

    pooled = pool_folders(folders)
    make_console().print(render_pooled(pooled, write_pooled(pooled, out)))
