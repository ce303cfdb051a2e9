"""A runner with known angles, and any sensor's signals from it.

The demonstration, the tests and the documentation stand on it::

    RunnerSettings ─┐
    Session ────────┴> simulate_runner ─> Truth ─┐
    SensorSettings ──────────────────────────────┴> simulate_sensors ─> Recording
    draw_runner, draw_session, draw_sensors ─> the three above, as different people have them
    Recording ─> write_xsens, write_dot, write_sto, write_csv, write_apdm_csv, write_apdm_hdf5,
                 write_ximu3, write_c3d_*
    Truth ─> write_trial; Truth, Recording ─> write_mvnx
"""

from opensim_pelvis.simulate.demo import demo_sensors, demo_truth, write_demo
from opensim_pelvis.simulate.gait_style import StrideVariation, Style
from opensim_pelvis.simulate.mountings import (
    HEADING_AXIS,
    SENSOR_MAP,
    random_mountings,
    typical_mountings,
)
from opensim_pelvis.simulate.population import draw_runner, draw_session
from opensim_pelvis.simulate.pose import SITTING, Pose
from opensim_pelvis.simulate.runner import RunnerSettings, Session, Turn, typical_runner
from opensim_pelvis.simulate.sensors import Disturbance, Gap, SensorSettings, simulate_sensors
from opensim_pelvis.simulate.soft_tissue import Ring, SoftTissue
from opensim_pelvis.simulate.trial import write_trial
from opensim_pelvis.simulate.truth import Truth, sample_runner, simulate_runner
from opensim_pelvis.simulate.worn_sensors import draw_sensors, draw_soft_tissue
from opensim_pelvis.simulate.write_apdm import write_apdm_csv, write_apdm_hdf5
from opensim_pelvis.simulate.write_c3d import write_c3d_channels, write_c3d_rotations
from opensim_pelvis.simulate.write_mvnx import write_mvnx
from opensim_pelvis.simulate.write_table import write_csv
from opensim_pelvis.simulate.write_ximu3 import write_ximu3
from opensim_pelvis.simulate.write_xsens_dot import write_dot
from opensim_pelvis.simulate.writers import write_sto, write_xsens

__all__ = [
    "RunnerSettings",
    "Session",
    "Turn",
    "typical_runner",
    "Style",
    "StrideVariation",
    "Pose",
    "SITTING",
    "Ring",
    "SoftTissue",
    "draw_runner",
    "draw_session",
    "draw_sensors",
    "draw_soft_tissue",
    "Truth",
    "simulate_runner",
    "sample_runner",
    "Disturbance",
    "Gap",
    "SensorSettings",
    "simulate_sensors",
    "HEADING_AXIS",
    "SENSOR_MAP",
    "random_mountings",
    "typical_mountings",
    "write_xsens",
    "write_dot",
    "write_mvnx",
    "write_sto",
    "write_csv",
    "write_apdm_csv",
    "write_apdm_hdf5",
    "write_ximu3",
    "write_c3d_channels",
    "write_c3d_rotations",
    "write_trial",
    "write_demo",
    "demo_truth",
    "demo_sensors",
]
