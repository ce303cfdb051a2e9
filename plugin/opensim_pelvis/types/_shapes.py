"""The check that every record with arrays makes when it is born."""

from __future__ import annotations

import numpy as np

from opensim_pelvis.errors import ReadError


def check_shape(owner: str, name: str, array: np.ndarray, *shape: int | None) -> None:
    """Raise ReadError unless ``array`` has the given shape (None: any length) and holds numbers."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        raise ReadError(f"{owner}.{name} must be an array of numbers, found another type")
    wanted = tuple("any" if size is None else size for size in shape)
    same_rank = array.ndim == len(shape)
    if not same_rank or any(
        w is not None and w != f for w, f in zip(shape, array.shape, strict=True)
    ):
        raise ReadError(f"{owner}.{name} must have shape {wanted}, found {array.shape}")
