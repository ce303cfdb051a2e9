"""What a command would replace is known before its work, and is its own or stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from opensim_pelvis.cli import commands as cli
from opensim_pelvis.cli.translation import write_texts
from opensim_pelvis.errors import ExportError
from opensim_pelvis.io.delivery import check_file
from opensim_pelvis.io.kinds import describe_kind
from opensim_pelvis.validation import compare
from opensim_pelvis.validation.pooling import write_pooled

FOREIGN = b'msgid ""\nmsgstr "Language: de"\n\nmsgid "File"\nmsgstr "Datei"\n'
SUMMARY_OF_NONE = "not looked at"


def test_texts_take_the_place_of_such_a_file_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.po"
    other.write_bytes(FOREIGN)
    for overwrite in (False, True):
        with pytest.raises(ExportError, match=r"not written by this command.*not replaced"):
            write_texts(other, code="de", overwrite=overwrite)
    assert other.read_bytes() == FOREIGN
    mine = write_texts(tmp_path / "de.po", code="de")
    mine.write_bytes(b"\xef\xbb\xbf" + mine.read_bytes())  # an editor set a mark before it
    earlier = tmp_path / "texts-de.toml"
    earlier.write_text("", encoding="utf-8")
    with pytest.raises(ExportError, match=r"your own entries.*--overwrite"):
        write_texts(mine, earlier=earlier)
    assert write_texts(mine) == mine
    write_texts(mine, code="de", overwrite=True)


def test_a_pooled_table_takes_the_place_of_such_a_table_alone(tmp_path: Path) -> None:
    table = tmp_path / "walk.csv"
    table.write_text("time_s,speed_mps\n", encoding="utf-8")
    with pytest.raises(ExportError, match="not replaced"):
        write_pooled([], table)
    own = write_pooled([], tmp_path / "pooled.csv")
    assert write_pooled([], own) == own


def test_a_link_to_a_file_of_ours_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("angle\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    with pytest.raises(ExportError, match="not replaced"):
        check_file(tmp_path / "link.csv", first_line="angle")


def test_compare_refuses_a_folder_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compare, "compare", lambda _: pytest.fail("the work was done"))
    result = tmp_path / "result"
    result.mkdir()
    (result / "walk_report.json").write_text(SUMMARY_OF_NONE, encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    for name in ("walk_report.html", "agreement.csv", "curves.png"):
        (out / name).write_text("of the user", encoding="utf-8")
        words = ["compare", result, tmp_path / "optical.c3d", "--out", out]
        monkeypatch.setattr("sys.argv", ["opensim-pelvis", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 2
        assert f"{name}: this file was not written by this program" in capsys.readouterr().err
        (out / name).unlink()


def test_a_trial_file_that_is_named_as_the_recording_is_told_so(tmp_path: Path) -> None:
    for name, advice in (("trial.toml", "must name the recording itself"), ("trial.txt", "ending")):
        path = tmp_path / name
        path.write_text('[recording]\npath = "trial.toml"\n', encoding="utf-8")
        kind = describe_kind(path)
        assert kind is not None
        assert kind.name == "a trial file"
        assert advice in kind.advice
