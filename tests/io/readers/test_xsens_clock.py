"""Xsens text exports whose header states no rate: which clock columns tell it, and which not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import MissingRateError
from opensim_pelvis.types import Recording
from tests.io.readers.test_xsens import NEW_HEADER, OLD_HEADER, columns_of, read, write

ROWS = 900
START = 65_000  # the counter wraps on the way
MIDNIGHT_S = 86_395.0


def utc_columns(time_s: np.ndarray, *, valid: object = 7) -> dict[str, np.ndarray]:
    """Return the columns of a clock that counts seconds from the start of a day."""
    day = np.floor(time_s / 86_400.0)
    rest = time_s - 86_400.0 * day
    second = np.floor(rest + 1e-9)
    return {
        "UTC_Nano": np.rint((rest - second) * 1e9).astype(np.int64).clip(0),
        "UTC_Year": np.full(time_s.size, 2024),
        "UTC_Month": np.full(time_s.size, 3),
        "UTC_Day": 1 + day.astype(int),
        "UTC_Hour": (second // 3600).astype(int),
        "UTC_Minute": (second % 3600 // 60).astype(int),
        "UTC_Second": (second % 60).astype(int),
        "UTC_Valid": np.broadcast_to(np.asarray(valid), time_s.shape),
    }


def export(path: Path, clocks: dict[str, Sequence[object] | np.ndarray], **other: object) -> Path:
    columns = columns_of(rows=ROWS, start=START)
    del columns["SampleTimeFine"]
    return write(path / "a_b.txt", {**columns, **clocks}, header=NEW_HEADER, **other)


def told(recording: Recording) -> tuple[float, str]:
    return recording.rate_hz, recording.rate_source.code


@pytest.mark.parametrize("rate_hz", [40.0, 60.0, 75.0, 100.0])
@pytest.mark.parametrize("resolution_s", [1e-9, 1e-4, 1e-3])
@pytest.mark.parametrize("start_s", [36_000.0, MIDNIGHT_S])
def test_utc_beside_the_packet_counter_tells_the_rate(
    tmp_path: Path, rate_hz: float, resolution_s: float, start_s: float
) -> None:
    time_s = start_s + np.floor(np.arange(ROWS) / rate_hz / resolution_s + 1e-6) * resolution_s
    assert told(read(export(tmp_path, utc_columns(time_s)))) == (rate_hz, "source.utc_columns")


def test_rows_before_the_time_is_valid_are_left_out(tmp_path: Path) -> None:
    """A satellite sets the clock after a third of the recording."""
    time_s = 36_000.0 + np.arange(ROWS) / 60.0
    late = np.arange(ROWS) >= ROWS // 3
    clocks = utc_columns(np.where(late, time_s, np.arange(ROWS) / 60.0), valid=np.where(late, 7, 3))
    assert told(read(export(tmp_path, clocks)))[0] == 60.0
    clocks["UTC_Valid"] = np.zeros(ROWS, dtype=int)  # nothing is marked, and the clock jumps
    with pytest.raises(MissingRateError, match="follows the packet counter closely enough"):
        read(export(tmp_path, clocks))


def test_a_clock_of_its_own_without_a_valid_mark_is_as_good(tmp_path: Path) -> None:
    clocks = utc_columns(np.arange(ROWS) / 60.0, valid=0)
    assert told(read(export(tmp_path, clocks)))[0] == 60.0


@pytest.mark.parametrize("start", [5_000, 2**32 - 3_000, 863_999_000])
@pytest.mark.parametrize("lost", [0, 40])
def test_ticks_tell_it_over_their_wraps_and_lost_rows(
    tmp_path: Path, start: int, lost: int
) -> None:
    modulus = 864_000_000 if start > 800_000_000 and start < 2**31 else 2**32
    ticks = np.mod(start + np.floor(np.arange(ROWS) * 10_000 / 60), modulus).astype(int)
    columns = columns_of(rows=ROWS, start=START) | {"SampleTimeFine": ticks}
    kept = np.delete(np.arange(ROWS), np.arange(300, 300 + lost))
    rows = {name: np.asarray(values)[kept] for name, values in columns.items()}
    found = read(write(tmp_path / "a_b.txt", rows, header=NEW_HEADER))
    assert told(found) == (60.0, "source.column_khz")
    assert found.sensors[0].counter[-1] == ROWS - 1


def test_clocks_that_differ_or_have_another_unit_tell_nothing(tmp_path: Path) -> None:
    utc = utc_columns(np.arange(ROWS) / 60.0)
    ticks = {"SampleTimeFine": np.floor(np.arange(ROWS) * 10_000 / 100).astype(int)}
    with pytest.raises(MissingRateError, match="their time columns differ"):
        read(export(tmp_path, {**ticks, **utc}))
    micro = {"SampleTimeFine": np.floor(np.arange(ROWS) * 1e6 / 60).astype(np.int64)}
    with pytest.raises(MissingRateError, match="Give it with --rate HZ"):
        read(export(tmp_path, micro))
    assert told(read(export(tmp_path, {**micro, **utc}))) == (60.0, "source.utc_columns")


@pytest.mark.parametrize(
    "damage", ["no nano", "still", "no hours", "short", "shuffled", "some rows", "another rate"]
)
def test_utc_that_is_no_clock_is_asked_for(tmp_path: Path, damage: str) -> None:
    clocks = utc_columns(36_000.0 + np.arange(ROWS) / 60.0)
    if damage == "no nano":  # a second of resolution in 15 s
        clocks["UTC_Nano"] = [""] * ROWS
    elif damage == "still":
        clocks = {name: np.full(ROWS, values[0]) for name, values in clocks.items()}
    elif damage == "no hours":
        del clocks["UTC_Hour"]
    elif damage == "short":
        clocks["UTC_Second"] = [*clocks["UTC_Second"][:5], *([""] * (ROWS - 5))]
    elif damage == "shuffled":
        clocks["UTC_Nano"] = np.random.default_rng(1).permutation(clocks["UTC_Nano"])
    elif damage == "some rows":
        clocks["UTC_Minute"] = np.where(np.arange(ROWS) == 450, 59, clocks["UTC_Minute"])
    else:
        clocks = utc_columns(36_000.0 + np.arange(ROWS) ** 1.02 / 60.0)
    with pytest.raises(MissingRateError, match=r"closely enough\. Give it with --rate"):
        read(export(tmp_path, clocks))


def test_empty_clock_columns_are_no_clocks(tmp_path: Path) -> None:
    empty = dict.fromkeys(utc_columns(np.zeros(1)), [""] * ROWS)
    with pytest.raises(MissingRateError, match=r"do not state it\. Give it with --rate"):
        read(export(tmp_path, {"SampleTimeFine": ["NaN"] * ROWS, **empty}))


def test_one_sensor_with_a_clock_tells_the_rate_of_all(tmp_path: Path) -> None:
    utc = utc_columns(np.arange(ROWS) / 75.0)
    for name, clocks in (("00B4AAAA", utc), ("00B4BBBB", {})):
        (tmp_path / name).mkdir()
        text = export(tmp_path / name, clocks).read_text().replace("00B4AAAA", name)
        (tmp_path / f"trial_{name}.txt").write_text(text)
    assert told(read(tmp_path)) == (75.0, "source.utc_columns")


def test_where_the_header_states_the_rate_utc_is_not_read(tmp_path: Path) -> None:
    utc = dict.fromkeys(utc_columns(np.zeros(1)), ["unknown"] * ROWS)
    path = write(tmp_path / "a_b.txt", {**columns_of(rows=ROWS), **utc}, header=OLD_HEADER)
    assert read(path).rate_hz == 100.0
