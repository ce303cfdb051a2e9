"""Where the command line prints, and the bars that it draws while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is: names may hold brackets or colons."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


@contextmanager
def show_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a callable (stage, done, total) that draws bars on stderr, if that is a terminal."""
    console = make_console(stderr=True)
    columns = (
        TextColumn("{task.description:<20}", markup=False),
        BarColumn(),
        TaskProgressColumn(markup=False),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield tell
