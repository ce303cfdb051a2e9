"""The only folder that imports ``opensim``: models, tables and tools.

OpenSim is made quiet here, once: errors only, and no ``opensim.log`` in the working directory.
"""

import opensim as _opensim

_opensim.Logger.setLevelString("Error")
_opensim.Logger.removeFileSink()
