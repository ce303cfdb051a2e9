"""Times page and PDF of a long run: ``python tests/benchmarks/reporting.py [--minutes 30]``.

Processor time, with the libraries that the report alone loads.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from opensim_pelvis.config.settings import ActivitySettings, SubjectSettings
from opensim_pelvis.io.registry import load_exporter
from opensim_pelvis.pipeline import run
from opensim_pelvis.simulate import SENSOR_MAP, Session, simulate_runner, simulate_sensors
from opensim_pelvis.simulate.demo import demo_sensors
from opensim_pelvis.simulate.runner import typical_runner

MAX_S = 3.0
MAX_BYTES = 700_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    session = Session(duration_s=60.0 * minutes, rate_hz=100.0)
    truth = simulate_runner(typical_runner("female"), session)
    result = run(
        simulate_sensors(truth, demo_sensors()),
        sensors=dict(SENSOR_MAP),
        subject=SubjectSettings(sex="female", height_m=1.68, mass_kg=58.0),
        activity=ActivitySettings(kind="running", speed_mps=3.6, surface="treadmill"),
    )
    with tempfile.TemporaryDirectory() as folder:
        files: list[Path] = []
        times = []
        for name in ("report", "pdf"):
            start = time.process_time()
            files += load_exporter(name).write(result, Path(folder))
            times.append(time.process_time() - start)
        sizes = ", ".join(f"{path.suffix} {path.stat().st_size / 1e6:.2f} MB" for path in files)
        largest = max(path.stat().st_size for path in files)
    sys.stdout.write(f"{minutes:g} minutes: page {times[0]:.2f} s, PDF {times[1]:.2f} s; {sizes}\n")
    sys.exit(sum(times) > MAX_S or largest > MAX_BYTES)


if __name__ == "__main__":
    main()
