"""Reads ``coefficients.toml``: for which angles the thighs tell what markers would show."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from opensim_pelvis.config.settings import ActivityKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The thigh correction of one angle in one activity; numbers as in ``coefficients.toml``.

    Parameters
    ----------
    a, b : float
        Degrees per degree of D and of D' (`gait.optical.thighs.thigh_difference`).
    a_se, b_se : float
        Jackknife standard error over people.
    people, trials, strides : int
        On which they rest; 0 where it is not stated.
    curve_rmse_deg : float
        Of a new person's curve, its mean over the stride removed.
    gives_range : bool
        Whether the range becomes better too.
    range_u95_deg, range_u95_site_deg : float
        Expanded uncertainty (95 %) that the place on the pelvis makes in the mean range of a new
        person as markers over ASIS and PSIS would show it: with the correction, and of the
        sensor's site as it is; NaN where it was not measured.
    source : str
    """

    a: float
    b: float
    a_se: float
    b_se: float
    people: int
    trials: int
    strides: int
    curve_rmse_deg: float
    gives_range: bool
    source: str
    range_u95_deg: float = float("nan")
    range_u95_site_deg: float = float("nan")


@cache
def corrections(gait: ActivityKind | None) -> Mapping[str, Correction]:
    """Return the corrections of an activity by angle; none where the activity is not known.

    Examples
    --------
    >>> sorted(corrections("running")), sorted(corrections("walking")), corrections(None)
    (['pelvic_axial_rotation', 'pelvic_obliquity'], ['pelvic_obliquity'], {})
    >>> corrections("running")["pelvic_axial_rotation"].range_u95_deg
    4.1
    """
    text = files("opensim_pelvis.gait.optical").joinpath("coefficients.toml")
    rows = tomllib.loads(text.read_text(encoding="utf-8"))
    found = {} if gait is None else rows.get(gait, {})
    return {angle: Correction(**row) for angle, row in found.items()}
