"""Frames of an MVNX file that all have the same tags, as those of a suit do: found all at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from opensim_pelvis.frames import IntArray

FRAME: Final = b"<frame "
FRAME_END: Final = b"</frame>"
_OPEN: Final = ord("<")


def split_regular(
    text: bytes, wanted: Collection[str]
) -> tuple[list[bytes], dict[str, list[bytes]]] | None:
    """Return what was asked for of frames that are alike, or None where they are not.

    Alike are frames with the tags of the first one, in its order, if these are pairs of a start
    and an end tag without attributes, each once, and none inside another.

    Parameters
    ----------
    text : bytes
        Whole frames; ends with ``</frame>``.
    wanted : collection of str
        Names of elements.

    Returns
    -------
    heads : list of bytes
        What stands between ``<frame`` and the first element, in each frame.
    texts : dict of str to list of bytes
        Texts of each wanted element; empty where there is none.
    """
    codes = np.frombuffer(text, np.uint8)
    opened = np.flatnonzero(codes == _OPEN)
    width = text.count(b"<", 0, text.find(FRAME_END)) + 1
    if opened.size % width:
        return None
    starts = opened.reshape(-1, width)
    tags = [text[start : text.find(b">", start) + 1] for start in starts[0].tolist()]
    names = [tag[1:-1] for tag in tags[1:-1:2]]
    pairs = [tag for name in names for tag in (b"<" + name + b">", b"</" + name + b">")]
    tags[0] = FRAME
    if tags != [FRAME, *pairs, FRAME_END] or len(set(names)) < len(names):
        return None
    for column, tag in zip(starts.T, tags, strict=True):
        if not (sliding_window_view(codes, len(tag))[column] == np.frombuffer(tag, np.uint8)).all():
            return None
    ends = starts + np.array([len(tag) for tag in tags])
    before = _slices(text, np.concatenate([[0], ends[:-1, -1]]), starts[:, 0])
    if b"".join(before).strip():
        return None
    texts = {name: [b""] * len(starts) for name in wanted}
    for slot, name in enumerate(map(bytes.decode, names)):
        if name in texts:
            texts[name] = _slices(text, ends[:, 2 * slot + 1], starts[:, 2 * slot + 2])
    return _slices(text, ends[:, 0], starts[:, 1]), texts


def _slices(text: bytes, starts: IntArray, ends: IntArray) -> list[bytes]:
    return [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
