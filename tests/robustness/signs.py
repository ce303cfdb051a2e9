"""No value is changed without a sign, where the format lets it be seen.

What a format lets be seen: rows by a packet counter or a time of each (xsens, dot, mvnx, sto,
apdm csv, ximu3, table, trc, mot, speeds), the end of a file and where its bytes stand by declared
lengths (mvnx: closing tags and counts, hdf5, c3d), counts and rates that are declared twice or
beside counters and times, checksums (fit). A counter that starts again at zero is no damage.

By hand::

    python -m tests.robustness.signs "c3d counts" 20000
    python -m tests.robustness.signs all 20000
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import numpy as np

from opensim_pelvis.config.settings import ActivitySettings
from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, say
from opensim_pelvis.testing.damage import find_rows
from opensim_pelvis.testing.same_recording import check_equal_or_missing
from opensim_pelvis.types import Recording
from tests.robustness import declared, seeds
from tests.robustness.declared import Damage, one_file
from tests.robustness.seeds import Tree
from tests.robustness.targets import _read

Wanted = Literal["value or sign", "sign", "value"]
"""What must come of damage: right values or a sign; a sign; right values, as nothing is wrong."""

EXACT: Final = 1e-9


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Columns:
    """What a file that is no recording says: columns over time, and what its reader noted."""

    time_s: FloatArray
    columns: Mapping[str, FloatArray]
    notes: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of damage to one format.

    Parameters
    ----------
    make : callable
        Returns sound trees.
    read : callable
        Takes a folder; returns a `Recording` or `Columns`.
    damage : callable
    wanted : str
    """

    make: Callable[[], tuple[Tree, ...]]
    read: Callable[[Path], Recording | Columns]
    damage: Damage
    wanted: Wanted = "value or sign"


def damage_rows(tree: Tree, rng: Random) -> Tree:
    """Drop, double or exchange rows of numbers, or cut the file inside them."""
    name = one_file(tree, rng)
    content = tree[name]
    start = find_rows(content)
    start = content.index(b"\n1\t") + 1 if name.endswith(".trc") else start
    rows = content[start:].splitlines(keepends=True)
    if len(rows) < 3:
        return {}
    one, two = sorted(rng.sample(range(len(rows)), 2))
    how = rng.randrange(4)
    if how == 0:
        del rows[one : one + rng.choice((1, 2))]
    elif how == 1:
        rows.insert(two, rows[one])
    elif how == 2:
        rows[one], rows[two] = rows[two], rows[one]
    else:
        kept = b"".join(rows)
        return {name: content[:start] + kept[: rng.randrange(1, len(kept))]}
    return {name: content[:start] + b"".join(rows)}


def wrap(tree: Tree, rng: Random) -> Tree:
    """Let the packet counter, or the microseconds, start again anywhere in the recording."""
    some = seeds.recording(field=False, counter_start=65536 - rng.randrange(14))
    if next(iter(tree)).endswith(".csv"):
        names = {i: seeds.SENSOR_MAP[i] for i in some.identifiers}
        start = (2**32 - rng.randrange(300_000)) % 2**32
        return seeds.grow(lambda d: seeds.write_dot(some, d, names=names, start_us=start))
    if rng.random() < 0.5:
        return seeds.grow(lambda d: seeds.write_xsens(some, d))
    late = rng.choice(sorted(tree))  # one sensor starts behind the wrap of the others
    found = seeds.grow(lambda d: seeds.write_xsens(some, d))
    lines = found[late].splitlines(keepends=True)
    top = found[late][: find_rows(found[late])].count(b"\n")
    del lines[top : top + rng.randrange(1, 5)]
    return {**found, late: b"".join(lines)}


def _recording(reader: str) -> Callable[[Path], Recording]:
    return lambda folder: _read(reader, folder)


def _one(folder: Path) -> Path:
    return next(path for path in sorted(folder.iterdir()) if path.suffix != ".toml")


def _markers(folder: Path) -> Columns:
    from opensim_pelvis.validation.marker_files import read_markers

    file = read_markers(_one(folder), up_axis="z")
    trial = file.trial
    columns = {name: p.reshape(p.shape[0], -1) for name, p in trial.positions_m.items()}
    columns |= {name: np.asarray(p) for name, p in file.pig_angles_deg.items()}
    at_s = np.array([[e.time_s] for e in file.events])
    return Columns(time_s=trial.time_s, columns={**columns, "events": at_s}, notes=trial.notes)


def _coordinates(folder: Path) -> Columns:
    from opensim_pelvis.validation.coordinate_files import read_coordinates
    from opensim_pelvis.validation.sheets import read_sheet

    path = _one(folder)
    file = read_coordinates(path, *read_sheet(path))
    columns = {name: column[:, None] for name, column in file.coordinates_rad.items()}
    return Columns(time_s=file.time_s, columns=columns, notes=file.notes)


def _speeds(folder: Path) -> Columns:
    from opensim_pelvis.gait.speeds import find_speed_notes, read_speeds

    path = _one(folder)
    activity = ActivitySettings(kind="running", speed_file=path, speed_start_s=0.0)
    time_s, speed = read_speeds(path, 0.0)
    return Columns(
        time_s=time_s, columns={"speed": speed[:, None]}, notes=find_speed_notes(activity)
    )


def _events(folder: Path) -> Columns:
    from opensim_pelvis.gait.events.imported import find_event_notes, normalise_events, read_events

    path = _one(folder)
    activity = ActivitySettings(kind="running", events_file=path, events_start_s=0.0)
    events = normalise_events(read_events(path, 0.0))
    sides = {"Left": 0.0, "Right": 1.0}
    columns = {
        label: np.array([[e.time_s, sides[e.context]] for e in events if e.label == label])
        for label in sorted({e.label for e in events})
    }
    return Columns(time_s=np.zeros(0), columns=columns, notes=find_event_notes(activity))


def _laboratory() -> tuple[Tree, ...]:
    return (seeds.c3d()[2],)


_ROWS: Final[Mapping[str, tuple[Callable[[], tuple[Tree, ...]], Callable[[Path], Any]]]] = {
    "xsens": (seeds.xsens, _recording("xsens")),
    "dot": (seeds.dot, _recording("dot")),
    "sto": (seeds.sto, _recording("sto")),
    "apdm csv": (seeds.apdm_csv, _recording("apdm")),
    "ximu3": (seeds.ximu3, _recording("ximu3")),
    "table": (seeds.table, _recording("table")),
    "trc": (lambda: (seeds.trc(),), _markers),
    "mot": (lambda: (seeds.mot(),), _coordinates),
    "speeds": (lambda: (seeds.speeds_csv(),), _speeds),
}
_LENGTHS: Final[Mapping[str, tuple[Callable[[], tuple[Tree, ...]], Callable[[Path], Any]]]] = {
    "apdm hdf5": (seeds.apdm_hdf5, _recording("apdm")),
    "c3d": (seeds.c3d_sensors, _recording("c3d")),
    "reference c3d": (_laboratory, _markers),
    "events c3d": (_laboratory, _events),
    "fit": (lambda: (seeds.fit(),), _speeds),
}

KINDS: Final[Mapping[str, Kind]] = {
    **{f"{name} rows": Kind(*parts, damage_rows) for name, parts in _ROWS.items()},
    **{f"{name} cut": Kind(*parts, declared.cut) for name, parts in _LENGTHS.items()},
    **{f"{name} shifted": Kind(*parts, declared.shift) for name, parts in _LENGTHS.items()},
    "mvnx cut": Kind(seeds.mvnx, _recording("mvnx"), declared.cut),
    "mvnx frames": Kind(seeds.mvnx, _recording("mvnx"), declared.damage_frames),
    "gpx cut": Kind(lambda: (seeds.gpx(),), _speeds, declared.cut),
    "tcx cut": Kind(lambda: (seeds.tcx(),), _speeds, declared.cut),
    "xsens rate": Kind(declared.xsens_with_ticks, _recording("xsens"), declared.xsens_rate, "sign"),
    "dot rate": Kind(seeds.dot, _recording("dot"), declared.dot_rate, "sign"),
    "mvnx counts": Kind(seeds.mvnx, _recording("mvnx"), declared.mvnx_counts, "sign"),
    "sto counts": Kind(declared.sto_with_counts, _recording("sto"), declared.table_counts, "sign"),
    "apdm hdf5 rate": Kind(seeds.apdm_hdf5, _recording("apdm"), declared.hdf5_rate, "sign"),
    "c3d counts": Kind(seeds.c3d_sensors, _recording("c3d"), declared.c3d_counts),
    "reference c3d counts": Kind(_laboratory, _markers, declared.c3d_counts),
    "events c3d counts": Kind(_laboratory, _events, declared.c3d_counts),
    "trc counts": Kind(lambda: (seeds.trc(),), _markers, declared.trc_counts, "sign"),
    "mot counts": Kind(lambda: (seeds.mot(),), _coordinates, declared.table_counts, "sign"),
    "fit size": Kind(lambda: (seeds.fit(),), _speeds, declared.fit_size),
    "xsens wraps": Kind(lambda: seeds.xsens()[:1], _recording("xsens"), wrap, "value"),
    "dot wraps": Kind(lambda: seeds.dot()[:1], _recording("dot"), wrap, "value"),
}
"""Every kind of damage that a format lets be seen, by name."""


def find_change(intact: Recording | Columns, read: Callable[[], Any], wanted: Wanted) -> str | None:
    """Return what is wrong with what came of damage, None where nothing is."""
    try:
        found = read()
    except OpenSimPelvisError as fault:
        return f"refused: {fault}" if wanted == "value" else None
    told = _said(found.notes) - _said(intact.notes)
    if wanted == "value" and told:
        return f"noted: {told}"
    if told:
        return None
    if wanted == "sign":
        return "no sign"
    try:
        if isinstance(intact, Recording):
            check_equal_or_missing(intact, found)
        else:
            check_columns(intact, found)
    except AssertionError as fault:
        return str(fault)
    return None


def _said(notes: Iterable[Notice | str]) -> set[str]:
    """Return what a person reads: a number that no sentence shows is no sign."""
    return {note if isinstance(note, str) else say(note) for note in notes}


def check_columns(intact: Columns, found: Columns) -> None:
    """Raise AssertionError unless what is found of columns is what stood there, or missing."""
    strange = found.columns.keys() - intact.columns.keys()
    assert not strange, f"columns that were not there: {strange}"
    if intact.time_s.size:
        place = np.clip(
            np.searchsorted(intact.time_s, found.time_s - EXACT), 0, len(intact.time_s) - 1
        )
        off = np.abs(intact.time_s[place] - found.time_s)
        assert off.max(initial=0.0) < 1e-6, "times that were not there"
    for name, values in found.columns.items():
        was = intact.columns[name]
        if values.shape[0] != found.time_s.size or not intact.time_s.size:  # events
            gone = [row for row in values.tolist() if not _has(was, row)]
            assert not gone, f"{name}: {gone[0]} was not there"
            continue
        off = np.abs(values - was[place]) > EXACT * np.maximum(1.0, np.abs(values))
        assert not off.any(), f"{name}: {int(off.any(axis=1).sum())} rows are others"


def _has(rows: FloatArray, row: list[float]) -> bool:
    return bool((np.abs(rows - np.array(row)) < EXACT).all(axis=1).any())


class SignsBench:
    """Tries numbers of one kind in a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.kind, self.folder = name, KINDS[name], folder
        self.trees = self.kind.make()
        self.intact: dict[int, Recording | Columns] = {}
        for k, tree in enumerate(self.trees):
            lay(folder / str(k), tree)
            self.intact[k] = self.kind.read(folder / str(k))

    def run(self, number: int) -> str | None:
        """Return what is wrong with a number, None where nothing is."""
        rng = Random(f"{self.name}:{number}")
        changed: Tree = {}
        while not changed:  # a file may have none of what is to be changed
            k = rng.randrange(len(self.trees))
            changed = {
                name: content
                for name, content in self.kind.damage(self.trees[k], rng).items()
                if content != self.trees[k][name]
            }
        place = self.folder / str(k)
        lay(place, changed)
        try:
            return find_change(self.intact[k], lambda: self.kind.read(place), self.kind.wanted)
        finally:
            lay(place, {name: self.trees[k][name] for name in changed})


def lay(folder: Path, tree: Tree) -> None:
    """Write a tree into a folder."""
    for name, content in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def main(wanted: str, count: int) -> None:
    """Try many numbers of one kind or all, and print what was changed silently."""
    for name in KINDS if wanted == "all" else wanted.split(","):
        began, faults, first = time.monotonic(), Counter[str](), {}
        with tempfile.TemporaryDirectory() as place:
            bench = SignsBench(name, Path(place))
            for number in range(count):
                fault = bench.run(number)
                if fault is not None:
                    faults[fault[:60]] += 1
                    first.setdefault(fault[:60], (number, fault[:200]))
        spent = time.monotonic() - began
        print(f"{name:<24}{count:>8}{sum(faults.values()):>7} silent{spent:>7.0f} s", flush=True)
        for key, times in faults.most_common(6):
            print(f"    {times} times, first {first[key][0]}: {first[key][1]!r}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
