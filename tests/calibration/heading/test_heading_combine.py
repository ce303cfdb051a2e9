"""Own headings weighed against a common one: cases whose scatter is written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.calibration.heading.combine import combine, combine_upward

NAN = float("nan")


def weigh(offset, sigma, arbitrary=None):
    flags = np.zeros(len(offset), dtype=bool) if arbitrary is None else np.array(arbitrary)
    return combine(np.array(offset), np.array(sigma), flags)


def test_two_sensors_apart_scatter_and_a_third_has_that_of_itself_and_of_the_base() -> None:
    """0.1 and -0.1 rad, known to 0.02: tau^2 = 2 0.1^2 - 0.02^2 = 0.14^2, own weight 0.98."""
    found = weigh([0.1, -0.1, NAN], [0.02, 0.02, NAN])
    assert found.tau_rad == pytest.approx(0.14)
    np.testing.assert_allclose(found.weight, [0.98, 0.98, 0.0])
    np.testing.assert_allclose(found.offset_rad, [0.098, -0.098, 0.0], atol=1e-12)
    own = 0.02 * 0.14 / np.sqrt(0.02)
    np.testing.assert_allclose(found.sigma_rad, [own, own, np.sqrt(2.0) * 0.14])


def test_scatter_of_sensors_that_are_not_known_alike() -> None:
    """Weights 2500, 625, 625 about their mean of 0.05: Q = 18.75, and c = 1875."""
    found = weigh([0.1, -0.05, -0.05], [0.02, 0.04, 0.04])
    tau2 = (18.75 - 2.0) / 1875.0
    assert found.tau_rad == pytest.approx(np.sqrt(tau2))
    w = 1.0 / (np.array([0.02, 0.04, 0.04]) ** 2 + tau2)
    mu = float(w @ [0.1, -0.05, -0.05]) / w.sum()
    prior2 = np.array([(0.1 - mu) ** 2, tau2, tau2])  # the first is 4.8 deviations of its own away
    weight = prior2 / (np.array([0.02, 0.04, 0.04]) ** 2 + prior2)
    np.testing.assert_allclose(found.weight, weight)
    wanted = weight * [0.1, -0.05, -0.05] + (1.0 - weight) * mu
    np.testing.assert_allclose(found.offset_rad, wanted)


def test_sensors_that_agree_keep_the_common_heading_and_confirm_one_another() -> None:
    found = weigh([0.01, -0.01, NAN], [0.03, 0.04, NAN])
    assert found.tau_rad == 0.0
    mean = (0.01 / 9.0 - 0.01 / 16.0) / (1.0 / 9.0 + 1.0 / 16.0)
    np.testing.assert_allclose(found.offset_rad, [mean, mean, 0.0])
    np.testing.assert_array_equal(found.weight, 0.0)
    np.testing.assert_allclose(found.sigma_rad, 0.024)  # 1 / sqrt(1 / 0.03^2 + 1 / 0.04^2)


def test_the_sensor_that_defines_the_common_heading_is_exact() -> None:
    found = weigh([0.0, 0.02], [0.0, 0.05])
    np.testing.assert_allclose(found.offset_rad, 0.0, atol=1e-9)
    assert found.sigma_rad[0] == 0.0
    assert found.sigma_rad[1] == pytest.approx(0.05)


@pytest.mark.parametrize(("own", "off"), [(0.101, False), (0.099, True)])
def test_a_sensor_beyond_three_of_its_own_deviations_goes_its_own_way(
    own: float, off: bool
) -> None:
    """The exact base holds mu at 0; 0.3 rad off is 3 deviations of 0.1."""
    found = weigh([0.0, 0.0, 0.0, 0.3], [0.0, 0.0, 0.0, own])
    tau = found.tau_rad
    prior = max(tau, 0.3) if off else tau
    assert found.weight[3] == pytest.approx(prior**2 / (own**2 + prior**2))
    assert tau < 0.3


def test_sensors_that_share_no_north_keep_what_each_tells_and_nothing_else_is_known() -> None:
    far = np.deg2rad(90.0) + 0.01
    found = weigh([0.0, far, NAN], [0.0, 0.1, NAN])
    assert found.tau_rad == np.inf
    np.testing.assert_allclose(found.offset_rad, [0.0, far, 0.0])
    np.testing.assert_allclose(found.sigma_rad, [0.0, 0.1, np.inf])
    np.testing.assert_allclose(found.weight, [1.0, 1.0, 0.0])
    near = weigh([0.0, far - 0.02, NAN], [0.0, 3.0, NAN])
    assert np.isfinite(near.tau_rad)


def test_scatter_of_more_than_45_degrees_is_no_north() -> None:
    """With +-a known to s, tau^2 = 2 a^2 - s^2."""
    limit = np.deg2rad(45.0)
    for tau, shared in ((limit - 0.01, True), (limit + 0.01, False)):
        a = np.sqrt((tau**2 + 0.01**2) / 2.0)
        assert np.isfinite(weigh([a, -a], [0.01, 0.01]).tau_rad) == shared


def test_an_earth_frame_that_faces_anywhere_is_known_from_its_own_motion_alone() -> None:
    found = weigh([0.0, 0.02, 1.2, NAN], [0.0, 0.05, 0.2, NAN], [False, False, True, True])
    assert found.offset_rad[2] == pytest.approx(1.2)
    assert found.sigma_rad[2] == pytest.approx(0.2)
    assert found.weight[2] == 1.0
    assert found.sigma_rad[3] == np.inf


def test_a_single_sensor_that_tells_is_the_common_heading() -> None:
    found = weigh([0.2, NAN], [0.05, NAN])
    assert found.offset_rad[0] == pytest.approx(0.2)
    assert found.tau_rad == 0.0


def test_exact_sensors_that_agree_are_exact() -> None:
    found = weigh([0.0, 0.0], [0.0, 0.0])
    np.testing.assert_array_equal(found.weight, 0.0)
    np.testing.assert_allclose(found.sigma_rad, 0.0, atol=1e-9)


@pytest.mark.parametrize(("away_deg", "shared"), [(89.0, True), (91.0, False)])
def test_a_sensor_a_right_angle_off_shares_no_north_however_little_it_tells(
    away_deg: float, shared: bool
) -> None:
    """Known to 80 degrees, 91 off an exact one: tau^2 = (91^2 - 80^2) / 2, which is 31 degrees."""
    found = weigh([0.0, np.deg2rad(away_deg)], [0.0, np.deg2rad(80.0)])
    assert np.isfinite(found.tau_rad) == shared


@pytest.mark.parametrize("excess", [0.1, 0.9])
def test_a_little_more_scatter_than_chance_counts(excess: float) -> None:
    """+-a known to s: Q = 2 a^2 / s^2 and c = 1 / s^2, so tau^2 = (Q - 1) s^2."""
    a = 0.02 * np.sqrt((1.0 + excess) / 2.0)
    found = weigh([a, -a], [0.02, 0.02])
    assert found.tau_rad == pytest.approx(0.02 * np.sqrt(excess))


def test_a_single_sensor_that_tells_is_confirmed_by_none() -> None:
    assert np.isnan(weigh([0.2, NAN], [0.05, NAN]).sigma_rad[0])
    assert np.isnan(weigh([0.2], [0.05]).sigma_rad[0])


def test_legs_turn_neither_pelvis_nor_trunk() -> None:
    """Pelvis exact, trunk 0.05 off, known to 0.06: it agrees. The legs are off by 0.3."""
    offset, sigma = np.array([0.0, 0.05, 0.3, -0.3]), np.array([0.0, 0.06, 0.05, 0.05])
    legs, none = np.array([False, False, True, True]), np.zeros(4, dtype=bool)
    with_legs = combine_upward(offset, sigma, none, legs)
    alone = combine(offset[:2], sigma[:2], none[:2])
    np.testing.assert_array_equal(with_legs.offset_rad[:2], alone.offset_rad)
    np.testing.assert_array_equal(with_legs.sigma_rad[:2], alone.sigma_rad)
    np.testing.assert_array_equal(with_legs.weight[:2], alone.weight)
    whole = combine(offset, sigma, none)
    assert whole.offset_rad[1] > alone.offset_rad[1] + 0.01
    np.testing.assert_array_equal(with_legs.offset_rad[2:], whole.offset_rad[2:])
    assert with_legs.tau_rad == whole.tau_rad


def test_legs_show_that_a_trunk_that_does_not_tell_shares_no_north() -> None:
    offset, sigma = np.array([0.0, NAN, np.pi / 1.5]), np.array([0.0, NAN, 0.1])
    found = combine_upward(offset, sigma, np.zeros(3, dtype=bool), np.array([False, False, True]))
    assert np.isinf(found.tau_rad)
    assert np.isinf(found.sigma_rad[1])


def test_legs_show_that_a_trunk_that_tells_shares_no_north() -> None:
    """Alone it would be drawn to the pelvis, of which it is 0.1 off; so it keeps its own."""
    offset, sigma = np.array([0.0, 0.1, np.pi / 1.5]), np.array([0.0, 0.1, 0.1])
    found = combine_upward(offset, sigma, np.zeros(3, dtype=bool), np.array([False, False, True]))
    assert np.isinf(found.tau_rad)
    np.testing.assert_allclose(found.offset_rad, offset)
    np.testing.assert_allclose(found.sigma_rad, sigma)


def test_a_trunk_that_does_not_tell_is_as_uncertain_as_the_legs_scatter() -> None:
    offset, sigma = np.array([0.0, NAN, 0.3, -0.3]), np.array([0.0, NAN, 0.05, 0.05])
    legs = np.array([False, False, True, True])
    found = combine_upward(offset, sigma, np.zeros(4, dtype=bool), legs)
    assert found.sigma_rad[1] == pytest.approx(np.sqrt(2.0) * found.tau_rad)


def test_a_sensor_that_does_not_tell_is_off_by_its_scatter_and_the_error_of_a_mean() -> None:
    """Two legs, 0.1 and -0.1, known to 0.02: tau 0.14, their mean known to sqrt(0.02 / 2) = 0.1."""
    offset, sigma = np.array([NAN, 0.1, -0.1]), np.array([NAN, 0.02, 0.02])
    none, legs = np.zeros(3, dtype=bool), np.array([False, True, True])
    mean = combine_upward(offset, sigma, none, legs, by_legs=True)
    assert mean.sigma_rad[0] == pytest.approx(np.hypot(0.14, 0.1))
    of_one = combine_upward(offset, sigma, none, legs)
    assert of_one.sigma_rad[0] == pytest.approx(np.sqrt(2.0) * 0.14)
    agree = combine_upward(0.0 * offset, sigma, none, legs, by_legs=True)
    assert agree.sigma_rad[0] == pytest.approx(0.02 / np.sqrt(2.0))
