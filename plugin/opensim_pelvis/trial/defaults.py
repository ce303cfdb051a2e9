"""Names the settings that nobody stated, for screen, summary and methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opensim_pelvis.settings import TrialSettings
from opensim_pelvis.trial.setting_definitions import definitions


def list_defaults(
    settings: TrialSettings, given: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[str, ...]:
    """Name every value that nobody stated.

    Parameters
    ----------
    settings : TrialSettings
    given : mapping of table to mapping of key, optional
        What the trial file and the flags said. Without it, a value counts as not stated when
        it equals the default of its record.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from pathlib import Path
    >>> from opensim_pelvis.settings import RecordingSettings
    >>> trial = TrialSettings(recording=RecordingSettings(path=Path("walk")))
    >>> "calibration.base = pelvis (default)" in list_defaults(trial)
    True
    """
    lines: list[str] = []
    for one in definitions():
        value = getattr(getattr(settings, one.section), one.key)
        empty = value is None or value == {}
        if given is None:
            stated = not empty and value != one.default
        else:
            stated = one.key in given.get(one.section, {})
        if one.listed and not one.required and not stated:
            shown = one.not_given if empty else value
            shown = str(shown).lower() if isinstance(shown, bool) else shown
            lines.append(f"{one.name} = {shown} (default)")
    return tuple(lines)
