"""One thing that a stage tells: a code and the values that its sentence is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, Union

Severity = Literal["note", "warning", "error"]

SEVERITIES: Final[tuple[Severity, ...]] = ("note", "warning", "error")
"""From information to what makes most angles unreliable."""

SIMULATED: Final = "recording.simulated"
"""Code that says that no person was measured."""

Value: TypeAlias = Union[
    bool, int, float, str, "Notice", tuple["Value", ...], Mapping[str, "Value"], None
]
"""What a sentence can be made of: numbers, names, lists of them, a number a name, parts."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a stage found that a person should know, as data.

    Parameters
    ----------
    code : str
        The key in ``notices.toml``, ``stage.what``.
    severity : str
        ``"note"``: information. ``"warning"``: some results are unreliable or missing.
        ``"error"``: most results are.
    subject : tuple of str
        What it is about: sensors, bodies, angles, measures, files or settings; empty for the
        whole recording.
    values : mapping
        What the sentence is made of, in the units at the ends of the names.

    Examples
    --------
    >>> from opensim_pelvis.notices import notice, say
    >>> found = notice("pose.few_samples", "pelvis_imu", samples=1)
    >>> found.code, found.severity, found.subject
    ('pose.few_samples', 'warning', ('pelvis_imu',))
    >>> say(found)
    'the static trial has 1 sample: whether the subject stood still could not be checked'
    """

    code: str
    severity: Severity
    subject: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, self.severity, self.subject))
