"""Which leg a step belongs to: phases by hand, stretches with missing steps, and real people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.config.settings import ActivityKind
from opensim_pelvis.frames import FloatArray, up_in_earth
from opensim_pelvis.gait.events.pelvis_cycles import find_steps
from opensim_pelvis.gait.events.step_sides import OTHERWISE, find_sides, habits, side_signals
from opensim_pelvis.rotations import inverse, multiply, rotate, to_rotation_vector
from tests.gait.measures.test_strides_by_hand import angles_of
from tests.virtual_sensors import RUNS, read_c3d_points, read_run, read_text_points

RATE_HZ = 100.0
STEP = 35.0
STEPS = 50.0 + STEP * np.arange(20)
TIME = np.arange(900.0)


def wave(phase_deg: float, first_right: float = STEPS[0], size: float = 0.1) -> FloatArray:
    """Return a signal with this phase at steps of the right leg, the first of which is given."""
    return size * np.cos(np.pi * (TIME - first_right) / STEP + np.deg2rad(phase_deg))


def alternating(first: int, count: int = STEPS.size) -> list[int]:
    return [(first + k) % 2 for k in range(count)]


@pytest.mark.parametrize(
    ("gait", "name"),
    [(gait, name) for gait in ("running", "walking") for name in habits(gait)],
)
@pytest.mark.parametrize("first", [0, 1])
def test_a_signal_with_the_usual_phase_tells_the_side(
    gait: ActivityKind, name: str, first: int
) -> None:
    habit = habits(gait)[name]
    usual = float(np.rad2deg(habit.phase_rad))
    signal = wave(usual, STEPS[first])
    found = find_sides(STEPS, {name: signal}, RATE_HZ, gait)
    assert found.side.tolist() == alternating(first)
    bell = (1.0 - OTHERWISE) / (np.sqrt(2.0 * np.pi) * habit.spread_rad)
    floor = OTHERWISE / (2.0 * np.pi)
    opposite = bell * np.exp(-0.5 * (np.pi / habit.spread_rad) ** 2) + floor
    assert found.wrong == pytest.approx(opposite / (bell + floor + opposite), rel=0.02)


def test_a_signal_a_quarter_of_a_stride_away_tells_nothing() -> None:
    usual = float(np.rad2deg(habits("running")["obliquity"].phase_rad))
    found = find_sides(STEPS, {"obliquity": wave(usual + 90.0)}, RATE_HZ, "running")
    assert found.wrong == pytest.approx(0.5, abs=0.01)
    for away, side in ((80.0, 0), (100.0, 1)):
        found = find_sides(STEPS, {"obliquity": wave(usual + away)}, RATE_HZ, "running")
        assert found.side[0] == side
        assert 0.05 < found.wrong < 0.5


def test_rotation_tells_nothing_of_a_runner_and_no_signal_tells_nothing() -> None:
    for signals in ({"rotation": wave(0.0)}, {}, {"obliquity": np.full(900, np.nan)}):
        found = find_sides(STEPS, signals, RATE_HZ, "running")
        assert found.wrong == 0.5
        assert set(found.side.tolist()) == {-1}


def test_two_signals_that_agree_are_surer_and_thighs_win_over_an_odd_pelvis() -> None:
    known = {name: float(np.rad2deg(h.phase_rad)) for name, h in habits("walking").items()}
    alone, both = (
        find_sides(STEPS, {n: wave(known[n]) for n in names}, RATE_HZ, "walking").wrong
        for names in (["rotation"], ["rotation", "obliquity"])
    )
    assert both < 0.2 * alone
    odd = {"thighs": wave(known["thighs"]), "obliquity": wave(known["obliquity"] + 120.0)}
    found = find_sides(STEPS, odd, RATE_HZ, "walking")
    assert found.side.tolist() == alternating(0)
    assert found.wrong < 0.05


def test_a_step_that_is_missing_or_comes_twice_exchanges_no_sides() -> None:
    signals = {"obliquity": wave(32.0)}
    missing = find_sides(np.delete(STEPS, 8), signals, RATE_HZ, "running")
    assert missing.side.tolist() == np.delete(alternating(0), 8).tolist()
    twice = np.insert(STEPS, 8, STEPS[7] + 0.4 * STEP)
    found = find_sides(twice, signals, RATE_HZ, "running")
    assert found.side[:8].tolist() == alternating(0)[:8]
    assert found.side[9:].tolist() == alternating(0)[8:]


def test_stretches_too_short_to_tell_have_no_side() -> None:
    some = np.concatenate([STEPS[:3], STEPS[5:]])
    found = find_sides(some, {"obliquity": wave(32.0)}, RATE_HZ, "running")
    assert found.side.tolist() == [-1, -1, -1, *alternating(1, 15)]


def test_a_stretch_that_alone_would_err_has_the_side_of_the_longer_one() -> None:
    """After a pause the phase is 70 degrees from that before, and beyond a quarter of the usual."""
    few = 950.0 + STEP * np.arange(8)
    time = np.arange(1300.0)
    before, after = (
        0.1 * np.cos(np.pi * (time - start) / STEP + np.deg2rad(phase_deg))
        for start, phase_deg in ((STEPS[0], 80.0), (few[0], 150.0))
    )
    signals = {"obliquity": np.where(time < 850.0, before, after)}
    together = find_sides(np.concatenate([STEPS, few]), signals, RATE_HZ, "running")
    assert together.side.tolist() == [*alternating(0), *alternating(0, few.size)]
    assert find_sides(few, signals, RATE_HZ, "running").side[0] == 1, "alone"


def test_noise_makes_a_side_less_sure() -> None:
    noise = np.random.default_rng(3).normal(0.0, 1.0, TIME.size)
    clean, noisy = (
        find_sides(STEPS, {"obliquity": wave(32.0) + size * noise}, RATE_HZ, "running").wrong
        for size in (0.0, 0.3)
    )
    assert noisy > clean


def test_a_drift_within_the_strides_turns_no_phase() -> None:
    drifting = wave(32.0) + 0.02 * TIME
    found = find_sides(STEPS, {"obliquity": drifting}, RATE_HZ, "running")
    clean = find_sides(STEPS, {"obliquity": wave(32.0)}, RATE_HZ, "running")
    assert found.side.tolist() == alternating(0)
    assert found.wrong == pytest.approx(clean.wrong, rel=0.01)


def test_signals_are_of_the_pelvis_in_the_room_and_of_thighs_forward() -> None:
    angles = {
        "pelvic_obliquity": [1.0, 2.0],
        "pelvic_axial_rotation": [3.0, 4.0],
        "thigh_extension_r": [5.0, 7.0],
        "thigh_extension_l": [1.0, 1.0],
    }
    deg = {name: np.deg2rad(values) for name, values in angles.items()}
    time_s = np.arange(2.0)
    both = side_signals(angles_of(deg, time_s, np.deg2rad([10.0, 20.0])))
    np.testing.assert_allclose(np.rad2deg(both["obliquity"]), [1.0, 2.0])
    np.testing.assert_allclose(np.rad2deg(both["rotation"]), [13.0, 24.0])
    np.testing.assert_allclose(np.rad2deg(both["thighs"]), [-4.0, -6.0])
    for name, wanted in (("thigh_extension_r", [-5.0, -7.0]), ("thigh_extension_l", [1.0, 1.0])):
        one = side_signals(angles_of({name: deg[name]}, time_s, np.zeros(2)))
        assert set(one) == {"thighs"}
        np.testing.assert_allclose(np.rad2deg(one["thighs"]), wanted)


@pytest.mark.parametrize("name", RUNS)
def test_two_real_runners_have_the_right_side_by_their_pelvis_alone(
    shared_data: Path, name: str
) -> None:
    """The foot of the leg that stands is the lower one."""
    folder = shared_data / "rbds_running"
    aligned = read_run(folder, name)
    read = read_c3d_points if name.endswith("c3d") else read_text_points
    markers, rate_hz = read(folder / name)
    column = aligned.bodies.index("pelvis")
    q = aligned.R_ES[:, column]
    right = np.nanmean(markers["R.ASIS"] - markers["L.ASIS"], axis=0) * [1.0, 1.0, 0.0]
    forward = np.cross(up_in_earth(), right / np.linalg.norm(right))
    turn = to_rotation_vector(multiply(q, inverse(q[len(q) // 2][None])))
    assert aligned.acceleration_mps2 is not None
    upward = rotate(q, aligned.acceleration_mps2[:, column])[:, 2] - 9.80665
    steps = find_steps(upward, rate_hz)
    found = find_sides(steps, {"obliquity": -turn @ forward}, rate_hz, "running")
    rows = np.rint(steps).astype(int)
    heels = [markers[f"{side}.Heel.Bottom"][rows, 2] for side in "RL"]
    stands = np.where(heels[0] < heels[1], 0, 1)
    assert steps.size > 60
    assert np.mean(found.side == stands) > 0.97
    assert found.wrong < 0.05
