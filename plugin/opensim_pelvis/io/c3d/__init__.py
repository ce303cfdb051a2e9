"""C3D files: header and parameters checked here, points, channels and rotations read by ezc3d.

::

    open_c3d        header and parameters, every length checked, before anything else sees the file
    read_points, read_channels, read_rotations
                    by ezc3d (`library`), or by NumPy (`arrays`) where ezc3d cannot
"""

from opensim_pelvis.io.c3d.data import read_channels, read_points, read_rotations
from opensim_pelvis.io.c3d.opened import C3dFile
from opensim_pelvis.io.c3d.opening import is_c3d, open_c3d, rotation_hz
from opensim_pelvis.io.c3d.rates import channels_contradict, rates_contradict

__all__ = [
    "C3dFile",
    "channels_contradict",
    "is_c3d",
    "open_c3d",
    "rates_contradict",
    "read_channels",
    "read_points",
    "read_rotations",
    "rotation_hz",
]
