"""Points, channels and rotations of a C3D file by ezc3d.

ezc3d is C++ in this process and takes a file at its word, so it gets only files whose parameters
and lengths were checked, and none that it is known to read otherwise than the C3D user guide says
(`unfit`). What it is handed and gives back are numbers and arrays of NumPy, never vectors of SWIG:
OpenSim may be in the process too.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from opensim_pelvis.io.c3d.opened import MIPS, C3dFile
from opensim_pelvis.io.c3d.opening import LONG, rotation_bytes, rotation_samples

MAX_NUMBERS: Final = 20_000_000
"""Numbers up to which ezc3d reads: it takes 36 bytes and 0.3 microseconds for each."""

_WHOLE: Final = (1, 2)
_FLOAT: Final = (4,)
_NUMBERS: Final = {
    "POINT:USED": _WHOLE,
    "POINT:FRAMES": _WHOLE,
    "POINT:RATE": _FLOAT,
    "POINT:SCALE": _FLOAT,
    "ANALOG:USED": _WHOLE,
    "ANALOG:RATE": _FLOAT,
    "ANALOG:GEN_SCALE": _FLOAT,
}
"""Parameters whose first number ezc3d takes without looking whether there is one, and types."""


def unfit(file: C3dFile) -> str | None:
    """Return why a file is not for ezc3d, None where it is."""
    stored = file.section.stored
    if file.processor == MIPS:
        return "its numbers have MIPS format"
    if not file.whole:
        return "its length does not match its data"
    if file.section.deviations:
        return file.section.deviations[0]
    for name, kinds in _NUMBERS.items():
        if name in stored and (stored[name].kind not in kinds or not stored[name].size):
            return f"{name} does not contain a number of the required type"
    if _first(file, "POINT:USED") != file.points or _first(file, "ANALOG:USED") != file.channels:
        return "the number of points or channels is not where ezc3d expects it"
    return _unfit_points(file) or _unfit_channels(file) or _unfit_size(file) or _unfit_turns(file)


def load(file: C3dFile) -> dict[str, npt.NDArray[np.float64]]:
    """Return points (frames, points, 3), channels (samples, channels) and, if any, rotations.

    Raises
    ------
    Exception
        Whatever ezc3d raises.
    """
    from ezc3d import ezc3d

    content = ezc3d.c3d(str(file.path))
    samples = file.frames * file.channel_samples
    found = {
        "points": np.asarray(content.get_points())[:3].transpose(2, 1, 0)[: file.frames],
        "channels": np.asarray(content.get_analogs())[0].T[:samples],
    }
    shapes = {
        "points": (file.frames, file.points, 3),
        "channels": (samples, file.channels),
    }
    ratio = rotation_samples(file)
    if rotation_bytes(file) is not None and ratio:
        turned = np.asarray(content.get_rotations())[:3, :3].transpose(3, 2, 0, 1)
        found["rotations"] = turned[: file.frames * ratio]
        shapes["rotations"] = (file.frames * ratio, file.count("ROTATION:USED") or 0, 3, 3)
    for name, shape in shapes.items():
        if math.prod(shape) and found[name].shape != shape:
            raise ValueError(f"{name} must have shape {shape}, found {found[name].shape}")
    return found


def _first(file: C3dFile, name: str) -> float:
    """Return the first number as ezc3d sees it, 0 where the parameter is not there."""
    stored = file.section.stored.get(name)
    return stored.first if stored is not None else 0.0


def _unfit_points(file: C3dFile) -> str | None:
    frames = _first(file, "POINT:FRAMES")
    frames = frames + 65536.0 if frames < 0.0 else frames
    if frames not in (0.0, float(file.frames), float(LONG)):
        return "the number of frames is not where ezc3d expects it"
    if frames == LONG and (file.frames < LONG or rotation_bytes(file) is not None):
        return "it has more frames than ezc3d can count"
    if frames == 0.0:
        return "POINT:FRAMES is missing"
    scale = file.section.stored.get("POINT:SCALE")
    if file.points and (scale is None or (scale.first < 0.0) != file.is_float):
        return "POINT:SCALE is missing"
    if not file.frame_words and rotation_bytes(file) is None:
        return "it contains no data"
    return None


def _unfit_channels(file: C3dFile) -> str | None:
    rate_hz, analog_hz = _first(file, "POINT:RATE"), _first(file, "ANALOG:RATE")
    if not (0.0 <= rate_hz < 1e5 and 0.0 <= analog_hz < 1e7):
        return "a rate is not a number"
    ratio = int(analog_hz / rate_hz) if rate_hz >= 1.0 else file.channel_samples
    if ratio != file.channel_samples and (file.channels or ratio > 1000):
        return "ANALOG:RATE is not an integer multiple of POINT:RATE"
    if not file.channels:
        return None
    offset, scale = file.numbers("ANALOG:OFFSET"), file.numbers("ANALOG:SCALE")
    if min(offset.size, scale.size) < file.channels:
        return "ANALOG:OFFSET or ANALOG:SCALE has too few values"
    unsigned = file.text("ANALOG:FORMAT").upper() == "UNSIGNED"
    if unsigned and not file.is_float:
        return "its analog samples are unsigned"
    if not unsigned and (offset < 0.0).any():
        return "ezc3d drops the sign of ANALOG:OFFSET"
    return None


def _unfit_size(file: C3dFile) -> str | None:
    rate_hz, analog_hz = _first(file, "POINT:RATE"), _first(file, "ANALOG:RATE")
    empty = 0 if file.channels or rate_hz < 1.0 else analog_hz / rate_hz
    numbers = file.frames * (file.frame_words + empty)
    rotations = rotation_bytes(file)
    numbers += rotations[1] / 4 if rotations is not None else 0
    return "it is large" if numbers > MAX_NUMBERS else None


def _unfit_turns(file: C3dFile) -> str | None:
    """Return why the group ROTATION is not for ezc3d, which reads it wherever it is."""
    stored = file.section.stored
    if not any(name.startswith("ROTATION:") for name in stored):
        return None
    entries = [stored.get(f"ROTATION:{name}") for name in ("USED", "DATA_START", "RATIO")]
    least = 0.0 if rotation_bytes(file) is None else 1.0
    for entry, most in zip(entries, (32767.0, 32767.0, 1000.0), strict=True):
        if entry is None or entry.kind not in _WHOLE or not entry.size:
            return "an integer is missing in the group ROTATION"
        if not least <= entry.first <= most:
            return "a number in the group ROTATION is out of range"
    return None
