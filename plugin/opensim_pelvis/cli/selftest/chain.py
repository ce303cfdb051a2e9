"""What follows the readers: fusion, OpenSim, the exact solver, C3D, the report, a comparison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from opensim_pelvis import simulate
from opensim_pelvis.cli.selftest.checked import Check, need, within
from opensim_pelvis.language import fonts
from opensim_pelvis.types import Result

NAME: Final = "selftest"
SUBJECT: Final = "王 김 हिन्दी தமிழ் ไทย محمد שלום Ελ Ки"
MAX_ERROR_DEG: Final = 1.5
"""Between a sensor of the model and the simulated one, which has no noise."""

MAX_FUSED_DEG: Final = 4.0
MAX_ENGINES_RAD: Final = 1e-4
"""Between the exact solver and OpenSim's, which stops at an accuracy of its own."""

MAX_C3D: Final = 1e-3
"""Of 32-bit numbers, in degrees."""

C3D_POINT: Final = "pelvic_axial_rotation"


def try_fusion(_: Path, __: dict[str, Any]) -> None:
    """Fuse raw signals and compare with the simulated orientations."""
    from opensim_pelvis.config.settings import FusionSettings
    from opensim_pelvis.fusion.fuse import fuse_recording
    from opensim_pelvis.rotations import angle_between

    true = simulate.simulate_sensors(_truth(), simulate.SensorSettings(), ("pelvis",))
    raw = replace(true, sensors=tuple(replace(s, R_ES=None) for s in true.sensors))
    settings = FusionSettings(orientations="fused")
    fused = fuse_recording(raw, settings, max_gap_s=0.05).sensors[0].R_ES
    need(fused is not None, "no orientations were fused")
    one, other = np.asarray(true.sensors[0].R_ES), np.asarray(fused)
    need(one.shape == other.shape, "the number of samples changed")
    start = one.shape[0] // 4
    # The heading is free: what the sensor has turned since one moment is not.
    turned = [angle_between(R_ES[start], R_ES[start:]) for R_ES in (one, other)]
    apart = np.abs(turned[0] - turned[1])
    within("the error of turning, degrees", float(np.rad2deg(np.median(apart))), MAX_FUSED_DEG)


def try_opensim(_: Path, shared: dict[str, Any]) -> None:
    """Solve a simulated run, and a sample of its frames with OpenSim's own solver, too."""
    result = _result(shared)
    check = result.engine_check
    need(check is not None and check.frames > 0, "OpenSim solved no frame")


def try_exact(_: Path, shared: dict[str, Any]) -> None:
    """Compare the exact solver with OpenSim's, and the solved model with its sensors."""
    result = _result(shared)
    check = result.engine_check
    apart = float("inf") if check is None else check.max_difference_rad
    within("the difference from OpenSim, rad", apart, MAX_ENGINES_RAD)
    worst = float(np.rad2deg(np.nanmax(result.kinematics.errors_rad)))
    within("the largest error, degrees", worst, MAX_ERROR_DEG)


def try_c3d(folder: Path, shared: dict[str, Any]) -> None:
    """Write a C3D file and read its angles back through ezc3d."""
    from opensim_pelvis.io.c3d import library, open_c3d
    from opensim_pelvis.io.exporters.c3d import C3dExporter

    result = _result(shared)
    path = next(p for p in C3dExporter().write(result, folder) if p.suffix == ".c3d")
    points = library.load(open_c3d(path))["points"]
    need(points.shape[0] == result.aligned.time_s.size, "the number of frames changed")
    names = [d.name for d in result.clinical.definitions]
    column = np.rad2deg(result.clinical.values_rad[:, names.index(C3D_POINT)])
    apart = np.nanmax(np.abs(points - column[:, None, None]), axis=0)
    within("the difference of angles, degrees", float(np.nanmin(apart)), MAX_C3D)


def try_report(folder: Path, shared: dict[str, Any]) -> None:
    """Write page and PDF with letters of several scripts."""
    from opensim_pelvis.report.exporter import PdfExporter, ReportExporter

    result = _result(shared)
    missing = fonts.missing_letters(SUBJECT)
    need(
        not missing,
        f"{len(missing)} characters have no font; install manimgx-fonts or noto-cjk-sans-otc",
    )
    page = ReportExporter().write(result, folder)[0].read_text(encoding="utf-8")
    need(SUBJECT.split()[0] in page, "the page lacks the subject")
    pdf = PdfExporter().write(result, folder)[0].read_bytes()
    need(pdf.startswith(b"%PDF") and pdf.rstrip().endswith(b"%%EOF"), "the PDF is not whole")


def try_compare(folder: Path, shared: dict[str, Any]) -> None:
    """Write all results and set them against their own inverse kinematics: no difference."""
    from opensim_pelvis.io.output import write
    from opensim_pelvis.validation.compare import compare
    from opensim_pelvis.validation.compare_request import read_comparison

    write(_result(shared), folder)
    made = folder / NAME
    settings = read_comparison(
        made, made / f"{NAME}_ik.mot", kind="ik", model=made / f"{NAME}_model.osim", offset_s=0.0
    )
    angles = compare(settings).table.angles
    need(bool(angles), "no angle was compared")
    worst = max(float(np.nanmax(np.abs(a.estimate_deg - a.reference_deg))) for a in angles)
    within("the difference of angles, degrees", worst, 0.05)


def _truth() -> simulate.Truth:
    return simulate.simulate_runner(
        session=simulate.Session(duration_s=6.0, rate_hz=60.0, still_s=1.5, ramp_s=0.5)
    )


def _result(shared: dict[str, Any]) -> Result:
    """Return the solved run, which the first check that needs it makes."""
    from opensim_pelvis.config.settings import SolverSettings, SubjectSettings
    from opensim_pelvis.pipeline import run

    if "result" not in shared:
        recording = simulate.simulate_sensors(_truth(), simulate.SensorSettings())
        result = run(
            replace(recording, name=NAME),
            sensors=simulate.SENSOR_MAP,
            subject=SubjectSettings(id=SUBJECT),
            solver=SolverSettings(check_engine=True),
        )
        shared["result"] = result
    found: Result = shared["result"]
    return found


CHECKS: Final = (
    Check("fusion of raw signals", try_fusion, "vqf"),
    Check("OpenSim: model and inverse kinematics", try_opensim, "opensim"),
    Check("exact solver compared with OpenSim", try_exact, "numba"),
    Check("C3D written, and read by ezc3d", try_c3d, "ezc3d"),
    Check("report: page and PDF, letters of many scripts", try_report, "matplotlib"),
    Check("comparison with a reference", try_compare, "opensim-pelvis"),
)
