"""Checks whether the numbers of a file mean what it says: sampling rate, units, axes, scales."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from opensim_pelvis.frames import GRAVITY_MPS2
from opensim_pelvis.fusion.gyroscope_gain import find_gain
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.timeline.raw_fit import MOST_OF, common_factor
from opensim_pelvis.types import NOT_CHECKED, Evidence, RawFit, Verdict

Fault = tuple[str, tuple[tuple[str, str | float], ...]]

UNIT_BAND: Final = 0.15
"""How near to 57.3 or 9.81 a factor must be to be a unit."""

MAX_CHANGE: Final = 0.1
"""Part by which a sensor's factor may change between parts; real ones change by up to 0.047."""

MAX_TILT_RAD: Final = float(np.deg2rad(15.0))
"""Angle of mean specific force to the vertical; real recordings show up to 5 degrees."""

GRAVITY_BAND: Final = (0.9, 1.1)
"""Mean specific force as a part of gravity; real recordings show 0.98 to 1.02."""

_GONE: Final = 0.35  # acceleration from which gravity was taken
_BACK_RAD: Final = float(np.deg2rad(150.0))


def examine_rate(examined: Examined) -> Iterator[Evidence]:
    """Tell whether the gyroscopes fit the sampling rate, and each of them its scale."""
    gains = {b: g for b, g in _gains(examined).items() if not _is_unit(g)}
    rate, scale = definition_of("rate"), definition_of("scale")
    if not gains:
        yield Evidence(check=rate.state("good", NOT_CHECKED))
        yield Evidence(check=scale.state("good", NOT_CHECKED))
        return
    factor, varies = common_factor(gains), _variation(examined)
    shared = 1.0 if abs(factor - 1.0) <= rate.attention else factor
    told: tuple[Notice, ...] = ()
    if varies > rate.attention:
        told = (notice("signals.rate_varies", percent=100.0 * varies, sensors=tuple(gains)),)
    elif shared != 1.0:
        stated_hz = examined.recording.rate_hz
        fits_hz = stated_hz * factor
        told = (notice("signals.rate", stated_hz=stated_hz, fits_hz=fits_hz, sensors=tuple(gains)),)
    yield Evidence(check=rate.found(max(abs(factor - 1.0), varies)), notes=told)
    off = {body: abs(gain / shared - 1.0) for body, gain in gains.items()}
    apart = _apart(examined) if varies <= rate.attention else frozenset()
    notes = []
    for body in off:
        if body in apart:
            notes.append(notice("signals.gyroscope_apart", body, sensor=body))
        elif off[body] > scale.attention:
            percent = 100.0 * (gains[body] / shared - 1.0)
            notes.append(notice("signals.gyroscope_scale", body, sensor=body, percent=percent))
    check = scale.of_worst(off)
    if apart:
        check = replace(check, verdict="rejected", subject=tuple(sorted(apart)))
    yield Evidence(check=check, notes=tuple(notes))


def _apart(examined: Examined) -> frozenset[str]:
    """Return the bodies whose gyroscope fits its orientations in one part and not in another."""
    worn = dict(zip(examined.aligned.identifiers, examined.aligned.bodies, strict=True))
    return frozenset(
        worn[fit.identifier]
        for fit in examined.recording.inspection.fits
        if fit.identifier in worn and fit.gain_error > MAX_CHANGE
    )


def _variation(examined: Examined) -> float:
    """Return by what part the factor of the gyroscopes changes, in all but a few sensors."""
    fits = examined.recording.inspection.fits
    errors = [fit.gain_error for fit in fits if np.isfinite(fit.gain_error)]
    return float(np.quantile(errors, 1.0 - MOST_OF)) if len(errors) > 1 else 0.0


def _gains(examined: Examined) -> dict[str, float]:
    """Return the factor of each gyroscope by body, against orientations, else against gravity."""
    worn = dict(zip(examined.aligned.identifiers, examined.aligned.bodies, strict=True))
    fits = {fit.identifier: fit for fit in examined.recording.inspection.fits}
    clipped = {o.identifier for o in examined.recording.origins if o.gyroscope_clipped}
    found = {}
    for sensor in examined.recording.sensors:
        name = sensor.identifier
        if name not in worn or name in clipped:
            continue
        gain = fits[name].gain if name in fits else float("nan")
        if np.isnan(gain) and name not in fits:
            rate_hz, gap_s = examined.recording.rate_hz, examined.settings.timeline.max_gap_s
            gain = find_gain(sensor, rate_hz, gap_s)
        if np.isfinite(gain):
            found[worn[name]] = gain
    return found


def examine_raw(examined: Examined) -> Iterator[Evidence]:
    """Tell which raw signals fit neither the orientations of their file nor one another."""
    worn = dict(zip(examined.aligned.identifiers, examined.aligned.bodies, strict=True))
    fits = {
        worn[fit.identifier]: fit
        for fit in examined.recording.inspection.fits
        if fit.identifier in worn
    }
    definition = definition_of("raw")
    origins = [o for o in examined.recording.origins if o.identifier in worn]
    fused = any(origin.origin != "vendor" for origin in origins)
    told = any(np.isfinite([fit.gain, fit.gravity]).any() for fit in fits.values())
    if not fused and not told:
        yield Evidence(check=definition.state("good", NOT_CHECKED))
        return
    alike: dict[Fault, list[str]] = {}
    for body, fit in fits.items():
        for fault in find_faults(fit):
            alike.setdefault(fault, []).append(body)
    wrong = tuple(dict.fromkeys(body for bodies in alike.values() for body in bodies))
    odd = tuple(worn[o.identifier] for o in origins if np.isfinite(o.gravity_error_mps2))
    check = definition.state("good", "good")
    if wrong:
        verdict: Verdict = "rejected" if fused else "doubtful"
        check = definition.state(verdict, verdict, wrong)
    elif odd:  # told by fusion
        check = definition.state("doubtful", "doubtful", odd)
    yield Evidence(
        check=check,
        notes=tuple(
            notice(code, *bodies, sensors=tuple(bodies), **dict(values))
            for (code, values), bodies in alike.items()
        ),
    )


def find_faults(fit: RawFit) -> Iterator[Fault]:
    """Yield what is wrong with the raw signals of one sensor: codes and values of notices."""
    if _is_unit(fit.gain):
        degrees = fit.gain > 1.0
        yield "signals.gyroscope_in_degrees" if degrees else "signals.gyroscope_too_small", ()
    if fit.axes:
        yield "signals.gyroscope_axes", (("axes", fit.axes),)
    if not np.isfinite(fit.gravity):
        return
    in_g = fit.gravity * GRAVITY_MPS2
    if _near(in_g, 1.0):
        yield "signals.acceleration_in_g", ()
    elif fit.gravity < _GONE:
        yield "signals.acceleration_without_gravity", ()
        return
    elif not GRAVITY_BAND[0] <= fit.gravity <= GRAVITY_BAND[1]:
        yield "signals.acceleration_scale", (("gravity_mps2", round(in_g, 1)),)
    if fit.gravity_tilt_rad > _BACK_RAD:
        yield "signals.acceleration_sign", ()
    elif fit.gravity_tilt_rad > MAX_TILT_RAD:
        yield "signals.acceleration_axes", ()


def _is_unit(gain: float) -> bool:
    """Tell whether a gyroscope's factor is that of degrees to radians, or of the reverse."""
    return _near(gain, float(np.rad2deg(1.0))) or _near(gain, float(np.deg2rad(1.0)))


def _near(value: float, wanted: float) -> bool:
    return bool(np.isfinite(value) and abs(value / wanted - 1.0) <= UNIT_BAND)
