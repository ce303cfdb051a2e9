"""Inputs that grow towards code not yet reached: atheris (libFuzzer) around the same targets.

``pip install opensim-pelvis[fuzz]``; the parent is ``python -m tests.robustness.run --engine
atheris``. Damage is ours (`mutate`), what is kept is what reached new code of this package.
"""

from __future__ import annotations

import os
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["opensim_pelvis"]):
    import opensim_pelvis.reading
    from tests.robustness import targets

from tests.robustness.mutate import mutate
from tests.robustness.trial import Bench, Trial, seeds_of
from tests.robustness.worker import EXAMPLES, _count, _open, _tell, run_one, scratch


def work(name: str, first: int, count: int, folder: Path) -> None:
    """Try inputs of a target, guided by what code they reach."""
    del opensim_pelvis.reading
    tree = seeds_of(name)[0]
    victim = next(k for k in tree if Path(k).match(targets.TARGETS[name].victims))
    found: Counter[str] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    (corpus / "seed").write_bytes(tree[victim])
    place = Path(tempfile.mkdtemp(dir=scratch()))
    bench = Bench(targets.TARGETS[name], place)
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
        return mutate(data, Random(seed))[0][:largest]

    options = [f"-runs={count}", "-seed=1", "-max_len=400000", "-timeout=60", "-rss_limit_mb=2600"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], take, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
