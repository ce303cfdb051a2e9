"""Where the mapping of a recording lies: given, or beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from opensim_pelvis.errors import ReadError
from opensim_pelvis.readers._files import list_files
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
    return template if not path.is_file() and template.is_file() else path


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
