"""Says in plain words where orientations come from and what the raw signals showed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.settings import FusionSettings
from opensim_pelvis.types import OrientationOrigin

BIAS_LIMIT_RADPS: Final = float(np.deg2rad(1.9))
"""Just below the 2 degrees/s at which VQF stops to correct an axis."""

DISTURBED_SHARE: Final = 0.1


def describe_choice(
    origins: Sequence[OrientationOrigin], settings: FusionSettings
) -> tuple[str, ...]:
    """Say which orientations were taken, for all sensors in one or two sentences."""
    by_origin: dict[str, list[str]] = {}
    for origin in origins:
        by_origin.setdefault(origin.origin, []).append(origin.identifier)
    if not by_origin or set(by_origin) == {"vendor"}:
        return ()
    lines = []
    if "vqf 6D" in by_origin:
        lines.append(
            "orientations were fused from gyroscope and accelerometer without magnetic field: each "
            "sensor's heading starts at zero and drifts slowly, so headings must come from the body"
        )
    if "vqf 9D" in by_origin:
        lines.append(
            "orientations were fused with the magnetic field: headings are magnetic north as each "
            "sensor saw it, and steel bends it (treadmill, force plate, floor)"
        )
    if len(by_origin) > 1:
        listed = "; ".join(f"{name}: {', '.join(ids)}" for name, ids in by_origin.items())
        lines.append(f"orientations of different origin share no heading ({listed})")
    return tuple(lines)


def describe_origin(origin: OrientationOrigin, samples: int) -> list[str]:
    """Say what is worth knowing about one sensor's raw signals; nothing where all is well."""
    name = origin.identifier
    fused = origin.origin != "vendor"
    lines = []
    if origin.gyroscope_clipped:
        lines.append(_gyroscope_words(origin, samples))
    if origin.accelerometer_clipped:
        share = origin.accelerometer_clipped / samples
        tilt_deg = np.rad2deg(origin.accelerometer_lost_mps2 / GRAVITY_MPS2)
        lines.append(
            f"{name}: accelerometer at the end of its range in {origin.accelerometer_clipped} "
            f"samples ({share:.2%}); what is cut off is missing in the mean that tells the "
            f"vertical, an estimated {tilt_deg:.1f} degrees of inclination at most"
        )
    if origin.heading_ties_s:
        total_deg = np.rad2deg(np.linalg.norm(origin.heading_tie_errors_rad))
        lines.append(
            f"{name}: raw signals are missing for too long to integrate before "
            f"{_list_times(origin.heading_ties_s)} from its first sample. The heading after is "
            "tied to that before by rest on both sides or by like movement elsewhere, uncertain by "
            f"{total_deg:.1f} degrees in all"
        )
    if origin.heading_breaks_s:
        lines.append(
            f"{name}: raw signals are missing for too long to integrate, and the heading starts "
            f"anew at {_list_times(origin.heading_breaks_s)} from its first sample. Nothing ties "
            "it to the one before, so only the longest part with one heading is used"
        )
    bias = origin.gyroscope_bias_radps
    if fused and bias is not None and max(map(abs, bias)) > BIAS_LIMIT_RADPS:
        worst_deg = np.rad2deg(max(map(abs, bias)))
        lines.append(
            f"{name}: gyroscope bias of {worst_deg:.1f} degrees/s, the most that is corrected: the "
            "true one may be larger, and the heading drifts. Calibrate the sensor lying still"
        )
    if origin.magnetic_disturbed_share == 1.0:
        lines.append(
            f"{name}: no undisturbed magnetic field was found: the field changed too often, or the "
            "sensor turned too little (VQF wants 20 degrees/s in the mean over half a second) to "
            "trust it. Its heading rests on the gyroscope for the first minute"
        )
    elif origin.magnetic_disturbed_share > DISTURBED_SHARE:
        lines.append(
            f"{name}: magnetic field disturbed in {origin.magnetic_disturbed_share:.0%} of the "
            "samples; the heading then rests on the gyroscope for up to a minute, and follows the "
            "disturbance after that"
        )
    return lines


def _list_times(times_s: Sequence[float]) -> str:
    more = len(times_s) - 5
    listed = ", ".join(f"{time_s:.2f} s" for time_s in times_s[:5])
    return listed + (f" and {more} more" if more > 0 else "")


def _gyroscope_words(origin: OrientationOrigin, samples: int) -> str:
    share = origin.gyroscope_clipped / samples
    lost = ""
    if origin.gyroscope_lost_rad > 0.0:
        lost_deg = np.rad2deg(origin.gyroscope_lost_rad)
        lost = f" (estimated, up to {lost_deg:.1f} degrees in one of them)"
    return (
        f"{origin.identifier}: gyroscope at the end of its range in {origin.gyroscope_clipped} "
        f"samples ({share:.2%}), {origin.gyroscope_clipped_events} times: it under-reads these "
        f"turns{lost}. Inclination recovers within seconds, heading does not"
    )
