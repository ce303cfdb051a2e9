"""Inputs that grow towards code not yet reached: atheris (libFuzzer) around the same targets.

``pip install opensim-pelvis[fuzz]``; the parent is ``python -m tests.robustness.run --engine
atheris``. Damage is ours (`mutate`), what is kept is what reached new code of this package.
"""

from __future__ import annotations

import fnmatch
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["opensim_pelvis"]):
    from tests.robustness import targets
    from tests.robustness.seeds import Tree
    from tests.robustness.trial import Bench, Trial
    from tests.robustness.worker import EXAMPLES, _count, _open, _tell, run_one, scratch


SEEDS = """
import pickle, sys
from tests.robustness.trial import seeds_of
sys.stdout.buffer.write(pickle.dumps(seeds_of(sys.argv[1])))
"""


def seeds_of(name: str) -> tuple[Tree, ...]:
    """Return a target's seeds, made in another process: numba compiles no code that is watched."""
    made = subprocess.run([sys.executable, "-c", SEEDS, name], check=True, stdout=subprocess.PIPE)
    return pickle.loads(made.stdout)  # type: ignore[no-any-return]


def work(name: str, first: int, count: int, folder: Path) -> None:
    """Try inputs of a target, guided by what code they reach."""
    trees = seeds_of(name)
    place = Path(tempfile.mkdtemp(dir=scratch()))
    bench = Bench(targets.TARGETS[name], place)
    with atheris.instrument_imports(include=["opensim_pelvis"]):  # what calls import
        for tree in trees:
            for key in fnmatch.filter(tree, targets.TARGETS[name].victims):
                bench.run(Trial(tree, key, tree[key], "sound"))
    tree = trees[0]
    victim = fnmatch.filter(tree, targets.TARGETS[name].victims)[0]
    found: Counter[str] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    sound = [other[victim] for other in trees if victim in other]
    for number, content in enumerate(sound):
        (corpus / f"seed-{number}").write_bytes(content)
    began, log = time.perf_counter(), _open(folder)
    at = os.open(folder / "at", os.O_RDWR | os.O_CREAT)

    def take(data: bytes) -> None:
        number = first + sum(found.values())
        os.pwrite(at, struct.pack("<q", number), 0)
        trial = Trial(tree, victim, data, "guided")
        outcome, finding = run_one(bench, trial)
        found[outcome] += 1
        if finding is not None:
            kinds[finding.kind, finding.frame] += 1
            if kinds[finding.kind, finding.frame] <= EXAMPLES:
                _tell(log, folder, name, number, trial, finding)
        if number % 50 == 0 or sum(found.values()) >= count:
            _count(folder, found, kinds, began, 0)

    def change(data: bytes, largest: int, seed: int) -> bytes:
        rng = Random(seed)  # anew from a sound one, too: damage on damage is refused early
        return targets.TARGETS[name].damage(rng.choice((data, data, rng.choice(sound))), rng)[0][
            :largest
        ]

    longest = f"-max_len={max(20_000, 3 * max(map(len, sound)))}"
    options = [f"-runs={count}", "-seed=1", longest, "-timeout=60", "-rss_limit_mb=2600"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], take, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
