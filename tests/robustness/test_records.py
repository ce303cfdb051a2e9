"""Every key of a file of ours, lost or of another kind: the file is read, or the key is named."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from opensim_pelvis.cohort.runs import read_cohort
from opensim_pelvis.config.trial.earlier import read_placement
from opensim_pelvis.errors import ComparisonError, ExportError, OpenSimPelvisError
from opensim_pelvis.io.results.agreement_file import read_agreement, read_compared
from opensim_pelvis.io.results.summary_file import read_summary
from opensim_pelvis.notices.plain_words import present
from opensim_pelvis.report.page import render_page
from opensim_pelvis.report.view import read_view
from tests.robustness import seeds
from tests.robustness.judge import judge_message

Place = tuple[str | int, ...]

LOST: Final = object()
OTHERS: Final = (LOST, None, "x", "", [], [1.0], -1e308, 1e300, 10**18, -1, {}, True)
PAGES: Final = 8
"""Reports that are read in spite of a change are drawn, too; so many of them."""


def places(tree: Any, place: Place = ()) -> Iterator[Place]:
    """Yield the place of every key, and of the first and last entry of every list."""
    if isinstance(tree, dict):
        pairs = list(tree.items())
    elif isinstance(tree, list):
        pairs = [(i, tree[i]) for i in sorted({0, len(tree) - 1}) if tree]
    else:
        return
    for key, item in pairs:
        yield (*place, key)
        yield from places(item, (*place, key))


def changed(tree: Any, place: Place, value: Any) -> Any:
    """Return a tree with one value replaced, or without it."""
    if not place:
        return copy.deepcopy(value)
    made = copy.copy(tree)
    if len(place) > 1:
        made[place[0]] = changed(tree[place[0]], place[1:], value)
    elif value is LOST:
        del made[place[0]]
    else:
        made[place[0]] = copy.deepcopy(value)
    return made


def names(text: str, place: Place) -> bool:
    """Whether a message names the key at a place, or that of the list it stands in."""
    key = [key for key in place if isinstance(key, str)][-1]
    return re.search(rf"(?<!\w){re.escape(key[:40])}(?!\w)", text) is not None


def trees() -> dict[str, tuple[str, bytes]]:
    run, compared = seeds.result(), seeds.comparison()
    return {
        "summary": ("w_summary.json", run["w_summary.json"]),
        "report": ("w_report.json", run["w_report.json"]),
        "agreement": ("agreement.json", compared["agreement.json"]),
        "curves": ("agreement_curves.json", seeds.thin(compared["agreement_curves.json"])),
    }


DOORS: Final[dict[str, tuple[str, Callable[[Path], Any]]]] = {
    "summary": ("summary", lambda path: read_summary(path, ComparisonError)),
    "cohort": ("summary", lambda path: read_cohort([path])),
    "placement": ("summary", read_placement),
    "report": ("report", read_view),
    "agreement": ("agreement", lambda path: read_agreement(path.parent, ExportError)),
    "pool": ("agreement", lambda path: read_compared(path.parent, ComparisonError)),
    "curves": ("curves", lambda path: read_agreement(path.parent, ExportError)),
}
TRIED: Final = 80
OF_EACH: Final = 4
"""Changes a door; all where there are fewer."""


@pytest.mark.parametrize("door", DOORS)
def test_a_key_that_is_lost_or_wrong_is_named(door: str, tmp_path: Path) -> None:
    kind, read = DOORS[door]
    for name, content in trees().values():
        (tmp_path / name).write_bytes(content)
    name, content = trees()[kind]
    tree = json.loads(content)
    tries = [(place, other) for place in places(tree) for other in OTHERS]
    rng = Random(door)
    refused, read_still = 0, []
    for place, other in rng.sample(tries, min(TRIED, len(tries))):
        made = changed(tree, place, other)
        (tmp_path / name).write_text(json.dumps(made), encoding="utf-8")
        try:
            read_still.append(read(tmp_path / name))
        except OpenSimPelvisError as fault:
            said = str(fault)
            assert names(said, place), (place, other, said)
            assert name in said
            assert judge_message(present(said)) is None
            refused += 1
    assert refused
    for view in rng.sample(read_still, min(PAGES if door == "report" else 0, len(read_still))):
        render_page(view)


def test_a_summary_that_was_changed_is_not_taken_for_the_reports(tmp_path: Path) -> None:
    """Every key of it: it is named, or the summary is another's, or the report does not use it."""
    for name, content in trees().values():
        (tmp_path / name).write_bytes(content)
    whole = read_view(tmp_path / "w_report.json")
    tree = json.loads(trees()["summary"][1])
    rng = Random("partner")
    tries = []
    for key in tree:  # a few of each part: the report uses few, and most places are in the others
        below = [place for place in places(tree) if place[:1] == (key,)]
        chosen = rng.sample(below, min(OF_EACH, len(below)))
        tries += [(place, rng.choice(OTHERS)) for place in chosen]
    told = {"named": 0, "another": 0, "unused": 0}
    for place, other in tries:
        made = changed(tree, place, other)
        (tmp_path / "w_summary.json").write_text(json.dumps(made), encoding="utf-8")
        try:
            found = read_view(tmp_path / "w_report.json")
        except ExportError as fault:
            said = str(fault)
            another = "edited or is of another run" in said
            assert another or names(said, place), (place, other, said)
            assert "w_summary.json" in said
            assert judge_message(present(said)) is None
            told["another" if another else "named"] += 1
        else:
            assert without_sentences(found) == without_sentences(whole), place
            told["unused"] += 1
    assert min(told.values()) > 0, told


def without_sentences(view: dict[str, Any]) -> dict[str, Any]:
    """Return a view without the values and sentences of its notes, which no fingerprint has."""
    kept = [(note["code"], note["severity"], note["subject"]) for note in view["notes"]]
    return {**view, "notes": kept}


@pytest.mark.parametrize("key", ["format", "format_version"])
def test_another_file_or_version_is_told(key: str, tmp_path: Path) -> None:
    tree = json.loads(seeds.result()["w_summary.json"])
    for value in (None, 7, True, "opensim-pelvis report"):
        path = tmp_path / "w_summary.json"
        path.write_text(json.dumps({**tree, key: value}), encoding="utf-8")
        with pytest.raises(ComparisonError, match=rf"w_summary\.json: {key}: wanted"):
            read_summary(path, ComparisonError)
