"""What the page and the PDF both choose from a view."""

from __future__ import annotations

from typing import Final

from opensim_pelvis.report.texts import Texts
from opensim_pelvis.report.view import View

MAIN_MEASURES: Final = (
    "pelvic_rotation_range_deg",
    "pelvic_obliquity_range_deg",
    "pelvic_tilt_range_deg",
    "pelvic_tilt_mean_deg",
    "pelvic_drop_deg",
    "thigh_extension_peak_deg",
    "hip_extension_peak_deg",
    "trunk_rotation_range_deg",
    "trunk_forward_lean_mean_deg",
    "pelvis_trunk_phase_deg",
    "shank_angle_at_contact_deg",
    "cadence_spm",
    "contact_time_s",
    "flight_time_s",
    "speed_mps",
    "stride_length_m",
)
"""Measures of the first table; the others stand in a second one."""


def report_title(view: View, texts: Texts) -> str:
    """Return what the report is called."""
    walking = view["activity"]["kind"] == "walking"
    return texts["page"]["title_walking" if walking else "title"]


def drills_of(view: View) -> list[dict[str, str]]:
    """Return the drills of findings that hold, each once."""
    drills = {drill["name"]: drill for finding in view["findings"] for drill in finding["drills"]}
    return list(drills.values())
