from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis import frames
from opensim_pelvis.rotations import rotate

EXACT = 1e-12  # closed forms in double precision


@pytest.mark.parametrize("axis", frames.AXES)
def test_any_up_axis_of_a_file_becomes_up_in_earth(axis: frames.UpAxis) -> None:
    up = rotate(frames.earth_from_world(axis), frames.axis_vector(axis))
    np.testing.assert_allclose(up, frames.up_in_earth(), atol=EXACT)


def test_ground_has_y_up_and_earth_x_forward() -> None:
    np.testing.assert_allclose(
        rotate(frames.R_GE_NOMINAL, np.eye(3)), [[1, 0, 0], [0, 0, -1], [0, 1, 0]], atol=EXACT
    )


def test_laboratory_has_z_up_x_forward_and_y_to_the_left() -> None:
    forward, up, right = rotate(frames.R_LG, np.eye(3))
    np.testing.assert_allclose(forward, [1, 0, 0], atol=EXACT)
    np.testing.assert_allclose(up, [0, 0, 1], atol=EXACT)
    np.testing.assert_allclose(right, [0, -1, 0], atol=EXACT)


@pytest.mark.parametrize("angle_deg", [-170.0, -30.0, 0.0, 45.0, 179.0])
def test_a_turn_to_the_left_raises_the_heading_by_its_angle(angle_deg: float) -> None:
    forward = rotate(frames.turn_about_vertical(np.deg2rad(angle_deg)), np.array([1.0, 0.0, 0.0]))
    assert np.rad2deg(frames.heading_of(forward)) == pytest.approx(angle_deg, abs=1e-9)


def test_heading_ignores_the_vertical_part_and_elevation_gives_it() -> None:
    tilted = np.array([np.cos(0.3), np.tan(0.2), -np.sin(0.3)])
    assert frames.heading_of(tilted) == pytest.approx(0.3, abs=EXACT)
    assert frames.elevation_of(tilted) == pytest.approx(0.2, abs=EXACT)
