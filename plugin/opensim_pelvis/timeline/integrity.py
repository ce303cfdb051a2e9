"""Accounts for the samples of one sensor on the common clock, and bridges short gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray, IntArray
from opensim_pelvis.interpolation import slerp
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


def describe_ledger(ledger: IntegrityLedger, rate_hz: float) -> tuple[str, ...]:
    """Say in plain words what happened to the samples; sensors without a blemish are silent.

    Sensors of which the same is to be said share a line, as do late starts and early ends.

    Parameters
    ----------
    ledger : IntegrityLedger
    rate_hz : float

    Returns
    -------
    tuple of str
        Such as ``"torso_imu: 2 gaps filled (7 samples), 1 gap left absent (longest 0.80 s)"``.
    """
    edges: list[str] = []
    sensors: defaultdict[str, list[str]] = defaultdict(list)
    for row in ledger.sensors:
        left = row.gaps - row.filled_gaps
        longest_s = row.longest_gap_samples / rate_hz
        facts = [
            (row.dropped_packets or row.missing_samples, _lost(row)),
            (row.nan_quaternions, _count(row.nan_quaternions, "missing quaternion")),
            (row.zero_quaternions, _count(row.zero_quaternions, "zero quaternion")),
            (row.nonunit_quaternions, _count(row.nonunit_quaternions, "non-unit quaternion")),
            (
                row.filled_gaps,
                f"{_count(row.filled_gaps, 'gap')} filled ({_count(row.filled_samples, 'sample')})",
            ),
            (left, f"{_count(left, 'gap')} left absent (longest {longest_s:.2f} s)"),
        ]
        said = ", ".join(words for number, words in facts if number)
        if said:
            sensors[said].append(row.sensor)
        ends = (
            (row.late_start_samples, f"starts {row.late_start_samples / rate_hz:.2f} s late"),
            (row.early_end_samples, f"ends {row.early_end_samples / rate_hz:.2f} s early"),
        )
        cut = " and ".join(words for number, words in ends if number)
        edges += [f"{row.sensor} {cut}"] if cut else []
    lines = [f"{', '.join(names)}: {said}" for said, names in sensors.items()]
    if edges:
        lines.append(f"sensors do not begin and end together: {', '.join(edges)}")
    if ledger.unmatched:
        lines.append(f"recorded but not used: {', '.join(ledger.unmatched)}")
    return tuple(lines)


def _lost(row: SensorIntegrity) -> str:
    packets = _count(row.dropped_packets, "dropped packet")
    if row.missing_samples == row.dropped_packets:
        return packets
    return f"{packets} ({_count(row.missing_samples, 'sample')} of the common clock)"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
