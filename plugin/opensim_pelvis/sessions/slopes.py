"""How measures of a person go with speed, as a user states it in a file of TOML.

A table for each measure with ``value``, ``u95``, ``unit`` and, if wanted, ``source``:
``[pelvic_rotation_range_deg]``, ``value = 4.0``, ``u95 = 1.5``, ``unit = "deg per m/s"``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.gait.measures.definitions import definition_of
from opensim_pelvis.io.documents import FaultError, Within, read_toml, record_of
from opensim_pelvis.sessions.definitions import rules

_MOST: Final = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Change of a measure for each m/s.

    Parameters
    ----------
    value, u95 : float
        In the measure's unit for each m/s, and the expanded uncertainty (95 %) of it.
    unit : str
        Such as ``deg per m/s``.
    source : str
        Where it is known from.
    """

    value: Annotated[float, Within(-_MOST, _MOST)]
    u95: Annotated[float, Within(0.0, _MOST)]
    unit: str
    source: str = ""


def read_slopes(path: Path) -> Mapping[str, Slope]:
    """Return the slopes that a file states, by measure.

    Raises
    ------
    SettingsError
        Naming every fault of the file.
    """
    wanted = "slopes over speed, a table for each measure, in TOML"
    tables = read_toml(path, SettingsError, wanted)
    faults: list[str] = []
    found: dict[str, Slope] = {}
    for name, row in tables.items():
        try:
            found[name] = _slope(name, row)
        except FaultError as fault:
            faults.append(f"{name}.{fault}" if name in rules().measures else str(fault))
    if not tables:
        faults.append(f"wanted {wanted}, such as [pelvic_rotation_range_deg], found none")
    raise_faults(SettingsError, str(path), faults)
    return found


def _slope(name: str, row: object) -> Slope:
    if name not in rules().measures:
        (near,) = difflib.get_close_matches(name, rules().measures, n=1, cutoff=0.0)
        raise FaultError(f"'{name[:40]}': no measure with a change is called so; nearest: '{near}'")
    if isinstance(row, dict):
        strange = sorted(set(row) - {"value", "u95", "unit", "source"})
        if strange:
            raise FaultError(f"{strange[0][:40]}: unknown key. Wanted value, u95, unit, source")
    slope = record_of(Slope, row)
    wanted = unit_of(name)
    if slope.unit != wanted:
        raise FaultError(f"unit: wanted '{wanted}', found '{slope.unit[:40]}'")
    return slope


def unit_of(name: str) -> str:
    """Return the unit of a measure's slope.

    >>> unit_of("cadence_spm")
    'spm per m/s'
    """
    return f"{definition_of(name).unit} per m/s"
