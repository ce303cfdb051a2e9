"""Change one thing at a time in the code that makes numbers, and see whether a test fails.

Run by hand: ``python -m tests.mutants [FILE ...] [--most N] [--seed N] [--only N ...]``, where
processes can be forked (Linux, macOS). A file is named from the package on, or by its end. What no
test sees is listed by the number that ``--only`` takes. No file is written.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import random
import sys
from collections.abc import Sequence
from typing import Final

from tests.mutants.changes import mutants_of
from tests.mutants.targets import PACKAGE, targets
from tests.mutants.trial import try_file

HEAVY: Final = ("numpy", "scipy.stats", "scipy.signal", "scipy.spatial.transform", "pandas")
"""Imported once: none of them knows this package."""


def hold(
    name: str, tests: Sequence[str], most: int | None, seed: int, only: Sequence[int] | None = None
) -> tuple[int, int]:
    """Print what survives in one file; return how many were seen, and how many tried."""
    found = list(mutants_of(ast.parse((PACKAGE / name).read_text(encoding="utf-8"))))
    numbers = [number for number in range(len(found)) if only is None or number in only]
    if most is not None and most < len(numbers):
        numbers = sorted(random.Random(seed).sample(numbers, most))
    if not numbers:
        return 0, 0
    tried = try_file(name, tests, numbers)
    _say(f"{name}: {len(tried.seen)} of {len(numbers)} seen ({len(found)} possible)")
    for number in tried.left:
        _say(f"  {number}: line {found[number].line}: {found[number].words}")
    return len(tried.seen), len(numbers)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: Sequence[str] | None = None) -> None:
    """Hold the named files, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.mutants")
    parser.add_argument("files", nargs="*", metavar="FILE", help="a file, or its end")
    parser.add_argument("--most", type=int, help="changes tried in each file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="+", help="these changes alone, by number")
    given = parser.parse_args(words)
    files = {name: tests for name, tests in targets().items()
             if not given.files or any(name.endswith(end) for end in given.files)}  # fmt: skip
    if not files:
        parser.error(f"wanted files out of {', '.join(targets())}")
    for module in HEAVY:
        importlib.import_module(module)
    counts = [
        hold(name, tests, given.most, given.seed, given.only) for name, tests in files.items()
    ]
    seen, tried = (sum(column) for column in zip(*counts, strict=True))
    _say(f"all: {seen} of {tried} seen ({100.0 * seen / max(tried, 1):.0f} %)")


if __name__ == "__main__":
    main()
