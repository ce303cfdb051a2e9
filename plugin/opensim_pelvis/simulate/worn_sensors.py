"""Sensors as people wear them, drawn at random: mountings, skin, noise, gaps and drift."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import numpy as np

from opensim_pelvis.simulate.gait_style import SIDES, Style
from opensim_pelvis.simulate.harmonics import Harmonics
from opensim_pelvis.simulate.mountings import TYPICAL_POSITIONS_M, typical_mountings
from opensim_pelvis.simulate.runner import RunnerSettings
from opensim_pelvis.simulate.sensor_settings import Gap, SensorSettings
from opensim_pelvis.simulate.soft_tissue import Ring, SoftTissue
from opensim_pelvis.types.segments import BODIES, segment_of, side_of

FOLLOWED: Final = 3  # harmonics of the stride that skin follows


class Site(NamedTuple):
    """How skin moves over one kind of bone; three numbers are for x forward, y up, z right."""

    following: tuple[float, float, float]
    """Turn in parts of the motion that is followed."""
    ringing_deg: tuple[float, float, float]
    ringing_hz: tuple[float, float]
    impact_mps2: tuple[float, float, float]
    impact_hz: tuple[float, float]
    walking: float
    """Rings and impacts of walking in parts of those of running at the same speed."""


@cache
def sites() -> Mapping[str, Site]:
    """Return how skin moves over each kind of segment (``worn_sites.toml``)."""
    text = files("opensim_pelvis.simulate").joinpath("worn_sites.toml").read_text(encoding="utf-8")
    return {name: _site(row) for name, row in tomllib.loads(text).items()}


def _site(row: Mapping[str, Any]) -> Site:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return Site(**values)


_ROTATION_BY_THIGHS: Final = ((0.095, 0.026), (-0.034, 0.018))
_OBLIQUITY_BY_THIGHS: Final = ((0.103, 0.06), (-0.009, 0.02))
"""Mean and spread between people: what a site at the back shows less than ASIS and PSIS, in parts
of the thighs' difference and of its rate (RBDS, Hamner 2013, Dorn 2012; seven runners)."""


def draw_sensors(
    rng: np.random.Generator,
    runner: RunnerSettings,
    *,
    bodies: Sequence[str] = BODIES,
    duration_s: float = 30.0,
    tissue: float = 1.0,
) -> SensorSettings:
    """Return sensors on straps, each with its own faults.

    Parameters
    ----------
    rng : Generator
    runner : RunnerSettings
        Whose skin it is; soft tissue needs its style.
    bodies : sequence of str
        That may lose packets.
    duration_s : float
        Of the recording.
    tissue : float
        Size of soft tissue and impacts, 0 for none.
    """
    mountings = typical_mountings(spread_rad=float(np.deg2rad(6.0)), seed=int(rng.integers(2**31)))
    places = {
        b: tuple(np.add(p, rng.normal(0.0, 0.015, 3))) for b, p in TYPICAL_POSITIONS_M.items()
    }
    gaps = tuple(
        Gap(body=str(rng.choice(bodies)), start_s=float(rng.uniform(0.2, 0.9)) * duration_s,
            length_s=float(rng.uniform(0.02, 0.3)))
        for _ in range(int(rng.poisson(1.0)))
    )  # fmt: skip
    return SensorSettings(
        mountings=mountings,
        positions_m=places,
        heading_rad=float(rng.uniform(-np.pi, np.pi)),
        gyroscope_noise_radps=0.0012,
        accelerometer_noise_mps2=0.014,
        orientation_noise_rad=float(np.deg2rad(0.1)),
        orientation_drift_rad=float(np.deg2rad(rng.uniform(0.5, 2.0))),
        soft_tissue=draw_soft_tissue(rng, runner, tissue),
        gaps=gaps,
        gyroscope_range_radps=float(np.deg2rad(2000.0)),
        accelerometer_range_mps2=160.0,
        seed=int(rng.integers(2**20)),
    )


def draw_soft_tissue(
    rng: np.random.Generator, runner: RunnerSettings, size: float = 1.0
) -> dict[str, SoftTissue]:
    """Return the skin under each sensor of a person; nothing without a style."""
    if runner.style is None or size == 0.0:
        return {}
    person = size * float(np.exp(rng.normal(0.0, 0.2)))
    # in proportion to speed about a run of 3.5 m/s (choice)
    harder = person * min(runner.speed_mps / 3.5, 1.5)
    return {body: _skin(rng, runner, body, person, harder) for body in BODIES}


def _skin(
    rng: np.random.Generator, runner: RunnerSettings, body: str, person: float, harder: float
) -> SoftTissue:
    """Return the skin over one body."""
    assert runner.style is not None
    site = sites()[segment_of(body)]
    harder *= site.walking if runner.gait == "walking" else 1.0

    def around(sizes: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
        signs = rng.choice([-1.0, 1.0], 3)
        x, y, z = factor * signs * np.asarray(sizes) * np.exp(rng.normal(0.0, 0.2, 3))
        return float(x), float(y), float(z)

    followed = _followed(runner.style, body)
    following = [
        Harmonics(gain * np.exp(1j * rng.normal(0.0, 0.5)) * followed)
        for gain in around(site.following, person)
    ]
    if body == "pelvis":
        following[:2] = _pelvis_following(rng, runner, followed, person)
    return SoftTissue(
        following=following,
        ringing=Ring(
            size=around(site.ringing_deg, harder),
            frequency_hz=float(rng.uniform(*site.ringing_hz)),
            decay_s=float(rng.uniform(0.016, 0.023)),
        ),
        impact=Ring(
            size=around(site.impact_mps2, harder),
            frequency_hz=float(rng.uniform(*site.impact_hz)),
            decay_s=float(rng.uniform(0.007, 0.010)),
            scatter=0.25,
        ),
    )


def _followed(style: Style, body: str) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
    """Return the coefficients of the motion that the skin over a body follows, without mean."""
    hips = {side: style.legs[side]["hip_flexion"].coefficients for side in SIDES}
    if body == "torso":
        c = style.trunk["trunk_axial_rotation"].coefficients
    elif body == "pelvis":
        c = (hips["r"] - hips["l"]) / 2.0
    else:
        side = "r" if side_of(body) == "right" else "l"
        c = hips[side]
        if segment_of(body) != "thigh":
            c = c - style.legs[side]["knee_angle"].coefficients
    c = c[: FOLLOWED + 1].copy()
    c[0] = 0.0
    return c


def _pelvis_following(
    rng: np.random.Generator,
    runner: RunnerSettings,
    thighs: np.ndarray[tuple[int], np.dtype[np.complex128]],
    person: float,
) -> list[Harmonics]:
    """Return the turns about x and y by which a site on the sacrum lags behind the pelvis.

    Walking: obliquity by 0.188 of the thighs' difference, rotation not at all.
    """
    rate = 1j * np.arange(thighs.size) * thighs  # by the phase of the stride
    rotation, obliquity = (
        [float(rng.normal(mean, spread)) for mean, spread in pairs]
        for pairs in (_ROTATION_BY_THIGHS, _OBLIQUITY_BY_THIGHS)
    )
    if runner.gait == "walking":
        rotation, obliquity = [0.0, 0.0], [float(rng.normal(0.188, 0.06)), 0.0]
    # rotation is a turn about y, obliquity (right side up) one about -x
    about_x, about_y = (
        Harmonics(sign * person * (a * thighs + b * rate))
        for sign, (a, b) in ((1.0, obliquity), (-1.0, rotation))
    )
    return [about_x, about_y]
