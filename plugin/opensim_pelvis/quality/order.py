"""Asks whether quaternions without raw signals were read in the right order.

Where nothing else was recorded the movement alone tells: inverted orientations turn about the wrong
side of the vertical, so that yaw and swing of the legs fit one another as in nobody. They do fit
once the quaternions are read as they were written. Sensors on the wrong segments fit in no order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from opensim_pelvis.calibration.wearers.identify import identify_wearers
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.rotations import inverse
from opensim_pelvis.types import NOT_CHECKED, AlignedRecording, Evidence
from opensim_pelvis.types.segments import BODIES

NAME: Final = "order"


def _from_xyzw(q: FloatArray) -> FloatArray:
    return q[..., [3, 0, 1, 2]]


READINGS: Final[Mapping[str, Callable[[FloatArray], FloatArray]]] = {
    "signals.quaternions_xyzw": _from_xyzw,
    "signals.quaternions_inverted": inverse,
    "signals.quaternions_xyzw_inverted": lambda q: inverse(_from_xyzw(q)),
}
"""Other ways to read quaternions by the notice that tells them."""


def examine_order(examined: Examined) -> Iterator[Evidence]:
    """Tell an order of quaternions in which stated wearers fit the movement, and only then."""
    definition, aligned = definition_of(NAME), examined.aligned
    columns = [k for k, body in enumerate(aligned.bodies) if body in BODIES]
    if _has_raw(aligned) or len(columns) < 2:
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    unlikely = definition_of("wearers").attention
    as_read = _wrong(aligned, columns, lambda q: q)
    if not as_read > unlikely:
        state = "good" if np.isfinite(as_read) else NOT_CHECKED
        yield Evidence(check=definition.state("good", state))
        return
    others = {code: _wrong(aligned, columns, change) for code, change in READINGS.items()}
    code = min(others, key=lambda key: np.nan_to_num(others[key], nan=1.0))
    if not others[code] < 1.0 - unlikely:
        yield Evidence(check=definition.state("good", "good"))
        return
    sensors = tuple(aligned.sensors[k] for k in columns)
    yield Evidence(
        check=definition.state("rejected", "rejected"),
        notes=(notice(code, *sensors, sensors=sensors),),
    )


def _has_raw(aligned: AlignedRecording) -> bool:
    signals = (aligned.angular_velocity_radps, aligned.acceleration_mps2)
    return any(signal is not None and np.isfinite(signal).any() for signal in signals)


def _wrong(
    aligned: AlignedRecording, columns: list[int], change: Callable[[FloatArray], FloatArray]
) -> float:
    """Return how likely some stated wearer is wrong in a reading; NaN where nothing tells."""
    stated = tuple(aligned.bodies[k] for k in columns)
    found = identify_wearers(
        rate_hz=aligned.rate_hz,
        R_ES=change(aligned.R_ES[:, columns]),
        angular_velocity_radps=None,
        acceleration_mps2=None,
        candidates=stated,
    )
    return float("nan") if found.untold else 1.0 - float(found.of(stated).min())
