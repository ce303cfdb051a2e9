"""Write the folder `fixtures/`: small simulated recordings in the formats of the readers.

python tests/make_fixtures.py fixtures/
"""

from __future__ import annotations

import argparse
from pathlib import Path

from opensim_pelvis.settings import BODIES
from opensim_pelvis.simulate import (
    Gap,
    SensorSettings,
    Session,
    Truth,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    typical_mountings,
    write_c3d_channels,
    write_c3d_rotations,
    write_csv,
    write_sto,
    write_trial,
    write_xsens,
)

TWO = ("pelvis", "torso")
SHORT = Session(duration_s=1.5, rate_hz=40.0, still_s=0.5, ramp_s=0.5)
SEED = 7


def write_fixtures(directory: Path) -> None:
    """Write every fixture into a folder, which is made when it does not exist."""
    directory.mkdir(parents=True, exist_ok=True)
    truth = simulate_runner(session=SHORT)
    _write_all_bodies(directory, truth)
    _write_xsens_variants(directory, truth)
    _write_tables(directory, truth)
    _write_c3d(directory, truth)


def _write_all_bodies(directory: Path, truth: Truth) -> None:
    """Eight sensors, heading 30 degrees, counter past 65535, a gap, unequal starts and ends."""
    sensors = SensorSettings(
        mountings=typical_mountings(spread_rad=0.1, seed=SEED)
        | {"pelvis": typical_mountings()["pelvis"]},
        heading_rad=0.5235987755982988,
        counter_start=65500,
        gaps=(Gap(body="torso", start_s=1.0, length_s=0.05),),
        late_start_s={"femur_l": 0.1},
        early_end_s={"tibia_r": 0.2},
    )
    recording = simulate_sensors(truth, sensors)
    write_xsens(recording, directory / "xsens_eight")
    write_trial(directory / "xsens_eight.toml", truth, recording="xsens_eight")


def _write_xsens_variants(directory: Path, truth: Truth) -> None:
    """Pelvis and torso in every form of the columns, separator and header."""
    sensors = SensorSettings(mountings=random_mountings(SEED), magnetometer=True)
    recording = simulate_sensors(truth, sensors, TWO)
    write_xsens(recording, directory / "xsens_matrix_comma", columns="matrix", separator=",")
    write_xsens(recording, directory / "xsens_euler_tab_2022", columns="euler", header="2022")
    write_xsens(recording, directory / "xsens_quaternion_semicolon", separator=";")
    write_xsens(recording, directory / "xsens_matrix_space", columns="matrix", separator=" ")


def _write_tables(directory: Path, truth: Truth) -> None:
    """OpenSense quaternions of all bodies; one wide table with a lost stretch."""
    write_sto(simulate_sensors(truth), directory / "opensense.sto", digits=9)
    sensors = SensorSettings(gaps=(Gap(body="torso", start_s=0.8, length_s=0.1),))
    write_csv(simulate_sensors(truth, sensors, TWO), directory / "wide.csv", digits=7)
    write_trial(
        directory / "opensense.toml",
        truth,
        recording="opensense.sto",
        sensors={f"{body}_imu": body for body in BODIES},
    )


def _write_c3d(directory: Path, truth: Truth) -> None:
    """IMU channels with a lost stretch; a ROTATION group."""
    sensors = SensorSettings(
        mountings=random_mountings(SEED),
        magnetometer=True,
        gaps=(Gap(body="torso", start_s=0.8, length_s=0.1),),
    )
    recording = simulate_sensors(truth, sensors, TWO)
    write_c3d_channels(recording, directory / "channels.c3d")
    write_c3d_rotations(recording, directory / "rotations.c3d")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    write_fixtures(parser.parse_args().directory)
