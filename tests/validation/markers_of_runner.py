"""A simulated runner as cameras see it: markers, and the files that a laboratory makes of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from opensim_pelvis.frames import R_LG
from opensim_pelvis.rotations import from_rotation_vector, multiply, rotate
from opensim_pelvis.simulate import RunnerSettings, Session, simulate_runner
from opensim_pelvis.validation.compare import Comparison, ComparisonSettings, compare_motions
from opensim_pelvis.validation.foot_events import StrideSpan
from opensim_pelvis.validation.reference_motion import Motion
from opensim_pelvis.validation.sources import ReferenceSettings, open_reference

RATE_HZ = 50.0
DURATION_S = 14.0
STRIDE_S = 2.0 * 60.0 / RunnerSettings().cadence_spm
STILL_S = 1.0
ERROR_DEG = 0.2  # of the simulated sensors, about each axis

PELVIS_M = {
    "LASI": (0.10, 0.02, -0.13),
    "RASI": (0.10, 0.02, 0.13),
    "LPSI": (-0.08, 0.03, -0.05),
    "RPSI": (-0.08, 0.03, 0.05),
}
HIP_M = (-0.05, -0.08, 0.09)
THIGH_M = 0.4
LABELS = (*PELVIS_M, "RHJC", "RKJC", "RKNE", "LHJC", "LKJC", "LKNE")

Rows = list[tuple[str, np.ndarray]]
"""Label and positions in millimetres, (t, 3), y up."""


@dataclass(frozen=True)
class Runner:
    """What really moved: times, markers, and what sensors would tell with small errors."""

    time_s: np.ndarray
    markers_mm: dict[str, np.ndarray]
    estimate: Motion


@functools.cache
def runner() -> Runner:
    session = Session(duration_s=DURATION_S, rate_hz=RATE_HZ, still_s=STILL_S, ramp_s=1.0)
    truth = simulate_runner(RunnerSettings(), session)
    bodies = {b: truth.R_GB[:, truth.bodies.index(b)] for b in ("pelvis", "femur_r", "femur_l")}
    rng = np.random.default_rng(12)
    noise = gaussian_filter1d(rng.normal(size=(3, truth.time_s.size, 3)), 3.0, axis=1)
    slow = np.deg2rad(ERROR_DEG) * noise / noise.std()
    seen = {
        body: multiply(q, from_rotation_vector(turn))
        for (body, q), turn in zip(bodies.items(), slow, strict=True)
    }
    strides = tuple(
        StrideSpan(side=side, start_s=3.0 + i * STRIDE_S, end_s=3.0 + (i + 1) * STRIDE_S)
        for i in range(int((DURATION_S - 4.0) / STRIDE_S))
        for side in ("right", "left")
    )
    estimate = Motion(
        name="runner",
        rate_hz=RATE_HZ,
        time_s=truth.time_s,
        R_GB=seen,
        source="simulated",
        strides=strides,
        still_s=(0.0, STILL_S),
    )
    return Runner(time_s=truth.time_s, markers_mm=_place(truth.time_s, bodies), estimate=estimate)


def _place(time_s: np.ndarray, bodies: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    moving = np.clip(time_s - STILL_S, 0.0, 1.0)
    phase = 4.0 * np.pi * (time_s - STILL_S) / STRIDE_S
    origin = np.stack(
        [0.03 * moving * np.sin(phase), 1.0 + 0.04 * moving * np.cos(phase), 0.0 * phase], axis=1
    )
    found = {n: origin + rotate(bodies["pelvis"], np.array(p)) for n, p in PELVIS_M.items()}
    for letter, side in (("R", 1.0), ("L", -1.0)):
        thigh = bodies[f"femur_{letter.lower()}"]
        x, y, z = HIP_M
        hip = origin + rotate(bodies["pelvis"], np.array([x, y, side * z]))
        knee = hip + rotate(thigh, np.array([0.0, -THIGH_M, 0.0]))
        found[f"{letter}HJC"], found[f"{letter}KJC"] = hip, knee
        found[f"{letter}KNE"] = knee + rotate(thigh, np.array([0.0, 0.0, side * 0.05]))
    return {name: 1000.0 * found[name] for name in LABELS}


def rows() -> Rows:
    """Return a copy of the markers that may be damaged."""
    return [(label, p.copy()) for label, p in runner().markers_mm.items()]


def at_times(time_s: np.ndarray) -> Rows:
    """Return where markers are at other times."""
    return [(label, CubicSpline(runner().time_s, p)(time_s)) for label, p in rows()]


def trc_text(
    trajectories: Rows | None = None,
    times: Sequence[str] | None = None,
    *,
    rate: str = "50",
    unit: str = "mm",
    frames: int | None = None,
) -> str:
    """Return the text of a TRC file; a missing position is empty cells."""
    trajectories = rows() if trajectories is None else trajectories
    times = [f"{t:.6f}" for t in runner().time_s] if times is None else times
    scale = {"mm": 1.0, "cm": 0.1, "m": 0.001}[unit]
    count = len(trajectories)
    lines = [
        "PathFileType\t4\t(X/Y/Z)\trun.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate",
        f"{rate}\t{rate}\t{frames or len(times)}\t{count}\t{unit}\t{rate}",
        "Frame#\tTime\t" + "\t\t\t".join(label for label, _ in trajectories) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{i + 1}" for i in range(count) for axis in "XYZ"),
        "",
    ]
    for i, time in enumerate(times):
        cells = [
            "" if np.isnan(value) else f"{scale * value:.6f}"
            for _, p in trajectories
            for value in p[i]
        ]
        lines.append("\t".join([str(i + 1), time, *cells]))
    return "\n".join(lines) + "\n"


def write_c3d(path: Path, trajectories: Rows) -> Path:
    """Write a C3D of points in millimetres, z up; what is exactly 0 is seen (residual 0)."""
    import ezc3d

    file = ezc3d.c3d()
    turned = [rotate(R_LG, p) for _, p in trajectories]
    data = np.ones((4, len(turned), turned[0].shape[0]))
    data[:3] = np.moveaxis(np.stack(turned), 2, 0)
    file["parameters"]["POINT"]["RATE"]["value"] = [RATE_HZ]
    file["parameters"]["POINT"]["LABELS"]["value"] = [label for label, _ in trajectories]
    file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    file["data"]["points"] = data
    file["data"]["meta_points"]["residuals"] = np.zeros((1, *data.shape[1:]))
    file.write(str(path))
    return path


def compared(
    path: Path, offset_s: float | None = 0.0, *, up: str = "y", names: Path | None = None
) -> Comparison:
    """Compare what sensors would tell with a reference."""
    reference = ReferenceSettings(path=path, up_axis=up, names=names)  # type: ignore[arg-type]
    settings = ComparisonSettings(estimate=Path("runner"), reference=reference, offset_s=offset_s)
    return compare_motions(runner().estimate, open_reference(reference), settings)


def compared_text(tmp_path: Path, text: str | bytes, **how) -> Comparison:
    """Compare with a TRC of this content."""
    path = tmp_path / how.pop("name", "run.trc")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return compared(path, **how)


def errors_deg(found: Comparison) -> dict[str, float]:
    """Return the error of each angle without its bias."""
    return {angle.name: angle.curve.rmse_without_offset for angle in found.table.angles}
