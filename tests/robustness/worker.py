"""One process that tries the inputs of one target, watched from outside.

It writes the number that it is at into a file, so that the parent knows what killed it, and a line
of JSON for each finding. Time is the processor's, so that a busy machine is no hang.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.robustness.judge import Finding, frame_of
from tests.robustness.targets import TARGETS
from tests.robustness.trial import Bench, Trial, make_trial, seeds_of

HANG_S: Final = 5.0
GROWTH_BYTES: Final = 2 << 30
EXAMPLES: Final = 5
"""Inputs that are kept of one kind of finding."""


class HangError(BaseException):
    """An input took too long."""


def _too_long(number: int, frame: FrameType | None) -> None:
    raise HangError


def scratch() -> str | None:
    """Return where inputs are laid: memory, where the system has a folder in it."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and os.access(memory, os.W_OK) else None


def run_one(bench: Bench, trial: Trial) -> tuple[str, Finding | None]:
    """Try a trial with an eye on the clock and on memory."""
    signal.signal(signal.SIGPROF, _too_long)
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, HANG_S)
    try:
        outcome, finding = bench.run(trial)
    except HangError as fault:
        outcome, finding = "finding", Finding("hang", frame_of(fault), f"over {HANG_S} s")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    spent = time.process_time() - began
    if spent > HANG_S and finding is None:
        outcome, finding = "finding", Finding("hang", "", f"{spent:.1f} s")
    return outcome, finding


def work(name: str, first: int, count: int, folder: Path) -> None:
    """Try a stretch of numbers of a target; ends early when told to by the file ``stop``."""
    faulthandler.enable()
    found: Counter[str] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    at = os.open(folder / "at", os.O_RDWR | os.O_CREAT)
    with tempfile.TemporaryDirectory(dir=scratch()) as place, _open(folder) as log:
        bench = Bench(TARGETS[name], Path(place))
        for number in range(len(seeds_of(name))):
            bench.run(make_trial(name, number))
        usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        _limit_memory()
        began = time.perf_counter()
        for number in range(first, first + count):
            os.pwrite(at, struct.pack("<q", number), 0)
            trial = make_trial(name, number)
            outcome, finding = run_one(bench, trial)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if finding is None and (peak - usage) * 1024 > GROWTH_BYTES:
                outcome, finding = "finding", Finding("memory", "", f"{peak >> 10} MiB")
            usage = max(usage, peak)
            found[outcome] += 1
            if finding is not None:
                kinds[finding.kind, finding.frame] += 1
                if kinds[finding.kind, finding.frame] <= EXAMPLES:
                    _tell(log, folder, name, number, trial, finding)
            if number % 200 == 0 or number == first + count - 1:
                _count(folder, found, kinds, began, peak)


def _open(folder: Path) -> Any:
    return (folder / "findings.jsonl").open("a", encoding="utf-8", buffering=1)


def _limit_memory() -> None:
    """Let this process grow by what an input may take, and no further."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + GROWTH_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _tell(log: Any, folder: Path, name: str, number: int, trial: Trial, finding: Finding) -> None:
    row = {
        "target": name,
        "number": number,
        "done": trial.done,
        "file": trial.victim,
        "kind": finding.kind,
        "frame": finding.frame,
        "text": finding.text,
    }
    log.write(json.dumps(row) + "\n")
    kept = folder / "inputs" / f"{number}-{Path(trial.victim).name}"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(trial.content)


def _count(
    folder: Path, found: Counter[str], kinds: Counter[tuple[str, str]], began: float, peak: int
) -> None:
    said = {
        "outcomes": dict(found),
        "seconds": time.perf_counter() - began,
        "peak_mib": peak >> 10,
        "kinds": [[*key, n] for key, n in kinds.items()],
    }
    path = folder / f"count-{os.getpid()}.json"
    path.write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
