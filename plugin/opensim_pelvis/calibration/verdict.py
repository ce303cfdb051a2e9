"""Good, doubtful or rejected: what the recording says of a placement, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from opensim_pelvis.calibration.heading.own import POSTURE_RAD
from opensim_pelvis.calibration.placement import MIN_SAMPLES
from opensim_pelvis.config.calibration_methods import method_of
from opensim_pelvis.errors import PlacementError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice, say
from opensim_pelvis.types import Heading, Placement, SensorHeading

Source = Literal["file", "earlier", "stated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MountingSource:
    """Who says how a sensor is mounted, how far that is trusted, and what is told of it.

    Parameters
    ----------
    name : str
    doubtful_rad : float
        Tilt between pose and mounting beyond which one of them is not as stated; a choice.
    rejected_rad : float
        Tilt beyond which the mounting is another one: faces of a case are 90 degrees apart.
    remedy : str
        What to do where it is rejected.
    tilt : str
        Code of what is told of a tilt.
    word : str
        Code of the words that name it inside other sentences.
    """

    name: Source
    doubtful_rad: float
    rejected_rad: float
    remedy: str
    tilt: str
    word: str


MOUNTING_SOURCES: Final[Mapping[Source, MountingSource]] = {
    source.name: source
    for source in (
        MountingSource(
            name="file",
            doubtful_rad=float(np.deg2rad(15.0)),
            rejected_rad=float(np.deg2rad(40.0)),
            remedy="the calibration in the file is not valid: calibrate the suit again",
            tilt="mounting.tilt_file",
            word="word.mounting_file",
        ),
        # Who stands again is within 1 degree at the pelvis, 3 at thighs and 5 at shanks
        # (gaittoolbox_walk, before and after the walk): more is told than by words such as "x up".
        MountingSource(
            name="earlier",
            doubtful_rad=float(np.deg2rad(10.0)),
            rejected_rad=float(np.deg2rad(25.0)),
            remedy="the sensor moved: omit --placement to use the static trial",
            tilt="mounting.tilt_earlier",
            word="word.mounting_earlier",
        ),
        MountingSource(
            name="stated",
            doubtful_rad=float(np.deg2rad(15.0)),
            rejected_rad=float(np.deg2rad(40.0)),
            remedy="correct [mountings], or omit it to use the static trial",
            tilt="mounting.tilt_stated",
            word="word.mounting_stated",
        ),
    )
}
"""Every source of a known mounting."""

APART: Final = 3.0
"""Standard deviations between two headings of one sensor beyond which one of them is wrong."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class KnownMountings:
    """Sensors whose mounting is known before the pose is looked at.

    Parameters
    ----------
    R_BS : mapping of str to (4,) array
        By sensor.
    source : mapping of str to str
        Who says so: the ``"file"``, an ``"earlier"`` run, or ``"stated"`` by the user.
    notes : tuple of Notice
    """

    R_BS: Mapping[str, FloatArray] = field(default_factory=dict)
    source: Mapping[str, Source] = field(default_factory=dict)
    earlier: Path | None = None
    notes: tuple[Notice, ...] = ()

    def source_of(self, sensor: str) -> MountingSource:
        """Return who says how a sensor is mounted."""
        return MOUNTING_SOURCES[self.source[sensor]]


def require_fitting(known: KnownMountings, left_over_rad: Mapping[str, float]) -> None:
    """Refuse mountings that gravity contradicts in the pose.

    Parameters
    ----------
    known : KnownMountings
    left_over_rad : mapping of str to float
        Tilt between the pose and a known mounting, by sensor.

    Raises
    ------
    PlacementError
        When a sensor cannot sit as said: it is tilted otherwise in the pose.
    """
    wrong = {
        sensor: tilt
        for sensor, tilt in left_over_rad.items()
        if tilt > known.source_of(sensor).rejected_rad
    }
    if wrong:
        listed = "; ".join(say(_tilt(known, sensor, wrong[sensor])) for sensor in wrong)
        ways = dict.fromkeys(known.source_of(sensor).remedy for sensor in wrong)
        raise PlacementError(
            f"calibration rejected, a known mounting does not match the static trial: {listed}. "
            f"Check whether sensors were swapped; otherwise {'; '.join(ways)}."
        )


def judge_placement(
    placement: Placement,
    known: KnownMountings,
    left_over_rad: Mapping[str, float],
    faces_rad: Mapping[str, float],
) -> Placement:
    """Return a placement with its verdict and, where it is doubtful, why.

    Parameters
    ----------
    placement : Placement
    known : KnownMountings
    left_over_rad, faces_rad : mapping of str to float
        Tilt between the pose and a known mounting, and the heading that the mounting tells in
        the pose, by sensor.
    """
    heading = placement.heading
    why = [
        notice("mounting.tilted", sensor, tilt=_tilt(known, sensor, tilt))
        for sensor, tilt in left_over_rad.items()
        if tilt > known.source_of(sensor).doubtful_rad
    ]
    why += _turned(known, heading, faces_rad, placement.sensors)
    method = method_of(placement.pose.method)
    mounted_all = set(known.R_BS) >= set(placement.sensors)
    zero_known = method.notice is None or mounted_all
    if method.notice is not None and not mounted_all:
        from_s, to_s = placement.pose.window_s
        why.append(notice(method.notice, from_s=from_s, to_s=to_s))
    few = placement.pose.samples.min() < MIN_SAMPLES
    unsure = any(row.verdict in ("doubtful", "unknown") for row in heading.sensors)
    doubtful = bool(why) or few or unsure or heading.confidence == "doubtful"
    mounted = {f"mounting_tilt_{s}_deg": float(np.rad2deg(v)) for s, v in left_over_rad.items()}
    return replace(
        placement,
        quality=dict(placement.quality) | mounted,
        verdict="doubtful" if doubtful else "good",
        zero_known=zero_known,
        notes=(*placement.notes, *_reused(known, left_over_rad), *known.notes, *why),
    )


def _tilt(known: KnownMountings, sensor: str, tilt_rad: float) -> Notice:
    source = known.source_of(sensor)
    return notice(
        source.tilt,
        sensor,
        sensor=sensor,
        tilt_deg=np.rad2deg(tilt_rad),
        good_deg=np.rad2deg(source.doubtful_rad),
        rejected_deg=np.rad2deg(source.rejected_rad),
        earlier=known.earlier.name if known.earlier else "",
    )


def _reused(known: KnownMountings, left_over_rad: Mapping[str, float]) -> list[Notice]:
    """Say what was checked of a placement that was used again."""
    tilts = {s: v for s, v in left_over_rad.items() if known.source[s] == "earlier"}
    if not tilts or known.earlier is None:
        return []
    worst = max(tilts, key=lambda sensor: tilts[sensor])
    values = {"earlier": known.earlier.name, "tilt_deg": np.rad2deg(tilts[worst])}
    return [notice("mounting.reused", worst, sensor=worst, **values)]


def _turned(
    known: KnownMountings,
    heading: Heading,
    faces_rad: Mapping[str, float],
    sensors: tuple[str, ...],
) -> list[Notice]:
    """Find sensors whose movement, or stated axis, faces another way than their mounting."""
    rows = {row.sensor: row for row in heading.sensors}
    why = []
    for sensor in (s for s in faces_rad if s in rows):
        row = rows[sensor]
        common_rad = float(heading.heading_rad[sensors.index(sensor)]) - row.offset_rad
        mounted_rad = faces_rad[sensor] - common_rad
        for told_rad, sigma_rad, way in _told(row, heading.method):
            off_rad = abs(float(np.angle(np.exp(1j * (told_rad - mounted_rad)))))
            if off_rad > APART * float(np.hypot(sigma_rad, POSTURE_RAD)):
                why.append(
                    notice(
                        "mounting.turned",
                        sensor,
                        told_by=notice(way),
                        sensor=sensor,
                        turned_deg=np.rad2deg(off_rad),
                        source=notice(known.source_of(sensor).word),
                    )
                )
    return why


def _told(row: SensorHeading, method: str) -> list[tuple[float, float, str]]:
    """Return what tells a sensor's heading besides its mounting: angle, error, code of its word."""
    told = [
        (row.swing_rad, row.swing_sigma_rad, "word.plane_of_swing"),
        (row.joint_rad, row.joint_sigma_rad, "word.movement"),
    ]
    if method == "axis" and row.source.code == "facing.axis":
        told.append((0.0, 0.0, "word.stated_axis"))
    return [found for found in told if np.isfinite(found[0])]
