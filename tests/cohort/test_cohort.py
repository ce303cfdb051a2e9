"""Many runs side by side: tables, correlations and comparisons with known answers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from opensim_pelvis.cohort.relations import (
    add_percentiles,
    compare_sexes,
    correlate,
    correlation,
)
from opensim_pelvis.cohort.runs import COPIES, ROTATION, read_cohort, runners
from opensim_pelvis.cohort.write_cohort import write_cohort
from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.io.exporters.summary import SummaryExporter
from opensim_pelvis.simulate import RunnerSettings, Session
from tests.notices import codes
from tests.running_cases import run_case

PNG = b"\x89PNG"


def made_cohort(seed: int = 1, n: int = 60) -> pd.DataFrame:
    """Return runners whose rotation rises by 4 degrees for each m/s, women 3 degrees above."""
    rng = np.random.default_rng(seed)
    speed = rng.uniform(2.5, 5.5, size=n)
    female = np.arange(n) % 2 == 0
    cadence = 150.0 + 8.0 * speed + rng.normal(scale=3.0, size=n)
    return pd.DataFrame(
        {
            "subject": [f"S{i:02d}" for i in range(n)],
            "name": [f"run{i:02d}" for i in range(n)],
            "sex": np.where(female, "female", "male"),
            "speed_mps": speed,
            "cadence_spm": cadence,
            "stride_length_m": 120.0 * speed / cadence,
            "thigh_extension_peak_deg": rng.normal(15.0, 2.0, size=n),
            ROTATION: 4.0 * speed + 3.0 * female + rng.normal(scale=1.0, size=n) - 4.0,
            "hip_extension_peak_deg": rng.normal(8.0, 2.0, size=n),
            "rotation_ci_low_deg": np.nan,
            "rotation_ci_high_deg": np.nan,
        }
    )


def test_partial_correlation_takes_the_speed_out() -> None:
    table = correlate(made_cohort()).set_index(["with_measure", "holding"])
    plain, held = table.loc[("cadence_spm", "")], table.loc[("cadence_spm", "speed_mps")]
    assert plain["r"] > 0.6
    assert held["ci_low"] < 0.0 < held["ci_high"], "cadence does nothing beside speed"
    assert plain["ci_low"] < plain["r"] < plain["ci_high"]
    assert (table["runners"] == 60).all()


def test_the_interval_of_a_correlation_is_scipys() -> None:
    from scipy.stats import pearsonr

    table = made_cohort()
    x, y = table["speed_mps"].to_numpy(), table[ROTATION].to_numpy()
    theirs = pearsonr(x, y).confidence_interval()
    assert correlation(x, y, held=0)[1:] == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_women_and_men_at_the_same_speed() -> None:
    found = compare_sexes(made_cohort())
    assert found["ci_low_deg"] < 3.0 < found["ci_high_deg"]
    assert found["notices"] == ()
    few = made_cohort(n=6)
    assert "difference_deg" not in compare_sexes(few)
    assert codes(compare_sexes(few)["notices"]) == ["cohort.few_of_a_sex"]


def test_too_few_runners_give_no_number() -> None:
    table = correlate(made_cohort(n=5))
    assert table["r"].isna().all()
    assert (table["note"] == "6 runners are needed").all()
    assert add_percentiles(made_cohort(n=5))["rotation_percentile"].isna().all()


def test_percentiles_are_those_of_the_lab() -> None:
    table = add_percentiles(made_cohort())
    highest = table.loc[table[ROTATION].idxmax(), "rotation_percentile"]
    assert highest == pytest.approx(100.0 - 50.0 / 60.0)


def test_sessions_of_one_runner_are_one_runner() -> None:
    table = made_cohort(n=8)
    again = table.iloc[[0]].assign(name="later", **{ROTATION: table[ROTATION].iloc[0] + 1.0})
    both = pd.concat([table, again], ignore_index=True)
    people = runners(both)
    assert len(people) == 8
    assert people.loc[people["subject"] == "S00", "sessions"].item() == 2


def test_sessions_stand_in_the_order_of_their_dates_and_say_them(
    summaries: Path, tmp_path: Path
) -> None:
    source = sorted(summaries.glob("*_summary.json"))[0]
    dates = {"a": "2026-05-02T10:00:00", "b": None, "c": "2025-12-31", "d": "2026-05-02T09:00:00"}
    for name, start in dates.items():
        summary = json.loads(source.read_text(encoding="utf-8"))
        summary["name"] = name
        summary["settings"]["subject"]["id"] = "S1"
        summary["recording"]["date"] = {"start": start, "source": "x"} if start else None
        (tmp_path / f"{name}_summary.json").write_text(json.dumps(summary), encoding="utf-8")
    table = read_cohort([tmp_path])
    assert table["name"].tolist() == ["c", "d", "a", "b"]
    assert table["date"].fillna("").tolist() == ["2025-12-31", dates["d"], dates["a"], ""]
    write_cohort([tmp_path], tmp_path / "out")
    changes = pd.read_csv(tmp_path / "out" / "cohort_changes.csv")
    assert list(dict.fromkeys(changes["to"])) == ["d", "a", "b"]
    assert set(changes["from"]) == {"c"}
    rotation = changes[changes["measure"] == ROTATION].iloc[0]
    # copies of one run: the same calibration, and no change
    assert (rotation["verdict"], rotation["sensors"]) == ("no change", "same calibration")
    assert (rotation["change"], rotation["speed_change_mps"]) == (0.0, 0.0)
    assert rotation["u95"] > 0.0


@pytest.fixture(scope="module")
def summaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    for number, rotation in enumerate((6.0, 16.0)):
        runner = RunnerSettings(
            pelvic_rotation_range_deg=rotation, sex="male" if number else "female"
        )
        session = Session(duration_s=9.0, rate_hz=100.0)
        _, result, _ = run_case(runner, session=session, name=f"S{number}")
        SummaryExporter().write(replace(result, name=f"run{number}"), folder)
    return folder


def test_runs_become_tables_and_a_figure(summaries: Path, tmp_path: Path) -> None:
    files = {path.name: path for path in write_cohort([summaries], tmp_path)}
    assert set(files) == {
        "cohort_sessions.csv",
        "cohort_runners.csv",
        "cohort_correlations.csv",
        "cohort.json",
        "cohort_rotation_cadence.png",
    }
    sessions = pd.read_csv(files["cohort_sessions.csv"])
    assert sessions[ROTATION].tolist() == pytest.approx([6.0, 16.0], abs=0.1)
    assert sessions["sex"].tolist() == ["female", "male"]
    assert sessions["pace_min_per_km"].tolist() == pytest.approx([1000.0 / 60.0 / 3.6] * 2)
    facts = json.loads(files["cohort.json"].read_text(encoding="utf-8"))
    assert facts["runners"] == 2
    (told,) = facts["women_minus_men_at_the_same_speed"]["notices"]
    assert set(told) == {"code", "severity", "subject", "values", "text"}
    assert (told["code"], told["values"]) == ("cohort.few_of_a_sex", {"least": 4})
    assert files["cohort_rotation_cadence.png"].read_bytes()[:4] == PNG


def test_trials_of_one_name_without_an_id_are_not_one_runner(
    summaries: Path, tmp_path: Path
) -> None:
    for number, path in enumerate(sorted(summaries.glob("*_summary.json"))):
        summary = json.loads(path.read_text(encoding="utf-8"))
        summary["settings"]["subject"]["id"] = None
        summary["name"] = "walk"
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / path.name).write_text(json.dumps(summary), encoding="utf-8")
    assert sorted(read_cohort([tmp_path])["subject"]) == ["walk", "walk (2)"]


def test_bad_input_is_told_with_its_file(summaries: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "x_summary.json"
    wrong.write_text("{}", encoding="utf-8")
    with pytest.raises(
        ComparisonError, match=r"x_summary\.json: format: wanted the summary of a run"
    ):
        read_cohort([summaries, wrong])
    wrong.write_text("{", encoding="utf-8")
    with pytest.raises(ComparisonError, match="wanted the summary"):
        read_cohort([wrong])
    with pytest.raises(ComparisonError, match="no such file"):
        read_cohort([tmp_path / "none"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ComparisonError, match="found none"):
        read_cohort([tmp_path / "empty"])


def test_a_session_without_strides_does_not_stop_the_others(
    summaries: Path, tmp_path: Path
) -> None:
    summary = json.loads((summaries / "run0_summary.json").read_text(encoding="utf-8"))
    summary["name"] = "stumbled"
    summary["running"]["strides"]["kept"] = 0
    summary["running"]["measures"] = {}
    bare = tmp_path / "stumbled_summary.json"
    bare.write_text(json.dumps(summary), encoding="utf-8")
    out = tmp_path / "out"
    files = {path.name: path for path in write_cohort([summaries, bare], out)}
    facts = json.loads(files["cohort.json"].read_text(encoding="utf-8"))
    assert (facts["sessions"], facts["sessions_without_strides"]) == (3, ["stumbled"])
    sessions = pd.read_csv(files["cohort_sessions.csv"]).set_index("name")
    assert sessions.loc["stumbled", "strides"] == 0
    assert np.isnan(sessions.loc["stumbled", ROTATION])
    people = pd.read_csv(files["cohort_runners.csv"])
    assert people[ROTATION].dropna().tolist() == pytest.approx([6.0, 16.0], abs=0.1)
    with pytest.raises(ComparisonError, match="no session has a stride"):
        read_cohort([bare])


def test_copies_of_one_result_are_one_session_and_told(summaries: Path, tmp_path: Path) -> None:
    shutil.copytree(summaries, tmp_path / "backup")
    table = read_cohort([summaries, tmp_path / "backup"])
    assert len(table) == 2
    assert len(table.attrs[COPIES]) == 2
    assert {told.code for told in table.attrs[COPIES]} == {"cohort.copy"}
    assert read_cohort([summaries]).attrs[COPIES] == []
    write_cohort([summaries, tmp_path / "backup"], tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "cohort.json").read_text())
    assert [sorted(copy) for copy in facts["copies"]] == [["earlier", "file"]] * 2
    assert {Path(copy["file"]).parent for copy in facts["copies"]} == {tmp_path / "backup"}
    assert [told["values"] for told in facts["notices"]] == facts["copies"]
