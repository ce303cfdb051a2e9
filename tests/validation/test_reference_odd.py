"""References that hold no movement, fillers for missing markers, and tables of another origin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.validation.marker_gaps import without_unmeasured
from opensim_pelvis.validation.seen import refuse_short, seen_by_both
from opensim_pelvis.validation.sources import ReferenceSettings, open_reference
from tests.c3d_files import Kind, write_kind
from tests.notices import coded, codes, sentences
from tests.validation.markers_of_runner import compared, compared_text, rows, trc_text
from tests.validation.test_reference_tables import (
    NAMES,
    VALUES_RAD,
    T,
    by_spreadsheet,
    opened,
    table_text,
)


def test_a_marker_that_stays_at_one_place_while_others_move_is_missing(tmp_path: Path) -> None:
    still = [(name, p[:1].repeat(len(p), 0) if name == "LKNE" else p) for name, p in rows()]
    found = compared_text(tmp_path, trc_text(still))
    assert coded(found.notes, "reference.markers_still")[0].subject == ("LKNE",)
    assert "hip_rotation_l" not in {angle.name for angle in found.table.angles}


def test_a_reference_in_which_nothing_moves_is_refused(tmp_path: Path) -> None:
    still = [(name, p[:1].repeat(len(p), 0)) for name, p in rows()]
    with pytest.raises(ComparisonError, match=r"wanted a movement.*Export the trial again"):
        compared_text(tmp_path, trc_text(still))


def test_a_filler_for_a_missing_marker_is_no_measurement() -> None:
    p = np.random.default_rng(0).normal(size=(200, 3))
    p[50:60] = -9.999
    p[3] = 0.25  # once is chance
    found, notes = without_unmeasured({"LASI": p}, 100.0, 0.0)
    assert np.flatnonzero(np.isnan(found["LASI"]).any(axis=1)).tolist() == list(range(50, 60))
    assert "reference.markers_filled" in codes(notes)


def test_heading_is_fitted_on_all_where_the_pose_was_not_seen(tmp_path: Path) -> None:
    lost = [(name, p.copy()) for name, p in rows()]
    lost[0][1][:150] = np.nan  # the first seconds, standing among them
    path = tmp_path / "run.trc"
    path.write_text(trc_text(lost), encoding="utf-8")
    found = compared(path)
    assert "compare.missing_in_pose" in codes(found.notes)


def test_two_seconds_are_two_seconds() -> None:
    """100 samples of 50 Hz: the last one lasts as long as the others."""
    time_s = np.arange(100) / 50.0
    turn = 0.3 * np.sin(6.0 * time_s)
    q = np.stack([np.cos(turn), np.sin(turn), 0.0 * turn, 0.0 * turn], axis=1)
    refuse_short("reference", time_s)
    assert seen_by_both(("pelvis",), {"pelvis": q}, time_s, {"pelvis": q}, time_s) == ("pelvis",)
    with pytest.raises(ComparisonError, match=r"lasts 1\.98 s; at least 2 s"):
        refuse_short("reference", time_s[:-1])


def test_a_c3d_without_points_is_told_by_its_channels(tmp_path: Path) -> None:
    path = write_kind(tmp_path / "plates.c3d", Kind(points=0, channels=6)).path
    with pytest.raises(ComparisonError, match="only 6 analog channels"):
        open_reference(ReferenceSettings(path=path))


@pytest.mark.parametrize("number", ["2.020,5", "2,020.5", "2'020.5", "2 020,5", "2\u202f020,5"])
def test_marks_between_thousands_are_named(tmp_path: Path, number: str) -> None:
    lines = trc_text().split("\n")
    cells = lines[-3].split("\t")
    lines[-3] = "\t".join([*cells[:2], number, *cells[3:]])
    text = "\n".join(lines).replace("\t", ";")
    with pytest.raises(ComparisonError, match="without thousands separators"):
        opened(tmp_path, text, "run.csv")


def test_what_a_spreadsheet_adds_around_a_table_is_passed_over(tmp_path: Path) -> None:
    sound = opened(tmp_path, trc_text(), "sound.trc")
    saved = by_spreadsheet(trc_text(), ";", comma=True)
    for text in (
        f"sep=;\n{saved}",
        f'{by_spreadsheet(trc_text(), ",", comma=False, quoted=True)}""\n',
        saved.replace("\r\n", "\n\n"),
    ):
        found = opened(tmp_path, text, "run.csv")
        for body, q in sound.R_GB.items():
            np.testing.assert_allclose(found.R_GB[body], q, atol=1e-12)


@pytest.mark.parametrize("mark", [" ", "|", "   "])
def test_a_trc_whose_cells_are_parted_otherwise_is_told_so(tmp_path: Path, mark: str) -> None:
    with pytest.raises(ComparisonError, match="wanted tab-separated cells on line 2"):
        opened(tmp_path, trc_text().replace("\t", mark), "run.trc")


def test_a_table_without_a_number_or_with_impossible_angles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="found no number in any cell"):
        opened(tmp_path, table_text(tmp_path, values=VALUES_RAD * np.nan))
    with pytest.raises(ComparisonError, match="more than any joint"):
        opened(tmp_path, table_text(tmp_path, values=VALUES_RAD * 1e9))
    one = np.where(np.arange(len(NAMES)) == 3, np.nan, VALUES_RAD)
    found = opened(tmp_path, table_text(tmp_path, values=one))
    told = " ".join(sentences(found.notes))
    assert "without a number were discarded: hip_flexion_r" in told
    with pytest.raises(ComparisonError, match="found joint moments"):
        opened(tmp_path, table_text(tmp_path, title="Moments"))


def test_a_table_that_shares_nothing_is_told_by_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "emg.mot"
    text = table_text(tmp_path, names=("emg1", "emg2"), values=VALUES_RAD[:, :2], time_s=T)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ComparisonError, match=r"no coordinate in common.*the reference emg1, emg2"):
        compared(path, offset_s=None)
