"""A result's checks and its one verdict: the only place that judges.

``checks.toml`` says what each check looks at, its limits and their reason. `judge` turns what the
stages found into checks. `examine` runs the checks that look for mistakes of a recording (wrong
body, wrong rate, ...) and returns what each found as `Evidence`: a check, and what is told of it.
"""

from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.quality.examiners import EXAMINERS, examine, notes_of
from opensim_pelvis.quality.judge import judge, model_errors_deg

__all__ = [
    "EXAMINERS",
    "Examined",
    "examine",
    "judge",
    "notes_of",
    "model_errors_deg",
]
