"""Kills a writing process at random moments; by hand: ``python -m tests.robustness.kills 50``."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from opensim_pelvis.io.delivery import STAGING, Set, deliver
from tests.io.test_delivery import SCRIPT, killed, tree


def main(kills: int) -> None:
    """Kill a run in its own folder and a set in a shared one; count which set was left."""
    chance = random.Random(12)
    for kind in ("run", "cohort"):
        with tempfile.TemporaryDirectory() as name:
            print(kind, *try_kind(Path(name), kind, kills, chance))


def try_kind(base: Path, kind: str, kills: int, chance: random.Random) -> tuple[int, int, int]:
    """Return how often the old and the new set were left, and how many were killed in time."""
    (base / "old" / "set").mkdir(parents=True)
    if kind == "cohort":
        (base / "old" / "set" / "mine.txt").write_text("mine", encoding="utf-8")
    killed(base / "old" / "set", "old", 0, kind, "exchange")
    shutil.copytree(base / "old", base / "new")
    killed(base / "new" / "set", "new", 0, kind, "exchange")
    sides, left, stopped = [tree(base / "old"), tree(base / "new")], [0, 0], 0
    started = SCRIPT.replace("with deliver", "print(flush=True)\nwith deliver")
    for number in range(kills):
        home = base / f"at{number}"
        shutil.copytree(base / "old", home)
        words = [sys.executable, "-c", started, str(home / "set"), "new", "0", kind, "exchange"]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()  # the writing begins
            time.sleep(chance.uniform(0.0, 0.03))
            process.kill()
        stopped += process.returncode != 0
        again = Set(folder=home / "set", kind=kind, name="x", stem="x", own_folder=kind == "run")
        with deliver(again):
            pass
        found = tree(home)
        assert found in sides, (number, sorted(found))
        assert not list(home.rglob(f"{STAGING}*")), number
        left[sides.index(found)] += 1
        shutil.rmtree(home)
    return left[0], left[1], stopped


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
