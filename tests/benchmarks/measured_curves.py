"""Mean curves of people who walk and run, as Fourier series: what the simulator moves by.

    python tests/benchmarks/measured_curves.py           (compares with the stored figures)
    python tests/benchmarks/measured_curves.py --write   (writes simulate/measured_curves.toml)

Reads markers and forces of ``../shared/data``: strides from right to right contact (force plate at
50 N where there is one), bodies against their standing pose, angles of this project, mean over the
strides, sides averaged (the left leg half a stride later), series up to order 12. Prints how much
strides vary.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.measured_gait import Gait
from tests.benchmarks.measured_walks import all_gaits

from opensim_pelvis.kinematics.angles import name_angles
from opensim_pelvis.rotations import inverse, multiply, to_euler

TARGET = Path(__file__).resolve().parents[2] / "plugin/opensim_pelvis/simulate/measured_curves.toml"
ORDER = 12
SAMPLES = 128
MIRRORED = (
    "pelvic_axial_rotation",
    "pelvic_obliquity",
    "trunk_axial_rotation",
    "trunk_lateral_lean",
    "pelvis_lateral",
)
HEAD = """\
# Mean curves of measured people over the stride, written by
# `python tests/benchmarks/measured_curves.py --write`; do not edit by hand.
# Phase 0 is right initial contact. Degrees against the standing pose (p02 against the model's
# zero, pig against anatomical axes); pelvis_* are metres about the mean, forward, up and to the
# right. [mean, cos 1, sin 1, cos 2, sin 2, ...]; sides averaged.
"""
VARIATION_HEAD = """\
# Standard deviation between strides of the mean and of cosine and sine of harmonics 1 to 4,
# root mean square over the four RBDS trials (38 to 42 strides each) and both sides."""
VARIED = 4
MIN_STRIDES = 10
CLINICAL = {
    "pelvis": ("pelvic_axial_rotation", "pelvic_obliquity", "pelvic_anterior_tilt"),
    "torso": ("trunk_axial_rotation", "trunk_lateral_lean", "trunk_forward_lean"),
}


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")


def angles_of(gait: Gait) -> dict[str, np.ndarray]:
    """Return the coordinates of the simulator over time, degrees and metres."""
    R_TB = gait.R_TB
    read = name_angles(R_TB, np.zeros(gait.time_s.size))
    out = {n: read[n] for body, names in CLINICAL.items() if body in R_TB for n in names}
    for side, mirror in (("r", 1.0), ("l", -1.0)):
        hip = to_euler("ZXY", multiply(inverse(R_TB["pelvis"]), R_TB[f"femur_{side}"]))
        knee = to_euler("ZXY", multiply(inverse(R_TB[f"femur_{side}"]), R_TB[f"tibia_{side}"]))
        ankle = to_euler("ZXY", multiply(inverse(R_TB[f"tibia_{side}"]), R_TB[f"calcn_{side}"]))
        out[f"hip_flexion_{side}"] = hip[:, 0]
        out[f"hip_adduction_{side}"] = mirror * hip[:, 1]
        out[f"hip_rotation_{side}"] = mirror * hip[:, 2]
        out[f"knee_angle_{side}"] = -knee[:, 0]
        out[f"ankle_angle_{side}"] = ankle[:, 0]
    out = {name: np.rad2deg(np.unwrap(values)) for name, values in out.items()}
    for axis, name in enumerate(("pelvis_forward", "pelvis_height", "pelvis_lateral")):
        out[name] = gait.pelvis_m[:, axis]
    return out


def strides_of(gait: Gait) -> dict[str, np.ndarray]:
    """Return each curve cut into strides, shape (strides, SAMPLES + 1)."""
    phases = np.arange(SAMPLES + 1) / SAMPLES
    cut = {}
    for name, values in angles_of(gait).items():
        rows = [np.interp(a + phases * (b - a), gait.time_s, values) for a, b in gait.strides_s]
        table = np.stack(rows)
        if name.startswith("pelvis_"):  # steady drift over the stride is travel
            table = table - np.linspace(0, 1, SAMPLES + 1) * (table[:, -1:] - table[:, :1])
            table = table - table[:, :-1].mean(axis=1, keepdims=True)
        cut[name] = table
    return cut


def series(table: np.ndarray) -> np.ndarray:
    """Return complex coefficients of the mean stride, shape (ORDER + 1,)."""
    mean = np.nanmean(table, axis=0)
    mean = mean - (np.arange(SAMPLES + 1) / SAMPLES - 0.5) * (mean[-1] - mean[0])
    c = np.fft.rfft(mean[:-1]) / SAMPLES
    c[1:] *= 2.0
    return c[: ORDER + 1]


def shifted(c: np.ndarray, strides: float) -> np.ndarray:
    return c * np.exp(-2j * np.pi * np.arange(c.size) * strides)


def curves_of(gait: Gait) -> dict[str, np.ndarray]:
    """Return the series of each curve with both sides averaged."""
    raw = {name: series(table) for name, table in strides_of(gait).items()}
    out = {}
    for name, c in raw.items():
        if name.endswith("_l"):
            continue
        if name.endswith("_r"):
            out[name[:-2]] = (c + shifted(raw[name[:-2] + "_l"], 0.5)) / 2.0
        else:
            out[name] = (c + (-1.0 if name in MIRRORED else 1.0) * shifted(c, 0.5)) / 2.0
    return out


def as_toml(gaits: list[Gait]) -> str:
    lines = [HEAD]
    for gait in gaits:
        lines += [
            f"[{gait.name}]",
            f'source = "{gait.source}"',
            f'gait = "{gait.kind}"',
            f"speed_mps = {gait.speed_mps:g}",
            f"stride_s = {gait.stride_s:.4f}",
            f"duty_factor = {gait.duty_factor:.4f}",
            f"strides = {len(gait.strides_s)}",
            f"[{gait.name}.curves]",
        ]
        for name, c in curves_of(gait).items():
            digits = 5 if name.startswith("pelvis_") else 3
            numbers = [c[0].real, *np.column_stack([c[1:].real, -c[1:].imag]).ravel()]
            lines.append(f"{name} = [{', '.join(f'{x:.{digits}f}' for x in numbers)}]")
        lines.append("")
    lines += [VARIATION_HEAD, "[variation]"]
    for name, sizes in variation_of(gaits).items():
        digits = 5 if name.startswith("pelvis_") else 3
        lines.append(f"{name} = [{', '.join(f'{x:.{digits}f}' for x in sizes)}]")
    return "\n".join(lines) + "\n"


def variation_of(gaits: list[Gait]) -> dict[str, np.ndarray]:
    """Return by curve how much the coefficients of order 0 to 4 scatter from stride to stride.

    Root mean square, over trials of at least ten strides and over sides, of the standard
    deviation of the mean and of the cosine and sine of each harmonic.
    """
    found: dict[str, list[np.ndarray]] = {}
    for gait in gaits:
        if len(gait.strides_s) < MIN_STRIDES:
            continue
        for name, table in strides_of(gait).items():
            line = np.arange(SAMPLES + 1) / SAMPLES - 0.5
            level = table - line * (table[:, -1:] - table[:, :1])
            c = np.fft.rfft(level[:, :-1], axis=1)[:, : VARIED + 1] / SAMPLES
            c[:, 1:] *= 2.0
            variance = np.var(c, axis=0, ddof=1)
            variance[1:] /= 2.0
            found.setdefault(name.removesuffix("_r").removesuffix("_l"), []).append(variance)
    return {name: np.sqrt(np.mean(rows, axis=0)) for name, rows in found.items()}


def spread(gait: Gait) -> None:
    """Print stride-to-stride variation: duration, and by curve range, mean, amplitude, phase."""
    lengths = np.array([b - a for a, b in gait.strides_s])
    tell(
        f"{gait.name}: {lengths.size} strides, {lengths.mean():.3f} s, "
        f"SD {100 * lengths.std(ddof=1) / lengths.mean():.2f} %, duty {gait.duty_factor:.3f}"
    )
    if lengths.size < 5:
        return
    for name, table in strides_of(gait).items():
        mean = table.mean(axis=0)
        shape = mean - mean.mean()
        slope = np.gradient(shape) * SAMPLES
        basis = np.stack([np.ones_like(mean), shape, -slope])
        fit = np.linalg.lstsq(basis.T, table.T, rcond=None)[0]
        rest = table.T - basis.T @ fit
        unit = 1000.0 if name.startswith("pelvis_") else 1.0
        tell(
            f"  {name:24s} range {unit * np.ptp(mean):6.1f} SD {unit * np.ptp(table, 1).std():5.2f}"
            f"  mean SD {unit * fit[0].std():5.2f}  amplitude SD {100 * fit[1].std():5.1f} %"
            f"  phase SD {100 * fit[2].std():5.2f} %  rest rms {unit * rest.std():5.2f}"
        )


def main() -> None:
    gaits = all_gaits()
    if not gaits:
        tell("skipped: no folder ../shared/data beside the checkout")
        return
    text = as_toml(gaits)
    for gait in gaits:
        spread(gait)
    if "--write" in sys.argv:
        TARGET.write_text(text, encoding="utf-8")
        tell(f"wrote {TARGET.name}")
    else:
        same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        tell(f"stored figures {'are those of the data' if same else 'DIFFER from the data'}")


if __name__ == "__main__":
    main()
