"""Numbers of files are written in digits of ASCII, and finite: everywhere the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from opensim_pelvis.config.trial.earlier import read_placement
from opensim_pelvis.config.trial.sensor_map import read_sensor_map
from opensim_pelvis.errors import OpenSimPelvisError
from opensim_pelvis.gait.events.imported import read_events
from opensim_pelvis.gait.speeds import read_speeds
from opensim_pelvis.io.documents import finite
from opensim_pelvis.io.tables.opensim_tables import read_table
from opensim_pelvis.validation.pooling import pool_folders
from opensim_pelvis.validation.sources import ReferenceSettings, _read_strides, open_reference
from tests.robustness import seeds

ARABIC = "\u0661\u0662"
STRANGE = (ARABIC, "1_000", "1e400", "1e308", "infinity", "0x10", "\uff11", "1\u00a0000")
"""Arabic-Indic and full-width digits, marks of thousands, too large, words."""


@pytest.mark.parametrize("text", [*STRANGE, "", "nan", " 1", "1e", "1,5", "9" * 401])
def test_what_is_no_number(text: str) -> None:
    assert finite(text) is None


@pytest.mark.parametrize(("text", "number"), [("1", 1.0), ("-.5", -0.5), ("+2.e-3", 0.002)])
def test_what_is_one(text: str, number: float) -> None:
    assert finite(text) == number


def lay(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def model(folder: Path, number: str) -> object:
    text = seeds.PLACED.decode().replace("1.5 0 0", f"{number} 0 0")
    return read_placement(lay(folder, "w_model.osim", text))


def strides(folder: Path, number: str) -> object:
    text = f"side,start_s,end_s,kept\nleft,-1,{number},yes\n"
    return _read_strides(lay(folder, "w_strides.csv", text))


def pooled(folder: Path, number: str) -> object:
    made = seeds.comparison()
    lay(folder, "agreement.json", made["agreement.json"].decode())
    head = "angle,value,stride,estimate,reference\n"
    lay(folder, "agreement_strides.csv", f"{head}a,mean,1,{number},1.0\n")
    return pool_folders([folder])


def table(folder: Path, number: str) -> object:
    text = seeds.mot()["w.mot"].decode().replace("5.5", number)
    return read_table(lay(folder, "w.mot", text))


def markers(folder: Path, number: str) -> object:
    lines = seeds.trc()["w.trc"].decode().split("\n")
    cells = lines[8].split("\t")
    lines[8] = "\t".join([*cells[:2], number, *cells[3:]])
    path = lay(folder, "w.trc", "\n".join(lines))
    return open_reference(ReferenceSettings(path=path, up_axis="z"))


def speeds(folder: Path, number: str) -> object:
    return read_speeds(lay(folder, "s.csv", f"time_s,speed_mps\n0,3\n1,{number}\n2,3\n"), 0.0)


def events(folder: Path, number: str) -> object:
    head = "time_s,label,side,uncertainty_s\n"
    return read_events(lay(folder, "e.csv", f"{head}{number},toe-off,left,\n"), 0.0)


DOORS: tuple[Callable[[Path, str], object], ...] = (
    model, strides, pooled, table, markers, speeds, events,
)  # fmt: skip


@pytest.mark.parametrize("number", STRANGE)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_file_with_such_a_number_is_refused(
    door: Callable[[Path, str], object], number: str, tmp_path: Path
) -> None:
    with pytest.raises(OpenSimPelvisError, match=r"want") as caught:
        door(tmp_path, number)
    assert str(tmp_path) in str(caught.value)
    assert "at least 3 people" not in str(caught.value)


def test_a_sensor_map_takes_identifiers_as_they_are_and_no_number_for_a_body(
    tmp_path: Path,
) -> None:
    good = lay(tmp_path, "m.toml", f'"{ARABIC}" = "pelvis"\n"1_000" = "torso"\n"1e400" = "tibia_r"')
    assert read_sensor_map(good) == {ARABIC: "pelvis", "1_000": "torso", "1e400": "tibia_r"}
    for number in (ARABIC, "1_000", "1e400", "1e308", "inf"):
        wrong = lay(tmp_path, "n.toml", f'"a" = {number}\n')
        with pytest.raises(OpenSimPelvisError, match=r"wanted|not valid TOML"):
            read_sensor_map(wrong)
