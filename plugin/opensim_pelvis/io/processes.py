"""Processes of our own, what one made by ``fork`` cannot use, and what must end before a fork.

Polars and Typst work with threads of their own. A fork has none of them: where the parent has read
a table or set a page already, a child that asks for another waits for ever. What asks here first
does the same without the library there, or in a process of its own; it is slower.
"""

from __future__ import annotations

import os
import sys
from threading import Thread
from typing import Final, Literal, TypeAlias

Library: TypeAlias = Literal["polars", "typst"]
"""Libraries with threads of their own."""


def python_module(name: str) -> list[str]:
    """Return the words that run a module of ours in a process of its own.

    The current folder is none of its places for modules (``-P``): it is the user's, and what lies
    there with a recording must not run.
    """
    return [sys.executable, "-P", "-m", name]


class _Fork:
    """The one state: threads and forks belong to the process."""

    def __init__(self) -> None:
        self.used: set[Library] = set()
        self.lost: set[Library] = set()
        self.thread: Thread | None = None


_fork: Final = _Fork()


def may_use(library: Library) -> bool:
    """Return whether a library answers in this process, which is then going to be asked."""
    if library in _fork.lost:
        return False
    _fork.used.add(library)
    return True


def finish_before_fork(thread: Thread) -> None:
    """Let a fork wait for a thread that holds locks of a library while it works."""
    _fork.thread = thread


def _before_fork() -> None:
    if _fork.thread is not None:
        _fork.thread.join()
        _fork.thread = None


def _after_fork() -> None:
    _fork.lost |= _fork.used
    _fork.used.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
