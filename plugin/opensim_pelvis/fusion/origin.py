"""Gathers what is known of where one sensor's orientations come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from opensim_pelvis.config.settings import FusionSettings
from opensim_pelvis.fusion.clipping import (
    LEAST_ACCELEROMETER_RANGE_MPS2,
    LEAST_GYROSCOPE_RANGE_RADPS,
    find_clipping,
)
from opensim_pelvis.fusion.filter import Fused
from opensim_pelvis.fusion.heading_ties import Tie
from opensim_pelvis.fusion.stretches import Sampling
from opensim_pelvis.notices import notice
from opensim_pelvis.types import OrientationOrigin, SensorSignals


def make_origin(
    sensor: SensorSignals, sampling: Sampling, parts: Sequence[Fused], settings: FusionSettings
) -> OrientationOrigin:
    """Return where a fused sensor's orientations come from, and what its stretches show."""
    rest = np.concatenate([part.rest for part in parts])
    disturbed = np.concatenate([part.disturbed for part in parts])
    weights = [part.stretch.samples for part in parts]
    bias = np.average([part.bias_radps for part in parts], axis=0, weights=weights)
    asked = settings.orientations == "fused"
    origin = OrientationOrigin(
        identifier=sensor.identifier,
        origin="vqf 9D" if disturbed.size else "vqf 6D",
        reason=notice("origin.asked" if asked else "origin.raw_alone"),
        rate_hz=1.0 / sampling.step_s,
        gyroscope_bias_radps=(float(bias[0]), float(bias[1]), float(bias[2])),
        rest_share=float(rest.mean()),
        magnetic_disturbed_share=float(disturbed.mean()) if disturbed.size else float("nan"),
        bridged_samples=sum(part.stretch.samples - part.stretch.rows.size for part in parts),
    )
    return count_clipping(origin, sensor, sampling.step_s)


def add_ties(
    origin: OrientationOrigin,
    sampling: Sampling,
    parts: Sequence[Fused],
    ties: Sequence[Tie | None],
    kept: Sequence[int],
) -> OrientationOrigin:
    """Return the origin with where the heading goes on after a hole, and where it breaks."""
    starts = [part.stretch.start * sampling.step_s for part in parts[1:]]
    errors = {k: tie.error_rad for k in kept if (tie := ties[k]) is not None}
    return replace(
        origin,
        heading_breaks_s=tuple(
            start for start, tie in zip(starts, ties, strict=True) if tie is None
        ),
        heading_ties_s=tuple(starts[k] for k in errors),
        heading_tie_errors_rad=tuple(errors.values()),
    )


def count_clipping(
    origin: OrientationOrigin, sensor: SensorSignals, step_s: float
) -> OrientationOrigin:
    """Return the origin with what both signals show of their ranges."""
    force = find_clipping(
        sensor.acceleration_mps2,
        stated_range=sensor.accelerometer_range_mps2,
        least_range=LEAST_ACCELEROMETER_RANGE_MPS2,
        step_s=step_s,
    )
    turn = find_clipping(
        sensor.angular_velocity_radps,
        stated_range=sensor.gyroscope_range_radps,
        least_range=LEAST_GYROSCOPE_RANGE_RADPS,
        step_s=step_s,
    )
    return replace(
        origin,
        accelerometer_clipped=force.samples,
        accelerometer_lost_mps2=force.mean_loss,
        gyroscope_clipped=turn.samples,
        gyroscope_clipped_events=turn.events,
        gyroscope_lost_rad=turn.largest_loss,
    )
