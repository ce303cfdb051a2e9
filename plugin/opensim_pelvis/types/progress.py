"""How far a run is: the one function that stages call."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, the work done and the work in all."""
