"""Curves and ranges of the pelvis as markers over ASIS and PSIS would show them.

A second measurand beside what the sensor's site does, and never in its place: nothing here changes
an angle of the site. Neither is the bone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.optical.coefficients import corrections
from opensim_pelvis.gait.optical.thighs import thigh_difference
from opensim_pelvis.gait.strides.curves import normalise
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import Curves, Strides

THIGHS: Final = ("thigh_extension_r", "thigh_extension_l")

NAMES: Final[Mapping[str, str]] = {
    "pelvic_axial_rotation": "pelvic_axial_rotation_optical",
    "pelvic_obliquity": "pelvic_obliquity_optical",
}
"""Angle of the sensor's site to what its curve as ASIS and PSIS would show it is called."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class OpticalStrides:
    """Strides as markers over ASIS and PSIS would show them, a row for each row of `Strides`.

    Parameters
    ----------
    curves_deg : mapping of angle to (n, 101) array
        By the name of the site's angle; signs as there. NaN beside absent samples.
    added_deg : mapping of angle to (n, 101) array
        What the thighs add to the site's curve; its mean over the stride is zero.
    ranges_deg : mapping of angle to (n,) array
        Of angles whose range the correction makes better.
    absent : mapping of angle to Notice
        Why an angle has none.
    """

    curves_deg: Mapping[str, FloatArray]
    added_deg: Mapping[str, FloatArray]
    ranges_deg: Mapping[str, FloatArray]
    absent: Mapping[str, Notice]


def as_markers_would_show(
    angles_rad: Mapping[str, FloatArray],
    time_s: FloatArray,
    strides: Strides,
    gait: ActivityKind | None,
) -> OpticalStrides:
    """Return rotation (running) and obliquity (running, walking) as ASIS and PSIS would show.

    Parameters
    ----------
    angles_rad : mapping of str to (t,) array
        Clinical angles of pelvis and both thighs (`gait.strides.curves.stride_angles`).
    time_s : (t,) array
    strides : Strides
        All of them; a mean is to be taken over those that are kept.
    gait : str or None
        ``running`` or ``walking``; where it is not known there is no correction.

    Notes
    -----
    Markers show a new runner's rotation with a root-mean-square difference of 0.9 degrees from
    this curve and 2.0 from that of the site (``coefficients.toml``).
    """
    known = corrections(gait)
    absent = {angle: _why(angle, gait) for angle in NAMES if angle not in known}
    for angle in known:
        for wanted in (angle, *THIGHS):
            if wanted not in angles_rad:
                absent[angle] = notice("absent.angle", wanted, angle=wanted)
    curves: dict[str, FloatArray] = {}
    added: dict[str, FloatArray] = {}
    for angle, how in known.items():
        if angle in absent:
            continue
        site, right, left = (
            np.rad2deg(normalise(angles_rad[name], time_s, strides.start_s, strides.end_s))
            for name in (angle, *THIGHS)
        )
        difference, rate = thigh_difference(right, left)
        added[angle] = how.a * difference + how.b * rate
        curves[angle] = site + added[angle]
    ranges = {
        angle: np.asarray(np.ptp(values, axis=1))
        for angle, values in curves.items()
        if known[angle].gives_range
    }
    return OpticalStrides(curves_deg=curves, added_deg=added, ranges_deg=ranges, absent=absent)


def append_curves(curves: Curves, optical: OpticalStrides, strides: Strides) -> Curves:
    """Return mean curves with those that markers would show behind them, under `NAMES`."""
    names, means, sds, counts = list(curves.angles), [], [], []
    for angle, values in optical.curves_deg.items():
        mean, sd = (np.full((2, values.shape[1]), np.nan) for _ in range(2))
        n = np.zeros(2, dtype=np.int64)
        for code in (0, 1):
            whole = values[strides.kept & (strides.side == code)]
            whole = whole[np.isfinite(whole).all(axis=1)]
            n[code] = whole.shape[0]
            if whole.shape[0]:
                mean[code] = whole.mean(axis=0)
            if whole.shape[0] > 1:
                sd[code] = whole.std(axis=0, ddof=1)
        names.append(NAMES[angle])
        means.append(mean)
        sds.append(sd)
        counts.append(n)
    if not means:
        return curves
    return Curves(
        angles=tuple(names),
        mean_deg=np.concatenate([curves.mean_deg, np.stack(means, axis=-1)], axis=-1),
        sd_deg=np.concatenate([curves.sd_deg, np.stack(sds, axis=-1)], axis=-1),
        n=np.concatenate([curves.n, np.stack(counts, axis=-1)], axis=-1),
    )


def _why(angle: str, gait: ActivityKind | None) -> Notice:
    if gait is None:
        return notice("absent.activity_unknown", angle)
    return notice("absent.not_as_markers", angle, activity=gait)
