"""C3D files beyond the limits of the format, and what does not fit into it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import c3d as other_c3d
import numpy as np
import pytest

from opensim_pelvis.errors import ExportError
from opensim_pelvis.io.exporters.c3d_file import (
    MAX_FRAMES_WORD,
    C3dContent,
    split_parameter,
    write_c3d,
)
from opensim_pelvis.types import Landmark
from tests.io.exporters.c3d_readers import export, read_ezc3d, read_other
from tests.io.exporters.sample_result import (
    LANDMARKS,
    RATE_HZ,
    SAMPLES,
    make_result,
)
from tests.io.exporters.test_c3d import FLOAT32


def wide_content(channels: int) -> C3dContent:
    random = np.random.default_rng(3)
    points = 300
    return C3dContent(
        rate_hz=RATE_HZ,
        points=random.normal(size=(4, points, 3)),
        point_labels=[f"p{i}" for i in range(points)],
        point_descriptions=[f"point {i}" for i in range(points)],
        analogs=random.normal(size=(4, channels)),
        analog_labels=[f"a{i}" for i in range(channels)],
        analog_descriptions=[f"channel {i}" for i in range(channels)],
        analog_units=[f"u{i}" for i in range(channels)],
    )


@pytest.mark.parametrize(
    ("read", "channels"),
    [(read_ezc3d, 520), pytest.param(read_other, 250, id="it scales no more than 255 channels")],
)
def test_more_than_255_points_and_channels(tmp_path: Path, read: Any, channels: int) -> None:
    content = wide_content(channels)
    file = read(write_c3d(tmp_path / "wide.c3d", content))
    assert file.texts("POINT", "LABELS") == content.point_labels
    assert file.texts("POINT", "DESCRIPTIONS") == content.point_descriptions
    assert file.texts("ANALOG", "LABELS") == content.analog_labels
    assert file.texts("ANALOG", "DESCRIPTIONS") == content.analog_descriptions
    assert file.texts("ANALOG", "UNITS") == content.analog_units
    np.testing.assert_allclose(file.points, content.points, rtol=FLOAT32, atol=0)
    np.testing.assert_allclose(file.analogs, content.analogs, rtol=FLOAT32, atol=0)


def test_the_second_reader_finds_the_continuations_of_analog_parameters(tmp_path: Path) -> None:
    content = wide_content(520)
    with write_c3d(tmp_path / "wide.c3d", content).open("rb") as handle:
        reader = other_c3d.Reader(handle)
    for name, wanted in (("LABELS", content.analog_labels), ("UNITS", content.analog_units)):
        pieces = [reader.get(f"ANALOG:{name}{i}").string_array for i in ("", 2, 3)]
        assert [text.rstrip() for piece in pieces for text in piece] == wanted
    scales = [reader.get(f"ANALOG:SCALE{i}").float_array for i in ("", 2, 3)]
    assert np.concatenate(scales).tolist() == [1.0] * 520


@pytest.mark.parametrize("frames", [MAX_FRAMES_WORD - 1, MAX_FRAMES_WORD, 70_000])
def test_long_trials_keep_every_frame(tmp_path: Path, frames: int) -> None:
    values = np.arange(frames, dtype=np.float64)
    content = C3dContent(
        rate_hz=RATE_HZ,
        points=np.repeat(values[:, None, None], 3, axis=2),
        point_labels=["p"],
        point_descriptions=[""],
        analogs=np.stack([values, -values], axis=1),
        analog_labels=["a", "b"],
        analog_descriptions=["", ""],
        analog_units=["V", "V"],
    )
    path = write_c3d(tmp_path / "long.c3d", content)
    file = read_ezc3d(path)
    np.testing.assert_array_equal(file.points[:, 0, 1], values)
    np.testing.assert_array_equal(file.analogs[:, 1], -values)
    with path.open("rb") as handle:  # its frames are read too slowly here
        other = other_c3d.Reader(handle)
        assert (other.first_frame, other.last_frame) == (1, frames)
        assert other.header.last_frame == min(frames, MAX_FRAMES_WORD)
        assert other.get("POINT:FRAMES").uint16_value == min(frames, MAX_FRAMES_WORD)
        long_frames = other.get("POINT:LONG_FRAMES")
    assert (long_frames.float_value if long_frames else frames) == frames
    assert (long_frames is not None) == (frames >= MAX_FRAMES_WORD)


def test_text_that_the_format_cannot_hold_is_made_to_fit(tmp_path: Path) -> None:
    landmark = Landmark(
        name="Hüfte", body="pelvis", position_b_m=(0, 0, 0), kind="landmark", description="x " * 99
    )
    file = read_ezc3d(export(make_result(landmarks=(landmark,)), tmp_path))
    assert file.texts("POINT", "LABELS")[0] == "MODEL_H?fte"
    assert file.texts("POINT", "DESCRIPTIONS")[0].endswith("x ...")


def test_a_label_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"trial\.c3d: point labels are repeated: MODEL_RASI"):
        export(make_result(landmarks=(LANDMARKS[0], LANDMARKS[0])), tmp_path)


def test_more_text_than_the_format_holds_is_an_error(tmp_path: Path) -> None:
    many = tuple(replace(LANDMARKS[0], name=f"m{i}", description="d" * 120) for i in range(1100))
    with pytest.raises(ExportError, match="a C3D file has at most 255"):
        export(make_result(landmarks=many), tmp_path)


def test_tables_of_another_length_are_an_error(tmp_path: Path) -> None:
    result = replace(make_result(), clinical=make_result(samples=SAMPLES - 1).clinical)
    with pytest.raises(ExportError, match="clinical has 39 samples, the recording has 40"):
        export(result, tmp_path)


def test_content_that_does_not_fit_together_is_an_error(tmp_path: Path) -> None:
    content = replace(wide_content(2), analogs=np.full((3, 2), np.nan))
    with pytest.raises(ExportError, match="2 faults") as raised:
        write_c3d(tmp_path / "bad.c3d", content)
    assert "4 frames of points but 3 of analog" in str(raised.value)
    assert "analog samples must be finite" in str(raised.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [0, 1, 255, 256, 600])
def test_split_parameter_keeps_order_and_limit(count: int) -> None:
    values = [str(i) for i in range(count)]
    parts = split_parameter("LABELS", values)
    assert len(parts) == max(1, math.ceil(count / 255))
    assert [text for part in parts.values() for text in part] == values
