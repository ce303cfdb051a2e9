"""The main job on real recordings; every test skips where they are absent."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim
import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import (
    ActivitySettings,
    CalibrationSettings,
    SolverSettings,
)
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.io import output, reading
from opensim_pelvis.io.tables.opensim_tables import read_table
from opensim_pelvis.kinematics.osim.engines import solve_tool
from opensim_pelvis.kinematics.osim.skeleton import Observability
from opensim_pelvis.types import Recording, Result
from opensim_pelvis.types.segments import BODIES
from tests.exporting import PAGE_AND_PDF, without
from tests.notices import codes
from tests.real_sensors import GAITTOOLBOX

AGREEMENT_DEG = 0.2  # the issue's own figure: OpenSim's tool stops up to 0.15 degrees short
COMPARED = (
    "pelvis_list",
    "hip_flexion_r",
    "hip_flexion_l",
    "lumbar_extension",
    "lumbar_bending",
    "lumbar_rotation",
)
WALKING_S = slice(7.25, 15.0)
THINNED = 5


def cut(recording: Recording, walking_s: float) -> Recording:
    """Keep the calibration pose and some seconds of walking with a run-in, at the full rate.

    OpenSim's tool takes a minute for the whole recording, and at a lower rate it stops further
    from the optimum, since it starts each frame from the one before.
    """
    last = round((WALKING_S.start + walking_s) * recording.rate_hz)

    def keep(counter: np.ndarray) -> np.ndarray:
        return (counter < 5) | ((counter >= 690) & (counter < last))

    return _take(recording, keep, 1)


def thin(recording: Recording, step: int) -> Recording:
    """Keep every n-th count: fewer frames, the same course."""
    return _take(recording, lambda counter: counter % step == 0, step)


def _take(recording: Recording, keep: Callable[[np.ndarray], np.ndarray], step: int) -> Recording:
    sensors = []
    for sensor in recording.sensors:
        kept = keep(sensor.counter)
        signals = {
            name: None if getattr(sensor, name) is None else getattr(sensor, name)[kept]
            for name in ("R_ES", "acceleration_mps2", "angular_velocity_radps", "magnetic_field")
        }
        sensors.append(replace(sensor, counter=sensor.counter[kept] // step, **signals))
    return replace(recording, sensors=tuple(sensors), rate_hz=recording.rate_hz / step)


@pytest.fixture(scope="module")
def opensense_walk(shared_data: Path) -> Recording:
    return reading.read(shared_data / "opensense_walk")


def solve(recording: Recording, folder: Path, model: Path | None) -> Result:
    return pipeline.run(
        recording,
        sensors=read_sensor_map(folder / "myIMUMappings.xml"),
        calibration=CalibrationSettings(window_s=(0.0, 0.0), heading_axis="z"),
        activity=ActivitySettings(kind="walking", surface="overground"),
        solver=SolverSettings(model=model),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "walking_s"),
    # a frame of the second takes several times as long; two seconds hold steps of both legs
    [("pelvis_trunk", 4.0), ("Rajagopal_2015.osim", 2.0)],
    ids=["pelvis_trunk", "Rajagopal_2015.osim"],
)
def test_opensense_walk_agrees_with_opensims_official_tools(
    opensense_walk: Recording, shared_data: Path, tmp_path: Path, model: str, walking_s: float
) -> None:
    folder = shared_data / "opensense_walk"
    given = folder / model if model.endswith("osim") else None
    result = solve(cut(opensense_walk, walking_s), folder, given)
    assert set(result.placement.bodies) == set(BODIES)
    assert np.rad2deg(result.placement.heading.heading_rad[0]) == pytest.approx(-114.34, abs=0.01)
    assert np.rad2deg(result.placement.heading.tilt_rad) == pytest.approx(-16.3, abs=0.05)

    with without(*PAGE_AND_PDF):
        tmp_path = output.write(result, tmp_path).folder
    before = Path.cwd()
    os.chdir(tmp_path)  # OpenSim's tools write into the working directory
    try:
        assert opensim.IMUPlacer(f"{result.name}_placer.xml").run(False)
        assert opensim.IMUInverseKinematicsTool(f"{result.name}_ik.xml").run(False)
    finally:
        os.chdir(before)
    tool = read_table(tmp_path / f"{result.name}_ik_opensim.mot")
    ours = result.coordinates.loc[WALKING_S, list(COMPARED)]
    rows = np.searchsorted(tool.time_s, ours.index.to_numpy() - 1e-6)
    columns = [tool.labels.index(name) for name in COMPARED]
    difference = np.abs(ours.to_numpy() - tool.values[np.ix_(rows, columns)])
    assert np.sqrt(np.nanmean(difference**2, axis=0)).max() < AGREEMENT_DEG / 2.0
    for extreme in (np.nanmin, np.nanmax):
        theirs = extreme(tool.values[np.ix_(rows, columns)], axis=0)
        assert np.abs(extreme(ours.to_numpy(), axis=0) - theirs).max() < AGREEMENT_DEG
    # Not every single frame is that near: with Rajagopal's model hip flexion is up to 0.4 degrees
    # apart in a few per cent of them. There the tool stopped before the optimum, as its cost says.
    assert np.mean(difference < AGREEMENT_DEG) > 0.98
    official = solve_tool(
        result.model,
        result.orientations,
        Observability(result.model),
        placement=result.placement,
        weights=result.kinematics.weights,
    )
    named = [official.coordinates.index(name) for name in COMPARED]
    walked = np.searchsorted(official.time_s, ours.index.to_numpy() - 1e-6)
    theirs = np.rad2deg(official.values_rad[np.ix_(walked, named)])
    # The tool cannot be met more closely than it meets itself: given the same sensors by its own
    # placer and by ours, equal to rounding, its two answers are up to 0.3 degrees apart.
    itself = np.abs(theirs - tool.values[np.ix_(rows, columns)])
    for name, ours_deg, its_own_deg in zip(COMPARED, difference.T, itself.T, strict=True):
        sys.stdout.write(
            f"{model} {name}: at most {ours_deg.max():.2f} degrees from the tool, above 0.2 in "
            f"{np.mean(ours_deg >= AGREEMENT_DEG):.1%}; the tool from itself "
            f"{its_own_deg.max():.2f}\n"
        )
    assert np.sqrt(np.nanmean(itself**2, axis=0)).max() < AGREEMENT_DEG / 2.0
    weight = np.array([result.kinematics.weights[body] for body in result.placement.bodies])
    cost, official_cost = (
        np.nansum(weight * k.errors_rad**2, axis=1) for k in (result.kinematics, official)
    )
    assert (cost <= official_cost + 1e-9).all()


def test_opensense_walk_is_read_whole_and_its_turn_is_followed(
    opensense_walk: Recording, shared_data: Path
) -> None:
    result = solve(thin(opensense_walk, THINNED), shared_data / "opensense_walk", None)
    ledger = result.aligned.ledger.to_frame()
    assert (ledger["dropped_packets"] == 0).all()
    assert ledger["early_end_samples"].max() == pytest.approx(73 / THINNED, abs=1)
    heading = np.rad2deg(result.clinical.travel_rad)
    assert np.ptp(heading[np.isfinite(heading)]) > 360.0, "the walker goes round and round"
    assert "angle.in_turns" in codes(result.notes)
    thighs = result.angles.loc[7.5:22.0, ["thigh_extension_r", "thigh_extension_l"]]
    assert (thighs.max() > 5.0).all()
    assert (thighs.min() < -20.0).all()


def test_gaittoolbox_shows_that_its_sensors_disagree_about_north(shared_data: Path) -> None:
    recording = thin(reading.read(shared_data / "gaittoolbox_walk" / "imu"), 4)
    result = pipeline.run(
        recording,
        sensors=GAITTOOLBOX,
        calibration=CalibrationSettings(window_s=(2.0, 4.0), heading_axis="-z"),
        activity=ActivitySettings(surface="overground"),
    )
    assert any(note.code.startswith("heading.planes_apart") for note in result.notes)
    # By angular velocity alone +12 and -16 degrees (README of the recording); a quarter of what the
    # long axes tell, which agree better, takes some of it away.
    swing = {row.sensor: np.rad2deg(row.swing_rad) for row in result.placement.heading.sensors}
    assert 12.0 < swing["femur_l_imu"] - swing["femur_r_imu"] < 28.0
