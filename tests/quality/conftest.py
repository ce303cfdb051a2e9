"""A short simulated run whose checks the tests read."""

from __future__ import annotations

import pytest

from opensim_pelvis.types import Result
from tests.report.conftest import simulate


@pytest.fixture(scope="session")
def result() -> Result:
    """Pelvis and trunk, nothing missing."""
    return simulate(("pelvis", "torso"), duration_s=10.0)
