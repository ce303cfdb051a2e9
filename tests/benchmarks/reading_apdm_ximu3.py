"""Reading speed of APDM csv and x-IMU3 logs against the fastest CSV parser, in one run.

Run ``python tests/benchmarks/reading_apdm_ximu3.py`` for the full size (30 minutes, 8 sensors),
or with ``--minutes 3`` for a quick look. It writes simulated numbers in each format, lets polars
parse the same files whole, lets the reader read them (hashes included), turn about, and ends with
1 unless every format takes at most twice the time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from opensim_pelvis.readers.apdm import ApdmReader
from opensim_pelvis.readers.ximu3 import Ximu3Reader
from opensim_pelvis.settings import RecordingSettings
from opensim_pelvis.simulate import write_apdm_csv, write_ximu3
from opensim_pelvis.types import Recording, SensorSignals

MAX_TIME_RATIO = 2.0
RATE_HZ = 128.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0, help="length of the recording")
    parser.add_argument("--sensors", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=5, help="runs of each side")
    options = parser.parse_args()
    recording = make_recording(options.minutes, options.sensors)
    names = {name: f"sensor{k}" for k, name in enumerate(recording.identifiers)}
    fine = []
    with tempfile.TemporaryDirectory() as folder:
        for name, layout, skip in (("apdm", "sample rate", 4), ("apdm 7", "format 7", 3)):
            path = write_apdm_csv(
                recording, Path(folder) / f"{name}.csv", layout=layout, labels=names
            )
            fine.append(compare(name, ApdmReader(), path, [path], skip, options.repeats))
        for every in (1, 5):
            log = write_ximu3(
                recording, Path(folder) / f"log{every}", magnetometer_every=every, names=names
            )
            files = sorted(log.rglob("*.csv"))
            fine.append(compare(f"ximu3 /{every}", Ximu3Reader(), log, files, 1, options.repeats))
    sys.stdout.write("OK\n" if all(fine) else "FAIL\n")
    return 0 if all(fine) else 1


def make_recording(minutes: float, sensors: int) -> Recording:
    """Return noise with the shape of a recording; orientations turn smoothly."""
    rows = round(minutes * 60 * RATE_HZ)
    rng = np.random.default_rng(0)
    angle = np.arange(rows) / RATE_HZ / 2.0
    zero = np.zeros(rows)
    signals = []
    for k in range(sensors):
        q = np.stack([np.cos(angle + k), np.sin(angle + k), zero, zero], axis=1)
        vectors = {
            name: rng.normal(size=(rows, 3))
            for name in ("acceleration_mps2", "angular_velocity_radps", "magnetic_field")
        }
        identifier = f"64F0EB{k:02X}"
        counter = np.arange(rows, dtype=np.int64)
        signals.append(SensorSignals(identifier=identifier, counter=counter, R_ES=q, **vectors))
    return Recording(
        name="noise",
        reader="simulate",
        rate_hz=RATE_HZ,
        rate_source="simulated",
        counter_source="row number",
        world_frame="z up (simulated)",
        sensors=tuple(signals),
        files=(),
    )


def compare(
    name: str,
    reader: ApdmReader | Ximu3Reader,
    path: Path,
    files: Sequence[Path],
    skip: int,
    repeats: int,
) -> bool:
    """Return whether a reader keeps the bound on some files."""
    sides: dict[str, Callable[[], object]] = {
        "reader": lambda: reader.read(RecordingSettings(path=path)),
        "polars": lambda: [pl.read_csv(f, has_header=False, skip_rows=skip) for f in files],
    }
    times: dict[str, list[float]] = {side: [] for side in sides}
    for run in sides.values():
        run()  # first use imports, and fills the cache of the disk
    for _ in range(repeats):
        for side, run in sides.items():
            start = time.perf_counter()
            run()
            times[side].append(time.perf_counter() - start)
    ratio = median(a / b for a, b in zip(times["reader"], times["polars"], strict=True))
    size = sum(file.stat().st_size for file in files) / 1e6
    sys.stdout.write(
        f"{name:10} {size:6.0f} MB  reader {median(times['reader']):6.3f} s  polars "
        f"{median(times['polars']):6.3f} s  {ratio:.2f} x (bound {MAX_TIME_RATIO:g})\n"
    )
    return ratio <= MAX_TIME_RATIO


if __name__ == "__main__":
    raise SystemExit(main())
