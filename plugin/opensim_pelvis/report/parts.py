"""Single figures and tables of a report, to take into a laboratory's own.

>>> sorted(TABLES)
['curves', 'ledger', 'measures', 'strides_over_run']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from opensim_pelvis.config.names import check_name
from opensim_pelvis.io.documents import safe_cell
from opensim_pelvis.language import ENGLISH, Language
from opensim_pelvis.language.ticks import write_ticks
from opensim_pelvis.report.charts.chart_matplotlib import draw_chart
from opensim_pelvis.report.figures import figures_of
from opensim_pelvis.report.texts import read_texts
from opensim_pelvis.report.view import View, view_of
from opensim_pelvis.types import Result

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

PNG_DPI: Final = 200


def matplotlib_figures(result: Result | View, language: Language = ENGLISH) -> dict[str, Figure]:
    """Return the figures of page and PDF as ``matplotlib.figure.Figure``, by name."""
    from matplotlib.figure import Figure

    view, texts = _view(result), read_texts(language)
    found = {}
    for name, chart in figures_of(view, texts).items():
        figure = Figure(figsize=(5.2, 3.6), layout="constrained")
        draw_chart(figure.add_subplot(), chart)
        found[name] = figure
    write_ticks(found.values(), language)
    return found


def tables(result: Result | View) -> dict[str, pd.DataFrame]:
    """Return the tables of a report as ``pandas.DataFrame``, by name (`TABLES`)."""
    import pandas as pd

    view = _view(result)
    return {name: pd.DataFrame(rows(view)) for name, rows in TABLES.items()}


def save_parts(result: Result | View, directory: Path, language: Language = ENGLISH) -> list[Path]:
    """Write every figure as SVG and PNG and every table as CSV into an existing directory."""
    view = _view(result)
    check_name(view["name"], "name of the recording")
    written = []
    for name, figure in matplotlib_figures(view, language).items():
        check_name(name, "name of a figure in the report")
        for end in ("svg", "png"):
            path = directory / f"{view['name']}_report_{name}.{end}"
            figure.savefig(path, dpi=PNG_DPI, metadata={"Date": None} if end == "svg" else None)
            written.append(path)
    for name, table in tables(view).items():
        path = directory / f"{view['name']}_report_{name}.csv"
        table.map(safe_cell).to_csv(path, index=False, lineterminator="\n")
        written.append(path)
    return written


def _view(result: Result | View) -> View:
    return view_of(result) if isinstance(result, Result) else result


def _measures(view: View) -> list[dict[str, Any]]:
    keys = ("side", "mean", "sd", "n", "low", "high")
    return [
        {"measure": m["name"], **{key: row[key] for key in keys}, "known_error": m["error"]}
        for m in view["measures"]
        for row in m["rows"]
    ]


def _curves(view: View) -> list[dict[str, Any]]:
    return [
        {"curve": c["name"], "side": side, "percent": percent, "mean_deg": mean, "sd_deg": sd}
        for c in view["curves"]["angles"]
        for side in ("right", "left")
        if side in c
        for percent, (mean, sd) in enumerate(zip(c[side]["mean"], c[side]["sd"], strict=True))
    ]


def _over_run(view: View) -> list[dict[str, Any]]:
    return [
        {"measure": name, "side": side, "time_s": at, "value": value}
        for name, sides in view["series"].items()
        for side, series in sides.items()
        for at, value in zip(series["time_s"], series["values"], strict=True)
    ]


TABLES: Final[Mapping[str, Callable[[View], list[dict[str, Any]]]]] = {
    "measures": _measures,
    "curves": _curves,
    "strides_over_run": _over_run,
    "ledger": lambda view: view["ledger"],
}
"""Table to what makes its rows from a view."""
