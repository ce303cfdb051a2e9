"""Reading speed and memory against the fastest CSV parser for Python, in one run.

Run ``python tests/benchmarks/reading.py`` for the full size (30 minutes, 100 Hz, 8 sensors), or
with ``--minutes 3`` for a quick look; ``--format`` names another format (`formats`). It
writes a recording into a temporary directory, lets polars, PyArrow (where it is installed) and
pandas parse it whole (MVNX: all its numbers as one CSV table), lets the reader read it (hashes
included), turn about, and ends with 1 unless both bounds hold.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
from formats import FORMATS, Files

MAX_TIME_RATIO = 2.0
MAX_MEMORY_RATIO = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", choices=FORMATS, default="xsens", help="what is written")
    parser.add_argument("--minutes", type=float, default=30.0, help="length of the recording")
    parser.add_argument("--sensors", type=int, default=8, help="number of sensors")
    parser.add_argument("--repeats", type=int, default=7, help="runs of each side")
    parser.add_argument("--peak-of", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak_of is not None:
        sys.stdout.write(json.dumps(measure_peak(*options.peak_of)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        files = FORMATS[options.format](Path(folder), options.minutes, options.sensors)
        fine_time = report_time(files, options.repeats)
        fine_memory = report_memory(files)
    sys.stdout.write("OK\n" if fine_time and fine_memory else "FAIL\n")
    return 0 if fine_time and fine_memory else 1


def report_time(files: Files, repeats: int) -> bool:
    sides: dict[str, Callable[[], object]] = {"reader": lambda: read(files.path, files.reader)}
    sides |= parsers(files)
    times: dict[str, list[float]] = {name: [] for name in sides}
    for name in sides:
        sides[name]()  # first use imports, and fills the cache of the disk
    for _ in range(repeats):
        for name, run in sides.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    for name, taken in times.items():
        sys.stdout.write(f"{name:10} median {median(taken):7.3f} s   least {min(taken):7.3f} s\n")
    fastest = min((name for name in times if name != "reader"), key=lambda n: median(times[n]))
    ratio = median(a / b for a, b in zip(times["reader"], times[fastest], strict=True))
    sys.stdout.write(f"time: {ratio:.2f} x {fastest} (bound {MAX_TIME_RATIO:g})\n")
    return ratio <= MAX_TIME_RATIO


def parsers(files: Files) -> dict[str, Callable[[], object]]:
    """Return the parsers at hand, each told to read all columns of all files."""
    import pandas as pd

    mark, lines, named = files.separator, files.header_lines, files.names
    found: dict[str, Callable[[], object]] = {
        "polars": lambda: [
            pl.read_csv(f, separator=mark, skip_rows=lines, has_header=named) for f in files.tables
        ],
        "pandas": lambda: [
            pd.read_csv(f, sep=mark, skiprows=lines, header="infer" if named else None)
            for f in files.tables
        ],
    }
    try:
        from pyarrow import csv
    except ModuleNotFoundError:
        sys.stdout.write("PyArrow is not installed and is left out\n")
        return found
    skip = csv.ReadOptions(skip_rows=lines, autogenerate_column_names=not named)
    marks = csv.ParseOptions(delimiter=mark)
    found["pyarrow"] = lambda: [
        csv.read_csv(f, read_options=skip, parse_options=marks) for f in files.tables
    ]
    return found


def read(path: Path, reader: str) -> object:
    from opensim_pelvis.config.settings import RecordingSettings

    return load(reader)().read(RecordingSettings(path=path))


def load(reader: str) -> type:
    module, _, name = reader.partition(":")
    found: type = getattr(importlib.import_module(module), name)
    return found


def report_memory(files: Files) -> bool:
    command = [sys.executable, __file__, "--peak-of", str(files.path), files.reader]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    peak, held = json.loads(done.stdout)
    ratio = peak / held
    sys.stdout.write(
        f"memory: peak {peak / 1e6:.0f} MB above the start, {held / 1e6:.0f} MB of numbers held, "
        f"{ratio:.2f} x (bound {MAX_MEMORY_RATIO:g})\n"
    )
    return ratio < MAX_MEMORY_RATIO


def measure_peak(path: str, reader: str) -> tuple[int, int]:
    """Return the peak memory above that of the imported program, and the numbers held, bytes."""
    load(reader)  # its imports are no part of reading
    from opensim_pelvis.types import Recording

    before = peak_bytes()
    recording = read(Path(path), reader)
    after = peak_bytes()
    assert isinstance(recording, Recording)
    held = 0
    for sensor in recording.sensors:
        arrays = (getattr(sensor, name) for name in sensor.__slots__)
        held += sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
    return after - before, held


def peak_bytes() -> int:
    """Return the most memory that this process has held so far.

    On Linux ``ru_maxrss`` begins with that of the process that started this one, so the kernel's
    own account of this program is read where it is there.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    raise SystemExit(main())
