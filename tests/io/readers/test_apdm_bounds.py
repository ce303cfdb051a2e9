"""HDF5 files that ask for more than they hold, or lead to others, are refused unread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from opensim_pelvis.errors import ReadError
from opensim_pelvis.io.readers import apdm_bounds
from opensim_pelvis.io.readers.apdm_hdf5 import read_hdf5


@pytest.fixture
def recording(fixtures: Path, tmp_path: Path) -> Path:
    path = tmp_path / "w.h5"
    path.write_bytes((fixtures / "apdm_5.h5").read_bytes())
    return path


def first_sensor(file: Any) -> Any:
    return file["Sensors"][next(iter(file["Sensors"]))]


def declare(group: Any, name: str, shape: tuple[int, ...], **options: Any) -> None:
    del group[name]
    group.create_dataset(name, shape, "f8", **options)


def test_the_sound_file_is_read(recording: Path) -> None:
    assert len(read_hdf5(recording).sensors) > 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g, f: declare(g, "Time", (10**12,), chunks=(1000,)), "more than a day"),
        (lambda g, f: declare(g, "Time", (10**7,), chunks=(1000,)), "80000000 bytes, but 0 are"),
        (
            lambda g, f: declare(g, "Time", (10**7,), chunks=(10**7,), compression="gzip",
                                 data=np.zeros(10**7)),
            "are stored",
        ),
        (
            lambda g, f: declare(g, "Time", (10**8,), chunks=(4 * 10**7,)),
            "more than a day",
        ),
    ],
    ids=["declared", "fill value", "compressed", "chunk"],
)  # fmt: skip
def test_declared_sizes_are_bounded(
    recording: Path, tmp_path: Path, change: Callable[[Any, Path], None], words: str
) -> None:
    with h5py.File(recording, "r+") as file:
        change(first_sensor(file), tmp_path)
    with pytest.raises(ReadError, match=words):
        read_hdf5(recording)


def test_data_of_other_files_is_refused(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "raw.bin").write_bytes(np.arange(60.0).tobytes())
    with h5py.File(recording, "r+") as file:
        declare(first_sensor(file), "Time", (60,), external=[(str(tmp_path / "raw.bin"), 0, 480)])
    with pytest.raises(ReadError, match="Time has its data in other files"):
        read_hdf5(recording)


def test_virtual_data_is_refused(recording: Path, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["t"] = np.arange(60.0)
    with h5py.File(recording, "r+") as file:
        group = first_sensor(file)
        del group["Time"]
        layout = h5py.VirtualLayout(shape=(60,), dtype="f8")
        layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "t", shape=(60,))
        group.create_virtual_dataset("Time", layout)
    with pytest.raises(ReadError, match="Time has its data in other files"):
        read_hdf5(recording)


def test_links_to_other_files_are_refused(recording: Path) -> None:
    with h5py.File(recording, "r+") as file:
        first_sensor(file)["More"] = h5py.ExternalLink("/etc/hostname", "/")
    with pytest.raises(ReadError, match=r"More' links to another file"):
        read_hdf5(recording)


def test_links_in_a_circle_end(recording: Path) -> None:
    with h5py.File(recording, "r+") as file:
        group = first_sensor(file)
        group["Again"] = file["Sensors"]
        del group["Time"]
        group["Time"] = h5py.SoftLink("Round")
        group["Round"] = h5py.SoftLink("Time")
    with pytest.raises(ReadError, match=r"damaged|Time"):
        read_hdf5(recording)


def test_entries_are_counted(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apdm_bounds, "MAX_LINKS", 5)
    with pytest.raises(ReadError, match="more than 5 entries"):
        read_hdf5(recording)


def test_all_datasets_together_are_bounded(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apdm_bounds, "MAX_IN_ALL", 500)
    with pytest.raises(ReadError, match="and those before it declare more than 500"):
        read_hdf5(recording)
