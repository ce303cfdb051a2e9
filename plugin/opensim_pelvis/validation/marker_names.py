"""Our names for the trajectories of a file, each name for one trajectory alone.

A file may hold two people, a ghost of a marker, or two spellings of one label. Which one is meant
is never guessed: where trajectories of one name differ, none is taken, and it is said why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.validation.naming import list_some, some_of

Trajectory = tuple[str, FloatArray]

SAME_M: Final = 1e-6
"""Two trajectories that are as near wherever both are seen are one, written twice."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class NamedMarkers:
    """Trajectories by our names.

    Parameters
    ----------
    positions : mapping of str to (t, 3) array
    left_out : mapping of str to Notice
        Our name to the reason why none of its trajectories was taken.
    subjects : tuple of str
        Prefixes of labels (``subject:LASI``) of what was taken.
    notes : tuple of Notice
    """

    positions: Mapping[str, FloatArray]
    left_out: Mapping[str, Notice] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    notes: tuple[Notice, ...] = ()


def our_name(label: str) -> str:
    """Return what we call a marker: upper case, without blanks at its ends and a subject.

    >>> our_name("Anna: lasi ")
    'LASI'
    """
    return label.rpartition(":")[2].strip().upper()


def name_markers(
    path: Path, trajectories: Sequence[Trajectory], names: Mapping[str, str]
) -> NamedMarkers:
    """Return the trajectories of a file by our names.

    Parameters
    ----------
    path : Path
    trajectories : sequence of (str, (t, 3) array)
        Labels of the file.
    names : mapping of str to str
        Our name to the file's, as the user states it; what it states wins.

    Raises
    ------
    ComparisonError
        When the mapping asks for what is not there, or is not one to one.
    """
    stated = _check_names(path, [label for label, _ in trajectories], names)
    groups: dict[str, list[Trajectory]] = {}
    for label, p in trajectories:
        if label.startswith("*"):
            continue  # unlabelled
        name = stated.get(label, our_name(label))
        if label in stated or name not in stated.values():
            groups.setdefault(name, []).append((label, p))
    positions, left_out, merged = {}, {}, []
    for name, group in groups.items():
        if len(group) == 1 or _are_one([p for _, p in group]):
            positions[name] = _first_seen([p for _, p in group])
            merged += [name] if len(group) > 1 else []
        elif any(np.isfinite(p).any() for _, p in group):
            left_out[name] = _why([label for label, _ in group])
    prefixes = {
        label.rpartition(":")[0].strip()
        for name, group in groups.items()
        for label, _ in group
        if name in positions and ":" in label
    }
    return NamedMarkers(
        positions=positions,
        left_out=left_out,
        subjects=tuple(sorted(prefixes - {""})),
        notes=(*_say_twins(left_out), *_say_merged(merged), *_say_parts(positions)),
    )


def _check_names(path: Path, labels: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the file's label of each stated marker with our name; each stands once."""
    missing = sorted(set(names.values()) - set(labels))
    if missing:
        raise ComparisonError(
            f"{path}: wanted the markers {some_of(missing)} of the mapping (--markers), found "
            f"{some_of(sorted(set(labels))) or 'none'}"
        )
    stated: dict[str, str] = {}
    for ours, theirs in names.items():
        name = ours.strip().upper()
        if theirs in stated or name in stated.values():
            raise ComparisonError(
                f"{path}: --markers needs unique names, found {theirs[:40]} or {name[:40]} twice"
            )
        stated[theirs] = name
    twice = sorted({theirs for theirs in stated if labels.count(theirs) > 1})
    if twice:
        raise ComparisonError(
            f"{path}: --markers names {some_of(twice)}, but several trajectories have this "
            "label. Rename one in the motion capture software."
        )
    return stated


def _are_one(paths: Sequence[FloatArray]) -> bool:
    """Return whether trajectories are copies; those that are never seen count for nothing."""
    seen = [p for p in paths if np.isfinite(p).any()]
    for one, other in pairwise(seen):
        both = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
        if not both.any() or np.abs(one[both] - other[both]).max() > SAME_M:
            return False
    return bool(seen)


def _first_seen(paths: Sequence[FloatArray]) -> FloatArray:
    out = paths[0]
    for other in paths[1:]:
        out = np.where(np.isfinite(out), out, other)
    return out


def _why(labels: Sequence[str]) -> Notice:
    people = sorted({label.rpartition(":")[0].strip() for label in labels if ":" in label})
    if len(people) > 1:
        names = list_some(people, 3)
        return notice("reference.of_people", *people, people=len(people), names=names)
    names = list_some(labels, 3)
    return notice("reference.of_trajectories", *labels, trajectories=len(labels), names=names)


def _say_twins(left_out: Mapping[str, Notice]) -> list[Notice]:
    if not left_out:
        return []
    first, names = next(iter(left_out.values())), sorted(left_out)
    return [notice("reference.twins", *names, names=list_some(names), why=first)]


def _say_merged(names: Sequence[str]) -> list[Notice]:
    if not names:
        return []
    return [notice("reference.merged", *names, names=list_some(names))]


def _say_parts(positions: Mapping[str, FloatArray]) -> list[Notice]:
    """Return a note on trajectories that look like later parts of others (LASI and LASI_1)."""
    parts = []
    for name, p in positions.items():
        stem, _, number = name.rpartition("_")
        if not (number.isdecimal() and stem in positions):
            continue
        whole = np.isfinite(positions[stem]).all(axis=1)
        if whole.any() and not (whole & np.isfinite(p).all(axis=1)).any():
            parts.append(name)
    if not parts:
        return []
    return [notice("reference.parts", *parts, names=list_some(parts))]
