"""Writes what the benchmarks count of each check into ``quality/check_rates.toml``."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import opensim_pelvis.quality
from opensim_pelvis.quality.check_rates import Counts

FILE = Path(opensim_pelvis.quality.__file__).with_name("check_rates.toml")
_HEAD = """# How often each check is wrong: [how often, of how many]. Written by the benchmarks that
# count it (--write); docs/quality.md shows it.
#
#   sound     recordings with nothing wrong: the check was not good, of those in which it was made
#   broken    recordings broken in one way that the check is there for: it was good or not made
#   untried   checks for which no recording is broken, with why
"""


def write_rates(section: str, command: str, checks: Mapping[str, Counts]) -> None:
    """Replace the counts of one section, ``sound`` or ``broken``; the others stay."""
    known = tomllib.loads(FILE.read_text(encoding="utf-8"))
    lines = [_HEAD]
    for name in ("sound", "broken"):
        row = {"command": command, "checks": checks} if name == section else known[name]
        lines += [f"[{name}]", f'command = "{row["command"]}"', f"[{name}.checks]"]
        lines += [f"{check} = [{k}, {n}]" for check, (k, n) in row["checks"].items()]
        lines.append("")
    lines.append("[untried]")
    lines += [f'{check} = "{why}"' for check, why in known["untried"].items()]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def said(title: str, checks: Mapping[str, Counts]) -> str:
    """Return the counts as lines of text."""
    return "\n".join([title, *(f"  {name:20} {k:4} of {n}" for name, (k, n) in checks.items())])


def command_line(path: str, arguments: Sequence[str]) -> str:
    """Return the command that was given, without what only says how it runs."""
    left_out = {"--write", "--jobs"}
    kept, skip = [], False
    for word in arguments:
        if skip or word in left_out:
            skip = word == "--jobs"
            continue
        kept.append(word)
    return " ".join(["python", path, *kept])


if __name__ == "__main__":
    sys.stdout.write(FILE.read_text(encoding="utf-8"))
