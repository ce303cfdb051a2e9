"""Which files are changed, and which tests are to see a wrong number in them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "plugin" / "opensim_pelvis"

_STATISTICS: Final = (
    "tests/validation/test_statistics.py",
    "tests/validation/test_statistics_by_hand.py",
    "tests/validation/test_agreement_by_hand.py",
    "tests/validation/test_limits_by_hand.py",
)
_POOLING: Final = ("tests/validation/test_limits_by_hand.py", "tests/validation/test_pooling.py")

TESTS: Final[dict[str, tuple[str, ...]]] = {
    "kinematics/angles.py": (
        "tests/gait/measures/test_clinical_angles.py",
        "tests/kinematics/test_angles.py",
    ),
    "gait/measures/*.py": ("tests/gait/measures", "tests/gait/test_metrics.py"),
    "gait/coordination.py": ("tests/gait/measures", "tests/gait/test_metrics.py"),
    "gait/strides/*.py": ("tests/gait/measures", "tests/gait/test_metrics.py"),
    "calibration/heading/*.py": (
        "tests/calibration/heading/test_heading.py",
        "tests/calibration/heading/test_heading_combine.py",
        "tests/calibration/heading/test_heading_knee.py",
        "tests/calibration/heading/test_heading_optical.py",
        "tests/calibration/heading/test_heading_over_time.py",
    ),
    "validation/agreement.py": _STATISTICS,
    "validation/continuous.py": _STATISTICS,
    "validation/reliability.py": _STATISTICS,
    "validation/pooling.py": _POOLING,
    "guidance/engine.py": ("tests/guidance/test_guidance_engine.py",),
    "guidance/finding_words.py": (
        "tests/guidance/test_finding_words.py",
        "tests/guidance/test_guidance_engine.py",
    ),
    "guidance/rulebook.py": ("tests/guidance/test_rulebook.py",),
    "report/headline.py": ("tests/report/test_headline.py",),
}
"""Files of the package, by pattern, to their tests; of these, each change runs what calls it."""


def targets() -> dict[str, tuple[str, ...]]:
    """Return each file, named from the package on, with its tests."""
    found: dict[str, tuple[str, ...]] = {}
    for pattern, tests in TESTS.items():
        paths = sorted(path for path in PACKAGE.glob(pattern) if path.parent.name != "types")
        if not paths:
            raise SystemExit(f"no file of the package is {pattern}; see {Path(__file__).name}")
        found |= {path.relative_to(PACKAGE).as_posix(): tests for path in paths}
    return found
