"""Runs every check in a temporary folder, which is gone afterwards, and says how each ended."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.cli.selftest import chain as stages
from opensim_pelvis.cli.selftest import formats as reading
from opensim_pelvis.cli.selftest.checked import Check, Failed
from opensim_pelvis.errors import OpenSimPelvisError

INSTALL: Final = "install it again: pip install --force-reinstall {package}"

CHECKS: Final[tuple[Check, ...]] = (*reading.CHECKS, *stages.CHECKS)


@dataclass(frozen=True)
class Outcome:
    """How one check ended.

    Attributes
    ----------
    name : str
        What was tried.
    why : str
        Why it failed; empty when it passed.
    todo : str
        What to do about it.
    """

    name: str
    why: str = ""
    todo: str = ""


def run_checks(checks: tuple[Check, ...] = CHECKS) -> Iterator[Outcome]:
    """Try one check after another and give how each ended, as soon as it did."""
    shared: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="opensim-pelvis-selftest-") as made:
        for number, check in enumerate(checks):
            folder = Path(made) / str(number)
            folder.mkdir()
            yield _try(check, folder, shared)


def _try(check: Check, folder: Path, shared: dict[str, Any]) -> Outcome:
    todo = INSTALL.format(package=check.package)
    try:
        check.function(folder, shared)
    except (Failed, OpenSimPelvisError) as fault:
        return Outcome(check.name, str(fault).rstrip("."), todo)
    except Exception as fault:  # whatever a broken installation raises is what is looked for
        return Outcome(check.name, f"{type(fault).__name__} was raised", todo)
    return Outcome(check.name)
