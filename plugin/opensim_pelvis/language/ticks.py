"""Numbers along the axes of matplotlib's figures, in the form of a language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from opensim_pelvis.language.lookup import Language

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_ticks(figures: Iterable[Figure], language: Language) -> None:
    """Give every axis of figures its numbers in the form of a language."""
    from matplotlib.ticker import Formatter

    class Written(Formatter):
        """What another formatter writes, with the language's decimal sign."""

        def __init__(self, inner: Formatter) -> None:
            self.inner = inner

        def __call__(self, x: float, pos: int | None = None) -> str:
            return language.digits(self.inner(x, pos))

        def set_axis(self, axis: Any) -> None:
            super().set_axis(axis)
            self.inner.set_axis(axis)

        def set_locs(self, locs: Any) -> None:
            self.inner.set_locs(locs)

        def get_offset(self) -> str:
            return language.digits(self.inner.get_offset())

    if language.decimal == ".":
        return
    for figure in figures:
        for axes in figure.axes:
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(Written(axis.get_major_formatter()))
