"""What comes out of broken recordings: ``python tests/benchmarks/lab_mistakes.py``.

Breaks the demonstration in one way at a time, as laboratories do, and prints the figures, the
verdict and the first warning. At the end: how many come out good, and how many name the cause.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.check_rates import command_line, said, write_rates
from tests.mistakes import MISTAKES, analyse, sound
from tests.mistakes.case import FIGURES, figures

from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.notices import say
from opensim_pelvis.quality.check_rates import Counts
from opensim_pelvis.quality.definitions import definitions

REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one mistake."""

    name: str
    verdict: str
    first: str
    told: str
    numbers: tuple[float, ...] = ()
    alarmed: tuple[str, ...] = ()


def outcome_of(number: int) -> Outcome:
    """Return what comes out of a mistake; of the sound recording for -1."""
    name = "sound" if number < 0 else MISTAKES[number].name
    case = sound() if number < 0 else MISTAKES[number].make(sound())
    try:
        result = analyse(case)
    except OpenSimPelvisError as fault:
        return Outcome(name, REFUSED, REFUSED, str(fault).replace("\n", " ")[:110])
    first = next((note for note in result.notes if note.severity != "note"), None)
    return Outcome(
        name,
        result.quality.verdict,
        first.code if first else "",
        say(first)[:110] if first else "",
        tuple(figures(result).values()),
        tuple(check.name for check in result.quality.checks if check.verdict != "good"),
    )


def summary(found: Sequence[Outcome]) -> str:
    """Return how many mistakes came out good, and how many were named first."""
    causes = {mistake.name: mistake for mistake in MISTAKES}
    broken = [row for row in found if row.name in causes]
    good = [row for row in broken if row.verdict == "good" and not causes[row.name].lesser]
    named = [
        row
        for row in broken
        if row.verdict == REFUSED or row.first.startswith(causes[row.name].causes)
    ]
    lines = [
        f"{len(broken)} mistakes: {len(good)} come out good, {len(named)} name the cause first",
        *(f"  good: {row.name}" for row in good),
        *(f"  cause not first: {row.name} ({row.first})" for row in broken if row not in named),
    ]
    return "\n".join(lines)


def misses(found: Sequence[Outcome]) -> dict[str, Counts]:
    """Return in how many of the recordings that it is there for each check said nothing."""
    aims = {mistake.name: mistake.check for mistake in MISTAKES}
    counts: dict[str, list[int]] = {name: [0, 0] for name in definitions()}
    for row in found:
        if row.name in aims:
            missed = row.verdict != REFUSED and aims[row.name] not in row.alarmed
            counts[aims[row.name]][0] += missed
            counts[aims[row.name]][1] += 1
    return {name: (k, n) for name, (k, n) in counts.items() if n}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="*", help="names that match, such as 'slip*'")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="into quality/check_rates.toml")
    wanted = parser.parse_args()
    numbers = [i for i, row in enumerate(MISTAKES) if fnmatch(row.name, wanted.only)]
    sys.stdout.write("  ".join(name.removesuffix("_deg") for name in FIGURES) + "\n")
    found = []
    with ProcessPoolExecutor(wanted.jobs) as pool:
        for row in pool.map(outcome_of, [-1, *numbers]):
            found.append(row)
            numbers_said = " ".join(f"{value:7.1f}" for value in row.numbers)
            sys.stdout.write(
                f"{row.name:42.42} {row.verdict:9} {numbers_said:56} {row.first}: {row.told}\n"
            )
            sys.stdout.flush()
    sys.stdout.write(summary(found) + "\n")
    counts = misses(found)
    sys.stdout.write(said("said nothing, of recordings that the check is there for", counts) + "\n")
    if wanted.write:
        command = command_line("tests/benchmarks/lab_mistakes.py", sys.argv[1:])
        write_rates("broken", command, counts)


if __name__ == "__main__":
    main()
