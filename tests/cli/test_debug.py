"""The file of --debug: what it holds, and that nothing personal is in it."""

from __future__ import annotations

import base64
import json
import re
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from opensim_pelvis.cli import commands as cli
from opensim_pelvis.cli.debug import gather, scrub
from opensim_pelvis.cli.debug import shapes as describe
from opensim_pelvis.config.settings import (
    RecordingSettings,
    ReportSettings,
    SubjectSettings,
    TrialSettings,
)
from opensim_pelvis.errors import ReadError, SettingsError
from opensim_pelvis.notices import catalogue, notice, say
from opensim_pelvis.simulate import (
    SENSOR_MAP,
    Session,
    simulate_runner,
    simulate_sensors,
    write_xsens,
)

PLANTED = (
    "Musterfrau",
    "Zuleika",
    "王小明",
    "1.7345",
    "63.21",
    "1987-03-04",
    "KlinikXyz",
    "female",
)


def encodings(text: str) -> list[bytes]:
    """Return a text as it might hide in a file."""
    raw = text.encode()
    return [
        raw,
        text.encode("utf-16-le"),
        json.dumps(text).strip('"').encode(),
        base64.b64encode(raw).rstrip(b"="),
        raw.hex().encode(),
        repr(raw)[2:-1].encode(),
    ]


def holds_nothing(path: Path, planted: tuple[str, ...] = PLANTED) -> None:
    content = path.read_bytes()
    found = [text for text in planted for code in encodings(text) if code in content]
    assert not found
    assert str(Path.home()).encode() not in content


def call(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "argv", ["opensim-pelvis", *arguments])
    return CliRunner().invoke(cli.app, arguments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording below a person's name, with sensors that are called after one."""
    folder = tmp_path_factory.mktemp("KlinikXyz") / "Zuleika Musterfrau 1987-03-04"
    truth = simulate_runner(session=Session(duration_s=4.0, rate_hz=40.0, still_s=1.5, ramp_s=0.5))
    write_xsens(simulate_sensors(truth, bodies=("pelvis", "torso")), folder / "imu")
    lines = [f'"{k}" = "{v}"' for k, v in SENSOR_MAP.items() if v in ("pelvis", "torso")]
    (folder / "map.toml").write_text("[sensors]\n" + "\n".join(lines), encoding="utf-8")
    return folder


def run_words(folder: Path, out: Path) -> list[str]:
    return [
        "run", str(folder / "imu"), "--sensors", str(folder / "map.toml"), "--heading-axis=-z",
        "--subject", "王小明 Zuleika", "--height", "1.7345", "--mass", "63.21", "--sex", "female",
        "--name", "Musterfrau_walk", "--date", "1987-03-04", "--out", str(out),
    ]  # fmt: skip


def test_a_run_is_told_without_the_person(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "debug.json"
    done = call(["--debug", str(file), *run_words(folder, tmp_path / "out")], monkeypatch)
    assert done.exit_code == 0, done.output
    holds_nothing(file)
    told = json.loads(file.read_text(encoding="ascii"))
    assert told["fault"] is None
    assert told["command"][:5] == ["--debug", "<path.json>", "run", "<...>", "--sensors"]
    assert told["command"][told["command"].index("--heading-axis") + 1] == "-z"
    assert told["versions"]["opensim"]
    assert told["recording"]["reader"] == "xsens"
    assert told["recording"]["rate_hz"] == 40.0
    assert [s["samples"] for s in told["recording"]["sensors"]] == [160, 160]
    assert told["settings"]["solver"]["engine"] == "exact"
    assert "subject" not in told["settings"]
    assert "inverse kinematics" in told["stages_s"]
    assert told["notes"]


def test_an_error_of_ours_is_told_without_names(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "debug.json"
    words = run_words(folder / "Musterfrau", tmp_path / "out")
    assert isinstance(
        call(["--debug", str(file), *words], monkeypatch).exception, ReadError | SettingsError
    )
    holds_nothing(file)
    told = json.loads(file.read_text(encoding="ascii"))
    assert told["fault"][0]["kind"].startswith("opensim_pelvis.errors.")
    assert told["fault"][0]["places"][-1].startswith("opensim_pelvis/")


def test_a_fault_of_the_program_is_one_line_and_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        try:
            raise KeyError("Musterfrau 1987-03-04 in /home/Zuleika")
        except KeyError as first:
            raise ValueError("could not convert Zuleika 63.21 'female' 王小明") from first

    monkeypatch.setattr("opensim_pelvis.pipeline.align_recording", broken)
    file = tmp_path / "debug.json"
    done = call(["--debug", str(file), *run_words(folder, tmp_path / "out")], monkeypatch)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert "this is a fault in the program (ValueError)" in done.output
    holds_nothing(file)
    told = json.loads(file.read_text(encoding="ascii"))
    assert [fault["kind"] for fault in told["fault"]] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
    assert any("pipeline.py" in place for place in told["fault"][0]["places"])
    assert told["recording"]["reader"] == "xsens"  # found in what the functions held


def test_without_the_flag_the_line_says_how(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("opensim_pelvis.io.reading.read_recording", broken)
    done = call(["inspect", str(folder / "imu")], monkeypatch)
    assert done.exit_code == 1
    assert "--debug FILE" in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_an_existing_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "walk.c3d"
    file.write_bytes(b"recording")
    done = call(["--debug", str(file), "readers"], monkeypatch)
    assert isinstance(done.exception, SettingsError)
    assert file.read_bytes() == b"recording"
    done = call(["--debug", str(tmp_path / "no" / "a"), "readers"], monkeypatch)
    assert isinstance(done.exception, SettingsError)


def test_the_program_itself_takes_the_flag(tmp_path: Path) -> None:
    file = tmp_path / "debug.json"
    command = [sys.executable, "-m", "opensim_pelvis", "--debug", str(file), "run", "Zuleika.txt",
               "--out", str(tmp_path / "out")]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    holds_nothing(file)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ReadError("x"), True), (OSError(), True), (KeyboardInterrupt(), True),
        (typer.Exit(3), True), (KeyError("x"), False), (ValueError(), False),
    ],
)  # fmt: skip
def test_what_is_a_fault_of_the_program(fault: BaseException, expected: bool) -> None:
    assert gather.is_expected(fault) is expected


@pytest.mark.parametrize("planted", PLANTED)
def test_scrub_keeps_our_words_alone(planted: str) -> None:
    secrets = scrub.parts_of([planted])
    text = f"{planted}: there is no such file or folder ({planted!r})"
    assert scrub.scrub(text, secrets) == "<...> there is no such file or folder <...>"
    assert "there is no such file" in scrub.scrub(text)


def test_scrub_keeps_the_sentences_of_notices() -> None:
    said = say(notice("reader.cut_line", "Zuleika.csv", file="Zuleika.csv", line=7))
    kept = "<...> the last line (7) is incomplete or has no line ending, and was discarded"
    assert scrub.scrub(said, scrub.parts_of(["Zuleika.csv"])) == kept
    for entry in catalogue().values():
        for text in (entry.text, entry.one):
            ours = " ".join(part for part, *_ in string.Formatter().parse(text))
            words = set(re.findall(r"[A-Za-z][A-Za-z_'-]*", ours))
            assert words <= scrub.vocabulary(), entry.code


def test_what_settings_hold_of_a_person_is_a_secret_and_stays_away() -> None:
    settings = TrialSettings(
        recording=RecordingSettings(path=Path("walk"), name="first", rate_hz=60.0),
        subject=SubjectSettings(id="S01", height_m=1.7345),
        report=ReportSettings(lab=Path("klinik.toml")),
        sensors={"00B4": "pelvis"},
    )
    secrets = describe.secret_values(settings, None)
    assert {"first", "S01", 1.7345, Path("walk"), Path("klinik.toml"), "00B4"} <= set(secrets)
    assert 60.0 not in secrets
    told = describe.plain_settings(settings)
    assert told["recording"]["rate_hz"] == 60.0
    assert told["report"]["lab"] == "<path.toml>"
    assert "name" not in told["recording"]
    assert "subject" not in told
    assert {"--rate", "--max-gap", "--no-magnetometer"} < describe.kept_flags()
    assert not {"--name", "--subject", "--height", "--lab", "--placement"} & describe.kept_flags()
