"""The documentation says what the code does: angles, examples, links, command lines."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import pytest
import typer

from opensim_pelvis.frames import FloatArray, turn_about_vertical
from opensim_pelvis.io.exporters.c3d import COORDINATE_SENSES
from opensim_pelvis.kinematics import angle_definitions
from opensim_pelvis.kinematics.angle_definitions import baker_angles
from opensim_pelvis.kinematics.travel import travel_heading
from opensim_pelvis.rotations import from_euler, to_euler
from opensim_pelvis.simulate import RunnerSettings, Session, simulate_runner

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "plugin" / "opensim_pelvis"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND_PAGES = [
    ROOT / "README.md",
    ROOT / "docs" / "quickstart.md",
    ROOT / "docs" / "cohort.md",
]
ANGLES = ROOT / "docs" / "angles.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"

OF_USERS = {"trial.toml"}
"""Files that the page names and that people write."""

WITH_EXAMPLES = [
    ".".join(("opensim_pelvis", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in sorted(PACKAGE.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)|<img[^>]*\ssrc=\"([^\"]+)\"", re.M)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

EXACT_DEG = 1e-9  # a product of a few rotations, and back
SHOWN_DEG = 0.05  # the page gives one decimal
NOTABLE_DEG = 0.5  # what a range is read to


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def table_rows(page: Path) -> dict[str, list[str]]:
    """Return the cells of every table row whose first cell is one `code` name."""
    rows = {}
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"`[\w./]+`", cells[0]):
            rows[cells[0].strip("`")] = cells[1:]
    return rows


def test_every_clinical_angle_is_explained_as_the_code_defines_it() -> None:
    assert angle_definitions.table() in ANGLES.read_text(encoding="utf-8")


def test_every_coordinate_of_the_model_is_explained() -> None:
    model = ElementTree.parse(ROOT / "models" / "pelvis_trunk.osim")
    names = {str(node.get("name")) for node in model.iter("Coordinate")}
    rotations = {name for name in names if not re.fullmatch("pelvis_t[xyz]", name)}
    rows = table_rows(ANGLES)
    for name in rotations:
        assert rows[name][1] == COORDINATE_SENSES[name], name
    told = {name for name in rows if name in COORDINATE_SENSES}
    assert told == rotations
    page = ANGLES.read_text(encoding="utf-8")
    for name in COORDINATE_SENSES.keys() - rotations:  # where knees and ankles have play
        assert re.search(rf"^- .*`{name}`.*\+ {COORDINATE_SENSES[name]}$", page, re.M), name


def test_the_two_orders_read_as_the_page_says() -> None:
    figure = load_figure("angles")
    ranges = np.array([np.ptp(figure.two_orders(lag)[2], axis=0) for lag in range(0, 360, 5)])
    _, baker, opensim = figure.two_orders(0.0)
    np.testing.assert_allclose(np.ptp(baker, axis=0), [18.0, 12.0, 0.0], atol=EXACT_DEG)
    np.testing.assert_allclose(np.ptp(opensim, axis=0)[:2], [13.0, 17.3], atol=SHOWN_DEG)
    np.testing.assert_allclose(ranges.min(axis=0)[:2], [13.0, 5.0], atol=SHOWN_DEG)
    np.testing.assert_allclose(ranges.max(axis=0)[:2], [21.0, 17.3], atol=SHOWN_DEG)


def test_tilt_while_standing_moves_the_clinical_tilt_alone() -> None:
    turns = np.deg2rad([[9.0, -6.0, -4.0], [-7.0, 5.0, 3.0]])  # two instants, about y, x and z
    stood = np.deg2rad([[0.0, 0.0, 15.0]])  # standing with 15 degrees that calibration takes away

    def shift(read: Callable[[FloatArray], FloatArray]) -> FloatArray:
        before = read(from_euler("YXZ", turns))
        return np.rad2deg(read(from_euler("YXZ", turns + stood)) - before)

    np.testing.assert_allclose(shift(baker_angles), [[0.0, 0.0, 15.0]] * 2, atol=EXACT_DEG)
    opensim = shift(lambda R_TB: to_euler("ZXY", R_TB))
    assert (np.abs(opensim[:, 1:]) > NOTABLE_DEG).all()


def test_over_ground_the_mean_rotation_is_gone_and_the_range_is_not() -> None:
    runner = RunnerSettings(asymmetry=0.4, cadence_spm=180.0)  # 0.2 x 15 degrees to one side
    truth = simulate_runner(runner, Session(duration_s=16.0, rate_hz=90.0))
    strides = slice(round(8.0 * 90), round(12.0 * 90))  # six whole strides
    heading = turn_about_vertical(truth.angles["pelvic_axial_rotation"][truth.steady])
    whole = np.rad2deg(truth.angles["pelvic_axial_rotation"][strides])
    travel, _ = travel_heading(heading, rate_hz=90.0, surface="overground")
    shift = round(truth.steady_s[0] * 90)
    read = whole - np.rad2deg(travel[strides.start - shift : strides.stop - shift])
    assert whole.mean() == pytest.approx(3.0, abs=SHOWN_DEG)
    assert read.mean() == pytest.approx(0.0, abs=SHOWN_DEG)
    assert np.ptp(read) == pytest.approx(np.ptp(whole), abs=SHOWN_DEG)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_pictures_are_there(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    missing = []
    for match in LINK.finditer(text):
        target = next(group for group in match.groups() if group)
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file) if file else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            missing.append(target)
    assert missing == []


def test_every_picture_is_shown_on_a_page() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    drawn = {path.stem for path in (ROOT / "docs" / "img").iterdir()}
    assert {name for name in drawn if f"img/{name}." not in text} == set()


def rooms_of_the_page() -> dict[str, set[str]]:
    """Return what the page names in backticks in the row of each room."""
    rows = table_rows(ARCHITECTURE)
    return {
        room: set(re.findall(r"`([^`]+)`", " ".join(cells)))
        for room, cells in rows.items()
        if room.endswith((".py", "/"))
    }


def test_the_architecture_page_lists_what_is_there() -> None:
    rooms = rooms_of_the_page()
    files = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py", "__main__.py"}
    folders = {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    assert set(rooms) == files | folders
    for room in folders:
        inside = {f"{path.parent.name}/" for path in (PACKAGE / room).glob("*/__init__.py")}
        assert inside <= rooms[room], room


def test_what_the_rows_of_rooms_name_is_in_those_rooms() -> None:
    for room, named in rooms_of_the_page().items():
        for name in named:
            if is_path(name) and name not in OF_USERS:
                assert list((PACKAGE / room).rglob(name.rstrip("/"))), f"{room}: {name}"


def test_paths_of_the_architecture_page_are_there() -> None:
    page = ARCHITECTURE.read_text(encoding="utf-8")
    around = "\n".join(
        line for line in page.splitlines() if not re.match(r"\| `[\w.]+(\.py|/)`", line)
    )
    for name in re.findall(r"`([^`\n]+)`", around):
        if is_path(name) and name not in OF_USERS:
            assert any((place / name).exists() for place in (PACKAGE, ROOT)), name


def test_functions_and_names_of_the_architecture_page_are_there() -> None:
    page = ARCHITECTURE.read_text(encoding="utf-8")
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} | {"pipeline", "quality"}
    for name in re.findall(r"`([a-z_0-9]+(?:\.\w+)+)`", page):
        if name.split(".")[0] in rooms and not is_path(name):
            assert pkgutil.resolve_name(f"opensim_pelvis.{name}") is not None


def is_path(name: str) -> bool:
    """Return whether a name in backticks is that of a file or folder of ours, without a star."""
    return bool(re.fullmatch(r"[\w./-]+(/|\.(py|pyi|toml|osim))", name))


def test_command_lines_of_the_pages_are_understood() -> None:
    lines = [(page.name, line) for page in COMMAND_PAGES for line in command_lines(page)]
    assert lines, "neither README.md nor docs/quickstart.md shows a command"
    for page, line in lines:
        try:
            parse(shlex.split(line, comments=True)[1:])
        except typer.Exit:  # --help and --version answer at once
            continue
        except Exception as fault:
            pytest.fail(f"{page}: `{line}` is refused: {type(fault).__name__}: {fault}")


@pytest.mark.parametrize("line", ["rum trial.toml", "run trial.toml", "run a --out b --bogus 1"])
def test_a_wrong_command_line_would_be_noticed(line: str) -> None:
    with pytest.raises(Exception, match=r"rum|out|bogus"):
        parse(shlex.split(line))


def command_lines(page: Path) -> list[str]:
    """Return the commands in a page's console blocks, continued lines joined."""
    found = []
    for language, body in FENCE.findall(page.read_text(encoding="utf-8")):
        if language in ("console", "sh"):
            joined = re.sub(r"\\\n\s*", "", body)
            stripped = (line.strip().removeprefix("$ ") for line in joined.splitlines())
            found += [line for line in stripped if line.startswith("opensim-pelvis ")]
    return found


def parse(arguments: list[str]) -> None:
    """Parse a command line as the program does, and run nothing."""
    from opensim_pelvis.cli.commands import app

    group = typer.main.get_command(app)
    command = group.commands.get(arguments[0]) if arguments else None
    if command is not None:
        command.make_context(arguments[0], arguments[1:])
        return
    group.make_context("opensim-pelvis", arguments)
    raise ValueError(f"no command is called {arguments[0]!r}")


def anchors(page: Path) -> set[str]:
    """Return the anchors that headings get: lower case, without punctuation, with hyphens."""
    titles = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def load_figure(name: str) -> ModuleType:
    """Import a script of docs/figures, without a screen."""
    import matplotlib

    matplotlib.use("Agg")
    path = ROOT / "docs" / "figures" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"figure_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_of_measures_norms_and_rules_are_those_of_the_code() -> None:
    tables = load_figure("tables")
    for page, name, table in (
        ("measures.md", "measures", tables.measure_table()),
        ("guidance.md", "norms", tables.norm_table()),
        ("guidance.md", "rules", tables.rule_table()),
        ("references.md", "references", tables.reference_table()),
    ):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        written = text.split(f"<!-- {name} -->\n")[1].split(f"\n<!-- /{name} -->")[0]
        assert written == table, "run python docs/figures/tables.py"
