"""Which sampling rates there can be."""

from __future__ import annotations

from typing import Final

import numpy as np

from opensim_pelvis.notices.plain_words import value_words

LOWEST_HZ: Final = 0.001
HIGHEST_HZ: Final = 1e6
"""Numbers outside of these two are no sampling rates."""

_MANY_BITS: Final = 1024


def find_rate_fault(rate_hz: object) -> str | None:
    """Return what is wrong with a sampling rate, None where nothing is.

    >>> find_rate_fault(100)
    >>> find_rate_fault(float("nan"))
    'the sampling rate must be from 0.001 to 1e+06, found nan'
    """
    if isinstance(rate_hz, (int, float, np.number)) and not isinstance(rate_hz, bool):
        if LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            return None
        huge = isinstance(rate_hz, int) and rate_hz.bit_length() > _MANY_BITS
        found = "an infinite number" if huge else f"{rate_hz}"[:40]
    else:
        found = value_words(rate_hz)[:40]
    return f"the sampling rate must be from {LOWEST_HZ:g} to {HIGHEST_HZ:g}, found {found}"
