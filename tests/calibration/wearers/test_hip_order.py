"""Hips of a made pelvis and its thighs, whose places are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from opensim_pelvis.calibration.wearers.features import Signals, describe
from opensim_pelvis.calibration.wearers.hip_order import find_hips
from opensim_pelvis.calibration.wearers.windows import Window
from opensim_pelvis.frames import GRAVITY_MPS2, FloatArray
from opensim_pelvis.rotations import angular_velocity, inverse, multiply, rotate

RATE_HZ, STRIDE_S = 200.0, 0.75
HIPS_M = {"r": np.array([0.07, -0.085, -0.06]), "l": np.array([0.07, 0.085, -0.06])}
THIGH_M = np.array([0.02, 0.0, 0.22])
FOUND_M = 0.03  # lengths are smoothed at 10 Hz and a weak prior pulls
RIGHT = np.array([0.0, -1.0, 0.0])


def felt(R_EB: FloatArray, place_m: FloatArray, seed: int) -> tuple[FloatArray, ...]:
    """Return orientation, turning and force of a sensor, turned in its own way on the body."""
    rng = np.random.default_rng(seed)
    mounting = Rotation.random(rng=rng).as_quat(scalar_first=True)
    R_ES = multiply(R_EB, mounting)
    force = np.gradient(np.gradient(place_m, axis=0), axis=0) * RATE_HZ**2
    force = force + GRAVITY_MPS2 * np.array([0.0, 0.0, 1.0])
    turning = rotate(inverse(R_ES), angular_velocity(R_ES, RATE_HZ))
    north = Rotation.from_euler("z", rng.uniform(-3.0, 3.0)).as_quat(scalar_first=True)
    return (
        multiply(north, R_ES),
        turning,
        rotate(inverse(R_ES), force),
        rotate(inverse(mounting), RIGHT),
    )


def made() -> tuple[Signals, FloatArray]:
    """Return pelvis, right thigh and left thigh in E (x forward, z up), and right in each S."""
    turn = 2.0 * np.pi * np.arange(2000) / (RATE_HZ * STRIDE_S)

    def wave(size: float, harmonic: int, phase: float) -> FloatArray:
        return np.asarray(size * np.cos(harmonic * turn + phase))

    yaw, roll, pitch = wave(0.12, 1, 0.2), wave(0.1, 1, -1.4), wave(0.06, 2, 0.5)
    pelvis = Rotation.from_euler("ZXY", np.stack([yaw, roll, pitch], axis=1))
    place = np.stack([wave(0.01, 2, 1.0), wave(0.01, 1, 0.3), wave(0.04, 2, 0.0)], axis=1)
    q = pelvis.as_quat(scalar_first=True)
    rows = [felt(q, place, 1)]
    for k, (side, start) in enumerate({"r": 0.0, "l": np.pi}.items()):
        swing = wave(0.5, 1, start) + wave(0.1, 2, 2 * start + 1.0)
        thigh = Rotation.from_euler("YXZ", np.stack([swing, roll / 2, 0.5 * yaw], axis=1))
        hip = place + pelvis.apply(HIPS_M[side])
        rows.append(felt(thigh.as_quat(scalar_first=True), hip - thigh.apply(THIGH_M), 2 + k))
    R_ES, turning, force = (np.stack([row[k] for row in rows], axis=1)[5:-5] for k in range(3))
    up = rotate(inverse(R_ES), np.array([0.0, 0.0, 1.0]))
    signals = Signals(
        rate_hz=RATE_HZ,
        R_ES=R_ES,
        angular_velocity_radps=turning,
        up=up,
        acceleration_mps2=force,
    )
    return signals, np.stack([row[3] for row in rows])


def test_hips_lie_where_they_were_put_and_thighs_face_as_the_pelvis() -> None:
    signals, right = made()
    windows = (Window(0, 600, STRIDE_S), Window(600, 1200, STRIDE_S))
    features = describe(signals, windows)
    hips = find_hips(signals, windows, features)
    for thigh, wanted in ((1, 0.085), (2, -0.085)):
        assert float(hips.place_m[0, thigh] @ right[0]) == pytest.approx(wanted, abs=FOUND_M)
        # the same sign of both axes, whichever it is, means that they face the same way
        signs = np.sign(features.right[0] @ right[0]) * np.sign(features.axis[thigh] @ right[thigh])
        assert hips.facing[0, thigh] * signs > 0.5
    assert np.isnan(hips.place_m[0, 0]).all()


def test_a_sensor_without_acceleration_has_no_hips() -> None:
    signals, _ = made()
    signals.acceleration_mps2[:, 2] = np.nan
    windows = (Window(0, 600, STRIDE_S),)
    hips = find_hips(signals, windows, describe(signals, windows))
    assert np.isnan(hips.place_m[:, 2]).all()
    assert np.isnan(hips.place_m[2]).all()
    assert np.isfinite(hips.place_m[0, 1]).all()
