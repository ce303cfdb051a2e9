"""Finds sensors that show the samples of another one: a file copied under a second name.

Two sensors never measure the same three or four numbers to the last digit for long. One that shows
another's samples, at once or some rows later, was never there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from opensim_pelvis.frames import BoolArray, FloatArray, IntArray
from opensim_pelvis.timeline.sample_keys import Keys, keys_of, one_in
from opensim_pelvis.types import SIGNAL_FIELDS, Duplicate, SensorSignals, SignalKind

LEAST_SHARE: Final = 0.05
"""Part of a sensor's samples that another must show; real recordings have no common sample but
those of rest, rounded."""

_LEAST_ROWS: Final = 20
_ASKED: Final = 400  # rows by which a pair is looked at first
_KEPT: Final = 10_000  # rows of a sensor that are compared, or up to twice as many


class _Shown(NamedTuple):
    """Samples of one signal that its sensor shows just once: sorted keys, and their rows."""

    keys: Keys
    rows: IntArray


def find_duplicates(
    sensors: Sequence[SensorSignals], keys: Sequence[Mapping[SignalKind, Keys]] | None = None
) -> tuple[Duplicate, ...]:
    """Return the pairs of sensors that show the same samples.

    Parameters
    ----------
    sensors : sequence of SensorSignals
        As read.
    keys : sequence of mapping, optional
        As `keys_of` makes them, where they are known.
    """
    known = keys_of(sensors) if keys is None else keys
    longest = max((sensor.counter.size for sensor in sensors), default=0)
    part = longest // _KEPT
    shown: dict[SignalKind, list[_Shown | None]] = {
        kind: [
            _show_once(getattr(sensor, field), own.get(kind), part)
            for sensor, own in zip(sensors, known, strict=True)
        ]
        for kind, field in SIGNAL_FIELDS.items()
    }
    return tuple(
        found
        for i, j in combinations(range(len(sensors)), 2)
        for found in _compare(sensors[i], sensors[j], {k: (v[i], v[j]) for k, v in shown.items()})
    )


def _show_once(values: FloatArray | None, keys: Keys | None, part: int) -> _Shown | None:
    """Return the samples that differ from all others of their sensor; None without enough.

    Of a long recording one in ``part`` is looked at, by its key: the same ones in every sensor.
    """
    if values is None or keys is None:
        return None
    rows = np.flatnonzero(one_in(keys, part))
    size2 = np.einsum("ij,ij->i", values[rows], values[rows])
    rows = rows[np.isfinite(size2) & (size2 > 0.0)]
    keys, first, count = np.unique(keys[rows], return_index=True, return_counts=True)
    once = count == 1
    if np.count_nonzero(once) < _LEAST_ROWS:
        return None
    return _Shown(keys[once], rows[first[once]])


def _compare(
    a: SensorSignals,
    b: SensorSignals,
    shown: dict[SignalKind, tuple[_Shown | None, _Shown | None]],
) -> Iterator[Duplicate]:
    """Yield what two sensors show alike: one row a lag."""
    by_lag: dict[int, dict[SignalKind, float]] = {}
    for kind, (of_a, of_b) in shown.items():
        if of_a is not None and of_b is not None:
            found = _best_lag(of_a, of_b)
            if found is not None:
                by_lag.setdefault(found[0], {})[kind] = found[1]
    for lag, shares in by_lag.items():
        yield Duplicate(
            identifiers=(a.identifier, b.identifier),
            signals=tuple(shares),
            lag_samples=lag,
            share=max(shares.values()),
        )


def _best_lag(a: _Shown, b: _Shown) -> tuple[int, float] | None:
    """Return by how many rows b shows a's samples later, and what part of them; None if none."""
    step = max(a.keys.size // _ASKED, 1)
    if not _among(a.keys[::step], b.keys).any():
        return None
    _, in_a, in_b = np.intersect1d(a.keys, b.keys, assume_unique=True, return_indices=True)
    if in_a.size < _LEAST_ROWS:
        return None
    lags, counts = np.unique(b.rows[in_b] - a.rows[in_a], return_counts=True)
    most = int(counts.argmax())
    share = float(counts[most]) / min(a.keys.size, b.keys.size)
    if counts[most] < _LEAST_ROWS or share < LEAST_SHARE:
        return None
    return int(lags[most]), share


def _among(asked: Keys, known: Keys) -> BoolArray:
    places = np.minimum(np.searchsorted(known, asked), known.size - 1)
    return np.asarray(known[places] == asked)
