"""Writes ``docs/settings.md``: every setting with key, flag, unit, limits, default and meaning."""

from __future__ import annotations

import sys
from typing import Final

from opensim_pelvis.config.trial.mounting import WANTED
from opensim_pelvis.config.trial.setting_definitions import (
    NUMERIC,
    UNITS,
    SettingDefinition,
    default_words,
    of_section,
    sections,
)
from opensim_pelvis.config.trial.values import toml_words
from opensim_pelvis.types.segments import BODIES

_HEAD: Final = """# Settings

A trial file states settings in tables; `opensim-pelvis init RECORDING` writes one with every
setting explained. Flags of `opensim-pelvis run` take precedence over the trial file. Paths in a
trial file are relative to its folder. Only `[recording] path` is required: every default that was
used is shown by `run -v`, and saved in `NAME_summary.json` as `defaults`.

This page is made of `plugin/opensim_pelvis/config/trial/settings.toml` by
`python -m opensim_pelvis.config.trial.settings_document > docs/settings.md`, and a test holds it
to that file.
"""

_COLUMNS: Final = """\
| key | flag | value | default | meaning |
|---|---|---|---|---|
"""

_BODIES: Final = ", ".join(f"`{body}`" for body in BODIES)

_SENSORS: Final = f"""## [sensors]

Body of each sensor: `"name in the recording" = "body"`, or the flags `--sensors FILE` and
`--sensor ID=BODY`. Bodies of the model:
{_BODIES}.
The table can be omitted if the sensors are named `pelvis_imu` and so on. Angles that the sensors
cannot determine are not computed.
"""

_MOUNTINGS: Final = f"""## [mountings]

Known mounting of a sensor's case on the standing body:
`body = "x up, z back"`. The value is
{WANTED}.
The other sensors are calibrated.
"""

_KINDS: Final = {
    "text": "text",
    "name": "text that can begin a file's name",
    "body": "a body of the model",
    "path": "path",
    "date": "date, or date and time",
    "switch": "`true` or `false`",
    "window": "start and end",
    "times": "a time for each sensor",
    "weights": "a weight for each body",
}


def document() -> str:
    """Return the page."""
    parts = [_HEAD]
    for section, about in sections().items():
        rows = "".join(_row(one) for one in of_section(section))
        parts.append(f"## [{section}]\n\n{about}\n\n{_COLUMNS}{rows}")
        parts += {"recording": [_SENSORS], "calibration": [_MOUNTINGS]}.get(section, [])
    return "\n".join(parts)


def _row(one: SettingDefinition) -> str:
    flag = f"`{one.flag.replace('/', '`, `')}`" if one.flag else ""
    default = "required" if one.required else default_words(one)
    default = default if one.not_given or one.required else f"`{default}`"
    cells = (f"`{one.key}`", flag, _value(one), default, _meaning(one))
    return f"| {' | '.join(cells)} |\n"


def _value(one: SettingDefinition) -> str:
    """Return kind, unit, limits and choices, with an example where there is one."""
    if one.choices:
        return ", ".join(f"`{word}`" for word in one.choices)
    words = [_KINDS[one.kind]] if one.kind in _KINDS else []
    if one.kind in NUMERIC:
        words += [] if one.kind == "weights" else [UNITS[one.unit][1]]
        words.append(one.limits)
    if one.example is not None:
        words.append(f"such as `{toml_words(one.example)}`")
    return ", ".join(words)


def _meaning(one: SettingDefinition) -> str:
    choices = [f"`{word}`: {meaning}" for word, meaning in one.choices.items() if meaning]
    return "<br>".join([" ".join(filter(None, (one.help, one.details))), *choices])


if __name__ == "__main__":
    sys.stdout.write(document())
