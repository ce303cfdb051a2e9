"""Whether pelvic rotation changed between two sessions of a person, and by how much.

The difference has the expanded uncertainty of each session, and that of strapping the sensors on
anew. Nothing counts as common to both sessions: each has a static trial, a heading and strides of
its own. Sessions that differ in activity or speed are not compared, nor are rejected ones.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import hypot
from typing import Any, Final, Literal

from opensim_pelvis.report.headline import find_row, half_of
from opensim_pelvis.report.view import View
from opensim_pelvis.report.view_measures import ROTATION

Refusal = Literal["rejected", "activity", "speed_unknown", "speed_differs", "no_uncertainty"]

_FACTOR: Final = 1.96
"""Coverage factor of 95 % of a normal distribution: the part of placements is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change from one session to another, or why there is none.

    Parameters
    ----------
    degrees, u95 : float
        Later less earlier, and its expanded uncertainty; 0 where they are not compared.
    refusal : str or None
        Why the sessions are not compared.
    doubtful : bool
        Whether one of the recordings is doubtful.
    """

    degrees: float = 0.0
    u95: float = 0.0
    refusal: Refusal | None = None
    doubtful: bool = False

    @property
    def seen(self) -> bool:
        """Whether the change is beyond its uncertainty."""
        return abs(self.degrees) > self.u95

    @property
    def bound(self) -> float:
        """Size that the true change does not exceed, either way, degrees."""
        return abs(self.degrees) + self.u95


@cache
def rules() -> Mapping[str, Mapping[str, Any]]:
    """Return ``change.toml``.

    >>> rules()["speed"]["most_mps"]
    0.2
    """
    text = files("opensim_pelvis.report").joinpath("change.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def change_between(first: View, later: View) -> Change | None:
    """Return the change of pelvic rotation; None where a session has no pelvic rotation.

    The uncertainty is the root of the sum of squares of both sessions' expanded uncertainties and
    of 1.96 times the standard deviation between placements, in each session (JCGM 100:2008, 5.1).
    """
    before, after = find_row(first, ROTATION), find_row(later, ROTATION)
    if before is None or after is None:
        return None
    halves = half_of(before), half_of(after)
    refusal = _refusal(first, later)
    if refusal is not None:
        return Change(refusal=refusal)
    if halves[0] is None or halves[1] is None:
        return Change(refusal="no_uncertainty")
    part = _FACTOR * float(rules()["placement"]["part"])
    verdicts = {view["quality"]["verdict"] for view in (first, later)}
    return Change(
        degrees=after["mean"] - before["mean"],
        u95=hypot(halves[0], halves[1], part * before["mean"], part * after["mean"]),
        doubtful="doubtful" in verdicts,
    )


def speed_of(view: View) -> float | None:
    """Return the mean speed of a session as measured, else as stated, m/s."""
    row = find_row(view, "speed_mps")
    speed = view["activity"]["speed_mps"] if row is None else row["mean"]
    return None if speed is None else float(speed)


def _refusal(first: View, later: View) -> Refusal | None:
    if "rejected" in (first["quality"]["verdict"], later["quality"]["verdict"]):
        return "rejected"
    if first["activity"]["kind"] != later["activity"]["kind"]:
        return "activity"
    speeds = speed_of(first), speed_of(later)
    if speeds[0] is None or speeds[1] is None:
        return "speed_unknown"
    # rounded: 3.2 less 3.0 is more than 0.2 in binary
    apart = round(abs(speeds[1] - speeds[0]), 6)
    return "speed_differs" if apart > float(rules()["speed"]["most_mps"]) else None
