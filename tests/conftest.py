"""Fixtures that every test may use."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# Else each worker would rewrite all tests anew, and each process that tests start would compile
# the package.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Read when NumPy is loaded, which no import above does: the arrays of tests are small, and two
# workers with as many threads each as there are cores wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Hypothesis has clocks of its own, which a busy machine does not meet.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")

# Where a change is judged, the examples are the same each time: it fails by what it changed. By
# hand they are drawn anew, and find more.
settings.register_profile("ci", settings.get_profile("any"), derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def _no_command_ends_the_tests() -> Iterator[None]:
    """Let a command that is called in this process end as functions do.

    Where a thread still loads a library, the program ends its process at once, the tests with it.
    """
    with mock.patch("opensim_pelvis.cli.screen.endings.leave", sys.exit):
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real recordings beside the checkout; the test skips where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real recordings are not here: no folder ../shared/data beside the checkout")
    return folder


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Folder of small inputs that once went wrong; the test skips where it is absent."""
    folder = ROOT.parent / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip("inputs that go wrong are not here: no folder ../shared/cases")
    return folder


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Folder of small files that the simulator wrote in the vendors' formats."""
    return ROOT / "fixtures"
