"""What the checks look at, from a result."""

from __future__ import annotations

from opensim_pelvis.quality import Examined
from opensim_pelvis.types import Result


def examined_of(result: Result) -> Examined:
    """Return the records that the stages of a result gave."""
    return Examined(
        settings=result.settings,
        recording=result.recording,
        aligned=result.aligned,
        placement=result.placement,
        orientations=result.orientations,
        model=result.model,
        kinematics=result.kinematics,
        angles=result.clinical,
        running=result.running,  # type: ignore[arg-type]  # some tests look at no strides
    )
