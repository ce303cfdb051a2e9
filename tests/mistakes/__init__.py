"""Recordings broken in one way at a time, as laboratories break them.

`sound` makes the recording that is right; `MISTAKES` lists what is done to it, with the notices
that name the cause. ``python tests/benchmarks/lab_mistakes.py`` prints what comes out of each.
"""

from tests.mistakes.case import Case, Mistake, analyse, sound
from tests.mistakes.table import MISTAKES

__all__ = ["MISTAKES", "Case", "Mistake", "analyse", "sound"]
