"""Over strides and people: parametric maps and the mixed model, against known differences."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from opensim_pelvis.cli import commands as cli
from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.validation.pooling import STRIDE_FILE, pool_differences, pool_folders
from opensim_pelvis.validation.reliability import limits_of_agreement
from opensim_pelvis.validation.stride_map import map_differences


def smooth(rng: np.random.Generator, pairs: int) -> np.ndarray:
    return gaussian_filter1d(rng.normal(0.0, 1.0, (pairs, 101)), 6.0, axis=1) * 4.0


def test_a_difference_in_the_middle_of_the_stride_is_found_there() -> None:
    rng = np.random.default_rng(2)
    reference = 10.0 * np.sin(np.linspace(0.0, 2.0 * np.pi, 101)) + smooth(rng, 12)
    bump = 4.0 * np.exp(-0.5 * ((np.arange(101) - 50.0) / 8.0) ** 2)
    found = map_differences(reference + bump + smooth(rng, 12), reference)
    assert found is not None
    (start, end, p) = max(found.differs, key=lambda c: c[1] - c[0])
    assert 30.0 < start < 50.0 < end < 70.0
    assert p < 0.01


def test_equal_systems_differ_as_often_as_the_threshold_says() -> None:
    rng = np.random.default_rng(7)
    trials = 200
    wrong = 0
    for _ in range(trials):
        one = smooth(rng, 10)
        found = map_differences(one + smooth(rng, 10), one)
        wrong += bool(found and found.differs)
    assert 0.0 < wrong / trials < 0.1  # 0.05 and three errors of the share
    assert map_differences(one, one) is None
    assert map_differences(one[:3], one[3:6]) is None


def test_the_mixed_model_of_balanced_data_is_the_analysis_of_variance() -> None:
    """With equal numbers of strides REML equals the method of moments (Searle et al. 1992)."""
    rng = np.random.default_rng(3)
    people, each = 12, 6
    who = np.repeat(np.arange(people), each)
    values = 1.5 + np.repeat(rng.normal(0.0, 2.0, people), each) + rng.normal(0.0, 1.0, who.size)
    labels = [f"s{i}" for i in who]
    found = pool_differences(values.tolist(), labels, labels, angle="a", value="range")
    moments = limits_of_agreement(values, who)
    assert found.bias == pytest.approx(moments.bias, abs=1e-6)
    assert found.sd_stride == pytest.approx(moments.sd_within, rel=1e-3)
    assert found.sd_subject == pytest.approx(moments.sd_between, rel=1e-3)
    assert found.bias_interval == pytest.approx(moments.bias_interval, abs=1e-3)
    assert found.sd_trial == 0.0
    assert found.converged


def test_trials_within_people_have_a_spread_of_their_own() -> None:
    rng = np.random.default_rng(9)
    values, labels, trials = [], [], []
    for person in range(40):
        of_person = rng.normal(0.0, 3.0)
        for trial in range(4):
            of_trial = rng.normal(0.0, 1.5)
            for _ in range(5):
                values.append(-2.0 + of_person + of_trial + rng.normal(0.0, 0.5))
                labels.append(f"s{person}")
                trials.append(f"s{person}-{trial}")
    found = pool_differences(values, labels, trials, angle="a", value="range")
    assert found.bias_interval[0] < -2.0 < found.bias_interval[1]
    assert found.sd_subject == pytest.approx(3.0, abs=0.8)
    assert found.sd_trial == pytest.approx(1.5, abs=0.25)
    assert found.sd_stride == pytest.approx(0.5, abs=0.05)
    assert found.trials == 160


def test_too_few_people_and_wrong_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="at least 3 people"):
        pool_differences([1.0, 2.0], ["a", "b"], ["a", "b"], angle="a", value="range")
    with pytest.raises(ComparisonError, match=r"agreement\.json"):
        pool_folders([tmp_path])


def test_folders_of_comparisons_are_pooled_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(6)
    folders = []
    for person in range(4):
        folder = tmp_path / f"p{person}"
        folder.mkdir()
        content = {
            "format": "opensim-pelvis agreement",
            "format_version": 1,
            "estimate": {"name": "walk", "subject": f"P{person}", "source": "simulated"},
        }
        (folder / "agreement.json").write_text(json.dumps(content), encoding="utf-8")
        rows = ["angle,value,stride,estimate,reference,time_error_s"]
        rows += [f"a,range,{i},{10 + 2 + person + rng.normal()},10," for i in range(6)]
        (folder / STRIDE_FILE).write_text("\n".join(rows) + "\n", encoding="utf-8")
        folders.append(str(folder))
    out = tmp_path / "pooled.csv"
    monkeypatch.setattr("sys.argv", ["opensim-pelvis", "pool", *folders, "--out", str(out)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    shown = capsys.readouterr().out
    assert ended.value.code == 0, shown
    (row,) = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert float(row["bias"]) == pytest.approx(3.5, abs=0.6)
    assert row["subjects"] == "4"
    assert "range" in shown


def test_without_statsmodels_pooling_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.formula.api", None)
    people = ["a", "b", "c", "d"]
    with pytest.raises(ComparisonError, match=r"opensim-pelvis\[pool\]"):
        pool_differences([1.0, 2.0, 3.0, 4.0], people, people, angle="a", value="range")
