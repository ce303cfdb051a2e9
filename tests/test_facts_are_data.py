"""Records hold names and numbers; sentences are made where a person reads them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import pandas as pd
import pytest

import opensim_pelvis.types
import opensim_pelvis.validation
from opensim_pelvis import pipeline
from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings, TrialSettings
from opensim_pelvis.config.trial.run_request import read_request
from opensim_pelvis.io import output, reading
from opensim_pelvis.io.c3d import open_c3d
from opensim_pelvis.io.readers.c3d_contents import describe_contents
from opensim_pelvis.notices import Notice, notice
from opensim_pelvis.simulate.demo import write_demo
from opensim_pelvis.types import RecordingDate, Result, RunningAnalysis
from opensim_pelvis.types.event import CONTACT, CYCLE_EVENTS, RIGHT_FORWARD
from opensim_pelvis.validation.compare import Comparison, ComparisonSettings, compare
from opensim_pelvis.validation.sources import ReferenceSettings
from tests.conftest import ROOT
from tests.exporting import PAGE_AND_PDF, without
from tests.real_sensors import GAITTOOLBOX

LATE: Final = {"pd": pd, "TrialSettings": TrialSettings, "RunningAnalysis": RunningAnalysis}
"""What annotations name that are imported for type checkers alone."""

DEFINITIONS: Final = frozenset(
    {"AngleCurve", "AngleDefinition", "Drill", "Landmark", "MeasureDefinition", "Reference"}
)
"""Rows of tables: what is said of one stands there, and no run changes it."""

TEXTS: Final[Mapping[str, frozenset[str]]] = {
    "Recording": frozenset({"header"}),  # of the file
    "Finding": frozenset({"rule_text", "source", "strength"}),  # of rules.toml
    "Result": frozenset({"defaults", "settings"}),  # of the user, and of config/settings.py
    "Comparison": frozenset({"settings"}),
    "InputFile": frozenset({"path"}),
    "BodyModel": frozenset({"xml", "source"}),  # the document and its path
    "RunningTable": frozenset({"columns", "rows"}),  # made for who reads it; no record has one
}
"""Fields whose texts a file, a user or a table gives, by record."""

NAMES: Final[Mapping[str, str]] = {
    "AlignedRecording": "sensors bodies identifiers magnetic_unit",
    "AngleAgreement": "name",
    "Asymmetry": "name",
    "BodyDefinition": "name parent pair",
    "BodyModel": "name bodies coordinates",
    "Check": "name unit subject state",
    "ClockEstimate": "identifier",
    "CoordinateDefinition": "name pair",
    "Curves": "angles",
    "Duplicate": "identifiers",
    "Estimate": "name",
    "Event": "label",
    "EventAgreement": "kind sides",
    "Finding": "rule",
    "FootEvent": "kind side",
    "GaitEvents": "start_label",
    "InputFile": "sha256",
    "IntegrityLedger": "unmatched",
    "IntraclassCorrelation": "kind",
    "Kinematics": "coordinates sensors bodies engine",
    "MarkerMap": "names clusters",
    "MarkerTrial": "name subjects",
    "MarkerWeights": "file sha256",
    "Motion": "name subject",
    "NamedMarkers": "subjects",
    "OrientationOrigin": "identifier",
    "Placement": "sensors bodies",
    "PooledAgreement": "angle value",
    "RawFit": "identifier axes",
    "Reason": "key measure",
    "Recording": "name reader",
    "Repeat": "identifier",
    "Result": "name versions",
    "SensorHeading": "sensor",
    "SensorIntegrity": "sensor identifier",
    "SensorOrientations": "sensors",
    "SensorStep": "sensor body",
    "SensorSignals": "identifier magnetic_unit file",
    "StrideAgreement": "value",
    "StrideSpan": "side",
    "Summary": "name",
    "Synchronisation": "segments",
    "TrcFile": "unit trajectories",
}
"""Fields that hold names: of a sensor, a body, an angle, a file, a unit, a kind."""

EVENTS: Final = frozenset({CONTACT, RIGHT_FORWARD, *CYCLE_EVENTS.values()})
"""Names of events."""

GIVEN: Final = frozenset({"simulated runner", "Vicon Nexus", "Update Rate", "Sample Rate"})
"""Names that files and users give: a subject, a program, fields of headers."""


# --- by annotation -------------------------------------------------------------------------


def records() -> Iterator[type]:
    """Yield every record of the stages and of comparisons."""
    for package in (opensim_pelvis.types, opensim_pelvis.validation):
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            for found in vars(module).values():
                here = getattr(found, "__module__", "") == module.__name__
                if here and isinstance(found, type) and is_dataclass(found):
                    yield found


def holds_text(hint: Any) -> bool:
    """Return whether an annotation allows any text; names of a mapping do not count."""
    if hint is str:
        return True
    if get_origin(hint) is Literal:
        return False
    parts = get_args(hint)
    origin = get_origin(hint)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        parts = parts[1:]
    return any(holds_text(part) for part in parts)


def test_a_field_holds_a_name_or_a_notice_and_no_sentence() -> None:
    found = {
        record.__name__: {
            field.name
            for field in fields(record)
            if holds_text(get_type_hints(record, localns=LATE)[field.name])
        }
        for record in records()
        if record.__name__ not in DEFINITIONS
    }
    for name, texts in found.items():
        known = set(NAMES.get(name, "").split()) | TEXTS.get(name, frozenset())
        assert texts <= known, f"{name}: {texts - known}: a Notice, a Literal, or a name in NAMES"
    for name, listed in NAMES.items():
        assert set(listed.split()) <= found[name], name


# --- by value ------------------------------------------------------------------------------


def is_prose(text: str) -> bool:
    return bool(re.search(r"\s", text.strip())) and bool(re.search(r"[^\W\d_]", text))


def closed(hint: Any) -> frozenset[str]:
    """Return the members of the closed sets in an annotation."""
    if get_origin(hint) is Literal:
        return frozenset(get_args(hint))
    return frozenset[str]().union(*(closed(part) for part in get_args(hint)))


def prose(value: Any, place: str, hint: Any = None) -> Iterator[tuple[str, str]]:
    """Yield place and text of each prose in a value that no closed set names."""
    if isinstance(value, str):
        if is_prose(value) and value not in EVENTS | GIVEN | closed(hint):
            yield place, value
    elif isinstance(value, Notice):
        for name, part in value.values.items():
            yield from prose(part, f"{place} ({value.code}).{name}")
        yield from prose(value.subject, f"{place} ({value.code})")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from prose(key, f"{place}, a key", hint)
            yield from prose(item, f"{place}[...]", hint)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from prose(item, place, hint)
    elif is_dataclass(value) and not isinstance(value, type):
        name = type(value).__name__
        if name in DEFINITIONS:
            return
        hints = get_type_hints(type(value), localns=LATE)
        for field in fields(value):
            if field.name not in TEXTS.get(name, ()):
                inner = getattr(value, field.name)
                yield from prose(inner, f"{name}.{field.name}", hints[field.name])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Result:
    settings, defaults = read_request(write_demo(tmp_path_factory.mktemp("demo")), {})
    return pipeline.run_trial(settings, defaults=defaults)


@pytest.fixture(scope="module")
def compared(demo: Result, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("compared")
    with without(*PAGE_AND_PDF):
        output.write(demo, folder)
    (table,) = folder.rglob("*_ik.mot")
    reference = ReferenceSettings(path=table)
    return compare(ComparisonSettings(estimate=table.parent, reference=reference, offset_s=0.1))


def test_prose_is_seen_in_records_and_in_notices(demo: Result) -> None:
    told = notice("source.field", field="the third column")
    odd = replace(demo.recording, rate_source="told by a friend", counter_source=told)
    assert {text for _, text in prose(odd, "")} == {"told by a friend", "the third column"}
    date = RecordingDate(start=pd.Timestamp("2026-11-24").date(), source="its header")
    assert [text for _, text in prose(replace(odd, date=date).date, "")] == ["its header"]


def test_a_run_holds_no_sentence(demo: Result) -> None:
    assert list(prose(demo, "")) == []


def test_a_real_run_holds_no_sentence(shared_data: Path) -> None:
    recording = reading.read(shared_data / "gaittoolbox_walk" / "imu")
    raw = replace(recording, sensors=tuple(replace(s, R_ES=None) for s in recording.sensors))
    found = pipeline.run(
        raw,
        sensors=GAITTOOLBOX,
        calibration=CalibrationSettings(heading_axis="-z"),
        activity=ActivitySettings(surface="overground"),
    )
    assert list(prose(found, "")) == []


def test_a_comparison_holds_no_sentence(compared: Comparison) -> None:
    assert list(prose(compared, "")) == []


@pytest.mark.parametrize(
    "name",
    [
        *("apdm_3.h5", "apdm_format7.csv", "channels.c3d", "dot_app", "dot_export"),
        *("mvn_4.mvnx", "opensense.sto", "rotations.c3d", "ximu3", "xsens_eight"),
    ],
)
def test_what_a_reader_gives_holds_no_sentence(name: str) -> None:
    found = reading.read(ROOT / "fixtures" / name)
    named = {*found.identifiers, *(sensor.file for sensor in found.sensors)}
    assert {text for _, text in prose(found, "")} <= named


def test_what_a_file_without_sensors_holds_is_data(shared_data: Path) -> None:
    path = next(iter(sorted((shared_data / "vicon_pig").glob("*.c3d"))))
    found = describe_contents(open_c3d(path))
    assert found.facts["events"].code == "contents.steps"
    assert list(prose(replace(found, notes=()), "")) == []
