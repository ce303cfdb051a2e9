"""Marker files as laboratories have them: what cannot be used is told, what can is read rightly.

Each damage of known mending must give the figures of the sound file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from opensim_pelvis.errors import ComparisonError
from opensim_pelvis.notices import say
from opensim_pelvis.validation.compare import Comparison
from opensim_pelvis.validation.marker_files import read_markers
from opensim_pelvis.validation.stride_map import map_differences
from tests.exporting import PAGE_AND_PDF, without
from tests.notices import coded, codes, sentences
from tests.validation.markers_of_runner import (
    RATE_HZ,
    Rows,
    at_times,
    compared,
    compared_text,
    errors_deg,
    rows,
    runner,
    trc_text,
    write_c3d,
)

NEAR_DEG = 0.05  # of the figures of the sound file
SHORT, LONG = slice(300, 304), slice(300, 340)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    found = errors_deg(compared_text(tmp_path_factory.mktemp("sound"), trc_text()))
    assert max(found.values()) < 0.6
    return found


def assert_sound(found: Comparison, sound: dict[str, float], absent: tuple[str, ...] = ()) -> None:
    errors = errors_deg(found)
    assert set(errors) == {name for name in sound if name not in absent}
    for name, error in errors.items():
        assert error == pytest.approx(sound[name], abs=NEAR_DEG), name


def changed(label: str, change: Callable[[np.ndarray], None]) -> Rows:
    found = rows()
    change(next(p for name, p in found if name == label))
    return found


def write_both(tmp_path: Path, found: Rows) -> list[tuple[Path, str]]:
    trc = tmp_path / "run.trc"
    trc.write_text(trc_text(found), encoding="utf-8")
    return [(trc, "y"), (write_c3d(tmp_path / "run.c3d", found), "z")]


# --- one label, several trajectories ---

LEFT_HIP = ("thigh_extension_l", "hip_flexion_l", "hip_adduction_l", "hip_rotation_l")


@pytest.mark.parametrize("second", ["LKNE", "lkne", " LKNE", "Bob:LKNE"])
def test_of_two_trajectories_of_one_name_none_is_taken(
    tmp_path: Path, sound: dict[str, float], second: str
) -> None:
    """The other one is mirrored: were it taken, hip rotation would be off by 180 degrees."""
    mirrored = dict(rows())["LKNE"] * np.array([1.0, 1.0, -1.0])
    for path, up in write_both(tmp_path, [*rows(), (second, mirrored)]):
        found = compared(path, up=up)
        assert_sound(found, sound, LEFT_HIP)
        (twins,) = coded(found.notes, "reference.twins")
        assert twins.subject == ("LKNE",)
        absent = coded(found.notes, "reference.body_absent")
        lost = next(note for note in absent if note.subject == ("femur_l",))
        assert say(lost) == (
            "femur_l is missing: no LKNE (knee centre and knee marker): 2 different trajectories "
            f"have this name (LKNE, {second.strip()})"
        )


def test_a_trajectory_that_stands_twice_with_the_same_numbers_is_one(
    tmp_path: Path, sound: dict[str, float]
) -> None:
    for path, up in write_both(tmp_path, [*rows(), ("LASI", rows()[0][1])]):
        found = compared(path, up=up)
        assert_sound(found, sound)
        assert coded(found.notes, "reference.merged")[0].subject == ("LASI",)


def test_of_two_people_the_one_meant_is_named(tmp_path: Path, sound: dict[str, float]) -> None:
    two = [(f"Anna:{n}", p) for n, p in rows()] + [(f"Bob:{n}", p + 700.0) for n, p in rows()]
    path = tmp_path / "two.trc"
    path.write_text(trc_text(two), encoding="utf-8")
    with pytest.raises(ComparisonError, match=r"cannot be used: markers of 2 people .*Anna, Bob"):
        compared(path)
    names = tmp_path / "map.toml"
    lines = "\n".join(f'{label} = "Anna:{label}"' for label, _ in rows())
    names.write_text(f"[markers]\n{lines}\n", encoding="utf-8")
    assert_sound(compared(path, names=names), sound)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"LASI": "A", "RASI": "A"}, "unique names"),
        ({"LASI": "A", "lasi": "B"}, "unique names"),
        ({"LASI": "C"}, "several trajectories have this label"),
        ({"LASI": "D"}, "wanted the markers D of the mapping .--markers., found A, B, C"),
    ],
)
def test_a_mapping_is_one_to_one(tmp_path: Path, mapping: dict[str, str], message: str) -> None:
    path = tmp_path / "m.trc"
    p = rows()[0][1]
    labels = zip("ABCC", (p, p + 1.0, p + 2.0, p + 3.0), strict=True)
    path.write_text(trc_text(list(labels)), encoding="utf-8")
    with pytest.raises(ComparisonError, match=message):
        read_markers(path, names=mapping, up_axis="y")


def test_a_stated_marker_displaces_one_of_that_name(
    tmp_path: Path, sound: dict[str, float]
) -> None:
    ghost = [("X", p) if n == "LASI" else (n, p) for n, p in rows()] + [("LASI", rows()[4][1])]
    names = tmp_path / "map.toml"
    names.write_text('[markers]\nLASI = "X"\n', encoding="utf-8")
    for path, up in write_both(tmp_path, ghost):
        assert_sound(compared(path, up=up, names=names), sound)


def test_ghosts_are_left_out_and_parts_are_told(tmp_path: Path, sound: dict[str, float]) -> None:
    whole = rows()[0][1]
    first, later = whole.copy(), np.full_like(whole, np.nan)
    first[500:], later[500:] = np.nan, whole[500:]
    found = compared_text(
        tmp_path,
        trc_text([("LASI", first), *rows()[1:], ("LASI_1", later), ("*12", later), ("*12", first)]),
    )
    assert_sound(found, sound)
    assert coded(found.notes, "reference.parts")[0].subject == ("LASI_1",)
    assert not any("*12" in note for note in sentences(found.notes))
    assert np.isnan(found.pair.reference["pelvis"][520:]).all()


# --- what was not measured ---


FAR = "are more than a kilometre away"
AGAIN = "repeat one number in all three axes"


@pytest.mark.parametrize("value", [0.0, -0.0, np.nan, 9999999.0])
@pytest.mark.parametrize("gap", [slice(300, 301), SHORT, LONG])
def test_what_is_written_for_a_missing_marker_is_missing(
    tmp_path: Path, sound: dict[str, float], value: float, gap: slice
) -> None:
    def lose(p: np.ndarray) -> None:
        p[gap] = value

    for path, up in write_both(tmp_path, changed("RPSI", lose)):
        found = compared(path, up=up)
        assert_sound(found, sound)
        count = gap.stop - gap.start
        told = [note for note in sentences(found.notes) if "(RPSI)" in note]
        places = ["are exactly 0 0 0"] if value == 0.0 else [FAR, AGAIN][: min(count, 2)]
        said = [
            f"{count} marker samples {where} (RPSI) and were treated as missing" for where in places
        ]
        assert told == [] if np.isnan(value) else told[0] in said and len(told) == 1
        assert ("reference.gaps_filled" in codes(found.notes)) == (gap is not LONG)
        assert bool(np.isnan(found.pair.reference["pelvis"][gap]).all()) == (gap is LONG)


def test_zeros_do_not_stop_the_synchronisation(tmp_path: Path, sound: dict[str, float]) -> None:
    def lose(p: np.ndarray) -> None:
        for start in range(200, 600, 100):
            p[start : start + 4] = 0.0

    found = compared_text(tmp_path, trc_text(changed("RPSI", lose)), offset_s=None)
    assert_sound(found, sound)
    assert found.sync.offset_s == pytest.approx(0.0, abs=1e-3)


def test_a_marker_that_is_never_seen_is_absent_with_its_reason(tmp_path: Path) -> None:
    def lose(p: np.ndarray) -> None:
        p[:] = 0.0

    found = compared_text(tmp_path, trc_text(changed("LKNE", lose)))
    (note,) = [n for n in coded(found.notes, "reference.body_absent") if "femur_l" in n.subject]
    assert "LKNE" in say(note)
    with pytest.raises(ComparisonError, match="LASI cannot be used: not measured"):
        compared_text(tmp_path, trc_text(changed("LASI", lose)))


@pytest.mark.parametrize("part", [slice(400, 700), slice(400, 460), slice(400, 412)])
@pytest.mark.parametrize("labels", [("LASI",), tuple(n for n, _ in rows())])
def test_positions_that_are_held_are_missing(
    tmp_path: Path, sound: dict[str, float], labels: tuple[str, ...], part: slice
) -> None:
    found_rows = rows()
    for label, p in found_rows:
        if label in labels:
            p[part] = p[part.start - 1]
    for path, up in write_both(tmp_path, found_rows):
        found = compared(path, up=up)
        assert_sound(found, sound)
        last = runner().time_s[part.stop - 1]
        (told,) = coded(found.notes, "reference.markers_held")
        assert told.subject == tuple(sorted(labels))
        assert f"in 8.00-{last:.2f} s" in say(told)
        assert np.isnan(found.pair.reference["pelvis"][part]).all()


def test_a_person_who_stands_is_not_held(tmp_path: Path) -> None:
    """A simulated person stands exactly still before the start, and comes to rest gradually."""
    text = trc_text()
    standing = dict(rows())["LASI"][: int(0.9 * 50)]
    assert (np.diff(standing, axis=0) == 0.0).all()
    found = compared_text(tmp_path, text)
    assert "reference.markers_held" not in codes(found.notes)
    assert found.pair.heading_source.code == "aligned.heading_in_pose"
    # cameras that round to millimetres see a standing person without any change for long
    coarse = [(label, np.round(p)) for label, p in rows()]
    found = compared_text(tmp_path, trc_text(coarse))
    assert "reference.markers_held" not in codes(found.notes)


# --- times ---


def test_rows_that_are_absent_are_missing_and_not_closed_up(
    tmp_path: Path, sound: dict[str, float]
) -> None:
    kept = np.r_[0:200, 201:300, 304:500, 530:700]
    times = [f"{t:.6f}" for t in runner().time_s[kept]]
    found = compared_text(tmp_path, trc_text([(n, p[kept]) for n, p in rows()], times))
    assert_sound(found, sound)
    assert (
        "run.trc: 35 of 700 rows are absent (3.98-4.02 s, 5.98-6.08 s, 9.98-10.60 s) and count as "
        "missing" in sentences(found.notes)
    )
    assert found.reference.time_s.size == 700
    assert np.isnan(found.pair.reference["pelvis"][500:530]).all()


def test_rows_that_stand_twice_are_read_once(tmp_path: Path, sound: dict[str, float]) -> None:
    for kept in (np.sort(np.r_[0:700, 40, 350, 351, 698]), np.repeat(np.arange(700), 2)):
        times = [f"{t:.6f}" for t in runner().time_s[kept]]
        text = trc_text([(n, p[kept]) for n, p in rows()], times)
        found = compared_text(tmp_path, text)
        assert_sound(found, sound)
        (twice,) = coded(found.notes, "reference.rows_twice")
        assert twice.values["rows"] == kept.size - 700
    times[101] = times[100]
    two = trc_text([(n, p[kept] + np.arange(1400)[:, None]) for n, p in rows()], times)
    with pytest.raises(ComparisonError, match=r"two different ones at 0 s \(rows 1 and 2\)"):
        compared_text(tmp_path, two)


def test_a_clock_that_jitters_is_followed(tmp_path: Path, sound: dict[str, float]) -> None:
    rng = np.random.default_rng(3)
    jitter = np.sort(runner().time_s + rng.uniform(-0.006, 0.006, 700))[1:-1]
    text = trc_text(at_times(jitter), [f"{t:.6f}" for t in jitter])
    found = compared_text(tmp_path, text)
    assert_sound(found, sound)
    assert "reference.times_uneven" in codes(found.notes)
    kept = np.r_[0:300, 303:500, 540:698]
    holes = trc_text(at_times(jitter[kept]), [f"{t:.6f}" for t in jitter[kept]])
    found = compared_text(tmp_path, holes)
    assert_sound(found, sound)
    inside = (found.pair.time_s > jitter[500] + 0.02) & (found.pair.time_s < jitter[539] - 0.02)
    assert np.isnan(found.pair.reference["pelvis"][inside]).all()


@pytest.mark.parametrize(("rate_hz", "places"), [(60.0, 2), (60.0, 3), (240.0, 2), (90.0, 2)])
def test_times_that_are_rounded_are_even(
    tmp_path: Path, sound: dict[str, float], rate_hz: float, places: int
) -> None:
    times = np.arange(0.0, 13.9, 1.0 / rate_hz)
    text = trc_text(at_times(times), [f"{t:.{places}f}" for t in times], rate=f"{rate_hz:g}")
    found = compared_text(tmp_path, text)
    assert_sound(found, sound)
    assert found.reference.rate_hz == pytest.approx(rate_hz, rel=1e-3)


@pytest.mark.parametrize("rate", ["0", "", "100", "50"])
def test_times_stand_above_the_rate_of_the_header(
    tmp_path: Path, sound: dict[str, float], rate: str
) -> None:
    found = compared_text(tmp_path, trc_text(rate=rate))
    assert_sound(found, sound)
    assert ("reference.rate_of_times" in codes(found.notes)) == (rate == "100")


def test_times_may_be_negative_or_milliseconds(tmp_path: Path, sound: dict[str, float]) -> None:
    early = [f"{t - 5.0:.6f}" for t in runner().time_s]
    assert_sound(compared_text(tmp_path, trc_text(times=early), offset_s=-5.0), sound)
    ms = [f"{1000.0 * t:.3f}" for t in runner().time_s]
    found = compared_text(tmp_path, trc_text(times=ms))
    assert_sound(found, sound)
    assert coded(found.notes, "reference.milliseconds")[0].values["stated_hz"] == 50.0
    with pytest.raises(ComparisonError, match=r"interval of 20, which suggests milliseconds"):
        compared_text(tmp_path, trc_text(times=ms, rate="0"))


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (lambda t: t[::-1], "they decrease from 13.98 to 13.96 s at row 2"),
        (lambda t: np.r_[t[:400], t[:300]], "they decrease from 7.98 to 0 s at row 401"),
        (lambda t: 0.0 * t + 3.0, "all rows are at 3"),
        (lambda t: np.arange(t.size), "frame numbers"),
    ],
)
def test_what_is_no_time_is_refused(
    tmp_path: Path, times: Callable[[np.ndarray], np.ndarray], message: str
) -> None:
    written = [f"{t:.6f}" for t in times(runner().time_s)]
    with pytest.raises(ComparisonError, match=message):
        compared_text(tmp_path, trc_text(times=written))
    with pytest.raises(ComparisonError, match="found none in any row"):
        compared_text(tmp_path, trc_text(times=[""] * 700))


# --- short, still, lying, in other units ---


def test_a_short_reference_asks_for_the_offset(tmp_path: Path) -> None:
    text = trc_text([(n, p[300:380]) for n, p in rows()], [f"{t / 50:.2f}" for t in range(80)])
    with pytest.raises(
        ComparisonError, match=r"the reference lasts 1.6 s; at least 2 s .*--offset"
    ):
        compared_text(tmp_path, text, offset_s=None)
    found = compared_text(tmp_path, text, offset_s=-6.0)
    assert max(errors_deg(found).values()) < 0.6
    assert "compare.few_strides" in codes(found.notes)
    assert all(not each.strides and each.map is None for each in found.table.angles)
    for count in (1, 5):
        few = trc_text([(n, p[:count]) for n, p in rows()], [f"{t / 50}" for t in range(count)])
        with pytest.raises(ComparisonError, match=f"at least 10 samples, found {count}"):
            compared_text(tmp_path, few)


def test_what_does_not_move_or_is_hardly_seen_cannot_synchronise(tmp_path: Path) -> None:
    still = [(n, np.repeat(p[:1], 700, axis=0)) for n, p in rows()]
    with pytest.raises(ComparisonError, match="wanted a movement, but all"):
        compared_text(tmp_path, trc_text(still), offset_s=None)

    def lose(p: np.ndarray) -> None:
        p[60:] = np.nan

    with pytest.raises(ComparisonError, match=r"has its segments for at most 1\.\d s"):
        compared_text(tmp_path, trc_text(changed("LASI", lose)[:4]), offset_s=None)
    with pytest.raises(ComparisonError, match="share 0 samples"):
        compared_text(tmp_path, trc_text(), offset_s=100.0)


@pytest.mark.parametrize("up", ["x", "-x", "-y", "z", "-z"])
def test_an_upward_axis_that_the_pelvis_contradicts_is_refused(tmp_path: Path, up: str) -> None:
    with pytest.raises(ComparisonError, match=r"pelvis is tilted by .* markers indicate y up"):
        compared_text(tmp_path, trc_text(), up=up)


@pytest.mark.parametrize("unit", ["mm", "cm", "m"])
def test_units_are_read_and_a_wrong_one_is_refused(
    tmp_path: Path, sound: dict[str, float], unit: str
) -> None:
    text = trc_text(unit=unit)
    assert_sound(compared_text(tmp_path, text), sound)
    other = {"mm": "m", "cm": "mm", "m": "mm"}[unit]
    with pytest.raises(ComparisonError, match="the stated unit or the labels are wrong"):
        compared_text(tmp_path, text.replace(f"\t{unit}\t", f"\t{other}\t"))


def test_names_of_other_people_and_trials_are_told(tmp_path: Path) -> None:
    from dataclasses import replace

    from opensim_pelvis.validation.compare import ComparisonSettings, compare_motions
    from opensim_pelvis.validation.sources import ReferenceSettings, open_reference

    path = tmp_path / "run02.trc"
    path.write_text(trc_text([(f"Anna:{n}", p) for n, p in rows()]), encoding="utf-8")
    settings = ReferenceSettings(path=path, up_axis="y")
    reference = open_reference(settings)

    def doubts(name: str, subject: str) -> dict[str, str]:
        estimate = replace(runner().estimate, name=name, subject=subject)
        how = ComparisonSettings(estimate=path, reference=settings, offset_s=0.0)
        found = compare_motions(estimate, reference, how)
        return {note.code: say(note) for note in found.notes if "other" in note.code}

    assert doubts("run01", "anna") == {
        "compare.other_trial": "the result is named run01, the reference run02: check that both "
        "are of the same trial"
    }
    assert doubts("run02", "Bob") == {
        "compare.other_person": "the result is of Bob, the reference of Anna: check that both are "
        "of the same person"
    }
    assert not doubts("run2", "ANNA_1")
    assert not doubts("walk01", "Anna")


def test_a_recording_compared_with_itself_is_told(tmp_path: Path) -> None:
    from dataclasses import replace

    from opensim_pelvis.validation.compare import ComparisonSettings, compare_motions
    from opensim_pelvis.validation.sources import ReferenceSettings

    estimate = runner().estimate
    how = ComparisonSettings(
        estimate=tmp_path, reference=ReferenceSettings(path=tmp_path), offset_s=0.0
    )
    found = compare_motions(estimate, replace(estimate, name="copy"), how)
    assert "compare.same_numbers" in codes(found.notes)


@pytest.mark.parametrize("still", ["estimate", "reference", "difference"])
def test_curves_that_are_the_same_in_all_strides_are_not_mapped(still: str) -> None:
    pytest.importorskip("spm1d")
    rng = np.random.default_rng(5)
    moving = np.cumsum(rng.normal(size=(6, 101)), axis=1)
    held = 2.0 * moving  # so that the differences vary everywhere
    held[:, 40:60] = 3.0
    pair = {
        "estimate": (held, moving),
        "reference": (moving, held),
        "difference": (moving, moving + 1.0),
    }[still]
    assert map_differences(*pair) is None
    assert map_differences(moving, 2.0 * moving) is not None


# --- the cases that were met ---


def test_the_markers_of_a_case_are_held_from_five_seconds_on() -> None:
    trial = read_markers(cases() / "markers-held" / "markers.trc", up_axis="z").trial
    assert all(np.isnan(p[trial.time_s > 5.02]).all() for p in trial.positions_m.values())
    assert any("exactly in 5.04-29.96 s" in note for note in sentences(trial.notes))


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from opensim_pelvis import pipeline
    from opensim_pelvis.config.settings import ActivitySettings, CalibrationSettings
    from opensim_pelvis.config.trial.sensor_map import read_sensor_map
    from opensim_pelvis.io import output, reading

    folder = cases() / "00-control"
    result = pipeline.run(
        reading.read(folder / "imu"),
        sensors=read_sensor_map(folder / "map.toml"),
        calibration=CalibrationSettings(heading_axis="-z"),
        activity=ActivitySettings(kind="running", surface="treadmill"),
    )
    out = tmp_path_factory.mktemp("control")
    with without(*PAGE_AND_PDF):
        output.write(result, out)
    return out


def cases() -> Path:
    folder = Path(__file__).resolve().parents[3] / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip("the cases are not here: no folder ../shared/cases beside the checkout")
    return folder


CONTROL_DEG = {
    "pelvic_axial_rotation": 0.5,
    "pelvic_anterior_tilt": 0.1,
    "hip_flexion_r": 0.2,
    "hip_rotation_r": 0.4,
    "hip_flexion_l": 0.2,
    "hip_rotation_l": 0.4,
}


@pytest.mark.parametrize("offset_s", [None, 0.0])
@pytest.mark.parametrize("name", ["00-control-markers", "zeros-for-missing", "duplicate-labels"])
def test_cases_agree_as_the_control_does(control: Path, name: str, offset_s: float | None) -> None:
    from opensim_pelvis.validation.compare import ComparisonSettings, compare
    from opensim_pelvis.validation.sources import ReferenceSettings

    reference = ReferenceSettings(path=cases() / name / "markers.trc", up_axis="y")
    found = compare(ComparisonSettings(estimate=control, reference=reference, offset_s=offset_s))
    errors = errors_deg(found)
    for angle, wanted in CONTROL_DEG.items():
        if name == "duplicate-labels" and angle.endswith("_l"):
            assert angle not in errors
        else:
            assert errors[angle] < wanted + 0.05, angle
    assert found.pair.rate_hz == RATE_HZ
