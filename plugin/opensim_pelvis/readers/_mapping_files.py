"""Where the mapping of a recording lies: given, or beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ReadError
from opensim_pelvis.readers._files import list_files, read_head, text_fault
from opensim_pelvis.readers._mapping import PLACEHOLDER, TableMapping
from opensim_pelvis.settings import RecordingSettings

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
            f"{path}: there is no such mapping file. Ready-made ones are called "
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
            f"{path}: a mapping was wanted that says what the columns mean, but there is no "
            f"{beside.name} and none was given. Give one with --mapping (or [recording] mapping)."
        )
    return beside


def has_text(path: Path) -> bool:
    """Return whether a file, or some file of a folder, is a text."""
    try:
        files = [file for file in list_files(path) if file.suffix != ".toml"]
        return any(text_fault(read_head(file)) is None for file in files)
    except ReadError:
        return False


def find_tables(path: Path, mapping: TableMapping) -> list[tuple[Path, str]]:
    """Return the tables and, in the layout of one file a sensor, whose each is."""
    files = [file for file in list_files(path) if file.suffix != ".toml"]
    if mapping.wide:
        if len(files) != 1:
            names = ", ".join(file.name for file in files) or "none"
            raise ReadError(f'{path}: layout = "wide" wants one table, found {names}')
        return [(files[0], "")]
    pattern = re.escape(mapping.files or PLACEHOLDER).replace(r"\*", ".*?")
    whole = re.compile(pattern.replace(re.escape(PLACEHOLDER), "(.+)"))
    found = [(file, match[1]) for file in files if (match := whole.fullmatch(file.name))]
    if not found:
        names = ", ".join(file.name for file in files[:5]) or "none"
        raise ReadError(
            f"{path}: files named {mapping.files} were wanted ({mapping.path.name}), found {names}"
        )
    absent = sorted(set(mapping.sensors) - {name for _, name in found})
    if absent:
        raise ReadError(f"{path}: no file {mapping.files} for {', '.join(absent)}")
    return [(f, n) for f, n in found if not mapping.sensors or n in mapping.sensors]
