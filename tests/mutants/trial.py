"""Try every change of one file on its tests.

A process imports the tests once. Each change is made in a fork of it: the functions in memory get
the changed code, and the tests that call what was changed run until one fails. What stands outside
functions has to be imported anew.
"""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.util
import os
import pickle
import resource
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Final, NamedTuple, TypeVar

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.changes import mutants_of
from tests.mutants.targets import PACKAGE, ROOT

Value = TypeVar("Value")
Place = tuple[str, int]
"""A function: its qualified name, and its first line."""

CPU_S: Final = 60
"""More than this, beyond ten times what the tests take unchanged, and a change is seen."""
LONGEST_S: Final = 1800.0
"""One that waits for ever without computing is seen, too."""
OPTIONS: Final = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"),
    *("-o", "tmp_path_retention_policy=none"),
)


class Called(NamedTuple):
    """What one test does without a change."""

    passed: bool
    cpu_s: float
    places: frozenset[Place]
    modules: tuple[str, ...]


class Tried(NamedTuple):
    """Numbers of the changes that a test saw or none did, and the tests, quickest first."""

    seen: tuple[int, ...]
    left: tuple[int, ...]
    tests: tuple[str, ...]


def try_file(name: str, tests: Sequence[str], numbers: Sequence[int]) -> Tried:
    """Try the numbered changes of a file, named from the package on."""
    path = PACKAGE / name
    changes = list(mutants_of(ast.parse(path.read_text(encoding="utf-8"))))
    inside = [number for number in numbers if changes[number].inside]
    tried = in_child(lambda: _try_inside(path, tests, inside), LONGEST_S * max(len(inside), 1))
    if tried is None:
        raise SystemExit(f"{name}: its tests fail without a change; run pytest first")
    seen, left = list(tried.seen), list(tried.left)
    for number in numbers:
        if not changes[number].inside:
            passed = in_child(lambda n=number: _passes_anew(path, n, tried.tests), LONGEST_S)
            (left if passed else seen).append(number)
    return Tried(tuple(sorted(seen)), tuple(sorted(left)), tried.tests)


def in_child(work: Callable[[], Value], longest_s: float, cpu_s: int | None = None) -> Value | None:
    """Return what a fork of this process makes of a task; None where it does not come to an end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            if cpu_s is not None:
                resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            data = pickle.dumps(work())
            with os.fdopen(writing, "wb") as stream:
                stream.write(data)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        if not select.select([stream], [], [], longest_s)[0]:
            os.kill(child, signal.SIGKILL)
        data = stream.read()
    os.waitpid(child, 0)
    return pickle.loads(data) if data else None


def _try_inside(path: Path, tests: Sequence[str], numbers: Sequence[int]) -> Tried | None:
    """Collect the tests, and try every change that needs no new import."""
    os.chdir(ROOT)
    os.environ["CI"] = "1"  # the same examples each time
    plugin = _Trials(path, numbers)
    pytest.main([*OPTIONS, *tests], plugins=[plugin])
    return plugin.tried


class _Trials:
    """Takes the place of pytest's loop over the tests."""

    def __init__(self, path: Path, numbers: Sequence[int]) -> None:
        self.path = path
        self.numbers = numbers
        self.tried: Tried | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        calls = {item: in_child(lambda i=item: _trace(i, self.path), LONGEST_S)
                 for item in session.items}  # fmt: skip
        if any(called is None or not called.passed for called in calls.values()):
            return True
        for module in {m for called in calls.values() for m in called.modules}:
            try:
                importlib.import_module(module)
            except Exception:
                continue
        functions = _functions(self.path)
        gc.freeze()  # the forks share what is here
        items = sorted(session.items, key=lambda item: calls[item].cpu_s)
        seen, left = [], []
        for number in self.numbers:
            codes = _codes(self.path, number)
            place = _place_of_change(_codes(self.path, None), codes)
            able = [item for item in items if place in calls[item].places]
            cpu_s = CPU_S + int(10 * sum(calls[item].cpu_s for item in able))
            passed = not able or in_child(lambda c=codes, a=able: _survives(functions, c, a),
                                          LONGEST_S, cpu_s)  # fmt: skip
            (left if passed else seen).append(number)
        touching = sorted(items, key=lambda item: not calls[item].places)
        tests = tuple(dict.fromkeys(item.nodeid for item in touching))
        self.tried = Tried(tuple(seen), tuple(left), tests)
        return True


def _trace(item: pytest.Item, path: Path) -> Called:
    """Run one test, and note which functions of a file it calls."""
    places: set[Place] = set()
    before, name = set(sys.modules), str(path)

    def note(frame: FrameType, event: str, arg: object) -> None:
        if frame.f_code.co_filename == name:
            places.add((frame.f_code.co_qualname, frame.f_code.co_firstlineno))

    start = _cpu_s()
    sys.settrace(note)
    passed = _pass([item])
    sys.settrace(None)
    new = tuple(module for module in sys.modules if module not in before)
    return Called(passed, _cpu_s() - start, frozenset(places), new)


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system


def _pass(items: Sequence[pytest.Item]) -> bool:
    """Return whether all tests pass, until one does not."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        if any(r.failed for r in runtestprotocol(item, log=False, nextitem=following)):
            return False
    return True


def _functions(path: Path) -> list[FunctionType]:
    """Return every function in memory that stands in a file, whoever holds it."""
    functions = [thing for thing in gc.get_objects() if isinstance(thing, FunctionType)]
    return [function for function in functions if function.__code__.co_filename == str(path)]


def _survives(
    functions: Sequence[FunctionType], codes: dict[Place, CodeType], items: Sequence[pytest.Item]
) -> bool:
    """Give functions their changed code, and run tests."""
    for function in functions:
        place = function.__code__.co_qualname, function.__code__.co_firstlineno
        function.__code__ = codes.get(place, function.__code__)
    return _pass(items)


def _codes(path: Path, number: int | None) -> dict[Place, CodeType]:
    """Return the code of all functions of a file, with one change (none: as it is)."""
    return {
        (code.co_qualname, code.co_firstlineno): code
        for code in _nested(compile(changed_tree(path, number), str(path), "exec"))
    }


def changed_tree(path: Path, number: int | None) -> ast.Module:
    """Return the tree of a file, with one change."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if number is not None:
        list(mutants_of(tree))[number].change()
    return tree


def _nested(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested(constant)


def _place_of_change(old: dict[Place, CodeType], new: dict[Place, CodeType]) -> Place | None:
    """Return the innermost function whose code differs."""
    places = [place for place in old if old[place] != new[place]]
    return max(places, key=lambda place: place[0].count("."), default=None)


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


def _passes_anew(path: Path, number: int, tests: Sequence[str]) -> bool:
    """Import the changed module, and run all tests until one fails."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    module = ".".join(("opensim_pelvis", *(part for part in parts if part != "__init__")))
    sys.meta_path.insert(0, _Finder(_Changed(module, str(path), changed_tree(path, number))))
    os.chdir(ROOT)
    os.environ["CI"] = "1"
    return pytest.main([*OPTIONS, *tests]) == pytest.ExitCode.OK
