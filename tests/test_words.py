"""No word of our own stands where biomechanics and signal processing have one.

``BANNED`` has a phrase beside its standard term (docs/glossary.md). It is looked for in whatever a
person reads: every table of texts, messages, `--help` of every command, README and pages.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import typer
import typer.main

from opensim_pelvis.cli.commands import app
from opensim_pelvis.notices.plain_words import LIMIT
from tests.conftest import ROOT
from tests.in_process import run_command

PACKAGE: Final = ROOT / "plugin" / "opensim_pelvis"

BANNED: Final[Mapping[str, str]] = {
    "if the file is silent": "not stated in the file",
    "slow turns of sensors": "heading drift",
    "nobody stood still": "no static trial",
    "stood still for it": "no static trial",
    "standing still was found": "static trial",
    "set a result against": "compare a result with",
    "cannot be had": "is missing",
    "the zero of its angle": "static trial",
    "zero of angles": "static trial",
    "rings so": "oscillates",
    "soft tissue rings": "soft-tissue artefact oscillates",
    "read the slow part": "use the range without fast oscillation",
    "looks closer": "needs attention",
    "nothing tells": "unknown heading",
    "sensor's account": "signal quality by sensor",
    "doubtful or worth knowing": "warnings and notes",
    "worth knowing": "information",
    "held against": "compared with",
    "headless": "unknown heading",
    "clocks of their own": "unsynchronised clocks",
    "clock of its own": "unsynchronised clock",
    "own clocks by": "synchronisation",
    "brought together": "synchronised, aligned",
    "laid over each other": "cross-correlated",
    "hole in the": "gap in the",
    "holes in the": "gaps in the",
    "long hole": "long gap",
    "stretch of standing": "static trial",
    "steady stretch": "steady period",
    "dealt with": "processed",
    "root mean square from the mean": "RMS from the mean",
    "wins over": "overrides",
    "cut off after": "truncated after",
    "were put in or lost": "were inserted or lost",
    "left out with a note": "discarded with a note",
    "was taken, although": "was used, although",
    "must grow": "must increase",
    "made again": "re-rendered",
    "is no number": "is not a number",
    "is no rate": "is not a valid rate",
    "was wanted": "wanted ..., found ...",
    "were wanted": "wanted ..., found ...",
    "tried on a real file": "tested on a real file",
    "take turns without a slip": "alternate",
    "thighs pulled": "orientation tracking error",
    "is not known": "is unknown",
    "are not known": "are unknown",
    "not known": "unknown",
    ", as stated": "(given by the user), according to ...",
    "mounted as stated": "the given mounting",
    "as stated in the recording": "from the recording",
    "stated by the user": "given by the user",
    "thrown away": "discarded",
    "says": "states",
    "told": "given, reported",
    "a stretch of": "a period of, a segment of",
    "stretches of": "periods of, segments of",
    "steady stretches": "steady periods",
    "hole": "gap",
    "holes": "gaps",
    "maker": "manufacturer",
    "makers": "manufacturers",
    "turned by": "rotated by",
    "turned about": "rotated about",
    "turns about": "rotates about",
    "against the vertical": "relative to the vertical",
    "against the reference": "relative to the reference, compared with the reference",
    "against optical": "compared with optical",
    "against opensim": "compared with OpenSim",
    "rates of their own": "different rates",
    "of its own": "separate",
    "held values": "repeated values",
    "goes up to": "reaches",
    "worn by": "body of the sensor",
    "who wore which": "body of each sensor",
    "wore which": "body of each sensor",
    "who is who": "identifies each person",
    "taken as it is": "used without scaling",
    "still pose": "static trial",
    "own motion": "sensor motion",
    "set against": "compared with",
    "side by side": "compared",
    "made if": "created if",
    "began anew": "replaced",
    "begin the file anew": "replace the file",
    "tried on": "tested on",
    "ready-made": "built-in",
    "nobody": "no person",
    "counts as standing": "static trial",
    "say of": "(name the quantity)",
    "of the maker": "from the sensor system",
    "by the maker": "by the manufacturer",
    "looks like": "may be",
    "world of the": "world frame of the",
    "puts right": "corrects",
    "put right": "corrected",
    "wins": "takes precedence",
}

TABLES: Final = tuple(sorted(PACKAGE.rglob("*.toml")))
"""Every table of texts in the package: a new one is read as well."""

NAMES: Final = re.compile(r"`[^`\n]*`|\{[^{}]*\}")
"""Code in pages, and fields that are filled in."""


def pattern_of(*phrases: str) -> str:
    """Return what finds any of some phrases as words."""
    return rf"(?<![\w.])(?:{'|'.join(map(re.escape, phrases))})\b"


ANY_BANNED: Final = re.compile(pattern_of(*BANNED), re.IGNORECASE)
"""Nearly all texts have none, and are looked through once."""

FILLED_IN: Final = 110
"""Characters left for a file, a sensor and two numbers in an error."""

UNREAD: Final = frozenset({"architecture.md", "changelog.md"})
"""Pages for those who change the program: one names files, the other tells what was."""


def texts_of(tree: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a TOML tree with its place."""
    if isinstance(tree, str):
        yield place, tree
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from texts_of(value, f"{place}.{key}")
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from texts_of(value, f"{place}[{index}]")


def messages_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield every text of several words that is no docstring, fields of f-strings as braces.

    A single word in the code is a key or a member of a closed set, not what a person reads.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        place = f"{path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.JoinedStr):
            yield (
                place,
                "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values
                ),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            sentence = id(node) not in skipped and " " in node.value.strip()
            yield place, node.value if sentence else ""


def found_in(texts: Iterator[tuple[str, str]]) -> list[str]:
    """Return each banned phrase with its place and the standard term; names of fields are none."""
    plain = ((place, " ".join(NAMES.sub("", text).split())) for place, text in texts)
    return [
        f"{place}: '{phrase}': write '{BANNED[phrase]}'"
        for place, text in plain
        if ANY_BANNED.search(text)
        for phrase in BANNED
        if re.search(pattern_of(phrase), text, re.IGNORECASE)
    ]


def pages() -> list[Path]:
    found = [p for p in sorted((ROOT / "docs").glob("*.md")) if p.name not in UNREAD]
    return [ROOT / "README.md", *found]


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.name)
def test_tables_use_standard_terms(table: Path) -> None:
    tree = tomllib.loads(table.read_text(encoding="utf-8"))
    assert not found_in(texts_of(tree, table.name))


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.name)
def test_pages_use_standard_terms(page: Path) -> None:
    assert not found_in(iter([(page.name, page.read_text(encoding="utf-8"))]))


def test_messages_use_standard_terms() -> None:
    faults = [f for path in sorted(PACKAGE.rglob("*.py")) for f in found_in(messages_of(path))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("command", ["", *typer.main.get_command(app).commands])  # type: ignore[attr-defined]
def test_help_uses_standard_terms(command: str) -> None:
    shown = run_command(*command.split(), "--help")
    assert shown.returncode == 0
    assert not found_in(iter([(f"{command} --help", shown.stdout)]))


SHOWN: Final = ("cli/screen/texts.toml", "report/texts.toml", "notices/notices.toml")


@pytest.mark.parametrize("table", SHOWN)
def test_no_text_sends_people_to_a_page_that_is_not_installed(table: str) -> None:
    """The documentation is no part of the wheel."""
    tree = tomllib.loads((PACKAGE / table).read_text(encoding="utf-8"))
    assert [place for place, text in texts_of(tree, table) if "docs/" in text] == []


@pytest.mark.parametrize("command", typer.main.get_command(app).commands)  # type: ignore[attr-defined]
def test_no_help_sends_people_to_a_page_that_is_not_installed(command: str) -> None:
    assert "docs/" not in run_command(command, "--help").stdout


def test_no_error_is_too_long_to_be_shown_whole() -> None:
    """The words of an error leave room for the names and numbers that are filled in."""
    faults = [
        f"{path.name}:{text.lineno}: {length} characters before names and numbers"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and node.exc is not None
        for text in ast.walk(node.exc)
        if isinstance(text, ast.JoinedStr)
        and (length := sum(len(str(p.value)) for p in text.values if isinstance(p, ast.Constant)))
        > LIMIT - FILLED_IN
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("phrase", BANNED)
def test_a_banned_phrase_is_found_in_any_form(phrase: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    first, _, rest = phrase.capitalize().partition(" ")
    path.write_text(f'"""{phrase}"""\nfault = f"{{x}}: {first} "  "{rest} y"\n', encoding="utf-8")
    assert len(found_in(messages_of(path))) >= 1
    assert found_in(texts_of({"a": [{"b": f"x {phrase}."}]}, "t"))
