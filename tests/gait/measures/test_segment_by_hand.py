"""Range of rotation over strides, and strides beside holes and at the first sample, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.gait.strides.segment import _rotation_ranges, segment_strides
from tests.gait.measures.hand_made import STRIDES, TIME_S, curve, wave
from tests.gait.measures.test_strides_by_hand import LONG_S, angles_of, contacts_of


def test_the_range_of_rotation_is_read_against_the_path() -> None:
    """The path turns by 0.2 rad between the mid-strides, at 1.4 and 2.5 s, and goes on so."""
    strides = replace(STRIDES, travel_rad=np.array([0.3, 0.5]))
    path = 0.3 + 0.2 / 1.1 * (TIME_S - 1.4)
    heading = path + curve(wave(0.1, level=0.4), wave(0.15))
    angles = angles_of({"pelvic_axial_rotation": heading - 0.7}, TIME_S, np.full(TIME_S.size, 0.7))
    np.testing.assert_allclose(_rotation_ranges(angles, strides), [0.2, 0.3], atol=1e-4)


@pytest.mark.parametrize(("hole", "known"), [
    ((0.3, 0.999), [True, True]), ((2.601, 3.5), [True, True]), ((1.2, 1.25), [False, True]),
    ((2.59, 2.595), [True, False]), ((1.79, 1.81), [False, False]),
])  # fmt: skip
def test_a_hole_takes_the_direction_of_the_strides_that_it_lies_in(
    hole: tuple[float, float], known: list[bool]
) -> None:
    heading = np.where((hole[0] < LONG_S) & (hole[1] > LONG_S), np.nan, 0.2)
    angles = angles_of({"pelvic_axial_rotation": heading}, LONG_S, np.zeros(LONG_S.size))
    found = segment_strides(contacts_of(Right=(1.0, 1.8, 2.6)), angles, surface="overground")
    assert np.isfinite(found.travel_rad).tolist() == known


def test_a_stride_that_starts_with_the_recording_has_its_mean_heading() -> None:
    """A heading that grows by 0.02 rad/s from 0.02 rad: 0.028 at 0.4 s and 0.044 at 1.2 s."""
    heading = 0.02 + 0.02 * LONG_S
    angles = angles_of({"pelvic_axial_rotation": heading}, LONG_S, np.zeros(LONG_S.size))
    found = segment_strides(contacts_of(Left=(0.0, 0.8, 1.6)), angles, surface="overground")
    assert np.diff(found.travel_rad) == pytest.approx(0.016)
    (facing,) = (note for note in found.notes if note.code == "strides.mean_facing")
    assert facing.values["facing_deg"] == pytest.approx(np.rad2deg(0.036))
