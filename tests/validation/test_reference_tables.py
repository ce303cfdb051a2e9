"""Tables as spreadsheets and other programs leave them; what is no coordinate is named."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError, OpenSimPelvisError
from opensim_pelvis.io.tables.opensim_tables import write_table
from opensim_pelvis.notices import say
from opensim_pelvis.validation.reference_motion import Motion
from opensim_pelvis.validation.sheets import read_sheet
from opensim_pelvis.validation.sources import ReferenceSettings, open_reference
from tests.notices import coded, codes, sentences
from tests.validation.markers_of_runner import trc_text

NAMES = ("pelvis_tilt", "pelvis_list", "pelvis_rotation", "hip_flexion_r", "knee_angle_r")
T = np.arange(200) / 50.0
VALUES_RAD = np.stack([(0.2 + 0.1 * i) * np.sin(4.0 * T + i) for i in range(5)], axis=1)


def table_text(
    tmp_path: Path,
    *,
    names: Sequence[str] = NAMES,
    title: str = "run",
    time_s: np.ndarray = T,
    values: np.ndarray = VALUES_RAD,
    in_degrees: bool = True,
) -> str:
    path = write_table(
        tmp_path / "written.mot",
        name=title,
        columns=list(
            dict.fromkeys(
                f"{n} {names[:i].count(n)}".split(" 0")[0].replace(" ", "#")
                for i, n in enumerate(names)
            )
        ),
        time_s=time_s,
        values=np.rad2deg(values) if in_degrees else values,
        in_degrees=in_degrees,
    )
    text = path.read_text(encoding="utf-8")
    return text.replace("#1", "")


def opened(tmp_path: Path, text: str | bytes, name: str = "run.mot") -> Motion:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    up = "y" if "PathFileType" in read_sheet(path)[0][:40] else None
    return open_reference(ReferenceSettings(path=path, up_axis=up))


def by_spreadsheet(text: str, mark: str, *, comma: bool, quoted: bool = False) -> str:
    """Return a table as a spreadsheet saves it: padded to one width, marks of its language."""
    rows = [line.split("\t") for line in text.split("\n")]
    width = max(len(row) for row in rows) + 2
    out = io.StringIO()
    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=mark, quoting=style, lineterminator="\r\n")
    for row in rows:
        cells = [cell.replace(".", ",") if comma and _is_number(cell) else cell for cell in row]
        writer.writerow(cells + [""] * (width - len(cells)))
    return out.getvalue()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


SAVED = [(";", True), (";", False), (",", False), (",", True), ("\t", True), ("\t", False)]


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize(("mark", "comma"), SAVED)
def test_a_table_that_a_spreadsheet_saved_is_read_as_it_was(
    tmp_path: Path, mark: str, comma: bool, quoted: bool, code: str
) -> None:
    text = table_text(tmp_path)
    sound = opened(tmp_path, text)
    saved = by_spreadsheet(text, mark, comma=comma, quoted=quoted)
    for name in ("run.csv", "run.mot"):
        found = opened(tmp_path, saved.encode(code), name)
        np.testing.assert_array_equal(found.time_s, sound.time_s)
        for label, column in sound.coordinates_rad.items():
            np.testing.assert_array_equal(found.coordinates_rad[label], column)
        marks = {";": "semicolons", ",": "commas"}
        changes = [f"cells separated by {marks[mark]}"] if mark in marks else []
        changes += ["decimal commas"] * comma + ["cells in quotes"] * (
            quoted or (comma and mark == ",")
        )
        said = f"{name}: read as a table saved by a spreadsheet ({', '.join(changes)})"
        told = [say(note) for note in coded(found.notes, "reference.spreadsheet")]
        assert told == ([said] if changes else [])
        coded_so = f"{name}: read as UTF-16 text" in sentences(found.notes)
        assert coded_so == code.startswith("utf-16")
    assert not sound.notes


@pytest.mark.parametrize(("mark", "comma"), SAVED)
def test_a_trc_that_a_spreadsheet_saved_is_read_as_it_was(
    tmp_path: Path, mark: str, comma: bool
) -> None:
    text = trc_text()
    sound = opened(tmp_path, text, "run.trc")
    saved = by_spreadsheet(text, mark, comma=comma, quoted=comma)
    for name in ("run.csv", "run.trc", "run.txt"):
        found = opened(tmp_path, saved, name)
        for body, q in sound.R_GB.items():
            np.testing.assert_array_equal(found.R_GB[body], q)


def test_a_table_in_which_numbers_are_written_in_two_ways_is_refused(tmp_path: Path) -> None:
    text = by_spreadsheet(table_text(tmp_path), ";", comma=True)
    lines = text.split("\r\n")
    lines[50] = lines[50].replace(",", ".", 1)
    with pytest.raises(ComparisonError, match="line 51 has decimal commas and decimal points"):
        opened(tmp_path, "\r\n".join(lines))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\r\n\r\n", "the file is empty"),
        (b"PK\x03\x04" + bytes(500), "a spreadsheet workbook"),
        (bytes(range(256)) * 9, "found binary data"),
        (b"time,hip_flexion_r\n0,1\n" * 20, "found neither"),
        (b"<xml/>\n" * 20, "found neither"),
        (b"\nendheader\n", "first column should be 'time'"),
    ],
)
@pytest.mark.parametrize("name", ["run.mot", "run.csv", "run.trc"])
def test_what_is_no_table_is_refused(
    tmp_path: Path, content: bytes, message: str, name: str
) -> None:
    if name == "run.trc" and b"endheader" in content:
        message = "found neither"
    with pytest.raises(OpenSimPelvisError, match=message) as raised:
        opened(tmp_path, content, name)
    assert len(str(raised.value)) < 400 + len(str(tmp_path))


GRF = ("ground_force_vx", "ground_force_vy", "ground_force_px", "ground_torque_x", "cop_y")
MOMENTS = ("pelvis_tilt_moment", "pelvis_tx_force", "hip_flexion_r_moment", "a_moment", "b_moment")
MUSCLES = ("soleus_r", "gasmed_r", "recfem_l", "glmax1_r", "psoas_l")


@pytest.mark.parametrize(
    ("title", "names", "held"),
    [
        ("run", GRF, "ground reaction forces"),
        ("run", MOMENTS, "joint moments or forces"),
        ("Inverse Dynamics Generalized Forces", MOMENTS, "joint moments of inverse dynamics"),
        ("Static Optimization", MUSCLES, "static optimization"),
        ("run", MUSCLES, "muscle activations or forces"),
        ("Speeds", NAMES, "speeds of coordinates"),
        ("Accelerations", NAMES, "accelerations of coordinates"),
    ],
)
def test_what_is_no_coordinate_is_named(
    tmp_path: Path, title: str, names: tuple[str, ...], held: str
) -> None:
    text = table_text(tmp_path, title=title, names=names)
    for written in (text, text.replace("inDegrees=yes\n", "")):
        with pytest.raises(ComparisonError, match=f"wanted joint coordinates, found .*{held}"):
            opened(tmp_path, written)


def test_states_are_coordinates_by_their_values(tmp_path: Path) -> None:
    paths = [f"/jointset/hip_r/{n}/value" for n in NAMES[:4]] + ["/jointset/hip_r/x/speed"]
    found = opened(tmp_path, table_text(tmp_path, names=paths))
    np.testing.assert_allclose(found.coordinates_rad["hip_flexion_r"], VALUES_RAD[:, 3])
    assert set(found.coordinates_rad) == set(NAMES[:4])
    assert (
        "run.mot: columns that are not coordinates were discarded: /jointset/hip_r/x/speed"
        in sentences(found.notes)
    )


def test_of_two_columns_of_one_label_none_is_taken(tmp_path: Path) -> None:
    names = (*NAMES[:4], "hip_flexion_r")
    found = opened(tmp_path, table_text(tmp_path, names=names))
    assert set(found.coordinates_rad) == set(NAMES[:3])
    assert "reference.columns_differ" in codes(found.notes)
    same = VALUES_RAD[:, [0, 1, 2, 3, 3]]
    found = opened(tmp_path, table_text(tmp_path, names=names, values=same))
    assert set(found.coordinates_rad) == set(NAMES[:4])


def test_degrees_and_radians_that_cannot_be_are_told(tmp_path: Path) -> None:
    text = table_text(tmp_path)
    with pytest.raises(ComparisonError, match=r"inDegrees=no .* reaches .* these are degrees"):
        opened(tmp_path, text.replace("inDegrees=yes", "inDegrees=no"))
    radians = table_text(tmp_path, in_degrees=False)
    sound = opened(tmp_path, radians)
    np.testing.assert_allclose(sound.coordinates_rad["knee_angle_r"], VALUES_RAD[:, 4])
    assert not sound.notes
    doubtful = opened(tmp_path, radians.replace("inDegrees=no", "InDegrees = yes"))
    assert "reference.degrees_doubtful" in codes(doubtful.notes)


def test_times_of_a_table_are_used(tmp_path: Path) -> None:
    kept = np.r_[0:60, 63:120, 119:200]
    found = opened(tmp_path, table_text(tmp_path, time_s=T[kept], values=VALUES_RAD[kept]))
    assert found.time_s.size == 200
    column = found.coordinates_rad["hip_flexion_r"]
    assert np.flatnonzero(np.isnan(column)).tolist() == [60, 61, 62]
    np.testing.assert_allclose(
        np.delete(column, [60, 61, 62]), np.delete(VALUES_RAD[:, 3], [60, 61, 62])
    )
    told = sentences(found.notes)
    assert "run.mot: 1 rows are duplicates and were read once" in told
    assert "run.mot: 3 of 200 rows are absent (1.18-1.26 s) and count as missing" in told
    rng = np.random.default_rng(2)
    jitter = np.sort(T + rng.uniform(-0.006, 0.006, T.size))
    values = np.stack([(0.2 + 0.1 * i) * np.sin(4.0 * jitter + i) for i in range(5)], axis=1)
    found = opened(tmp_path, table_text(tmp_path, time_s=jitter, values=values))
    wanted = 0.5 * np.sin(4.0 * found.time_s + 3)
    assert np.nanmax(np.abs(found.coordinates_rad["hip_flexion_r"] - wanted)) < 1e-4
    assert found.rate_hz == pytest.approx(50.0, rel=0.05)


@pytest.mark.parametrize(
    ("time_s", "message"),
    [
        (T[::-1], "they decrease from"),
        (np.r_[T[:100], T[:100]], "they decrease from 1.98 to 0 s at row 101"),
        (0.0 * T, "all rows are at 0"),
        (1000.0 * T, "suggests milliseconds"),
        (T * np.nan, "found none in any row"),
        (np.sort(np.r_[T[1:], T[50]]), "two different ones at 1 s"),
    ],
)
def test_times_that_are_none_are_refused(tmp_path: Path, time_s: np.ndarray, message: str) -> None:
    with pytest.raises(ComparisonError, match=message):
        opened(tmp_path, table_text(tmp_path, time_s=time_s))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_few_samples_are_no_movement(tmp_path: Path, count: int) -> None:
    text = table_text(tmp_path, time_s=T[:count], values=VALUES_RAD[:count])
    with pytest.raises(ComparisonError, match="a movement"):
        opened(tmp_path, text)


def test_coordinates_that_are_held_are_missing(tmp_path: Path) -> None:
    values = VALUES_RAD.copy()
    values[120:] = values[119]
    found = opened(tmp_path, table_text(tmp_path, values=values))
    assert np.isnan(found.coordinates_rad["pelvis_tilt"][120:]).all()
    (held,) = coded(found.notes, "reference.coordinates_held")
    assert "2.40-3.98 s" in say(held)
    clamped = VALUES_RAD.copy()
    clamped[:, 4] = np.minimum(clamped[:, 4], 0.1)  # a joint at the end of its range
    found = opened(tmp_path, table_text(tmp_path, values=clamped))
    assert not found.notes


def test_rows_that_are_cut_off_or_do_not_fit_are_told(tmp_path: Path) -> None:
    text = table_text(tmp_path)
    cut = opened(tmp_path, text.rstrip("\n").rpartition("\t")[0])
    assert cut.time_s.size == 199
    assert "run.mot: incomplete rows were discarded: 200" in sentences(cut.notes)
    short = opened(tmp_path, "\n".join(text.split("\n")[:-20]) + "\n")
    assert any("states 200 rows, but the table has 181" in n for n in sentences(short.notes))
    lines = trc_text().rstrip("\n").split("\n")
    cut = opened(tmp_path, "\n".join(lines)[:-60], "cut.trc")
    assert "reference.last_line_cut" in codes(cut.notes)
    with pytest.raises(ComparisonError, match=r"wanted 32 cells per row for the 10 labels"):
        opened(tmp_path, "\n".join([*lines[:6], *(f"{line}\t5" for line in lines[6:])]), "l.trc")


def test_labels_of_a_trc_are_read_by_their_place(tmp_path: Path) -> None:
    lines = trc_text().split("\n")
    sound = opened(tmp_path, "\n".join(lines), "run.trc")
    packed = [*lines[:3], "\t".join(c for c in lines[3].split("\t") if c), *lines[4:]]
    found = opened(tmp_path, "\n".join(packed), "run.trc")
    np.testing.assert_array_equal(found.R_GB["femur_l"], sound.R_GB["femur_l"])
    unnamed = [*lines[:3], lines[3].replace("RHJC", ""), *lines[4:]]
    found = opened(tmp_path, "\n".join(unnamed), "run.trc")
    np.testing.assert_array_equal(found.R_GB["femur_l"], sound.R_GB["femur_l"])
    assert "reference.trajectories_unnamed" in codes(found.notes)
    shifted = [*lines[:3], lines[3].replace("RHJC", "\tRHJC"), *lines[4:]]
    with pytest.raises(ComparisonError, match="'RHJC' elsewhere"):
        opened(tmp_path, "\n".join(shifted), "run.trc")
    for cell in ("Jan 12", "\u0661\u0662", "1_0"):
        cells = lines[8].split("\t")
        cells[5] = cell
        with pytest.raises(ComparisonError, match=f"on line 9, column 6, found '{cell}'"):
            opened(tmp_path, "\n".join([*lines[:8], "\t".join(cells), *lines[9:]]), "run.trc")


def test_a_short_case_is_told_as_short() -> None:
    from opensim_pelvis.validation.sync import synchronise

    folder = Path(__file__).resolve().parents[3] / "shared" / "cases" / "short-reference"
    if not folder.is_dir():
        pytest.skip("the cases are not here: no folder ../shared/cases beside the checkout")
    found = open_reference(ReferenceSettings(path=folder / "run_1s.mot"))
    long_s = np.arange(3000) / 100.0
    bodies = {body: np.resize(q, (3000, 4)) for body, q in found.R_GB.items()}
    with pytest.raises(ComparisonError, match=r"the reference lasts 1.2 s; at least 2 s"):
        synchronise(bodies, long_s, found.R_GB, found.time_s)
