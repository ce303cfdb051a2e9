"""What is said of markers that are not followed, and of what the others do not determine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from opensim_pelvis.frames import BoolArray
from opensim_pelvis.kinematics.filled_markers import MIN_FILLED, MIN_MARKERS, MIN_SEEN
from opensim_pelvis.notices import Notice, notice


def note_labels(
    names: Iterable[str],
    known: Mapping[str, str],
    shared: Mapping[str, str],
    followed: Mapping[str, str],
    kept: BoolArray,
) -> list[Notice]:
    """Return what is said of the labels that are not followed, and of frames without enough."""
    left_out = [n for n in names if n.upper() not in known]
    weightless = [n for n in names if n.upper() in known and n not in shared]
    few = [n for n in shared if n not in followed]
    notes = [notice("reference.not_in_model", *left_out, markers=left_out)] if left_out else []
    if weightless:
        notes.append(notice("reference.weightless", *weightless, markers=weightless))
    if few:
        part = {"markers": few, "percent": 100.0 * MIN_FILLED}
        notes.append(notice("reference.labels_rarely_filled", *few, **part))
    if not kept.all():
        notes.append(notice("reference.too_few_markers", frames=(~kept).sum()))
    return notes


def note_undetermined(names: Sequence[str], known: BoolArray) -> tuple[list[str], list[Notice]]:
    """Return the coordinates that no frame determines, and notes on them and on single frames.

    ``known``, shape (t, c): whether each frame determines each coordinate.
    """
    share = known.mean(axis=0)
    never = [n for n, part in zip(names, share, strict=True) if part == 0.0]
    at_times = [n for n, part in zip(names, share, strict=True) if 0.0 < part < 1.0]
    notes = [notice("reference.not_determined", *never, coordinates=never)] if never else []
    if at_times:
        frames = int((~known[:, (share > 0.0) & (share < 1.0)]).any(axis=1).sum())
        values = {"coordinates": at_times, "frames": frames}
        notes.append(notice("reference.not_determined_at_times", *at_times, **values))
    return never, notes


def say_strangers(model: Any, shared: Iterable[str], *, weighted: bool) -> str:
    """Return that a model shares too few markers with a file."""
    return (
        f"model '{model.getName()}': wanted at least {MIN_MARKERS} markers of the file in the "
        f"model{', of a weight above 0' if weighted else ''}, found "
        f"{', '.join(shared) or 'none'}. The model has "
        f"{', '.join(marker.getName() for marker in model.getMarkerSet())}."
    )


def say_unfilled(model: Any, names: Sequence[str], seen: BoolArray) -> str:
    """Return that no frame has enough markers, and which are filled most often."""
    order = np.argsort(-seen.sum(axis=0), kind="stable")[:MIN_MARKERS]
    best = ", ".join(f"{names[i]} {seen[:, i].sum()}" for i in order)
    return (
        f"model '{model.getName()}': wanted frames with {MIN_SEEN:.0%} of at least {MIN_MARKERS} "
        f"shared markers, found none; the labels filled most often, in frames of "
        f"{seen.shape[0]}: {best}. Fill the gaps, or check that the labels are the model's."
    )
