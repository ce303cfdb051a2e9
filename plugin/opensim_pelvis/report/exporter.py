"""The report's two kinds of file, which come through the same door as every exporter."""

from __future__ import annotations

from pathlib import Path

from opensim_pelvis.report.lab import lab_of
from opensim_pelvis.report.view import view_of, write_view
from opensim_pelvis.types import Result


class ReportExporter:
    """Writes ``NAME_report.html`` and ``NAME_report.json``, what it was made from."""

    description = "HTML report: one page with moving skeleton, curves, measures and findings"
    optional: tuple[str, ...] = ()

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write the page of a result and its numbers into an existing directory."""
        from opensim_pelvis.report.page import render_page

        view = view_of(result)
        page = directory / f"{result.name}_report.html"
        page.write_text(render_page(view, lab_of(result.settings.report)), encoding="utf-8")
        return page, write_view(view, directory / f"{result.name}_report.json")


class PdfExporter:
    """Writes ``NAME_report.pdf``."""

    description = "PDF report: the same on A4 pages, to attach"
    optional: tuple[str, ...] = ()

    def write(self, result: Result, directory: Path) -> tuple[Path, ...]:
        """Write the pages of a result into an existing directory."""
        from opensim_pelvis.report.pdf import write_pdf

        path = directory / f"{result.name}_report.pdf"
        return (write_pdf(view_of(result), path, lab_of(result.settings.report)),)
