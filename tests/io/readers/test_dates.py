"""When a recording began: what each format states, and what is left out with a note."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from opensim_pelvis.io import reading
from opensim_pelvis.io.readers._dates import (
    Dated,
    date_after,
    date_of_epoch,
    date_of_text,
    earliest,
)
from opensim_pelvis.notices import notice, say
from opensim_pelvis.types import Recording
from opensim_pelvis.types.date import RecordingDate, order_moments, show_moment
from tests.notices import coded, codes, sentences

FIXTURES = Path(__file__).parents[3] / "fixtures"
AHEAD = timezone(timedelta(hours=8))
SIMULATED_LOCAL = datetime(2018, 11, 13, 5, 17, 11, 827_000)

STATED = {
    "dot_app": datetime(2021, 8, 20, 20, 21, 13, tzinfo=AHEAD),
    "mvn_4.mvnx": SIMULATED_LOCAL.replace(microsecond=0),
    "ximu3": datetime(2023, 9, 16, 2, 6, 25),
    "apdm_5.h5": datetime(2019, 2, 22, 23, 51, 44, tzinfo=UTC),
    "apdm_format7.csv": datetime(2019, 2, 22, 23, 51, 44, tzinfo=UTC),
    "xsens_eight": None,
    "opensense.sto": None,
    "wide.csv": None,
    "apdm_sample_rate.csv": None,
}
"""What the headers of the fixtures say, to the second; None where the format is silent."""


def second(recording: Recording) -> datetime | None:
    if recording.date is None:
        return None
    assert isinstance(recording.date.start, datetime)
    return recording.date.start.replace(microsecond=0)


@pytest.mark.parametrize("name", STATED)
def test_a_reader_gives_the_date_that_its_header_states(name: str) -> None:
    recording = reading.read(FIXTURES / name)
    assert second(recording) == STATED[name]
    if recording.date is not None:
        assert recording.date.source
    assert not [note for note in sentences(recording.notes) if "date" in note]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("formats/xsens_dot", datetime(2021, 8, 20, 20, 21, 13, tzinfo=AHEAD)),
        ("formats/mvnx", datetime(2018, 11, 13, 5, 17, 11)),
        ("formats/ximu3", datetime(2023, 9, 16, 2, 6, 24)),
        ("formats/apdm/apdm_format7.csv", datetime(2019, 2, 22, 23, 51, 44, tzinfo=UTC)),
        ("formats/apdm/imuData01.csv", None),
        ("formats/c3d", None),
        ("opensense_walk", None),
    ],
)
def test_real_headers(shared_data: Path, name: str, start: datetime | None) -> None:
    rate_hz = 128.0 if name.endswith("format7.csv") else None
    assert second(reading.read(shared_data / name, rate_hz=rate_hz)) == start


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2021-08-20_20:21:13_829 GMT+8", datetime(2021, 8, 20, 20, 21, 13, 829_000, AHEAD)),
        ("2021-08-20_20:21:13_829 GMT-3:30",
         datetime(2021, 8, 20, 20, 21, 13, 829_000, timezone(-timedelta(hours=3, minutes=30)))),
        ("2021-08-20 20:21:13+0530",
         datetime(2021, 8, 20, 20, 21, 13, 0, timezone(timedelta(hours=5, minutes=30)))),
        ("2021-08-20T20:21:13Z", datetime(2021, 8, 20, 20, 21, 13, 0, UTC)),
        ("2021-08-20 20:21:13 UTC", datetime(2021, 8, 20, 20, 21, 13, 0, UTC)),
        ("Tue Nov  3 05:17:11.8 2018", datetime(2018, 11, 3, 5, 17, 11, 800_000)),
        ("2023-09-16 02:06:25", datetime(2023, 9, 16, 2, 6, 25)),
        ("2023-09-16", date(2023, 9, 16)),
    ],
)  # fmt: skip
def test_texts_are_read_as_they_stand(text: str, start: date) -> None:
    found, notes = date_of_text(text, "the field")
    assert found == RecordingDate(start=start, source="the field")
    assert found.start.isoformat() == start.isoformat()  # the zone, too
    assert notes == ()


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2021-08-20 20:21:13 Europe/Berlin", 2),
        ("2021-01-20 20:21:13 Europe/Berlin", 1),
        ("2021-08-20 20:21:13 [Asia/Kolkata]", 5.5),
        ("2021-08-20T20:21:13.5 (America/New_York)", -4),
        ("2021-08-20 20:21:13 CET", 1),
        ("2021-08-20 20:21:13 cest", 2),
        ("2021-08-20 20:21:13 MESZ", 2),
        ("2021-08-20 20:21:13 PST", -8),
        ("2021-08-20 20:21:13 UTC+2", 2),
        ("2021-08-20 20:21:13 UTC-03:30", -3.5),
        ("2021-08-20 20:21:13+02:00 Europe/Berlin", 2),
    ],
)
def test_zones_by_name_become_hours(text: str, hours: float) -> None:
    found, notes = date_of_text(text, "the field")
    assert notes == ()
    assert found is not None
    assert isinstance(found.start, datetime)
    assert found.start.utcoffset() == timedelta(hours=hours)
    assert found.start.replace(tzinfo=None, microsecond=0).time().isoformat() == "20:21:13"


@pytest.mark.parametrize("zone", ["IST", "CST", "BST", "Nowhere/City", "Mars", "../../etc"])
def test_a_zone_that_is_unknown_or_means_several_is_told(zone: str) -> None:
    found, notes = date_of_text(f"2021-08-20 20:21:13 {zone}", "the field")
    if zone.startswith("."):  # no name of a zone at all
        assert found is None
        assert codes(notes) == ["reader.date_not_understood"]
        return
    assert found == RecordingDate(start=datetime(2021, 8, 20, 20, 21, 13), source="the field")
    assert codes(notes) == ["reader.zone_unknown"]
    assert notes[0].values["zone"] == zone


@pytest.mark.parametrize("text", [None, "", "  ", "Unknown", "unknown"])
def test_silence_is_no_fault(text: str | None) -> None:
    assert date_of_text(text, "the field") == (None, ())


@pytest.mark.parametrize(
    "text",
    ["yesterday", "03/04/2021", "2021-13-01", "2021-02-30 10:00:00", "Di Mär 5 05:17:11 2018",
     "2021-08-20 25:00:00", "<script>" * 20, "2021-08-20 10:00:00 GMT+99"],
)  # fmt: skip
def test_what_is_not_understood_is_said_and_not_guessed(text: str) -> None:
    found, (note,) = date_of_text(text, "the field")
    assert found is None
    assert note.code == "reader.date_not_understood"
    assert note.values == {"source": "the field", "stated": text[:60]}


@pytest.mark.parametrize("found", [date_of_text("1980-01-06 00:00:00", "x"), date_of_epoch(9, "x")])
def test_a_clock_that_was_never_set_gives_no_date(found: Dated) -> None:
    assert found[0] is None
    assert codes(found[1]) == ["reader.clock_not_set"]
    assert found[1][0].values["source"] == "x"


def test_an_impossible_count_of_seconds_is_no_traceback() -> None:
    for seconds in (1e300, float("nan"), float("inf")):
        found, (note,) = date_of_epoch(seconds, "x")
        assert found is None
        assert note.code == "reader.date_not_understood"
        assert note.code == "reader.date_not_understood"
        assert f"'{seconds:g} s since 1970'" in say(note)


def test_of_several_sensors_the_first_start_counts_unless_they_contradict() -> None:
    texts = ["2021-08-20 10:00:03", "2021-08-20 10:00:01", None]
    found, notes = earliest((date_of_text(text, "x") for text in texts), "x")
    assert found is not None
    assert found.text == "2021-08-20 10:00:01"
    assert notes == ()
    for other in ("2021-08-21 10:00:00", "2021-08-20 10:00:02Z"):  # a day off; with a zone
        found, (note,) = earliest((date_of_text(t, "x") for t in (texts[0], other)), "x")
        assert found is None
        assert note.code == "reader.dates_differ"
        assert f"({note.values['dates'][0]} and {note.values['dates'][1]})" in say(note)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def mvnx(tmp_path: Path) -> Path:
    return Path(shutil.copy(FIXTURES / "mvn_4.mvnx", tmp_path))


def since_1970(moment: datetime) -> str:
    return f'" recDateMSecsSinceEpoch="{round(1000 * moment.timestamp())}" originalFilename="'


def test_mvnx_tells_its_zone_by_two_dates(mvnx: Path) -> None:
    instant = SIMULATED_LOCAL.replace(tzinfo=timezone(timedelta(hours=5, minutes=30)))
    edit(mvnx, '" originalFilename="', since_1970(instant))
    recording = reading.read(mvnx)
    assert recording.date is not None
    assert recording.date.text == "2018-11-13 05:17:11 UTC+05:30"


def test_mvnx_whose_two_dates_disagree_keeps_the_local_one(mvnx: Path) -> None:
    instant = SIMULATED_LOCAL.replace(tzinfo=UTC) + timedelta(minutes=7)
    edit(mvnx, '" originalFilename="', since_1970(instant))
    recording = reading.read(mvnx)
    assert recording.date is not None
    assert recording.date.start == SIMULATED_LOCAL
    (note,) = coded(recording.notes, "mvnx.dates_apart")
    assert set(note.values) == {"local", "utc"}


def test_mvnx_in_another_language_still_has_its_instant(mvnx: Path) -> None:
    edit(mvnx, "Tue Nov 13", "Di Nov. 13")
    assert reading.read(mvnx).date is None
    edit(mvnx, '" originalFilename="', since_1970(SIMULATED_LOCAL.replace(tzinfo=UTC)))
    recording = reading.read(mvnx)
    assert recording.date is not None
    assert recording.date.text == "2018-11-13 05:17:11 UTC"


def test_an_xsens_header_that_has_a_start_time_is_heeded(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIXTURES / "xsens_matrix_comma", tmp_path / "walk"))
    for path in folder.iterdir():
        edit(path, "Start Time: Unknown", "Start Time: 2024-05-06 07:08:09")
    recording = reading.read(folder)
    assert recording.date is not None
    assert recording.date.text == "2024-05-06 07:08:09"


def table(tmp_path: Path, zero: str) -> Path:
    mapping = (FIXTURES / "wide.mapping.toml").read_text(encoding="utf-8")
    text = mapping.replace('unit = "s"\n', f'unit = "s"\nzero = {zero}\n', 1)
    (tmp_path / "wide.mapping.toml").write_text(text, encoding="utf-8")
    return Path(shutil.copy(FIXTURES / "wide.csv", tmp_path))


@pytest.mark.parametrize(
    ("zero", "text"),
    [
        ("2026-11-24T10:30:00", "2026-11-24 10:30:00"),
        ("2026-11-24T10:30:00+01:00", "2026-11-24 10:30:00 UTC+01:00"),
        ("2026-11-24", "2026-11-24"),
    ],
)
def test_a_mapping_says_when_the_clock_of_a_table_read_zero(
    tmp_path: Path, zero: str, text: str
) -> None:
    recording = reading.read(table(tmp_path, zero))
    assert recording.date is not None
    assert recording.date.text == text
    assert say(recording.date.source) == "clock.zero of wide.mapping.toml"


def test_a_mapping_with_another_kind_of_zero_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(reading_error(), match=r"clock\.zero must be a date such as 2026-11-24"):
        reading.read(table(tmp_path, '"2026-11-24"'))


def reading_error() -> type[Exception]:
    from opensim_pelvis.errors import ReadError

    return ReadError


def test_a_clock_since_1970_gives_the_instant_and_a_bare_date_no_guess() -> None:
    found, _ = date_after(datetime(1970, 1, 1, tzinfo=UTC), 1_550_879_504.4, "x")
    assert found is not None
    assert found.text == "2019-02-22 23:51:44 UTC"
    found, (note,) = date_after(date(2026, 1, 1), 200_000.0, "x")
    assert found is None
    assert note.code == "reader.date_without_time"
    assert note.values == {"source": "x", "seconds": 200_000.0}
    found, (note,) = date_after(datetime(2026, 1, 1), 1e20, "x")
    assert found is None
    assert note.code == "reader.date_not_understood"
    assert "'2026-01-01 00:00:00 and 1e+20 s'" in say(note)


def test_what_the_user_states_wins_and_says_so() -> None:
    stated = datetime(2026, 11, 24, 10, 30)
    recording = reading.read(FIXTURES / "mvn_4.mvnx", date=stated)
    assert recording.date == RecordingDate(start=stated, source=notice("source.user"))
    (note,) = coded(recording.notes, "recording.other_date")
    assert say(note.values["source"]) == "recDate of the header"
    assert str(note.values["found"]).startswith("2018-11-13")
    silent = reading.read(FIXTURES / "wide.csv", date=date(2026, 11, 24))
    assert silent.date is not None
    assert silent.date.text == "2026-11-24"
    assert not [note for note in sentences(silent.notes) if "2026" in note]


@pytest.mark.parametrize(
    "make", [lambda p: p.touch(), lambda p: __import__("os").utime(p, (1e9, 1e9))]
)
def test_the_date_of_a_file_is_never_taken(tmp_path: Path, make: Callable[[Path], None]) -> None:
    for name in ("wide.csv", "wide.mapping.toml"):
        make(Path(shutil.copy(FIXTURES / name, tmp_path)))
    assert reading.read(tmp_path / "wide.csv").date is None


def test_early_comes_before_late_and_unknown_last() -> None:
    zoned = ["2026-01-01T10:00:00+09:00", "2026-01-01T02:00:00+00:00"]
    keys = order_moments(zoned)
    assert keys[0] < keys[1]  # 01:00 UTC before 02:00 UTC
    keys = order_moments([*zoned, "2026-01-01T05:00:00", None, "2026-01-01"])
    assert sorted(range(5), key=keys.__getitem__) == [4, 1, 2, 0, 3]
    assert show_moment("2026-01-01T05:00:00.9") == "2026-01-01 05:00:00"
