"""Sensor-to-segment calibration of an earlier run: its summary, calibrated model, or folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

import numpy as np

from opensim_pelvis.config.trial.mounting import Mounting, parse_mounting
from opensim_pelvis.errors import SettingsError, raise_faults
from opensim_pelvis.io.delivery import result_folders
from opensim_pelvis.io.documents import finite, is_folder, is_xml, read_xml
from opensim_pelvis.io.results.summary_file import read_summary
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.notices.plain_words import value_words
from opensim_pelvis.rotations import from_euler
from opensim_pelvis.types.segments import as_body, body_of, sensor_of

WANTED: Final = (
    "Give (--placement) a results folder, a NAME_summary.json, or a calibrated .osim with frames "
    "such as pelvis_imu, from a run with the sensors in the same positions."
)

_SUMMARY: Final = "_summary.json"
_MODEL: Final = "_model.osim"
_PLACER: Final = "_placer_model.osim"


def read_placement(path: Path) -> dict[str, Mounting]:
    """Read how sensors sat in an earlier run, by body.

    Parameters
    ----------
    path : Path
        ``NAME_summary.json`` or ``NAME_model.osim`` of this program, any ``.osim`` with frames
        ``<body>_imu`` on its bodies (as OpenSense's ``IMUPlacer`` writes), or a folder of
        results of one run.

    Returns
    -------
    dict of str to Mounting
        ``R_BS`` by body.

    Raises
    ------
    SettingsError
        When there is no placement in it, or one that cannot be.

    Notes
    -----
    A model is read as XML, since only the frames are wanted and OpenSim takes seconds to load.
    """
    if is_folder(path):
        path = _find_in(path)
    faults: list[str] = []
    found = _read_model(path, faults) if is_xml(path) else _read_summary(path, faults)
    raise_faults(SettingsError, str(path), faults)
    return found


def _find_in(folder: Path) -> Path:
    """Return the summary of the one run in a folder, or else its calibrated model."""
    places = [folder]
    if not any(folder.glob(f"*{_SUMMARY}")) and not any(folder.glob(f"*{_MODEL}")):
        places = result_folders(folder)
    summaries = [p for place in places for p in sorted(place.glob(f"*{_SUMMARY}"))]
    models = [
        p
        for place in places
        for p in sorted(place.glob(f"*{_MODEL}"))
        if not p.name.endswith(_PLACER)
    ]
    for found in (summaries, models):
        if len(found) > 1:
            listed = ", ".join(path.name for path in found[:5])
            raise SettingsError(
                f"{folder}: contains several results: {listed}. Give the one with the sensors in "
                "the same positions (--placement)."
            )
        if found:
            return found[0]
    raise SettingsError(
        f"{folder}: wanted results of an earlier run, found neither *{_SUMMARY} nor *{_MODEL}. "
        f"{WANTED}"
    )


def _read_summary(path: Path, faults: list[str]) -> dict[str, Mounting]:
    found: dict[str, Mounting] = {}
    for sensor, value in read_summary(path, SettingsError).placement.R_BS.items():
        mounting = parse_mounting(value, sensor)
        if mounting is None:
            faults.append(
                f"placement.R_BS.{sensor}: wanted four numbers w, x, y, z of length 1, found "
                f"{', '.join(f'{part:.6g}' for part in value)}"
            )
        else:
            found[as_body(sensor)] = mounting
    if not found and not faults:
        faults.append(f"it contains no sensor-to-segment calibration. {WANTED}")
    return found


def _read_model(path: Path, faults: list[str]) -> dict[str, Mounting]:
    root = read_xml(path, SettingsError, "an OpenSim model")
    if root.find("Model") is None:
        raise SettingsError(f"{path}: wanted an OpenSim model, found <{root.tag}>. {WANTED}")
    found: dict[str, Mounting] = {}
    for frame, holder in _frames(root, ""):
        name = frame.get("name", "")
        body = as_body(name)
        parent = (frame.findtext("socket_parent") or "..").strip()
        on = holder if parent == ".." else parent.rpartition("/")[2]
        if on != body:
            faults.append(
                f"frame {name}: wanted a frame of the body {body}, found one of {on or 'no body'}. "
                "Calibrate that model again, or rename the frame after its body"
            )
        elif (mounting := _orientation(frame)) is None:
            faults.append(
                f"frame {name}: wanted an orientation of three angles in radians, found "
                f"{value_words(frame.findtext('orientation'))}"
            )
        elif body in found:
            faults.append(f"frame {name} is defined twice")
        else:
            found[body] = mounting
    if not found and not faults:
        faults.append(
            f"the model has no sensor frames ({sensor_of('<body>')}): it is not calibrated. "
            f"{WANTED}"
        )
    return found


def _frames(element: Element, holder: str) -> Iterator[tuple[Element, str]]:
    """Yield each frame of a sensor, and the name of the component that it stands in."""
    for child in element:
        if child.tag == "PhysicalOffsetFrame" and body_of(child.get("name", "")):
            yield child, holder
        inside = child.get("name", "") if child.tag[:1].isupper() else holder
        yield from _frames(child, inside or holder)


def _orientation(frame: Element) -> Mounting | None:
    """Return the rotation of an offset frame: OpenSim's body-fixed x-y-z angles."""
    angles = [finite(word) for word in (frame.findtext("orientation") or "").split()]
    if len(angles) != 3 or None in angles:
        return None
    w, x, y, z = (float(part) for part in from_euler("XYZ", np.array(angles, dtype=np.float64)))
    return w, x, y, z


def describe_match(
    earlier: Mapping[str, Any], worn: tuple[str, ...], known: tuple[str, ...], path: Path
) -> tuple[Notice, ...]:
    """Say which sensors an earlier placement leaves out, and which are not worn now.

    Parameters
    ----------
    earlier : mapping of str
        By body.
    worn, known : tuple of str
        Bodies that wear a sensor now, and bodies of the model.
    path : Path
        Of the earlier placement, for the message.

    Raises
    ------
    SettingsError
        When no sensor of now was there, or the model has not its bodies.
    """
    strange = [body for body in earlier if body not in known]
    if strange:
        raise SettingsError(
            f"{path}: the earlier calibration is of another model: this model has no body "
            f"{', '.join(strange)}. Its bodies are {', '.join(known)}. Use the same model "
            "(--model), or run without --placement."
        )
    if not set(earlier) & set(worn):
        raise SettingsError(
            f"{path}: the earlier calibration has sensors on {', '.join(earlier)}, this recording "
            f"on {', '.join(worn)}. {WANTED}"
        )
    lacking = [body for body in worn if body not in earlier]
    if not lacking:
        return ()
    return (notice("mounting.not_worn_before", *lacking, file=path.name, bodies=lacking),)
