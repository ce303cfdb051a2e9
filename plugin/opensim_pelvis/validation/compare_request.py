"""What the command line asks for becomes settings, and every wrong word is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, get_args

from opensim_pelvis.config.settings import Surface
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.frames import UpAxis
from opensim_pelvis.validation.alignment import AlignmentSettings, BodyOffset, FitOn
from opensim_pelvis.validation.compare import ComparisonSettings
from opensim_pelvis.validation.pelvis_frames import PelvisFrame
from opensim_pelvis.validation.sources import ReferenceKind, ReferenceSettings

MAX_OFFSET_S: Final = 1e10
"""Clocks may count from 1970."""

MAX_DRIFT_PPM: Final = 1e5
"""Far beyond any quartz: a tenth."""


def read_comparison(
    estimate: Path,
    reference: Path,
    *,
    kind: Any = None,
    names: Path | None = None,
    up_axis: Any = None,
    model: Path | None = None,
    static_trial: Path | None = None,
    marker_weights: Path | None = None,
    pelvis: Any = None,
    offset_s: float | None = None,
    drift_ppm: float | None = None,
    window_s: tuple[float, float] | None = None,
    heading_on: Any = None,
    body_offset: Any = "none",
    surface: Any = None,
) -> ComparisonSettings:
    """Return the settings of a comparison.

    Raises
    ------
    SettingsError
        With all faults.
    """
    choices = {
        "--reference": (kind, get_args(ReferenceKind)),
        "--up-axis": (up_axis, get_args(UpAxis)),
        "--pelvis": (pelvis, get_args(PelvisFrame)),
        "--heading-on": (heading_on, get_args(FitOn)),
        "--body-offset": (body_offset, get_args(BodyOffset)),
        "--surface": (surface, get_args(Surface)),
    }
    faults = [
        f"{flag} must be one of {', '.join(allowed)}; found '{given}'"
        for flag, (given, allowed) in choices.items()
        if given is not None and given not in allowed
    ]
    if drift_ppm is not None and offset_s is None:
        faults.append("--drift needs --offset: without it, both are estimated from the movement")
    bounds = (
        ("--offset", offset_s, MAX_OFFSET_S, "s"),
        ("--drift", drift_ppm, MAX_DRIFT_PPM, "ppm"),
    )
    faults += [
        f"{flag} must be from {-most:g} to {most:g} {unit}; found {given:g}"
        for flag, given, most, unit in bounds
        if given is not None and not abs(given) <= most
    ]
    if window_s is not None and not window_s[0] < window_s[1]:
        faults.append(f"--window needs two increasing times; found {window_s[0]:g} {window_s[1]:g}")
    if model is not None and kind in ("markers", "angles"):
        faults.append(f"--model is for inverse kinematics; found --reference {kind} as well")
    if static_trial is not None and model is None:
        faults.append("--static-trial needs --model, which it scales for inverse kinematics")
    if marker_weights is not None and model is None:
        faults.append(
            "--marker-weights needs --model, whose inverse kinematics follows the markers"
        )
    if pelvis is not None and (model is not None or kind in ("angles", "ik", "rotations")):
        other = f"--reference {kind}" if model is None else "--model"
        faults.append(f"--pelvis chooses the markers of a pelvis without model; found {other} too")
    raise_faults(SettingsError, "compare", faults)
    return ComparisonSettings(
        estimate=estimate,
        reference=ReferenceSettings(
            path=reference,
            kind=kind,
            names=names,
            up_axis=up_axis,
            model=model,
            static_trial=static_trial,
            marker_weights=marker_weights,
            pelvis=pelvis,
        ),
        offset_s=offset_s,
        drift_ppm=drift_ppm,
        alignment=AlignmentSettings(
            window_s=window_s, heading_on=heading_on, body_offset=body_offset
        ),
        surface=surface,
    )
