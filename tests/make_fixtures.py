"""Write the folder `fixtures/`: small simulated recordings in the formats of the readers.

python tests/make_fixtures.py fixtures/
"""

from __future__ import annotations

import argparse
from pathlib import Path

from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Gap,
    SensorSettings,
    Session,
    Truth,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    typical_mountings,
    write_apdm_csv,
    write_apdm_hdf5,
    write_c3d_channels,
    write_c3d_rotations,
    write_csv,
    write_dot,
    write_mvnx,
    write_sto,
    write_trial,
    write_ximu3,
    write_xsens,
)
from opensim_pelvis.types.segments import BODIES

TWO = ("pelvis", "torso")
SHORT = Session(duration_s=1.5, rate_hz=40.0, still_s=0.5, ramp_s=0.5)
BRIEF = Session(duration_s=0.3, rate_hz=40.0, still_s=0.1, ramp_s=0.1)
TINY = Session(duration_s=0.75, rate_hz=40.0, still_s=0.25, ramp_s=0.25)
SEED = 7


def write_fixtures(directory: Path) -> None:
    """Write every fixture into a folder, which is made when it does not exist."""
    directory.mkdir(parents=True, exist_ok=True)
    truth = simulate_runner(session=SHORT)
    _write_all_bodies(directory, truth)
    _write_xsens_variants(directory, truth)
    _write_tables(directory, truth)
    _write_dot(directory, truth)
    _write_mvnx(directory)
    tiny = simulate_runner(session=TINY)
    _write_apdm(directory, tiny)
    _write_ximu3(directory, tiny)
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


def _write_dot(directory: Path, truth: Truth) -> None:
    """DOT csv: a late start, a gap, SampleTimeFine past 2^32; memory export of inertial data."""
    sensors = SensorSettings(
        mountings=random_mountings(SEED),
        gaps=(Gap(body="torso", start_s=1.0, length_s=0.05),),
        late_start_s={"torso": 0.05},
    )
    recording = simulate_sensors(truth, sensors, TWO)
    names = {identifier: SENSOR_MAP[identifier] for identifier in recording.identifiers}
    write_dot(recording, directory / "dot_app", names=names, start_us=2**32 - 500_000)
    brief = simulate_sensors(
        simulate_runner(session=BRIEF), SensorSettings(mountings=random_mountings(SEED)), TWO
    )
    write_dot(
        brief,
        directory / "dot_export",
        columns=("dq", "dv", "Status"),
        layout="export",
        names=names,
    )


def _write_mvnx(directory: Path) -> None:
    """MVNX with sensors on pelvis and trunk and two missing frames; short, since it is wordy."""
    truth = simulate_runner(session=BRIEF)
    sensors = SensorSettings(
        mountings=random_mountings(SEED),
        gaps=(Gap(body="torso", start_s=0.1, length_s=0.05),),
        magnetometer=True,
    )
    recording = simulate_sensors(truth, sensors, TWO)
    write_mvnx(truth, recording, directory / "mvn_4.mvnx", worn=SENSOR_MAP)


def _write_apdm(directory: Path, truth: Truth) -> None:
    """Pelvis and torso in both csv layouts and in the HDF5 layouts 3 and 5; a lost stretch."""
    sensors = SensorSettings(
        mountings=random_mountings(SEED),
        magnetometer=True,
        gaps=(Gap(body="torso", start_s=0.4, length_s=0.1),),
    )
    recording = simulate_sensors(truth, sensors, TWO)
    write_apdm_csv(recording, directory / "apdm_sample_rate.csv")
    write_apdm_csv(recording, directory / "apdm_format7.csv", layout="format 7")
    write_apdm_hdf5(recording, directory / "apdm_3.h5", version=3)
    write_apdm_hdf5(recording, directory / "apdm_5.h5", version=5)


def _write_ximu3(directory: Path, truth: Truth) -> None:
    """Pelvis and torso; the field is sampled at other moments and less often."""
    sensors = SensorSettings(
        mountings=random_mountings(SEED),
        magnetometer=True,
        gaps=(Gap(body="torso", start_s=0.4, length_s=0.1),),
    )
    recording = simulate_sensors(truth, sensors, TWO)
    write_ximu3(recording, directory / "ximu3", magnetometer_every=2, convention="NWU")


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
