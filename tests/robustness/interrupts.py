"""Stop the program at many moments: it ends at once, in one line, and nothing has changed.

By hand, with moments drawn at random over the time that each command takes::

    python -m tests.robustness.interrupts 50
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opensim_pelvis.simulate import SensorSettings, simulate_sensors
from opensim_pelvis.simulate.runner import Session, typical_runner
from opensim_pelvis.simulate.trial import write_trial
from opensim_pelvis.simulate.truth import simulate_runner
from opensim_pelvis.simulate.writers import write_xsens

LIMIT_S = 600.0
"""Far beyond what any machine needs: only a program that goes on running meets it."""

# A shell that runs in the background lets its children ignore Ctrl-C; the program honours that.
START = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from opensim_pelvis.__main__ import main; main()"
)


@dataclass(frozen=True)
class Outcome:
    """What a stopped program left behind."""

    code: int
    error: str
    ended_s: float
    changed: bool

    @property
    def fault(self) -> str | None:
        """Return what is not as it should be, None where all is well."""
        if "Traceback" in self.error or "Exception ignored" in self.error:
            return "traceback"
        if self.code == 0 and not self.error:
            return None  # it had done its work
        if self.code != 130:
            return f"exit code {self.code}"
        lines = [line for line in self.error.splitlines() if line.strip()]
        if len(lines) != 1 or not lines[0].startswith("interrupted: "):
            return "not one line"
        if ("nothing was changed" in lines[0]) == self.changed:
            return "the line is not true"
        return None


def make_trial(folder: Path, *, duration_s: float = 4.0) -> Path:
    """Write a short simulated recording and its trial file."""
    truth = simulate_runner(typical_runner("female"), Session(duration_s=duration_s, rate_hz=60.0))
    write_xsens(simulate_sensors(truth, SensorSettings(seed=1)), folder / "imu")
    return write_trial(folder / "trial.toml", truth, recording="imu")


def fingerprint(folder: Path) -> Mapping[str, str]:
    """Return all files and folders below a folder, with a hash of each file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else ""
        for path in folder.rglob("*")
    }


def start(folder: Path, *words: str, code: str = START) -> subprocess.Popen[str]:
    """Start the program in a folder, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "80"},
        start_new_session=True,
    )


def stop(
    process: subprocess.Popen[str], folder: Path, before: Mapping[str, str], number: int
) -> Outcome:
    """Stop the program by a signal, twice, and see what it left."""
    begun = time.perf_counter()
    process.send_signal(number)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)  # once more, as people do: it must not harm
    _, error = process.communicate(timeout=LIMIT_S)
    spent = time.perf_counter() - begun
    return Outcome(process.returncode, error, spent, fingerprint(folder) != before)


def commands(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Write what the commands need and return their words."""
    make_trial(folder)
    subprocess.run(
        [sys.executable, "-m", "opensim_pelvis", "run", "trial.toml", "--out", "results"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return {
        "run": ("run", "trial.toml", "--out", "results"),
        "run anew": ("run", "trial.toml", "--out", "new/results"),
        "tool": ("run", "trial.toml", "--out", "results", "--engine", "opensim-tool"),
        "demo": ("demo", "--out", "demo"),
        "report": ("report", "results", "--out", "reports"),
        "cohort": ("cohort", "results", "--out", "cohort"),
        "compare": ("compare", "results", "results", "--offset", "0", "--out", "agreement"),
        "inspect": ("inspect", "trial.toml"),
    }


def main(moments: int) -> None:
    """Stop every command at so many moments in all, and print what was found."""
    draw = random.Random(0)
    faults: Counter[str] = Counter()
    slowest = 0.0
    done = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each, words in list(commands(folder).items()):
            before = fingerprint(folder)
            begun = time.perf_counter()
            start(folder, *words).communicate(timeout=LIMIT_S)
            length_s = time.perf_counter() - begun
            for path in ("new", "demo", "reports", "cohort", "agreement"):
                subprocess.run(["rm", "-rf", str(folder / path)], check=True)
            before = fingerprint(folder)
            for _ in range(max(1, moments // 8)):
                process = start(folder, *words)
                at_s = draw.uniform(0.1, 0.97) * length_s
                time.sleep(at_s)
                if process.poll() is not None:
                    process.communicate()
                else:
                    number = draw.choice([signal.SIGINT, signal.SIGINT, signal.SIGTERM])
                    outcome = stop(process, folder, before, number)
                    done += 1
                    slowest = max(slowest, outcome.ended_s)
                    if outcome.fault:
                        faults[outcome.fault] += 1
                        sys.stdout.write(
                            f"{each} at {at_s:.2f} s: {outcome.fault}: {outcome.error[-1500:]}\n"
                        )
                for path in ("new", "demo", "reports", "cohort", "agreement"):
                    subprocess.run(["rm", "-rf", str(folder / path)], check=True)
                before = fingerprint(folder)
    sys.stdout.write(f"{done} interruptions, {sum(faults.values())} faults {dict(faults)}, ")
    sys.stdout.write(f"slowest end {slowest:.2f} s\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
