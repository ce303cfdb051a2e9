"""Names of bodies, sensors, coordinates and angles mean nothing but in their tables.

A name that is cut, or whose beginning or end is looked at, is a definition that stands twice:
``types/segments.py`` and ``types/coordinates.py`` say what a name means, and all others ask them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from opensim_pelvis.kinematics.anthropometry.sizes import joint_geometry
from opensim_pelvis.types import coordinates, segments
from tests.test_architecture import FILES, PACKAGE

LOOKS = {"startswith", "endswith", "removesuffix", "removeprefix", "replace", "find", "rfind"}
CUTS = {"split", "rsplit", "partition", "rpartition", "strip", "rstrip", "lstrip"}
MEANING = re.compile(
    r"(_[rl]|_imu|femur\w*|tibia\w*|calcn\w*|pelvis_?|torso_?|hip_?|knee_?|ankle_?|lumbar_?|pelvic_?"
    r"|trunk_?|thigh_?|shank_?|foot_?|right_?|left_?|_right|_left|_deg|_rad)"
)
"""Beginnings, ends and parts of names that would tell a side, a segment, a joint or a unit."""

PAIRS = re.compile(r"femur|tibia|calcn|_[rl]|_imu|r|l")
"""Parts of names that are no whole name: to look for them in a text is to read it."""

PATTERN = re.compile(r"_\[rl\]|_\[lr\]|_\(r\|l\)|_imu|femur|tibia|calcn|hip\|knee|_[rl]\$")

ALLOWED = {
    "types/segments.py": "the table of bodies",
    "timeline/matching.py": "identifiers of sensors, as makers write them",
    "config/trial/suggested.py": "identifiers of sensors, as laboratories write them",
    "io/readers/_xsens_header.py": "names of a maker's files",
    "io/readers/dot_header.py": "names of a maker's files",
    "validation/coordinate_files.py": "tells joint angles from other columns of foreign tables",
    "validation/marker_names.py": "labels of markers, as laboratories write them",
}


class Read(NamedTuple):
    """One place that reads a name."""

    line: int
    code: str


def constants(tree: ast.Module) -> dict[str, list[str]]:
    """Return the texts that names of a module stand for."""
    found: dict[str, list[str]] = {}
    for node in tree.body:
        value = getattr(node, "value", None)
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if isinstance(value, ast.Constant | ast.Tuple):
            for target in targets:
                if isinstance(target, ast.Name):
                    found[target.id] = texts(value, {})
    return found


def texts(node: ast.AST, known: dict[str, list[str]]) -> list[str]:
    """Return the texts that an expression holds as they stand, or by the name of a constant."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [text for item in node.elts for text in texts(item, known)]
    if isinstance(node, ast.Name):
        return known.get(node.id, [])
    if isinstance(node, ast.JoinedStr):
        return [text for item in node.values for text in texts(item, known)]
    return []


def reads(source: str) -> Iterator[Read]:
    """Yield every place that looks at a part of a name, or cuts one at an underscore."""
    tree = ast.parse(source)
    known = constants(tree)
    for node in ast.walk(tree):
        if is_read(node, known):
            yield Read(node.lineno, ast.unparse(node))


def is_read(node: ast.AST, known: dict[str, list[str]]) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        given = [text for argument in node.args[:1] for text in texts(argument, known)]
        if node.func.attr in LOOKS:
            return any(MEANING.fullmatch(text) for text in given)
        if node.func.attr in CUTS:
            return any(text == "_" or MEANING.fullmatch(text) for text in given)
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re":
            return any(PATTERN.search(text) for text in given)
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        held = [text for side in sides for text in texts(side, known)]
        sliced = any(isinstance(side, ast.Subscript) and is_part(side) for side in sides)
        if sliced and any(MEANING.fullmatch(text) or text in {"r", "l"} for text in held):
            return True
        looked = isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(node.left, ast.Constant)
        return looked and any(PAIRS.fullmatch(text) for text in texts(node.left, known))
    return False


def is_part(node: ast.Subscript) -> bool:
    """Return whether a subscript takes the first or last of something, or a slice of it."""
    return isinstance(node.slice, ast.Slice | ast.UnaryOp)


@pytest.mark.parametrize(
    "source",
    [
        'body.startswith("femur")',
        'name.endswith("_l")',
        'name.endswith(("_l", "_r"))',
        '_IMU = "_imu"\nlabel.removesuffix(_IMU)',
        'body.replace("femur", "tibia")',
        'side = body.rpartition("_")[2]',
        'base, side = name.split("_")',
        'body[-2:] in ("_r", "_l")',
        'body[-1] == "l"',
        'body[:5] == "femur"',
        '"femur" in body',
        '"_l" in name',
        're.compile(r"(\\w+)_[rl]")',
    ],
)
def test_a_name_that_is_read_is_found(source: str) -> None:
    assert list(reads(source))


@pytest.mark.parametrize(
    "source",
    [
        '"pelvis" in aligned.bodies',
        'segment_of(body) == "thigh"',
        'path.name.endswith("_summary.json")',
        "values[1:] == values[:-1]",
        'text.partition("=")',
    ],
)
def test_what_reads_no_name_is_let_pass(source: str) -> None:
    assert not list(reads(source))


def test_names_are_read_in_their_tables_alone() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): list(reads(path.read_text(encoding="utf-8")))
        for path in FILES
    }
    wrong = {place: told for place, told in found.items() if told and place not in ALLOWED}
    assert not wrong, "ask types.segments or types.coordinates: " + str(wrong)
    idle = {place for place in ALLOWED if not found[place]}
    assert not idle, f"these read no names any more: {idle}"


def test_the_tables_are_those_of_the_model() -> None:
    """The model is built from joints that are given elsewhere; both must tell the same."""
    joints = joint_geometry(height_m=1.75, sex=None)
    assert {joint.child for joint in joints} == set(segments.BODIES)
    for joint in joints:
        assert segments.DEFINITIONS[joint.child].parent == joint.parent


@pytest.mark.parametrize("table", [segments.DEFINITIONS, coordinates.DEFINITIONS])
def test_every_side_has_its_other(table: dict[str, segments.BodyDefinition]) -> None:
    by_pair: dict[str, list[str]] = {}
    for name, definition in table.items():
        assert name == definition.name
        by_pair.setdefault(definition.pair, []).append(definition.side)
    assert {tuple(sides) for sides in by_pair.values()} == {("body",), ("right", "left")}
