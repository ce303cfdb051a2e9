"""OpenSim's text tables (STO and MOT): written and read without OpenSim.

A table is a name, lines of ``key=value`` up to ``endheader``, one line of labels and one row a
sample, tab-separated. Numbers are rounded to `DECIMALS` and times are written exactly. A
missing number is ``NaN``: ``TimeSeriesTable`` reads it, while ``Storage`` (and so the OpenSim
GUI) stops at the first one without a word, which is why a caller may want `complete_rows`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from opensim_pelvis.errors import ExportError, ReadError, raise_faults
from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.io.documents import as_path
from opensim_pelvis.io.processes import may_use
from opensim_pelvis.io.tables.sto_header import END, read_fields
from opensim_pelvis.io.tables.sto_rows import StoForm, read_rows, split_labels
from opensim_pelvis.io.tables.text_files import decode, read_bytes

DECIMALS: Final = 12
"""Decimal places: 1e-12 of a degree or of a quaternion component, far below any sensor."""

OPENSIM_VERSION: Final = "4.6"


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Table:
    """An STO or MOT file in memory.

    Parameters
    ----------
    name : str
        First line of the file, empty where it starts with a ``key=value`` line.
    header : mapping of str to str
    labels : tuple of str
        Column labels without ``time``.
    time_s : (t,) array
    values : (t, c) array, or (t, c, 4) array of quaternions
        NaN where the file has ``nan``.
    short_rows : tuple of int
        Rows, from 1, that end early and were left out.
    """

    name: str
    header: Mapping[str, str]
    labels: tuple[str, ...]
    time_s: FloatArray
    values: FloatArray
    short_rows: tuple[int, ...] = ()


def write_table(
    path: Path,
    *,
    name: str,
    columns: Sequence[str],
    time_s: FloatArray,
    values: FloatArray,
    in_degrees: bool,
    header: Mapping[str, object] | None = None,
) -> Path:
    """Write a table of numbers.

    Parameters
    ----------
    path : Path
    name : str
        First line: what the table is.
    columns : sequence of str
        Labels, without ``time``.
    time_s : (t,) array
    values : (t, c) array
        Already in the unit that ``in_degrees`` states.
    in_degrees : bool
        Whether angles are in degrees (``inDegrees=yes``) or in radians.
    header : mapping, optional
        More ``key=value`` lines; OpenSim keeps them as table metadata.

    Raises
    ------
    ExportError
        When shapes or labels do not make a table.
    """
    _check(path, columns, time_s, values, (len(columns),))
    lines = {
        "version": 1,
        "nRows": len(time_s),
        "nColumns": len(columns) + 1,
        "inDegrees": "yes" if in_degrees else "no",
        **(header or {}),
    }
    if not may_use("polars"):
        cells = [list(map(_plain_number, row)) for row in np.round(values, DECIMALS).tolist()]
        return _write_plainly(path, name, lines, columns, time_s, cells)
    numbers = pl.DataFrame({f"column_{i}": values[:, i] for i in range(len(columns))})
    body = numbers.select(pl.all().round(DECIMALS))
    return _write(path, name, lines, columns, time_s, body)


def write_quaternion_table(
    path: Path,
    *,
    name: str,
    columns: Sequence[str],
    time_s: FloatArray,
    quaternions: FloatArray,
    rate_hz: float,
    header: Mapping[str, object] | None = None,
) -> Path:
    """Write orientations as OpenSense reads them: ``w,x,y,z`` in each cell.

    Parameters
    ----------
    path, name, columns, time_s, header
        As in `write_table`.
    quaternions : (t, c, 4) array
        Unit quaternions (w, x, y, z); a row of NaN is missing.
    rate_hz : float
        Written as ``DataRate``.
    """
    _check(path, columns, time_s, quaternions, (len(columns), 4))
    lines = {
        "DataRate": f"{rate_hz:.6f}",
        "DataType": "Quaternion",
        "version": 3,
        "OpenSimVersion": OPENSIM_VERSION,
        **(header or {}),
    }
    if not may_use("polars"):
        cells = [
            [",".join(map(_plain_number, q)) for q in row]
            for row in np.round(quaternions, DECIMALS).tolist()
        ]
        return _write_plainly(path, name, lines, columns, time_s, cells)
    parts = {f"column_{i}_{k}": quaternions[:, i, k] for i in range(len(columns)) for k in range(4)}
    body = pl.DataFrame(parts).select(
        pl.concat_str(
            [pl.col(f"column_{i}_{k}").round(DECIMALS).cast(pl.String) for k in range(4)],
            separator=",",
        ).alias(f"column_{i}")
        for i in range(len(columns))
    )
    return _write(path, name, lines, columns, time_s, body)


def complete_rows(values: FloatArray) -> BoolArray:
    """Return which rows of a (t, c) array have no missing number, shape (t,)."""
    return np.asarray(np.isfinite(values).all(axis=1))


def read_table(path: str | Path) -> Table:
    r"""Read a table of numbers or of quaternions, ours or OpenSim's own, without OpenSim.

    Parameters
    ----------
    path : path
        An STO or MOT file.

    Returns
    -------
    Table
        Values in the file's own unit: degrees where its header says ``inDegrees=yes``.

    Raises
    ------
    ReadError
        When the file cannot be read, or has no header, no ``time`` column, or a row that does not
        fit the labels.

    Examples
    --------
    >>> import tempfile
    >>> text = "hips\ninDegrees=yes\nendheader\ntime\thip_flexion_r\n0.0\t12.5\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "hips.mot"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     table = read_table(path)
    >>> table.labels, table.time_s.tolist(), table.values.tolist(), table.header["inDegrees"]
    (('hip_flexion_r',), [0.0], [[12.5]], 'yes')
    """
    file = as_path(path, "path", ReadError)
    return parse_table(file, decode(read_bytes(file)))


def parse_table(path: Path, text: str) -> Table:
    """Return the table that a text holds; ``path`` names it in messages.

    Raises
    ------
    ReadError
        As `read_table`.
    """
    head, found, tail = f"\n{text}".partition(f"\n{END}")
    if not found:
        raise ReadError(f"{path}: wanted an OpenSim table, found no line '{END}'")
    lines = head.strip("\n").splitlines()
    header = read_fields(lines)
    first = lines[0] if lines else ""
    label_line, _, rows = tail.lstrip().partition("\n")
    time_label, *names = split_labels(label_line) or [""]
    if time_label.lower() != "time":
        raise ReadError(f"{path}: the first column should be 'time', found '{time_label[:40]}'")
    components = 4 if header.get("DataType") == "Quaternion" else 1
    below = read_rows(path, rows, StoForm(names=(time_label, *names), components=components))
    values = below.numbers[:, 1:]
    return Table(
        name="" if "=" in first else first,
        header=header,
        labels=tuple(names),
        time_s=below.numbers[:, 0],
        values=values.reshape(-1, len(names), 4) if components == 4 else values,
        short_rows=below.short,
    )


def _check(
    path: Path,
    columns: Sequence[str],
    time_s: FloatArray,
    values: FloatArray,
    row_shape: tuple[int, ...],
) -> None:
    """Raise ExportError unless the parts make one table."""
    faults = []
    wanted = (*time_s.shape, *row_shape)
    if values.shape != wanted:
        faults.append(f"the values must have shape {wanted}, found {values.shape}")
    if len(set(columns)) != len(columns):
        twice = sorted({label for label in columns if columns.count(label) > 1})
        faults.append(f"a label is used for several columns: {', '.join(twice)}")
    broken = [label for label in columns if not label or label.split() != [label]]
    if broken:
        faults.append(f"a label must not be empty or contain white space: {broken}")
    raise_faults(ExportError, path.name, faults)


def _write(
    path: Path,
    name: str,
    header: Mapping[str, object],
    columns: Sequence[str],
    time_s: FloatArray,
    body: pl.DataFrame,
) -> Path:
    """Write header, labels and rows."""
    table = pl.DataFrame({"time": time_s}).hstack(body)
    with path.open("wb") as file:
        file.write(_top(name, header, columns).encode())
        table.write_csv(file, separator="\t", include_header=False, quote_style="never")
    return path


def _write_plainly(
    path: Path,
    name: str,
    header: Mapping[str, object],
    columns: Sequence[str],
    time_s: FloatArray,
    cells: Sequence[Sequence[str]],
) -> Path:
    """Write the same without polars."""
    rows = (
        "\t".join((_plain_number(t), *row)) for t, row in zip(time_s.tolist(), cells, strict=True)
    )
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_top(name, header, columns))
        file.writelines(f"{row}\n" for row in rows)
    return path


def _plain_number(number: float) -> str:
    """Return a number as polars writes it."""
    if number != number:
        return "NaN"
    if 1e-5 <= abs(number) < 1e-4:
        return np.format_float_positional(number, trim="0")
    return repr(number).replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def _top(name: str, header: Mapping[str, object], columns: Sequence[str]) -> str:
    """Return what stands above the rows; OpenSim takes the last '=' of a line as its divider."""
    lines = [_one_line(name)]
    lines += [f"{_one_line(key)}={_one_line(value)}" for key, value in header.items()]
    return "\n".join([*lines, END, "\t".join(("time", *columns)), ""])


def _one_line(value: object) -> str:
    """Return text without line breaks and equal signs, so that a header line stays one."""
    return " ".join(str(value).replace("=", ":").split())
