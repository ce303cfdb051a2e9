"""The check that every record with arrays makes when it is born."""

from __future__ import annotations

import numpy as np


def check_shape(owner: str, name: str, array: np.ndarray, *shape: int | None) -> None:
    """Raise ValueError unless ``array`` has the given shape (None: any length)."""
    wanted = tuple("any" if size is None else size for size in shape)
    same_rank = array.ndim == len(shape)
    if not same_rank or any(
        w is not None and w != f for w, f in zip(shape, array.shape, strict=True)
    ):
        raise ValueError(f"{owner}.{name} wants shape {wanted}, got {array.shape}")
