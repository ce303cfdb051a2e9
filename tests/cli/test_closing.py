"""The last lines of a run: light, value with U, place; and what needs attention before them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from opensim_pelvis.cli.screen import console as screen
from opensim_pelvis.cli.screen.closing import MAX_SHOWN, attention, closing_lines
from opensim_pelvis.cli.screen.layout import make_table
from opensim_pelvis.io.exporters.summary import summarise
from opensim_pelvis.io.output import Written
from opensim_pelvis.notices import notice, wrap
from opensim_pelvis.types import Check, Quality, Result
from opensim_pelvis.types.measure import KEY_MEASURE
from tests.io.exporters.sample_result import make_result
from tests.running_cases import run_case

WRITTEN = Written(
    folder=Path("out/walk"),
    files=(Path("out/walk/walk.c3d"), Path("out/walk/walk_report.html")),
    missing={},
)


@pytest.fixture(scope="module")
def result() -> Result:
    return run_case()[1]


def lines_of(result: Result, written: Written = WRITTEN) -> list[str]:
    return [str(line) for line in closing_lines(result, written)]


def judged(result: Result, **verdicts: str) -> Result:
    checks = tuple(Check(name=name, verdict=how) for name, how in verdicts.items())  # type: ignore[arg-type]
    return replace(result, quality=Quality(checks=checks))


def test_the_value_and_its_uncertainty_are_those_of_the_summary(result: Result) -> None:
    light, value, report = lines_of(judged(result, pose="good"))
    told = json.loads(json.dumps(summarise(result)))["running"]["measures"][KEY_MEASURE]["body"]
    mean, u95 = told["estimate"]["value"], told["estimate"]["u95"]
    assert light == "quality good"
    assert value == f"pelvic rotation range {mean:.1f} ± {u95:.1f}° (95 %)"
    assert report == f"report {WRITTEN.files[1]}"


def test_a_light_that_is_not_green_says_which_checks_it_is_from(result: Result) -> None:
    doubtful = judged(result, pose="doubtful", heading="good")
    (light, value, _) = closing_lines(doubtful, WRITTEN)
    assert str(light) == "quality doubtful: pose"
    assert [span.style for span in light.spans] == ["bold yellow"]
    assert "±" in str(value)


def test_a_value_that_is_unreliable_is_withheld(result: Result) -> None:
    light, value, _ = lines_of(judged(result, pose="rejected"))
    assert light == "quality rejected: pose"
    assert not any(letter.isdigit() for letter in value)
    assert "-v" in value


def test_a_mean_without_an_uncertainty_says_so(result: Result) -> None:
    running = result.running
    assert running is not None
    few = replace(judged(result, pose="good"), running=replace(running, estimates=()))
    summary = running.summary(KEY_MEASURE)
    assert summary is not None
    assert lines_of(few)[1] == (
        f"pelvic rotation range {summary.mean:.1f}°, {summary.n} strides: "
        "too few for an uncertainty"
    )


def test_without_strides_it_is_said_why(result: Result) -> None:
    assert lines_of(make_result())[1] == "pelvic rotation range not computed: no steps"
    running = result.running
    assert running is not None
    without = replace(running, summaries=(), absent={})
    count = running.strides.side.size
    kept = int(running.strides.kept.sum())
    assert lines_of(replace(result, running=without))[1].endswith(
        f"not computed: too few strides ({kept} of {count} used)"
    )
    why = notice("absent.no_sensor", body="pelvis")
    told = replace(without, absent={KEY_MEASURE: why})
    assert lines_of(replace(result, running=told))[1].endswith(": no sensor on pelvis")


def test_without_a_page_the_folder_is_named(result: Result) -> None:
    assert lines_of(result, replace(WRITTEN, files=()))[2] == f"results {WRITTEN.folder}"


def shown(*parts: object) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get()


def test_errors_come_first_and_notes_are_left_to_the_tables(result: Result) -> None:
    warning = replace(wrap(("a doubt",))[0], severity="warning")
    error = replace(wrap(("a fault",))[0], severity="error")
    note = replace(wrap(("a note",))[0], severity="note")
    said = shown(*attention(replace(result, notes=(note, warning, error))))
    assert said.split("\n") == ["", "Needs attention", "  - a fault", "  - a doubt", ""]
    assert attention(replace(result, notes=(note,))) == []


def test_no_more_warnings_are_shown_than_are_read(result: Result) -> None:
    many = wrap(tuple(f"doubt {number}" for number in range(MAX_SHOWN + 3)))
    notes = tuple(replace(one, severity="warning") for one in many)
    said = shown(*attention(replace(result, notes=notes)))
    assert said.count("doubt ") == MAX_SHOWN
    assert "3 more: with -v" in said


def test_a_narrow_table_names_what_each_block_is_of() -> None:
    table = make_table("measure", "side", ">mean")
    table.add_row("contact time of a whole step", "right", "0.25")
    table.add_row("", "left", "0.24")
    wide, narrow = Console(width=80), Console(width=24)
    with wide.capture() as captured:
        wide.print(table)
    assert captured.get().count("contact") == 1
    with narrow.capture() as captured:
        narrow.print(table)
    blocks = captured.get().split("\n\n")
    assert [" ".join(block.split()) for block in blocks if block.strip()] == [
        "measure contact time of a whole step side right estimate 0.25",
        "measure contact time of a whole step side left estimate 0.24",
    ]


def test_each_item_is_waited_for_and_then_given() -> None:
    told: list[str] = []

    def items() -> Iterator[int]:
        for number in range(3):
            told.append(f"made {number}")
            yield number

    for item in screen.awaited(items(), "checking"):
        told.append(f"used {item}")
    assert told == ["made 0", "used 0", "made 1", "used 1", "made 2", "used 2"]


def test_bars_show_a_share_and_move_where_none_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = []
    console = Console(width=80, force_terminal=True, color_system=None)
    monkeypatch.setattr(screen, "make_console", lambda stderr: console)

    class Seen(Progress):
        def stop(self) -> None:
            super().stop()
            frames.append(shown(self.make_tasks_table(self.tasks)))

    monkeypatch.setattr(screen, "Progress", Seen)
    with console.capture(), screen.show_progress() as tell:
        tell("compilation", 0, 1)
        tell("writing", 2, 8)
        tell("reading", 0, 1)
        tell("reading", 1, 1)
    unknown, share, done = frames[0].splitlines()
    assert "%" not in unknown
    assert unknown.startswith("compilation ")
    assert " 25 % " in share
    assert " 100 % " in done
    assert "[" not in frames[0]  # no markup is printed as it stands
