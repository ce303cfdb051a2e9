"""The flag --language, which every command has: what is shown is in that language from then on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from opensim_pelvis.cli.screen.grouped_help import OUTPUT, GroupedCommand
from opensim_pelvis.cli.screen.words import speaking, word
from opensim_pelvis.language import read_language, state_of


class SpokenCommand(GroupedCommand):
    """A command with --language, unless it has a flag of that name itself."""

    def __init__(self, name: str | None, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        if all(parameter.name != "language" for parameter in self.params):
            self.params.append(_language_option())


def _language_option() -> Any:
    shape = typer.Typer(add_completion=False)
    shape.command()(_with_language)
    option = typer.main.get_command(shape).params[0]
    option.expose_value = False
    return option


def _speak(context: typer.Context, name: Path | None) -> Path | None:
    if name is None or context.resilient_parsing:
        return None
    from opensim_pelvis.cli.translation import all_texts

    language = read_language(name.absolute() if name.suffix else name)
    context.with_resource(speaking(language))
    if language.source is not None:
        state = state_of(language, all_texts())
        counts = {key: len(getattr(state, key)) for key in ("missing", "fuzzy", "unfit")}
        if any(counts.values()):
            typer.echo(word("command.language", file=str(name), **counts), err=True)
    return name


def _with_language(
    language: Annotated[
        Path | None,
        typer.Option(
            metavar="CODE|FILE",
            help="Language of screen, report and notices: a code, or a translation (.po).",
            callback=_speak,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
) -> None:
    """Give typer something to make the flag of."""
