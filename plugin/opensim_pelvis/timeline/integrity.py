"""Accounts for the samples of one sensor on the common clock, and bridges short gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.interpolation import slerp
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.rotations import make_continuous
from opensim_pelvis.types import IntegrityLedger, SensorIntegrity, SensorSignals

UNIT_TOLERANCE: Final = 0.01
"""How far a quaternion's length may be from 1; files that print three decimals stay within."""


@dataclass(frozen=True, slots=True)
class Clock:
    """First and last count of the common clock, and how many samples may be bridged."""

    first: int
    last: int
    limit: int

    @property
    def samples(self) -> int:
        """Length of the clock."""
        return self.last - self.first + 1


def account_sensor(
    sensor: SensorSignals, label: str, clock: Clock, out: FloatArray
) -> SensorIntegrity:
    """Write one sensor's orientations on the clock and count what happened to them.

    ``rows + missing_samples + late_start_samples + early_end_samples == expected_samples``, the
    length of the clock. Missing, zero and non-unit quaternions are counted among the rows, sign
    flips between successive usable rows. ``longest_gap_samples`` is over all gaps, filled or not.

    Parameters
    ----------
    sensor : SensorSignals
        At least one row.
    label : str
        What the ledger calls it.
    clock : Clock
    out : (t, 4) array
        NaN on entry; receives unit quaternions of continuous sign, short gaps bridged.

    Returns
    -------
    SensorIntegrity
    """
    n = sensor.counter.size
    q = np.full((n, 4), np.nan) if sensor.R_ES is None else sensor.R_ES
    norm = np.sqrt(np.einsum("ij,ij->i", q, q))
    present = np.isfinite(norm)
    zero = norm == 0.0
    with np.errstate(invalid="ignore"):
        nonunit = present & ~zero & (np.abs(norm - 1.0) > UNIT_TOLERANCE)
    usable = present & ~zero & ~nonunit
    clean = q[usable] / norm[usable, None]
    flips = np.count_nonzero(np.einsum("ij,ij->i", clean[1:], clean[:-1]) < 0.0)
    out[sensor.counter[usable] - clock.first] = make_continuous(clean)
    gaps = bridge_gaps(out, clock.limit, slerp)
    filled = gaps[gaps <= clock.limit]
    return SensorIntegrity(
        sensor=label,
        identifier=sensor.identifier,
        rows=n,
        expected_samples=clock.samples,
        late_start_samples=int(sensor.counter[0]) - clock.first,
        early_end_samples=clock.last - int(sensor.counter[-1]),
        dropped_packets=count_holes(sensor),
        missing_samples=int(sensor.counter[-1] - sensor.counter[0]) + 1 - n,
        nan_quaternions=0 if sensor.R_ES is None else int(n - np.count_nonzero(present)),
        zero_quaternions=int(np.count_nonzero(zero)),
        nonunit_quaternions=int(np.count_nonzero(nonunit)),
        sign_flips=int(flips),
        gaps=int(gaps.size),
        longest_gap_samples=int(gaps.max(initial=0)),
        filled_gaps=int(filled.size),
        filled_samples=int(filled.sum()),
        absent_samples=int(np.count_nonzero(~np.isfinite(out[:, 0]))),
    )


def count_holes(sensor: SensorSignals) -> int:
    """Return how many packets of a sensor with at least one row were lost on the way."""
    if sensor.dropped_packets is not None:
        return sensor.dropped_packets
    return int(sensor.counter[-1] - sensor.counter[0]) + 1 - sensor.counter.size


def bridge_gaps(
    values: FloatArray,
    limit: int,
    interpolate: Callable[[FloatArray, FloatArray, FloatArray], FloatArray],
) -> IntArray:
    """Fill runs of missing rows of at most ``limit`` samples, in place.

    Parameters
    ----------
    values : (t, k) array
        A row with a NaN is missing. What lies before the first or after the last row that is
        present is no gap.
    limit : int
        Longest run that is filled, samples.
    interpolate : callable
        Takes rows before, rows after and the part of the way, shape (n, 1); returns the rows
        between.

    Returns
    -------
    (g,) array
        Length of every gap, filled or not, samples.
    """
    # a sum is NaN where a member is, and several times quicker than all() over short rows
    at = np.flatnonzero(np.isfinite(np.einsum("ij->i", values)))
    steps = np.diff(at)
    gaps = steps[steps > 1] - 1
    short = np.flatnonzero((steps > 1) & (steps <= limit + 1))
    lengths = steps[short] - 1
    before = np.repeat(at[short], lengths)
    after = np.repeat(at[short + 1], lengths)
    ordinal = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + 1
    if ordinal.size:
        part = (ordinal / (after - before))[:, None]
        values[before + ordinal] = interpolate(values[before], values[after], part)
    return gaps


def describe_ledger(ledger: IntegrityLedger, rate_hz: float) -> tuple[Notice, ...]:
    """Tell what happened to the samples; sensors without a blemish are silent.

    Sensors of which the same is to be said share a notice, as do late starts and early ends.

    Parameters
    ----------
    ledger : IntegrityLedger
    rate_hz : float

    Returns
    -------
    tuple of Notice
        Such as "torso_imu: 2 gaps filled (7 samples), 1 gap left absent (longest 0.80 s)".
    """
    edges: list[Notice] = []
    sensors: defaultdict[tuple[Notice, ...], list[str]] = defaultdict(list)
    for row in ledger.sensors:
        facts = tuple(_facts(row, rate_hz))
        if facts:
            sensors[facts].append(row.sensor)
        late_s, early_s = row.late_start_samples / rate_hz, row.early_end_samples / rate_hz
        if late_s or early_s:
            code = "starts_late_ends_early" if late_s and early_s else "starts_late"
            code = code if late_s else "ends_early"
            values = {"sensor": row.sensor, "late_s": late_s, "early_s": early_s}
            edges.append(notice(f"timeline.{code}", row.sensor, **values))
    told = [
        notice("timeline.samples", *names, sensors=names, facts=facts)
        for facts, names in sensors.items()
    ]
    if edges:
        names = [name for edge in edges for name in edge.subject]
        told.append(notice("timeline.ends_apart", *names, edges=edges))
    if ledger.unmatched:
        told.append(notice("timeline.unused", *ledger.unmatched, sensors=ledger.unmatched))
    return tuple(told)


def _facts(row: SensorIntegrity, rate_hz: float) -> Iterator[Notice]:
    """Yield what happened to the samples of one sensor."""
    if row.dropped_packets or row.missing_samples:
        dropped = notice("timeline.dropped", packets=row.dropped_packets)
        if row.missing_samples != row.dropped_packets:
            missing = notice("word.samples", count=row.missing_samples)
            dropped = notice("timeline.dropped_here", dropped=dropped, missing=missing)
        yield dropped
    for kind in ("nan", "zero", "nonunit"):
        count = getattr(row, f"{kind}_quaternions")
        if count:
            yield notice(f"timeline.{kind}_quaternions", count=count)
    if row.filled_gaps:
        filled = notice("word.samples", count=row.filled_samples)
        yield notice("timeline.gaps_filled", gaps=row.filled_gaps, filled=filled)
    left = row.gaps - row.filled_gaps
    if left:
        yield notice("timeline.gaps_left", gaps=left, longest_s=row.longest_gap_samples / rate_hz)
