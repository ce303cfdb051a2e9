"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real recordings beside the checkout; the test skips where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real recordings are not here: no folder ../shared/data beside the checkout")
    return folder


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Folder of small files that the simulator wrote in the vendors' formats."""
    return ROOT / "fixtures"
