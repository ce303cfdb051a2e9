"""Where the mapping of a recording lies: given, or beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.readers._mapping import PLACEHOLDER, TableMapping
from opensim_pelvis.io.tables.text_files import list_files, list_folders, read_head, text_fault

MAPPING_NAME: Final = "mapping.toml"
MAPPING_SUFFIX: Final = ".mapping.toml"
TEMPLATES: Final = Path(__file__).parent / "templates"
"""Ready-made mappings, ``NAME.toml``; ``c3d_NAME.toml`` are of channels in C3D files."""


def find_beside(path: Path) -> Path:
    """Return where the mapping of a recording lies when none is given."""
    if path.is_dir():
        return path / MAPPING_NAME
    return path.with_name(path.stem + MAPPING_SUFFIX)


def find_template(path: Path) -> Path:
    """Return a mapping file, or the one of this package that goes by that name."""
    template = TEMPLATES / f"{path.name}.toml"
    if path.is_file() or path.suffix:
        return path
    if not template.is_file():
        raise ReadError(
            f"{path}: wanted a mapping file, but it does not exist. Built-in mappings are "
            f"{', '.join(list_templates())}"
        )
    return template


def list_templates() -> tuple[str, ...]:
    """Return the names of the ready-made mappings."""
    return tuple(sorted(path.stem for path in TEMPLATES.glob("*.toml")))


def find_mapping(settings: RecordingSettings) -> Path:
    """Return the mapping that is given or lies beside a recording, or ask for one."""
    if settings.mapping is not None:
        return find_template(settings.mapping)
    path = settings.path
    beside = find_beside(path)
    if not beside.is_file():
        list_files(path)
        raise ReadError(
            f"{path}: wanted a mapping that describes the columns, found no {beside.name}. Give "
            "one with --mapping ([recording] mapping)."
        )
    return beside


def has_text(path: Path) -> bool:
    """Return whether a file, or some file of a folder or its folders, is a text."""
    try:
        if path.is_dir():
            files = [file for depth in (0, 1, 2) for file in _list_below(path, depth)]
        else:
            files = list(list_files(path))
        return any(text_fault(read_head(file)) is None for file in files if file.suffix != ".toml")
    except ReadError:
        return False


def _list_below(path: Path, depth: int) -> list[Path]:
    """Return the files that stand so many folders below one, hidden ones left out."""
    folders = [path]
    for _ in range(depth):
        folders = [inner for folder in folders for inner in list_folders(folder)]
    return [file for folder in folders for file in list_files(folder)]


def find_tables(path: Path, mapping: TableMapping) -> list[tuple[Path, str]]:
    """Return the tables and, in the layout of one file a sensor, whose each is."""
    files = [file for file in list_files(path) if file.suffix != ".toml"]
    if mapping.wide:
        if len(files) != 1:
            names = ", ".join(file.name for file in files) or "none"
            raise ReadError(f'{path}: layout = "wide" needs one table, found {names}')
        return [(files[0], "")]
    named = (mapping.files or PLACEHOLDER).replace("\\", "/")
    found = _match_files(path, named)
    if not found:
        raise ReadError(_none_found(path, mapping, files))
    absent = sorted(set(mapping.sensors) - {name for _, name in found})
    if absent:
        raise ReadError(f"{path}: no file {mapping.files} for {', '.join(absent)}")
    kept = [(f, n) for f, n in found if not mapping.sensors or n in mapping.sensors]
    twice = sorted({n for _, n in kept if [m for _, m in kept].count(n) > 1})
    if twice:
        listed = ", ".join(str(f) for f, n in kept if n == twice[0])[:200]
        raise ReadError(
            f"{path}: wanted one file per sensor, found several of {twice[0]}: {listed}. Use a "
            f"narrower pattern than {mapping.files}, or give the folder of one recording."
        )
    return kept


def _match_files(path: Path, named: str) -> list[tuple[Path, str]]:
    """Return files whose path below the folder answers to a pattern, and the sensor of each.

    A pattern with ``/`` goes into folders, and below the one folder that is there if nothing else
    is.
    """
    depth = named.count("/")
    if not depth or not path.is_dir():
        files, base = list_files(path), path if path.is_dir() else path.parent
    else:
        files, base = tuple(_list_below(path, depth)), path
    whole = re.compile(_as_regex(named))
    found = [
        (file, match[1])
        for file in files
        if file.suffix != ".toml" and (match := whole.fullmatch(file.relative_to(base).as_posix()))
    ]
    inner = list_folders(path) if depth and path.is_dir() and not found else ()
    return _match_files(inner[0], named) if len(inner) == 1 else found


def _as_regex(named: str) -> str:
    """Return a pattern of files as a regular expression; neither mark goes beyond a folder."""
    parts = [re.escape(part).replace(re.escape("*"), "[^/]*?") for part in named.split(PLACEHOLDER)]
    return parts[0] + "([^/]+)" + r"\1".join(parts[1:])


def _none_found(path: Path, mapping: TableMapping, files: list[Path]) -> str:
    names = ", ".join(file.name for file in files[:5]) or "none"
    folders = list_folders(path)[:3] if path.is_dir() else ()
    hint = (
        f". It contains folders ({', '.join(f.name for f in folders)}): files = "
        f'"{PLACEHOLDER}/NAME.csv" reads one folder per sensor'
        if folders and "/" not in (mapping.files or "")
        else ""
    )
    return f"{path}: wanted files named {mapping.files} ({mapping.path.name}), found {names}{hint}"
