"""Reading speed and memory against the fastest CSV parser for Python, in one run.

Run ``python tests/benchmarks/reading.py`` for the full size (30 minutes, 100 Hz, 8 sensors), or
with ``--minutes 3`` for a quick look. It writes Xsens text files into a temporary directory,
lets polars, PyArrow (where it is installed) and pandas parse them whole, lets the reader read
them (hashes included), turn about, and ends with 1 unless both bounds hold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

MAX_TIME_RATIO = 2.0
MAX_MEMORY_RATIO = 10.0
RATE_HZ = 100
HEADER = (
    "// Start Time: Unknown\n// Update Rate: 100.0Hz\n// Filter Profile: human (46.1)\n"
    "// Firmware Version: 4.0.2\n"
)
HEADER_LINES = HEADER.count("\n")
EMPTY = ("SampleTimeFine", "Year", "Month", "Day", "Second")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0, help="length of the recording")
    parser.add_argument("--sensors", type=int, default=8, help="number of files")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each side")
    parser.add_argument("--peak-of", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak_of is not None:
        sys.stdout.write(json.dumps(measure_peak(options.peak_of)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        files = write_recording(Path(folder), options.minutes, options.sensors)
        fine_time = report_time(files, options.repeats)
        fine_memory = report_memory(Path(folder))
    sys.stdout.write("OK\n" if fine_time and fine_memory else "FAIL\n")
    return 0 if fine_time and fine_memory else 1


def write_recording(folder: Path, minutes: float, sensors: int) -> list[Path]:
    """Write one tab-separated file of 24 columns a sensor, as MT Manager does."""
    rows = round(minutes * 60 * RATE_HZ)
    rng = np.random.default_rng(0)
    time_s = np.arange(rows) / RATE_HZ
    files = []
    for sensor in range(sensors):
        columns: dict[str, object] = {"PacketCounter": (np.arange(rows) + 472) % 65536}
        columns |= dict.fromkeys(EMPTY, pl.Series([None] * rows, dtype=pl.Float64))
        for kind in ("Acc", "Gyr", "Mag"):
            columns |= {f"{kind}_{axis}": 5.0 * rng.normal(size=rows) for axis in "XYZ"}
        a, b = np.sin(time_s + sensor), 3.0 * np.cos(2.0 * time_s)
        ca, sa, cb, sb, zero = np.cos(a), np.sin(a), np.cos(b), np.sin(b), np.zeros(rows)
        matrix = ((ca, sa, zero), (-sa * cb, ca * cb, sb), (sa * sb, -ca * sb, cb))
        for column, entries in enumerate(matrix, start=1):
            columns |= {f"Mat[{row}][{column}]": e for row, e in enumerate(entries, start=1)}
        file = folder / f"MT_012005D6_009-001_00B422{sensor:02X}.txt"
        with file.open("wb") as stream:
            stream.write(HEADER.encode())
            pl.DataFrame(columns).write_csv(stream, separator="\t", float_precision=6)
        files.append(file)
    return files


def report_time(files: Sequence[Path], repeats: int) -> bool:
    sides: dict[str, Callable[[], object]] = {"reader": lambda: read(files[0].parent)}
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


def parsers(files: Sequence[Path]) -> dict[str, Callable[[], object]]:
    """Return the parsers at hand, each told to read all columns of all files."""
    import pandas as pd

    found: dict[str, Callable[[], object]] = {
        "polars": lambda: [pl.read_csv(f, separator="\t", skip_rows=HEADER_LINES) for f in files],
        "pandas": lambda: [pd.read_csv(f, sep="\t", skiprows=HEADER_LINES) for f in files],
    }
    try:
        from pyarrow import csv
    except ModuleNotFoundError:
        sys.stdout.write("PyArrow is not installed and is left out\n")
        return found
    skip, tabs = csv.ReadOptions(skip_rows=HEADER_LINES), csv.ParseOptions(delimiter="\t")
    found["pyarrow"] = lambda: [
        csv.read_csv(f, read_options=skip, parse_options=tabs) for f in files
    ]
    return found


def read(folder: Path) -> object:
    from opensim_pelvis.readers.xsens import XsensReader
    from opensim_pelvis.settings import RecordingSettings

    return XsensReader().read(RecordingSettings(path=folder))


def report_memory(folder: Path) -> bool:
    command = [sys.executable, __file__, "--peak-of", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    peak, held = json.loads(done.stdout)
    ratio = peak / held
    sys.stdout.write(
        f"memory: peak {peak / 1e6:.0f} MB above the start, {held / 1e6:.0f} MB of numbers held, "
        f"{ratio:.2f} x (bound {MAX_MEMORY_RATIO:g})\n"
    )
    return ratio < MAX_MEMORY_RATIO


def measure_peak(folder: Path) -> tuple[int, int]:
    """Return the peak memory above that of the imported program, and the numbers held, bytes."""
    from opensim_pelvis.readers import xsens  # noqa: F401  (its imports are no part of reading)
    from opensim_pelvis.types import Recording

    before = peak_bytes()
    recording = read(folder)
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
