"""The help of a command with its options in named groups, as plain text of any width."""

from __future__ import annotations

from typing import Any, Final

from typer.core import TyperCommand

from opensim_pelvis.config.trial.setting_definitions import GROUPS

OUTPUT: Final = "Output"
"""Heading of the options that say where results go."""
_COLUMN: Final = 30
"""Width up to which flags stand beside their help."""
_ARGUMENTS: Final = "Arguments"
_OTHERS: Final = "Options"
_FIRST: Final = (_ARGUMENTS, *GROUPS)
_LAST: Final = (OUTPUT, _OTHERS)


class GroupedCommand(TyperCommand):
    """A command whose help lists options under the heading that each has (``rich_help_panel``)."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage line; Typer puts a required argument in braces."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece.replace("{", "").replace("}", "") for piece in pieces]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, then each group of options, the general ones last."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                groups.setdefault(_heading(parameter), []).append(_plain(parameter, *record))
        for heading in sorted(groups, key=_rank):
            with formatter.section(heading):
                formatter.write_dl(groups[heading], col_max=min(_COLUMN, formatter.width // 3))


def _plain(parameter: Any, name: str, text: str) -> tuple[str, str]:
    """Return a row of the help: an argument without its type, one space between sentences."""
    shown = name.partition(" <")[0] if _heading(parameter) == _ARGUMENTS else name
    return shown, text.replace(".  [", ". [")


def _heading(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _ARGUMENTS
    return getattr(parameter, "rich_help_panel", None) or _OTHERS


def _rank(heading: str) -> int:
    if heading in _FIRST:
        return _FIRST.index(heading)
    return len(_FIRST) + (1 + _LAST.index(heading) if heading in _LAST else 0)
