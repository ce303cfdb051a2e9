"""Short simulated runs whose reports the tests read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from opensim_pelvis.cli.commands import app
from opensim_pelvis.config.settings import ActivitySettings, SubjectSettings
from opensim_pelvis.io import output
from opensim_pelvis.pipeline import run
from opensim_pelvis.report.agreement_folder import attach_agreements
from opensim_pelvis.report.view import View, read_view, view_of
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    SensorSettings,
    Session,
    simulate_runner,
    simulate_sensors,
    typical_runner,
)
from opensim_pelvis.simulate.sensors import Gap
from opensim_pelvis.types import Result
from opensim_pelvis.types.segments import BODIES
from tests.exporting import made_once, without, without_figures

HOSTILE = '</script><script>document.title="owned"</script><img src=x onerror="document.title=1">'
"""A subject's name that would run, were it ever taken as HTML."""


def simulate(
    bodies: tuple[str, ...] = BODIES,
    *,
    duration_s: float = 20.0,
    rate_hz: float = 60.0,
    subject: str = "S01",
    gaps: tuple[Gap, ...] = (),
) -> Result:
    """Return the result of a simulated run on a treadmill."""
    session = Session(duration_s=duration_s, rate_hz=rate_hz, still_s=2.0)
    truth = simulate_runner(typical_runner("female"), session)
    noise = SensorSettings(
        orientation_noise_rad=float(np.deg2rad(0.3)), wobble_rad=float(np.deg2rad(1.0)), gaps=gaps
    )
    recording = simulate_sensors(truth, noise, bodies)
    return run(
        recording,
        sensors={identifier: body for identifier, body in SENSOR_MAP.items() if body in bodies},
        subject=SubjectSettings(id=subject, sex="female", height_m=1.68, mass_kg=58.0),
        activity=ActivitySettings(kind="running", speed_mps=3.6, surface="treadmill"),
    )


@pytest.fixture(scope="session")
def result() -> Result:
    """All sensors, nothing missing."""
    return replace(simulate(), name="whole")


@pytest.fixture(scope="session")
def pelvis_result() -> Result:
    """One sensor."""
    return replace(simulate(("pelvis",)), name="pelvis")


def make_poor() -> Result:
    """Return a run with few strides, long gaps, and a name that means harm."""
    gaps = (
        Gap(body="torso", start_s=3.0, length_s=4.0),
        Gap(body="tibia_l", start_s=2.5, length_s=6.0),
        Gap(body="pelvis", start_s=8.0, length_s=0.6),
    )
    found = simulate(
        ("pelvis", "torso", "femur_r", "femur_l", "tibia_l"),
        duration_s=12.0, subject=HOSTILE, gaps=gaps,
    )  # fmt: skip
    return replace(found, name="poor")


@pytest.fixture(scope="session")
def poor_result() -> Result:
    """Few strides, long gaps, and a name that means harm."""
    return make_poor()


@pytest.fixture(scope="session")
def no_strides_result() -> Result:
    """A runner who never left."""
    return replace(simulate(("pelvis", "torso"), duration_s=2.5), name="still")


@pytest.fixture(scope="session")
def view(result: Result) -> View:
    """What the report shows of the whole run."""
    return view_of(result)


@pytest.fixture(scope="session")
def compared(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run by two sets of sensors, compared by the command."""

    def make(folder: Path) -> None:
        with without("pdf"):
            output.write(result, folder / "out")
            output.write(simulate(rate_hz=90.0), folder / "other")
        words = ["compare", *(str(folder / name) for name in ("out", "other"))]
        with without_figures(pdf=True):
            done = CliRunner().invoke(app, [*words, "--out", str(folder / "found")])
        assert done.exit_code == 0, done.output

    return made_once(tmp_path_factory, "one_run_by_two_sets", make)


@pytest.fixture(scope="session")
def compared_view(compared: Path) -> View:
    """What the report shows of the run with its comparison."""
    view = read_view(compared / "out" / "whole" / "whole_report.json")
    return attach_agreements([view], [compared / "found"])[0]


@pytest.fixture(scope="session")
def odd_view(compared_view: View) -> View:
    """A comparison of a short walk: much is not known, and one angle has no name of ours."""
    agreement = json.loads(json.dumps(compared_view["agreement"]))
    agreement["angles"][0]["angle"] = "subtalar_angle_r"
    curves = agreement["curves"]["angles"]
    curves[0]["name"] = "subtalar_angle_r"
    for curve in curves:
        curve |= {"strides": 0, "over_stride": None}
        curve["over_time"]["reference"][0] = None
    for row in agreement["angles"]:
        row |= {"strides": 0} | {key: None for key in row if key.startswith("range_")}
    changes = {"strides": 0.0, "score": None}
    agreement["synchronisation"] |= {
        "confidence": "fair", "drift_known": False, "changes": changes
    }  # fmt: skip
    agreement["alignment"] |= {
        "body_offsets_deg": {"pelvis": [1.0, -2.0, 0.5], "calcn_l": [0.0, 3.0, 1.0]},
        "body_offset_source": "mean of the calibration pose, a constant rotation of each body",
    }
    agreement["absent"] = {"hip_rotation_r": "not seen", "mtp_angle_r": "not seen"}
    agreement["notes"] = ["torso is missing: no marker C7"]
    return {**compared_view, "name": "odd", "agreement": agreement}


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """A small PNG."""
    from matplotlib.image import imsave

    path = tmp_path / "logo.png"
    imsave(path, np.zeros((12, 30, 3)))
    return path
