"""Markers of Plug-in Gait that are filled in few frames, where others can replace them."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.rotations import angle_between
from opensim_pelvis.validation.clusters import orient_clusters
from opensim_pelvis.validation.markers import MarkerTrial, segments_from_markers
from tests.notices import coded
from tests.validation.markers_of_runner import runner

FEW = 20


def trial_of(**changed: np.ndarray) -> MarkerTrial:
    """Return the runner's markers, z up, with a sacral marker between the posterior ones."""
    marked = runner()
    found = {n: 1e-3 * p[:, [0, 2, 1]] * [1, -1, 1] for n, p in marked.markers_mm.items()}
    found["SACR"] = (found["LPSI"] + found["RPSI"]) / 2.0
    found |= changed
    return MarkerTrial(
        name="run", rate_hz=50.0, time_s=marked.time_s, positions_m=found, source="simulated"
    )


def few(path: np.ndarray, count: int = FEW) -> np.ndarray:
    out = np.full_like(path, np.nan)
    out[:count] = path[:count]
    return out


@pytest.mark.parametrize("rare", [("LPSI",), ("LPSI", "RPSI")])
def test_the_sacrum_replaces_posterior_markers_that_are_rarely_filled(rare: tuple[str, ...]):
    whole = trial_of()
    wanted = segments_from_markers(whole)
    assert wanted.methods["pelvis"].code == "segment.pelvis"
    assert wanted.notes == ()
    found = segments_from_markers(trial_of(**{n: few(whole.positions_m[n]) for n in rare}))
    assert found.methods["pelvis"].code == "segment.pelvis_with_sacrum"
    assert angle_between(found.R_LB["pelvis"], wanted.R_LB["pelvis"]).max() < 1e-9
    (told,) = coded(found.notes, "reference.labels_rarely_filled")
    assert told.subject == rare


def test_half_filled_markers_and_those_without_another_stay() -> None:
    whole = trial_of()
    half = few(whole.positions_m["LPSI"], int(0.6 * whole.time_s.size))
    assert segments_from_markers(trial_of(LPSI=half)).methods["pelvis"].code == "segment.pelvis"
    alone = trial_of(LPSI=few(whole.positions_m["LPSI"]))
    del alone.positions_m["SACR"]
    found = segments_from_markers(alone)
    assert found.notes == ()
    assert np.isfinite(found.R_LB["pelvis"][:, 0]).sum() == FEW


def test_hip_centres_that_are_rarely_filled_are_computed() -> None:
    whole = trial_of()
    found = segments_from_markers(trial_of(RHJC=few(whole.positions_m["RHJC"])))
    assert found.methods["femur_r"].code == "segment.thigh_of_harrington"
    assert found.methods["femur_l"].code == "segment.thigh"
    assert np.isfinite(found.R_LB["femur_r"]).all()
    (told,) = coded(found.notes, "reference.labels_rarely_filled")
    assert told.subject == ("RHJC",)


def test_a_cluster_goes_without_a_label_that_is_rarely_filled() -> None:
    whole = trial_of()
    names = ("LASI", "RASI", "LPSI", "RPSI")
    rare = trial_of(RPSI=few(whole.positions_m["RPSI"]))
    found, notes = orient_clusters(rare, {"pelvis": names})
    assert np.isfinite(found["pelvis"]).all()
    (told,) = coded(notes, "reference.labels_rarely_filled")
    assert told.subject == ("RPSI",)
