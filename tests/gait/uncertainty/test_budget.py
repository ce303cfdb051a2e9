"""Terms are combined as the GUM says, by numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from opensim_pelvis.gait.measures.intervals import blocks_of, mean_interval
from opensim_pelvis.gait.uncertainty.budget import combine, make_estimate
from opensim_pelvis.gait.uncertainty.priors import number, priors
from opensim_pelvis.types.uncertainty import TERMS, Term


def test_example_of_the_guide():
    # JCGM 100:2008, G.4.1: 1.03 % with 19 degrees of freedom, expanded 2.2 %
    known = [(0.25, 9), (0.57, 4), (0.82, 14)]
    found = combine([Term(name="pose", standard=u, freedom=v) for u, v in known])
    assert found.standard == pytest.approx(1.03, abs=0.005)
    assert found.freedom == pytest.approx(19.0, abs=0.5)
    assert found.u95 == pytest.approx(2.15, abs=0.02)


def test_a_single_term_keeps_its_own_freedom_and_student_factor():
    found = combine([Term(name="strides", standard=2.0, freedom=10.0)])
    assert (found.standard, found.freedom) == (2.0, pytest.approx(10.0))
    assert found.factor == pytest.approx(2.2281, abs=1e-4)
    assert found.u95 == pytest.approx(4.4563, abs=1e-4)


def test_stated_terms_have_the_normal_factor():
    found = combine([Term(name="pose", standard=3.0), Term(name="facing", standard=4.0)])
    assert found.standard == 5.0
    assert found.freedom == np.inf
    assert found.factor == pytest.approx(1.95996, abs=1e-5)


@pytest.mark.parametrize(("freedom", "counted"), [(0.4, 1.0), (1.0, 1.0), (1.5, 1.5)])
def test_less_than_one_degree_of_freedom_counts_as_one(freedom, counted):
    found = combine([Term(name="events", standard=2.0, freedom=freedom)])
    assert found.freedom == pytest.approx(counted)
    assert found.factor == pytest.approx(t.ppf(0.975, counted))


def test_nothing_unsure_is_an_uncertainty_of_zero():
    assert combine([]).u95 == 0.0


def test_terms_stand_largest_first_and_zeros_are_left_out():
    terms = [Term(name="pose", standard=s) for s in (1.0, 3.0, 0.0, 2.0)]
    found = make_estimate("pelvic_tilt_mean_deg", "body", 7.0, terms)
    assert [term.standard for term in found.terms] == [3.0, 2.0, 1.0]
    assert found.low == pytest.approx(7.0 - 1.959964 * 14.0**0.5)
    assert found.high == pytest.approx(7.0 + 1.959964 * 14.0**0.5)


@pytest.mark.parametrize(("value", "beyond"), [(2.0, True), (1.9, False), (-2.0, True)])
def test_beyond_zero(value, beyond):
    found = make_estimate("x", "body", value, [Term(name="pose", standard=1.0)])
    assert found.beyond_zero is beyond


def test_every_term_has_its_words_and_numbers():
    for name in TERMS:
        prior = priors()[name]
        assert all((prior.label, prior.what, prior.source))
        assert all(np.isfinite(v) and v > 0.0 for v in prior.numbers.values())
    assert number("strides", "usual_freedom") == 10.0
    with pytest.raises(KeyError):
        number("pose", "no such number")


def test_spread_is_drawn_towards_the_usual_one():
    # no spread of its own: the interval is that of the usual spread with 3 + 10 degrees of freedom
    same = np.full(4, 12.0)
    assert mean_interval(same) == (0.0, 4.0)
    half, _ = mean_interval(same, usual_sd=1.0, usual_freedom=10.0)
    wider, _ = mean_interval(same, usual_sd=2.0, usual_freedom=10.0)
    assert wider == pytest.approx(2.0 * half)
    # without memory: sqrt(10 / 13) / 2 of a deviation, Student's quantile 2.16 of 13; with, more
    least = 2.1604 * (10.0 / 13.0) ** 0.5 / 2.0
    assert least < half < 2.0 * least


def test_a_spread_as_usual_narrows_the_interval():
    rng = np.random.default_rng(5)
    x = rng.normal(size=6)
    x *= 1.0 / x.std(ddof=1)
    half, _ = mean_interval(x)
    known, _ = mean_interval(x, usual_sd=1.0, usual_freedom=10.0)
    assert known < half


def test_usual_spread_of_blocks_is_that_of_their_means():
    x = np.zeros(128)  # blocks of two
    assert blocks_of(128) == (2, 64)
    half, _ = mean_interval(x, usual_sd=1.0, usual_freedom=10.0)
    shorter, _ = mean_interval(np.zeros(64), usual_sd=1.0, usual_freedom=10.0)
    assert 2.0**-0.5 * shorter * 0.99 < half < shorter


def test_values_that_undo_their_neighbours_have_an_interval():
    # blocks of two are all zero; single values of one deviation leave Student's interval of 64
    half, effective = mean_interval(np.tile([1.0, -1.0], 33))
    assert half == pytest.approx(1.998 / 64**0.5 * (64 / 63) ** 0.5, rel=0.1)
    assert 50.0 < effective < 67.0


@pytest.mark.parametrize("n", [3, 40, 65, 130])
@pytest.mark.parametrize("size", [1e-13, 1e-10, 1e-6])
def test_values_that_hardly_vary_have_hardly_an_interval(n, size):
    half, effective = mean_interval(15.0 + size * (np.arange(n) % 2))
    assert 0.0 <= half < 10.0 * size + 1e-12
    assert np.isfinite(effective)
