"""Whether a reference can be what it is taken for: its axes, its unit, its person and its trial."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import AXES, FloatArray, axis_vector, earth_from_world
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import inverse, rotate
from opensim_pelvis.validation.agreement import AgreementTable
from opensim_pelvis.validation.continuous import MIN_SAMPLES
from opensim_pelvis.validation.markers import (
    PELVIS,
    PELVIS_WITH_SACRUM,
    MarkerTrial,
    pelvis_axes,
)
from opensim_pelvis.validation.reference_motion import Motion

MAX_LEAN_DEG: Final = 60.0
"""Nobody who stands, walks or runs leans the pelvis so far, as a median over the trial."""

SAME_DEG: Final = 1e-3
"""Two systems never agree so well in every angle: one recording was compared with itself."""

WIDTH_M: Final = (0.05, 1.0)
"""Between the anterior iliac spines; adults have 0.2 to 0.3 m."""


def check_markers(trial: MarkerTrial) -> None:
    """Refuse markers whose unit or upward axis cannot be right; pass over those without a pelvis.

    Raises
    ------
    ComparisonError
    """
    if trial.missing(PELVIS) and trial.missing(PELVIS_WITH_SACRUM):
        return
    apart = np.linalg.norm(trial.positions_m["LASI"] - trial.positions_m["RASI"], axis=1)
    apart = apart[np.isfinite(apart)]
    if apart.size and not WIDTH_M[0] <= np.median(apart) <= WIDTH_M[1]:
        raise ComparisonError(
            f"{trial.name}: wanted LASI and RASI {WIDTH_M[0]:g}-{WIDTH_M[1]:g} m apart, found "
            f"{np.median(apart):.3g} m: the stated unit or the labels are wrong. Correct them in "
            "the file."
        )
    _, up, _ = pelvis_axes(trial)
    up = up[np.isfinite(up).all(axis=1)]
    if not up.size:
        return
    lean_deg = float(np.rad2deg(np.arccos(np.clip(np.median(up[:, 2]), -1.0, 1.0))))
    if lean_deg > MAX_LEAN_DEG:
        raise ComparisonError(_say_lean(trial, lean_deg, up))


def _say_lean(trial: MarkerTrial, lean_deg: float, up: FloatArray) -> str:
    stated = trial.up_axis
    told = (
        f"{trial.name}: with {stated or 'the axis'} up, the pelvis is tilted by {lean_deg:.0f} "
        "degrees"
    )
    if stated is None:
        return f"{told}. Give the upward axis with --up-axis."
    mean = np.median(rotate(inverse(earth_from_world(stated)), up), axis=0)
    nearest = max(AXES, key=lambda axis: float(mean @ axis_vector(axis)))
    return (
        f"{told} from upright; the markers indicate {nearest} up. Give --up-axis={nearest}, or, "
        "if the axis is correct, check whether left and right or front and back labels are "
        "swapped."
    )


def refuse_too_few(motion: Motion) -> None:
    """Raise where a motion has too few samples to be one."""
    if motion.time_s.size < MIN_SAMPLES:
        raise ComparisonError(
            f"{motion.name}: wanted a movement of at least {MIN_SAMPLES} samples, found "
            f"{motion.time_s.size}"
        )


def refuse_still(motion: Motion) -> None:
    """Raise where every value of a motion is the same from the first to the last sample."""
    if any(_moves(values) for values in (*motion.R_GB.values(), *motion.coordinates_rad.values())):
        return
    raise ComparisonError(
        f"{motion.name}: wanted a movement, but all {motion.time_s.size} samples are identical: "
        "the values were repeated or filled in, not measured. Export the trial again."
    )


def _moves(values: FloatArray) -> bool:
    known = values[np.isfinite(values.reshape(values.shape[0], -1)).all(axis=1)]
    return known.shape[0] == 0 or bool((np.ptp(known, axis=0) > 0.0).any())


def doubt_identity(estimate: Motion, reference: Motion, table: AgreementTable) -> list[Notice]:
    """Return notes where two motions are one file, or seem to be of two people or two trials."""
    notes = []
    errors_deg = [angle.curve.rmse for angle in table.angles]
    if errors_deg and max(errors_deg) < SAME_DEG:
        notes.append(notice("compare.same_numbers"))
    one, other = estimate.subject, reference.subject
    if one and other and not _alike(one, other):
        people = {"estimate": one[:40], "reference": other[:40]}
        notes.append(notice("compare.other_person", one, other, **people))
    if _other_number(estimate.name, reference.name):
        names = {"estimate": estimate.name[:60], "reference": reference.name[:60]}
        notes.append(notice("compare.other_trial", estimate.name, reference.name, **names))
    return notes


def _alike(one: str, other: str) -> bool:
    """Return whether one name is part of the other, whatever case and marks they are written in."""
    short, long = sorted((re.sub(r"[\W_]", "", text.casefold()) for text in (one, other)), key=len)
    return short in long


def _other_number(one: str, other: str) -> bool:
    """Return whether names are alike but for their numbers, as those of two trials are."""
    numbers = [[digits.lstrip("0") for digits in re.findall(r"\d+", text)] for text in (one, other)]
    texts = [re.sub(r"\d+", "#", text.casefold()) for text in (one, other)]
    return texts[0] == texts[1] and numbers[0] != numbers[1]
