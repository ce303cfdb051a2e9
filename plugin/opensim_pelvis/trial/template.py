"""Writes the commented trial file that ``opensim-pelvis init`` gives people to fill in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from opensim_pelvis.delivery import write_file
from opensim_pelvis.settings import BODIES, RecordingSettings
from opensim_pelvis.types import Recording

FIRST_LINE: Final = "# What opensim-pelvis is to do with one recording. Then:"

_HEAD: Final = """\
{first_line}
#     opensim-pelvis run {file} --out results/
# Lines that begin with # are off. Take the # away to state a value instead of the default.

[recording]
path = {path}
{stated}
"""

_SENSORS: Final = """\
[sensors]
# Which sensor was worn where: "name in the recording" = "body".
# Bodies: {bodies}.
# Fewer sensors are fine: what they cannot tell is left out of the results.
{lines}
"""

_REST: Final = """
[fusion]
# orientations = "vendor"     # the maker's where the recording has them; "fused": ours always
# magnetometer = false        # true: our fusion takes the heading from the magnetic field
# gyroscope = "mean"          # of the step that ends at a sample; "instant": the value there

[timeline]
# Only for sensors that have clocks or sampling rates of their own.
# rate_hz = 100.0             # of the common timeline; the sensors' highest when off
# synchronise = "auto"        # or movement, trigger, start: what brings the clocks together
# trigger_s = { "ID" = 1.25 } # time of one event on each sensor's own clock
# max_gap_s = 0.05            # longer holes in a sensor's samples stay absent

[calibration]
# The pose in which the person stands still and upright, facing the way of travel.
# window_s = [0.0, 2.0]       # start and end of standing still; found when off
# method = "static"           # or movement, where nobody stood still: mean angles are not known
# heading_axis = "z"          # axis of the base sensor that points forward in that pose:
#                             # x -x y -y z -z; estimated when off
# base = "pelvis"             # body whose sensor gives the heading
# max_spread_deg = 2.0        # how still is still
# sensor_headings = "auto"    # or common: one heading for all; body: leg sensors from their swing
# drift = "auto"              # or none: slow turns of single sensors are left as they are
# flexion_window_s = [4.0, 10.0]  # the legs swing forward and back from the hip, for calibration
# placement = "earlier_results"        # the sensors sit as in that run: folder, summary or .osim

[mountings]
# How a sensor's case sits on the standing body, where it is known; found from the pose when off.
# pelvis = "x up, z back"     # up down forward back left right out in

[subject]
# Height, mass and sex scale the model.
# id = "S01"
# sex = "female"              # female or male
# height_m = 1.70
# mass_kg = 65.0

[activity]
# kind = "running"            # running or walking
# speed_mps = 3.0
# surface = "treadmill"       # treadmill or overground: how the direction of travel is found
# speed_file = "speed.csv"      # speed over time: columns time_s, speed_mps; or a track
# speed_start_s = 0.0           # when a track (GPX, TCX, FIT) starts, on the clock of the results
# events_file = "events.csv"    # contacts from elsewhere: columns time_s, label, side; or a C3D
# events_start_s = 0.0          # when the C3D's first frame is, on the clock of the results
# events = "imported"           # or sensors: pay no heed to events that came with the recording

[solver]
# model = "my_model.osim"     # any OpenSim model; our own when off
# engine = "exact"            # or opensim, opensim-tool: OpenSim's own, slow, for comparison
# check_engine = false        # true: solve a sample of frames with OpenSim too
# weights = { tibia = 0.02, calcn = 0.02 }   # how much say a body's sensor has; 1 when off

[report]
# lab = "lab.toml"            # your laboratory's name, logo and choice of sections
"""

_OFF: Final = {
    "reader": "found by content when off",
    "rate_hz": "read from the file when off",
    "name": "what the results are called",
    "date": "when it began; from the recording when off",
}


def write_trial(path: Path, recording: Recording, settings: RecordingSettings) -> None:
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

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    write_file(path, _render(path, recording, settings))


def _render(path: Path, recording: Recording, settings: RecordingSettings) -> str:
    values = {
        "reader": settings.reader,
        "rate_hz": settings.rate_hz,
        "name": settings.name,
        "up_axis": settings.up_axis,
        "date": None if settings.date is None else settings.date.isoformat(),
        "mapping": None if settings.mapping is None else _seen_from(path, settings.mapping),
    }
    stated = [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    found: dict[str, str | float] = {
        "reader": recording.reader,
        "rate_hz": recording.rate_hz,
        "name": recording.name,
    }
    found["date"] = "2026-11-24T10:30:00" if recording.date is None else recording.date.iso
    for key, about in _OFF.items():
        if values[key] is None:
            line = f"# {key} = {_toml(found[key])}"
            stated.append(f"{line:<29} # {about}")
    head = _HEAD.format(
        first_line=FIRST_LINE,
        file=path.name,
        path=_toml(_seen_from(path, settings.path)),
        stated="\n".join(stated),
    )
    lines = "\n".join(_sensor_line(name) for name in recording.identifiers)
    return head + "\n" + _SENSORS.format(bodies=", ".join(BODIES), lines=lines) + _REST


def _sensor_line(identifier: str) -> str:
    body = identifier.removesuffix("_imu")
    if body in BODIES:
        return f"{_toml(identifier)} = {_toml(body)}"
    return f'# {_toml(identifier)} = "..."'


def _seen_from(trial: Path, path: Path) -> str:
    """Return a path relative to the trial file's folder; absolute on another Windows drive."""
    try:
        return Path(os.path.relpath(path, trial.parent)).as_posix()
    except ValueError:
        return path.absolute().as_posix()


def _toml(value: str | float) -> str:
    """Return text or a number as TOML; JSON's escapes are TOML's, too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
