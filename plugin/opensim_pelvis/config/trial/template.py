"""Writes the commented trial file that ``opensim-pelvis init`` gives people to fill in."""

from __future__ import annotations

import datetime
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.config.trial.setting_definitions import (
    SettingDefinition,
    explain,
    of_section,
    sections,
)
from opensim_pelvis.config.trial.suggested import Suggestion
from opensim_pelvis.config.trial.values import toml_words
from opensim_pelvis.io.delivery import write_file
from opensim_pelvis.types import Recording
from opensim_pelvis.types.segments import BODIES, as_body

FIRST_LINE: Final = "# What opensim-pelvis is to do with one recording. Then:"

_HEAD: Final = """\
{first_line}
#     opensim-pelvis run {file} --out results/
# Lines that begin with # are off. Take the # away to state a value instead of the default.
# docs/settings.md describes every setting.
"""

_TABLES: Final = {
    "sensors": """\
# Which sensor was worn where: "name in the recording" = "body".
# Bodies: {bodies}.
# Fewer sensors are fine: angles that they cannot determine are left out of the results.
{{lines}}
""".format(bodies=", ".join(BODIES)),
    "mountings": """\
# How a sensor's case sits on the standing body, where that is known; else it is calibrated.
# pelvis = "x up, z back"  # up down forward back left right out in
""",
}
"""Tables whose keys are sensors and bodies, and stand after the table of the same rank."""
_AFTER: Final = {"recording": "sensors", "calibration": "mountings"}
_WIDTH: Final = 88

_SOURCES: Final = {
    "name": "from its name",
    "file": "from {file}",
    "movement": "suggested from movement, {percent} %",
}


def write_trial(
    path: Path,
    recording: Recording,
    settings: RecordingSettings,
    suggested: Mapping[str, Suggestion] | None = None,
) -> None:
    """Write a commented trial file for a recording.

    Parameters
    ----------
    path : Path
        Replaced when it exists.
    recording : Recording
        Its sensors are listed; those called ``<body>_imu`` are assigned, the others are left to
        the person who knows.
    settings : RecordingSettings
        What had to be stated to read the recording is stated in the file, too.
    suggested : mapping of str to Suggestion, optional
        Who wears which sensor, by identifier. What names and mapping files say is filled in, what
        movement says stands in a comment.

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    write_file(path, _render(path, recording, settings, suggested or {}))


def _render(
    path: Path,
    recording: Recording,
    settings: RecordingSettings,
    suggested: Mapping[str, Suggestion],
) -> str:
    stated = {
        one.key: _plain(path, getattr(settings, one.key))
        for one in of_section("recording")
        if getattr(settings, one.key) not in (None, False)
    }
    read = {
        "reader": recording.reader,
        "rate_hz": recording.rate_hz,
        "name": recording.name,
        "date": None if recording.date is None else recording.date.iso,
    }
    parts = [_HEAD.format(first_line=FIRST_LINE, file=path.name)]
    for section, about in sections().items():
        first = section == "recording"
        blocks = [
            _block(
                one, stated.get(one.key) if first else None, read.get(one.key) if first else None
            )
            for one in of_section(section)
        ]
        parts.append(f"[{section}]\n# {about}\n\n" + "\n".join(blocks))
        if section in _AFTER:
            table = _TABLES[_AFTER[section]]
            lines = "\n".join(_sensor_line(n, suggested.get(n)) for n in recording.identifiers)
            parts.append(f"[{_AFTER[section]}]\n{table.replace('{lines}', lines)}")
    return "\n".join(parts)


def _block(one: SettingDefinition, stated: Any, read: Any) -> str:
    """Return a setting with what it is for: its value where one is stated, else an example."""
    lines = textwrap.wrap(explain(one), _WIDTH, initial_indent="# ", subsequent_indent="# ")
    for word, meaning in one.choices.items():
        if meaning:
            hang = " " * (len(word) + 4)
            lines += textwrap.wrap(
                f"{word}: {meaning}", _WIDTH, initial_indent="#   ", subsequent_indent=f"# {hang}"
            )
    shown = one.example if one.example is not None else one.default
    shown = stated if stated is not None else read if read is not None else shown
    lines.append(f"{'' if stated is not None else '# '}{one.key} = {toml_words(shown)}")
    return "\n".join([*lines, ""])


def _plain(trial: Path, value: Any) -> Any:
    """Return a stated value as TOML has it; a path is seen from the trial file's folder."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return _seen_from(trial, value) if isinstance(value, Path) else value


def _sensor_line(identifier: str, suggested: Suggestion | None) -> str:
    body = as_body(identifier)
    if body in BODIES:
        return f"{toml_words(identifier)} = {toml_words(body)}"
    if suggested is None:
        return f'# {toml_words(identifier)} = "..."'
    source = _SOURCES[suggested.source].format(
        file=suggested.file, percent=int(100.0 * min(suggested.probability, 0.99) + 0.5)
    )
    off = "# " if suggested.source == "movement" else ""
    return f"{off}{toml_words(identifier)} = {toml_words(suggested.body)}  # {source}"


def _seen_from(trial: Path, path: Path) -> str:
    """Return a path relative to the trial file's folder; absolute on another Windows drive."""
    try:
        return Path(os.path.relpath(path, trial.parent)).as_posix()
    except ValueError:
        return path.absolute().as_posix()
