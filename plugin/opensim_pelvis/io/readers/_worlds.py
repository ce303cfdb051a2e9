"""Which way is up in the world of a recording, and where that is known from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from opensim_pelvis.frames import UpAxis
from opensim_pelvis.notices import Notice, notice, say


def describe_world(user_up: UpAxis | None, mapped_up: UpAxis | None, mapping: Path) -> Notice:
    """Return the upward axis that the user, or else a mapping file, states."""
    if user_up is not None:
        return notice("world.user", up=user_up)
    if mapped_up is not None:
        return notice("world.mapping", up=mapped_up, file=mapping.name)
    return notice("world.none")


def join_worlds(worlds: Iterable[Notice]) -> Notice:
    """Return the worlds of all files as one notice, each once."""
    several = sorted(set(worlds), key=say)
    return several[0] if len(several) == 1 else notice("world.several", worlds=several)
