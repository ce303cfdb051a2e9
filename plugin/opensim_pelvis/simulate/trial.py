"""The trial file of a simulated recording."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from opensim_pelvis.frames import UpAxis
from opensim_pelvis.simulate.mountings import HEADING_AXIS, SENSOR_MAP
from opensim_pelvis.simulate.truth import Truth

_COMMENT = "SIMULATED recording: no person ran."


def write_trial(
    path: Path,
    truth: Truth,
    *,
    recording: str,
    sensors: Mapping[str, str] = SENSOR_MAP,
    heading_axis: UpAxis = HEADING_AXIS,
    extra: Mapping[str, Mapping[str, object]] | None = None,
    comment: str = _COMMENT,
) -> Path:
    """Write ``trial.toml`` for a simulated recording.

    Parameters
    ----------
    path : Path
    truth : Truth
        Gives the calibration window (the still stance), subject and activity.
    recording : str
        File or folder, relative to the trial file.
    sensors : mapping of str to str
        Identifier in the file to body.
    heading_axis : str
        Axis of the pelvis sensor that points forward.
    extra : mapping of str to mapping, optional
        Further keys by table, which win: text, numbers or lists; None takes a key out.
    comment : str
        Stands at the top, line by line.
    """
    runner, session = truth.runner, truth.session
    tables: dict[str, dict[str, object]] = {
        "recording": {"path": recording, "simulated": True},
        "sensors": dict(sensors),
        "calibration": {
            "window_s": [0.0, session.still_s],
            "base": "pelvis",
            "heading_axis": heading_axis,
        },
        "subject": {
            "id": "simulated runner",
            "sex": runner.sex,
            "height_m": runner.height_m,
            "mass_kg": runner.mass_kg,
        },
        "activity": {
            "kind": runner.gait,
            "speed_mps": runner.speed_mps,
            "surface": session.surface,
        },
    }
    for table, pairs in (extra or {}).items():
        tables[table] = tables.get(table, {}) | dict(pairs)
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    for table, values in tables.items():
        lines += ["", f"[{table}]"]
        # JSON text, numbers and lists are TOML, too
        lines += [
            f"{json.dumps(key) if table == 'sensors' else key} = {json.dumps(value)}"
            for key, value in values.items()
            if value is not None
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path
