"""A statistic that no test uses by its name fails here."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

from opensim_pelvis.gait.measures import intervals, statistics
from opensim_pelvis.validation import agreement, continuous, reliability

TESTS = Path(__file__).parent


def public_functions(module: ModuleType) -> set[str]:
    """Return the functions that a module defines for others."""
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {name for name in found if not name.startswith("_")}


def names_that_tests_call() -> set[str]:
    """Return what is called by its name in a file of tests."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Name | ast.Attribute):
                    found.add(called.id if isinstance(called, ast.Name) else called.attr)
    return found


@pytest.fixture(scope="module")
def called() -> set[str]:
    return names_that_tests_call()


@pytest.mark.parametrize("module", [statistics, intervals, agreement, continuous, reliability])
def test_every_public_function_is_called_by_a_test(module: ModuleType, called: set[str]) -> None:
    functions = public_functions(module)
    assert functions
    assert functions - called == set()
