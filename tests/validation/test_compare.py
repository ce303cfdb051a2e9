"""The whole comparison on pairs whose differences are known, and the files it writes."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.cli import commands as cli
from opensim_pelvis.errors import ComparisonError, SettingsError
from opensim_pelvis.frames import turn_about_vertical
from opensim_pelvis.io.documents import to_plain
from opensim_pelvis.io.results.agreement_file import read_agreement
from opensim_pelvis.io.tables.opensim_tables import write_table
from opensim_pelvis.kinematics.angle_definitions import baker_angles
from opensim_pelvis.notices import notice, say
from opensim_pelvis.rotations import from_euler, multiply
from opensim_pelvis.simulate import RunnerSettings, Session, simulate_runner
from opensim_pelvis.validation.agreement import AngleAgreement
from opensim_pelvis.validation.alignment import AlignmentSettings
from opensim_pelvis.validation.compare import (
    Comparison,
    ComparisonSettings,
    compare_motions,
)
from opensim_pelvis.validation.compare_request import read_comparison
from opensim_pelvis.validation.foot_events import FootEvent, StrideSpan
from opensim_pelvis.validation.reference_motion import Motion, motion_from_coordinates
from opensim_pelvis.validation.sources import ReferenceSettings
from opensim_pelvis.validation.write_agreement import write_comparison
from tests.exporting import few_figures, without_figures
from tests.notices import codes

RATE_HZ = 200.0
START_S = 4.0  # of steady running
NEAR_DEG = 0.02  # interpolation between samples
HEADING = 0.7


def motion(name: str, R_GB: dict[str, np.ndarray], **facts) -> Motion:
    time_s = np.arange(R_GB["pelvis"].shape[0]) / RATE_HZ
    return Motion(name=name, rate_hz=RATE_HZ, time_s=time_s, R_GB=R_GB, source=name, **facts)


@pytest.fixture(scope="module")
def runner() -> tuple[Motion, tuple[StrideSpan, ...]]:
    truth = simulate_runner(RunnerSettings(), Session(duration_s=20.0, rate_hz=RATE_HZ))
    bodies = dict(zip(truth.bodies, np.moveaxis(truth.R_GB, 1, 0), strict=True))
    bodies = {b: bodies[b] for b in ("pelvis", "torso", "femur_r", "femur_l")}
    stride_s = 2.0 * 60.0 / RunnerSettings().cadence_spm
    spans = tuple(
        StrideSpan(side=side, start_s=START_S + i * stride_s, end_s=START_S + (i + 1) * stride_s)
        for i in range(18)
        for side in ("right", "left")
    )
    return motion("truth", bodies), spans


def distorted(
    truth: Motion,
    spans: tuple[StrideSpan, ...],
    *,
    gain: float = 1.0,
    tilt_deg: float = 0.0,
    noise_deg: float = 0.0,
    late: int = 0,
) -> Motion:
    """Return an estimate with a known error of the pelvis, in a world of another heading."""
    rotation, obliquity, tilt = baker_angles(truth.R_GB["pelvis"]).T
    tilt = tilt - np.deg2rad(tilt_deg)  # clinical tilt is positive the other way
    noise = np.random.default_rng(4).normal(0.0, np.deg2rad(noise_deg), rotation.size)
    pelvis = from_euler("YXZ", np.stack([gain * rotation, obliquity, tilt + noise], axis=1))
    turned = {
        body: multiply(turn_about_vertical(HEADING), pelvis if body == "pelvis" else q)
        for body, q in truth.R_GB.items()
    }
    rolled = {body: np.roll(q, late, axis=0) for body, q in turned.items()}
    return motion("estimate", rolled, strides=spans, still_s=(0.2, 1.8))


def compared(estimate: Motion, reference: Motion, offset_s: float | None = 0.0) -> Comparison:
    settings = ComparisonSettings(
        estimate=Path("out"),
        reference=ReferenceSettings(path=Path("optical.c3d")),
        offset_s=offset_s,
        alignment=AlignmentSettings(window_s=(START_S, 18.0)),
    )
    return compare_motions(estimate, reference, settings)


def angle(comparison: Comparison, name: str) -> AngleAgreement:
    return next(a for a in comparison.table.angles if a.name == name)


def test_equal_motions_agree_whatever_their_headings(runner) -> None:
    truth, spans = runner
    found = compared(distorted(truth, spans), truth)
    assert np.rad2deg(found.pair.heading_rad) == pytest.approx(-np.rad2deg(HEADING), abs=NEAR_DEG)
    assert found.pair.heading_source.code == "aligned.heading_in_pose"
    assert len(found.table.angles) == 8 + 9
    for each in found.table.angles:
        assert each.curve.rmse < NEAR_DEG, each.name
        assert each.cmc > 0.999, each.name


def test_a_constant_tilt_is_a_bias_and_nothing_else(runner) -> None:
    truth, spans = runner
    tilt = angle(compared(distorted(truth, spans, tilt_deg=4.0), truth), "pelvic_anterior_tilt")
    assert tilt.curve.bias == pytest.approx(4.0, abs=NEAR_DEG)
    assert tilt.curve.rmse_without_offset < NEAR_DEG
    by_value = {part.value: part for part in tilt.strides}
    assert by_value["range"].limits.bias == pytest.approx(0.0, abs=NEAR_DEG)
    assert by_value["maximum"].limits.bias == pytest.approx(4.0, abs=NEAR_DEG)
    assert np.abs(by_value["maximum"].time_error_s).max() < 2.0 / RATE_HZ


def test_an_amplitude_error_shows_in_range_and_amplitude(runner) -> None:
    truth, spans = runner
    rotation = angle(compared(distorted(truth, spans, gain=0.8), truth), "pelvic_axial_rotation")
    spread = np.nanstd(rotation.reference_deg)
    assert rotation.curve.amplitude == pytest.approx(0.2 * spread, abs=NEAR_DEG)
    assert rotation.curve.shape < NEAR_DEG
    assert rotation.curve.r == pytest.approx(1.0, abs=1e-6)
    ranges = rotation.strides[0]
    assert ranges.estimate_deg.mean() == pytest.approx(0.8 * ranges.reference_deg.mean(), rel=1e-3)


def test_noise_widens_the_limits_by_what_it_is(runner) -> None:
    truth, spans = runner
    tilt = angle(compared(distorted(truth, spans, noise_deg=1.0), truth), "pelvic_anterior_tilt")
    assert tilt.limits is not None
    assert tilt.limits.sd == pytest.approx(1.0, abs=0.05)
    assert tilt.limits.upper - tilt.limits.lower == pytest.approx(2 * 1.96, abs=0.2)
    assert tilt.limits.sd_between < 0.2


def test_a_stated_offset_leaves_the_lag_and_a_found_one_takes_it_away(runner) -> None:
    truth, spans = runner
    late = distorted(truth, spans, late=10)
    stated = angle(compared(late, truth), "pelvic_axial_rotation")
    assert stated.curve.lag_s == pytest.approx(10 / RATE_HZ, abs=1e-3)
    found = compared(replace(late, strides=()), truth, None)
    assert found.sync.offset_s == pytest.approx(-10 / RATE_HZ, abs=5e-4)
    assert abs(angle(found, "pelvic_axial_rotation").curve.lag_s) < 1e-3
    assert "compare.no_stride" in codes(found.notes)


def test_contacts_of_the_reference_make_strides_where_the_result_has_none(runner) -> None:
    truth, spans = runner
    events = tuple(
        FootEvent(kind="initial contact", side=span.side, time_s=span.start_s) for span in spans
    )
    found = compared(distorted(truth, ()), replace(truth, events=events))
    assert found.table.strides == len(spans) - 2  # the last of each side has no end
    assert angle(found, "pelvic_obliquity").cmc > 0.999


def test_body_offsets_are_fitted_only_when_asked_for(runner) -> None:
    truth, spans = runner
    estimate = distorted(truth, spans, tilt_deg=4.0)
    settings = ComparisonSettings(
        estimate=Path("out"),
        reference=ReferenceSettings(path=Path("o.c3d")),
        offset_s=0.0,
        alignment=AlignmentSettings(body_offset="still"),
    )
    found = compare_motions(estimate, truth, settings)
    assert abs(angle(found, "pelvic_anterior_tilt").curve.bias) < NEAR_DEG
    assert found.pair.body_offsets_deg["pelvis"][2] == pytest.approx(4.0, abs=NEAR_DEG)
    blind = replace(estimate, still_s=None)
    with pytest.raises(ComparisonError, match="--body-offset whole"):
        compare_motions(blind, truth, settings)


def test_coordinates_of_a_pelvis_in_another_order_are_compared_by_name() -> None:
    t = np.arange(200) / 100.0
    values = {"pelvis_obliquity": 0.1 * np.sin(t), "hip_flexion_r": np.sin(3 * t)}
    one = motion_from_coordinates("one", t, values, "table")
    other = motion_from_coordinates("other", t, {**values, "knee_angle_r": t}, "table")
    found = compared(one, other) if t[-1] > START_S else None
    assert found is None
    settings = ComparisonSettings(
        estimate=Path("a.mot"), reference=ReferenceSettings(path=Path("b.mot")), offset_s=0.0
    )
    both = compare_motions(one, other, settings)
    assert {a.name for a in both.table.angles} == set(values)
    assert np.isnan(both.pair.heading_rad)


def test_trials_that_share_no_time_are_refused(runner) -> None:
    truth, spans = runner
    with pytest.raises(ComparisonError, match="no samples in common"):
        compared(distorted(truth, spans), truth, 100.0)


def test_files_hold_what_was_measured(runner, tmp_path: Path) -> None:
    truth, spans = runner
    found = compared(distorted(truth, spans, tilt_deg=4.0), truth)
    with few_figures():
        names = {path.name for path in write_comparison(found, tmp_path)}
    assert names >= {"agreement.csv", "agreement.json", "methods.md", "curves.png"}
    content = json.loads((tmp_path / "agreement.json").read_text(encoding="utf-8"))
    assert content["alignment"]["heading_deg"] == pytest.approx(-np.rad2deg(HEADING), abs=0.1)
    with (tmp_path / "agreement.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["angle"]: row for row in csv.DictReader(stream)}
    assert float(rows["pelvic_anterior_tilt"]["bias"]) == pytest.approx(4.0, abs=NEAR_DEG)
    assert float(rows["pelvic_anterior_tilt"]["maximum_bias"]) == pytest.approx(4.0, abs=NEAR_DEG)
    methods = (tmp_path / "methods.md").read_text(encoding="utf-8")
    assert "doi:10.1177/0962280211402548" in methods
    assert "-40.11 degrees about the vertical" in methods


def test_doubts_stand_in_the_file_as_texts_and_as_data(runner, tmp_path: Path) -> None:
    truth, spans = runner
    found = compared(replace(distorted(truth, spans, tilt_deg=4.0), strides=()), truth)
    lone = {"torso": notice("compare.one_alone", "torso", name="optical")}
    with without_figures():
        write_comparison(replace(found, absent=lone), tmp_path)
    content = json.loads((tmp_path / "agreement.json").read_text(encoding="utf-8"))
    said = say(notice("compare.no_stride"))
    assert content["notes"] == [said]
    assert content["notices"] == [
        {
            "code": "compare.no_stride",
            "severity": "warning",
            "subject": [],
            "values": {},
            "text": said,
        }
    ]
    assert content["absent"] == {"torso": "only optical has it, so none of its angles is compared"}
    assert said in (tmp_path / "methods.md").read_text(encoding="utf-8")
    read, _ = read_agreement(tmp_path, ComparisonError)
    assert to_plain(read)["notices"] == content["notices"]


def test_without_spm1d_the_rest_is_there_and_the_lack_is_told(
    runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, spans = runner
    monkeypatch.setattr("opensim_pelvis.validation.stride_map.find_spec", lambda name: None)
    found = compared(distorted(truth, spans, noise_deg=1.0), truth)
    assert all(each.map is None for each in found.table.angles)
    assert "compare.no_map" in codes(found.notes)


def test_every_wrong_word_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_comparison(Path("a"), Path("b"), kind="video", up_axis="w", drift_ppm=3.0)
    for word in ("video", "'w'", "--drift needs --offset"):
        assert word in str(caught.value)


def test_the_command_compares_two_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    t = np.arange(600) / 100.0
    names = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
    rng = np.random.default_rng(8)
    slow = np.cumsum(rng.normal(0.0, 0.04, (3, t.size)), axis=1)
    values = np.stack([0.15 * np.sin(8.8 * t + k + slow[k]) for k in range(3)], axis=1)
    for file, first in (("a.mot", 50), ("b.mot", 0)):
        write_table(
            tmp_path / file,
            name=file,
            columns=names,
            time_s=t[: t.size - first],
            values=values[first:],
            in_degrees=False,
        )
    command = ["compare", str(tmp_path / "a.mot"), str(tmp_path / "b.mot")]
    monkeypatch.setattr("sys.argv", ["opensim-pelvis", *command, "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out = capsys.readouterr().out
    assert ended.value.code == 0, out
    assert "offset 0.500" in out
    assert "pelvic_axial_rotation" in out
    assert (tmp_path / "out" / "agreement.json").is_file()
