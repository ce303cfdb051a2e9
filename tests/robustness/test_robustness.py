"""A small part of what `tests.robustness.run` tries by hand: the same numbers every time."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from opensim_pelvis.notices.plain_words import harmless
from tests.robustness.judge import is_harmful, judge, judge_message
from tests.robustness.mutate import mutate
from tests.robustness.signs import KINDS, SignsBench, find_change, lay
from tests.robustness.targets import TARGETS, _read
from tests.robustness.trial import Bench, Trial, make_trial, seeds_of

INPUTS = 15
NOT_READ = ("inspect", "names", "commands")
"""Whose sound seeds may be refused."""
INPUTS_OF_SIGNS = 15
FOUND = [
    ("sto", 37),  # a byte-order mark before a number
    ("map toml", 598),  # an identifier with a mark that nobody sees, in a message
    ("map toml", 17694),
    ("dot file", 285),  # a quaternion of 1e308: its length is too large for a number
    ("mvnx", 168),
    ("speeds fit", 547),  # fields of a size that the format does not have
    ("commands", 1313),  # a path of bytes that are no letters, in a trial file
    ("commands", 2112),  # a drift beyond all numbers
    ("commands", 5012),  # a folder in the place of a file
    ("commands", 12),  # a folder of results without its table of angles
    ("ximu3", 215749),  # a convention that is no whole number
    ("commands", 203815),  # a folder without a comparison
    ("commands", 205807),  # no lab file
    ("lab", 216742),  # a path that is too long to be one
    ("marker names", 507180),  # a mark of annotations, which nobody sees
    ("dot", 2351),  # an acceleration beyond the range of numbers once it has its unit
]
"""Inputs that once were findings, by target and number."""


CHANGED = [
    ("ximu3 rows", 151),  # one row, cut within its last number
    ("mot rows", 84),
    ("speeds rows", 23),
    ("events c3d cut", 0),  # notes on the force plates were dropped
    ("c3d shifted", 3),  # a whole block put in
    ("xsens rate", 1),
    ("mvnx counts", 4),
    ("sto counts", 0),
    ("trc counts", 0),  # zero markers
    ("mot counts", 1),
    ("c3d counts", 212),  # the data begin at block 0
    ("c3d counts", 5),  # ROTATION:RATE beside ROTATION:RATIO
    ("reference c3d counts", 20),
    ("reference c3d counts", 61),  # the first frame is behind the last
    ("reference c3d counts", 133),
    ("events c3d counts", 47),
]
"""Damage that once changed values without a sign, by kind and number."""


@pytest.mark.parametrize("name", [name for name, t in TARGETS.items() if not t.slow])
@pytest.mark.filterwarnings("default")
def test_damage_is_read_or_refused(name: str, tmp_path: Path) -> None:
    bench = Bench(TARGETS[name], tmp_path)
    first = len(seeds_of(name))
    found = []
    for number in range(first + INPUTS):
        outcome, finding = bench.run(make_trial(name, number))
        assert outcome in ("read", "refused", "finding")
        if finding is not None:
            found.append((number, finding))
    assert not found, found[:3]


@pytest.mark.parametrize(("name", "number"), FOUND)
@pytest.mark.filterwarnings("default")
def test_what_was_found_once_is_read_or_refused(name: str, number: int, tmp_path: Path) -> None:
    _, finding = Bench(TARGETS[name], tmp_path).run(make_trial(name, number))
    assert finding is None


@pytest.mark.parametrize("name", [n for n, t in TARGETS.items() if n not in NOT_READ])
def test_the_seeds_are_sound(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    bench = Bench(target, tmp_path)
    for number in range(len(seeds_of(name))):
        bench.lay(make_trial(name, number))
        target.act(bench.folder)  # raises nothing


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.filterwarnings("ignore:invalid field size")
def test_no_value_changes_without_a_sign(kind: str, tmp_path: Path) -> None:
    bench = SignsBench(kind, tmp_path)
    found = {n: fault for n in range(INPUTS_OF_SIGNS) if (fault := bench.run(n)) is not None}
    assert not found


@pytest.mark.parametrize(("kind", "number"), CHANGED)
def test_what_was_changed_once_has_a_sign(kind: str, number: int, tmp_path: Path) -> None:
    assert SignsBench(kind, tmp_path).run(number) is None


@pytest.mark.parametrize(
    ("target", "seed", "old", "new"),
    [
        ("dot", 1, b", 0.206683", b", 1e308"),
        ("mvnx", 0, b"<orientation>1.000000 0.000000", b"<orientation>1e308 1e308"),
        ("cohort", 0, b'"name":', b'"nome":'),
        ("cohort", 0, b'"name": "', b'"name": 1, "x": "'),
        ("mvnx", 1, b"<sensorAcceleration>", b"<sensorAcceleration>1e308"),
    ],
)
@pytest.mark.filterwarnings("default")
def test_what_guided_inputs_found_is_read_or_refused(
    target: str, seed: int, old: bytes, new: bytes, tmp_path: Path
) -> None:
    tree = seeds_of(target)[seed]
    victim = sorted(tree)[0]
    assert old in tree[victim]
    content = tree[victim].replace(old, new, 1)
    if new.startswith(b"<sensor"):
        content = re.sub(rb"1e308-?[\d.]+", b"1e308", content)
    _, finding = Bench(TARGETS[target], tmp_path).run(Trial(tree, victim, content, "by hand"))
    assert finding is None


def test_a_number_means_the_same_input_everywhere() -> None:
    one, two = (make_trial("trial", 77) for _ in range(2))
    assert one.content == two.content
    assert one.content != make_trial("trial", 78).content
    assert mutate(b"a=1\n", Random(5)) == mutate(b"a=1\n", Random(5))


def test_the_judge_sees_what_should_not_be(tmp_path: Path) -> None:
    from opensim_pelvis.errors import ReadError

    def refuse(text: str) -> None:
        raise ReadError(text)

    assert judge(lambda: None) == ("read", None)
    assert judge(lambda: refuse("x.txt: wanted a number in line 3"))[0] == "refused"
    assert judge(lambda: refuse("x: could not convert string to float"))[0] == "finding"
    assert judge(lambda: refuse("x" * 4000))[0] == "refused"  # shortened where it is printed
    assert judge(lambda: refuse(" "))[0] == "finding"
    assert judge(lambda: [][1])[1].kind == "IndexError"  # type: ignore[union-attr]
    assert judge_message("x\0y\ufeff") is None  # shown as \x00, not obeyed
    assert [is_harmful(letter) for letter in "\x1b\u202e\ufeffa\n"] == [True] * 3 + [False] * 2


def test_every_letter_that_is_obeyed_or_unseen_is_shown() -> None:
    left = [hex(n) for n in range(0x110000) if is_harmful(chr(n)) and harmless(chr(n)) == chr(n)]
    assert not left


def test_a_silent_change_is_seen(tmp_path: Path) -> None:
    tree = seeds_of("sto")[0]
    lay(tmp_path, tree)
    intact = _read("sto", tmp_path)
    lines = tree["w.sto"].splitlines(keepends=True)
    head, *cells = lines[-1].split(b"\t")
    lines[-1] = b"\t".join([head, *reversed(cells)]).replace(b"\n", b"") + b"\n"
    (tmp_path / "w.sto").write_bytes(b"".join(lines))
    assert find_change(intact, lambda: _read("sto", tmp_path), "value or sign") is not None
    assert find_change(intact, lambda: intact, "sign") == "no sign"
    assert find_change(intact, lambda: intact, "value") is None
