"""The tables of strides, measures and curves agree with the result, and with the C3D events."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import ezc3d
import numpy as np
import pandas as pd
import pytest

from opensim_pelvis.io.exporters.c3d import C3dExporter
from opensim_pelvis.io.exporters.strides import StridesExporter
from opensim_pelvis.io.exporters.summary import summarise
from opensim_pelvis.io.registry import Exporter
from opensim_pelvis.simulate import Session
from opensim_pelvis.types import Result, Trend
from opensim_pelvis.types.running_tables import MEASURE_COLUMNS, STRIDE_COLUMNS
from tests.io.exporters.sample_result import make_result
from tests.running_cases import run_case

WRITTEN = 1e-6  # six decimals
ROUNDED_S = 1e-5  # C3D keeps times as single precision


@pytest.fixture(scope="module")
def result() -> Result:
    return run_case(session=Session(duration_s=9.0, rate_hz=100.0))[1]


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    StridesExporter().write(result, folder)
    return folder


def test_it_is_an_exporter_and_writes_nothing_without_strides(tmp_path: Path) -> None:
    assert isinstance(StridesExporter(), Exporter)
    assert StridesExporter().write(make_result(), tmp_path) == ()


def test_a_row_a_stride(result: Result, folder: Path) -> None:
    table = pd.read_csv(folder / "simulated_strides.csv")
    running = result.running
    assert running is not None
    names = [definition.name for definition in running.definitions]
    assert table.columns.tolist() == [*STRIDE_COLUMNS, *names]
    np.testing.assert_allclose(table[names], running.values, atol=WRITTEN)
    np.testing.assert_allclose(table["start_s"], running.strides.start_s, atol=WRITTEN)
    assert (table["kept"] == "yes").tolist() == running.strides.kept.tolist()
    assert set(table["side"]) == {"right", "left"}


def test_a_row_a_measure_agrees_with_the_strides(folder: Path) -> None:
    strides = pd.read_csv(folder / "simulated_strides.csv")
    measures = pd.read_csv(folder / "simulated_measures.csv")
    assert measures.columns.tolist() == list(MEASURE_COLUMNS)
    kept = strides[strides["kept"] == "yes"]
    for side in ("right", "left"):
        row = measures[(measures["measure"] == "contact_time_s") & (measures["side"] == side)]
        values = kept.loc[kept["side"] == side, "contact_time_s"].dropna()
        assert row["mean"].item() == pytest.approx(values.mean(), abs=WRITTEN)
        assert row["sd"].item() == pytest.approx(values.std(), abs=WRITTEN)
        assert row["n"].item() == values.size
    known = measures.dropna(subset=["ci_low", "ci_high"])  # few effective strides have none
    assert len(known) > 0.8 * len(measures)
    assert (known["ci_low"] <= known["mean"]).all()
    assert (known["mean"] <= known["ci_high"]).all()


def test_right_minus_left_and_trends_stand_in_the_table(result: Result, tmp_path: Path) -> None:
    running = result.running
    assert running is not None
    first = running.summaries[0]
    slope = Trend(slope_per_10min=-2.0, low=-3.0, high=-1.0, blocks=9)
    long = replace(running, summaries=(replace(first, trend=slope), *running.summaries[1:]))
    StridesExporter().write(replace(result, running=long), tmp_path)
    measures = pd.read_csv(tmp_path / "simulated_measures.csv")
    rows = measures[measures["side"] == "right minus left"].set_index("measure")
    assert len(rows) == len(running.asymmetries) > 5
    for found in running.asymmetries:
        row = rows.loc[found.name]
        wanted = [found.difference, found.low, found.high]
        np.testing.assert_allclose(list(row[["mean", "ci_low", "ci_high"]]), wanted, atol=WRITTEN)
    trends = measures[["trend_per_10min", "trend_low", "trend_high"]]
    assert trends.dropna().to_numpy().tolist() == [[-2.0, -3.0, -1.0]]


def test_curves_have_101_points_a_side(folder: Path) -> None:
    curves = pd.read_csv(folder / "simulated_curves.csv")
    assert curves.groupby("side")["percent_of_stride"].agg(["min", "max", "size"]).to_numpy().tolist() == [[0, 100, 101]] * 2  # noqa: E501  # fmt: skip
    right = curves[curves["side"] == "right"]["pelvic_axial_rotation_mean_deg"]
    assert np.ptp(right) == pytest.approx(15.0, abs=0.1)
    assert right.iloc[0] == pytest.approx(right.iloc[-1], abs=0.1)


def test_curves_have_their_uncertainty_where_it_is_known(
    result: Result, tmp_path: Path, folder: Path
) -> None:
    running = result.running
    assert running is not None
    known = running.curves
    assert known.u95_deg is not None
    assert known.u95_shape_deg is not None
    curves = pd.read_csv(folder / "simulated_curves.csv")
    column = known.angles.index("pelvic_obliquity")
    for code, side in enumerate(("right", "left")):
        rows = curves[curves["side"] == side]
        for what, values in (("u95", known.u95_deg), ("u95_shape", known.u95_shape_deg)):
            found = rows[f"pelvic_obliquity_{what}_deg"]
            np.testing.assert_allclose(found, values[code, :, column], atol=WRITTEN)
            assert found.min() > 0.0
    assert curves["knee_angle_r_u95_deg"].isna().all()
    without = replace(running, curves=replace(known, u95_deg=None, u95_shape_deg=None))
    StridesExporter().write(replace(result, running=without), tmp_path)
    empty = pd.read_csv(tmp_path / "simulated_curves.csv")
    assert empty["pelvic_obliquity_u95_deg"].isna().all()


def test_events_reach_the_c3d_with_standard_labels(result: Result, tmp_path: Path) -> None:
    (path,) = C3dExporter().write(result, tmp_path)
    event = ezc3d.c3d(str(path))["parameters"]["EVENT"]
    labels = event["LABELS"]["value"]
    contexts = event["CONTEXTS"]["value"]
    times = np.asarray(event["TIMES"]["value"])
    assert set(labels) == {"Foot Strike", "Foot Off"}
    assert set(contexts) == {"Left", "Right"}
    assert len(labels) == len(result.events) > 20
    seconds = 60.0 * times[0] + times[1]
    np.testing.assert_allclose(seconds, [e.time_s for e in result.events], atol=ROUNDED_S)


def test_the_summary_has_measures_with_intervals_and_findings(result: Result) -> None:
    running = summarise(result)["running"]
    assert running["strides"]["total"] >= running["strides"]["kept"] > 10
    rotation = running["measures"]["pelvic_rotation_range_deg"]["body"]
    assert rotation["mean"] == pytest.approx(15.0, abs=0.1)
    assert rotation["ci95"][0] <= rotation["mean"] <= rotation["ci95"][1]
    drop = running["measures"]["pelvic_drop_deg"]
    assert set(drop) == {"right", "left", "right_minus_left"}
    assert set(running["definitions"]) == set(running["measures"])
    assert {f["rule"] for f in running["findings"]} >= {"counter_rotation"}
    assert summarise(make_result())["running"] is None
