"""Plates of markers: the turn they show, gaps, and what cannot be a plate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.notices import say
from opensim_pelvis.rotations import (
    angle_between,
    from_euler,
    inverse,
    mean_rotation,
    multiply,
    rotate,
    to_rotation_vector,
)
from opensim_pelvis.validation.clusters import orient_clusters
from opensim_pelvis.validation.marker_files import read_marker_map
from opensim_pelvis.validation.markers import MarkerTrial
from tests.notices import coded, sentences

SHAPE_M = np.array([[0.0, 0.0, 0.0], [0.08, 0.0, 0.01], [0.0, 0.06, 0.0], [0.08, 0.06, 0.0]])
NAMES = ("A", "B", "C", "D")


def plate(shape_m: np.ndarray, noise_m: float = 0.0) -> tuple[np.ndarray, MarkerTrial]:
    t = np.arange(300) / 100.0
    q = from_euler("YXZ", np.stack([0.6 * np.sin(6 * t), 0.3 * np.cos(4 * t), 0.5 * t], axis=1))
    rng = np.random.default_rng(2)
    drift = np.stack([t, 0.1 * t, 1.0 + 0.0 * t], axis=1)
    positions = {
        name: rotate(q, place) + drift + rng.normal(0.0, noise_m, (t.size, 3))
        for name, place in zip(NAMES, shape_m, strict=False)
    }
    trial = MarkerTrial(name="plate", rate_hz=100.0, time_s=t, positions_m=positions, source="x")
    return q, trial


def test_a_plate_turns_as_its_body_does_also_with_a_marker_hidden() -> None:
    q, trial = plate(SHAPE_M)
    trial.positions_m["B"][50:90] = np.nan
    trial.positions_m["C"][70:80] = np.nan
    found, notes = orient_clusters(trial, {"femur_r": NAMES})
    seen = np.isfinite(found["femur_r"]).all(axis=1)
    assert np.flatnonzero(~seen).tolist() == list(range(70, 80))
    turned = multiply(q, inverse(q[0]))
    assert angle_between(found["femur_r"][seen], turned[seen]).max() < 1e-6
    assert sentences(notes) == (
        "marker cluster of femur_r: 4 markers, median distance from a rigid shape 0.0 mm",
    )


def test_noise_of_markers_is_noise_of_turn_and_no_bias() -> None:
    q, trial = plate(SHAPE_M, noise_m=0.0005)
    found, _ = orient_clusters(trial, {"femur_r": NAMES})
    apart = multiply(inverse(found["femur_r"]), multiply(q, inverse(q[0])))
    centred = multiply(inverse(mean_rotation(apart)), apart)  # the first frame is noisy, too
    spread = np.rad2deg(to_rotation_vector(centred)).std(axis=0)
    # Half a millimetre on arms of 3 to 5 centimetres, four markers: 0.3 to 0.5 degrees an axis.
    assert ((spread > 0.2) & (spread < 0.7)).all()


def test_a_marker_that_slips_leaves_its_frames_out() -> None:
    _, trial = plate(SHAPE_M)
    trial.positions_m["D"][100:110] += 0.05
    found, notes = orient_clusters(trial, {"femur_r": NAMES})
    gone = np.flatnonzero(~np.isfinite(found["femur_r"]).all(axis=1))
    assert gone.tolist() == list(range(100, 110))
    (loose,) = coded(notes, "reference.cluster_loose")
    assert loose.values["frames"] == 10
    assert say(loose).endswith(" mm; 10 frames above 10 mm were discarded")


def test_lines_and_missing_markers_are_refused() -> None:
    _, trial = plate(np.array([[0.0, 0.0, 0.0], [0.05, 0.0, 0.0], [0.1, 0.001, 0.0]]))
    with pytest.raises(ComparisonError, match="are collinear"):
        orient_clusters(trial, {"femur_r": NAMES[:3]})
    with pytest.raises(ComparisonError, match="missing: D"):
        orient_clusters(trial, {"femur_r": NAMES})


def test_a_mapping_file_names_markers_and_plates(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('[markers]\nLASI = "l1"\n[clusters]\nfemur_r = ["a", "b", "c"]\n')
    found = read_marker_map(path)
    assert found.names == {"LASI": "l1"}
    assert found.clusters == {"femur_r": ("A", "B", "C")}
    path.write_text('[clusters]\nthigh = ["a", "b", "c"]\n')
    with pytest.raises(ComparisonError, match=r"found thigh\. Bodies: pelvis"):
        read_marker_map(path)
