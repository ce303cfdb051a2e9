"""The methods of sensor-to-segment calibration: a closed set, and all that is said of each.

What a method computes stands in one table: `POSES` of
`opensim_pelvis.calibration.sensor_to_segment`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from opensim_pelvis.language import Text

CalibrationMethod = Literal["static", "movement"]

WindowSource = Literal["given", "found"]
"""Whether a person named the window of the calibration, or the recording did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodDefinition:
    """All that is said of one method of calibration.

    Parameters
    ----------
    name : str
        As in a trial file and behind ``--calibration``.
    help : str
        What it is, in a line.
    pose_label : str
        What the screen calls its window.
    still : bool
        Whether the subject stands still in the window. The spread of the samples then says how
        still, and a later still pose is compared with it.
    zero_known : bool
        Whether the zero of all angles is the model's default pose.
    sided : bool
        Whether the pose tells to which side of the vertical a leg hangs.
    upright : tuple of str or None
        Bodies that are upright in the pose, so that gravity tests a known mounting; None for
        all.
    notice : str or None
        Code of what is told where the zero is not known; None where it always is.
    window_words : mapping of str to str
        Code of the words for where the window comes from.
    """

    name: CalibrationMethod
    help: str
    pose_label: str
    still: bool
    zero_known: bool
    sided: bool
    upright: tuple[str, ...] | None
    notice: str | None
    window_words: Mapping[WindowSource, str]

    def __post_init__(self) -> None:
        if self.zero_known != (self.notice is None):
            raise ValueError(
                f"{self.name}: wanted a notice exactly where the offsets of angles are unknown"
            )


METHODS: tuple[MethodDefinition, ...] = (
    MethodDefinition(
        name="static",
        help=(
            "from a static trial: the person stands still and upright, facing the direction of "
            "travel"
        ),
        pose_label="static trial",
        still=True,
        zero_known=True,
        sided=True,
        upright=None,
        notice=None,
        window_words={"given": "word.window_given", "found": "word.window_found"},
    ),
    MethodDefinition(
        name="movement",
        help=(
            "from the mean posture of steady walking or running, where there is no static trial: "
            "offsets of angles remain unknown"
        ),
        pose_label="pose",
        still=False,
        zero_known=False,
        # From the mean of a stride a leg swings as far forward as back, and does not hang upright.
        sided=False,
        upright=("pelvis", "torso"),
        notice="pose.of_movement",
        window_words=dict.fromkeys(("given", "found"), "word.window_of_movement"),
    ),
)
"""Every method, that taken unless another is asked for first."""


def texts() -> Iterator[Text]:
    """Return every text of methods that the screen shows."""
    yield from (Text(f"calibration.{m.name}.pose_label", m.pose_label) for m in METHODS)


def method_of(name: str) -> MethodDefinition:
    """Return the definition of a method; KeyError where there is none.

    >>> method_of("movement").zero_known
    False
    """
    known: dict[str, MethodDefinition] = {method.name: method for method in METHODS}
    return known[name]
