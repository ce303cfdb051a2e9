"""Two upright sensors that feel one acceleration, from frames that turn piece by piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from opensim_pelvis.calibration.heading import frames_apart as module
from opensim_pelvis.calibration.heading.frames_apart import Apart, frames_apart
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.rotations import inverse, multiply, rotate
from opensim_pelvis.types import AlignedRecording
from tests.calibration.heading.by_hand import UPRIGHT, about, heading_turn, recorded

RATE_HZ = 25.0
LENGTH = 75
"""Samples of a piece of three seconds."""


def shaken(
    frame_rad: FloatArray,
    *,
    upright_mps2: float = 1.0,
    level_mps2: float = 1.0,
    apart_mps2: float = 0.0,
    upward: float = 1.0,
    rate_hz: float = RATE_HZ,
) -> AlignedRecording:
    """Return sensors without true turns, the trunk's frame at an angle in each piece of 3 s.

    Both feel to and fro (1 Hz), aside (2/3 Hz) and up (4/3 Hz), whole waves in a piece. The trunk
    feels another level wave, and that up so many times.
    """
    length = round(3.0 * rate_hz)
    n = length * frame_rad.size
    turning = 2.0 * np.pi * np.arange(n) / rate_hz
    felt = np.stack(
        [
            level_mps2 * np.sin(turning),
            0.8 * level_mps2 * np.sin(2.0 / 3.0 * turning),
            9.81 + upright_mps2 * np.sin(4.0 / 3.0 * turning),
        ],
        axis=1,
    )
    other = apart_mps2 * np.stack(
        [np.sin(5.0 / 3.0 * turning), np.cos(5.0 / 3.0 * turning), 0.0 * turning], 1
    )
    aligned = recorded(
        {"torso": heading_turn(np.repeat(frame_rad, length)), "pelvis": np.tile(UPRIGHT, (n, 1))},
        rate_hz,
        force_mps2={"torso": felt * [1.0, 1.0, upward] + other, "pelvis": felt},
    )
    assert aligned.bodies == ("torso", "pelvis")
    return aligned


def moving(seconds: float, first_s: float = 0.0) -> FloatArray:
    return np.arange(round(first_s * 10.0), round(seconds * 10.0) + 1) / 10.0


def found_in(aligned: AlignedRecording, turned_rad: FloatArray | None = None) -> Apart | None:
    moving_s = moving(aligned.time_s[-1])
    turned = np.zeros((moving_s.size, 2)) if turned_rad is None else turned_rad
    return frames_apart(aligned, turned, moving_s)


MIDDLE_S = 1.5 + 3.0 * np.arange(12)
LINE_RAD = np.deg2rad(5.0) * (MIDDLE_S - MIDDLE_S.mean()) / 60.0


@pytest.mark.parametrize("start_deg", [0.0, 85.0, 179.0])
@pytest.mark.parametrize("slope", [1.0, -36.0])
def test_a_frame_that_turns_evenly_is_followed_to_rounding(start_deg: float, slope: float) -> None:
    """5 degrees/min to the left, and 180 to the right; less a constant."""
    found = found_in(shaken(np.deg2rad(start_deg) + slope * LINE_RAD))
    assert found is not None
    assert (found.first, found.second) == (1, 0)
    np.testing.assert_allclose(found.time_s, MIDDLE_S)
    np.testing.assert_allclose(found.angle_rad, slope * LINE_RAD, atol=1e-9)


def test_a_frame_that_turns_in_a_bend_is_followed_against_the_mean_direction() -> None:
    """The mean of directions, not of angles, is the constant."""
    bend = LINE_RAD + np.deg2rad(10.0) * np.cos(MIDDLE_S / 9.0) ** 2
    found = found_in(shaken(bend))
    assert found is not None
    level = found.angle_rad - found.angle_rad.mean()
    np.testing.assert_allclose(level, bend - bend.mean(), atol=1e-9)
    assert abs(found.angle_rad.mean()) < np.deg2rad(0.1)


def test_levers_are_found_again_where_the_frames_are_level() -> None:
    """A trunk that pitches by 17 degrees 0.3 m above the joint, shaken aside more and more.

    Its frame turns by 20 degrees in all. The first levers, of frames that are not level, leave 4
    degrees of that; the second 0.8.
    """
    angle = LINE_RAD * 20.0 / np.rad2deg(LINE_RAD[-1] - LINE_RAD[0])
    turning = 2.0 * np.pi * np.arange(12 * LENGTH) / RATE_HZ
    slow, fast = np.sin(2.0 / 3.0 * turning), np.sin(turning)
    aside = np.repeat(np.linspace(-2.5, 2.5, 12), LENGTH) * slow - fast
    joint = np.stack([2.0 * slow + fast, aside, 9.81 + 4.0 * np.sin(4.0 / 3.0 * turning)], axis=1)
    wave_radps = 2.0 * np.pi * 2.0 / 3.0
    pitch = 0.3 * slow
    rate, quickening = 0.3 * wave_radps * np.cos(2.0 / 3.0 * turning), -(wave_radps**2) * pitch
    sin, cos = np.sin(pitch), np.cos(pitch)
    swung = 0.3 * np.stack(
        [cos * quickening - sin * rate**2, 0.0 * pitch, -sin * quickening - cos * rate**2], axis=1
    )
    leaning = about((0.0, 1.0, 0.0), pitch)
    aligned = recorded(
        {
            "pelvis": np.tile(UPRIGHT, (12 * LENGTH, 1)),
            "torso": multiply(heading_turn(np.repeat(angle, LENGTH)), leaning),
        },
        RATE_HZ,
        force_mps2={"pelvis": joint, "torso": rotate(inverse(leaning), joint + swung)},
    )
    found = found_in(aligned)
    assert found is not None
    off = np.rad2deg(found.angle_rad - angle)
    np.testing.assert_allclose(off, off.mean(), atol=0.4)


def test_known_turns_of_both_are_subtracted() -> None:
    """The trunk's frame turns by 5 degrees/min; 8 are known of it, and 6 of the other."""
    moving_s = moving(36.0 - 1.0 / RATE_HZ)
    known = np.deg2rad([8.0, 6.0]) * moving_s[:, None] / 60.0
    found = found_in(shaken(LINE_RAD), known)
    assert found is not None
    np.testing.assert_allclose(found.angle_rad, 0.6 * LINE_RAD, atol=1e-6)


def test_ten_pieces_are_the_fewest() -> None:
    assert found_in(shaken(np.zeros(10))) is not None
    assert found_in(shaken(np.zeros(9))) is None


def test_more_than_twenty_samples_a_second_are_needed() -> None:
    assert found_in(shaken(np.zeros(12), rate_hz=20.0)) is None
    assert found_in(shaken(np.zeros(12), rate_hz=20.5)) is not None


def test_nothing_is_told_without_steady_movement() -> None:
    aligned = shaken(np.zeros(12))
    for moving_s in (np.zeros(0), np.array([5.0]), np.array([4.4, 4.5])):
        assert frames_apart(aligned, np.zeros((moving_s.size, 2)), moving_s) is None


def test_what_only_bounces_or_fits_no_joint_tells_nothing() -> None:
    """Either limit of `joint` alone.

    Level power L and power U up in antiphase: 4 U of 2 L + 2 U is left, and 2 L + 4 U at a right
    angle: of U = L / 6.5 27 %, and 4.3 times that.
    """
    steady = np.zeros(12)
    bounced = shaken(steady, level_mps2=0.01, upright_mps2=3.0, apart_mps2=0.05)
    misfit, contrast = told_by(bounced)
    assert misfit < 0.01
    assert contrast < 2.0
    assert found_in(bounced) is None
    for share, told in ((6.5, False), (8.0, True)):
        size = np.sqrt((1.0 + 0.8**2) / share)
        aligned = shaken(steady, upright_mps2=size, upward=-1.0)
        misfit, contrast = told_by(aligned)
        assert misfit == pytest.approx(2.0 / (share + 1.0), rel=0.02)
        assert contrast == pytest.approx(0.5 * share + 1.0, rel=0.02)
        assert (found_in(aligned) is not None) == told


def told_by(aligned: AlignedRecording) -> tuple[float, float]:
    """Return misfit and contrast of the whole."""
    pieces = module._pieces(aligned, [1, 0], moving(36.0))[1]
    return module.solve_joint(module.total(pieces))[1:]


def times(aligned: AlignedRecording, moving_s: FloatArray) -> FloatArray:
    return module._pieces(aligned, [1, 0], moving_s)[0]


def test_pieces_have_their_middle_within_half_a_second_of_movement() -> None:
    """Middles at 1.5, 4.5, ... 34.5 s; what is left at the end is no whole piece."""
    aligned = shaken(np.zeros(12))
    np.testing.assert_allclose(times(aligned, moving(36.0)), MIDDLE_S)
    np.testing.assert_allclose(times(aligned, moving(33.9, 4.9)), MIDDLE_S[1:11])
    np.testing.assert_allclose(times(aligned, moving(34.1, 5.1)), MIDDLE_S[2:])
    exactly = times(aligned, moving(34.0, 5.0))  # half a second off
    np.testing.assert_allclose(exactly, MIDDLE_S[2:-1])
    two = np.concatenate([moving(10.0), moving(36.0, 19.1)])
    np.testing.assert_allclose(times(aligned, two), MIDDLE_S[[0, 1, 2, *range(6, 12)]])
    assert aligned.acceleration_mps2 is not None
    less = replace(
        aligned,
        time_s=aligned.time_s[:-1],
        R_ES=aligned.R_ES[:-1],
        acceleration_mps2=aligned.acceleration_mps2[:-1],
    )
    np.testing.assert_allclose(times(less, moving(36.0)), MIDDLE_S[:-1])
    assert times(aligned, np.array([6.0, 6.1])).size == 0
    np.testing.assert_allclose(times(aligned, np.array([1.4, 1.5])), [1.5])


def test_pieces_with_a_hole_are_left_out() -> None:
    aligned = shaken(np.zeros(12))
    assert aligned.acceleration_mps2 is not None
    aligned.R_ES[2 * LENGTH, 0] = np.nan
    aligned.acceleration_mps2[5 * LENGTH - 1, 1, 2] = np.nan
    wanted = MIDDLE_S[[0, 1, 3, *range(5, 12)]]
    np.testing.assert_allclose(times(aligned, moving(36.0)), wanted)


def test_of_a_long_recording_two_hundred_pieces_evenly_over_it_are_read() -> None:
    """Of 203 the first and the last, and at most one in between is passed over at a time."""
    found = times(shaken(np.zeros(203)), moving(609.0))
    assert found.size == 200
    assert found[[0, -1]] == pytest.approx([1.5, 607.5])
    assert np.diff(found).min() == pytest.approx(3.0)
    assert np.diff(found).max() == pytest.approx(6.0)
