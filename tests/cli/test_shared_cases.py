"""Small inputs that once went wrong, through the command as a laboratory types it.

Each kind is tested elsewhere on inputs of our own; these are the very files.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.exporting import PAGE_AND_PDF, few_figures, without, without_figures
from tests.in_process import run_command

MEMORY_KIB = 6 * 1024**2
"""Address space: libraries map about 3 GiB before any work."""


@pytest.fixture(scope="module")
def cases(shared_cases: Path) -> Path:
    return shared_cases


@pytest.fixture(scope="module")
def control(cases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of the sound recording behind most cases."""
    out = tmp_path_factory.mktemp("control")
    with without("pdf"):
        done = run_command(
            "run", cases / "00-control/imu", "--sensors", cases / "00-control/map.toml",
            "--heading-axis=-z", "--activity", "running", "--surface", "treadmill", "--out", out,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out


def refused(done: CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    missing = [word for word in words if word not in done.stderr]
    assert not missing, done.stderr


def test_names_of_every_script_are_in_the_results(cases: Path, tmp_path: Path) -> None:
    folder = cases / "cjk-names"
    done = run_command(
        "run", folder / "imu", "--sensors", folder / "map.toml", "--heading-axis=-z",
        "--subject", "跑者一", "--name", "试验一", "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "试验一" / "试验一_report.pdf").stat().st_size > 10_000
    report = run_command(
        "report", tmp_path / "out", "--lab", folder / "lab.toml", "--out", tmp_path / "r"
    )
    assert report.returncode == 0, report.stderr


def test_standing_is_found_where_most_samples_are_lost(cases: Path, tmp_path: Path) -> None:
    folder = cases / "dot-half-lost"
    with without(*PAGE_AND_PDF):
        done = run_command(
            "run", folder / "dot", "--sensors", folder / "map.toml", "--heading-axis=-z",
            "--out", tmp_path,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (summary,) = tmp_path.rglob("*_summary.json")
    start_s, end_s = json.loads(summary.read_text("utf-8"))["calibration"]["window_s"]
    assert 0.0 <= start_s < end_s <= 2.5


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("folder-per-device", "--mapping", "folder-per-device/map.toml"), "2 sensors"),
        (("mixed-folder", "--mapping", "mixed-folder/map.toml"), "2 sensors"),
        (("mixed-folder", "--mapping", "bom-toml/mapping.toml", "--reader", "table"), "2 sensors"),
        (("c3d-dec/dec_int.c3d",), "36 in mm"),
        (("c3d-mips/sgi_int.c3d",), "36 in mm"),
        (("c3d-no-rate/standing.c3d",), "100 Hz"),
        (("c3d-unsigned-offset/shd01.c3d",), "27 in mm"),
    ],
)
def test_sound_files_are_shown(cases: Path, words: tuple[str, ...], shown: str) -> None:
    done = run_command("inspect", *words, cwd=cases)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout


def test_what_is_wrong_is_refused_for_the_true_reason(cases: Path) -> None:
    refused(run_command("inspect", cases / "foreign-digits/x.sto"), "line 66", "number")
    refused(run_command("inspect", cases / "c3d-shifted/s.c3d"), "12 bytes longer", "28 channels")


def test_a_strangers_report_writes_nothing_outside(cases: Path, tmp_path: Path) -> None:
    (tmp_path / "ESCAPED").mkdir()
    done = run_command(
        "report", cases / "report-path-traversal/x_report.json", "--out", tmp_path / "o"
    )
    refused(done, "ESCAPED/evil", "name")
    assert [path.name for path in tmp_path.rglob("*")] == ["ESCAPED"]


def test_a_logo_of_a_million_pixels_is_refused(cases: Path, control: Path, tmp_path: Path) -> None:
    lab = tmp_path / "lab.toml"
    logo = json.dumps((cases / "logo-bomb/logo.svg").as_posix())
    lab.write_text(f"name = 'Lab'\nlogo = {logo}\n", encoding="utf-8")
    refused(bounded("report", control, "--lab", lab, "--out", tmp_path / "r"), "logo.svg")


def bounded(*words: object) -> CompletedProcess[str]:
    """Run a command in a process of its own that may not have much memory."""
    return subprocess.run(
        ["bash", "-c", f'ulimit -v {MEMORY_KIB}; exec "$@"', "-", sys.executable, "-m",
         "opensim_pelvis", *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_files_with_a_byte_order_mark_are_read(cases: Path, control: Path, tmp_path: Path) -> None:
    lab = run_command(
        "report", control, "--lab", cases / "bom-toml/lab.toml", "--out", tmp_path / "r"
    )
    assert lab.returncode == 0, lab.stderr
    with without_figures():
        done = run_command(
            "compare", control, cases / "00-control-markers/markers.trc", "--up-axis", "y",
            "--markers", cases / "bom-toml/markers.toml", "--out", tmp_path / "c",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("case", ["00-control-markers", "duplicate-labels", "zeros-for-missing"])
def test_markers_agree_whatever_their_file_does(
    cases: Path, control: Path, tmp_path: Path, case: str
) -> None:
    """The sound markers agree within 0.5 degrees but for a constant; the damaged ones as well."""
    words = ("--up-axis", "y", "--out", tmp_path / "c")
    with without_figures() if case != "00-control-markers" else few_figures(pdf=True):
        done = run_command("compare", control, cases / case / "markers.trc", *words)
    assert done.returncode == 0, done.stderr
    table = json.loads((tmp_path / "c" / "agreement.json").read_text("utf-8"))
    errors = {row["angle"]: row["rmse_without_offset"] for row in table["angles"]}
    assert len(errors) > (6 if case != "duplicate-labels" else 3)
    assert max(errors.values()) < 0.6, errors
    told = {"duplicate-labels": "LK", "zeros-for-missing": "RPSI"}.get(case)
    assert told is None or any(told in note for note in table["notes"]), table["notes"]


def test_a_short_reference_is_refused_for_its_length(
    cases: Path, control: Path, tmp_path: Path
) -> None:
    done = run_command(
        "compare", control, cases / "short-reference/run_1s.mot", "--out", tmp_path / "c"
    )
    refused(done, "lasts 1.2 s", "--offset")
    assert not (tmp_path / "c").exists()


def test_markers_that_stop_moving_end_in_no_traceback(cases: Path, tmp_path: Path) -> None:
    with without(*PAGE_AND_PDF):
        assert run_command("demo", "--out", tmp_path / "d").returncode == 0
    with without_figures():
        done = run_command(
            "compare", tmp_path / "d", cases / "markers-held/markers.trc", "--up-axis", "z",
            "--offset", "0", "--out", tmp_path / "c",
        )  # fmt: skip
    assert done.returncode in (0, 2), done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        table = json.loads((tmp_path / "c" / "agreement.json").read_text("utf-8"))
        assert any("held" in note or "constant" in note for note in table["notes"])
