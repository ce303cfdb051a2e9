"""Points, channels and rotations of a C3D file: by ezc3d, or by NumPy where that cannot.

NumPy reads MIPS files, files that are cut off, files whose parameters are laid out or missing in
ways that ezc3d does not take, and files too large for it. Both give the same values, which the
tests hold. After the C3D user guide (c3d.org) and, for the group ROTATION, Visual3D's
documentation of its data type: sixteen numbers of a 4x4 matrix, column by column, and one of
reliability.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.c3d.library import load, unfit
from opensim_pelvis.io.c3d.opened import BLOCK, C3dFile
from opensim_pelvis.io.c3d.opening import (
    ROTATION_WORDS,
    rotation_bytes,
    rotation_samples,
)
from opensim_pelvis.io.c3d.parameters import decode_floats
from opensim_pelvis.notices import Notice
from opensim_pelvis.notices.plain_words import words_of


def read_points(file: C3dFile) -> tuple[FloatArray, tuple[Notice, ...]]:
    """Return points, shape (frames, points, 3), in ``POINT:UNITS``, and notes.

    A point whose residual is negative was not seen: NaN.
    """
    if not file.points:
        return np.full((file.frames, 0, 3), np.nan), file.notes
    loaded = _load(file)
    if loaded is not None:
        points = loaded["points"]
        there = np.asarray(np.isfinite(points).all(axis=2, keepdims=True))
        return np.where(there, points, np.nan), file.notes
    block, notes = _read_frames(file)
    numbers = block[:, : file.points * 4].reshape(-1, file.points, 4)
    seen = np.isfinite(numbers).all(axis=2) & (numbers[:, :, 3] >= 0.0)
    points = numbers[:, :, :3] if file.is_float else numbers[:, :, :3] * _point_scale(file)
    return np.where(seen[:, :, None], points, np.nan), (*file.notes, *notes)


def read_channels(file: C3dFile) -> tuple[FloatArray, tuple[Notice, ...]]:
    """Return analog channels, shape (samples, channels), in ``ANALOG:UNITS``, and notes."""
    if not file.channels:
        return np.zeros((file.frames * max(1, file.channel_samples), 0)), file.notes
    gain, scale, offset, notes = _scaling(file)
    loaded = _load(file)
    if loaded is not None:
        analog: FloatArray = loaded["channels"]
    else:
        block, found = _read_frames(file)
        notes += found
        analog = block[:, file.points * 4 :].reshape(-1, file.channels)
        if _unsigned(file) and not file.is_float:
            analog = np.where(analog < 0.0, analog + 65536.0, analog)
        analog = (analog - offset) * (scale * gain)
    if np.isinf(analog).any():
        raise ReadError(
            f"{file.path}: analog channels contain infinite values: the file is damaged"
        )
    return analog, (*file.notes, *notes)


def read_rotations(file: C3dFile) -> tuple[FloatArray, tuple[Notice, ...]]:
    """Return rotation matrices, shape (samples, segments, 3, 3), NaN where missing, and notes.

    Each takes components in the segment to components in the laboratory.
    """
    stated = {
        "USED": file.count("ROTATION:USED"),
        "DATA_START": file.count("ROTATION:DATA_START"),
        "RATIO": rotation_samples(file),
    }
    faults = [
        f"ROTATION:{name} must be a positive integer, found {value or 'none'}"
        for name, value in stated.items()
        if not value
    ]
    raise_faults(ReadError, str(file.path), faults)
    loaded = _load(file)
    notes: tuple[Notice, ...] = ()
    if loaded is not None:
        turned: FloatArray = loaded["rotations"]
    else:
        segments, ratio = stated["USED"] or 0, stated["RATIO"] or 0
        (start, _) = rotation_bytes(file) or (0, 0)
        words = segments * ROTATION_WORDS
        numbers, notes = _read_block(file, start, words, file.frames * ratio, is_float=True)
        matrices = numbers.reshape(-1, segments, ROTATION_WORDS)[:, :, :16]
        turned = matrices.reshape(-1, segments, 4, 4).swapaxes(2, 3)[:, :, :3, :3]
    return np.where(np.isfinite(turned), turned, np.nan), (*file.notes, *notes)


def _load(file: C3dFile) -> dict[str, npt.NDArray[np.float64]] | None:
    """Return what ezc3d read, None where it cannot; read once a file."""
    if not file.loaded and unfit(file) is None:
        try:
            file.loaded.update(load(file))
        except Exception:  # C++ may raise anything; what it refuses is read by NumPy
            return None
    return file.loaded or None


def _point_scale(file: C3dFile) -> FloatArray:
    """Return the factor of integers to POINT:UNITS, one for all points or one for each."""
    scale = file.numbers("POINT:SCALE")
    scale = scale[: file.points] if scale.size >= file.points else scale[:1]
    if not scale.size or not np.isfinite(scale).all() or not scale.all():
        raise ReadError(
            f"{file.path}: POINT:SCALE is missing: the file is damaged. Export it again."
        )
    return np.asarray(scale[:, None])


def _unsigned(file: C3dFile) -> bool:
    return file.text("ANALOG:FORMAT").upper() == "UNSIGNED"


def _scaling(file: C3dFile) -> tuple[float, FloatArray, FloatArray, tuple[Notice, ...]]:
    """Return GEN_SCALE, and SCALE and OFFSET of every channel, and notes."""
    gain = file.number("ANALOG:GEN_SCALE")
    scale, offset = file.numbers("ANALOG:SCALE"), file.numbers("ANALOG:OFFSET")
    if not file.numbers("ANALOG:GEN_SCALE").size:
        gain = 1.0
    if not scale.size and any(name.startswith("SHADOW:") for name in file.parameters):
        scale = np.ones(file.channels)  # Shadow writes values in their units, and no scale
    offset = offset if offset.size else np.zeros(file.channels)
    short = min(scale.size, offset.size) < file.channels
    if short or not np.isfinite([gain, *scale, *offset]).all():
        raise ReadError(
            f"{file.path}: ANALOG:GEN_SCALE, SCALE and OFFSET are missing for some of the "
            f"{file.channels} channels: the file is damaged. Export it again."
        )
    scale, offset = scale[: file.channels], offset[: file.channels]
    if not _unsigned(file) or not (offset < 0.0).any():
        return gain, scale, offset, ()
    if not file.is_float:
        return gain, scale, np.where(offset < 0.0, offset + 65536.0, offset), ()
    taken = np.abs(offset)
    moved = float((np.abs(65536.0 - 2.0 * taken) * np.abs(scale * gain))[offset < 0.0].max())
    return gain, scale, taken, (file.note("c3d.negative_offset", lower=moved),)


def _read_frames(file: C3dFile) -> tuple[FloatArray, tuple[Notice, ...]]:
    """Return frames of points and channels, as many as are there, and a note where some are not."""
    start = (file.data_block - 1) * BLOCK
    block, notes = _read_block(file, start, file.frame_words, file.frames, is_float=file.is_float)
    if not file.whole and file.is_float and file.points:
        residuals = block[:, 3 : file.points * 4 : 4]
        whole = (residuals == np.rint(residuals)) & (residuals >= -1.0)
        if whole[0].all() and not whole.all():
            raise ReadError(
                f"{file.path}: the file is shorter or longer than the stated data, and values "
                f"are misplaced from frame {int(np.argmin(whole.all(axis=1))) + 1} on: bytes "
                "were inserted or lost. Export it again."
            )
    return block, notes


def _read_block(
    file: C3dFile, start: int, words: int, frames: int, *, is_float: bool
) -> tuple[FloatArray, tuple[Notice, ...]]:
    """Return frames of numbers, as many as are there, and a note where some are not."""
    size = words * (4 if is_float else 2)
    there = max(0, file.size - start) // size if size and start > 0 else 0
    if not there:
        raise ReadError(
            f"{file.path}: wanted {frames} frames, but the file ends before the first: it is "
            "truncated. Copy or export it again."
        )
    found = min(frames, there)
    try:
        with file.path.open("rb") as stream:
            stream.seek(start)
            raw = stream.read(found * size)
    except OSError as fault:
        raise ReadError(f"{file.path}: cannot be read: {words_of(fault)}") from fault
    raw = raw[: len(raw) // size * size]
    if is_float:
        numbers = decode_floats(raw, file.processor)
    else:
        numbers = np.frombuffer(raw, f"{file.order}i2").astype(np.float64)
    cut = file.note("c3d.cut_off", found=found, frames=frames)
    return numbers.reshape(-1, words), (cut,) if found < frames else ()
