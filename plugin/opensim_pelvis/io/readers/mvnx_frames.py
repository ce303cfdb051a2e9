"""Frames of an MVNX file, read in pieces: only the wanted elements become numbers.

The body of the file is a plain sequence of ``<frame ...> ... </frame>``. It is cut at the end
tags, the wanted elements are found by their tags (`mvnx_regular`, and frame by frame where that
does not do), and their texts are parsed as one table a piece, so that memory holds one piece of
the text and the numbers that were asked for.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from opensim_pelvis.errors import ReadError, raise_faults
from opensim_pelvis.frames import FloatArray
from opensim_pelvis.io.processes import may_use
from opensim_pelvis.io.readers.mvnx_regular import FRAME, FRAME_END, split_regular
from opensim_pelvis.io.tables.cells import any_too_large, is_number, to_number
from opensim_pelvis.io.tables.sample_clock import LARGEST
from opensim_pelvis.notices.plain_words import words_of

PIECE_BYTES: Final = 8 * 1024 * 1024
MAX_FRAME_BYTES: Final = 64 * 1024 * 1024
"""A frame of a full body has some 10 kB; beyond this there is no end tag at all."""

CALIBRATION_FRAMES: Final = frozenset({"identity", "npose", "tpose", "npose-isb", "tpose-isb"})
"""Types of the frames that show a pose and are no part of the recording."""

_REPEATED: Final = frozenset({b"marker", b"contacts", b"contact"})
_ATTRIBUTE: Final = re.compile(rb'(?<![\w:-])([\w:-]++)\s*+=\s*+"([^"]*+)"')
_MAX_FAULTS: Final = 5
_AHEAD: Final = 2  # pieces; each costs some ten megabytes


@dataclass(eq=False, slots=True, kw_only=True)
class MvnxFrames:
    """What the frames hold.

    Parameters
    ----------
    index, time_ms : (n,) array
        Attributes of the normal frames; NaN where one is missing.
    signals : mapping of str to (n, k) array
        Wanted elements of the normal frames that are there; a row of NaN where one is missing.
    poses : mapping of str to mapping of str to (k,) array
        Elements of the calibration frames by their type.
    """

    index: FloatArray
    time_ms: FloatArray
    signals: Mapping[str, FloatArray]
    poses: Mapping[str, Mapping[str, FloatArray]]


@dataclass(eq=False, slots=True)
class _Piece:
    """Texts of one piece of the file, not yet numbers."""

    attributes: list[dict[bytes, bytes]] = field(default_factory=list)
    texts: dict[str, list[bytes]] = field(default_factory=dict)


def read_frames(
    path: Path, start: int, widths: Mapping[str, int], pose_widths: Mapping[str, int]
) -> MvnxFrames:
    """Read the frames of a file.

    Parameters
    ----------
    path : Path
    start : int
        Byte behind the start tag ``<frames ...>``.
    widths : mapping of str to int
        Wanted elements of normal frames and how many numbers each has.
    pose_widths : mapping of str to int
        The same of calibration frames.

    Raises
    ------
    ReadError
        Where the file is cut off, a frame is damaged or numbers are missing.
    """
    index: list[FloatArray] = []
    time: list[FloatArray] = []
    blocks: dict[str, list[FloatArray]] = {name: [] for name in widths}
    poses: dict[str, dict[str, FloatArray]] = {}
    seen = 0
    for text, piece in _take_ahead(_cut_pieces(path, start), widths):
        if piece is None:
            piece = _Piece(texts={name: [] for name in widths})
            for frame in text.split(FRAME_END)[:-1]:
                _take_frame(path, frame, piece, poses, pose_widths, seen + len(piece.attributes))
        if not piece.attributes:
            continue
        index.append(_attribute(path, piece, b"index", seen))
        time.append(_attribute(path, piece, b"time", seen))
        for name, width in widths.items():
            blocks[name].append(_parse(path, name, piece.texts[name], width, seen))
        seen += len(piece.attributes)
    if not seen:
        raise ReadError(
            f"{path}: wanted frames of type normal, found none. Export the recording again."
        )
    signals = {name: np.concatenate(parts) for name, parts in blocks.items()}
    return MvnxFrames(
        index=np.concatenate(index),
        time_ms=np.concatenate(time),
        signals={n: s for n, s in signals.items() if np.isfinite(s).any()},
        poses=poses,
    )


def _cut_pieces(path: Path, start: int) -> Iterator[bytes]:
    """Yield whole frames, some megabytes at a time; raise unless the file ends as it should."""
    rest = b""
    try:
        with path.open("rb") as stream:
            stream.seek(start)
            while block := stream.read(PIECE_BYTES):
                text = rest + block
                end = text.rfind(FRAME_END) + len(FRAME_END)
                frames, rest = (text[:end], text[end:]) if end >= len(FRAME_END) else (b"", text)
                if len(rest) > MAX_FRAME_BYTES:
                    raise ReadError(f"{path}: a <frame> is not closed. Export the recording again.")
                if frames:
                    yield frames
    except OSError as fault:
        raise ReadError(f"{path}: cannot be read: {words_of(fault)}") from fault
    if not rest.lstrip().startswith(b"</frames>") or b"</mvnx>" not in rest:
        raise ReadError(
            f"{path}: the file is truncated: it does not end with </frames> and </mvnx>. Copy or "
            "export it again."
        )


def _take_ahead(
    texts: Iterable[bytes], wanted: Collection[str]
) -> Iterator[tuple[bytes, _Piece | None]]:
    """Yield texts with what `_take_regular` makes of them, the next ones begun beside."""
    waiting: deque[tuple[bytes, Future[_Piece | None]]] = deque()
    with ThreadPoolExecutor(_AHEAD) as pool:
        for text in texts:
            waiting.append((text, pool.submit(_take_regular, text, wanted)))
            if len(waiting) > _AHEAD:
                first, taken = waiting.popleft()
                yield first, taken.result()
        for first, taken in waiting:
            yield first, taken.result()


def _take_regular(text: bytes, wanted: Collection[str]) -> _Piece | None:
    """Return a piece of normal frames that are all alike, None where they are not."""
    found = split_regular(text, wanted)
    if found is None:
        return None
    heads = [head.partition(b">") for head in found[0]]
    attributes = [dict(_ATTRIBUTE.findall(head)) for head, _, _ in heads]
    closed = all(mark for _, mark, _ in heads)
    normal = all(one.get(b"type") == b"normal" for one in attributes)
    return _Piece(attributes, found[1]) if closed and normal else None


def _take_frame(
    path: Path,
    frame: bytes,
    piece: _Piece,
    poses: dict[str, dict[str, FloatArray]],
    pose_widths: Mapping[str, int],
    number: int,
) -> None:
    """Sort one frame: a normal one goes to the piece, another one to the poses."""
    before, _, inside = frame.partition(FRAME)
    head, closed, content = inside.partition(b">")
    if before.strip() or not closed:
        raise ReadError(
            f"{path}: the XML is damaged before normal frame {number + 1}: wanted a <frame>, "
            f"found '{frame.strip()[:40].decode(errors='replace')}'. Export the recording again."
        )
    attributes = dict(_ATTRIBUTE.findall(head))
    kind = attributes.get(b"type", b"").decode(errors="replace")
    normal = kind == "normal"
    if not normal and kind not in CALIBRATION_FRAMES:
        raise ReadError(
            f"{path}: a frame of type normal or {', '.join(sorted(CALIBRATION_FRAMES))} is "
            f"required near normal frame {number + 1}, found type '{kind[:40]}'"
        )
    texts = _elements(path, content, f"normal frame {number + 1}" if normal else f"frame {kind}")
    if normal:
        piece.attributes.append(attributes)
        for name, column in piece.texts.items():
            column.append(texts.get(name.encode(), b""))
        return
    if kind in poses:
        raise ReadError(f"{path}: there are several frames of type '{kind}': wanted one")
    poses[kind] = {
        name: _parse(path, name, [texts[name.encode()]], width, 0)[0]
        for name, width in pose_widths.items()
        if texts.get(name.encode())
    }


def _elements(path: Path, content: bytes, where: str) -> dict[bytes, bytes]:
    """Return the text of each element of a frame; tags must pair, and each stand there once."""
    texts: dict[bytes, bytes] = {}
    opened: list[bytes] = []
    for part in content.split(b"<")[1:]:
        tag, end, text = part.partition(b">")
        if not end:
            opened.append(b"a broken tag")
            break
        if tag.startswith(b"/"):
            if not opened or opened[-1] != tag[1:]:
                opened.append(tag)
                break
            opened.pop()
        elif not tag.endswith((b"/", b"--")):
            name = tag.split(None, 1)[0] if b" " in tag else tag
            if name in texts and name not in _REPEATED:
                opened.append(name)
                break
            if not opened:
                texts[name] = text
            opened.append(name)
    if opened:
        place = opened[-1][:40].decode(errors="replace")
        raise ReadError(
            f"{path}: the XML is damaged in {where}, at '{place}': tags do not match, or are "
            "repeated. Export the recording again."
        )
    return texts


def _attribute(path: Path, piece: _Piece, name: bytes, seen: int) -> FloatArray:
    """Return a whole-numbered attribute of all normal frames; NaN where it is missing."""
    out = np.full(len(piece.attributes), np.nan)
    for row, attributes in enumerate(piece.attributes):
        text = attributes.get(name)
        if text is None:
            continue
        number = to_number(text.decode(errors="replace").strip())
        if number is None or number != round(number, 0) or abs(number) > LARGEST:
            raise ReadError(
                f"{path}: {name.decode()} of normal frame {seen + row + 1} must be an integer, "
                f"found '{text[:40].decode(errors='replace')}'"
            )
        out[row] = number
    return out


def _parse(path: Path, name: str, texts: list[bytes], width: int, seen: int) -> FloatArray:
    """Return the numbers of one element in all frames of a piece, shape (n, width)."""
    present = np.array([bool(text) for text in texts])
    out = np.full((len(texts), width), np.nan)
    if not present.any():
        return out
    kept = texts if present.all() else [text for text in texts if text]
    block = _parse_fast(kept, width)
    if block is None:
        _raise_faults(path, name, texts, width, seen)
        block = _parse_fast([b" ".join(text.split()) for text in kept], width)
    if block is None:
        raise ReadError(f"{path}: the numbers of <{name}> cannot be read")
    if block.shape == out.shape:
        return block
    out[present] = block
    return out


def _parse_fast(texts: list[bytes], width: int) -> FloatArray | None:
    """Return numbers separated by single blanks, None where anything is doubtful."""
    if not may_use("polars"):
        rows = [text.split(b" ") for text in texts]
        if not all(
            len(row) == width and all(is_number(cell.decode(errors="replace")) for cell in row)
            for row in rows
        ):
            return None
        return np.array(rows).astype(np.float64).reshape(-1, width)
    try:
        frame = pl.read_csv(
            io.BytesIO(b"\n".join(texts)),
            has_header=False,
            separator=" ",
            quote_char=None,
            schema={f"{i}": pl.Float64() for i in range(width)},
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != len(texts) or any(frame.null_count().row(0)):
        return None
    block = frame.to_numpy()
    return None if any_too_large(block) else block


def _raise_faults(path: Path, name: str, texts: list[bytes], width: int, seen: int) -> None:
    """Raise what is wrong with the numbers of single frames; do nothing where all are sound."""
    faults = []
    for row, text in enumerate(texts):
        cells = text.split()
        bad = next((cell for cell in cells if not _is_number(cell)), None)
        where = f"<{name}> of frame {seen + row + 1}"
        if bad is not None:
            faults.append(f"{where}: wanted numbers, found '{bad[:40].decode(errors='replace')}'")
        elif text and len(cells) != width:
            faults.append(f"{where}: wanted {width} numbers, found {len(cells)}")
        if len(faults) == _MAX_FAULTS:
            break
    raise_faults(ReadError, str(path), faults)


def _is_number(cell: bytes) -> bool:
    return is_number(cell.decode(errors="replace"))
