"""Weights of markers in inverse kinematics: an OpenSim task set, or a table of labels.

In an ``IKTaskSet`` OpenSim follows the markers whose task has ``apply`` true and a weight above
0, and no other; measured with its tool 4.6. In a table, markers that it does not name keep 1.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from opensim_pelvis.errors import ComparisonError, raise_faults
from opensim_pelvis.io.documents import (
    finite,
    is_xml,
    read_bytes,
    read_text,
    read_toml,
    read_xml,
)
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.validation.marker_names import our_name
from opensim_pelvis.validation.naming import list_some, some_of

MAX_WEIGHT: Final = 1e6
"""Beyond this the lighter markers are lost in the solver's accuracy."""

_TASK: Final = "IKMarkerTask"
_OTHER_TASK: Final = "IKCoordinateTask"
_TRUE_FALSE: Final = {"true": True, "1": True, "false": False, "0": False}

Stated = tuple[str, object]
"""A label and what the file gives as its weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerWeights:
    """What a file of weights says.

    Parameters
    ----------
    file : str
        Its name.
    sha256 : str
        Of its content.
    weights : mapping of str to float
        By the label in capitals.
    others : float
        Weight of a marker that the file does not name.
    notes : tuple of Notice
    """

    file: str
    sha256: str
    weights: Mapping[str, float]
    others: float
    notes: tuple[Notice, ...] = ()

    def of(self, names: Iterable[str]) -> dict[str, float]:
        """Return the weight of each of these markers."""
        return {name: self.weights.get(name.upper(), self.others) for name in names}


def read_marker_weights(path: Path) -> MarkerWeights:
    """Return the weights that a file states.

    Parameters
    ----------
    path : Path
        XML with an ``IKTaskSet`` (alone, or in a set-up of OpenSim's tool); TOML, ``LASI = 10``
        with or without a table ``[weights]``; or a table of two columns, label and weight.

    Raises
    ------
    ComparisonError
        When it is none of them, a label stands twice, a weight is not a number from 0 to
        `MAX_WEIGHT`, or none is above 0.
    """
    sha256 = hashlib.sha256(read_bytes(path, ComparisonError)).hexdigest()
    notes: tuple[Notice, ...] = ()
    others = 1.0
    if is_xml(path):
        stated, notes = _read_tasks(path)
        others = 0.0
    elif path.suffix.lower() == ".toml":
        stated = _read_toml(path)
    else:
        stated = _read_table(path)
    weights = _check(path, stated)
    if not any(weights.values()):
        raise ComparisonError(
            f"{path}: wanted marker weights, at least one above 0, found "
            f"{'only 0' if weights else 'none'}. Correct the file, or compare without "
            "--marker-weights: all weights are 1 then."
        )
    return MarkerWeights(file=path.name, sha256=sha256, weights=weights, others=others, notes=notes)


def rename(weights: MarkerWeights, names: Mapping[str, str]) -> MarkerWeights:
    """Return weights by our names, where the file has labels of the laboratory.

    Parameters
    ----------
    weights : MarkerWeights
    names : mapping of str to str
        Our name to that of the laboratory, as ``--markers`` states it.
    """
    ours = {our_name(theirs): name.strip().upper() for name, theirs in names.items()}
    moved = {ours.get(label, label): weight for label, weight in weights.weights.items()}
    return MarkerWeights(
        file=weights.file,
        sha256=weights.sha256,
        weights={**moved, **{n: w for n, w in weights.weights.items() if n in ours.values()}},
        others=weights.others,
        notes=weights.notes,
    )


def group(weights: Mapping[str, float]) -> list[Notice]:
    """Return the markers of each weight, the largest first, for another notice."""
    names: dict[float, list[str]] = {}
    for name, weight in weights.items():
        names.setdefault(weight, []).append(name)
    return [
        notice("word.of_weight", weight=weight, names=list_some(names[weight]))
        for weight in sorted(names, reverse=True)
    ]


def check_labels(path: Path, weights: MarkerWeights, known: Iterable[str]) -> None:
    """Raise where weights are given for labels that neither model nor markers have.

    Raises
    ------
    ComparisonError
    """
    names = sorted({name.upper() for name in known})
    strange = [label for label in weights.weights if label not in names]
    if strange:
        raise ComparisonError(
            f"{path}: weights for {some_of(strange)}, but neither the model nor the marker file "
            f"has such a marker. Correct the labels; there are {some_of(names, 12)}."
        )


def _check(path: Path, stated: Iterable[Stated]) -> dict[str, float]:
    """Return weights by label in capitals; raise all faults of them at once."""
    weights: dict[str, float] = {}
    faults = []
    for label, given in stated:
        name = our_name(label)
        if not name:
            faults.append("a weight has no label")
            continue
        if name in weights:
            faults.append(f"the weight of {name[:40]} is given twice; keep one")
        weight = finite(str(given).strip()) if not isinstance(given, bool) else None
        if weight is None or not 0.0 <= weight <= MAX_WEIGHT:
            faults.append(
                f"the weight of {name[:40]} must be a number from 0 to {MAX_WEIGHT:.0f}, found "
                f"'{str(given)[:40]}'"
            )
            weight = 0.0
        weights[name] = weight
    raise_faults(ComparisonError, str(path), faults)
    return weights


def _read_table(path: Path) -> list[Stated]:
    """Return the rows of a text with two columns, whatever parts them; a first line may name them.

    A decimal comma is a point where a comma does not part the columns.
    """
    text = read_text(path, ComparisonError)
    lines = [line.strip() for line in text.split("\n")]
    kept = [(n, line) for n, line in enumerate(lines, 1) if line and not line.startswith("#")]
    mark = next((m for m in "\t;," if all(m in line for _, line in kept)), None)
    stated: list[Stated] = []
    for number, line in kept:
        cells = next(csv.reader([line], delimiter=mark)) if mark else line.split()
        cells = [cell.strip() for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) != 2:
            raise ComparisonError(
                f"{path}: wanted a label and its weight on line {number}, found '{line[:40]}'. "
                "Write a line such as LASI,10 for each marker, or give an OpenSim task set (XML)."
            )
        if not stated and cells[1].lower() in ("weight", "weights"):
            continue
        stated.append((cells[0], cells[1] if mark == "," else cells[1].replace(",", ".")))
    return stated


def _read_toml(path: Path) -> list[Stated]:
    content = read_toml(path, ComparisonError, "marker weights in TOML")
    table = content.get("weights", content)
    if not isinstance(table, dict) or (table is not content and len(content) > 1):
        raise ComparisonError(
            f"{path}: wanted lines such as LASI = 10, alone or in one table [weights], found "
            f"{', '.join(content)[:80]}. Write one line a marker."
        )
    return list(table.items())


def _read_tasks(path: Path) -> tuple[list[Stated], tuple[Notice, ...]]:
    root = read_xml(path, ComparisonError, "an OpenSim task set (IKTaskSet)")
    sets = [root] if root.tag == "IKTaskSet" else list(root.iter("IKTaskSet"))
    elsewhere = [one.get("file", "") for one in sets if one.get("file")]
    sets = [one for one in sets if one.find(f".//{_TASK}") is not None]
    if len(sets) != 1:
        found = f"{len(sets)} of them" if sets else "none"
        if elsewhere and not sets:
            found = f"a reference to {some_of(elsewhere, 2)}: give that file"
        raise ComparisonError(
            f"{path}: wanted one IKTaskSet with {_TASK} elements, as a set-up of OpenSim's "
            f"inverse kinematics has it, found {found}."
        )
    usual = next((one for block in root.iter("defaults") for one in block.iter(_TASK)), None)
    stated = [_task(path, task, usual) for task in _tasks(sets[0], _TASK)]
    others = [t for t in _tasks(sets[0], _OTHER_TASK) if _weighs(path, t)]
    if not others:
        return stated, ()
    names = [task.get("name", "")[:40] for task in others]
    told = notice("weights.coordinate_tasks", *names, file=path.name, names=list_some(names))
    return stated, (told,)


def _tasks(tasks: Element, tag: str) -> Iterator[Element]:
    for part in tasks:
        if part.tag == tag:
            yield part
        elif part.tag != "defaults":
            yield from _tasks(part, tag)


def _task(path: Path, task: Element, usual: Element | None) -> Stated:
    """Return the weight of a task as OpenSim takes it: 0 where it does not apply or has none."""
    name = task.get("name", "")
    apply = _text(task, "apply", _text(usual, "apply", "true"))
    if apply.lower() not in _TRUE_FALSE:
        raise ComparisonError(
            f"{path}: <apply> of {name[:40]} must be true or false, found '{apply[:40]}'. "
            "Correct it."
        )
    weight = _text(task, "weight", _text(usual, "weight", "0"))
    return name, weight if _TRUE_FALSE[apply.lower()] else "0"


def _weighs(path: Path, task: Element) -> bool:
    _, weight = _task(path, task, None)
    return finite(str(weight)) != 0.0


def _text(element: Element | None, tag: str, absent: str) -> str:
    part = None if element is None else element.find(tag)
    return absent if part is None else (part.text or "").strip()
