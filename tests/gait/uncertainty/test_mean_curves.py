"""Bands of mean curves: each term by hand, and the curve apart from its level."""

from __future__ import annotations

from dataclasses import replace
from math import inf, sqrt
from typing import Final

import numpy as np
import pytest
from scipy.stats import t as student

from opensim_pelvis.gait.measures.intervals import mean_interval
from opensim_pelvis.gait.optical.coefficients import corrections
from opensim_pelvis.gait.strides.curves import average_curves
from opensim_pelvis.gait.uncertainty.changes import Change, changes_of
from opensim_pelvis.gait.uncertainty.inputs import Motion
from opensim_pelvis.gait.uncertainty.mean_curves import assessed, curve_u95, mean_curves
from opensim_pelvis.types import Event, RunningAnalysis
from tests.gait.uncertainty.motion_by_hand import (
    LENGTH_S,
    TIME_S,
    analysis_of,
    motion_of,
    placed,
    pose,
    strides_at,
    worn,
)

SIX: Final = strides_at(*(0.1 + LENGTH_S * np.arange(6)), left=(0.5, 1.3, 2.1))
PART: Final = (TIME_S - 0.1) / LENGTH_S
FUSION: Final = 0.1
TILT_ANGLE: Final = "pelvic_anterior_tilt"


def moving(*, level: float = 0.0, fast: float = 0.0, by_stride: float = 0.0) -> Motion:
    """Return a pelvis that tilts to and fro once a stride, 4 degrees, and ringing six times."""
    wave = 4.0 * np.sin(2.0 * np.pi * PART) + fast * np.sin(12.0 * np.pi * PART)
    number = np.floor(PART + 1e-9)
    return motion_of({"pelvis": pose(tilt=level + wave + by_stride * (number % 2.0))}, SIX)


def analysed(motion: Motion) -> RunningAnalysis:
    curves = average_curves(dict(motion.table), motion.angles.time_s, motion.strides)
    return replace(analysis_of(motion.strides), curves=curves)


def bands(motion: Motion, *changes: Change) -> tuple[np.ndarray, np.ndarray]:
    analysis = analysed(motion)
    nothing = Change("pose", 0.0, inf, {}, {(TILT_ANGLE, "right"): np.zeros(101)})
    found = curve_u95(analysis, motion, [nothing, *changes])
    column = analysis.curves.angles.index(TILT_ANGLE)
    return found[0][0, :, column], found[1][0, :, column]


def test_the_mean_curves_of_copies_are_those_of_each() -> None:
    motion = moving(level=3.0)
    lean = np.deg2rad(2.0)
    twice = motion.turned_each("pelvis", [("lean z", lean), ("lean z", -lean)])
    (plain,) = mean_curves(motion, [TILT_ANGLE, "absent"])
    first, second = mean_curves(twice, [TILT_ANGLE], copies=2)
    key = (TILT_ANGLE, "right")
    assert set(plain) == {key, (TILT_ANGLE, "left")}
    np.testing.assert_allclose(plain[key], 3.0 + 4.0 * np.sin(2 * np.pi * np.linspace(0, 1, 101)),
                               atol=0.02)  # fmt: skip
    np.testing.assert_allclose(first[key] - plain[key], -2.0, atol=1e-6)
    np.testing.assert_allclose(second[key] - plain[key], 2.0, atol=1e-6)


def test_only_angles_that_follow_the_bodies_are_assessed() -> None:
    motion = moving()
    assert assessed(("knee_angle_r", "hip_flexion_l", TILT_ANGLE), motion) == [
        "hip_flexion_l", TILT_ANGLE
    ]  # fmt: skip


def test_a_clean_curve_has_the_error_of_orientations_and_the_part_of_a_gyroscope() -> None:
    whole, shape = bands(moving())
    scale = 0.005 * 4.0 * np.abs(np.sin(2.0 * np.pi * np.linspace(0.0, 1.0, 101)))
    np.testing.assert_allclose(whole, 1.96 * np.hypot(FUSION, scale), rtol=2e-3)
    np.testing.assert_allclose(shape, whole, rtol=1e-6)


def test_what_an_input_does_counts_by_its_size_and_the_level_alone_not_for_the_shape() -> None:
    rising = np.linspace(0.0, 2.0, 101)
    flat = Change("pose", 3.0, inf, {}, {(TILT_ANGLE, "right"): np.ones(101)})
    whole, shape = bands(moving(), flat)
    clean, _ = bands(moving())
    np.testing.assert_allclose(whole**2, clean**2 + (1.96 * 3.0) ** 2, rtol=1e-3)
    np.testing.assert_allclose(shape, clean, rtol=1e-6)
    steep = Change("heading", 0.5, inf, {}, {(TILT_ANGLE, "right"): rising})
    whole, shape = bands(moving(), steep)
    np.testing.assert_allclose(whole**2, clean**2 + (1.96 * 0.5 * rising) ** 2, rtol=1e-3)
    np.testing.assert_allclose(shape**2, clean**2 + (1.96 * 0.5 * (rising - 1.0)) ** 2, rtol=1e-3)


def test_few_degrees_of_freedom_widen_the_band() -> None:
    large = Change("events", 50.0, 6.0, {}, {(TILT_ANGLE, "right"): np.ones(101)})
    whole, _ = bands(moving(), large)
    np.testing.assert_allclose(whole, student.ppf(0.975, 6.0) * 50.0, rtol=1e-3)


def test_what_is_faster_than_five_harmonics_is_a_uniform_distribution() -> None:
    whole, _ = bands(moving(fast=2.0))
    np.testing.assert_allclose(whole, 1.96 * 2.0 / sqrt(3.0), rtol=0.03)


def test_strides_that_differ_widen_the_band_as_they_widen_an_interval() -> None:
    """Every second stride tilts by one degree more: the level differs, and not the shape."""
    whole, shape = bands(moving(by_stride=1.0))
    half, _ = mean_interval(np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]))
    assert np.median(whole) == pytest.approx(half, rel=0.05)
    assert np.median(shape) < 0.3 * half


def test_too_few_strides_and_sides_that_no_input_was_tried_on_have_no_band() -> None:
    motion = moving()
    analysis = analysed(motion)
    column = analysis.curves.angles.index(TILT_ANGLE)
    tried = Change("pose", 1.0, inf, {}, {(TILT_ANGLE, "right"): np.ones(101)})
    whole, _ = curve_u95(analysis, motion, [tried])
    assert np.isfinite(whole[0, :, column]).all()
    assert np.isnan(whole[1]).all()
    others = np.delete(whole[0], column, axis=1)
    assert np.isnan(others).all()
    few = replace(analysis, curves=replace(analysis.curves, n=np.full_like(analysis.curves.n, 2)))
    assert np.isnan(curve_u95(few, motion, [tried])[0]).all()


def test_curves_as_markers_would_show_have_what_a_new_person_differs_by() -> None:
    motion = moving()
    angle, shown = "pelvic_axial_rotation", "pelvic_axial_rotation_optical"
    analysis = analysed(motion)
    curves = analysis.curves
    column = curves.angles.index(angle)
    curves = replace(
        curves,
        angles=(*curves.angles, shown),
        mean_deg=np.concatenate([curves.mean_deg, curves.mean_deg[..., [column]]], axis=2),
        sd_deg=np.concatenate([curves.sd_deg, curves.sd_deg[..., [column]]], axis=2),
        n=np.concatenate([curves.n, curves.n[:, [column]]], axis=1),
    )
    tried = Change("pose", 0.0, inf, {}, {(angle, "right"): np.ones(101)})
    whole, _ = curve_u95(replace(analysis, curves=curves), motion, [tried])
    known = corrections("running")[angle]
    factor = student.ppf(0.975, known.people - 1)
    assert np.median(whole[0, :, -1]) == pytest.approx(factor * known.curve_rmse_deg, rel=0.03)
    walking = replace(analysis.events, gait="walking")
    none, _ = curve_u95(replace(analysis, curves=curves, events=walking), motion, [tried])
    assert np.isnan(none[..., -1]).all()


def test_a_later_contact_reads_a_curve_later_from_start_to_end() -> None:
    motion = moving()
    told = tuple(Event(time_s=0.0, label=label, context="Right", uncertainty_s=0.02)
                 for label in ("initial contact", "toe-off"))  # fmt: skip
    analysis = analysed(motion)
    analysis = replace(analysis, events=replace(analysis.events, events=told))
    found = changes_of(analysis, motion, placed(("pelvis",)),
                       worn({"pelvis": motion.kinematics.R_GB[:, 0]}))  # fmt: skip
    contact, off = (c for c in found if c.term == "events")
    slope = 4.0 * 2.0 * np.pi / LENGTH_S * np.cos(2.0 * np.pi * np.linspace(0.0, 1.0, 101))
    np.testing.assert_allclose(contact.curves[TILT_ANGLE, "right"], slope, atol=0.6)
    assert not off.curves


def test_changes_tell_what_they_do_to_curves() -> None:
    """A degree of lean is a degree of tilt all over; a heading turns nothing of an upright body."""
    motion = moving()
    found = changes_of(analysed(motion), motion, placed(("pelvis",)),
                       worn({"pelvis": motion.kinematics.R_GB[:, 0]}))  # fmt: skip
    lean = next(c for c in found if c.term == "pose")
    for side in ("right", "left"):
        np.testing.assert_allclose(lean.curves[TILT_ANGLE, side], -1.0, atol=1e-6)
    np.testing.assert_allclose(lean.curves["pelvic_axial_rotation", "right"], 0.0, atol=1e-6)
    facing = next(c for c in found if c.term == "facing")
    np.testing.assert_allclose(facing.curves["pelvic_axial_rotation", "right"], 1.0, atol=0.01)
