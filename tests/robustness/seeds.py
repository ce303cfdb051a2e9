"""Sound small inputs of every kind, by our own simulator and writers: what damage starts from.

A tree is the content of a folder: relative name to bytes. Recordings have twelve rows, so that
thousands of them can be tried in a minute.
"""

from __future__ import annotations

import io
import json
import struct
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.exporters.c3d_file import C3dContent, write_c3d
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Gap,
    SensorSettings,
    Session,
    Truth,
    random_mountings,
    simulate_runner,
    simulate_sensors,
    write_apdm_csv,
    write_apdm_hdf5,
    write_c3d_channels,
    write_c3d_rotations,
    write_csv,
    write_dot,
    write_mvnx,
    write_sto,
    write_ximu3,
    write_xsens,
)
from opensim_pelvis.types import Recording, Result

Tree = dict[str, bytes]
"""Content of a folder: relative name to bytes."""

TWO: Final = ("pelvis", "torso")
BRIEF: Final = Session(duration_s=0.3, rate_hz=40.0, still_s=0.1, ramp_s=0.1)
START: Final = datetime(2026, 5, 1, 8, 0, 0, tzinfo=UTC)


@cache
def truth() -> Truth:
    """Return twelve samples of a runner."""
    return simulate_runner(session=BRIEF)


@cache
def recording(*, gap: bool = True, field: bool = True, counter_start: int = 0) -> Recording:
    """Return what two sensors recorded, two samples of one lost."""
    gaps = (Gap(body="torso", start_s=0.1, length_s=0.05),) if gap else ()
    settings = SensorSettings(
        mountings=random_mountings(7), magnetometer=field, gaps=gaps, counter_start=counter_start
    )
    return simulate_sensors(truth(), settings, TWO)


def grow(write: Callable[[Path], object]) -> Tree:
    """Return what a writer puts into a folder."""
    with tempfile.TemporaryDirectory() as name:
        write(Path(name))
        return read_tree(Path(name))


def read_tree(folder: Path) -> Tree:
    """Return the content of a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# --- recordings ----------------------------------------------------------------------------


def xsens() -> tuple[Tree, ...]:
    """Return MT Manager's text in each form of columns and header."""
    plain, turned = recording(), recording(field=False, counter_start=65530)
    return (
        grow(lambda d: write_xsens(turned, d)),
        grow(lambda d: write_xsens(plain, d, columns="matrix", separator=",")),
        grow(lambda d: write_xsens(plain, d, columns="euler", header="2022")),
        grow(lambda d: write_xsens(plain, d, columns="matrix", separator=" ")),
        grow(lambda d: write_xsens(plain, d, separator=";")),
        _with_utc(grow(lambda d: write_xsens(plain, d, header="2022"))),
    )


def _with_utc(tree: Tree) -> Tree:
    """Return the files of sensors with the time of day in nanoseconds beside every row."""
    names = ("UTC_Nano", "UTC_Hour", "UTC_Minute", "UTC_Second", "UTC_Valid")
    out: Tree = {}
    for name, content in tree.items():
        lines = content.decode().splitlines()
        top = next(i for i, line in enumerate(lines) if line.startswith("PacketCounter"))
        lines[top] += "".join(f"\t{column}" for column in names)
        for i in range(top + 1, len(lines)):
            nano = round((i - top) * 1e9 / BRIEF.rate_hz)
            lines[i] += f"\t{nano % 10**9}\t23\t59\t{nano // 10**9}\t7"
        out[name] = ("\n".join(lines) + "\n").encode()
    return out


def dot() -> tuple[Tree, ...]:
    """Return DOT's csv as the app and the exporter write it."""
    some = recording(field=False)
    names = {identifier: SENSOR_MAP[identifier] for identifier in some.identifiers}
    return (
        grow(lambda d: write_dot(some, d, names=names, start_us=2**32 - 100_000)),
        grow(
            lambda d: write_dot(
                recording(gap=False),
                d,
                columns=("dq", "dv", "Status"),
                layout="export",
                names=names,
            )
        ),
    )


def mvnx() -> tuple[Tree, ...]:
    """Return an MVNX of versions 3 and 4."""
    return tuple(
        grow(
            lambda d, version=version: write_mvnx(
                truth(), recording(), d / "w.mvnx", worn=SENSOR_MAP, version=version
            )
        )
        for version in (4, 3)
    )


def sto() -> tuple[Tree, ...]:
    """Return OpenSense's table."""
    return (grow(lambda d: write_sto(recording(), d / "w.sto", digits=6)),)


def apdm_csv() -> tuple[Tree, ...]:
    """Return both layouts of APDM's csv."""
    return (
        grow(lambda d: write_apdm_csv(recording(), d / "w.csv")),
        grow(lambda d: write_apdm_csv(recording(), d / "w.csv", layout="format 7")),
    )


def apdm_hdf5() -> tuple[Tree, ...]:
    """Return APDM's HDF5 of versions 3 and 5."""
    return (
        grow(lambda d: write_apdm_hdf5(recording(), d / "w.h5", version=3)),
        grow(lambda d: write_apdm_hdf5(recording(), d / "w.h5", version=5)),
    )


def ximu3() -> tuple[Tree, ...]:
    """Return x-IMU3's folders."""
    return (grow(lambda d: write_ximu3(recording(), d, magnetometer_every=2, convention="NWU")),)


def table() -> tuple[Tree, ...]:
    """Return a wide table with its mapping."""
    return (grow(lambda d: write_csv(recording(field=False), d / "w.csv", digits=7)),)


def c3d() -> tuple[Tree, ...]:
    """Return C3D files of channels, of rotations and of everything at once."""
    return (
        grow(lambda d: write_c3d_channels(recording(), d / "w.c3d")),
        grow(lambda d: write_c3d_rotations(recording(), d / "w.c3d")),
        grow(lambda d: write_c3d(d / "w.c3d", laboratory())),
    )


def c3d_sensors() -> tuple[Tree, ...]:
    """Return the C3D files that hold sensors."""
    return c3d()[:2]


def rotations() -> tuple[Tree, ...]:
    """Return rotations of segments, named as Theia3D names them."""
    named = recording()
    sensors = tuple(
        replace(sensor, identifier=SENSOR_MAP[sensor.identifier]) for sensor in named.sensors
    )
    return (grow(lambda d: write_c3d_rotations(replace(named, sensors=sensors), d / "w.c3d")),)


# --- references, events, speeds ------------------------------------------------------------


MARKER_NAMES: Final = ("LASI", "RASI", "LPSI", "RPSI", "LKNE", "RKNE", "LTHI", "RTHI", "LHJC")


WEIGHTS: Final[tuple[Tree, ...]] = (
    {
        "w.xml": b"""<?xml version="1.0" encoding="UTF-8"?>
<OpenSimDocument Version="40000"><IKTaskSet name="w"><objects>
<IKMarkerTask name="LASI"><apply>true</apply><weight>10</weight></IKMarkerTask>
<IKMarkerTask name="RASI"><apply>false</apply><weight>2.5</weight></IKMarkerTask>
<IKCoordinateTask name="knee_angle_r"><apply>true</apply><weight>1</weight></IKCoordinateTask>
</objects><groups/></IKTaskSet></OpenSimDocument>
"""
    },
    {"w.toml": b"[weights]\nLASI = 10\nRASI = 2.5\nLKNE = 0\n"},
    {"w.csv": b"label,weight\nLASI,10\nRASI,2.5\nLKNE,0\n"},
    {"w.txt": b"LASI\t10\nRASI\t2,5\n"},
)
"""Marker weights in every form."""


def markers() -> FloatArray:
    """Return where the markers of a person stand, mm, z up, x ahead."""
    return np.array(
        [
            *([100.0, 120.0, 1000.0], [100.0, -120.0, 1000.0]),
            *([-100.0, 50.0, 1010.0], [-100.0, -50.0, 1010.0]),
            *([0.0, 150.0, 500.0], [0.0, -150.0, 500.0]),
            *([60.0, 160.0, 750.0], [60.0, -160.0, 750.0], [0.0, 90.0, 920.0]),
        ]
    )


def laboratory() -> C3dContent:
    """Return markers, one plate and events, as a laboratory's C3D holds them."""
    rng = np.random.default_rng(3)
    labels = [*MARKER_NAMES, "LPelvisAngles", "RPelvisAngles"]
    points = rng.normal(scale=2.0, size=(20, len(labels), 3))
    points[:, : len(MARKER_NAMES)] += markers()
    force = np.zeros((20, 6))
    force[5:14, 2] = -900.0
    return C3dContent(
        rate_hz=100.0,
        points=points,
        point_labels=labels,
        point_descriptions=[""] * len(labels),
        analogs=force,
        analog_labels=["Fx1", "Fy1", "Fz1", "Mx1", "My1", "Mz1"],
        analog_descriptions=[""] * 6,
        analog_units=["N"] * 3 + ["Nmm"] * 3,
        parameters={
            "EVENT": {
                "USED": np.array([2]),
                "CONTEXTS": ["Left", "Right"],
                "LABELS": ["Foot Strike", "Foot Off"],
                "TIMES": np.array([[0.0, 0.0], [0.05, 0.12]]),
            },
            "FORCE_PLATFORM": {
                "USED": np.array([1]),
                "TYPE": np.array([2]),
                "ZERO": np.array([1, 2]),
                "CHANNEL": np.arange(1, 7)[:, None],
            },
        },
    )


def trc() -> Tree:
    """Return markers as TRC, every frame of another place."""
    names = MARKER_NAMES
    rng = np.random.default_rng(5)
    lines = [
        "PathFileType\t4\t(X/Y/Z)\tw.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
        "OrigNumFrames",
        f"100\t100\t12\t{len(names)}\tmm\t100\t1\t12",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"{a}{k}" for k in range(1, len(names) + 1) for a in "XYZ"),
        "",
    ]
    for frame in range(12):
        cells = (markers() + rng.normal(scale=2.0, size=(len(names), 3))).ravel()
        lines.append(
            "\t".join([str(frame + 1), f"{frame / 100:.2f}", *(f"{x:.3f}" for x in cells)])
        )
    return {"w.trc": ("\n".join(lines) + "\n").encode()}


def mot() -> Tree:
    """Return coordinates as OpenSim writes them."""
    rows = [f"{k / 50:.2f}\t{k}.5\t{-k}.25\t{2 * k}.125" for k in range(12)]
    head = "Coordinates\nversion=1\nnRows=12\nnColumns=4\ninDegrees=yes\nendheader\n"
    names = "time\tpelvis_tilt\tpelvis_list\tpelvis_rotation\n"
    return {"w.mot": (head + names + "\n".join(rows) + "\n").encode()}


def events_csv() -> Tree:
    """Return a table of events."""
    text = "time_s,label,side,uncertainty_s\n0.5,initial contact,left,0.01\n0.7,toe-off,left,\n"
    return {"e.csv": (text + "1.1,foot strike,r,0.02\n1.3,Foot Off,Right,0.01\n").encode()}


def speeds_csv() -> Tree:
    """Return a table of speeds."""
    return {"s.csv": b"time_s,speed_mps\n" + b"".join(b"%d,3.%d\n" % (k, k) for k in range(6))}


def gpx() -> Tree:
    """Return a watch's GPX."""
    points = "".join(
        f'<trkpt lat="{50 + 3.5 * k / 111195:.9f}" lon="8.0"><time>{_at(k)}Z</time></trkpt>'
        for k in range(5)
    )
    text = '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns='
    text += f'"http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'
    return {"s.gpx": text.encode()}


def tcx() -> Tree:
    """Return a watch's TCX."""
    points = "".join(
        f"<Trackpoint><Time>{_at(k)}.000Z</Time><DistanceMeters>{3.5 * k}</DistanceMeters>"
        "</Trackpoint>"
        for k in range(5)
    )
    text = '<?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase xmlns="http://www.garmin'
    text += '.com/xmlschemas/TrainingCenterDatabase/v2"><Activities><Activity Sport="Running"><Id>'
    text += f'{_at(0)}.000Z</Id><Lap StartTime="{_at(0)}.000Z"><TotalTimeSeconds>5'
    text += "</TotalTimeSeconds><DistanceMeters>20</DistanceMeters><Calories>1</Calories>"
    text += f"<Intensity>Active</Intensity><Track>{points}</Track></Lap></Activity></Activities>"
    return {"s.tcx": (text + "</TrainingCenterDatabase>").encode()}


def fit() -> Tree:
    """Return a watch's FIT, its checksums right."""
    first = int((START - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds())
    data = struct.pack("<BBBHB", 0x40, 0, 0, 20, 2)
    data += struct.pack("<BBBBBB", 253, 4, 0x86, 6, 2, 0x84)
    for k in range(6):
        data += struct.pack("<BIH", 0, first + k, 3500 + k)
    return {"s.fit": seal_fit(data)}


def seal_fit(data: bytes) -> bytes:
    """Return records of FIT with head and checksums."""
    return seal(seal(struct.pack("<BBHI4s", 14, 0x10, 2132, len(data), b".FIT")) + data)


def seal(data: bytes) -> bytes:
    """Return bytes with FIT's checksum behind them."""
    return data + struct.pack("<H", _crc(data))


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


def _at(second: int) -> str:
    return f"{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}"


# --- documents -----------------------------------------------------------------------------

TRIAL: Final = b"""[recording]
path = "walk"
rate_hz = 40.0
name = "w"
up_axis = "z"
date = 2026-05-01T08:00:00Z
[sensors]
"00B4F001" = "pelvis"
"00B4F002" = "torso"
[mountings]
femur_r = [1.0, 0.0, 0.0, 0.0]
[timeline]
synchronise = "trigger"
trigger_s = { "00B4F001" = 1.5 }
max_gap_s = 0.05
[calibration]
method = "static"
window_s = [0.0, 1.0]
heading_axis = "-z"
base = "pelvis"
flexion_window_s = [2.0, 3.0]
[fusion]
magnetometer = true
[subject]
id = "S01"
sex = "female"
height_m = 1.7
[activity]
kind = "running"
speed_mps = 3.5
events_file = "e.csv"
events_start_s = 0.0
[solver]
weights = { pelvis = 2.0, tibia = 0.02 }
"""
MAP: Final = b'[sensors]\n"00B4F001" = "pelvis"\n"00B4F002" = "torso"\n'
OPENSENSE: Final = b"""<?xml version="1.0" encoding="UTF-8" ?>
<OpenSimDocument Version="30510"><OpenSenseSettings><ExperimentalSensors>
<ExperimentalSensor name="_00B42268"><name_in_model>torso_imu</name_in_model></ExperimentalSensor>
<ExperimentalSensor name="_00B421AF"><name_in_model>pelvis_imu</name_in_model></ExperimentalSensor>
</ExperimentalSensors></OpenSenseSettings></OpenSimDocument>
"""
PLACED: Final = b"""<?xml version="1.0" encoding="UTF-8" ?>
<OpenSimDocument Version="40000"><Model name="m"><BodySet name="bodyset"><objects>
<Body name="pelvis"><components><PhysicalOffsetFrame name="pelvis_imu">
<socket_parent>..</socket_parent><translation>0 0 0</translation><orientation>0.1 0.2 -1.5
</orientation></PhysicalOffsetFrame></components></Body>
<Body name="torso"><components><PhysicalOffsetFrame name="torso_imu">
<socket_parent>..</socket_parent><orientation>1.5 0 0</orientation></PhysicalOffsetFrame>
</components></Body></objects></BodySet></Model></OpenSimDocument>
"""
LAB: Final = b"""name = "Laboratory"
header = "Street 1"
footer = "end"
logo = "logo.png"
texts = "de.po"
sections = ["headline", "quality", "curves"]
"""
TEXTS: Final = b"""msgid ""
msgstr ""
"Language: de\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "report.page.title"
msgid "Running report"
msgstr "Becken"

#, fuzzy
#| msgid "{n} strides"
msgctxt "notice.strides.excluded.text"
msgid "{excluded} of {strides} strides is excluded: {reasons}"
msgid_plural "{excluded} of {strides} strides are excluded: {reasons}"
msgstr[0] "{excluded} von {strides}: {reasons}"
msgstr[1] "{excluded} von {strides}: {reasons}"

#~ msgctxt "gone"
#~ msgid "a"
#~ msgstr "b"
"""
MARKERS: Final = b"""[markers]
LASI = "lasi"
RASI = "Subject:RASI"
[clusters]
femur_r = ["a", "b", "c"]
pelvis = ["d", "e", "f", "g"]
"""
RENAMED: Final = b"""[markers]
LTHI = "RTHI"
RTHI = "LTHI"
[clusters]
femur_r = ["RKNE", "RTHI", "RASI"]
"""
SVG: Final = b"""<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40"
 height="20" viewBox="0 0 40 20"><style>.a { fill: red }</style><defs><linearGradient id="g">
<stop offset="0" stop-color="#fff"/></linearGradient></defs><g transform="translate(1 2)">
<rect class="a" x="0" y="0" width="10" height="10" fill="url(#g)"/><path d="M0 0L10 10"/>
<text x="1" y="9" font-size="8">Lab</text><use xlink:href="#g"/></g></svg>
"""


def png() -> bytes:
    """Return a picture."""
    from matplotlib.image import imsave

    made = io.BytesIO()
    imsave(made, np.linspace(0, 1, 64).reshape(8, 8), format="png")
    return made.getvalue()


def _run(duration_s: float, rate_hz: float) -> Result:
    from opensim_pelvis.config.settings import (
        ActivitySettings,
        CalibrationSettings,
        SubjectSettings,
    )
    from opensim_pelvis.pipeline import run

    session = Session(duration_s=duration_s, rate_hz=rate_hz, still_s=2.0)
    recorded = simulate_sensors(simulate_runner(session=session), SensorSettings(), TWO)
    return run(
        recorded,
        sensors={i: SENSOR_MAP[i] for i in recorded.identifiers},
        subject=SubjectSettings(id="S01", sex="female", height_m=1.7, mass_kg=60.0),
        calibration=CalibrationSettings(window_s=(0.0, 2.0), heading_axis="-z"),
        activity=ActivitySettings(kind="running", speed_mps=3.6, surface="treadmill"),
    )


@cache
def comparison() -> Tree:
    """Return the numbers of a comparison of one run by two recordings of other rates."""
    from opensim_pelvis.io.exporters.osim import OsimExporter
    from opensim_pelvis.io.exporters.sto import StoExporter
    from opensim_pelvis.io.exporters.strides import StridesExporter
    from opensim_pelvis.io.exporters.summary import SummaryExporter
    from opensim_pelvis.validation import write_agreement as write
    from opensim_pelvis.validation.compare import compare
    from opensim_pelvis.validation.compare_request import read_comparison

    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / "one", Path(name) / "other"]
        for folder, rate_hz in zip(folders, (40.0, 50.0), strict=True):
            folder.mkdir()
            made = _run(14.0, rate_hz)
            for exporter in (StoExporter(), SummaryExporter(), StridesExporter(), OsimExporter()):
                exporter.write(made, folder)
        found = compare(read_comparison(*folders))
        out = Path(name) / "out"
        out.mkdir()
        write._write_json(found, out / write.NUMBERS_FILE)
        write._write_strides(found, out / write.STRIDE_FILE)
        write.write_curves(found, out / write.CURVES_FILE)
        return read_tree(out)


@cache
def result() -> Tree:
    """Return the files of a short run: its summary and the numbers of its report."""
    from opensim_pelvis.io.exporters.summary import SummaryExporter
    from opensim_pelvis.report.view import view_of, write_view

    made = _run(8.0, 40.0)

    def write(folder: Path) -> None:
        SummaryExporter().write(made, folder)
        write_view(view_of(made), folder / f"{made.name}_report.json")

    tree = grow(write)
    report = next(name for name in tree if name.endswith("_report.json"))
    summary = next(name for name in tree if name.endswith("_summary.json"))
    return {"w_report.json": thin(tree[report]), "w_summary.json": thin(tree[summary])}


def thin(content: bytes) -> bytes:
    """Return JSON whose lists of more than a cycle's 101 numbers are cut to twelve."""

    def walk(value: object) -> object:
        if isinstance(value, dict):
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, list):
            short = value if len(value) <= 101 or isinstance(value[0], dict | str) else value[:12]
            return [walk(item) for item in short]
        return value

    return json.dumps(walk(json.loads(content))).encode()
