"""Tells where orientations come from and what the raw signals showed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import OrientationOrigin

BIAS_LIMIT_RADPS: Final = float(np.deg2rad(1.9))
"""Just below the 2 degrees/s at which VQF stops to correct an axis."""

DISTURBED_SHARE: Final = 0.1


def describe_choice(
    origins: Sequence[OrientationOrigin], settings: FusionSettings
) -> tuple[Notice, ...]:
    """Tell which orientations were taken, for all sensors in one or two notices."""
    by_origin: dict[str, list[str]] = {}
    for origin in origins:
        by_origin.setdefault(origin.origin, []).append(origin.identifier)
    if not by_origin or set(by_origin) == {"vendor"}:
        return ()
    told = []
    if "vqf 6D" in by_origin:
        told.append(notice("fusion.without_field"))
    if "vqf 9D" in by_origin:
        told.append(notice("fusion.with_field"))
    if len(by_origin) > 1:
        groups = [
            notice("fusion.group", *ids, origin=name, sensors=ids)
            for name, ids in by_origin.items()
        ]
        told.append(notice("fusion.mixed", origins=groups))
    return tuple(told)


def describe_origin(origin: OrientationOrigin, samples: int) -> list[Notice]:
    """Tell what is worth knowing about one sensor's raw signals; nothing where all is well."""
    return [
        *_gravity(origin),
        *_clipping(origin, samples),
        *_heading(origin),
        *_bias(origin),
        *_magnetic_field(origin),
    ]


def _heading(origin: OrientationOrigin) -> Iterator[Notice]:
    name = origin.identifier
    if origin.heading_ties_s:
        total_deg = np.rad2deg(np.linalg.norm(origin.heading_tie_errors_rad))
        at = _list_times(origin.heading_ties_s)
        yield notice("fusion.tied", name, sensor=name, at=at, error_deg=total_deg)
    if origin.heading_breaks_s:
        at = _list_times(origin.heading_breaks_s)
        yield notice("fusion.broken", name, sensor=name, at=at)


def _gravity(origin: OrientationOrigin) -> Iterator[Notice]:
    if np.isfinite(origin.gravity_error_mps2):
        yield notice(
            "fusion.gravity_unexplained",
            origin.identifier,
            sensor=origin.identifier,
            gravity_mps2=origin.gravity_mps2,
            error_mps2=origin.gravity_error_mps2,
        )


def _bias(origin: OrientationOrigin) -> Iterator[Notice]:
    name, bias = origin.identifier, origin.gyroscope_bias_radps
    fused = origin.origin != "vendor"
    if fused and bias is not None and max(map(abs, bias)) > BIAS_LIMIT_RADPS:
        worst_degps = np.rad2deg(max(map(abs, bias)))
        yield notice("fusion.bias_at_limit", name, sensor=name, bias_degps=worst_degps)


def _magnetic_field(origin: OrientationOrigin) -> Iterator[Notice]:
    name, share = origin.identifier, origin.magnetic_disturbed_share
    if share == 1.0:
        yield notice("fusion.field_never_sound", name, sensor=name)
    elif share > DISTURBED_SHARE:
        yield notice("fusion.field_disturbed", name, sensor=name, share=share)


def _clipping(origin: OrientationOrigin, samples: int) -> Iterator[Notice]:
    name, clipped = origin.identifier, origin.gyroscope_clipped
    if clipped:
        lost_deg = np.rad2deg(origin.gyroscope_lost_rad)
        known = origin.gyroscope_lost_rad > 0.0
        yield notice(
            "fusion.gyroscope_clipped_by" if known else "fusion.gyroscope_clipped",
            name,
            sensor=name,
            samples=clipped,
            share=clipped / samples,
            events=origin.gyroscope_clipped_events,
            lost_deg=lost_deg,
        )
    if origin.accelerometer_clipped:
        yield notice(
            "fusion.accelerometer_clipped",
            name,
            sensor=name,
            samples=origin.accelerometer_clipped,
            share=origin.accelerometer_clipped / samples,
            tilt_deg=np.rad2deg(origin.accelerometer_lost_mps2 / GRAVITY_MPS2),
        )


def _list_times(times_s: Sequence[float]) -> Notice:
    more = len(times_s) - 5
    if more > 0:
        return notice("word.times_and_more", times_s=times_s[:5], more=more)
    return notice("word.times", times_s=times_s)
