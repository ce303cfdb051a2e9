"""Calibration frames of an MVNX file, and what the orientations tell about its segments.

The frames of type ``identity``, ``npose``, ``tpose`` and ``tpose-isb`` are no part of the
recording. They show which way is up and whether segments have the axes that MVN documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import AXES, FloatArray, UpAxis, axis_vector
from opensim_pelvis.io.readers.mvnx_frames import MvnxFrames
from opensim_pelvis.io.readers.mvnx_header import MvnxHeader
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import angle_between

STANDING: Final = ("identity", "npose", "tpose")
"""Frames in which the body stands upright and faces forward."""

UPRIGHT_SHARE: Final = 0.9
"""Part of the way from pelvis to head that must lie along one axis for it to be up."""

MAX_IDENTITY_DEG: Final = 1.0
"""Six decimals keep an identity to 1e-4 degrees; other axes are off by 90."""

SAME: Final = 1e-6
"""Largest difference of quaternion components of two segments that are one and the same."""

SAME_SHARE: Final = 0.9
"""Part of the frames in which two segments that are one and the same agree at least."""

_FEW: Final = 20
_IDENTITY: Final = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class PoseCheck:
    """What the calibration frames show.

    Parameters
    ----------
    up : str
        Upward axis of the world.
    world : Notice
        The same, and where it is known from.
    axes_known : bool
        Whether segments have MVN's axes: forward, left, up.
    notes : tuple of Notice
    """

    up: UpAxis
    world: Notice
    axes_known: bool
    notes: tuple[Notice, ...]


def check_poses(header: MvnxHeader, frames: MvnxFrames, user_up: UpAxis | None) -> PoseCheck:
    """Return the upward axis, and whether the axes of the segments are the documented ones."""
    found = _find_up(header, frames)
    notes: list[Notice] = []
    if frames.poses:
        kept = [
            notice("mvnx.pose", kind=kind, contents=_contents(header, frames, kind))
            for kind in frames.poses
        ]
        notes.append(notice("mvnx.poses", frames=kept))
    if user_up is not None:
        world = "world.user"
        if found not in (None, user_up):
            notes.append(notice("mvnx.user_up", up=user_up, found=found))
    elif found is not None:
        world = "world.mvn_pose"
    else:
        world = "world.mvn"
    up = user_up or found or "z"
    identity = frames.poses.get("identity", {}).get("orientation")
    turned = 0.0
    if identity is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            turned = float(np.rad2deg(angle_between(identity.reshape(-1, 4), _IDENTITY)).max())
    axes_known = up == "z" and turned <= MAX_IDENTITY_DEG
    if not axes_known:
        off = notice("mvnx.identity_off", turned_deg=turned)
        why = notice("mvnx.not_z_up", up=up) if up != "z" else off
        notes.append(notice("mvnx.other_axes", why=why))
    return PoseCheck(up=up, world=notice(world, up=up), axes_known=axes_known, notes=tuple(notes))


def _find_up(header: MvnxHeader, frames: MvnxFrames) -> UpAxis | None:
    """Return the axis that leads from pelvis to head in a standing pose, if one does."""
    if not {"Pelvis", "Head"} <= set(header.segments):
        return None
    for kind in STANDING:
        position = frames.poses.get(kind, {}).get("position")
        if position is None:
            continue
        places = position.reshape(-1, 3)
        way = places[header.segments.index("Head")] - places[header.segments.index("Pelvis")]
        length = float(np.linalg.norm(way))
        for axis in AXES:
            if length > 0.0 and float(way @ axis_vector(axis)) > UPRIGHT_SHARE * length:
                return axis
    return None


def _contents(header: MvnxHeader, frames: MvnxFrames, kind: str) -> Notice:
    """Say what a calibration frame holds."""
    orientation = frames.poses[kind].get("orientation")
    if orientation is None:
        return notice("mvnx.pose_empty")
    with np.errstate(over="ignore"):  # a calibration frame is told of, not used
        turned = np.rad2deg(angle_between(orientation.reshape(-1, 4), _IDENTITY))
    largest = int(np.argmax(turned))
    if turned[largest] <= MAX_IDENTITY_DEG:
        return notice("mvnx.pose_identity")
    name = header.segments[largest]
    return notice("mvnx.pose_turned", name, segment=name, turned_deg=turned[largest])


def find_unmeasured(
    header: MvnxHeader, orientation: FloatArray
) -> tuple[frozenset[str], tuple[Notice, ...]]:
    """Return segments that only follow another one, and notes on what has no sensor.

    Parameters
    ----------
    header : MvnxHeader
    orientation : (n, 4 s) array
        Of all segments in the normal frames.

    Returns
    -------
    unmeasured : frozenset of str
        Segments without a sensor whose orientation is that of another segment throughout.
    notes : tuple of Notice
    """
    q = orientation.reshape(orientation.shape[0], -1, 4)
    worn = set(header.sensors)
    follows: dict[str, str] = {}
    few = np.linspace(0, q.shape[0] - 1, _FEW).astype(np.int64)
    order = sorted(range(len(header.segments)), key=lambda j: header.segments[j] not in worn)
    for i in order:
        label = header.segments[i]
        for j in order:
            if i == j or label in worn:
                break
            if _share_of_same(q[few, i], q[few, j]) < 0.5:  # most pairs plainly differ
                continue
            if _share_of_same(q[:, i], q[:, j]) >= SAME_SHARE:
                follows[label] = header.segments[j]
                break
    notes = []
    if follows:
        each = [notice("mvnx.follower", s, segment=s, other=o) for s, o in follows.items()]
        notes.append(notice("mvnx.not_measured", *follows, segments=each))
    modelled = [s for s in header.segments if s not in worn and s not in follows]
    if modelled and worn:
        notes.append(notice("mvnx.modelled", *modelled, segments=modelled))
    if not worn:
        notes.append(notice("mvnx.no_sensors"))
    return frozenset(follows), tuple(notes)


def _share_of_same(one: FloatArray, other: FloatArray) -> float:
    """Return in which part of the frames two orientations are written alike."""
    present = np.isfinite(one).all(axis=1)
    same = (np.abs(one[present] - other[present]) <= SAME).all(axis=1)
    return float(same.mean()) if same.size else 1.0
