"""What is said of five runs, sentence by sentence, with the main figures of the summary.

``python -m tests.report.test_notices_golden`` writes what is expected anew; read what changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
from opensim_pelvis.config.trial.run_request import read_request
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.io import reading
from opensim_pelvis.io.exporters.summary import summarise
from opensim_pelvis.simulate.demo import write_demo
from opensim_pelvis.types import Result
from tests.conftest import ROOT
from tests.real_sensors import GAITTOOLBOX

EXPECTED: Final = Path(__file__).parents[1] / "golden" / "notes.json"


def demo(folder: Path) -> Result:
    settings, defaults = read_request(write_demo(folder), {})
    return pipeline.run_trial(settings, defaults=defaults)


def opensense(folder: Path) -> Result:
    return pipeline.run(
        reading.read(folder / "opensense_walk"),
        sensors=read_sensor_map(folder / "opensense_walk" / "myIMUMappings.xml"),
        calibration=CalibrationSettings(window_s=(0.0, 0.0), heading_axis="z"),
        activity=ActivitySettings(kind="walking"),
    )


def gaittoolbox(folder: Path) -> Result:
    return pipeline.run(
        reading.read(folder / "gaittoolbox_walk" / "imu"),
        sensors=GAITTOOLBOX,
        activity=ActivitySettings(surface="overground"),
    )


def gaittoolbox_raw(folder: Path) -> Result:
    recording = reading.read(folder / "gaittoolbox_walk" / "imu")
    raw = replace(recording, sensors=tuple(replace(s, R_ES=None) for s in recording.sensors))
    return pipeline.run(
        raw,
        sensors=GAITTOOLBOX,
        calibration=CalibrationSettings(heading_axis="-z"),
        activity=ActivitySettings(surface="overground"),
    )


REAL: Final[dict[str, Callable[[Path], Result]]] = {
    "opensense_walk": opensense,
    "gaittoolbox_walk": gaittoolbox,
    "gaittoolbox_walk, raw signals": gaittoolbox_raw,
}


def said(result: Result) -> dict[str, Any]:
    """Return every sentence that the summary of a result holds, by its place in it."""
    found: dict[str, Any] = {}

    def walk(value: Any, place: str) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                if key not in ("notices", "definitions"):  # data; and what no run changes
                    walk(item, f"{place}.{key}" if place else key)
        elif isinstance(value, list):
            if value and all(isinstance(item, str) for item in value):
                found[place] = value
        elif isinstance(value, str) and " " in value:
            found[place] = value

    summary = summarise(result)
    for key in ("name", "settings", "versions", "defaults", "model"):
        summary.pop(key)
    walk(summary, "")
    return found


def check(name: str, result: Result) -> None:
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    assert said(result) == expected[name]


def test_what_is_said_of_the_demonstration_is_known(tmp_path: Path) -> None:
    check("demo", demo(tmp_path))


def test_what_is_said_of_a_poor_recording_is_known(poor_result: Result) -> None:
    check("poor", poor_result)


@pytest.mark.parametrize("name", list(REAL))
def test_what_is_said_of_real_recordings_is_known(name: str, shared_data: Path) -> None:
    check(name, REAL[name](shared_data))


def main() -> None:
    """Write what is said now."""
    import tempfile

    from tests.report.conftest import make_poor

    found = {name: said(make(ROOT.parent / "shared" / "data")) for name, make in REAL.items()}
    with tempfile.TemporaryDirectory() as folder:
        found["demo"] = said(demo(Path(folder)))
    found["poor"] = said(make_poor())
    EXPECTED.parent.mkdir(exist_ok=True)
    EXPECTED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
