"""The example of docs/extending.md is a package that installs, shows up and passes its tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "docs" / "example-reader"


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
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    code = (EXAMPLE / "src" / "opensim_pelvis_stepbox" / "__init__.py").read_text(encoding="utf-8")
    for line in page.partition("```python\n")[2].partition("```")[0].splitlines():
        assert line in code.splitlines() or not line.strip(), line
