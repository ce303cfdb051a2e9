"""Change one thing at a time in the code that makes numbers, and see whether a test fails.

Run by hand: ``python -m tests.mutants [FILE ...] [--most N] [--seed N]``. A file is named as in
`TESTS`, or by its end. No file is written: a changed module is only ever imported.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import multiprocessing
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGE: Final = ROOT / "plugin" / "opensim_pelvis"
LONGEST_S: Final = 300.0
"""A change that makes the tests go on for ever is seen, too."""

_DEFINED: Final = "tests/metrics/test_definitions.py"
_STRIDES: Final = ("tests/metrics/test_strides_by_hand.py", "tests/metrics/test_pelvis.py")
_AGREEMENT: Final = (
    "tests/validation/test_agreement_by_hand.py",
    "tests/validation/test_statistics_by_hand.py",
)

TESTS: Final[dict[str, tuple[str, ...]]] = {
    "angles.py": ("tests/metrics/test_clinical_angles.py", "tests/test_angles.py"),
    "metrics/compute.py": ("tests/metrics/test_summaries_by_hand.py",),
    "metrics/hip.py": (_DEFINED, "tests/metrics/test_hip.py"),
    "metrics/pelvis.py": (
        _DEFINED,
        "tests/metrics/test_pelvis.py",
        "tests/metrics/test_opensim_order.py",
    ),
    "metrics/posture.py": (_DEFINED, "tests/metrics/test_posture.py"),
    "metrics/statistics.py": ("tests/metrics/test_statistics_by_hand.py",),
    "metrics/table.py": ("tests/metrics",),
    "metrics/timing.py": (_DEFINED, "tests/metrics/test_timing.py"),
    "metrics/trunk.py": (_DEFINED, "tests/metrics/test_trunk.py"),
    "coordination.py": (
        "tests/metrics/test_statistics_by_hand.py",
        "tests/metrics/test_trunk.py",
        "tests/test_metrics.py",
    ),
    "strides/curves.py": _STRIDES,
    "strides/segment.py": _STRIDES,
    "strides/select.py": (*_STRIDES, "tests/test_metrics.py"),
    "heading/combine.py": ("tests/test_heading_combine.py",),
    "validation/agreement.py": _AGREEMENT,
    "validation/continuous.py": (*_AGREEMENT, "tests/validation/test_statistics.py"),
    "validation/reliability.py": (*_AGREEMENT, "tests/validation/test_statistics.py"),
    "guidance/engine.py": ("tests/test_guidance_engine.py",),
    "report/headline.py": ("tests/report/test_headline.py",),
}
"""Source file to the tests that are to see a wrong number in it."""

_COMPARED: Final = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_TURNED: Final = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
                  ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}  # fmt: skip
_OPERATED: Final = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_JOINED: Final = {ast.And: ast.Or, ast.Or: ast.And}
_NAMED: Final = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum",
                 "argmin": "argmax", "argmax": "argmin"}  # fmt: skip
_SIDES: Final = {"right": "left", "left": "right", "Right": "Left", "Left": "Right"}


class Mutant(NamedTuple):
    """One change: where it is, what it does, and the change itself, made in the tree."""

    line: int
    words: str
    change: Callable[[], None]


def mutants_of(tree: ast.AST) -> Iterator[Mutant]:
    """Return every change that can be made in a tree, in one order."""
    for node in ast.walk(tree):
        for field, index, new in _variants(node):
            old = getattr(node, field)
            now = old if index is None else old[index]
            yield Mutant(
                getattr(node, "lineno", 0),
                f"{_show(now)} -> {_show(new)}",
                _setter(node, field, index, new),
            )


def _variants(node: ast.AST) -> Iterator[tuple[str, int | None, object]]:
    """Return field, place in it and new value of each change of one node."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for swaps in (_COMPARED, _TURNED):
                if type(op) in swaps:
                    yield "ops", i, swaps[type(op)]()
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATED:
        yield "op", None, _OPERATED[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        yield "op", None, _JOINED[type(node.op)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "op", None, ast.UAdd()
    elif isinstance(node, ast.Name) and node.id in _NAMED:
        yield "id", None, _NAMED[node.id]
    elif isinstance(node, ast.Attribute) and node.attr in _NAMED:
        yield "attr", None, _NAMED[node.attr]
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and node.value in _SIDES:
            yield "value", None, _SIDES[node.value]
        elif type(node.value) in (int, float):
            yield "value", None, node.value + 1
            yield "value", None, node.value - 1


def _setter(node: ast.AST, field: str, index: int | None, new: object) -> Callable[[], None]:
    def change() -> None:
        if index is None:
            setattr(node, field, new)
        else:
            getattr(node, field)[index] = new

    return change


def _show(value: object) -> str:
    return type(value).__name__ if isinstance(value, ast.AST) else repr(value)


class _Changed(SourceFileLoader):
    """Loads a module from a tree that was changed."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> object:
        return compile(self.tree, self.path, "exec")


class _Finder:
    """Finds one module, before all other finders do."""

    def __init__(self, loader: _Changed) -> None:
        self.loader = loader

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self.loader.name:
            return None
        return importlib.util.spec_from_file_location(name, self.loader.path, loader=self.loader)


def _run(name: str, number: int | None) -> None:
    """Run the tests of a file in this process with one change; leaves with pytest's code."""
    import pytest

    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    path = PACKAGE / name
    if number is not None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        list(mutants_of(tree))[number].change()
        module = ".".join(("opensim_pelvis", *Path(name).with_suffix("").parts))
        sys.meta_path.insert(0, _Finder(_Changed(module, str(path), tree)))
    os.chdir(ROOT)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    sys.exit(int(pytest.main([*options, *TESTS[name]])))


def survives(name: str, number: int | None) -> bool:
    """Return whether all tests of a file pass with one change (none: as it is)."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(["numpy", "scipy.stats", "scipy.signal", "pytest"])
    child = context.Process(target=_run, args=(name, number))
    child.start()
    child.join(LONGEST_S)
    if child.is_alive():
        child.kill()
        child.join()
    return child.exitcode == 0


def hold(name: str, most: int | None, seed: int) -> tuple[int, int]:
    """Print what survives in one file; return how many were seen, and how many tried."""
    tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
    found = list(mutants_of(tree))
    numbers = list(range(len(found)))
    if most is not None and most < len(numbers):
        numbers = sorted(random.Random(seed).sample(numbers, most))
    if not survives(name, None):
        raise SystemExit(f"{name}: its tests fail without a change; run pytest first")
    left = [number for number in numbers if survives(name, number)]
    seen, tried = len(numbers) - len(left), len(numbers)
    _say(f"{name}: {seen} of {tried} seen ({len(found)} possible)")
    for number in left:
        _say(f"  line {found[number].line}: {found[number].words}")
    return seen, tried


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: Sequence[str] | None = None) -> None:
    """Hold the named files, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.mutants")
    parser.add_argument("files", nargs="*", metavar="FILE", help="one of TESTS, or its end")
    parser.add_argument("--most", type=int, help="changes tried in each file")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(words)
    names = [n for n in TESTS if not given.files or any(n.endswith(f) for f in given.files)]
    if not names:
        parser.error(f"wanted files out of {', '.join(TESTS)}")
    counts = [hold(name, given.most, given.seed) for name in names]
    seen, tried = (sum(column) for column in zip(*counts, strict=True))
    _say(f"all: {seen} of {tried} seen ({100.0 * seen / max(tried, 1):.0f} %)")


if __name__ == "__main__":
    main()
