"""The turn between two earth frames from moments, and moments from motion, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import joint
from opensim_pelvis.calibration.heading.joint import (
    Moments,
    contrast_of_sides,
    heading_from_joint,
    solve_joint,
)
from opensim_pelvis.frames import FloatArray
from tests.calibration.heading.by_hand import UPRIGHT, about, heading_turn, recorded

FINE_RAD = np.deg2rad(0.0061)  # the last steps of the search are 0.008 degrees


def shared(
    angle_rad: float,
    noise: float = 0.02,
    *,
    level: float = 2.0,
    upright: tuple[float, float] = (1.0, 1.0),
) -> Moments:
    """Without levers: squares of the horizontal part, of the vertical one, and of noise of each.

    The second of ``upright`` is how much of the vertical part is shared; negative in antiphase.
    """
    own, along, across, up = (np.zeros((4, 4)) for _ in range(4))
    own[0, 0] = level + upright[0] + noise
    along[0, 0] = level * np.cos(angle_rad)
    across[0, 0] = level * np.sin(angle_rad)
    up[0, 0] = upright[1]
    return Moments(own, own, along, across, up, 100.0)


@pytest.mark.parametrize(
    "angle_deg", [0.0, 3.3, 50.0, -92.53, 178.76, -179.9, 12.357, -47.649, 101.482]
)
def test_horizontal_accelerations_tell_the_turn(angle_deg: float) -> None:
    """What is left at an angle d from it is 2 (2 - 2 cos d) and the noise of both."""
    angle, misfit, contrast = solve_joint(shared(np.deg2rad(angle_deg)))
    assert abs(np.angle(np.exp(1j * (angle - np.deg2rad(angle_deg))))) < FINE_RAD
    assert misfit == pytest.approx(0.04 / 6.04, rel=1e-4)
    apart = np.deg2rad(angle_deg - np.arange(-180.0, 180.0, 5.0))
    left = 4.0 * (1.0 - np.cos(apart)) + 0.04
    # A right angle or more from the nearest of the angles in steps of 5 degrees.
    nearest = np.deg2rad((angle_deg + 2.5) % 5.0 - 2.5)
    assert contrast == pytest.approx(left[np.cos(apart - nearest) < 1e-9].min() / 0.04, rel=1e-3)


def test_no_acceleration_tells_nothing() -> None:
    none = np.zeros((4, 4))
    _, misfit, contrast = solve_joint(Moments(none, none, none, none, none, 100.0))
    assert (misfit, contrast) == (np.inf, 0.0)
    size = 1000
    at_rest = {body: np.tile(UPRIGHT, (size, 1)) for body in ("pelvis", "torso")}
    weightless = dict.fromkeys(at_rest, np.zeros((size, 3)))
    aligned = recorded(at_rest, 50.0, force_mps2=weightless)
    assert heading_from_joint(aligned, None, base=0, sensor=1) is None


def test_a_small_acceleration_tells_as_much_as_a_large_one() -> None:
    large = shared(0.3)
    small = scaled(large, 1e-3)
    np.testing.assert_allclose(solve_joint(small), solve_joint(large))


def scaled(moments: Moments, by: float) -> Moments:
    parts = (moments.own_a, moments.own_b, moments.along, moments.across, moments.upright)
    return Moments(*(by * part for part in parts), moments.samples)


def test_an_exact_fit_has_no_misfit() -> None:
    for level in (2.0, 1e-8):
        angle, misfit, contrast = solve_joint(shared(0.0, 0.0, level=level, upright=(0.0, 0.0)))
        assert abs(angle) < FINE_RAD
        assert 0.0 <= misfit < 1e-6
        assert contrast > 1e6


def test_a_side_is_not_told_where_accelerometers_recorded_nothing() -> None:
    """Nothing but zeros, of a thigh that swings in a plane."""
    swinging = about((0.0, 1.0, 0.0), 0.5 * np.sin(np.arange(1000) / 8.0))
    R_ES = {"pelvis": np.tile(UPRIGHT, (1000, 1)), "femur_r": swinging}
    aligned = recorded(R_ES, 50.0, force_mps2=dict.fromkeys(R_ES, np.zeros((1000, 3))))
    assert contrast_of_sides(aligned, None, base=0, sensor=1, heading_rad=0.3) == 1.0


def sampled(seed: int) -> tuple[Moments, FloatArray, FloatArray]:
    """Return moments of random samples, and these, (50, 3, 4) of each sensor."""
    a, b = np.random.default_rng(seed).normal(size=(2, 50, 3, 4)) * [1.0, 0.3, 0.2, 0.5]
    x, y, z = (np.einsum("ti,tj->ij", a[:, k], b[:, k]) for k in range(3))
    xy, yx = (np.einsum("ti,tj->ij", a[:, i], b[:, 1 - i]) for i in (0, 1))
    own_a, own_b = (np.einsum("tki,tkj->ij", each, each) for each in (a, b))
    return Moments(own_a, own_b, x + y, yx - xy, z, 150.0), a, b


def fitted(a: FloatArray, b: FloatArray, angle_rad: float) -> tuple[FloatArray, float]:
    """Return levers and what they leave, by least squares of samples and a row for each lever."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    turned = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]]) @ b
    columns = np.concatenate([a[..., 1:], -turned[..., 1:]], axis=-1).reshape(-1, 6)
    apart = (a[..., 0] - turned[..., 0]).reshape(-1)
    square = np.sum(a[..., 0] ** 2) + np.sum(b[..., 0] ** 2)
    rows = np.concatenate([columns, np.sqrt(square / 150.0) / 0.5 * np.eye(6)])
    told = np.concatenate([apart, np.zeros(6)])
    levers = np.linalg.lstsq(rows, told)[0]
    return levers, float(np.sum((told - rows @ levers) ** 2))


def test_levers_are_those_of_the_angle_that_fits_best() -> None:
    """One for the acceleration itself; what a lever adds is subtracted."""
    moments, a, b = sampled(5)
    levers, _ = fitted(a, b, solve_joint(moments)[0])
    lever_a, lever_b = joint.levers_of(moments)
    np.testing.assert_allclose(lever_a, [1.0, *-levers[:3]], atol=1e-9)
    np.testing.assert_allclose(lever_b, [1.0, *-levers[3:]], atol=1e-9)


def test_levers_are_free_within_half_a_metre() -> None:
    """Least squares over both levers, held by a row each, done with the samples themselves."""
    moments, a, b = sampled(4)
    for angle in (0.0, 0.4, -2.0):
        assert joint._cost(moments, angle) == pytest.approx(fitted(a, b, angle)[1])


@pytest.mark.parametrize(("rate_hz", "hz"), [(100.0, 5.0), (100.0, 8.0), (60.0, 5.0)])
def test_acceleration_is_smoothed_at_5_hz_and_loses_its_mean(rate_hz: float, hz: float) -> None:
    """A Butterworth filter of order two, there and back: half is left at 5 Hz."""
    time_s = np.arange(round(20.0 * rate_hz)) / rate_hz
    wave = np.cos(2.0 * np.pi * hz * time_s)
    felt = np.stack([wave, 2.0 * wave + 3.0, 0.0 * wave + 9.81], axis=1)
    R_ES = np.tile(heading_turn(np.pi / 2.0), (time_s.size, 1))
    moving = joint._moving(R_ES, felt, rate_hz)
    warped = np.tan(np.pi * hz / rate_hz) / np.tan(np.pi * 5.0 / rate_hz)
    middle = slice(time_s.size // 4, -time_s.size // 4)
    wanted = np.stack([-2.0 * wave, wave, 0.0 * wave], axis=1) / (1.0 + warped**4)
    np.testing.assert_allclose(moving[middle, :, 0], wanted[middle], atol=5e-3)
    np.testing.assert_allclose(moving[:, :, 1:], 0.0, atol=1e-9)
    np.testing.assert_allclose(moving.mean(axis=0), 0.0, atol=1e-12)


def test_a_lever_adds_what_its_turning_and_its_quickening_make_of_it() -> None:
    """To and fro about the vertical by 0.5 rad at 0.5 Hz: w' z x arm - w^2 arm."""
    rate_hz, pulse = 100.0, 2.0 * np.pi * 0.5
    time_s = np.arange(2000) / rate_hz
    angle = 0.7 + 0.5 * np.sin(pulse * time_s)
    turning, quickening = (
        0.5 * pulse * np.cos(pulse * time_s),
        -0.5 * pulse**2 * np.sin(pulse * time_s),
    )
    moving = joint._moving(heading_turn(angle), np.zeros((2000, 3)), rate_hz)
    for k, start in enumerate((0.0, np.pi / 2.0)):
        cos, sin = np.cos(angle + start), np.sin(angle + start)
        wanted = np.stack(
            [-quickening * sin - turning**2 * cos, quickening * cos - turning**2 * sin], axis=1
        )
        wanted -= wanted.mean(axis=0)
        np.testing.assert_allclose(moving[400:-400, :2, k + 1], wanted[400:-400], atol=0.02)
    np.testing.assert_allclose(moving[:, 2], 0.0, atol=1e-9)
    np.testing.assert_allclose(moving[:, :, 3], 0.0, atol=1e-9)


def test_moments_are_sums_over_samples_and_components() -> None:
    """The second sensor's E is turned by 0.4 rad to the left: it feels turned to the right."""
    time_s = np.arange(600) / 50.0
    waves = np.stack([np.sin(2.0 * np.pi * hz * time_s) for hz in (0.5, 0.75, 1.0)], axis=1)
    felt = waves * [1.0, 0.5, 2.0]
    seen = felt @ np.array(
        [[np.cos(0.4), -np.sin(0.4), 0.0], [np.sin(0.4), np.cos(0.4), 0.0], [0, 0, 1]]
    )
    R_ES = np.tile(UPRIGHT, (600, 2, 1))
    found = joint.moments_of(R_ES, np.stack([felt, seen], axis=1), 50.0)
    a, b = (joint._moving(R_ES[:, 0], each, 50.0)[:, :, 0] for each in (felt, seen))
    assert found.samples == 1800.0
    assert found.own_a[0, 0] == pytest.approx(np.sum(a**2))
    assert found.own_b[0, 0] == pytest.approx(np.sum(b**2))
    assert found.along[0, 0] == pytest.approx(np.sum(a[:, :2] * b[:, :2]))
    assert found.upright[0, 0] == pytest.approx(np.sum(a[:, 2] * b[:, 2]))
    assert found.across[0, 0] == pytest.approx(np.sum(a[:, 1] * b[:, 0] - a[:, 0] * b[:, 1]))
    assert solve_joint(found)[0] == pytest.approx(0.4, abs=FINE_RAD)


def pieces_of(
    size: int, rate_hz: float, drift_rad: FloatArray | None = None, absent: int | None = None
) -> list[tuple[FloatArray, FloatArray, float]]:
    """What is given to `moments_of`, of sensors 2 and 0 of three that feel the sample's number."""
    number = np.arange(float(size))
    felt = {b: np.stack([number, number + k, number], axis=1) for k, b in enumerate("abc")}
    R_ES = {b: np.tile(heading_turn(0.1 * k), (size, 1)) for k, b in enumerate("abc")}
    if absent is not None:
        R_ES["c"][absent] = np.nan
    aligned = recorded(R_ES, rate_hz, force_mps2=felt)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint, "moments_of", lambda *given: given)
        return list(joint._pieces(aligned, drift_rad, 2, 0))  # type: ignore[arg-type]


def test_pieces_of_three_seconds_are_at_most_a_hundred_evenly_over_all() -> None:
    few = pieces_of(7 * 63 + 62, 21.0)
    assert [given[1][0, 0, 0] for given in few] == [63.0 * k for k in range(7)]
    assert {given[1].shape for given in few} == {(63, 2, 3)}
    np.testing.assert_array_equal(few[0][1][0], [[0.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(few[0][0][0], heading_turn(np.array([0.2, 0.0])))
    assert {given[2] for given in few} == {21.0}
    many = pieces_of(199 * 63, 21.0)
    assert [given[1][0, 0, 0] for given in many] == [126.0 * k for k in range(100)]
    assert len(pieces_of(100 * 63, 21.0)) == 100
    assert len(pieces_of(63, 21.0)) == 1
    assert pieces_of(62, 21.0) == []


def test_pieces_need_more_than_20_hz_and_every_sample() -> None:
    assert pieces_of(600, 20.0) == []
    starts = [given[1][0, 0, 0] for given in pieces_of(7 * 63, 21.0, absent=70)]
    assert starts == [63.0 * k for k in (0, 2, 3, 4, 5, 6)]


def test_drift_is_taken_from_the_headings_first() -> None:
    drift = np.stack([np.linspace(0.0, 1.0, 126) * k for k in (1.0, 3.0, -2.0)], axis=1)
    for piece, rows in zip(pieces_of(126, 21.0, drift), (slice(63), slice(63, 126)), strict=True):
        wanted = heading_turn(np.array([0.2, 0.0]) - drift[rows][:, [2, 0]])
        np.testing.assert_allclose(piece[0], wanted, atol=1e-12)


def told(pieces: list[Moments]) -> tuple[float, float] | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint, "_pieces", lambda *_: iter(pieces))
        aligned = recorded({"pelvis": np.tile(UPRIGHT, (2, 1))}, 50.0)
        return heading_from_joint(aligned, None, base=0, sensor=1)


def jackknife(apart_rad: FloatArray) -> float:
    """Standard error of the direction of a sum of unit vectors, each left out once."""
    units = np.exp(1j * apart_rad)
    away = np.angle(units.sum() - units)
    return float(np.sqrt((apart_rad.size - 1) / apart_rad.size * np.sum((away - away.mean()) ** 2)))


@pytest.mark.parametrize("middle_rad", [0.0, np.pi / 2.0, 2.0, np.pi])
def test_the_error_over_time_is_that_of_a_jackknife(middle_rad: float) -> None:
    apart = np.deg2rad([-20.0, -6.0, -1.0, 4.0, 9.0, 14.0])
    found = told([shared(middle_rad + away) for away in apart])
    assert found is not None
    mean = middle_rad + np.angle(np.exp(1j * apart).sum())
    assert abs(np.angle(np.exp(1j * (found[0] + mean)))) < FINE_RAD
    wanted = np.hypot(np.deg2rad(6.0), jackknife(apart))
    assert found[1] == pytest.approx(wanted, abs=np.deg2rad(0.01))
    assert told([shared(middle_rad + away) for away in apart[:5]]) is None


def test_more_than_thirty_pieces_are_thirty_groups() -> None:
    """Every thirtieth piece belongs together: of 60 alternating ones both are on one side."""
    apart = np.deg2rad(np.where(np.arange(30) % 2 == 0, 30.0, -30.0))
    found = told([shared(away) for away in np.tile(apart, 2)])
    assert found is not None
    assert found[1] == pytest.approx(np.hypot(np.deg2rad(6.0), jackknife(apart)), rel=3e-3)


@pytest.mark.parametrize(("spread_deg", "tells"), [(21.0, True), (21.7, False)])
def test_a_standard_error_of_more_than_10_degrees_tells_nothing(
    spread_deg: float, tells: bool
) -> None:
    """Six pieces to either side by turns: the jackknife of the tangents is spread / sqrt(5)."""
    apart = np.deg2rad(spread_deg) * np.array([1.0, -1.0] * 3)
    assert (np.rad2deg(jackknife(apart)) < 10.0) == tells
    assert (told([shared(away) for away in apart]) is not None) == tells


@pytest.mark.parametrize(("shared_upright", "tells"), [(-0.85, True), (-0.9, False)])
def test_a_quarter_of_the_acceleration_may_be_unexplained(
    shared_upright: float, tells: bool
) -> None:
    """Vertical parts in antiphase leave 2 (1 + 0.85) of 15; a right angle off 13 more."""
    piece = shared(0.0, 0.0, level=6.5, upright=(1.0, shared_upright))
    least = 2.0 * (1.0 - shared_upright)
    assert solve_joint(piece)[1:] == pytest.approx((least / 15.0, 1.0 + 13.0 / least))
    assert (told([piece] * 6) is not None) == tells


@pytest.mark.parametrize(("contrast", "tells"), [(4.05, True), (3.95, False)])
def test_a_heading_a_right_angle_off_fits_four_times_worse(contrast: float, tells: bool) -> None:
    """Noise of 0.1 each leaves 0.2, and a right angle leaves twice the horizontal part more."""
    piece = shared(0.0, 0.1, level=0.1 * (contrast - 1.0))
    assert solve_joint(piece)[2] == pytest.approx(contrast)
    assert (told([piece] * 6) is not None) == tells


@pytest.mark.parametrize("heading_rad", [0.0, 1.2, -2.9])
def test_the_opposite_of_a_heading_fits_its_joint_worse(heading_rad: float) -> None:
    """Noise of 0.02 each leaves 0.04 at the heading, four times the horizontal part more behind."""
    pieces = [shared(-heading_rad)] * 6
    behind = (0.04 + 8.0) / 0.04

    def contrast(pieces: list[Moments], heading_rad: float) -> float:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(joint, "_pieces", lambda *_: iter(pieces))
            aligned = recorded({"pelvis": np.tile(UPRIGHT, (2, 1))}, 50.0)
            return contrast_of_sides(aligned, None, base=0, sensor=1, heading_rad=heading_rad)

    assert contrast(pieces, heading_rad) == pytest.approx(behind)
    assert contrast(pieces, heading_rad + np.pi) == pytest.approx(1.0 / behind)
    small = [scaled(piece, 1e-3) for piece in pieces]
    assert contrast(small, heading_rad) == pytest.approx(behind)
    assert contrast(pieces[:5], heading_rad) == 1.0
