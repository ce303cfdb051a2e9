"""The shape of the house: who imports whom, how large files are, what is shipped."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "plugin" / "opensim_pelvis"
FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
FOLDERS = sorted({path.parent.relative_to(PACKAGE).as_posix() for path in FILES} - {"."})

MAX_ROOMS = 25

SAME_IDEA = {
    "angles": "clinical angles: the record, and how it is computed",
    "c3d": "C3D files, read and written",
    "document": "a page of the documentation, written from the table beside it",
    "definitions": "what is said of each measure, of each check: the table, read",
    "placement": "how sensors sit on bodies: the record, and how it is computed",
    "sto": "tables of OpenSim, read and written",
}
"""Names of files that stand in several rooms, and the idea they share."""

MAX_LINES = 330  # what one sitting can take in; the aim is 80 to 250

ORDER = (
    "errors",
    "notices.plain_words",
    "language",
    "notices",
    "io.interruption",
    "io.processes",
    "io.documents",
    "config.names",
    "io.delivery",
    "io.kinds",
    "frames",
    "rotations",
    "interpolation",
    "config.sampling",
    "config.calibration_methods",
    "config.settings",
    "types",
    "io.results",
    "io.registry",
    "config.trial",
    "io.c3d",
    "kinematics.anthropometry",
    "io.tables",
    "io.readers",
    "io.reading",
    "timeline",
    "fusion",
    "kinematics.travel",
    "calibration.placement",
    "calibration.heading",
    "calibration.wearers",
    "calibration.movement_pose",
    "calibration.slips",
    "calibration.verdict",
    "calibration.sensor_to_segment",
    "kinematics.engine_definitions",
    "kinematics.filled_markers",
    "kinematics.osim",
    "kinematics.solve",
    "kinematics.doubts",
    "kinematics.inverse",
    "kinematics.angle_definitions",
    "kinematics.angles",
    "kinematics.plugin_gait",
    "gait.events",
    "gait.strides",
    "gait.coordination",
    "gait.optical",
    "gait.measures",
    "gait.uncertainty",
    "guidance",
    "gait.speeds",
    "gait.analysis",
    "sessions",
    "quality",
    "io.output",
    "pipeline",
    "io.exporters",
    "language.fonts",
    "cohort",
    "report",
    "validation",
    "simulate",
    "testing",
    "cli.selftest",
    "cli.screen",
    "cli.translation",
    "cli.debug",
    "cli.options",
    "cli.spoken_command",
    "cli.populations",
    "cli.results",
    "cli.execute",
    "cli.commands",
    "__main__",
)
"""A module imports only what stands before it; a folder named here counts as one.

Rooms that serve early and late stages alike (``io``, ``config``, ``kinematics``) stand here in
parts.
"""

NOT_YET: set[str] = set()
"""Places that are kept for modules to come."""

WHOLE_PACKAGE = "opensim_pelvis"
LIGHT_FOR_CLI = {
    "errors",
    "io.interruption",
    "cli",
    "cli.debug",
    "cli.screen",
    "cli.options",
    "cli.spoken_command",
    "cli.populations",
    "cli.results",
}
QUICK_TO_IMPORT = {"__future__", "functools", "sys", "pathlib", "typing", "typer", WHOLE_PACKAGE}


class Import(NamedTuple):
    """One imported module, and whether a type checker or a function call alone imports it."""

    module: str
    for_types: bool
    in_function: bool


def only_a_docstring(folder: Path) -> bool:
    """Return whether a package says what it is for and does nothing."""
    body = ast.parse((folder / "__init__.py").read_text(encoding="utf-8")).body
    return len(body) == 1 and isinstance(body[0], ast.Expr)


def name_of(path: Path) -> str:
    """Return the dotted name of a module inside the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@functools.cache
def imports_of(path: Path) -> tuple[Import, ...]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(walk(tree, for_types=False, in_function=False))


def walk(node: ast.AST, *, for_types: bool, in_function: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for module in modules_of(child):
            yield Import(module, for_types, in_function)
        typed = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from walk(child, for_types=for_types or typed, in_function=in_function or inside)


def modules_of(node: ast.AST) -> list[str]:
    """Return the absolute names that an import statement asks for."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, f"relative import of {node.module}"
    module = node.module or ""
    return [f"{module}.{a.name}" if is_module(f"{module}.{a.name}") else module for a in node.names]


def is_module(name: str) -> bool:
    """Return whether a dotted name is a module or a folder of ours."""
    package, _, rest = name.partition(".")
    place = PACKAGE.joinpath(*rest.split("."))
    return package == WHOLE_PACKAGE and (place.is_dir() or place.with_suffix(".py").is_file())


def places(module: str) -> str | None:
    """Return the place in ORDER of an absolute module name; None for other packages."""
    package, _, rest = module.partition(".")
    return place_of(rest) if package == WHOLE_PACKAGE and rest else None


def place_of(name: str) -> str:
    """Return the longest entry of ORDER that a dotted name begins with; else its first part."""
    parts = name.split(".")
    longer = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((place for place in longer if place in ORDER), parts[0])


def test_the_order_names_every_module_and_nothing_else() -> None:
    rooms = {
        path.parent.relative_to(PACKAGE).as_posix() for path in FILES if path.stem == "__init__"
    }
    empty = {room.replace("/", ".") for room in rooms if only_a_docstring(PACKAGE / room)}
    found = {place_of(name) for path in FILES if (name := name_of(path)) not in empty | {""}}
    assert set(ORDER) - NOT_YET <= found <= set(ORDER)
    assert len(ORDER) == len(set(ORDER))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_up_the_order(path: Path) -> None:
    own = place_of(name_of(path))
    if not own or own not in ORDER:  # the public names: a stub that imports lazily
        assert all(places(found.module) is None for found in imports_of(path))
        return
    wrong = [
        found.module
        for found in imports_of(path)
        if (place := places(found.module)) is not None
        and place != own
        and not found.for_types
        and ORDER.index(place) > ORDER.index(own)
    ]
    assert not wrong, f"{own} imports what stands below it: {wrong}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_modules_of_one_folder_do_not_import_in_a_circle(folder: str) -> None:
    graph = {
        name_of(path): {
            found.module.removeprefix(f"{WHOLE_PACKAGE}.")
            for found in imports_of(path)
            if not found.for_types
        }
        for path in (PACKAGE / folder).glob("*.py")
    }
    left = dict(graph)
    while left:
        free = {name for name, needs in left.items() if not needs & left.keys() - {name}}
        assert free, f"these import one another in a circle: {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


@pytest.mark.parametrize(
    ("library", "may_import"),
    [("opensim", ("kinematics/osim/",)), ("ezc3d", ("io/exporters/c3d", "io/c3d/library"))],
)
def test_heavy_libraries_have_one_door(library: str, may_import: tuple[str, ...]) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if any(found.module.split(".")[0] == library for found in imports_of(path))
    }
    assert users, f"nothing imports {library}: this test has lost its object"
    assert {user for user in users if not user.startswith(may_import)} == set()


def test_stages_before_opensim_are_tested_without_it() -> None:
    before = ORDER[: ORDER.index("kinematics.osim")]
    for path in TESTS:
        place, *_ = path.relative_to(ROOT / "tests").with_suffix("").parts
        if place.removeprefix("test_") in before:
            loaded = {found.module.split(".")[0] for found in imports_of(path)}
            assert not loaded & {"opensim", "ezc3d"}, path.name


def test_what_goes_out_does_not_know_what_else_goes_out() -> None:
    ways = {"io.exporters", "report", "validation"}
    for path in FILES:
        own = place_of(name_of(path))
        if own in ways:
            others = {places(found.module) for found in imports_of(path)} & (ways - {own})
            assert not others, f"{name_of(path)} imports {others}"


def test_one_kind_of_file_does_not_know_another() -> None:
    for folder in ("readers", "exporters"):
        for path in (PACKAGE / "io" / folder).glob("*.py"):
            for found in imports_of(path):
                base, _, module = found.module.rpartition(".")
                if base != f"{WHOLE_PACKAGE}.io.{folder}":
                    continue
                helper = module.startswith(("_", f"{path.stem.split('_')[0]}_"))
                assert helper, f"{folder}/{path.name} imports {module}"


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("cli.commands", {"numpy", "scipy", "pandas", "polars", "opensim", "ezc3d"}),
        ("pipeline", {"opensim", "ezc3d", "pandas", "matplotlib"}),
        ("simulate", {"opensim", "ezc3d", "pandas", "matplotlib"}),
    ],
)
def test_heavy_libraries_are_loaded_when_needed_and_not_before(
    module: str, heavy: set[str]
) -> None:
    code = f"import sys, {WHOLE_PACKAGE}.{module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert heavy & set(done.stdout.split()) == set()


def test_the_command_line_starts_with_light_modules_only() -> None:
    both = (imports_of(PACKAGE / name) for name in ("cli/commands.py", "cli/results.py"))
    for found in (each for one in both for each in one):
        if found.in_function or found.for_types:
            continue
        assert found.module.split(".")[0] in QUICK_TO_IMPORT, found.module
        assert places(found.module) in LIGHT_FOR_CLI | {None}, found.module


def test_types_knows_settings_only_by_name() -> None:
    found = [
        i
        for i in imports_of(PACKAGE / "types" / "result.py")
        if places(i.module) == "config.settings"
    ]
    assert found
    assert all(i.for_types for i in found)


SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]
OUTSIDE = set(SETUPTOOLS["package-dir"]) - {WHOLE_PACKAGE}
"""Packages that stand beside the source folder."""


def folder_of(package: str) -> Path:
    if package in OUTSIDE:
        return ROOT / SETUPTOOLS["package-dir"][package]
    return PACKAGE.joinpath(*package.split(".")[1:])


def test_every_folder_is_shipped() -> None:
    """Folders of data alone count: setuptools warns of those that are not in the list."""
    folders = {path.parent for path in PACKAGE.rglob("*.*") if path.parent.name != "__pycache__"}
    listed = SETUPTOOLS["packages"]
    assert len(listed) == len(set(listed))
    assert {folder_of(package) for package in set(listed) - OUTSIDE} == folders
    for path in FILES:
        assert (path.parent / "__init__.py").is_file(), f"{path.parent} is no package"
    for package in OUTSIDE:
        assert package in listed
        assert (folder_of(package) / "__init__.py").is_file(), f"{package} is no package"


def test_every_file_of_data_is_shipped() -> None:
    patterns = SETUPTOOLS["package-data"]
    for package in SETUPTOOLS["packages"]:
        data = {p for p in folder_of(package).iterdir() if p.is_file() and p.suffix != ".py"}
        found = [set(folder_of(package).glob(pattern)) for pattern in patterns.get(package, ())]
        assert data == set().union(*found), package
        assert all(found), f"a pattern of {package} finds nothing"
    assert set(patterns) <= set(SETUPTOOLS["packages"])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert said
    assert said.splitlines()[0].endswith((".", "!", "?", ":"))


def test_the_house_has_few_rooms() -> None:
    top = {path.relative_to(PACKAGE).parts[0] for path in FILES} - {"__init__.py", "__main__.py"}
    assert len(top) < MAX_ROOMS, sorted(top)


def test_one_name_of_a_file_means_one_idea() -> None:
    seen: dict[str, list[str]] = {}
    for path in FILES:
        if path.stem != "__init__":
            seen.setdefault(path.stem, []).append(path.relative_to(PACKAGE).as_posix())
    twice = {stem: places for stem, places in seen.items() if len(places) > 1}
    assert set(twice) == set(SAME_IDEA), twice


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    long = {name_of(path): length for path, length in lengths.items() if length > MAX_LINES}
    assert not long, long
