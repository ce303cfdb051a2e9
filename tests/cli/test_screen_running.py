"""What the screen tells of a long run."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from opensim_pelvis.cli.screen.measures_table import stride_facts, trend_lines
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.types import Trend
from tests.running_cases import run_case


def test_a_change_is_shown_where_its_interval_leaves_zero_out() -> None:
    _, _, running = run_case()
    assert trend_lines(running) == []
    sure = Trend(slope_per_10min=-2.04, low=-3.0, high=-1.0, blocks=9)
    unsure = Trend(slope_per_10min=0.2, low=-0.1, high=0.5, blocks=9)
    changed = {"pelvic_rotation_range_deg": sure, "cadence_spm": unsure}
    summaries = tuple(replace(s, trend=changed.get(s.name)) for s in running.summaries)
    assert trend_lines(replace(running, summaries=summaries)) == [
        "pelvic rotation range: -2.0 in ten minutes (-3.0 to -1.0)"
    ]


def test_why_there_are_no_strides_is_told_also_where_nothing_says_why() -> None:
    def told(*notes: Notice) -> Any:
        empty = SimpleNamespace(side=np.zeros(0))
        running: Any = SimpleNamespace(strides=empty, events=SimpleNamespace(notes=notes))
        return stride_facts(running)

    assert told() == {"strides": "none found: no steps"}
    assert told(notice("events.none")) == {"strides": "none found: no steps were detected"}
