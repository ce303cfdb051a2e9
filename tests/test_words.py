"""No word of our own stands where biomechanics and signal processing have one.

``BANNED`` has a phrase beside its standard term (docs/glossary.md). It is looked for in whatever a
person reads: notices, report, measures, rules, reference values, messages, README and pages.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import ROOT

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
}

TABLES: Final = (
    "notices/notices.toml",
    "report/texts.toml",
    "gait/measures/measures.toml",
    "guidance/rules.toml",
    "guidance/norms.toml",
)

ELSEWHERE: Final = ("cli", "config", "screen", "settings", "trial")
"""Beginnings of names in the package whose texts come from the definitions of settings."""

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
    """Yield every text of a module that is no docstring, fields of f-strings as braces."""
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
            yield place, "" if id(node) in skipped else node.value


def found_in(texts: Iterator[tuple[str, str]]) -> list[str]:
    """Return each banned phrase with its place and the standard term."""
    return [
        f"{place}: '{phrase}': write '{term}'"
        for place, text in texts
        for phrase, term in BANNED.items()
        if re.search(rf"\b{re.escape(phrase)}\b", " ".join(text.split()), re.IGNORECASE)
    ]


def pages() -> list[Path]:
    found = [p for p in sorted((ROOT / "docs").glob("*.md")) if p.name not in UNREAD]
    return [ROOT / "README.md", *found]


@pytest.mark.parametrize("name", TABLES)
def test_tables_use_standard_terms(name: str) -> None:
    text = (PACKAGE / name).read_text(encoding="utf-8")
    assert not found_in(texts_of(tomllib.loads(text), name))


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.name)
def test_pages_use_standard_terms(page: Path) -> None:
    assert not found_in(iter([(page.name, page.read_text(encoding="utf-8"))]))


def test_messages_use_standard_terms() -> None:
    paths = sorted(PACKAGE.rglob("*.py"))
    read = [p for p in paths if not p.relative_to(PACKAGE).parts[0].startswith(ELSEWHERE)]
    faults = [fault for path in read for fault in found_in(messages_of(path))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("phrase", BANNED)
def test_a_banned_phrase_is_found_in_any_form(phrase: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    first, _, rest = phrase.capitalize().partition(" ")
    path.write_text(f'"""{phrase}"""\nfault = f"{{x}}: {first} "  "{rest} y"\n', encoding="utf-8")
    assert len(found_in(messages_of(path))) >= 1
    assert found_in(texts_of({"a": [{"b": f"x {phrase}."}]}, "t"))
