"""What of a trajectory was not measured: zeros, numbers far away, held stretches; gaps filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline

from opensim_pelvis.frames import BoolArray, FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.validation.held import (
    MIN_HELD_S,
    MIN_HELD_SAMPLES,
    find_held,
    list_spans,
)
from opensim_pelvis.validation.naming import list_some

MAX_MARKER_GAP_S: Final = 0.1
"""Longest hole in a marker's path that a cubic spline bridges; a choice."""

FAR_M: Final = 1000.0
"""No laboratory is as large: some programs write 9999999 for a missing marker."""

HELD_SPEED_MPS: Final = 0.1
"""A marker that moved faster before it stood still was held; a person comes to rest gradually."""


def without_unmeasured(
    paths: Mapping[str, FloatArray], rate_hz: float, start_s: float
) -> tuple[dict[str, FloatArray], tuple[Notice, ...]]:
    """Return trajectories with NaN where a number was written for a missing marker, and notes.

    Parameters
    ----------
    paths : mapping of str to (t, 3) array
        Metres, axes as in the file: exactly 0 0 0 is the file's own origin, where no marker is.
    rate_hz, start_s : float
    """
    found: dict[str, FloatArray] = {}
    zeros: dict[str, int] = {}
    far: dict[str, int] = {}
    fillers: dict[str, int] = {}
    for name, p in paths.items():
        zero = np.asarray((p == 0.0).all(axis=1))
        filler = _fillers(p) & ~zero
        with np.errstate(invalid="ignore"):
            away = ~zero & np.asarray((np.abs(p) > FAR_M).any(axis=1))
        for counts, rows in ((zeros, zero), (far, away & ~filler), (fillers, filler)):
            if rows.any():
                counts[name] = int(rows.sum())
        whole = np.isfinite(p).all(axis=1) & ~zero & ~away & ~filler
        found[name] = np.where(whole[:, None], p, np.nan)
    notes = [_note("markers_at_zero", zeros)] if zeros else []
    notes += [_note("markers_far", far)] if far else []
    notes += [_note("markers_filled", fillers)] if fillers else []
    still = sorted(_never_moving(found, rate_hz))
    for name in still:
        found[name] = np.full_like(found[name], np.nan)
    if still:
        notes.append(notice("reference.markers_still", *still, names=list_some(still)))
    held = find_held(found, rate_hz, speed=HELD_SPEED_MPS)
    time_s = start_s + np.arange(max((h.size for h in held.values()), default=0)) / rate_hz
    stopped = {name: rows for name, rows in held.items() if rows.any()}
    for name, rows in stopped.items():
        found[name] = np.where(rows[:, None], np.nan, found[name])
    notes += _say_stopped(stopped, time_s)
    return found, tuple(notes)


def fill(p: FloatArray, rate_hz: float) -> tuple[FloatArray, int]:
    """Return a path whose short inner gaps are bridged, and how many samples that were."""
    seen = np.isfinite(p).all(axis=1)
    rows = np.flatnonzero(seen)
    if rows.size < 4 or seen.all():
        return p, 0
    out = p.copy()
    before, after = rows[:-1], rows[1:]
    short = (after - before > 1) & (after - before - 1 <= MAX_MARKER_GAP_S * rate_hz)
    gaps = [np.arange(a + 1, b) for a, b in zip(before[short], after[short], strict=True)]
    if not gaps:
        return p, 0
    holes = np.concatenate(gaps)
    out[holes] = CubicSpline(rows, p[rows])(holes)
    return out, holes.size


def _note(what: str, counts: Mapping[str, int]) -> Notice:
    names = sorted(counts)
    samples = sum(counts.values())
    return notice(f"reference.{what}", *names, samples=samples, names=list_some(names))


def _fillers(p: FloatArray) -> BoolArray:
    """Return which samples repeat one number in all axes, as -9999 for a missing marker."""
    alike = np.asarray((p == p[:, :1]).all(axis=1))
    values, counts = np.unique(p[alike, 0], return_counts=True)
    return alike & np.isin(p[:, 0], values[counts > 1])


def _never_moving(paths: Mapping[str, FloatArray], rate_hz: float) -> list[str]:
    """Return what stays at one place from first to last, while others move."""
    still, fastest = [], 0.0
    for name, p in paths.items():
        seen = p[np.isfinite(p).all(axis=1)]
        steps = np.linalg.norm(np.diff(p, axis=0), axis=1)
        fastest = max(fastest, rate_hz * float(np.nanmax(steps, initial=0.0)))
        if (
            seen.shape[0] > max(MIN_HELD_SAMPLES, MIN_HELD_S * rate_hz)
            and not np.ptp(seen, 0).any()
        ):
            still.append(name)
    return still if fastest > HELD_SPEED_MPS else []


def _say_stopped(stopped: Mapping[str, BoolArray], time_s: FloatArray) -> list[Notice]:
    """Return a note for each set of markers that stopped at the same times."""
    sets: dict[bytes, list[str]] = {}
    for name, rows in stopped.items():
        sets.setdefault(rows.tobytes(), []).append(name)
    return [
        notice(
            "reference.markers_held",
            *sorted(names),
            names=list_some(sorted(names)),
            spans=list_spans(stopped[names[0]], time_s),
        )
        for names in sets.values()
    ]
