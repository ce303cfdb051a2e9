"""The top of Xsens text exports: header fields, column names, and which files belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.io.readers._rates import parse_rate
from opensim_pelvis.io.tables.cells import find_separator, split_cells, uses_decimal_comma
from opensim_pelvis.io.tables.number_columns import Layout
from opensim_pelvis.io.tables.text_files import list_files, read_head, split_lines, text_fault

COUNTER: Final = "PacketCounter"
MATRIX: Final = tuple(f"Mat[{row}][{column}]" for column in (1, 2, 3) for row in (1, 2, 3))
QUATERNION: Final = ("Quat_q0", "Quat_q1", "Quat_q2", "Quat_q3")
EULER: Final = ("Yaw", "Pitch", "Roll")
VECTORS: Final = {
    "acceleration_mps2": ("Acc_X", "Acc_Y", "Acc_Z"),
    "angular_velocity_radps": ("Gyr_X", "Gyr_Y", "Gyr_Z"),
    "magnetic_field": ("Mag_X", "Mag_Y", "Mag_Z"),
}
FREE_ACCELERATION: Final = ("FreeAcc_E", "FreeAcc_N", "FreeAcc_U")

_FILLERS: Final = ' \t,;"'
"""What spreadsheet programs put around the lines above the column names."""

_SIGNALS: Final = frozenset({*MATRIX, *QUATERNION, *EULER, *sum(VECTORS.values(), ())})


@dataclass(frozen=True, slots=True, kw_only=True)
class XsensHeader:
    """What the top of one file says; ``trial`` and ``identifier`` are halves of its name."""

    path: Path
    fields: Mapping[str, str]
    layout: Layout
    trial: str
    identifier: str

    @property
    def rate_hz(self) -> float | None:
        """Rate of the header field ``Update Rate``, None where it is missing."""
        return parse_rate(self.fields.get("Update Rate", ""))


def read_header(path: Path) -> XsensHeader | None:
    """Return the header of an Xsens text file, or None where it is something else."""
    head = read_head(path)
    if text_fault(head) is not None:
        return None
    lines = split_lines(head)
    fields: dict[str, str] = {}
    for index, line in enumerate(lines):
        comment = line.strip(_FILLERS)
        if comment.startswith("//"):
            key, _, value = comment[2:].partition(":")
            if value.strip():
                fields[key.strip()] = value.strip(_FILLERS)
            continue
        separator = find_separator(line.strip())
        names = tuple(split_cells(line.strip(), separator))
        if COUNTER not in names or not _SIGNALS & set(names):
            return None
        first_row = lines[index + 1] if index + 1 < len(lines) else ""
        trial, device = _split_stem(path)
        return XsensHeader(
            path=path,
            fields=fields,
            layout=Layout(
                names=names,
                skip_lines=index + 1,
                separator=separator,
                decimal_comma=uses_decimal_comma(first_row, separator),
            ),
            trial=trial,
            identifier=fields.get("DeviceId", device),
        )
    return None


def find_headers(path: Path) -> list[XsensHeader]:
    """Return the headers of the Xsens files that a path means, or raise what is there."""
    files = list_files(path)
    headers = [header for file in files if (header := read_header(file)) is not None]
    if headers:
        _check_left_out(path, files, headers)
        return headers
    if not files:
        raise ReadError(f"{path}: wanted Xsens text files, but the folder is empty")
    if len(files) == 1:
        fault = text_fault(read_head(files[0]))
        raise ReadError(f"{path}: {fault or f'there is no line of Xsens columns ({COUNTER} ...)'}")
    raise ReadError(
        f"{path}: wanted Xsens text files, but none of the {len(files)} files there has a line "
        f"of Xsens columns ({COUNTER} ...)"
    )


def _check_left_out(path: Path, files: Sequence[Path], headers: Sequence[XsensHeader]) -> None:
    """Raise for files that are named like the sensors of a trial found, but hold no Xsens text."""
    read = {header.path for header in headers}
    trials = {(header.trial, header.path.suffix) for header in headers if header.trial}
    faults = [
        f"{file.name} is named like a sensor of this trial, but "
        f"{text_fault(read_head(file)) or f'has no line of Xsens columns ({COUNTER} ...)'}"
        for file in files
        if file not in read and (_split_stem(file)[0], file.suffix) in trials
    ]
    raise_faults(ReadError, str(path), faults)


def _split_stem(path: Path) -> tuple[str, str]:
    """Return the trial and the device that a file name tells."""
    trial, _, device = path.stem.rpartition("_")
    return trial.rstrip("_-"), device


def check_one_trial(path: Path, headers: Sequence[XsensHeader]) -> None:
    """Raise unless all files are of one trial and of different sensors."""
    trials: dict[str, list[str]] = {}
    for header in headers:
        trials.setdefault(header.trial, []).append(header.identifier)
    if len(trials) > 1:
        listed = ", ".join(f"{name} ({len(files)} sensors)" for name, files in trials.items())
        folder = path if path.is_dir() else path.parent
        raise ReadError(
            f"{path}: wanted one trial, found {len(trials)}: {listed}. Select one by the start "
            f"of its file names, as in {folder / headers[0].trial}"
        )
    identifiers = [header.identifier for header in headers]
    twice = sorted({name for name in identifiers if identifiers.count(name) > 1})
    if twice:
        raise ReadError(f"{path}: wanted one file per sensor, found several of {', '.join(twice)}")
