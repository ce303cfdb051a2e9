"""Checks whether the signals were measured: by their sensor, and throughout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.quality.definitions import definition_of
from opensim_pelvis.quality.examined import Examined
from opensim_pelvis.rotations import (
    angle_between,
    inverse,
    is_present,
    mean_rotation,
    multiply,
)
from opensim_pelvis.types import AlignedRecording, Evidence, Repeat, SignalKind

ORIENTATION: Final[frozenset[SignalKind]] = frozenset({"orientation"})
RAW: Final[frozenset[SignalKind]] = frozenset({"acceleration", "angular velocity"})

LONG_GAP_S: Final = 1.0
"""A gap that is told even where little is missing in all. Sensors of sound recordings start and end
up to 0.7 s apart."""

RIGID_RAD: Final = float(np.deg2rad(0.3))
"""Root mean square turn between two sensors below which they are one. Trunk and pelvis of a real
walk turn by 4 degrees against one another; rounding to three decimals is 0.07."""

MOVING_RAD: Final = float(np.deg2rad(3.0))
"""The same of a sensor in the room, from which on that is asked."""

_COMPARED, _LEAST_COMPARED = 2000, 100
_TOLD: Final = 5  # stretches that a sentence lists


def examine_duplicates(examined: Examined) -> Iterator[Evidence]:
    """Tell which sensors show the samples of another one."""
    worn = dict(zip(examined.aligned.identifiers, examined.aligned.bodies, strict=True))
    rows = [
        row
        for row in examined.recording.inspection.duplicates
        if all(name in worn for name in row.identifiers)
    ]
    definition = definition_of("duplicates")
    pairs = [tuple(worn[name] for name in row.identifiers) for row in rows]
    pairs += find_rigid(examined.aligned)
    if not pairs:
        yield Evidence(check=definition.state("good", "good"))
        return
    groups = _group(pairs)
    kinds = {kind for row in rows for kind in row.signals} or ORIENTATION
    late = max((abs(row.lag_samples) for row in rows), default=0)
    notes = tuple(
        notice(
            "signals.duplicate",
            *bodies,
            sensors=bodies,
            signals=which_signals(kinds),
            lag_samples=late,
        )
        for bodies in groups
    )
    subject = tuple(body for bodies in groups for body in bodies)
    yield Evidence(check=definition.state("rejected", "rejected", subject), notes=notes)


def find_rigid(aligned: AlignedRecording) -> list[tuple[str, ...]]:
    """Return pairs of bodies whose sensors turn as one, whatever digits and mounting."""
    rows = slice(None, None, max(aligned.time_s.size // _COMPARED, 1))
    found: list[tuple[str, ...]] = []
    for i, j in combinations(range(len(aligned.bodies)), 2):
        a, b = aligned.R_ES[rows, i], aligned.R_ES[rows, j]
        both = is_present(a) & is_present(b)
        if both.sum() < _LEAST_COMPARED:
            continue
        if _spread_rad(a[both]) < MOVING_RAD:
            continue
        if _spread_rad(multiply(inverse(a[both]), b[both])) < RIGID_RAD:
            found.append((aligned.bodies[i], aligned.bodies[j]))
    return found


def _spread_rad(q: FloatArray) -> float:
    """Return the root mean square angle of orientations from their mean."""
    return float(np.sqrt(np.mean(angle_between(q, mean_rotation(q)) ** 2)))


def _group(pairs: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the groups that pairs tie together.

    Examples
    --------
    >>> _group([("a", "b"), ("c", "d"), ("b", "e")])
    [('c', 'd'), ('a', 'b', 'e')]
    """
    groups: list[tuple[str, ...]] = []
    for pair in pairs:
        met = [group for group in groups if set(group) & set(pair)]
        whole = dict.fromkeys(name for group in [*met, pair] for name in group)
        groups = [group for group in groups if group not in met] + [tuple(whole)]
    return groups


def examine_repeats(examined: Examined) -> Iterator[Evidence]:
    """Tell which sensors showed earlier samples again instead of measuring.

    Signals that the orientations are computed from count with their share; others leave the
    angles right, and are doubted.
    """
    worn = dict(zip(examined.aligned.identifiers, examined.aligned.bodies, strict=True))
    by_body: dict[str, list[Repeat]] = {}
    for repeat in examined.recording.inspection.repeats:
        if repeat.identifier in worn:
            by_body.setdefault(worn[repeat.identifier], []).append(repeat)
    vendor = {o.identifier for o in examined.recording.origins if o.origin == "vendor"}
    used = {
        body: share_repeated(rows, ORIENTATION if rows[0].identifier in vendor else RAW)
        for body, rows in by_body.items()
    }
    shares = {body: share_repeated(rows) for body, rows in by_body.items()}
    worst_first = sorted(by_body, key=lambda body: -shares[body])
    check = definition_of("frozen").of_worst(used)
    if by_body and check.verdict == "good":
        check = replace(check, verdict="doubtful", subject=tuple(worst_first))
    yield Evidence(
        check=check,
        notes=tuple(_say_repeats(body, by_body[body], shares[body]) for body in worst_first),
    )


def examine_absent(examined: Examined) -> Iterator[Evidence]:
    """Tell which sensors lack samples, unless it is told already that they were repeated ones."""
    aligned, definition = examined.aligned, definition_of("absent")
    samples = max(aligned.time_s.size, 1)
    rows = dict(zip(aligned.bodies, aligned.ledger.sensors, strict=True))
    absent = {body: row.absent_samples / samples for body, row in rows.items()}
    told = {repeat.identifier for repeat in examined.recording.inspection.repeats}
    longest_s = {
        body: _longest_absent(aligned, body) / aligned.rate_hz
        for body in absent
        if definition.verdict_on(absent[body]) != "good"
    }
    lacking = [
        body
        for body, share in absent.items()
        if (definition.verdict_on(share) == "rejected" or longest_s.get(body, 0.0) > LONG_GAP_S)
        and rows[body].identifier not in told
    ]
    yield Evidence(
        check=definition.of_worst(absent),
        notes=tuple(
            notice(
                "signals.absent",
                body,
                sensor=body,
                share=absent[body],
                longest_s=longest_s[body],
            )
            for body in sorted(lacking, key=lambda body: -absent[body])
        ),
    )


def _longest_absent(aligned: AlignedRecording, body: str) -> int:
    """Return the longest stretch without a usable orientation of a body, samples."""
    present = is_present(aligned.R_ES[:, aligned.bodies.index(body)])
    edges = np.concatenate([[-1], np.flatnonzero(present), [present.size]])
    return int(np.diff(edges).max()) - 1


def share_repeated(
    repeats: list[Repeat], kinds: frozenset[SignalKind] = ORIENTATION | RAW
) -> float:
    """Return the part of a sensor's samples that the worst of some signals repeats."""
    return max(sum(repeat.share for repeat in repeats if kind in repeat.signals) for kind in kinds)


def which_signals(kinds: Collection[SignalKind]) -> Notice:
    """Return the words for some signals of a sensor."""
    if RAW.isdisjoint(kinds):
        return notice("signals.orientation_alone")
    return notice("signals.raw_alone" if RAW.issuperset(kinds) else "signals.all_signals")


def _say_repeats(body: str, repeats: list[Repeat], share: float) -> Notice:
    spans = [
        notice("signals.span", start_s=repeat.start_s, end_s=repeat.end_s)
        for repeat in repeats[:_TOLD]
    ]
    kinds = {kind for repeat in repeats for kind in repeat.signals}
    return notice(
        "signals.frozen",
        body,
        sensor=body,
        signals=which_signals(kinds),
        spans=spans,
        stretches=len(repeats),
        share=share,
    )
