"""Swings and signals of a leg: what is a stride, and what a gap does."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.gait.events.leg_contacts import find_leg_events, find_swings
from opensim_pelvis.gait.events.signals import (
    SegmentSignal,
    find_extremes,
    minima_in,
    passes,
    refine,
)

RATE_HZ = 100.0
STRIDE = 70.0


def shank(swings: FloatArray, hidden: float = -1.0) -> SegmentSignal:
    """Return a shank that swings, falls after each swing and pushes off before the next.

    One of the swings may be hidden.
    """
    at = np.arange(1000.0)
    omega = np.zeros(1000)
    for p in swings:
        for later, height, width in ((0.0, 8.0, 8.0), (17.0, -5.0, 3.0), (45.0, -7.0, 8.0)):
            if p != hidden or height < 0.0:
                omega += height * np.exp(-(((at - p - later) / width) ** 2))
    return SegmentSignal(body="tibia_r", omega_radps=omega, measured=True)


def test_swings_contacts_and_toe_offs_recur_with_the_stride() -> None:
    swings = 60.0 + STRIDE * np.arange(13)
    leg = find_leg_events(shank(swings), RATE_HZ)
    np.testing.assert_allclose(leg.swing, swings, atol=1.5)
    np.testing.assert_allclose(np.diff(leg.contact), STRIDE, atol=0.1)
    np.testing.assert_allclose(np.diff(leg.toe_off[:-1]), STRIDE, atol=0.1)
    assert np.isnan(leg.toe_off[-1]), "after the last swing the foot stays down"


def test_a_swing_that_is_not_seen_leaves_no_toe_off_of_another_stride() -> None:
    every = 60.0 + STRIDE * np.arange(13)
    whole = find_leg_events(shank(every), RATE_HZ)
    lost = find_leg_events(shank(every, hidden=every[6]), RATE_HZ)
    assert lost.swing.size == 12
    assert np.isnan(lost.toe_off[5]), "two strides further there is one"
    keep = np.delete(np.arange(13), [5, 6])  # of the strides before and after the hidden swing
    kept = np.delete(np.arange(12), 5)
    np.testing.assert_allclose(lost.toe_off[kept], whole.toe_off[keep], atol=0.5)
    np.testing.assert_allclose(lost.contact[kept], whole.contact[keep], atol=0.5)


def test_the_edge_of_a_gap_is_no_extreme() -> None:
    wave = np.sin(np.arange(100) / 5.0)
    wave[40:60] = np.nan  # still rises into the gap, just short of the second peak
    assert find_extremes(wave, 1, height=0.5).tolist() == [8, 71]
    gap = shank(60.0 + STRIDE * np.arange(13)).omega_radps
    gap[265:320] = np.nan  # the middle of one swing
    signal = SegmentSignal(body="tibia_r", omega_radps=gap, measured=True)
    assert not ((find_swings(signal, RATE_HZ) > 255) & (find_swings(signal, RATE_HZ) < 330)).any()


def test_places_between_samples() -> None:
    time = np.arange(60) / 10.0
    wave = -np.cos(time - 0.123)
    found = find_extremes(wave, -1, height=0.5)
    np.testing.assert_allclose(refine(wave, found) / 10.0, [0.123], atol=2e-4)
    assert passes(wave, 0, 59, 0.0, "rise") / 10.0 == pytest.approx([0.123 + np.pi / 2], abs=1e-3)
    assert passes(wave, 0, 59, 0.0, "fall") / 10.0 == pytest.approx([0.123 + 1.5 * np.pi], abs=1e-3)
    assert minima_in(wave, 0, 59).tolist() == [1]
    assert minima_in(wave, 2, 59).size == passes(wave, 20, 30, 0.0, "rise").size == 0
