"""Try many damaged inputs, by hand.

python -m tests.robustness.run --target all --inputs 1000000 --jobs 2 --out FOLDER
python -m tests.robustness.run --replay "xsens" 1234
python -m tests.robustness.run --engine atheris --target sto --inputs 100000 --out FOLDER

POSIX only: memory is limited and hangs are seen through signals.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.robustness.targets import TARGETS

STUCK_S: Final = 120.0
"""Seconds without a step after which a worker is killed: code that heeds no signal."""

SLOW_SHARE: Final = 0.002
"""Part of the inputs of a quick target that a slow one gets."""


_ENVIRONMENT: Final = os.environ | {"POLARS_MAX_THREADS": "1"}
"""A worker has one thread: files are small, and others work beside it."""


@dataclass
class Job:
    """A stretch of numbers of a target, and the process that works on it."""

    name: str
    first: int
    end: int
    folder: Path
    engine: str
    process: subprocess.Popen[bytes] | None = None
    at: int = -1
    since: float = 0.0
    deaths: list[dict[str, Any]] = field(default_factory=list)

    def start(self) -> None:
        """Begin, or go on after what killed the process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        module = "tests.robustness.worker" if self.engine == "random" else "tests.robustness.guided"
        numbers = [str(self.first), str(self.end - self.first)]
        words = [sys.executable, "-m", module, self.name, *numbers, str(self.folder)]
        with (self.folder / "said.txt").open("ab") as said:
            self.process = subprocess.Popen(words, stdout=said, stderr=said, env=_ENVIRONMENT)
        self.since = time.monotonic()

    def step(self) -> bool:
        """Look after the process; return whether all is done."""
        assert self.process is not None
        at, code = self._read_at(), self.process.poll()
        if at != self.at:
            self.at, self.since = at, time.monotonic()
        stuck = code is None and time.monotonic() - self.since > STUCK_S
        if stuck:
            self.process.kill()
            code = self.process.wait()
        if code is None or code == 0:
            return code == 0
        self.deaths.append({"number": self.at, "kind": "stuck" if stuck else f"ended with {code}"})
        self.first = max(self.at, self.first) + 1
        if self.first >= self.end or len(self.deaths) > 200 or self.engine != "random":
            return True
        self.start()
        return False

    def _read_at(self) -> int:
        try:
            return int(struct.unpack("<q", (self.folder / "at").read_bytes()[:8])[0])
        except (OSError, struct.error):
            return -1


def run_all(jobs: Sequence[Job], workers: int) -> None:
    """Run jobs, some at a time."""
    waiting, running = list(jobs), []
    while waiting or running:
        while waiting and len(running) < workers:
            job = waiting.pop(0)
            job.start()
            running.append(job)
        time.sleep(0.5)
        running = [job for job in running if not job.step()]


def summarise(jobs: Sequence[Job]) -> dict[str, Any]:
    """Return figures of each target, and findings by kind and place."""
    targets: dict[str, Any] = {}
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for job in jobs:
        counts = [json.loads(p.read_text()) for p in job.folder.glob("count-*.json")]
        found: Counter[str] = Counter()
        for count in counts:
            found.update(count["outcomes"])
            for kind, frame, number in count["kinds"]:
                group = groups.setdefault((job.name, kind, frame), {"count": 0, "numbers": []})
                group["count"] += number
        seconds = sum(count["seconds"] for count in counts)
        targets[job.name] = {
            "inputs": sum(found.values()) + len(job.deaths),
            **found,
            "deaths": len(job.deaths),
            "seconds": round(seconds, 1),
            "peak_mib": max((count["peak_mib"] for count in counts), default=0),
        }
        for death in job.deaths:
            group = groups.setdefault((job.name, death["kind"], ""), {"count": 0, "numbers": []})
            group["count"] += 1
            group["numbers"].append(death["number"])
        log = job.folder / "findings.jsonl"
        for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else ():
            row = json.loads(line)
            group = groups.setdefault(
                (row["target"], row["kind"], row["frame"]), {"count": 0, "numbers": []}
            )
            group["numbers"].append(row["number"])
            group.setdefault("text", row["text"])
    listed = [{"target": t, "kind": k, "frame": f, **group} for (t, k, f), group in groups.items()]
    return {"targets": targets, "findings": listed}


def show(summary: dict[str, Any]) -> str:
    """Return the summary as a table of text."""
    lines = [f"{'target':<22}{'inputs':>9}{'read':>9}{'refused':>9}{'found':>7}{'/s':>7}{'MiB':>6}"]
    total: Counter[str] = Counter()
    for name, row in summary["targets"].items():
        found = row.get("finding", 0) + row["deaths"]
        rate = row["inputs"] / row["seconds"] if row["seconds"] else 0.0
        total.update(inputs=row["inputs"], found=found)
        lines.append(
            f"{name:<22}{row['inputs']:>9}{row.get('read', 0):>9}{row.get('refused', 0):>9}"
            f"{found:>7}{rate:>7.0f}{row['peak_mib']:>6}"
        )
    lines.append(f"{'all':<22}{total['inputs']:>9}{'':>18}{total['found']:>7}")
    for row in sorted(summary["findings"], key=lambda row: (row["kind"], row["frame"])):
        where = f"{row['kind']} | {row['frame']} | {row['target']} | {row['count']}"
        lines.append(f"{where} | {row['numbers'][:3]} | {row.get('text', '')[:140]!r}")
    return "\n".join(lines)


def replay(name: str, number: int) -> None:
    """Try one input again in this process, and show what happens."""
    import tempfile
    from pathlib import Path

    from tests.robustness.trial import Bench, make_trial

    trial = make_trial(name, number)
    print(trial.done, trial.victim, trial.content[:2000])
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(TARGETS[name], Path(place))
        print(bench.run(trial))
        bench.lay(trial)
        TARGETS[name].act(bench.folder)


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--target", default="all", help="all, or names with commas")
    parser.add_argument("--inputs", type=int, default=100_000, help="over all targets")
    parser.add_argument("--first", type=int, default=0, help="first number")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("robustness"))
    parser.add_argument("--engine", choices=("random", "atheris"), default="random")
    parser.add_argument("--replay", nargs=2, metavar=("TARGET", "NUMBER"))
    told = parser.parse_args()
    if told.replay:
        replay(told.replay[0], int(told.replay[1]))
        return
    names = list(TARGETS) if told.target == "all" else told.target.split(",")
    shares = {name: SLOW_SHARE if TARGETS[name].slow else 1.0 for name in names}
    each = told.inputs / sum(shares.values())
    shutil.rmtree(told.out, ignore_errors=True)
    jobs = [
        Job(
            name, told.first, told.first + max(1, round(each * shares[name])),
            told.out / name.replace(" ", "-"), told.engine,
        )
        for name in names
    ]  # fmt: skip
    run_all(jobs, told.jobs)
    summary = summarise(jobs)
    (told.out / "summary.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    text = show(summary)
    (told.out / "summary.txt").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
