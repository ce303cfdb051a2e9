"""The commands that start from the results of a run: parse, call, print; nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from opensim_pelvis.cli.options import Lab, Out, Overwrite, RepeatabilityFile, SlopesFile
from opensim_pelvis.cli.screen.words import speaking, spoken

CONTENT: Final = "Content"
REFERENCE: Final = "Reference"
ALIGNMENT: Final = "Alignment"
"""Headings of groups of options."""


def report(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT", help="Results folders of run, or NAME_report.json files."),
    ],
    out: Out,
    lab: Lab = None,
    parts: Annotated[
        bool,
        typer.Option(
            "--parts", help="Also write each figure and table as a file.", rich_help_panel=CONTENT
        ),
    ] = False,
    agreement: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Folder that compare wrote; its agreement becomes a section. [repeatable]",
            rich_help_panel=CONTENT,
        ),
    ] = None,
    repeatability: RepeatabilityFile = None,
    slopes: SlopesFile = None,
    overwrite: Overwrite = False,
) -> None:
    """Re-render reports, and compare several recordings."""
    from opensim_pelvis.cli.screen.console import waiting

    with waiting("writing"):
        from opensim_pelvis.report.again import write_reports
        from opensim_pelvis.report.lab import lab_in
        from opensim_pelvis.report.sessions_of import Known
        from opensim_pelvis.sessions.repeatability_file import read_repeatability
        from opensim_pelvis.sessions.slopes import read_slopes

        known = Known(
            repeatability=None if repeatability is None else read_repeatability(repeatability),
            slopes={} if slopes is None else read_slopes(slopes),
        )
        written = write_reports(
            results,
            out,
            lab_in(lab, spoken().source),
            parts=parts,
            agreements=agreement or (),
            known=known,
            overwrite=overwrite,
        )
    for path in written:
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
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file by an untranslated one.")
    ] = False,
) -> None:
    """Write all texts for translation, or update a file."""
    from opensim_pelvis.cli.translation import all_texts, write_texts
    from opensim_pelvis.language import read_language, state_of

    path = write_texts(file, code=language, earlier=earlier, overwrite=overwrite)
    state = state_of(read_language(path), all_texts())
    typer.echo(
        f"{path}: {len(state.done)} texts translated, {len(state.fuzzy)} fuzzy, "
        f"{len(state.missing)} missing, {len(state.unfit)} with other names in braces"
    )
    typer.echo("Translate msgid into msgstr; then: --language FILE, or texts = in the lab file.")


def compare(
    estimate: Annotated[
        Path,
        typer.Argument(metavar="RESULT", help="Results folder of run, or a .mot or .sto file."),
    ],
    reference: Annotated[
        Path,
        typer.Argument(metavar="REFERENCE", help="A .c3d, .trc, .mot or .sto file, or a folder."),
    ],
    out: Out,
    reference_kind: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="markers|angles|ik|rotations",
            help="What is compared: markers, angles of Plug-in Gait, inverse kinematics on the "
            "markers (ik), or segment rotations of Theia3D. [default: by content]",
            rich_help_panel=REFERENCE,
        ),
    ] = None,
    markers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='Marker names: TOML with a table [markers], such as LASI = "your name".',
            rich_help_panel=REFERENCE,
        ),
    ] = None,
    up_axis: Annotated[
        str | None,
        typer.Option(
            metavar="AXIS",
            help="Upward axis of the laboratory frame, where the file does not state it. "
            "[x, -x, y, -y, z, -z]",
            rich_help_panel=REFERENCE,
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="OpenSim model for inverse kinematics on the markers, or the model of a .mot.",
            rich_help_panel=REFERENCE,
        ),
    ] = None,
    static_trial: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Markers of a static trial; scales the model.",
            rich_help_panel=REFERENCE,
        ),
    ] = None,
    marker_weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Weights of the markers in inverse kinematics: an OpenSim IKTaskSet or set-up "
            "(XML), TOML with lines such as LASI = 10, or a table of labels and weights. "
            "[default: all 1]",
            rich_help_panel=REFERENCE,
        ),
    ] = None,
    pelvis: Annotated[
        str | None,
        typer.Option(
            metavar="psis|asis-psis|asis",
            help="Markers that the pelvis of the reference follows: line of the PSIS, all four as "
            "a rigid body, or line of the ASIS. [default: asis, as in Plug-in Gait]",
            rich_help_panel=REFERENCE,
        ),
    ] = None,
    offset: Annotated[
        float | None,
        typer.Option(
            metavar="<s>",
            help="Added to the times of RESULT. [default: estimated from the movement]",
            rich_help_panel=ALIGNMENT,
        ),
    ] = None,
    drift: Annotated[
        float | None,
        typer.Option(
            metavar="<ppm>",
            help="Clock drift in parts per million, with --offset.",
            rich_help_panel=ALIGNMENT,
        ),
    ] = None,
    window: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="T0 T1",
            help="Part of the reference to compare, in seconds. [default: all]",
            rich_help_panel=ALIGNMENT,
        ),
    ] = None,
    heading_on: Annotated[
        str | None,
        typer.Option(
            metavar="still|whole",
            help="Heading offset between the systems: estimated in the static trial, or over the "
            "whole compared part. [default: the static trial, where both recorded it]",
            rich_help_panel=ALIGNMENT,
        ),
    ] = None,
    body_offset: Annotated[
        str,
        typer.Option(
            metavar="none|still|whole",
            help="Constant rotations between the segment definitions of the systems: kept, or "
            "removed as estimated in the static trial or over the whole compared part.",
            rich_help_panel=ALIGNMENT,
        ),
    ] = "none",
    surface: Annotated[
        str | None,
        typer.Option(
            metavar="treadmill|overground",
            help="Surface, for the direction of travel. [default: as in RESULT]",
            rich_help_panel=ALIGNMENT,
        ),
    ] = None,
    lab: Lab = None,
    overwrite: Overwrite = False,
) -> None:
    """Compare a result with optical motion capture.

    Writes agreement tables, curves and figures. Where RESULT is a results folder, its report is
    re-rendered with a section on the agreement.
    """
    from opensim_pelvis.cli.screen.agreement_table import render_comparison
    from opensim_pelvis.cli.screen.console import make_console, waiting
    from opensim_pelvis.io.delivery import check_entries_of, deliver
    from opensim_pelvis.report.again import stage_reports, views_of
    from opensim_pelvis.report.lab import lab_in
    from opensim_pelvis.validation.compare import compare as compare_recordings
    from opensim_pelvis.validation.compare_request import read_comparison
    from opensim_pelvis.validation.write_agreement import (
        files_of_comparison,
        set_of,
        write_comparison,
    )

    settings = read_comparison(
        estimate,
        reference,
        kind=reference_kind,
        names=markers,
        up_axis=up_axis,
        model=model,
        static_trial=static_trial,
        marker_weights=marker_weights,
        pelvis=pelvis,
        offset_s=offset,
        drift_ppm=drift,
        window_s=window,
        heading_on=heading_on,
        body_offset=body_offset,
        surface=surface,
    )
    check_entries_of(set_of(settings, out, overwrite=overwrite), files_of_comparison(settings))
    laboratory = lab_in(lab, spoken().source)
    with waiting("comparing"):
        comparison = compare_recordings(settings)
    wanted = set_of(settings, out, comparison, overwrite=overwrite)
    with waiting("writing"), deliver(wanted) as staged:
        files = [*write_comparison(comparison, staged.folder, laboratory.language)]
        files += stage_reports(views_of(estimate, staged.folder), staged.folder, laboratory)
    with speaking(laboratory.language):
        make_console().print(render_comparison(comparison, [out / path.name for path in files]))
