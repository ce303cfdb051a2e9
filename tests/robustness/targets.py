"""What is tried: for each kind of input its sound seeds, and the call that takes it in.

A target damages one file of a seed. The call sees a folder and returns, or refuses with an error
of ours; `judge.judge` tells whether it did.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from opensim_pelvis.config.settings import RecordingSettings
from opensim_pelvis.errors import MissingRateError, OpenSimPelvisError
from opensim_pelvis.io.registry import load_reader
from opensim_pelvis.testing.same_recording import check_sound
from opensim_pelvis.types import Recording
from tests.robustness import commands, seeds
from tests.robustness.mutate import mutate
from tests.robustness.seeds import Tree


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of input.

    Parameters
    ----------
    name : str
    seeds : callable
        Returns sound inputs.
    act : callable
        Takes an input in, from a folder.
    victims : str
        Pattern of the names of the files that are damaged.
    slow : bool
        Ten a second or fewer; fewer are tried.
    damage : callable
        Takes content and a generator; returns damaged content and what was done.
    """

    name: str
    seeds: Callable[[], tuple[Tree, ...]]
    act: Callable[[Path], Any]
    victims: str = "*"
    slow: bool = False
    damage: Callable[[bytes, Random], tuple[bytes, str]] = mutate


_READERS: Final = cache(load_reader)
"""Finding a plug-in takes longer than reading a small file."""

# --- recordings ----------------------------------------------------------------------------


def _read(reader: str, folder: Path, **settings: Any) -> Recording:
    files = [path for path in sorted(folder.rglob("*")) if path.suffix != ".toml"]
    single = len(files) == 1
    path = files[0] if single else folder
    mapping = next(iter(sorted(folder.glob("*.mapping.toml"))), None)
    plugin = _READERS(reader)
    plugin.sniff(path)
    wanted = RecordingSettings(path=path, mapping=mapping, **settings)
    try:
        found = plugin.read(wanted)
    except MissingRateError:  # it is given then, as a person would after the message
        found = plugin.read(replace(wanted, rate_hz=seeds.BRIEF.rate_hz))
    check_sound(found)
    return found


def _reader(name: str, make: Callable[[], tuple[Tree, ...]], label: str = "") -> Target:
    wanted = "*.toml" if label.endswith("mapping") else "*"
    return Target(label or name, make, lambda folder: _read(name, folder), wanted)


def _one_file(name: str, make: Callable[[], tuple[Tree, ...]]) -> Target:
    """Return a reader on the first file alone, as a person names it."""

    def first() -> tuple[Tree, ...]:
        return tuple(dict([sorted(tree.items())[0]]) for tree in make())

    return Target(f"{name} file", first, lambda folder: _read(name, folder))


def _inspect(folder: Path) -> None:
    """Do what `inspect` does: find the reader, read, bring clocks together, count, show."""
    from rich.console import Console

    from opensim_pelvis.cli.screen.recordings import render_recording
    from opensim_pelvis.config.settings import TimelineSettings
    from opensim_pelvis.errors import SettingsError, TimelineError
    from opensim_pelvis.io.reading import read_recording
    from opensim_pelvis.timeline.align import audit_recording
    from opensim_pelvis.timeline.clocks import unify_clocks
    from opensim_pelvis.timeline.integrity import describe_ledger

    mapping = next(iter(sorted(folder.glob("*.mapping.toml"))), None)
    found = read_recording(RecordingSettings(path=folder, mapping=mapping))
    ledger, notes = None, ()
    try:
        found = unify_clocks(found, TimelineSettings())
        ledger = audit_recording(found, max_gap_s=0.05)
        notes = describe_ledger(ledger, found.rate_hz)
    except (TimelineError, SettingsError) as fault:
        notes = (str(fault),)
    Console(file=io.StringIO(), width=100).print(render_recording(found, ledger, {}, notes))


@cache
def _all_recordings() -> tuple[Tree, ...]:
    made = (seeds.xsens, seeds.dot, seeds.mvnx, seeds.sto, seeds.apdm_csv, seeds.apdm_hdf5)
    return tuple(tree for make in (*made, seeds.ximu3, seeds.table, seeds.c3d) for tree in make())


@cache
def _job_seeds() -> tuple[Tree, ...]:
    from opensim_pelvis.simulate import (
        SensorSettings,
        Session,
        simulate_runner,
        simulate_sensors,
        write_xsens,
    )

    session = Session(duration_s=4.0, rate_hz=25.0, still_s=1.5, ramp_s=0.5)
    some = simulate_sensors(simulate_runner(session=session), SensorSettings(), seeds.TWO)
    return (seeds.grow(lambda d: write_xsens(some, d)),)


def _job(folder: Path) -> None:
    """Run the whole job."""
    from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings, TrialSettings
    from opensim_pelvis.pipeline import run_trial

    run_trial(
        TrialSettings(
            recording=RecordingSettings(path=folder),
            sensors={"00B4F001": "pelvis", "00B4F002": "torso"},
            calibration=CalibrationSettings(window_s=(0.0, 1.0), heading_axis="-z"),
            activity=ActivitySettings(kind="running", surface="treadmill", speed_mps=3.0),
        )
    )


# --- documents -----------------------------------------------------------------------------


def _trial(folder: Path) -> None:
    from opensim_pelvis.config.trial.defaults import list_defaults
    from opensim_pelvis.config.trial.run_request import read_request
    from opensim_pelvis.io.documents import to_plain

    settings, _ = read_request(
        folder / "t.toml",
        {
            "recording": {"reader": None},
            "subject": {"id": "S02"},
            "solver": {"weights": ["pelvis=2"]},
        },
        sensors=("a=pelvis",),
    )
    list_defaults(settings)
    json.dumps(to_plain(settings))


def _map(folder: Path) -> None:
    from opensim_pelvis.config.trial.sensor_map import read_sensor_map

    for path in folder.iterdir():
        read_sensor_map(path)


def _placement(folder: Path) -> None:
    from opensim_pelvis.config.trial.earlier import read_placement

    for path in folder.iterdir():
        read_placement(path)


def _lab(folder: Path) -> None:
    from opensim_pelvis.report.lab import read_lab
    from opensim_pelvis.report.texts import read_texts

    lab = read_lab(folder / "lab.toml")
    read_texts(lab.language)


def _logo(folder: Path) -> None:
    from opensim_pelvis.report.logo import logo_picture, logo_uri

    for path in folder.iterdir():
        logo_picture(path)
        logo_uri(path)


def _report(folder: Path, agreements: Sequence[Path] = ()) -> None:
    from opensim_pelvis.report.again import write_reports as write
    from opensim_pelvis.report.lab import read_lab

    numbers = [folder / "w_report.json"]
    write(numbers, folder / "out", read_lab(None), agreements=agreements)


def _page(folder: Path, agreements: Sequence[Path] = ()) -> None:
    """Make the page alone, as `write_reports` does: a hundred times as fast as the PDF."""
    from opensim_pelvis.report import again

    real = again.write_pdf
    again.write_pdf = lambda view, path, lab: path  # type: ignore[assignment]
    try:
        _report(folder, agreements)
    finally:
        again.write_pdf = real


def _cohort(folder: Path) -> None:
    from opensim_pelvis.cohort.runs import read_cohort, runners

    runners(read_cohort([folder]))


def _cohort_whole(folder: Path) -> None:
    from opensim_pelvis.cohort.write_cohort import write_cohort

    write_cohort([folder], folder / "out")


def _pool(folder: Path) -> None:
    from opensim_pelvis.validation.pooling import pool_folders, write_pooled

    folders = sorted(path for path in folder.iterdir() if path.is_dir())
    write_pooled(pool_folders(folders), folder / "pooled.csv")


def _agreement(folder: Path) -> None:
    """Make the page with its section on a comparison."""
    _page(folder, [folder / "compared"])


def _speeds(folder: Path) -> None:
    from opensim_pelvis.gait.speeds import read_speeds

    for path in folder.iterdir():
        read_speeds(path, 0.0)


def _events(folder: Path) -> None:
    from opensim_pelvis.gait.events.imported import normalise_events, read_events

    for path in folder.iterdir():
        normalise_events(read_events(path, 0.0))


def _reference(folder: Path, kind: str | None = None) -> None:
    from opensim_pelvis.validation.sources import ReferenceSettings, open_reference

    names = folder / "markers.toml"
    path = next(path for path in sorted(folder.iterdir()) if path != names)
    settings = ReferenceSettings(path=path, up_axis="z", names=names if names.exists() else None)
    open_reference(replace(settings, kind=kind))  # type: ignore[arg-type]


def _marker_map(folder: Path) -> None:
    from opensim_pelvis.validation.marker_files import read_marker_map

    read_marker_map(folder / "markers.toml")


def _marker_weights(folder: Path) -> None:
    from opensim_pelvis.validation.marker_weights import check_labels, group, read_marker_weights

    for path in folder.iterdir():
        found = read_marker_weights(path)
        check_labels(path, found, seeds.MARKER_NAMES)
        group(found.of(seeds.MARKER_NAMES))


def _name(folder: Path) -> None:
    from opensim_pelvis.config import names

    text = (folder / "name.txt").read_bytes().decode("utf-8", "replace")
    try:
        found = names.check_name(text, "the trial")
    except OpenSimPelvisError:
        return
    if set(found) & set('/\\:*?"<>|\0\n') or found.strip(". ") in {"", ".."} or len(found) > 255:
        raise AssertionError(f"{found!r} is no name of a file")


def _document(name: str, act: Callable[[Path], Any], *trees: Tree, victims: str = "*") -> Target:
    return Target(name, lambda: trees, act, victims)


def _damage_fit(content: bytes, rng: Random) -> tuple[bytes, str]:
    """Damage a FIT file; its checksums are made right again as often as not."""
    changed, done = mutate(content, rng)
    if rng.random() < 0.5 or len(changed) < 16:
        return changed, done
    return seeds.seal_fit(changed[14:-2]), f"{done}+sealed"


def _result_file(name: str, copies: int = 1) -> Callable[[], tuple[Tree, ...]]:
    def make() -> tuple[Tree, ...]:
        content = seeds.result()[name]
        return ({f"{'' if k == 0 else k}{name}": content for k in range(copies)},)

    return make


@cache
def _pool_seeds() -> tuple[Tree, ...]:
    tree: Tree = {}
    for k in range(3):
        said = {
            "estimate": {"subject": f"S{k}", "name": f"w{k}", "source": "simulated"},
            "format": "opensim-pelvis agreement",
            "format_version": 1,
        }
        rows = "".join(f"pelvic_tilt,mean,{n},right,{1.5 + n * k},{1.0 + n}\n" for n in range(4))
        head = "angle,value,stride,side,estimate,reference\n"
        tree[f"c{k}/agreement.json"] = json.dumps(said).encode()
        tree[f"c{k}/agreement_strides.csv"] = (head + rows).encode()
    return (tree,)


@cache
def _agreement_seeds() -> tuple[Tree, ...]:
    made = seeds.comparison()
    compared = {f"compared/{name}": made[name] for name in made if name.endswith(".json")}
    return ({**seeds.result(), **compared},)


def _logo_seeds() -> tuple[Tree, ...]:
    return ({"logo.svg": seeds.SVG}, {"logo.png": seeds.png()})


def _lab_seeds() -> tuple[Tree, ...]:
    return ({"lab.toml": seeds.LAB, "de.po": seeds.TEXTS, "logo.png": seeds.png()},)


def _reference_c3d() -> tuple[Tree, ...]:
    return (seeds.c3d()[2],)


TARGETS: Final = {
    target.name: target
    for target in (
        _reader("xsens", seeds.xsens),
        _one_file("xsens", seeds.xsens),
        _reader("dot", seeds.dot),
        _one_file("dot", seeds.dot),
        _reader("mvnx", seeds.mvnx),
        _reader("sto", seeds.sto),
        _reader("apdm", seeds.apdm_csv, "apdm csv"),
        _reader("apdm", seeds.apdm_hdf5, "apdm hdf5"),
        _reader("ximu3", seeds.ximu3),
        _reader("table", seeds.table),
        _reader("table", seeds.table, "table mapping"),
        _reader("c3d", seeds.c3d_sensors),
        Target("inspect", _all_recordings, _inspect),
        Target(
            "commands",
            commands.tree_of_commands,
            commands.run_line,
            commands.LINE,
            damage=commands.damage_line,
        ),
        Target("whole job", _job_seeds, _job, slow=True),
        _document("trial", _trial, {"t.toml": seeds.TRIAL}),
        _document("map toml", _map, {"m.toml": seeds.MAP}),
        _document("map opensense", _map, {"m.xml": seeds.OPENSENSE}),
        Target("placement summary", _result_file("w_summary.json"), _placement),
        _document("placement model", _placement, {"w_model.osim": seeds.PLACED}),
        _document("speeds csv", _speeds, seeds.speeds_csv()),
        _document("speeds gpx", _speeds, seeds.gpx()),
        _document("speeds tcx", _speeds, seeds.tcx()),
        Target("speeds fit", lambda: (seeds.fit(),), _speeds, damage=_damage_fit),
        _document("events csv", _events, seeds.events_csv()),
        Target("events c3d", _reference_c3d, _events),
        Target("lab", _lab_seeds, _lab, "*.toml"),
        Target("logo", _logo_seeds, _logo),
        Target("report page", lambda: (seeds.result(),), _page),
        Target("report pdf", lambda: (seeds.result(),), _report, slow=True),
        Target("cohort", _result_file("w_summary.json", 3), _cohort),
        Target("cohort figure", _result_file("w_summary.json", 3), _cohort_whole, slow=True),
        Target("pool", _pool_seeds, _pool, slow=True),
        Target("agreement", _agreement_seeds, _agreement, "*/agreement*"),
        _document(
            "reference trc",
            _reference,
            {**seeds.trc(), "markers.toml": seeds.RENAMED},
            victims="*.trc",
        ),
        _document("reference mot", _reference, seeds.mot()),
        Target("reference c3d", _reference_c3d, _reference),
        Target("reference angles", _reference_c3d, lambda d: _reference(d, "angles")),
        Target("reference rotations", seeds.rotations, _reference),
        _document("marker names", _marker_map, {"markers.toml": seeds.MARKERS}),
        _document("marker weights", _marker_weights, *seeds.WEIGHTS),
        _document("names", _name, {"name.txt": b"Walk 01"}, {"name.txt": "L\u00e4ufer 1".encode()}),
    )
}
"""Every kind of input by name."""
