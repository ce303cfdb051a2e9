"""A model is scaled by a static trial whose person is known: another copy of the model."""

from __future__ import annotations

import numpy as np
import opensim
import pytest

from opensim_pelvis.errors import ModelError
from opensim_pelvis.kinematics.osim.marker_ik import solve_markers
from opensim_pelvis.kinematics.osim.marker_scale import scale_to_static
from opensim_pelvis.kinematics.osim.model import load_model
from opensim_pelvis.notices import say
from opensim_pelvis.rotations import angle_between
from tests.model_markers import MODEL, markers

FACTORS = {"pelvis": 0.95, "torso": 1.08, "femur_r": 1.1, "femur_l": 1.1, "tibia_r": 1.04}
NAMES = ("hip_flexion_r", "hip_flexion_l", "knee_angle_r", "lumbar_bending", "pelvis_list")


def person() -> opensim.Model:
    model = load_model(MODEL)
    scales = opensim.ScaleSet()
    for body in model.getBodySet():
        scale = opensim.Scale()
        scale.setSegmentName(body.getName())
        factor = FACTORS.get(body.getName(), 1.0)
        scale.setScaleFactors(opensim.Vec3(factor, factor, factor))
        scale.setApply(True)
        scales.cloneAndAppend(scale)
    model.scale(model.initSystem(), scales, True)
    return model


def test_factors_and_angles_of_a_known_person_come_back() -> None:
    model = load_model(MODEL)
    note = scale_to_static(model, markers(person(), [dict.fromkeys(NAMES, 0.0)] * 3))
    assert set(note.subject) >= set(FACTORS)
    wanted = {body: FACTORS.get(body, 1.0) for body in note.subject}
    mean = np.mean(list(wanted.values()))
    told = ", ".join(f"{body} {factor:.3f}" for body, factor in wanted.items())
    assert say(note) == f"the model was scaled to the static trial: {told}; other bodies {mean:.3f}"
    poses = [{name: 0.3 * np.sin(0.5 * i + k) for k, name in enumerate(NAMES)} for i in range(10)]
    poses = [{**pose, "knee_angle_r": -abs(pose["knee_angle_r"])} for pose in poses]
    walk = markers(person(), poses)
    solved = solve_markers(model, np.arange(10) / 100.0, walk, rate_hz=100.0)
    assert solved.rms_error_m < 1e-4
    for name in NAMES:
        wanted = np.array([pose[name] for pose in poses])
        assert np.rad2deg(np.abs(solved.coordinates_rad[name] - wanted)).max() < 0.1, name
    unscaled = solve_markers(load_model(MODEL), np.arange(10) / 100.0, walk, rate_hz=100.0)
    assert unscaled.rms_error_m > 0.005
    turned = angle_between(unscaled.R_GB["pelvis"], solved.R_GB["pelvis"])
    assert np.rad2deg(turned.max()) > 0.1


def test_a_wrong_unit_and_a_static_trial_without_pairs_are_refused() -> None:
    still = markers(person(), [{}])
    millimetres = {name: 1000.0 * path for name, path in still.items()}
    with pytest.raises(ModelError, match="Check the file's unit"):
        scale_to_static(load_model(MODEL), millimetres)
    with pytest.raises(ModelError, match="no body of the model has two of its markers"):
        scale_to_static(load_model(MODEL), {"LASI": still["LASI"]})
