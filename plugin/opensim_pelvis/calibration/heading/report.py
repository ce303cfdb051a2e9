"""The record of what was found about headings, a row a sensor, with its doubts in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from opensim_pelvis.calibration.heading.combine import Combined
from opensim_pelvis.calibration.heading.drift import Drift
from opensim_pelvis.calibration.heading.forward import wrap
from opensim_pelvis.calibration.heading.swing import Swing
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import AlignedRecording, Heading, SensorHeading
from opensim_pelvis.types.placement import HeadingMethod

GOOD_RAD: Final = np.deg2rad(7.0)
"""Standard deviation of a heading up to which it is called good.

A thigh whose heading is 6 degrees off shows a tenth of its flexion as adduction. The methods that
use a joint differ between people by 6.0 (trunk) and 6.7 degrees (knee): one of them is enough.
"""

DISAGREE_RAD: Final = np.deg2rad(10.0)
"""A plane of swing further from the common heading than this is told in the notes."""


_FACING: Final[Mapping[HeadingMethod, str]] = {
    "axis": "facing.axis",
    "swing": "facing.swing",
    "mounting": "facing.mounting",
    "sacral slope": "facing.sacral_slope",
}
"""What the base sensor's heading is known from, by what was taken as forward."""


def report(
    aligned: AlignedRecording,
    forward: Heading,
    found: Combined,
    swings: Mapping[int, Swing],
    joints: Mapping[int, tuple[float, float]],
    drift: Drift,
    *,
    base: int,
    ties_rad: Mapping[str, float],
    mounted: Collection[str] = (),
) -> Heading:
    """Return the common heading with each sensor's own offset, drift, confidence and notes."""
    common = float(forward.heading_rad[base])
    span_s = max(float(aligned.time_s[-1]), 1.0 / aligned.rate_hz)
    doubted = forward.confidence == "doubtful"
    rows = []
    for i, sensor in enumerate(aligned.sensors):
        swing, weight = swings.get(i), float(found.weight[i])
        ties = ties_rad.get(sensor, 0.0)
        drifted = float("nan") if drift.sigma_rad is None else float(drift.sigma_rad[i])
        sigma = float(np.hypot(np.hypot(found.sigma_rad[i], ties), np.nan_to_num(drifted)))
        joint = joints.get(i, (float("nan"), float("nan")))
        moves = swing is not None or i in joints or (weight > 0.0 and sensor not in mounted)
        ways = {"facing.known_mounting": sensor in mounted, "facing.own_motion": moves}
        own = [notice(way) for way, tells in ways.items() if tells]
        rows.append(
            SensorHeading(
                sensor=sensor,
                source=notice(_FACING[forward.method])
                if i == base
                else _source(own, weight, sigma),
                offset_rad=float(found.offset_rad[i]),
                sigma_rad=sigma,
                swing_rad=float("nan") if swing is None else _side(swing, common, found.tau_rad),
                swing_sigma_rad=float("nan") if swing is None else swing.sigma_rad,
                swing_ratio=float("nan") if swing is None else swing.ratio,
                joint_rad=joint[0],
                joint_sigma_rad=joint[1],
                ties_rad=ties,
                own_weight=weight,
                drift_rad=0.0 if drift.drift_rad is None else float(np.ptp(drift.drift_rad[:, i])),
                drift_sigma_rad=drifted,
                verdict="doubtful" if i == base and doubted else _verdict(sigma),
            )
        )
    return replace(
        forward,
        heading_rad=(forward.heading_rad + found.offset_rad + np.pi) % (2.0 * np.pi) - np.pi,
        sensors=tuple(rows),
        drift_rad=drift.drift_rad,
        drift_description=drift.description,
        notes=(
            *forward.notes,
            *_notes(rows, found.tau_rad, forward.method),
            *tie_notes(ties_rad),
            *_drift_notes(rows, span_s),
        ),
    )


def tie_notes(ties_rad: Mapping[str, float]) -> list[Notice]:
    """Say which headings were carried across holes, and what that adds to their error."""
    tied = {sensor: np.rad2deg(error) for sensor, error in ties_rad.items() if error > 0.0}
    return [notice("heading.tied", *tied, error_deg=tied)] if tied else []


def _side(swing: Swing, common: float, tau_rad: float) -> float:
    """Return a plane of swing against the common heading, on its side where north is shared."""
    off = wrap(swing.forward_rad - common)
    return (off + np.pi / 2.0) % np.pi - np.pi / 2.0 if np.isfinite(tau_rad) else off


def _source(own: Sequence[Notice], weight: float, sigma_rad: float) -> Notice:
    if weight > 0.99:
        return own[0] if len(own) == 1 else notice("facing.several", ways=own)
    if weight > 0.01:
        return notice("facing.shared", ways=own, weight=weight)
    if np.isinf(sigma_rad):
        return notice("facing.nothing")
    return notice("facing.common" if not np.isnan(sigma_rad) else "facing.common_untested")


def _verdict(sigma_rad: float) -> Literal["good", "doubtful", "untested", "unknown"]:
    if np.isnan(sigma_rad):
        return "untested"
    if np.isinf(sigma_rad):
        return "unknown"
    return "good" if sigma_rad <= GOOD_RAD else "doubtful"


def _notes(rows: Sequence[SensorHeading], tau_rad: float, method: str) -> list[Notice]:
    notes = []
    if np.isinf(tau_rad) and len(rows) > 1:
        notes.append(notice("heading.no_north"))
    elif np.isfinite(tau_rad):
        far = {r.sensor: np.rad2deg(r.swing_rad) for r in rows if abs(r.swing_rad) > DISAGREE_RAD}
        if far:
            code = "heading.planes_apart" + ("_or_axis" if method == "axis" else "")
            notes.append(notice(code, *far, away_deg=far))
    unknown = [r.sensor for r in rows if r.verdict == "unknown"]
    if unknown:
        notes.append(notice("heading.unknown", *unknown, sensors=unknown))
    return notes


def _drift_notes(rows: Sequence[SensorHeading], span_s: float) -> list[Notice]:
    turned = {r.sensor: np.rad2deg(r.drift_rad) for r in rows if r.drift_rad > 0.0}
    if not turned:
        return []
    errors = {r.sensor: np.rad2deg(r.drift_sigma_rad) for r in rows if r.sensor in turned}
    values = {"span_min": span_s / 60.0, "turned_deg": turned, "error_deg": errors}
    return [notice("heading.drift_removed", *turned, **values)]
