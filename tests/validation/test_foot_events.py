"""Events of two systems: pairs, errors, and what has no partner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.validation.foot_events import FootEvent, compare_events, read_c3d_events

CONTACT = "initial contact"


def contacts(side: str, times: np.ndarray) -> list[FootEvent]:
    return [FootEvent(kind=CONTACT, side=side, time_s=float(t)) for t in times]


def test_errors_missed_and_extra_events_are_those_put_in() -> None:
    true_s = np.arange(1.0, 15.0, 0.7)
    error_s = np.random.default_rng(1).normal(0.012, 0.005, true_s.size)
    reference = contacts("right", true_s) + contacts("left", true_s + 0.35)
    found_s = np.delete(true_s + error_s, 4)  # one is missed
    estimate = contacts("right", np.append(found_s, 8.3)) + contacts("left", true_s + 0.35)
    (found,) = compare_events(estimate, reference, (0.0, 20.0))
    assert (found.matched, found.missed, found.extra) == (2 * true_s.size - 1, 1, 1)
    right = np.array([side == "right" for side in found.sides])
    assert found.error_s[right] == pytest.approx(np.delete(error_s, 4), abs=1e-12)
    assert found.error_s[~right] == pytest.approx(np.zeros(true_s.size), abs=1e-12)
    assert found.time_s[right] == pytest.approx(np.delete(true_s, 4), abs=1e-12)


def test_the_other_foot_is_no_partner_and_the_window_counts() -> None:
    times = np.arange(1.0, 5.0, 0.7)
    assert compare_events(contacts("left", times), contacts("right", times), (0.0, 9.0)) == ()
    (found,) = compare_events(contacts("left", times), contacts("left", times), (1.5, 4.0))
    assert found.matched == int(((times >= 1.5) & (times <= 4.0)).sum())


def test_events_of_a_c3d_are_on_the_clock_of_its_points(shared_data: Path) -> None:
    file = open_c3d(shared_data / "vicon_pig" / "PiG_Motion-FlatFoot-Full.c3d")
    events, _ = read_c3d_events(file)
    assert len(events) == 12
    assert events[0] == FootEvent(kind=CONTACT, side="right", time_s=pytest.approx(1.53))
    first_s = (file.first_frame - 1) / 100.0
    assert all(first_s <= e.time_s <= first_s + file.frames / 100.0 for e in events)
