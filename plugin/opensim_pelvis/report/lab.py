"""A laboratory's own name, logo, header text and choice of sections, from a small TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from opensim_pelvis.documents import is_file, is_folder, read_toml
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.plain_words import value_words
from opensim_pelvis.report.logo import TYPES, logo_pixels, logo_uri

SECTIONS: Final = (
    "headline",
    "quality",
    "motion",
    "curves",
    "counter",
    "cadence",
    "measures",
    "change",
    "agreement",
    "findings",
    "methods",
)
"""Sections of the report in their usual order."""

MAX_LOGO_BYTES: Final = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """What a laboratory adds to its reports.

    Parameters
    ----------
    name, header, footer : str
        ``header`` stands under the name, ``footer`` at the end.
    logo : Path or None
        PNG, JPEG or SVG.
    sections : tuple of str
        Those shown, in this order.
    texts : Path or None
        A translation of ``texts.toml``.
    """

    name: str = ""
    header: str = ""
    footer: str = ""
    logo: Path | None = None
    sections: tuple[str, ...] = SECTIONS
    texts: Path | None = None

    @property
    def logo_uri(self) -> str | None:
        """The logo as a data URI, so that the page needs no second file."""
        return None if self.logo is None else logo_uri(self.logo)


def sections_of(lab: Lab, view: Mapping[str, Any]) -> list[str]:
    """Return the sections of one report: that on agreement where it was asked for, only then."""
    asked = "agreement" in view
    names = [name for name in lab.sections if name != "agreement" or asked]
    return [*names, "agreement"] if asked and "agreement" not in names else names


def read_lab(path: Path | None) -> Lab:
    """Read a lab file; without one, nothing is added. Paths are relative to the file.

    Raises
    ------
    SettingsError
        Naming every fault of the file.
    """
    if path is None:
        return Lab()
    if not (is_file(path) or is_folder(path)):
        raise SettingsError(
            f"{path}: --lab ([report] lab) wanted a lab file in TOML, but it does not exist. "
            "Correct the name, or omit it."
        )
    table = read_toml(path, SettingsError, "a lab file in TOML")
    faults: list[str] = []
    known = {item.name for item in fields(Lab)}
    faults += [
        f"{key}: unknown key. Available: {', '.join(sorted(known))}"
        for key in table
        if key not in known
    ]
    values = {key: _value(key, table[key], path.parent, faults) for key in table if key in known}
    raise_faults(SettingsError, str(path), faults)
    return Lab(**values)


def _value(key: str, value: Any, folder: Path, faults: list[str]) -> Any:
    if key == "sections":
        return _sections(value, faults)
    if not isinstance(value, str):
        faults.append(f"{key}: wanted a text in quotes, found {value_words(value)}")
        return None
    if key not in {"logo", "texts"}:
        return value
    path = folder / value
    if not is_file(path):
        faults.append(f"{key}: wanted an existing file, found no {str(path)[:200]}")
    elif key == "logo" and path.suffix.lower() not in TYPES:
        faults.append(f"logo: wanted a .png, .jpg or .svg, found {path.name}")
    elif key == "logo" and path.stat().st_size > MAX_LOGO_BYTES:
        faults.append(f"logo: {path.name} has more than {MAX_LOGO_BYTES} bytes. Make it smaller")
    elif key == "logo":
        faults += _undrawable(path)
    return path


def _undrawable(logo: Path) -> list[str]:
    """Return why a logo cannot be drawn, so that it is told before the work and not after."""
    try:
        logo_pixels(logo)
    except SettingsError as fault:
        return [f"logo: {fault}"]
    return []


def _sections(value: Any, faults: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        faults.append(f"sections: wanted a list of names, found {value_words(value)}")
        return SECTIONS
    unknown = [name for name in value if name not in SECTIONS]
    if unknown:
        faults.append(
            f"sections: unknown section {', '.join(map(str, unknown))}. Available: "
            f"{', '.join(SECTIONS)}"
        )
    if len(set(map(str, value))) < len(value):
        faults.append("sections: a section is repeated")
    return tuple(value)
