"""Dates and weights of trial files and flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from opensim_pelvis.config.trial.run_request import read_request
from opensim_pelvis.config.trial.trial_file import read_trial
from opensim_pelvis.errors import SettingsError
from opensim_pelvis.io.documents import to_plain


@pytest.mark.parametrize(
    ("stated", "iso"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24T10:30:00", "2026-11-24T10:30:00"),
        ("2026-11-24T10:30:00+01:00", "2026-11-24T10:30:00+01:00"),
        ("2026-11-24 10:30:00Z", "2026-11-24T10:30:00+00:00"),
        ('"2026-11-24T10:30"', "2026-11-24T10:30:00"),
    ],
)
def test_a_date_is_taken_as_toml_has_it_or_in_quotes(tmp_path: Path, stated: str, iso: str) -> None:
    path = tmp_path / "trial.toml"
    path.write_text(f'[recording]\npath = "walk"\ndate = {stated}\n', encoding="utf-8")
    settings, defaults = read_request(path, {})
    assert settings.recording.date is not None
    assert settings.recording.date.isoformat() == iso
    assert to_plain(settings)["recording"]["date"] == iso
    assert not [line for line in defaults if "recording.date" in line]
    flagged, _ = read_request(path, {"recording": {"date": "2025-01-02"}})
    assert flagged.recording.date is not None
    assert flagged.recording.date.isoformat() == "2025-01-02"


@pytest.mark.parametrize(
    "stated", ['"yesterday"', "10:30:00", "2026", '"24.11.2026"', "true", "0026-11-24", '""']
)
def test_a_date_that_is_none_is_a_fault_that_shows_one(tmp_path: Path, stated: str) -> None:
    path = tmp_path / "trial.toml"
    path.write_text(f'[recording]\npath = "walk"\ndate = {stated}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"recording\.date: wanted a (date such|year)"):
        read_trial(path)


def test_a_weight_without_a_side_counts_for_both(tmp_path: Path) -> None:
    trial = tmp_path / "trial.toml"
    trial.write_text(
        "[recording]\npath = 'walk'\n[solver.weights]\ntibia = 0.02\ntibia_l = 0.5\ntorso = 2\n",
        encoding="utf-8",
    )
    settings, _ = read_request(trial, {})
    assert settings.solver.weights == {"tibia_r": 0.02, "tibia_l": 0.5, "torso": 2.0}
    _, defaults = read_request(Path("walk"), {"solver": {"weights": []}})
    assert any(line.startswith("solver.weights = 1; for shanks and feet 0.02") for line in defaults)
    settings, _ = read_request(trial, {"solver": {"weights": ["tibia=1", "calcn_r = 0.1"]}})
    assert settings.solver.weights == {
        "tibia_r": 1.0,
        "tibia_l": 1.0,  # a flag wins over the file, for both sides
        "calcn_r": 0.1,
        "torso": 2.0,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tibia", "--weight: wanted BODY=WEIGHT such as tibia=0.02, found 'tibia'"),
        ("tibia=much", "bodies with weights from 0 to 1000"),
        ("shin=0.1", "no body is called 'shin'"),
        ("tibia=-1", "bodies with weights from 0 to 1000"),
    ],
)
def test_weights_that_cannot_be_are_told(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_request(Path("walk"), {"solver": {"weights": [text]}})


@pytest.mark.parametrize("text", ["\u0663", "\uff13", "1_0", "nan", "inf", "0x1", "1" * 5000])
def test_a_weight_of_a_flag_is_a_plain_number(text: str) -> None:
    with pytest.raises(SettingsError, match="--weight"):
        read_request(Path("walk"), {"solver": {"weights": [f"pelvis={text}"]}})
