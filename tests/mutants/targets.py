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

_HEADING: Final = "tests/calibration/heading/test_heading"
_FIND: Final = (f"{_HEADING}_find.py", f"{_HEADING}_found_together.py")

_MEASURES: Final = "tests/gait/measures/test"

_BUDGET: Final = "tests/gait/uncertainty/test"

_EVENTS: Final = "tests/gait/events/test"

TESTS: Final[dict[str, tuple[str, ...]]] = {
    "kinematics/angles.py": (
        "tests/gait/measures/test_clinical_angles.py",
        "tests/kinematics/test_angles.py",
    ),
    "gait/measures/*.py": ("tests/gait/measures", "tests/gait/test_metrics.py"),
    # As of the events below: tests of its own.
    "gait/measures/intervals.py": (
        f"{_MEASURES}_intervals.py",
        "tests/gait/uncertainty/test_budget.py",
    ),
    "gait/measures/optical.py": (f"{_MEASURES}_optical.py", f"{_MEASURES}_absent.py"),
    "gait/measures/pelvis.py": (
        f"{_MEASURES}_pelvis.py",
        f"{_MEASURES}_opensim_order.py",
        f"{_MEASURES}_absent.py",
    ),
    "gait/measures/statistics.py": (
        f"{_MEASURES}_statistics_by_hand.py",
        f"{_MEASURES}_steady_by_hand.py",
        f"{_MEASURES}_summaries_by_hand.py",
        "tests/gait/test_metrics.py",
    ),
    "gait/measures/trunk.py": (f"{_MEASURES}_trunk.py", f"{_MEASURES}_absent.py"),
    "gait/optical/*.py": (
        "tests/gait/optical",
        "tests/gait/measures/test_optical.py",
        "tests/gait/measures/test_absent.py",
    ),
    "gait/uncertainty/assess.py": (f"{_BUDGET}_assess_by_hand.py",),
    "gait/uncertainty/budget.py": (f"{_BUDGET}_budget.py",),
    "gait/uncertainty/changes.py": (f"{_BUDGET}_changes_by_hand.py",),
    "gait/uncertainty/inputs.py": (f"{_BUDGET}_inputs.py", f"{_BUDGET}_changes_by_hand.py"),
    "gait/uncertainty/mean_curves.py": (f"{_BUDGET}_mean_curves.py",),
    "gait/uncertainty/tried_strides.py": (f"{_BUDGET}_changes_by_hand.py",),
    "gait/uncertainty/priors.py": (f"{_BUDGET}_budget.py",),
    "gait/uncertainty/read_from.py": (f"{_BUDGET}_changes_by_hand.py",),
    "gait/uncertainty/slow.py": (f"{_BUDGET}_inputs.py",),
    "gait/coordination.py": ("tests/gait/measures", "tests/gait/test_metrics.py"),
    "gait/strides/*.py": ("tests/gait/measures", "tests/gait/test_metrics.py"),
    # The tests of its own of each file: no recording in them, so that all changes are tried soon.
    "gait/events/activity.py": (f"{_EVENTS}_activity.py",),
    "gait/events/leg_contacts.py": (
        f"{_EVENTS}_leg_contacts.py",
        f"{_EVENTS}_leg_contacts_by_hand.py",
    ),
    "gait/events/leg_features.py": (f"{_EVENTS}_leg_features.py",),
    "gait/events/methods.py": (f"{_EVENTS}_methods.py",),
    "gait/events/pelvis_contacts.py": (
        f"{_EVENTS}_pelvis_contacts.py",
        f"{_EVENTS}_pelvis_contacts_by_hand.py",
    ),
    "gait/events/pelvis_cycles.py": (f"{_EVENTS}_pelvis_cycles.py",),
    "gait/events/prefer.py": (f"{_EVENTS}_prefer.py",),
    "gait/events/signals.py": (f"{_EVENTS}_signals.py", f"{_EVENTS}_leg_contacts_by_hand.py"),
    "calibration/heading/combine.py": (f"{_HEADING}_combine.py",),
    "calibration/heading/cycles.py": (f"{_HEADING}_cycles.py",),
    "calibration/heading/drift.py": (f"{_HEADING}_drift.py", f"{_HEADING}_drift_blocks.py"),
    "calibration/heading/drift_rates.py": (
        "tests/calibration/heading/test_drift_rates.py",
        "tests/calibration/heading/test_drift_rates_by_hand.py",
    ),
    "calibration/heading/frames_apart.py": (
        "tests/calibration/heading/test_frames_apart.py",
        "tests/calibration/heading/test_frames_apart_by_hand.py",
    ),
    "calibration/heading/unfelt.py": (
        "tests/calibration/heading/test_unfelt.py",
        "tests/calibration/heading/test_unfelt_by_hand.py",
    ),
    "calibration/heading/wander.py": ("tests/calibration/heading/test_wander.py",),
    "calibration/heading/find.py": _FIND,
    "calibration/heading/forward.py": (f"{_HEADING}_forward.py", *_FIND),
    "calibration/heading/joint.py": (f"{_HEADING}_joint.py",),
    "calibration/heading/knee.py": (f"{_HEADING}_knee_by_hand.py", *_FIND),
    "calibration/heading/mounted.py": (f"{_HEADING}_mounted.py",),
    "calibration/heading/own.py": _FIND,
    "calibration/heading/planes.py": (f"{_HEADING}_planes.py",),
    "calibration/heading/report.py": (f"{_HEADING}_report.py",),
    "calibration/heading/swing.py": (f"{_HEADING}_swing.py", f"{_HEADING}_forward.py"),
    "calibration/movement_pose.py": ("tests/calibration/test_movement_by_hand.py",),
    "calibration/placement.py": (
        "tests/calibration/test_placement_by_hand.py",
        "tests/calibration/test_standing_again.py",
    ),
    "calibration/verdict.py": ("tests/calibration/test_verdict.py",),
    "validation/agreement.py": _STATISTICS,
    "validation/continuous.py": _STATISTICS,
    "validation/reliability.py": _STATISTICS,
    "validation/pooling.py": _POOLING,
    "guidance/engine.py": ("tests/guidance/test_guidance_engine.py",),
    "guidance/finding_words.py": (
        "tests/guidance/test_finding_words.py",
        "tests/guidance/test_guidance_engine.py",
    ),
    "guidance/rulebook.py": (
        "tests/guidance/test_rulebook.py",
        "tests/guidance/test_guidance_engine.py",
    ),
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
