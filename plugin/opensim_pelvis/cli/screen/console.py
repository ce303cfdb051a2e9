"""Where the command line prints, and the bars that it draws while it works."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.segment import Segment

from opensim_pelvis.cli.screen.words import term
from opensim_pelvis.notices.plain_words import harmless

if TYPE_CHECKING:
    from opensim_pelvis import types

Item = TypeVar("Item")


class SafeConsole(Console):
    """A console that shows control characters of names, and does not obey them."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render, each piece of text made harmless."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else harmless(text), style, control)

    def on_broken_pipe(self) -> None:
        """Leave it to the end of the command, which knows what the exit code is."""
        raise BrokenPipeError(errno.EPIPE, "closed")


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: names may hold brackets or colons."""
    return SafeConsole(stderr=stderr, markup=False, highlight=False, emoji=False)


@contextmanager
def show_progress() -> Iterator[types.Progress]:
    """Give a callable (stage, done, total) that draws bars on stderr, if that is a terminal.

    Nobody knows how long a stage of one step takes: its bar moves without a share until it is done.
    """
    console = make_console(stderr=True)
    columns = (
        TextColumn("{task.description:<20}", markup=False),
        BarColumn(bar_width=None),
        TaskProgressColumn(
            "{task.percentage:>3.0f} %", text_format_no_percentage="     ", markup=False
        ),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            share = None if (done, total) == (0, 1) else total
            if stage not in tasks:
                tasks[stage] = bars.add_task(term(stage), total=share)
            bars.update(tasks[stage], completed=done, total=share)

        yield tell


@contextmanager
def waiting(stage: str) -> Iterator[None]:
    """Show an indeterminate progress bar during a task of unknown duration."""
    with show_progress() as tell:
        tell(stage, 0, 1)
        yield


def awaited(items: Iterable[Item], stage: str) -> Iterator[Item]:
    """Yield items one by one, each after a moving bar."""
    found = iter(items)
    while True:
        with waiting(stage):
            try:
                item = next(found)
            except StopIteration:
                return
        yield item
