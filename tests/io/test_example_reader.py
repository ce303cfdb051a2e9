"""The example of docs/extending.md is a package that installs, shows up and passes its tests."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

import opensim_pelvis
import opensim_pelvis.testing
from opensim_pelvis import Exporter, Reader, Recording, Result, SensorSignals

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "example-reader"
PAGE = ROOT / "docs" / "extending.md"
PUBLIC = {
    "opensim_pelvis": set(opensim_pelvis.__all__),
    "opensim_pelvis.testing": {"ExporterContract", "ReaderContract"},
}
"""Modules that third parties import from, and the names that are kept there."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the example was installed into by pip, without the network."""
    folder = tmp_path_factory.mktemp("example")
    source = folder / "source"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("*.egg-info", "build"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--target", str(folder / "site"), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder / "site"), "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        env=environment,
        cwd=folder / "source",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_listed_with_the_readers(installed: Path) -> None:
    assert "stepbox" in run(installed, "opensim_pelvis", "readers")


@pytest.mark.slow
def test_its_own_tests_pass(installed: Path) -> None:
    assert "passed" in run(installed, "pytest", "-q", "-p", "no:cacheprovider", "tests")


def test_the_page_shows_the_code_that_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    code = (EXAMPLE / "src" / "opensim_pelvis_stepbox" / "__init__.py").read_text(encoding="utf-8")
    for line in page.partition("```python\n")[2].partition("```")[0].splitlines():
        assert line in code.splitlines() or not line.strip(), line


def imported_names(code: str) -> Iterator[tuple[str, str]]:
    """Return the modules of ours that a text of Python imports from, with each name."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("opensim_pelvis"):
            yield from ((node.module or "", alias.name) for alias in node.names)
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("opensim_pelvis.") for alias in node.names)


def test_the_example_and_the_page_import_public_names_only() -> None:
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*.py")]
    texts.append(PAGE.read_text(encoding="utf-8").partition("```py\n")[2].partition("```")[0])
    for text in texts:
        found = [
            (module, name)
            for module, name in imported_names(text)
            if module != "opensim_pelvis_stepbox"
        ]
        assert found
        for module, name in found:
            assert name in PUBLIC.get(module, ()), f"{module}.{name} is not public"


def test_every_public_name_is_there() -> None:
    for module, names in PUBLIC.items():
        for name in names:
            assert getattr(sys.modules[module], name) is not None


@pytest.mark.parametrize(
    "described",
    [Recording, SensorSignals, Result, Reader.sniff, Reader.read, Exporter.write],
    ids=lambda described: described.__qualname__,
)
def test_what_a_plugin_fills_in_or_reads_is_public(described: object) -> None:
    public = {getattr(opensim_pelvis, name) for name in PUBLIC["opensim_pelvis"]}
    needed = set().union(*map(classes_of, hints_of(described).values()))
    assert {kind.__name__ for kind in needed - public} == set()


def hints_of(described: object) -> dict[str, object]:
    """Return the annotations; names that only a type checker imports are public ones."""
    known = {name: getattr(opensim_pelvis, name) for name in PUBLIC["opensim_pelvis"]}
    return typing.get_type_hints(described, localns=known)


def classes_of(hint: object) -> set[type]:
    """Return the classes of ours in an annotation."""
    inside = set().union(*map(classes_of, typing.get_args(hint)), set())
    ours = isinstance(hint, type) and hint.__module__.startswith("opensim_pelvis.")
    return inside | {hint} if ours else inside  # type: ignore[return-value]
