"""Every change that is made, one at a time, in the code of a file."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

_COMPARED: Final = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_TURNED: Final = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
                  ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}  # fmt: skip
_OPERATED: Final = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_JOINED: Final = {ast.And: ast.Or, ast.Or: ast.And}
_NAMED: Final = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum",
                 "argmin": "argmax", "argmax": "argmin"}  # fmt: skip
_SIDES: Final = {"right": "left", "left": "right", "Right": "Left", "Left": "Right"}


class Mutant(NamedTuple):
    """One change: where it is, what it does, and the change itself, made in the tree."""

    line: int
    words: str
    change: Callable[[], None]
    inside: bool
    """Whether it is in the body of a function: then the module need not be imported again."""


def mutants_of(tree: ast.AST) -> Iterator[Mutant]:
    """Return every change that can be made in a tree, in one order."""
    inside = {id(part) for part in _parts_of_functions(tree)}
    for node in ast.walk(tree):
        for field, index, new in _variants(node):
            old = getattr(node, field)
            now = old if index is None else old[index]
            yield Mutant(
                getattr(node, "lineno", 0),
                f"{_show(now)} -> {_show(new)}",
                _setter(node, field, index, new),
                id(node) in inside,
            )


def _parts_of_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:
                yield from ast.walk(statement)


def _variants(node: ast.AST) -> Iterator[tuple[str, int | None, object]]:
    """Return field, place in it and new value of each change of one node."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for swaps in (_COMPARED, _TURNED):
                if type(op) in swaps:
                    yield "ops", i, swaps[type(op)]()
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATED:
        yield "op", None, _OPERATED[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        yield "op", None, _JOINED[type(node.op)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "op", None, ast.UAdd()
    elif isinstance(node, ast.Name) and node.id in _NAMED:
        yield "id", None, _NAMED[node.id]
    elif isinstance(node, ast.Attribute) and node.attr in _NAMED:
        yield "attr", None, _NAMED[node.attr]
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and node.value in _SIDES:
            yield "value", None, _SIDES[node.value]
        elif type(node.value) in (int, float):
            yield "value", None, node.value + 1
            yield "value", None, node.value - 1


def _setter(node: ast.AST, field: str, index: int | None, new: object) -> Callable[[], None]:
    def change() -> None:
        if index is None:
            setattr(node, field, new)
        else:
            getattr(node, field)[index] = new

    return change


def _show(value: object) -> str:
    return type(value).__name__ if isinstance(value, ast.AST) else repr(value)
