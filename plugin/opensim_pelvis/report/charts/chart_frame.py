"""Where a chart's axes stand, and what their ends are worth."""

from __future__ import annotations

from dataclasses import dataclass

from opensim_pelvis.report.charts.chart import Chart


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the axes stand, points, and what their ends are worth."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    @classmethod
    def around(cls, chart: Chart, left: float, top: float, width: float, height: float) -> Frame:
        """Return the frame of a chart within a box; smaller where units are to be equal."""
        x, y = chart.limits()
        if chart.equal:
            unit = min(width / (x[1] - x[0]), height / (y[1] - y[0]))
            narrow, low = unit * (x[1] - x[0]), unit * (y[1] - y[0])
            left, width, height = left + (width - narrow) / 2.0, narrow, low
        return cls(left, top, width, height, x, y)

    @property
    def box(self) -> str:
        """Return the place and size of the axes, as a rectangle of SVG has them."""
        return (
            f'x="{self.left:.2f}" y="{self.top:.2f}" '
            f'width="{self.width:.2f}" height="{self.height:.2f}"'
        )

    def across(self, value: float | None, absent: float = 0.0) -> float:
        """Return where a value stands from the left; without one, so far along the axis."""
        part = absent if value is None else (value - self.x[0]) / (self.x[1] - self.x[0])
        return self.left + part * self.width

    def up(self, value: float | None, absent: float = 0.0) -> float:
        """Return where a value stands from the top; without one, so far up the axis."""
        part = absent if value is None else (value - self.y[0]) / (self.y[1] - self.y[0])
        return self.top + (1.0 - part) * self.height
