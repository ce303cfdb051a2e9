"""Options that several commands share: what they are called, what their help says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from opensim_pelvis.cli.screen.grouped_help import OUTPUT
from opensim_pelvis.config.trial.setting_definitions import (
    SettingDefinition,
    default_words,
    of_command,
)
from opensim_pelvis.io.interruption import remember_output

TrialPath = Annotated[
    Path, typer.Argument(metavar="PATH", help="Trial file (.toml), or a recording: file or folder.")
]
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="Folder for the results; created if it does not exist.",
        callback=remember_output,
        rich_help_panel=OUTPUT,
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help="Also replace results of another person or recording, or files that were edited; "
        "never files that this program did not write.",
        rich_help_panel=OUTPUT,
    ),
]
Lab = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Laboratory file: name, logo and choice of report sections.",
        rich_help_panel="Content",
    ),
]

_SESSIONS: Final = "Changes between sessions"
RepeatabilityFile = Annotated[
    Path | None,
    typer.Option(
        "--repeatability",
        metavar="FILE",
        help="Your own repeatability (TOML), as the command repeatability writes it.",
        rich_help_panel=_SESSIONS,
    ),
]
SlopesFile = Annotated[
    Path | None,
    typer.Option(
        "--slopes",
        metavar="FILE",
        help="How measures of this person go with speed (TOML): value, u95 and unit of each.",
        rich_help_panel=_SESSIONS,
    ),
]

_TYPES: Final[Mapping[str, Any]] = {
    "number": float,
    "switch": bool,
    "path": Path,
    "window": tuple[float, float],
    "weights": list[str],
}
"""What the words of a flag become, by the kind of its setting; text where none stands here."""
_METAVARS: Final = {"path": "FILE", "date": "WHEN", "window": "T0 T1", "weights": "BODY=W"}

Function = TypeVar("Function", bound=Callable[..., None])


def with_settings(command: str) -> Callable[[Function], Function]:
    """Give a command the flags of settings that are defined for it, in place of ``**flags``."""

    def decorate(function: Function) -> Function:
        vars(function).pop("__signature__", None)
        signature = inspect.signature(function, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        flags = [_parameter(one) for one in of_command(command)]
        needed = [p for p in own if p.default is p.empty]
        rest = [p for p in own if p.default is not p.empty]
        made = signature.replace(parameters=[*needed, *rest, *flags])
        function.__signature__ = made  # type: ignore[attr-defined]
        return function

    return decorate


def tables_of(flags: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the values of flags as tables of a trial file; paths are seen from here."""
    tables: dict[str, dict[str, Any]] = {}
    for name, value in flags.items():
        section, _, key = name.partition("__")
        told = value.absolute() if isinstance(value, Path) else value
        tables.setdefault(section, {})[key] = told
    return tables


def _parameter(one: SettingDefinition) -> inspect.Parameter:
    kind = _TYPES.get(one.kind, str) | None
    option = typer.Option(
        one.flag,
        metavar=_metavar(one),
        help=_help(one),
        rich_help_panel=one.group,
        autocompletion=_completion(one),
    )
    return inspect.Parameter(
        f"{one.section}__{one.key}",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind, option],
    )


def _completion(one: SettingDefinition) -> Callable[[str], list[str]] | None:
    """Return what gives a shell the values that begin as a word does; None where any value goes."""

    def beginning(incomplete: str) -> list[str]:
        return [choice for choice in one.choices if choice.startswith(incomplete)]

    return beginning if one.choices else None


def _metavar(one: SettingDefinition) -> str:
    if one.metavar:
        return one.metavar
    if one.choices:
        return "|".join(one.choices)
    return f"<{one.unit}>" if one.kind == "number" else _METAVARS.get(one.kind, "TEXT")


def _help(one: SettingDefinition) -> str:
    limits = [one.limits] if one.kind == "number" else []
    bare = [", ".join(one.choices)] if one.choices and one.metavar else []
    many = ["repeatable"] if one.kind == "weights" else []
    bare_default = one.kind == "switch" or one.not_given in {"none", "not stated"}
    default = [] if bare_default else [f"default: {default_words(one)}"]
    said = "; ".join([*limits, *bare, *many, *default])
    return f"{one.help} [{said}]" if said else one.help
