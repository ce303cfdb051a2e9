"""Reads ``settings.toml``: all that is said of each setting, for file, flags, help and pages alike.

Nothing heavy is imported here, since ``--help`` is made from it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

from opensim_pelvis.config import calibration_methods

Kind = Literal[
    "text", "name", "body", "path", "date", "switch", "choice",
    "number", "window", "times", "weights",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NUMERIC: Final = frozenset({"number", "window", "times", "weights"})
"""Kinds whose numbers have a unit and limits."""

UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "Hz": ("_hz", "samples per second"),
    "s": ("_s", "seconds"),
    "deg": ("_deg", "degrees"),
    "m": ("_m", "metres"),
    "kg": ("_kg", "kilograms"),
    "m/s": ("_mps", "metres per second"),
    "1": ("", "a number"),
}
"""Unit: the end of the key, and the unit in words."""

GROUPS: Final = (
    "Recording",
    "Sensors and calibration",
    "Sensor fusion",
    "Inverse kinematics",
    "Subject",
    "Activity, gait events and speed",
    "Guidance",
)
"""Headings of ``opensim-pelvis run --help``, in order; those of no setting follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDefinition:
    """All that is said of one setting; the file says what each part is for."""

    section: str
    key: str
    kind: Kind
    help: str
    personal: bool
    required: bool = False
    default: Any = None
    not_given: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    example: Any = None
    flag: str = ""
    metavar: str = ""
    group: str = ""
    commands: tuple[str, ...] = ("run",)
    details: str = ""
    listed: bool = True

    @property
    def name(self) -> str:
        """Section and key, such as ``recording.rate_hz``."""
        return f"{self.section}.{self.key}"

    @property
    def flag_name(self) -> str:
        """The flag as a message has it: the first of its forms, without what switches it off."""
        return self.flag.partition("/")[0]

    @property
    def limits(self) -> str:
        """Limits in words, such as ``from 0 to 10``; empty where there are none."""
        low = f"from {self.low:g}" if self.low is not None else f"above {self.above:g}"
        high = f"up to {self.high:g}" if self.high is not None else f"below {self.below:g}"
        words = ", ".join(part for part in (low, high) if "inf" not in part)
        return words.replace(", up to", " to") if self.low is not None else words

    def allows(self, value: float) -> bool:
        """Return whether a number keeps the limits."""
        return (
            (self.low is None or self.low <= value)
            and (self.above is None or self.above < value)
            and (self.high is None or value <= self.high)
            and (self.below is None or value < self.below)
        )


@cache
def definitions() -> tuple[SettingDefinition, ...]:
    """Return the definition of every setting, in the order of the file."""
    return tuple(
        _definition(section, key, row)
        for section, rows in _tables().items()
        for key, row in rows.items()
        if key != "about"
    )


def of_section(section: str) -> tuple[SettingDefinition, ...]:
    """Return the definitions of one table of a trial file."""
    return tuple(one for one in definitions() if one.section == section)


def of_command(command: str) -> tuple[SettingDefinition, ...]:
    """Return the definitions whose flags a command has, group by group.

    >>> [one.flag for one in of_command("init")]
    ['--reader', '--rate', '--up-axis', '--mapping']
    """
    found = [one for one in definitions() if one.flag and command in one.commands]
    return tuple(sorted(found, key=lambda one: GROUPS.index(one.group)))


def definition_of(name: str) -> SettingDefinition:
    """Return the definition of a setting such as ``recording.rate_hz``; KeyError if none."""
    return {one.name: one for one in definitions()}[name]


def explain(one: SettingDefinition) -> str:
    """Return a setting's help with its choices without a meaning, unit, limits and default.

    >>> explain(definition_of("timeline.max_gap_s")).split("; ")[1]
    'longer gaps stay missing. Seconds, from 0 to 10. Default: 0.05.'
    """
    parts = [one.help]
    bare = [word for word, meaning in one.choices.items() if not meaning]
    if bare:
        parts.append(f"One of {', '.join(bare)}.")
    if one.kind in NUMERIC and one.kind != "times":
        words = UNITS[one.unit][1]
        parts.append(f"{words[0].upper()}{words[1:]}, {one.limits}.")
    if not one.required:
        parts.append(f"Default: {default_words(one)}.")
    return " ".join(parts)


def default_words(one: SettingDefinition) -> str:
    """Return the default, or what happens where no value is given."""
    value = one.default
    return one.not_given or (str(value).lower() if isinstance(value, bool) else f"{value}")


def sections() -> Mapping[str, str]:
    """Return what each table of a trial file is about, in the order of the file."""
    return {section: rows["about"] for section, rows in _tables().items()}


def source() -> str:
    """Return the text of the file of definitions."""
    return (
        files("opensim_pelvis.config.trial").joinpath("settings.toml").read_text(encoding="utf-8")
    )


@cache
def _tables() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(source())


def _definition(section: str, key: str, row: Mapping[str, Any]) -> SettingDefinition:
    """Return the record of a row; ValueError that names what is missing or wrong."""
    try:
        parts = {**row, "commands": tuple(row.get("commands", ("run",)))}
        if isinstance(row.get("choices"), list):
            parts["choices"] = dict.fromkeys(row["choices"], "")
        if (section, key) == ("calibration", "method"):
            parts["choices"] = {method.name: method.help for method in calibration_methods.METHODS}
        found = SettingDefinition(section=section, key=key, **parts)
    except TypeError as fault:
        raise ValueError(f"settings.toml: {section}.{key}: {fault}") from None
    faults = [*_faults_of_value(found, row), *_faults_of_flag(found)]
    if faults:
        raise ValueError(f"settings.toml: {found.name}: {'; '.join(faults)}")
    return found


def _faults_of_value(found: SettingDefinition, row: Mapping[str, Any]) -> list[str]:
    faults = []
    if found.kind not in KINDS:
        faults.append(f"kind: wanted one of {', '.join(KINDS)}")
    if ("default" in row) + bool(found.not_given) + found.required != 1:
        faults.append("wanted one of default, not_given and required")
    if "default" not in row and "example" not in row:
        faults.append("example is missing")
    if (found.kind == "choice") != bool(found.choices):
        faults.append("choices are missing, or of no choice")
    if found.kind in NUMERIC:
        if found.unit not in UNITS:
            faults.append(f"unit: wanted one of {', '.join(UNITS)}")
        elif found.kind == "number" and not found.key.endswith(UNITS[found.unit][0]):
            faults.append(f"the key does not end with the unit, {UNITS[found.unit][0]}")
        for one, other in (("low", "above"), ("high", "below")):
            if (one in row) + (other in row) != 1:
                faults.append(f"wanted one of {one} and {other}")
    return faults


def _faults_of_flag(found: SettingDefinition) -> list[str]:
    faults = []
    if bool(found.flag) != bool(found.group):
        faults.append("flag and group: wanted both or none")
    if found.group and found.group not in GROUPS:
        faults.append(f"group: wanted one of {', '.join(GROUPS)}")
    if found.flag and found.kind in {"times"}:
        faults.append("flag: values of this kind are given in a trial file")
    return faults
