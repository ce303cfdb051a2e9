"""Markers of a model in given poses, and the TRC file that a laboratory makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import opensim

from opensim_pelvis.frames import R_LG
from opensim_pelvis.rotations import inverse, rotate

MODEL = Path(__file__).resolve().parents[1] / "models" / "pelvis_trunk.osim"
HEAD = (
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
    "OrigNumFrames"
)


def markers(model: opensim.Model, poses: list[dict[str, float]]) -> dict[str, np.ndarray]:
    """Return the markers of a model in some poses, in L."""
    state = model.initSystem()
    found: dict[str, list[np.ndarray]] = {}
    for pose in poses:
        for name, value in pose.items():
            model.getCoordinateSet().get(name).setValue(state, value)
        model.realizePosition(state)
        for marker in model.getMarkerSet():
            place = marker.getLocationInGround(state)
            at = rotate(R_LG, np.array([place.get(k) for k in range(3)]))
            found.setdefault(marker.getName(), []).append(at)
    return {name: np.array(path) for name, path in found.items()}


def write_trc(path: Path, walk: Mapping[str, np.ndarray], rate_hz: float) -> Path:
    """Write markers in L (z up) as a TRC file with y up, metres, empty cells where not seen."""
    places = np.stack([rotate(inverse(R_LG), p) for p in walk.values()], axis=1)
    frames, count, _ = places.shape
    axes = "\t".join(f"{axis}{i + 1}" for i in range(count) for axis in "XYZ")
    rows = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        HEAD,
        f"{rate_hz}\t{rate_hz}\t{frames}\t{count}\tm\t{rate_hz}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(walk),
        f"\t\t{axes}",
        "",
    ]
    for i, place in enumerate(places):
        cells = ["" if np.isnan(value) else f"{value:.9f}" for value in place.ravel()]
        rows.append("\t".join([f"{i + 1}", f"{i / rate_hz:.6f}", *cells]))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
