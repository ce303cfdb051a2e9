"""Results that tests only read: without the exporters that they leave aside, and made once."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from opensim_pelvis.io import output
from opensim_pelvis.io.registry import list_plugins

FIGURES = "opensim_pelvis.validation.agreement_figures.draw_figures"
AGAIN = "opensim_pelvis.report.again.write_pdf"
PAGE_AND_PDF = ("report", "pdf")
"""Most of the time of a short run; their own tests are below ``tests/report``."""


@contextlib.contextmanager
def without(*exporters: str) -> Iterator[None]:
    """Leave exporters out of what is written meanwhile, in this process."""

    def kept(group: str) -> dict[str, object]:
        found = list_plugins(group)
        assert found.keys() >= set(exporters), "no such exporter"
        return {name: point for name, point in found.items() if name not in exporters}

    with mock.patch.object(output, "list_plugins", kept):
        yield


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that one worker made and the others find; two may make it at a time.

    For what is only read: each worker would else make it anew.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    shared = base / name
    if not shared.exists():
        own = factory.mktemp(name)
        make(own)
        with contextlib.suppress(OSError):  # another worker was quicker
            own.rename(shared)
    return shared


@contextlib.contextmanager
def without_figures(*, pdf: bool = False) -> Iterator[None]:
    """Leave the figures of a comparison out meanwhile, and the PDF unless it is wanted."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch(FIGURES, return_value=()))
        if not pdf:
            stack.enter_context(without_pdf())
        yield


@contextlib.contextmanager
def few_figures(*, pdf: bool = False) -> Iterator[None]:
    """Draw figures of a comparison of four angles meanwhile, and no PDF unless it is wanted.

    Two rows of panels, one not full, take every way that drawing has.
    """
    from opensim_pelvis.validation.agreement_figures import draw_figures

    def draw(comparison: Any, *rest: Any) -> tuple[Path, ...]:
        angles = comparison.table.angles[:4]
        return draw_figures(
            replace(comparison, table=replace(comparison.table, angles=angles)), *rest
        )

    with mock.patch(FIGURES, draw), contextlib.nullcontext() if pdf else without_pdf():
        yield


@contextlib.contextmanager
def without_pdf() -> Iterator[None]:
    """Make no PDF of a recording meanwhile where a report is made again."""
    with mock.patch(AGAIN, _no_pdf):
        yield


def _no_pdf(view: object, path: Path, lab: object) -> Path:
    path.write_bytes(b"%PDF-1.7\n")
    return path
