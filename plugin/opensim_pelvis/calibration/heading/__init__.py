"""Which way each sensor's earth frame faces, in the calibration pose and over time.

``forward.py`` finds forward for the base sensor, ``swing.py`` and ``planes.py`` the plane in which
each leg sensor swings, ``knee.py`` a thigh from its shank, ``joint.py`` the trunk from the pelvis,
``mounted.py`` any sensor from its mounting. ``combine.py`` weighs these against a common heading,
``drift.py`` follows slow turns of single sensors through cyclic motion (``cycles.py``). ``find.py``
puts them together, ``report.py`` says what was found.

A heading is the angle of a horizontal direction from the x axis of its frame, positive to the
left (counter-clockwise seen from above).
"""

from opensim_pelvis.calibration.heading.find import find_heading
from opensim_pelvis.calibration.heading.forward import heading_from_axis
from opensim_pelvis.calibration.heading.mounted import headings_from_mountings

__all__ = ["find_heading", "heading_from_axis", "headings_from_mountings"]
