"""Draw the gallery of docs/report.md: ``python docs/figures/report.py`` (needs Chromium).

Every recording is simulated. Without Chromium the pictures stay as they are.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from PIL import Image

from opensim_pelvis.config.settings import ActivitySettings, SubjectSettings
from opensim_pelvis.io import output
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.notices import notice
from opensim_pelvis.pipeline import run
from opensim_pelvis.report.again import write_reports
from opensim_pelvis.report.lab import Lab
from opensim_pelvis.report.view import view_of, write_view
from opensim_pelvis.simulate import SENSOR_MAP, Session, simulate_runner, simulate_sensors
from opensim_pelvis.simulate.demo import demo_sensors
from opensim_pelvis.simulate.runner import typical_runner
from opensim_pelvis.simulate.sensors import Gap, SensorSettings
from opensim_pelvis.types import RecordingDate, Result
from opensim_pelvis.types.segments import BODIES
from opensim_pelvis.validation.compare import compare
from opensim_pelvis.validation.compare_request import read_comparison
from opensim_pelvis.validation.write_agreement import write_comparison

IMG = Path(__file__).resolve().parents[1] / "img"
FLAGS = ["--no-sandbox"]
DESK, PHONE, LONG = (1280, 800), (360, 740), (1280, 1345)
PICTURES = (
    ("good", None, "light", DESK), ("good", None, "dark", DESK), ("good", None, "light", PHONE),
    ("good", "curves", "light", DESK), ("good", "counter", "light", DESK),
    ("good", "measures", "light", DESK), ("poor", None, "light", DESK),
    ("pelvis_only", None, "light", DESK), ("comparison", None, "light", LONG),
    ("comparison", "changes", "light", DESK),
    ("compared/good", "agreement", "light", LONG),
)  # fmt: skip
"""Page, its section or the first screen, ground, and size of the window."""
POOR = (("torso", 3.0, 4.0), ("femur_r", 5.0, 1.5), ("tibia_l", 2.5, 6.0), ("pelvis", 8.0, 0.6))


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.stdout.write("no Chromium: the pictures of docs/report.md stay as they are\n")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for result in recordings():
            SummaryExporter().write(result, folder)
            write_view(view_of(result), folder / f"{result.name}_report.json")
        lab = Lab(name="Running laboratory")
        write_reports([folder], folder, lab)
        compare_two(folder, lab)
        shoot(folder, chromium)


def recordings() -> list[Result]:
    """Return a good recording, a poor one, one of the pelvis alone, and later sessions."""
    poor = replace(
        demo_sensors(),
        orientation_drift_rad=float(np.deg2rad(9.0)),
        wobble_rad=float(np.deg2rad(7.0)),
        gaps=tuple(Gap(body=body, start_s=start, length_s=long) for body, start, long in POOR),
    )
    some = ("pelvis", "torso", "femur_r", "femur_l", "tibia_l")
    found = [
        record("good", BODIES, demo_sensors()),
        record("poor", some, poor, duration_s=14.0, who="S02"),
        record("pelvis_only", ("pelvis",), demo_sensors(), who="S03", month=None),
    ]
    for number, (cadence, rotation) in enumerate(((164.0, 11.0), (180.0, 18.0), (190.0, 7.0)), 4):
        found.append(
            record(f"session_{number}", ("pelvis", "torso"), demo_sensors(), duration_s=16.0,
                   who=f"S0{number // 2 * 2}", cadence=cadence, rotation_deg=rotation,
                   month=10 - number)
        )  # fmt: skip
    return found


def compare_two(folder: Path, lab: Lab) -> None:
    """Compare the good recording with one of the same run by two quieter sensors."""
    output.write(record("good", BODIES, demo_sensors()), folder / "good")
    output.write(
        record("reference", ("pelvis", "torso"), SensorSettings(seed=7)), folder / "reference"
    )
    out = folder / "agreement"
    write_comparison(compare(read_comparison(folder / "good", folder / "reference")), out)
    write_reports([folder / "good"], folder / "compared", lab, agreements=[out])


def record(
    name: str, bodies: tuple[str, ...], sensors: SensorSettings, *, duration_s: float = 30.0,
    who: str = "S01", cadence: float = 172.0, rotation_deg: float | None = None,
    month: int | None = 3,
) -> Result:  # fmt: skip
    runner = replace(typical_runner("female"), cadence_spm=cadence)
    if rotation_deg is not None:
        runner = replace(runner, pelvic_rotation_range_deg=rotation_deg)
    truth = simulate_runner(runner, Session(duration_s=duration_s, rate_hz=100.0))
    recording = simulate_sensors(truth, sensors, bodies)
    if month is not None:
        start = datetime(2026, month, 14, 10, 30, tzinfo=timezone(timedelta(hours=1)))
        stated = RecordingDate(start=start, source=notice("source.user"))
        recording = replace(recording, date=stated)
    result = run(
        recording,
        sensors={identifier: body for identifier, body in SENSOR_MAP.items() if body in bodies},
        subject=SubjectSettings(id=who, sex="female", height_m=1.68, mass_kg=58.0),
        activity=ActivitySettings(kind="running", speed_mps=3.6, surface="treadmill"),
    )
    return replace(result, name=name)


def shoot(folder: Path, chromium: str) -> None:
    """Take the pictures."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, section, scheme, size in PICTURES:
            page = browser.new_page(
                viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
            )
            page.goto((folder / f"{name}_report.html").as_uri())
            page.wait_for_selector("html[data-ready=yes]", state="attached")
            target = IMG / f"report_{file_name(name, section, scheme, size)}.png"
            if section is not None:
                if page.locator("#time").count():
                    page.locator("#time").fill("30")
                page.add_style_tag(content="#control { display: none }")
                jump = "scrollIntoView({behavior: 'instant'})"
                page.evaluate(f"document.getElementById('{section}').{jump}")
            long = section is not None and section != "agreement"
            place = page.locator(f"#{section}") if long else page
            place.screenshot(path=target)
            shrink(target)
            page.close()
        browser.close()


def file_name(name: str, section: str | None, scheme: str, size: tuple[int, int]) -> str:
    """Return what a picture is called: recording, section, and what is unusual of its window."""
    words = [Path(name).name, section, "dark" if scheme == "dark" else None]
    words.append("phone" if size == PHONE else None)
    return "_".join(word for word in words if word)


def shrink(path: Path) -> None:
    """Make a picture small enough for the repository."""
    picture = Image.open(path).convert("RGB")
    small = picture.resize(
        (picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS
    )
    small.quantize(200, method=Image.Quantize.MAXCOVERAGE).save(path, optimize=True)


if __name__ == "__main__":
    main()
