"""Rates from clocks: many clocks that can be trusted, and many that cannot."""

from __future__ import annotations

import numpy as np
import pytest

from opensim_pelvis.io.tables.clock_rate import find_rate, rate_of_counter, resolution_of

RATES_HZ = (10.0, 33.33, 49.9, 59.94, 60.0, 75.0, 100.0, 128.0, 240.0, 400.0)
WRONG = 1e-3  # what the module allows


def counted(rate_hz: float, span_s: float, *, kept: float = 1.0) -> np.ndarray:
    """Return sample numbers of a recording in which some rows are lost."""
    size = int(rate_hz * span_s)
    rng = np.random.default_rng(size)
    chosen = np.sort(rng.choice(size, max(2, int(kept * size)), replace=False))
    return np.asarray(chosen - chosen[0], dtype=np.int64)


def stamped(
    counter: np.ndarray, rate_hz: float, resolution_s: float, start_s: float = 0.0
) -> np.ndarray:
    """Return the stamps of a clock that cuts what is below its resolution."""
    return np.floor((start_s + counter / rate_hz) / resolution_s + 1e-6) * resolution_s


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("resolution_s", [1e-6, 1e-4, 1e-3])
@pytest.mark.parametrize("kept", [1.0, 0.8])
@pytest.mark.parametrize("start_s", [0.0, 86_000.0, 1.7e9])
def test_fine_clocks_tell_the_rate(
    rate_hz: float, resolution_s: float, kept: float, start_s: float
) -> None:
    counter = counted(rate_hz, 20.0, kept=kept)
    time_s = stamped(counter, rate_hz, resolution_s, start_s)
    assert rate_of_counter(counter, time_s, resolution_s) == pytest.approx(rate_hz, rel=1e-4)
    assert rate_of_counter(counter, time_s) == pytest.approx(rate_hz, rel=1e-4)
    if resolution_s * rate_hz <= 0.25:  # finer than a sample, it counts the samples itself
        steps = find_rate(time_s - time_s[0], resolution_s)
        assert steps == pytest.approx(rate_hz, rel=WRONG)


@pytest.mark.parametrize("rate_hz", [60.0, 100.0])
def test_a_coarse_clock_needs_a_long_recording(rate_hz: float) -> None:
    short, long = counted(rate_hz, 600.0), counted(rate_hz, 2400.0)
    assert rate_of_counter(short, stamped(short, rate_hz, 1.0), 1.0) is None
    assert rate_of_counter(long, stamped(long, rate_hz, 1.0), 1.0) == rate_hz
    assert find_rate(stamped(long, rate_hz, 1.0)) is None  # several samples share a stamp


@pytest.mark.parametrize("span_s", [0.05, 0.2, 0.5, 0.7])
def test_a_short_recording_tells_none_in_milliseconds(span_s: float) -> None:
    """A millisecond at each end leaves the rate of a second open by two in a thousand."""
    counter = counted(60.0, span_s)
    assert rate_of_counter(counter, stamped(counter, 60.0, 1e-3), 1e-3) is None
    assert find_rate(stamped(counter, 60.0, 1e-3)) is None


def test_stamps_with_jitter_tell_it_beside_a_counter_alone() -> None:
    rng = np.random.default_rng(4)
    counter = counted(60.0, 60.0)
    time_s = counter / 60.0 + rng.uniform(-0.004, 0.004, counter.size)
    assert rate_of_counter(counter, time_s) == pytest.approx(60.0, rel=WRONG)
    assert find_rate(time_s) is None


def spoiled(what: str, time_s: np.ndarray) -> np.ndarray:
    """Return stamps that are no clock of the samples."""
    out, half = time_s.copy(), time_s.size // 2
    if what == "stands still":
        out[:] = out[0]
    elif what == "steps back":
        out[half] = out[half - 3]
    elif what == "jumps":
        out[half:] += 0.1
    elif what == "restarts":
        out[half:] -= out[half]
    elif what == "another rate in the second half":
        out[half:] = out[half] + 1.02 * (out[half:] - out[half])
    elif what == "one wild stamp":
        out[half] += 1.0
    elif what == "mostly missing":
        out[: int(0.6 * out.size)] = np.nan
    elif what == "counts down":
        out = out[::-1].copy()
    elif what == "all missing":
        out[:] = np.nan
    return out


@pytest.mark.parametrize(
    "what",
    [
        *("stands still", "steps back", "jumps", "restarts", "another rate in the second half"),
        *("one wild stamp", "mostly missing", "counts down", "all missing"),
    ],
)
@pytest.mark.parametrize("resolution_s", [1e-6, 1e-3])
def test_what_is_no_clock_tells_nothing(what: str, resolution_s: float) -> None:
    counter = counted(60.0, 20.0, kept=0.9)
    time_s = spoiled(what, stamped(counter, 60.0, resolution_s))
    assert rate_of_counter(counter, time_s, resolution_s) is None
    if what != "jumps":  # without sample numbers it is a gap
        assert find_rate(time_s) is None


def test_a_clock_that_jumps_in_a_long_recording_is_none() -> None:
    """The rate would hardly change, but stamps and sample numbers do not belong together."""
    counter = counted(60.0, 600.0)
    time_s = spoiled("jumps", stamped(counter, 60.0, 1e-3))
    assert rate_of_counter(counter, time_s, 1e-3) is None


def test_some_missing_stamps_are_left_out() -> None:
    counter = counted(100.0, 20.0)
    time_s = stamped(counter, 100.0, 1e-4)
    time_s[::3] = np.nan
    assert rate_of_counter(counter, time_s, 1e-4) == 100.0


def test_the_digits_of_stamps_show_their_resolution() -> None:
    for start_s in (0.0, 1.7e9):
        time_s = start_s + np.array([0.0, 0.017, 0.033])
        assert resolution_of(time_s) == 0.001
    assert resolution_of(1.7e9 + np.arange(5) / 3.0) == 0.0
    assert resolution_of(np.zeros(0)) == 1.0
