"""The built-in demonstration: a simulated recording on disk, which says that it is simulated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.io.delivery import Set, deliver
from opensim_pelvis.simulate.draw_style import Pace, draw_style, scaled_to
from opensim_pelvis.simulate.gait_style import StrideVariation
from opensim_pelvis.simulate.mountings import typical_mountings
from opensim_pelvis.simulate.pose import Pose
from opensim_pelvis.simulate.runner import RunnerSettings, Session, typical_runner
from opensim_pelvis.simulate.sensors import Gap, SensorSettings, simulate_sensors
from opensim_pelvis.simulate.trial import write_trial
from opensim_pelvis.simulate.truth import Truth, simulate_runner
from opensim_pelvis.simulate.worn_sensors import draw_soft_tissue
from opensim_pelvis.simulate.writers import write_xsens

DEMO_SEED: Final = 20
DEMO_NAME: Final = "demo"

_COMMENT: Final = """\
SIMULATED recording: no person ran. A woman of 1.68 m and 58 kg runs at 3.6 m/s and
172 steps/min on a treadmill for 30 s, after standing for two seconds, not quite upright,
with eight Xsens MTw sensors. No two strides are alike. The signals contain noise, drift,
impacts, moving soft tissue and two gaps of the torso sensor: one of 0.03 s, which is
filled, and one of 0.4 s, which is not."""

_STYLE_SEED: Final = 35  # of her curves: the trunk turns 204 degrees later than the pelvis
_SKIN_SEED: Final = 28  # of her skin: about the usual difference between sacrum and pelvis
_POSE: Final = Pose(
    forward_lean_deg=1.0,
    trunk_lean_deg=1.5,
    facing_deg=-2.0,
    trunk_facing_deg=1.5,
    hip_flexion_deg=2.0,
    knee_flexion_deg=4.0,
    sway_deg=0.3,
    seed=DEMO_SEED,
)


def demo_truth() -> Truth:
    """Return the truth behind the demonstration."""
    return simulate_runner(demo_runner(), Session(duration_s=30.0, rate_hz=100.0, pose=_POSE))


def demo_runner() -> RunnerSettings:
    """Return the woman of the demonstration: drawn curves with the ranges of `typical_runner`."""
    woman = typical_runner("female")
    pace = Pace(
        speed_mps=woman.speed_mps, cadence_spm=woman.cadence_spm, duty_factor=woman.duty_factor
    )
    drawn = draw_style(np.random.default_rng(_STYLE_SEED), woman.gait, pace, woman.sex, 0.0)
    style = scaled_to(
        drawn,
        {
            "pelvic_axial_rotation": woman.pelvic_rotation_range_deg,
            "pelvic_obliquity": woman.pelvic_obliquity_range_deg,
            "pelvic_anterior_tilt": woman.pelvic_tilt_range_deg,
            "trunk_axial_rotation": woman.trunk_rotation_range_deg,
            "trunk_lateral_lean": woman.trunk_lean_range_deg,
        },
        {
            "pelvic_anterior_tilt": woman.pelvic_tilt_mean_deg,
            "trunk_forward_lean": woman.trunk_forward_lean_deg,
        },
    )
    return replace(woman, style=style, variation=StrideVariation(seed=DEMO_SEED))


def demo_sensors() -> SensorSettings:
    """Return the sensors of the demonstration.

    Noise is of the order of a wireless sensor's data sheet: 0.01 deg/s/sqrt(Hz) and
    200 ug/sqrt(Hz) over 50 Hz; drift is a choice, soft tissue and impacts are as drawn for
    people.
    """
    return SensorSettings(
        mountings=typical_mountings(spread_rad=float(np.deg2rad(4.0)), seed=DEMO_SEED)
        | {"pelvis": typical_mountings()["pelvis"]},
        heading_rad=float(np.deg2rad(37.0)),
        gyroscope_noise_radps=0.0012,
        accelerometer_noise_mps2=0.014,
        magnetic_noise=0.002,
        orientation_noise_rad=float(np.deg2rad(0.1)),
        orientation_drift_rad=float(np.deg2rad(1.0)),
        soft_tissue=draw_soft_tissue(np.random.default_rng(_SKIN_SEED), demo_runner()),
        gaps=(Gap(body="torso", start_s=10.0, length_s=0.03),
              Gap(body="torso", start_s=20.0, length_s=0.4)),
        counter_start=472,
        gyroscope_range_radps=float(np.deg2rad(2000.0)),
        accelerometer_range_mps2=160.0,
        magnetometer=True,
        seed=DEMO_SEED,
    )  # fmt: skip


def write_demo(directory: Path) -> Path:
    """Write the simulated recording and its trial file into a folder.

    Parameters
    ----------
    directory : Path
        Made when it does not exist; gets ``imu/`` with eight files and ``trial.toml``.

    Returns
    -------
    Path
        The trial file.
    """
    truth = demo_truth()
    recording = simulate_sensors(truth, demo_sensors())
    write_xsens(recording, directory / "imu")
    return write_trial(
        directory / "trial.toml",
        truth,
        recording="imu",
        extra={"recording": {"name": DEMO_NAME}},
        comment=_COMMENT,
    )


def deliver_demo(directory: Path, *, overwrite: bool = False) -> Path:
    """Write the demonstration into a folder that may hold other things; return the trial file.

    Raises
    ------
    ExportError
        When something else is in the way, or a file of an earlier demonstration was changed.
    """
    wanted = Set(
        folder=directory, kind="demo", name=DEMO_NAME, stem="demo_data", overwrite=overwrite
    )
    with deliver(wanted) as staged:
        trial = write_demo(staged.folder)
    return directory / trial.name
