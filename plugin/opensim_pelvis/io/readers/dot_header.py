"""The top of Xsens/Movella DOT files: header lines, column names, and whose file it is.

The app and the data exporter write lines ``Key:,value`` (with commas filled up at the end in some
versions), an empty line and the column names. Which columns there are depends on the measurement
mode, or on what was ticked for the export of a recording from the sensor's memory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.readers._rates import parse_rate
from opensim_pelvis.io.tables.cells import find_separator, split_cells, uses_decimal_comma
from opensim_pelvis.io.tables.number_columns import Layout
from opensim_pelvis.io.tables.text_files import list_files, read_head, split_lines, text_fault

COUNTER: Final = "PacketCounter"
TICKS: Final = "SampleTimeFine"
QUATERNION: Final = ("Quat_W", "Quat_X", "Quat_Y", "Quat_Z")
EULER: Final = ("Euler_X", "Euler_Y", "Euler_Z")
FREE_ACCELERATION: Final = ("FreeAcc_X", "FreeAcc_Y", "FreeAcc_Z")
ACCELERATION: Final = ("Acc_X", "Acc_Y", "Acc_Z")
ANGULAR_VELOCITY: Final = ("Gyr_X", "Gyr_Y", "Gyr_Z")
MAGNETIC_FIELD: Final = ("Mag_X", "Mag_Y", "Mag_Z")
DELTA_Q: Final = ("dq_W", "dq_X", "dq_Y", "dq_Z")
DELTA_V: Final = ("dv[1]", "dv[2]", "dv[3]")
STATUS: Final = "Status"
CLIP_COUNTS: Final = ("ClipCountAcc", "ClipCountGyr")
GROUPS: Final = (
    QUATERNION,
    EULER,
    FREE_ACCELERATION,
    ACCELERATION,
    ANGULAR_VELOCITY,
    MAGNETIC_FIELD,
    DELTA_Q,
    DELTA_V,
)

_FILLERS: Final = ' \t,;"'
_KEYS: Final = ("DeviceTag", "FirmwareVersion", "AppVersion", "SyncStatus", "Measurement Mode")
_OWN_COLUMNS: Final = frozenset({*QUATERNION, *EULER, *DELTA_Q, *DELTA_V})
_SIGNALS: Final = frozenset(name for group in GROUPS for name in group)
_APP_NAME: Final = re.compile(r"(?P<name>.+?)_(?P<time>\d{8}_\d{6})(?:_\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DotHeader:
    """What the top of one file says; ``identifier`` is the sensor's name for the user."""

    path: Path
    fields: Mapping[str, str]
    layout: Layout
    identifier: str

    @property
    def rate_hz(self) -> float | None:
        """Rate of the header field ``OutputRate``, None where it is missing."""
        return parse_rate(self.fields.get("OutputRate", ""))

    @property
    def synced(self) -> bool | None:
        """Whether the sensors were synchronised; None where the file does not say."""
        stated = self.fields.get("SyncStatus", "").replace("-", "").replace(" ", "").casefold()
        return {"synced": True, "unsynced": False, "notsynced": False}.get(stated)


def read_header(path: Path) -> DotHeader | None:
    """Return the header of a DOT file, or None where it is something else."""
    head = read_head(path)
    if text_fault(head) is not None:
        return None
    lines = split_lines(head)
    fields: dict[str, str] = {}
    for index, line in enumerate(lines):
        text = line.strip()
        separator = find_separator(text)
        names = tuple(split_cells(text, separator))
        if COUNTER not in names:
            key, colon, value = text.partition(":")
            if colon and value.strip(_FILLERS):
                fields[key.strip(_FILLERS)] = value.strip(_FILLERS)
            continue
        if not _SIGNALS & set(names) or not (_OWN_COLUMNS & set(names) or set(_KEYS) & set(fields)):
            return None
        first_row = lines[index + 1] if index + 1 < len(lines) else ""
        return DotHeader(
            path=path,
            fields=fields,
            layout=Layout(
                names=names,
                skip_lines=index + 1,
                separator=separator,
                decimal_comma=uses_decimal_comma(first_row, separator),
                ends_open=names[-1] in {STATUS, *CLIP_COUNTS},
            ),
            identifier=_name_sensor(path, fields.get("DeviceTag")),
        )
    return None


def _name_sensor(path: Path, tag: str | None) -> str:
    """Return the name of a sensor.

    The app names a file ``<DeviceTag>_<date>_<time>``; where another name stands before the date,
    somebody gave it to the file on purpose, and it is taken.
    """
    named = _APP_NAME.fullmatch(path.stem)
    if named:
        return named["name"]
    return tag or path.stem.partition("_")[0]


def find_headers(path: Path) -> list[DotHeader]:
    """Return the headers of the DOT files that a path means, or raise what is there."""
    files = list_files(path)
    headers = [header for file in files if (header := read_header(file)) is not None]
    if not headers:
        wanted = f"a line of DOT columns ({COUNTER},{TICKS},Quat_W ...)"
        if not files:
            raise ReadError(f"{path}: wanted Xsens DOT csv files, but the folder is empty")
        if len(files) == 1:
            fault = text_fault(read_head(files[0]))
            raise ReadError(f"{path}: {fault or f'there is no {wanted[2:]}'}")
        raise ReadError(
            f"{path}: wanted Xsens DOT csv files, but none of the {len(files)} files there has "
            f"{wanted}"
        )
    _check_left_out(path, files, headers)
    _check_one_trial(path, headers)
    return headers


def _check_left_out(path: Path, files: Sequence[Path], headers: Sequence[DotHeader]) -> None:
    """Raise for files that are named as the app names them, but hold no DOT table."""
    read = {header.path for header in headers}
    lost = [f.name for f in files if f not in read and _is_sibling(f, headers)]
    if lost:
        raise ReadError(
            f"{path}: {', '.join(lost)} is named like a sensor of this trial, but has no line of "
            f"DOT columns ({COUNTER} ...). Export it again, or move it to another folder."
        )


def _is_sibling(file: Path, headers: Sequence[DotHeader]) -> bool:
    named = _APP_NAME.fullmatch(file.stem)
    return named is not None and file.suffix == headers[0].path.suffix


def _check_one_trial(path: Path, headers: Sequence[DotHeader]) -> None:
    """Raise unless every file is another sensor."""
    by_name: dict[str, list[Path]] = {}
    for header in headers:
        by_name.setdefault(header.identifier, []).append(header.path)
    twice = {name: files for name, files in by_name.items() if len(files) > 1}
    if not twice:
        return
    listed = "; ".join(f"{name}: {', '.join(f.name for f in fs)}" for name, fs in twice.items())
    folder = path if path.is_dir() else path.parent
    named = _APP_NAME.fullmatch(headers[0].path.stem)
    example = folder / (f"*_{named['time']}*" if named else "*_first*")
    raise ReadError(
        f"{path}: wanted one file per sensor, found several of {listed}. Put each trial into its "
        f"own folder, or select one by a pattern, as in '{example}'. If two sensors share a "
        "name, rename their files so that they start differently."
    )
